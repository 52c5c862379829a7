"""Take a set home: every file through the route that checks who asks."""

from __future__ import annotations

import streamlit as st

from formcheck.store import access, sets
from formcheck.store.models import FINAL, LiftSet
from formcheck.views.folder import OVERLAY
from formcheck.web.visitor import Visitor

FILES = (
    ("report.html", "Report (HTML)"), ("report.pdf", "Report (PDF)"), ("findings.csv", "Findings (CSV)"),
    ("segments.csv", "Reps (CSV)"), ("signals.csv", "Signals (CSV)"), ("report.json", "Report (JSON)"),
    ("motion.trc", "Markers (TRC)"), ("motion.mot", "Angles (MOT)"), ("pose.npz", "Joints (NPZ)"),
)  # fmt: skip
LOOK_S = 1.5


def show(who: Visitor, lift: LiftSet) -> None:
    """Links to the files there are; the overlay video is drawn when it is asked for."""
    st.subheader("Take it home")
    there = _fetchable(who, lift)
    links = [_link(lift, name, words) for name, words in FILES if name in there]
    st.markdown(" · ".join(links))
    drawing = any(job.kind == "overlay" and job.state not in FINAL for job in lift.jobs)
    st.fragment(_overlay, run_every=LOOK_S if drawing else None)(who, lift.id, drawing)


def _overlay(who: Visitor, set_id: str, drawing: bool) -> None:
    lift = sets.find(who.store, set_id, who.person_id)
    if lift is None:
        return
    there = _fetchable(who, lift)
    if OVERLAY in there:
        st.markdown(_link(lift, OVERLAY, "Overlay video (MP4)"))
    jobs = [job for job in lift.jobs if job.kind == "overlay"]
    active = bool(jobs) and jobs[-1].state not in FINAL
    if active:
        st.progress(jobs[-1].share, jobs[-1].stage or "Waiting for its turn")
    elif lift.video and OVERLAY not in there and who.owns(lift):
        if jobs and jobs[-1].error:
            st.error(jobs[-1].error)
        st.button("Make the overlay video", on_click=who.start, args=(lift, "overlay"))
    if active != drawing:
        st.rerun()


def _fetchable(who: Visitor, lift: LiftSet) -> set[str]:
    """The files of a set that this person may have."""
    names = who.store.media.names(sets.folder_of(lift.id))
    with who.store.begin() as session:
        return {name for name in names if access.may_fetch(session, who.person_id, lift, name)}


def _link(lift: LiftSet, name: str, words: str) -> str:
    return f"[{words}](/m/{lift.id}/{name}?download)"
