"""Live: a set in front of the camera of this device, one cue at a time, and the report afterwards."""

from __future__ import annotations

from typing import Any

import streamlit as st

from formcheck import web_build
from formcheck.errors import FormcheckError, ModelError
from formcheck.exercises import EXERCISES
from formcheck.web import components, links, live_assets
from formcheck.web.media_routes import ASSETS
from formcheck.web.screens import fields, live_webrtc, safety
from formcheck.web.visitor import Visitor

AUTO = "auto"
MEANWHILE = "Until then: film the set and upload the video under Check a set; the report is the same."
PRIVACY = (
    "The pictures are looked at in this browser. What is sent to formcheck is where your joints are and the "
    "outline of your body, and the recording if it is switched on."
)


def show(who: Visitor) -> None:
    """The page."""
    st.title("Live")
    st.write("Prop up the phone or laptop, do a set in front of it, hear what matters, and read the report.")
    if words := safety.advice(who):
        st.warning(words)
    try:
        where = live_assets.addresses()
    except ModelError as e:
        _missing(str(e))
        return
    exercise = _exercise()
    _place(exercise)
    over = components.live({**where, **_choices(who, exercise)})
    st.caption(PRIVACY)
    _on_the_server()
    if over:
        links.go("review", set=over["set"])


def _missing(why: str) -> None:
    st.warning(f"{why} {MEANWHILE}")
    with st.container(horizontal=True):
        if st.button("Check a set instead", type="primary"):
            links.go("check")
        fetch = st.button("Fetch it now (10 MB)")
    if fetch:
        try:
            with st.spinner("Fetching MediaPipe's web build …"):
                web_build.provision(lambda _: None)
        except FormcheckError as e:
            st.error(str(e))
        else:
            st.rerun()
    _on_the_server()


def _on_the_server() -> None:
    """The way out where the browser cannot run the pose model, if this server offers it."""
    if live_webrtc.available() and st.button("Slow here? Let the server look", type="tertiary"):
        links.go("live-webrtc")


def _exercise() -> str:
    titles = {**{e.name: e.title for e in EXERCISES.values()}, AUTO: "Recognise it"}
    chosen = st.pills(
        "Exercise",
        list(titles),
        format_func=lambda name: titles[name],
        default=next(iter(titles)),
        required=True,
        key="live-exercise",
    )
    return str(chosen)


def _place(exercise: str) -> None:
    """Where the camera goes."""
    shown = EXERCISES.get(exercise) or next(iter(EXERCISES.values()))
    left, right = st.columns([3, 2], vertical_alignment="center")
    left.image(
        str(ASSETS / f"camera-{shown.name}.webp"), width="stretch",
        alt=f"Where the camera goes for the {shown.title.lower()}",
    )  # fmt: skip
    right.write(f"**Where the camera goes.** {shown.film_it}")
    right.write(
        "Then press Begin and walk there: formcheck says what is missing, counts down and starts by itself."
    )


def _choices(who: Visitor, exercise: str) -> dict[str, Any]:
    """What goes with the set."""
    with st.container(horizontal=True):
        record = st.toggle(
            "Record the video", value=True, key="live-record",
            help="The recording is analysed picture by picture after the set and is kept with it. "
            "Off: landmarks only, no video leaves the camera.",
        )  # fmt: skip
        hinge = st.toggle(
            "One slow hinge first", value=exercise != "plank", key=f"live-hinge-{exercise == 'plank'}",
            help="Slow and without a load, arms crossed: what your back is compared with.",
        )  # fmt: skip
    with st.expander("Load, voice"):
        profile = who.profile()
        load_kg = fields.load(st.container(), profile.load_kg, profile.mass_unit, "live-load")
        load_at = fields.load_place(st.container(), None, "live-load-at")
        speech = st.toggle("Voice", value=True, key="live-speech", help="Says what to do and each cue, once.")
        sound = st.toggle("Tones", value=True, key="live-sound", help="Counts down, and marks each rep.")
    return {
        "exercise": exercise, "hinge": hinge, "record": record, "speech": speech, "sound": sound,
        "load_kg": load_kg, "load_at": load_at,
    }  # fmt: skip
