"""Comments on a person's own sets that they have not seen yet, with the way to them."""

from __future__ import annotations

import streamlit as st

from formcheck.store import comments, sets
from formcheck.web import links, wording
from formcheck.web.visitor import Visitor


def title(unseen: int) -> str:
    """What the menu calls the history: with a dot when something is new there."""
    return f"History ● {unseen}" if unseen else "History"


def show(who: Visitor) -> None:
    """One line a set; nothing when there is nothing new."""
    for set_id, number in comments.unseen(who.store, who.person_id).items():
        lift = sets.find(who.store, set_id, who.person_id)
        if lift is None or lift.report is None:
            continue
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            new = f"{number} new comment{'s' if number > 1 else ''}"
            st.markdown(f"**{new}** on {wording.plain(lift.headline or '')} {wording.day(lift.created_s)}")
            if st.button("Read", key=f"news-{set_id}", type="primary"):
                links.go("review", set=set_id)
