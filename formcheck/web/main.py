"""The script that Streamlit runs for every visitor: safety first, then the pages."""

from __future__ import annotations

import streamlit as st

from formcheck.web import links
from formcheck.web.media_routes import ASSETS
from formcheck.web.screens import check, history, live, manual, review, safety, side_by_side, you
from formcheck.web.visitor import Visitor, visitor

NO_COOKIE = (
    "This browser keeps no cookie for this page, so formcheck cannot tell it from another site. "
    "Allow cookies for this address and reload the page."
)


def run() -> None:
    """Show the page that was asked for."""
    st.set_page_config(page_title="formcheck", page_icon=ASSETS / "icon.svg", layout="centered")
    who = visitor()
    if who is None:
        st.title("formcheck")
        st.error(NO_COOKIE)
        return
    if not safety.passed(who):
        safety.ask(who)
        return
    if not who.profile().asked:
        you.first(who)
        return
    navigate(who)


def navigate(who: Visitor) -> None:
    """The pages, and the one that is open."""
    pages = {
        "check": st.Page(lambda: check.show(who), title="Check a set", url_path="check", default=True),
        "live": st.Page(lambda: live.show(who), title="Live", url_path="live"),
        "history": st.Page(lambda: history.show(who), title="History", url_path="history"),
        "manual": st.Page(lambda: manual.show(who), title="Manual", url_path="manual"),
        "you": st.Page(lambda: you.show(who), title="You", url_path="you"),
        "side": st.Page(
            lambda: side_by_side.show(who), title="Side by side", url_path="side", visibility="hidden"
        ),
        "review": st.Page(lambda: review.show(who), title="Review", url_path="review", visibility="hidden"),
    }
    links.remember(pages)
    opened = st.navigation([*pages.values()], position="hidden")
    links.menu()
    opened.run()


if __name__ == "__main__":
    run()
