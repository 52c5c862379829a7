"""What a trainer keeps about one client: trends, private notes, limits adjusted for this person."""

from __future__ import annotations

import streamlit as st

from formcheck.errors import TrackError
from formcheck.exercise import Fault
from formcheck.exercises import EXERCISES
from formcheck.store import coaching
from formcheck.store.models import LiftSet
from formcheck.store.review_models import AdjustedLimit
from formcheck.web import wording
from formcheck.web.screens import trends
from formcheck.web.visitor import Visitor
from formcheck.words import UNIT_WORDS, with_unit

PRIVATE = "Only you and other trainers of this client see these notes; the client does not."


def show(who: Visitor, client_id: str, lifts: list[LiftSet]) -> None:
    """The parts of the client's page, below their sets."""
    _trends(lifts)
    _notes(who, client_id)
    _limits(who, client_id, lifts)


def _trends(lifts: list[LiftSet]) -> None:
    there = [name for name in EXERCISES if any(lift.exercise == name for lift in lifts)]
    if not there:
        return
    st.header("Trends")
    exercise = st.segmented_control(
        "Exercise", there, default=there[0], format_func=lambda name: EXERCISES[name].title, required=True
    )
    trends.show([lift for lift in lifts if lift.exercise == exercise])


def _notes(who: Visitor, client_id: str) -> None:
    st.header("Notes")
    st.caption(PRIVATE)
    with st.form(f"note-{client_id}", border=False, clear_on_submit=True):
        text = st.text_area("New note", max_chars=2000)
        if st.form_submit_button("Keep"):
            try:
                coaching.add_note(who.store, who.person_id, client_id, text)
            except TrackError as e:
                st.error(str(e))
    for note in coaching.notes(who.store, who.person_id, client_id):
        with st.container(border=True):
            st.markdown(f"{wording.day(note.written_s)} · {wording.plain(note.author)}")
            st.text(note.text)
            if note.author_id == who.person_id:
                st.button("Delete", key=f"note-{note.id}", type="tertiary", on_click=coaching.remove_note,
                          args=(who.store, who.person_id, note.id))  # fmt: skip


# ---- limits of this person ----------------------------------------------------------------------------


def _limits(who: Visitor, client_id: str, lifts: list[LiftSet]) -> None:
    st.header("Limits for this person")
    st.caption("For long thighs, an old injury and the like. Every report says which, who set them, and why.")
    kept = coaching.adjusted(who.store, who.person_id, client_id)
    for limit in (k for k in kept if k.ended_s is None):
        _in_force(who, limit)
    if past := [k for k in kept if k.ended_s is not None]:
        with st.expander("Earlier ones"):
            st.markdown("\n".join(f"- {said(k)}, until {wording.day(k.ended_s or 0)}" for k in past))
    with st.expander("Adjust a limit"):
        _form(who, client_id)
    old = [lift for lift in lifts if lift.report and lift.judged_s is not None]
    if kept and old and st.button(f"Judge all {len(old)} sets again by the limits as they are now"):
        for lift in old:
            who.start(lift, "judge")
        st.success("They are being judged again; their reports change one after the other.")


def said(limit: AdjustedLimit) -> str:
    """One adjusted limit as Markdown: which, by whom, when, why."""
    fault = coaching.faults().get(limit.code)
    unit = fault.limits[0].unit if fault else ""
    worst = "" if limit.fault is None else f", fault at {with_unit(limit.fault, unit)}"
    return (
        f"**{fault.title if fault else limit.code}**: warning at {with_unit(limit.warn, unit)}{worst}. "
        f"{wording.plain(limit.author)}, {wording.day(limit.began_s)}: {wording.plain(limit.why)}"
    )


def _in_force(who: Visitor, limit: AdjustedLimit) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(said(limit))
        st.button("The standard limit again", key=f"restore-{limit.id}", on_click=coaching.restore,
                  args=(who.store, who.person_id, limit.person_id, limit.code))  # fmt: skip


def _form(who: Visitor, client_id: str) -> None:
    faults = coaching.faults()
    named = {f.code: f"{e.title}: {f.title}" for e in EXERCISES.values() for f in e.faults if f.limits}
    code = st.selectbox("Fault", list(named), format_func=named.__getitem__, key=f"fault-{client_id}")
    with st.form(f"limit-{client_id}-{code}", border=False):
        levels = _levels(faults[code])
        why = st.text_input("Why", max_chars=coaching.LONGEST_WHY, placeholder="long thighs")
        if st.form_submit_button("Set it"):
            try:
                coaching.adjust(who.store, who.person_id, client_id, code, levels, why)
            except TrackError as e:
                st.error(str(e))
                return
            st.rerun()


def _levels(fault: Fault) -> tuple[float, float | None]:
    first = fault.limits[0]
    unit = UNIT_WORDS.get(first.unit, f" {first.unit}").strip()
    side = "above" if first.more_is_worse else "below"
    st.caption(f"{first.watch.words}; standard: warning {side} {with_unit(first.warn, first.unit)}")
    left, right = st.columns(2)
    warn = left.number_input(f"warning {side} {unit}", value=float(first.warn), format="%g")
    if first.fault is None:
        return warn, None
    return warn, right.number_input(f"fault {side} {unit}", value=float(first.fault), format="%g")


def stated(who: Visitor) -> None:
    """For the client: the limits that a trainer adjusted for them."""
    kept = coaching.adjusted(who.store, who.person_id, who.person_id)
    if kept:
        st.header("Limits adjusted for you")
        st.markdown("\n".join(f"- {said(k)}" for k in kept if k.ended_s is None) or "None at present.")
        st.caption("Your trainer set them. The report of each set names those that it was judged by.")
