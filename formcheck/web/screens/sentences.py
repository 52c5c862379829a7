"""Sentences that a trainer writes often, to choose from in every comment."""

from __future__ import annotations

import streamlit as st

from formcheck.errors import TrackError
from formcheck.store import coaching
from formcheck.web.visitor import Visitor


def show(who: Visitor) -> None:
    """The part of the page Clients, folded away."""
    with st.expander("Sentences that you write often"):
        for kept in coaching.templates(who.store, who.person_id):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(kept.text)
                st.button(
                    "Delete", key=f"sentence-{kept.id}", type="tertiary",
                    on_click=coaching.remove_template, args=(who.store, who.person_id, kept.id),
                )  # fmt: skip
        with st.form("sentence", border=False, clear_on_submit=True):
            text = st.text_input("New sentence", max_chars=300)
            if st.form_submit_button("Keep it"):
                try:
                    coaching.add_template(who.store, who.person_id, text)
                except TrackError as e:
                    st.error(str(e))
                    return
                st.rerun()
