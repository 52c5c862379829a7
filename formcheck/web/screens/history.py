"""The history: every set, by date and exercise."""

from __future__ import annotations

import streamlit as st

from formcheck.exercises import EXERCISES
from formcheck.store import sets
from formcheck.store.models import LiftSet
from formcheck.web import links, wording
from formcheck.web.visitor import Visitor

EVERY = "Every exercise"


def show(who: Visitor) -> None:
    """The page."""
    st.title("History")
    lifts = sets.of_person(who.store, who.person_id)
    if not lifts:
        st.info("No set has been checked yet. Start with Check a set.")
        return
    chosen = _filtered(lifts)
    for lift in chosen:
        _row(who, lift)


def _filtered(lifts: list[LiftSet]) -> list[LiftSet]:
    titles = {name: e.title for name, e in EXERCISES.items()}
    there = [name for name in titles if any(lift.exercise == name for lift in lifts)]
    exercise = st.segmented_control(
        "Exercise", [EVERY, *there], default=EVERY, format_func=lambda name: titles.get(name, name)
    )
    return [lift for lift in lifts if exercise in (None, EVERY, lift.exercise)]


def _row(who: Visitor, lift: LiftSet) -> None:
    with st.container(border=True):
        st.markdown(f"**{wording.plain(lift.name)}** · {wording.day(lift.created_s)}")
        st.write(lift.headline or "Not checked.")
        with st.container(horizontal=True):
            if lift.report and st.button("Open", key=f"open-{lift.id}"):
                links.go("review", set=lift.id)
            with st.popover("Delete"):
                st.write("Video, report and everything else of this set will be gone for good.")
                st.button(
                    "Delete this set", key=f"delete-{lift.id}", type="primary",
                    on_click=sets.remove, args=(who.store, lift.id, who.person_id),
                )  # fmt: skip
