"""The history: every set by date and exercise, trends, deleting, taking everything out and in again."""

from __future__ import annotations

import time

import streamlit as st

from formcheck.exercises import EXERCISES
from formcheck.manual import documented
from formcheck.store import sets
from formcheck.store.models import LiftSet
from formcheck.web import components, links, wording
from formcheck.web.screens import news, trends
from formcheck.web.visitor import Visitor

EVERY = "Every exercise"
NO_FILTER, CLEAN = "Any", "Without a flag"
PERIODS = {"Any time": None, "The last 7 days": 7, "The last 30 days": 30, "The last 12 months": 365}
DAY_S = 86400.0
PAGE = 20  # sets shown before asking for more


def show(who: Visitor) -> None:
    """The page."""
    st.title("History")
    news.show(who)
    lifts = sets.of_person(who.store, who.person_id)
    if lifts:
        chosen = _filtered(lifts)
        if len({lift.exercise for lift in chosen}) == 1:
            trends.show(chosen)
        _list(who, chosen)
    else:
        st.info("No set has been checked yet. Start with Check a set.")
    _out_and_in(who, bool(lifts))
    if lifts:
        _delete_all(who, len(lifts))


def _filtered(lifts: list[LiftSet]) -> list[LiftSet]:
    """The sets of the chosen exercise that have the chosen flag."""
    titles = {name: e.title for name, e in EXERCISES.items()}
    there = [name for name in titles if any(lift.exercise == name for lift in lifts)]
    exercise = st.segmented_control(
        "Exercise", [EVERY, *there], default=there[0] if len(there) == 1 else EVERY,
        format_func=lambda name: titles.get(name, name), required=True,
    )  # fmt: skip
    left, right = st.columns(2)
    days = PERIODS[left.selectbox("When", list(PERIODS))]
    since = time.time() - days * DAY_S if days else 0.0
    chosen = [x for x in lifts if exercise in (EVERY, x.exercise) and x.created_s >= since]
    codes = sorted({code for lift in chosen for code in _codes(lift)})
    flag = right.selectbox(
        "With the flag", [NO_FILTER, CLEAN, *codes],
        format_func=lambda code: code if code in (NO_FILTER, CLEAN) else documented(code).title,
    )  # fmt: skip
    if flag == CLEAN:
        return [lift for lift in chosen if lift.report and not _codes(lift)]
    return [lift for lift in chosen if flag in (NO_FILTER, *_codes(lift))]


def _codes(lift: LiftSet) -> set[str]:
    findings = (lift.report or {}).get("findings", [])
    return {f["code"] for f in findings if not f["code"].startswith("CAM")}


def _list(who: Visitor, lifts: list[LiftSet]) -> None:
    shown = st.session_state.get("history_shown", PAGE)
    for lift in lifts[:shown]:
        _row(who, lift)
    if len(lifts) > shown and st.button("Show more"):
        st.session_state["history_shown"] = shown + PAGE
        st.rerun()


def _row(who: Visitor, lift: LiftSet) -> None:
    with st.container(border=True):
        load = lift.lifter.get("load_kg")
        weight = f" · {wording.mass(load, who.profile().mass_unit)}" if load else ""
        st.markdown(f"**{lift.headline or 'Not checked.'}**")
        st.markdown(f"{wording.day(lift.created_s)} · {wording.plain(lift.name)}{weight}")
        with st.container(horizontal=True):
            if lift.report and st.button("Open", key=f"open-{lift.id}"):
                links.go("review", set=lift.id)
            with st.popover("Delete"):
                st.write("Video, report and everything else of this set will be gone for good.")
                st.button(
                    "Delete this set", key=f"delete-{lift.id}", type="primary",
                    on_click=sets.remove, args=(who.store, lift.id, who.person_id),
                )  # fmt: skip


def _out_and_in(who: Visitor, some: bool) -> None:
    st.header("Keep a copy, or bring one in")
    if some:
        st.markdown("[Everything as one .zip](/api/archive), videos included.")
    components.uploader("Bring in a .zip that was made here", components.ARCHIVES, {})


def _delete_all(who: Visitor, number: int) -> None:
    with st.popover("Delete all sets"):
        st.write(
            f"All {number} sets with their videos and reports will be gone for good. What you said about "
            "yourself stays; you can have it forgotten on the page You."
        )
        sure = st.checkbox("Yes, delete all of them")
        st.button(
            "Delete for good", type="primary", disabled=not sure,
            on_click=sets.remove_all, args=(who.store, who.person_id),
        )  # fmt: skip
