"""What trainer and client say to each other about a set, and how the trainer ends a review."""

from __future__ import annotations

from typing import Any

import streamlit as st

from formcheck.errors import TrackError
from formcheck.exercises import EXERCISES
from formcheck.report import Report
from formcheck.store import coaching, comments, inbox, sets
from formcheck.store.comments import Draft
from formcheck.store.models import LiftSet, new_id
from formcheck.store.review_models import Comment
from formcheck.views.groups import labels
from formcheck.web import links, wording
from formcheck.web.screens.rep_cards import Jump
from formcheck.web.visitor import Visitor
from formcheck.words import clock


def about(who: Visitor, lift: LiftSet, found: list[Comment]) -> dict[str, Any]:
    """What the player needs for comments and marks. The browser writes them as text, never as HTML."""
    exercise = EXERCISES.get(lift.exercise or "")
    mine = [m for m in lift.marks if m.person_id == who.person_id and m.flagged]
    kept = [] if who.owns(lift) else coaching.templates(who.store, who.person_id)
    return {
        "comments": [
            {"at": c.at_s, "author": c.author, "text": c.text, "strokes": c.strokes,
             "done": c.done_s is not None}
            for c in found if c.reply_to is None
        ],
        "marks": {f"{m.code}/{m.segment}": m.right for m in mine},
        "faults": [{"code": f.code, "title": f.title} for f in exercise.faults] if exercise else [],
        "templates": [t.text for t in kept],
        "marking": True,
        "address": f"/api/sets/{lift.id}",
    }  # fmt: skip


def show(who: Visitor, lift: LiftSet, report: Report, found: list[Comment], jump: Jump) -> None:
    """Every comment with its answers, oldest first."""
    answers: dict[str, list[Comment]] = {}
    for comment in found:
        if comment.reply_to:
            answers.setdefault(comment.reply_to, []).append(comment)
    said = [c for c in found if c.reply_to is None]
    if said:
        st.subheader("Comments")
    for comment in said:
        _comment(who, lift, report, comment, answers.get(comment.id, []), jump)
    _missed(who, lift, report)
    if not who.owns(lift):
        _general(who, lift)
    comments.saw(who.store, who.person_id, lift.id)


def _comment(
    who: Visitor, lift: LiftSet, report: Report, comment: Comment, answers: list[Comment], jump: Jump
) -> None:
    with st.container(border=True, key=f"comment-{comment.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(_heading(report, comment))
            if comment.at_s is not None:
                st.button("Show", key=f"see-{comment.id}", on_click=jump, args=(comment.at_s,))
        st.text(comment.text or "A drawing.")
        for answer in answers:
            st.markdown(f"**{wording.plain(answer.author)}**, {wording.day(answer.created_s)}")
            st.text(answer.text)
        if comment.sent_s is None:
            st.button("Delete", key=f"drop-{comment.id}", on_click=comments.remove,
                      args=(who.store, who.person_id, comment.id))  # fmt: skip
            return
        if who.owns(lift) and comment.author_id != who.person_id:
            st.checkbox("Done", comment.done_s is not None, key=f"done-{comment.id}", on_change=_done,
                        args=(who, comment.id))  # fmt: skip
        elif comment.done_s is not None:
            st.markdown(f":green[Done], {wording.day(comment.done_s)}")
        _answer(who, lift, comment)


def _heading(report: Report, comment: Comment) -> str:
    name = labels(report).get(comment.segment) if comment.segment is not None else None
    where = [clock(comment.at_s)] if comment.at_s is not None else []
    when = "draft, not sent yet" if comment.sent_s is None else wording.day(comment.sent_s)
    parts = [f"**{wording.plain(comment.author)}**", *where, *([name] if name else []), when]
    return " · ".join(parts)


def _done(who: Visitor, comment_id: str) -> None:
    comments.set_done(who.store, who.person_id, comment_id, bool(st.session_state[f"done-{comment_id}"]))


def _answer(who: Visitor, lift: LiftSet, comment: Comment) -> None:
    with st.popover("Answer"), st.form(f"answer-{comment.id}", border=False, clear_on_submit=True):
        text = st.text_area("Your answer", max_chars=comments.LONGEST)
        if st.form_submit_button("Send"):
            _keep(who, lift, text, comment.id)


def _general(who: Visitor, lift: LiftSet) -> None:
    with st.popover("Comment on the whole set"):
        kept = ["", *(t.text for t in coaching.templates(who.store, who.person_id))]
        chosen = st.selectbox("Kept sentence", kept, key=f"kept-{lift.id}") if len(kept) > 1 else ""
        with st.form(f"general-{lift.id}", border=False, clear_on_submit=True):
            text = st.text_area("Comment", chosen, max_chars=comments.LONGEST)
            if st.form_submit_button("Keep"):
                _keep(who, lift, text, None)


def _keep(who: Visitor, lift: LiftSet, text: str, reply_to: str | None) -> None:
    try:
        raw: dict[str, Any] = {"key": new_id(), "text": text, "strokes": [], "reply_to": reply_to}
        comments.add(who.store, who.person_id, lift.id, Draft.of(raw))
    except TrackError as e:
        st.error(str(e))
        return
    st.rerun()


def _missed(who: Visitor, lift: LiftSet, report: Report) -> None:
    """The faults that this person marked as missed, to take back."""
    exercise = EXERCISES.get(lift.exercise or "")
    titles, named = {f.code: f.title for f in exercise.faults} if exercise else {}, labels(report)
    for mark in lift.marks:
        if (
            mark.person_id == who.person_id
            and not mark.flagged
            and mark.code in titles
            and mark.segment in named
        ):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"You marked as missed: {titles[mark.code]}, {named[mark.segment]}.")
                st.button("Take it back", key=f"missed-{mark.id}", on_click=_unmark,
                          args=(who, lift.id, mark.code, mark.segment))  # fmt: skip


def end(who: Visitor, lift: LiftSet, found: list[Comment]) -> None:
    """For a trainer: send, or be through without a word, and go on with the next set."""
    if who.owns(lift):
        return
    drafts = sum(c.sent_s is None and c.author_id == who.person_id for c in found)
    state = inbox.state(who.store, who.person_id, lift.id)
    following = inbox.following(who.store, who.person_id, lift.id)
    words = f"Send {drafts} comment{'s' if drafts > 1 else ''}" if drafts else "Reviewed, nothing to say"
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            f"{words}{', next set' if following else ''}", type="primary", key=f"end-{lift.id}",
            shortcut="Ctrl+Enter", disabled=not drafts and state != inbox.NEW,
        ):  # fmt: skip
            inbox.finish(who.store, who.person_id, lift.id)
            if following:
                links.go("review", set=following)
            links.go("inbox")
        if following and st.button("Next set", key=f"next-{lift.id}"):
            links.go("review", set=following)
        if st.button("Inbox", key=f"inbox-{lift.id}"):
            links.go("inbox")
        if state != inbox.NEW and st.button("Have it as new again", key=f"reopen-{lift.id}"):
            inbox.reopen(who.store, who.person_id, lift.id)
            st.rerun()


def _unmark(who: Visitor, set_id: str, code: str, segment: int) -> None:
    sets.mark(who.store, set_id, who.person_id, code, segment, None)
