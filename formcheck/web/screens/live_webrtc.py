"""Live where the browser cannot run the pose model: its pictures come to the server over WebRTC.

Needs the extra `formcheck[webrtc]`. Nobody's STUN or TURN server is asked unless FORMCHECK_ICE_SERVERS names
some: a JSON list such as [{"urls": "turn:turn.example.org", "username": "me", "credential": "secret"}].
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

import streamlit as st

from formcheck.errors import ConfigError, FormcheckError
from formcheck.exercises import EXERCISES
from formcheck.jobs import live_intake
from formcheck.jobs.live_intake import LiveWish
from formcheck.live.eyes import Eyes, Follower
from formcheck.live.session import LiveSession
from formcheck.views import drawing
from formcheck.web import links
from formcheck.web.server import server
from formcheck.web.visitor import Visitor

LOOK_S = 0.3  # between two looks at what to show
LONG_SIDE = 640  # pixels of the pictures that the model gets, as from videos
PICTURE = {  # uncut: the feet must be in it
    "width": {"ideal": 1280}, "height": {"ideal": 720}, "frameRate": {"ideal": 30}, "resizeMode": "none",
}  # fmt: skip
CAMERA = {"video": PICTURE, "audio": False}
FOLLOWER, WISH = "webrtc-follower", "webrtc-wish"
MISSING = "This needs streamlit-webrtc on the server: pip install 'formcheck[webrtc]', then start it again."
PRIVACY = "Here the pictures of the camera are sent to the server, looked at and forgotten; none is kept."


def available() -> bool:
    """Whether the extra is installed."""
    return find_spec("streamlit_webrtc") is not None


def ice_servers(environment: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """The servers that help to connect; none unless they are named. Raises ConfigError."""
    text = (os.environ if environment is None else environment).get("FORMCHECK_ICE_SERVERS", "").strip()
    try:
        servers = json.loads(text) if text else []
    except ValueError:
        servers = None
    if not isinstance(servers, list) or not all(isinstance(s, dict) and s.get("urls") for s in servers):
        raise ConfigError(
            'FORMCHECK_ICE_SERVERS must be a JSON list such as [{"urls": "turn:turn.example.org"}].'
        )
    return servers


def show(who: Visitor) -> None:
    """The page."""
    st.title("Live, looked at on the server")
    st.write(PRIVACY)
    if not available():
        st.info(MISSING)
        return
    exercise = st.selectbox(
        "Exercise", ["auto", *EXERCISES],
        format_func=lambda name: EXERCISES[name].title if name in EXERCISES else "Recognise it",
    )  # fmt: skip
    told = st.container()  # over the picture, which is taller than the screen
    playing = _camera(who, exercise)
    with told:
        st.fragment(_follow, run_every=LOOK_S if playing else None)(who)


def _camera(who: Visitor, exercise: str) -> bool:
    """The camera of the browser; whether it is on."""
    from streamlit_webrtc import webrtc_streamer

    slot: _Pictures = st.session_state.setdefault(FOLLOWER, _Pictures())
    options = live_intake.options_for(who.store, who.person_id, wish := LiveWish((640, 480), exercise))
    slot.options, st.session_state[WISH] = options, wish
    context = webrtc_streamer(
        key="live-webrtc", rtc_configuration={"iceServers": ice_servers()}, media_stream_constraints=CAMERA,
        video_frame_callback=slot.take, on_video_ended=slot.close, media_toggle_controls=False,
    )  # fmt: skip
    if slot.ended and not context.state.playing:
        del st.session_state[FOLLOWER]  # the next start begins anew
    return bool(context.state.playing)


class _Pictures:
    """What comes from the camera, in threads of streamlit-webrtc; the session begins with the first."""

    def __init__(self) -> None:
        self.options: Any = None
        self.follower: Follower | None = None
        self.error = self.ended = ""
        self._began_s = 0.0

    def take(self, frame: Any) -> Any:
        """A picture of the camera; the same with the skeleton goes back."""
        half = min(1.0, LONG_SIDE / max(frame.width, frame.height)) / 2
        width, height = 2 * round(frame.width * half), 2 * round(frame.height * half)
        image = frame.to_ndarray(format="rgb24", width=width, height=height)
        if self.follower is None and not self.error and not self.ended:
            self._begin((image.shape[1], image.shape[0]))
        if self.follower is not None:
            self.follower.show(time.monotonic() - self._began_s, image)
            pose = self.follower.pose
            if pose is not None and pose.found:
                drawing.skeleton(drawing.Canvas(image, 1.0, float(image.shape[0]), 12), pose, None)
        out = type(frame).from_ndarray(image, format="rgb24")
        out.pts, out.time_base = frame.pts, frame.time_base
        return out

    def close(self) -> None:
        """The camera is off: the set is over."""
        if self.follower is not None:
            self.follower.stop()
            self.follower.close()

    def _begin(self, size: tuple[int, int]) -> None:
        self._began_s = time.monotonic()
        try:
            self.follower = Follower(LiveSession(size, self.options), Eyes())
        except FormcheckError as e:
            self.error = str(e)


def _follow(who: Visitor) -> None:
    """What to show while the camera is on, and the way to the review when the set is over."""
    slot: _Pictures | None = st.session_state.get(FOLLOWER)
    if slot is None:
        return
    follower = slot.follower
    if error := slot.error or (follower.error if follower else ""):
        st.error(error)
    if slot.ended:
        st.info(f"{slot.ended} Stop the camera and start it again for another set.")
    if follower is None:
        return
    state = follower.state()
    if state["stage"] == "done":
        _over(who, slot, follower, state["words"])
        return
    _shown(state)
    with st.container(horizontal=True):
        if state["stage"] not in ("countdown", "set"):
            st.button("Begin now", on_click=follower.start)
        st.button("Stop", on_click=follower.stop)


def _shown(state: dict[str, Any]) -> None:
    cue = state["cue"]
    if state["stage"] == "set":
        held = state["hold_s"]
        st.metric("Hold" if held else "Reps", f"{held:.0f} s" if held else state["reps"])
    elif state["countdown"]:
        st.metric("Starts in", state["countdown"])
    for item in state["checks"] if state["stage"] in ("setup", "stand") else ():
        if item["ok"] is False:
            st.warning(item["words"])
    if cue is not None:
        (st.error if state["stop"] else st.warning)(f"**{cue['words']}**")
    elif state["words"]:
        st.info(state["words"])


def _over(who: Visitor, slot: _Pictures, follower: Follower, words: str) -> None:
    """Save the set and open its review; without one, keep saying why it is over."""
    follower.close()
    slot.follower, slot.ended = None, words
    result = follower.result
    if result is None:
        st.rerun(scope="fragment")
    st.session_state.pop(FOLLOWER)
    set_id, job_id = live_intake.take(who.store, who.person_id, result, st.session_state[WISH])
    server().supervisor.send(job_id)
    links.go("review", set=set_id)
