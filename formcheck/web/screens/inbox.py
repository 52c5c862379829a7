"""A trainer's inbox: one line a client, or one a set, the most urgent first."""

from __future__ import annotations

import streamlit as st

from formcheck.exercises import EXERCISES
from formcheck.store import inbox
from formcheck.store.inbox import NEW, REVIEWED, SENT, Entry
from formcheck.web import links, wording
from formcheck.web.visitor import Visitor

BY_CLIENT, BY_SET = "By client", "Every set"
STATES = {NEW: "New", REVIEWED: "Reviewed", SENT: "Sent"}
PAGE = 30  # lines shown before asking for more
URGENT, NOTABLE = 2.0, 1.0  # severity times confidence from which a line is marked (engineering choice)


def title(waiting: int) -> str:
    """What the menu calls the page."""
    return f"Inbox ({waiting})" if waiting else "Inbox"


def show(who: Visitor) -> None:
    """The page."""
    st.title("Inbox")
    entries = inbox.entries(who.store, who.person_id)
    if not entries:
        st.info("Nothing here yet. The sets of your clients arrive here as soon as they are checked.")
        if st.button("Clients and invitations"):
            links.go("clients")
        return
    chosen = _filtered(entries)
    new = [e for e in chosen if e.state == NEW]
    if new and st.button(
        f"Review all {len(new)}, worst first" if len(new) > 1 else "Review it", type="primary",
        shortcut="Ctrl+Enter",
    ):  # fmt: skip
        links.go("review", set=new[0].set_id)
    view = st.segmented_control(
        "Show", [BY_CLIENT, BY_SET], default=BY_CLIENT, required=True, label_visibility="collapsed"
    )
    if not chosen:
        st.info("No set is like that.")
    elif view == BY_SET:
        _lines(chosen)
    else:
        _clients(chosen)


def _filtered(entries: list[Entry]) -> list[Entry]:
    """The sets that the fields above the list ask for; at first, all that are new or answered."""
    names = {e.client_id: e.client for e in entries}
    left, middle, right = st.columns(3)
    client = left.selectbox(
        "Client", ["", *sorted(names, key=lambda i: names[i].casefold())],
        format_func=lambda i: names.get(i, "Everybody"),
    )  # fmt: skip
    there = [name for name in EXERCISES if any(e.exercise == name for e in entries)]
    exercise = middle.selectbox(
        "Exercise", ["", *there],
        format_func=lambda name: EXERCISES[name].title if name else "Every exercise",
    )  # fmt: skip
    state = right.selectbox(
        "State", [NEW, REVIEWED, SENT, ""], format_func=lambda s: STATES.get(s, "All of them")
    )
    flagged = st.toggle("Only with a flag", False)
    return [
        e for e in entries
        if client in ("", e.client_id) and exercise in ("", e.exercise) and (not flagged or e.worst > 0)
        and (state in ("", e.state) or (state == NEW and e.answers))
    ]  # fmt: skip


def _clients(entries: list[Entry]) -> None:
    """One line a client: the most urgent set, and how many others."""
    by_client: dict[str, list[Entry]] = {}
    for entry in entries:
        by_client.setdefault(entry.client_id, []).append(entry)
    for theirs in by_client.values():
        worst = theirs[0]
        more = f" · and {len(theirs) - 1} more" if len(theirs) > 1 else ""
        answers = sum(e.answers for e in theirs)
        _line(worst, f"{worst.headline}{more}", answers)


def _lines(entries: list[Entry]) -> None:
    shown = st.session_state.get("inbox_shown", PAGE)
    for entry in entries[:shown]:
        _line(entry, f"{entry.headline} · {STATES[entry.state]}", entry.answers)
    if len(entries) > shown and st.button("Show more"):
        st.session_state["inbox_shown"] = shown + PAGE
        st.rerun()


def _line(entry: Entry, words: str, answers: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        answered = f" · **{answers} new answer{'s' if answers > 1 else ''}**" if answers else ""
        st.markdown(
            f"{_urgency(entry.worst)} **{wording.plain(entry.client)}** · {wording.plain(words)}"
            f" · {wording.day(entry.created_s)}{answered}"
        )
        st.space("stretch")
        if st.button("Review", key=f"inbox-{entry.set_id}"):
            links.go("review", set=entry.set_id)


def _urgency(worst: float) -> str:
    if not worst:
        return ":material/check:"
    colour = "red" if worst >= URGENT else "orange" if worst >= NOTABLE else "gray"
    return f":{colour}[:material/flag:]"
