"""The review of one set: the video with what was seen, what to change, and why."""

from __future__ import annotations

import streamlit as st

from formcheck.jobs import work
from formcheck.report import Finding, Report
from formcheck.store import audit, comments, people, sets
from formcheck.store.models import LiftSet
from formcheck.store.review_models import Comment
from formcheck.views import load_words
from formcheck.views.groups import (
    Group,
    by_fault,
    filmed_from,
    filming,
    headline,
    not_judged,
    other_limits,
    seen_at,
)
from formcheck.web import components, links, wording
from formcheck.web.screens import downloads, judge_again, live_verdict, rep_cards, showing, side_by_side, talk
from formcheck.web.visitor import Visitor
from formcheck.words import DISCLAIMER

NO_SET = "There is no such set here: it was deleted, or it belongs to somebody else."


def show(who: Visitor) -> None:
    """The page of the set that the address names."""
    lift = sets.find(who.store, st.query_params.get("set", ""), who.person_id)
    report = sets.report_of(lift) if lift else None
    if lift is None or report is None:
        st.title("Review")
        st.info(NO_SET if lift is None else "This set has not been checked yet; see Check a set.")
        return
    audit.note_visit(who.store, who.person_id, lift.owner_id, lift.id, audit.OPENED, lift.name)
    groups = by_fault(report.faults)
    st.header(headline(report))
    _about(who, lift, report)
    if groups:
        st.success(f"Next set, one thing: **{groups[0].fault.cue}**")
    live_verdict.show(who, lift, report)
    _limits(report)
    said = comments.of_set(who.store, who.person_id, lift.id)
    talk.end(who, lift, said)
    if who.owns(lift):  # what the trainer said comes first; a trainer looks first
        talk.show(who, lift, report, said, lambda time_s: jump(lift, time_s))
    _player(who, lift, said)
    if not who.owns(lift):
        talk.show(who, lift, report, said, lambda time_s: jump(lift, time_s))
    for group in groups:
        _fault(who, lift, report, group)
    side_by_side.first_and_worst(who, lift, report)
    _more(who, lift)
    rep_cards.show(lift, report, lambda time_s: jump(lift, time_s))
    _load(report)
    _not_judged(report)
    if lift.judged_s is not None:
        if who.owns(lift):
            judge_again.show(who, lift)
        downloads.show(who, lift)
        showing.show(who, lift)
    st.caption(DISCLAIMER)


def _more(who: Visitor, lift: LiftSet) -> None:
    with st.container(horizontal=True):
        if st.button("Compare with another set"):
            links.go("side", set=lift.id)
        if who.owns(lift):
            if st.button("Check another set"):
                links.go("check")
        elif st.button("All about this client"):
            links.go("client", client=lift.owner_id)


def _limits(report: Report) -> None:
    """Other limits than the standard ones: which, who set them, and why."""
    if said := other_limits(report):
        st.info("\n".join(f"- {wording.plain(sentence)}" for sentence in said), icon=":material/tune:")


def _about(who: Visitor, lift: LiftSet, report: Report) -> None:
    load_kg = lift.lifter.get("load_kg")
    load = wording.mass(load_kg, who.profile().mass_unit) if load_kg else ""
    whose = "" if who.owns(lift) else f"**{wording.plain(people.profile(who.store, lift.owner_id).name)}**"
    parts = (whose, wording.plain(lift.name), wording.day(lift.created_s), filmed_from(report), load)
    st.markdown(" · ".join(part for part in parts if part))


def _player(who: Visitor, lift: LiftSet, said: list[Comment]) -> None:
    if lift.judged_s is None:
        return  # a live set whose pictures are still being drawn
    scene = f"/m/{lift.id}/{work.PLAYER}?v={int(lift.judged_s)}"
    components.player(
        f"player-{lift.id}", scene, who.video(lift), st.session_state.get(_seek_key(lift)),
        talk.about(who, lift, said),
    )  # fmt: skip


def _seek_key(lift: LiftSet) -> str:
    return f"seek-{lift.id}"


def jump(lift: LiftSet, time_s: float) -> None:
    """Take the player to a moment."""
    before = st.session_state.get(_seek_key(lift), {"n": 0})
    st.session_state[_seek_key(lift)] = {"t": time_s, "n": before["n"] + 1}


# ---- what was found ---------------------------------------------------------------------------------


def _fault(who: Visitor, lift: LiftSet, report: Report, group: Group) -> None:
    """One fault: what was seen, each time with a picture and a way to it, why it matters, the cue."""
    fault = group.fault
    with st.container(border=True):
        st.subheader(f"{'Fault' if group.worst.verdict == 'fault' else 'Warning'}: {fault.title}")
        st.write(fault.see)
        for finding in group.findings:
            _finding(who, lift, report, finding)
        if price := load_words.price_of(report, fault.code):
            st.write(f"**What it cost.** {price[:1].upper()}{price[1:]}.")
        st.write(f"**Why it matters.** {fault.why}")
        st.write(f"**Cue.** {fault.cue}")
        with st.expander("What this cannot tell, and where the limit comes from"):
            st.write(f"{fault.cannot_tell}\n\n{fault.source}")


def _finding(who: Visitor, lift: LiftSet, report: Report, finding: Finding) -> None:
    segment = -1 if finding.segment is None else finding.segment
    key = f"{lift.id}-{finding.code}-{segment}"
    mark = sets.mark_of(lift, who.person_id, finding.code, finding.segment)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{seen_at(report, finding)}")
        middle = (finding.start_s + finding.end_s) / 2
        st.button("Show", key=f"show-{key}", on_click=jump, args=(lift, middle))
        for label, right in ((":material/thumb_up: Right", True), (":material/thumb_down: Wrong", False)):
            st.button(
                label, key=f"mark-{right}-{key}", type="primary" if mark is right else "tertiary",
                help="Kept with the set, to make formcheck better and your history truer.",
                on_click=sets.mark,
                args=(who.store, lift.id, who.person_id, finding.code, finding.segment,
                      None if mark is right else right),
            )  # fmt: skip


def _load(report: Report) -> None:
    """The load on the low back, rep by rep: to compare one's own reps, never a verdict."""
    if report.load is None or not report.load.segments:
        return
    st.subheader("Load on the low back")
    st.write(f"**{load_words.summary(report)}** {load_words.hint(report)}")
    plank = report.exercise == "plank"
    st.write(load_words.PLANK_MEANING if plank else load_words.MEANING)
    head, rows = load_words.table(report)
    st.dataframe([dict(zip(head, cells, strict=True)) for _, cells in rows], hide_index=True)
    with st.expander("What these numbers are, and what they are not"):
        st.write(f"{load_words.caveat(report)}\n\n{load_words.assumed(report.load)}")


def _not_judged(report: Report) -> None:
    reasons = [f"- **{titles}**: {why}" for titles, why in not_judged(report)]
    if reasons:
        st.subheader("Could not judge")
        st.write("\n".join(reasons))
    problems = [f"- **{g.fault.title}**: {g.fault.cue}" for g in filming(report)]
    if problems:
        st.subheader("Filming")
        st.write("\n".join(problems))
