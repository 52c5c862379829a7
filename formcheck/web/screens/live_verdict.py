"""Of a set that was followed live: that its recording is being checked, and where the two verdicts differ."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from formcheck.live.record import LIVE, Difference, differences
from formcheck.manual import every_fault
from formcheck.report import Report
from formcheck.store import sets
from formcheck.store.models import FINAL, LiftSet
from formcheck.web.visitor import Visitor
from formcheck.words import clock

LOOK_S = 1.0
CHECKING = "This is what was seen live. The recording is being checked; what that finds counts."
NONE_SAID = {"": "nothing", "warn": "a warning", "fault": "a fault"}


def show(who: Visitor, lift: LiftSet, report: Report) -> None:
    """What is particular about a live set; nothing for any other."""
    record = record_of(who, lift)
    if record is None:
        return
    running = _running(lift)
    st.fragment(_wait, run_every=LOOK_S if running else None)(who, lift.id, running)
    if running or lift.judged_s is None:
        return
    found = differences(record, report)
    if found:
        with st.expander(f"Where live and the check differ ({len(found)})"):
            st.write("What was found afterwards counts: it looks at every picture.")
            st.write("\n".join(f"- {sentence(d, report)}" for d in found))


def record_of(who: Visitor, lift: LiftSet) -> dict[str, Any] | None:
    """What was kept of the live set; None where the set was not followed live."""
    if LIVE not in who.store.media.names(sets.folder_of(lift.id)):
        return None
    record: dict[str, Any] = json.loads(who.store.media.get(sets.key(lift.id, LIVE)))
    return record


def sentence(difference: Difference, report: Report) -> str:
    """One difference in words."""
    title = every_fault()[difference.code].title
    live, final = NONE_SAID[difference.live], NONE_SAID[difference.final]
    where = f"at {clock(difference.start_s)}"
    cut = next((c for c in report.segments if c.index == difference.segment), None)
    if cut is not None and cut.counted and cut.kind == "rep":
        where = f"rep {report.counted.index(cut) + 1} ({where})"
    return f"**{title}**, {where}: live {live}, afterwards {final}."


def _running(lift: LiftSet) -> bool:
    return any(job.kind in ("check", "judge") and job.state not in FINAL for job in lift.jobs)


def _wait(who: Visitor, set_id: str, running: bool) -> None:
    lift = sets.find(who.store, set_id, who.person_id)
    active = lift is not None and _running(lift)
    if active and lift is not None:
        job = sets.latest_job(lift)
        words = CHECKING if lift.video else "The skeleton of the set is being drawn."
        st.progress(job.share if job else 0.0, words)
    elif lift is not None and (job := sets.latest_job(lift)) is not None and job.error:
        st.error(f"The recording could not be checked: {job.error} What follows is what was seen live.")
    if active != running:
        st.rerun()
