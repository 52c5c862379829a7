"""From page to page, with the set in the address so that it survives a reload."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from formcheck.web.server import server

PAGES = "pages"  # where the session keeps the pages by name


def remember(pages: dict[str, Any]) -> None:
    """Keep the pages of this run, so that other pages can lead to them."""
    st.session_state[PAGES] = pages


def menu() -> None:
    """The way to every page, in sight on a phone too: Streamlit's own menu hides behind a sign there."""
    with st.container(horizontal=True, key="menu"):
        for page in st.session_state[PAGES].values():
            if page.visibility == "visible":
                st.page_link(page)


def go(page: str, **query: str) -> None:
    """Open a page; query becomes its address."""
    st.switch_page(st.session_state[PAGES][page], query_params=query)


def leave(address: str, words: str) -> None:
    """A link to a page of this server outside the app, in the same tab."""
    st.html(f'<a href="{escape(address)}" target="_self">{escape(words)}</a>')


def public(path: str) -> str:
    """The whole address of a page of this server, to send to somebody."""
    base = server().settings.url or "/".join((st.context.url or "").split("/")[:3])
    return f"{base}{path}"
