"""Check a set: choose the exercise, send videos, watch them being checked."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import streamlit as st

from formcheck.exercises import EXERCISES
from formcheck.jobs import intake, queue
from formcheck.store import sets
from formcheck.store.models import CANCELLED, FAILED, FINAL, QUEUED, Job, LiftSet
from formcheck.web import components, links, wording
from formcheck.web.screens import fields, news, safety
from formcheck.web.server import server
from formcheck.web.visitor import Visitor

SAMPLES = Path(__file__).parents[3] / "sample_videos"
LOOK_S = 1.5  # between two looks at running jobs, and only while there are some
RECENT = 4  # finished sets shown below
ETA_FROM = 0.04  # share from which the time left can be told


def show(who: Visitor) -> None:
    """The page."""
    st.title("Check a set")
    st.write("Film a set of squats, deadlifts, rows or a plank, and see what in it loads your spine.")
    if words := safety.advice(who):
        st.warning(words)
    with st.expander("How to film, so that everything can be judged"):
        st.markdown("\n".join(f"- **{e.title}.** {e.film_it}" for e in EXERCISES.values()))
    news.show(who)
    components.uploader("Choose a video", components.VIDEOS, _options(who))
    _sets(who)
    if st.button("Or do a set live, in front of this device's camera"):
        links.go("live")
    _samples(who)


def _options(who: Visitor) -> dict[str, Any]:
    """What goes with each video: which exercise, and how heavy the bar was."""
    profile = who.profile()
    left, right = st.columns(2)
    exercise = fields.exercise(left, "auto", "exercise")
    load = fields.load(right, profile.load_kg, profile.mass_unit, "load")
    place = fields.load_place(st.container(), None, "load-place") if load else None
    return {"exercise": exercise, "load_kg": load, "load_at": place}


def _samples(who: Visitor) -> None:
    videos = {path.stem.replace("_", " "): path for path in sorted(SAMPLES.glob("*.mp4"))}
    if not videos:
        return
    with st.expander("No video at hand? Try a sample"):
        name = st.selectbox("Sample", list(videos), label_visibility="collapsed")
        if st.button("Check this sample"):
            _check_sample(who, videos[name])


def _check_sample(who: Visitor, path: Path) -> None:
    copy = who.store.folder / "uploads" / f"sample-{time.time_ns()}"
    shutil.copyfile(path, copy)
    _, job_id = intake.take(who.store, who.person_id, path.name, copy)
    server().supervisor.send(job_id)


# ---- the sets that are being checked, and the last ones that were ------------------------------------


def _sets(who: Visitor) -> None:
    lifts = sets.of_person(who.store, who.person_id)
    active = {lift.id for lift in lifts if _active(lift)}
    shown = [lift for lift in lifts if lift.id in active] + [x for x in lifts if x.id not in active][:RECENT]
    st.fragment(_list, run_every=LOOK_S if active else None)(who, [lift.id for lift in shown], active)


def _list(who: Visitor, ids: list[str], active: set[str]) -> None:
    lifts = {lift.id: lift for lift in sets.of_person(who.store, who.person_id)}
    for set_id in ids:
        if set_id in lifts:
            _card(who, lifts[set_id])
    if active != {lift.id for lift in lifts.values() if _active(lift)}:
        st.rerun()  # one is over, or has begun: the page decides anew whether there is something to look for


def _card(who: Visitor, lift: LiftSet) -> None:
    job = sets.latest_job(lift)
    with st.container(border=True):
        st.markdown(f"**{wording.plain(lift.name)}** · {wording.day(lift.created_s)}")
        if job is not None and job.state not in FINAL:
            _progress(who, job)
        elif job is not None and job.state == FAILED:
            st.error(job.error or "")
            _remove(who, lift)
        elif job is not None and job.state == CANCELLED and lift.report is None:
            st.write("Stopped.")
            with st.container(horizontal=True):
                st.button("Start again", key=f"again-{lift.id}", on_click=who.start, args=(lift, "check"))
                _remove(who, lift)
        elif lift.headline:
            st.write(lift.headline)
            if st.button("See what to change", key=f"see-{lift.id}", type="primary"):
                links.go("review", set=lift.id)


def _progress(who: Visitor, job: Job) -> None:
    if job.state == QUEUED:
        st.progress(0.0, job.stage or "Waiting for its turn")
    else:
        words = job.stage
        if job.started_s and job.share > ETA_FROM:
            seconds = max(0.0, time.time() - job.started_s) * (1 - job.share) / job.share
            words = f"{words}, {wording.left(seconds)}"
        st.progress(min(job.share, 1.0), "Stopping …" if job.cancel else words)
    st.button(
        "Cancel", key=f"cancel-{job.id}", disabled=job.cancel, on_click=queue.cancel, args=(who.store, job.id)
    )


def _remove(who: Visitor, lift: LiftSet) -> None:
    st.button(
        "Remove", key=f"remove-{lift.id}", on_click=sets.remove, args=(who.store, lift.id, who.person_id)
    )


def _active(lift: LiftSet) -> bool:
    return any(job.state not in FINAL for job in lift.jobs)
