"""Reps side by side: the first beside the worst of a set, or two sets of the same exercise."""

from __future__ import annotations

import streamlit as st

from formcheck.jobs import work
from formcheck.report import Cut, Finding, Report
from formcheck.store import sets
from formcheck.store.models import LiftSet
from formcheck.views.groups import labels
from formcheck.web import components, wording
from formcheck.web.components import Side
from formcheck.web.visitor import Visitor


def first_and_worst(who: Visitor, lift: LiftSet, report: Report) -> None:
    """The first rep beside the one with the worst flag; nothing when there is no such pair."""
    worst = worst_finding(report)
    if len(report.segments) < 2 or not report.counted:
        return
    other = _segment(report, worst.segment) if worst else report.counted[-1]
    first = next((c for c in report.counted if c.index != other.index), None)
    if first is None:
        return
    st.subheader("First beside worst" if worst else "First beside last")
    named = labels(report)
    chosen = []
    for column, cut, key in zip(st.columns(2), (first, other), ("left", "right"), strict=True):
        options = [c.index for c in report.segments]
        index = column.selectbox(
            f"{key.capitalize()} side", options, index=options.index(cut.index),
            format_func=lambda i: named[i], key=f"{key}-{lift.id}-{report.exercise}",
        )  # fmt: skip
        chosen.append(_segment(report, index))
    at_s = (worst.start_s + worst.end_s) / 2 if worst and worst.segment == chosen[1].index else None
    left, right = (side_of(who, lift, cut, named[cut.index]) for cut in chosen)
    components.compare(f"pair-{lift.id}", left, right, at_s)


def show(who: Visitor) -> None:
    """The page: two sets of one person, each with a rep to choose."""
    st.title("Side by side")
    lifts = [lift for lift in _comparable(who) if lift.report and _cuts(lift)]
    if len(lifts) < 2:
        st.info("Two checked sets are needed to compare them.")
        return
    asked = st.query_params.get("set", "")
    start = next((i for i, lift in enumerate(lifts) if lift.id == asked), 0)
    right = lifts[start]
    alike = [i for i, lift in enumerate(lifts) if lift.exercise == right.exercise and lift.id != right.id]
    places = (alike[0] if alike else (start + 1) % len(lifts), start)
    sides = []
    for column, place, key in zip(st.columns(2), places, ("left", "right"), strict=True):
        with column:
            sides.append(_choose(who, lifts, place, key))
    components.compare("two-sets", sides[0], sides[1])


def _comparable(who: Visitor) -> list[LiftSet]:
    """All sets of the person whose set is asked for; for a trainer also their own ones, as a reference."""
    asked = sets.find(who.store, st.query_params.get("set", ""), who.person_id)
    own = sets.of_person(who.store, who.person_id)
    if asked is None or who.owns(asked):
        return own
    return [*sets.of_client(who.store, who.person_id, asked.owner_id), *own]


def _choose(who: Visitor, lifts: list[LiftSet], place: int, key: str) -> Side:
    lift = st.selectbox(
        f"Set on the {key}", lifts, index=place, key=f"set-{key}",
        format_func=lambda x: f"{_whose(who, x, lifts)}{x.headline} {wording.day(x.created_s)}",
    )  # fmt: skip
    report = sets.report_of(lift)
    assert report is not None
    named = labels(report)
    worst = worst_finding(report)
    cuts = [c.index for c in report.segments]
    begin = cuts.index(worst.segment) if worst and worst.segment in cuts else 0
    index = st.selectbox("Rep", cuts, index=begin, format_func=lambda i: named[i], key=f"rep-{key}-{lift.id}")
    return side_of(who, lift, _segment(report, index), f"{named[index]}, {wording.day(lift.created_s)}")


def _whose(who: Visitor, lift: LiftSet, lifts: list[LiftSet]) -> str:
    """Marks the trainer's own sets among a client's."""
    return "Yours: " if who.owns(lift) and not all(map(who.owns, lifts)) else ""


def side_of(who: Visitor, lift: LiftSet, cut: Cut, title: str) -> Side:
    """One rep as half of a comparison."""
    scene = f"/m/{lift.id}/{work.PLAYER}?v={int(lift.judged_s or 0)}"
    return Side(scene, who.video(lift), cut.index, title)


def worst_finding(report: Report) -> Finding | None:
    """The flag to look at first: a fault before a warning, then severity, then how far past the limit."""
    flags = [f for f in report.faults if f.segment is not None]
    return max(flags, key=lambda f: (f.verdict == "fault", f.severity, abs(f.value - f.limit)), default=None)


def _segment(report: Report, index: int | None) -> Cut:
    return next(c for c in report.segments if c.index == index)


def _cuts(lift: LiftSet) -> bool:
    return bool(lift.report and lift.report.get("segments"))
