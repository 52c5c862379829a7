"""The script that Streamlit runs for every visitor: safety first, then the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from formcheck.store import comments, consent
from formcheck.store import inbox as inbox_store
from formcheck.store.models import Account
from formcheck.web import components, links
from formcheck.web.media_routes import ASSETS
from formcheck.web.screens import (
    agreement,
    check,
    clients,
    history,
    inbox,
    live,
    live_webrtc,
    manual,
    news,
    people,
    privacy,
    queue,
    review,
    safety,
    side_by_side,
    trainer_and_tool,
    you,
)  # fmt: skip
from formcheck.web.server import server
from formcheck.web.visitor import Visitor, visitor

Pages = dict[str, StreamlitPage]

NO_COOKIE = (
    "This browser keeps no cookie for this page, so formcheck cannot tell it from another site. "
    "Allow cookies for this address and reload the page."
)


def run() -> None:
    """Show the page that was asked for."""
    st.set_page_config(page_title="formcheck", page_icon=ASSETS / "icon.svg", layout="centered")
    st.html(ASSETS / "page.css")
    who = visitor()
    if who is None:
        _nobody()
    elif who.account is not None:
        team_pages(who, who.account)
    elif ready(who):
        open_one(pages_of(who) | queue_page(who, visibility="hidden"))  # the page You leads to it


def _nobody() -> None:
    st.title("formcheck")
    if server().settings.team:
        st.info("You are signed out.")
        links.leave("/sign-in", "Sign in")
    else:
        st.error(NO_COOKIE)


def ready(who: Visitor) -> bool:
    """Whether somebody may check sets: otherwise what comes before it is shown instead."""
    if who.account is not None and not consent.given(who.store, who.person_id):
        agreement.ask(who)
    elif not safety.passed(who):
        safety.ask(who)
    elif not who.profile().asked:
        you.first(who)
    else:
        return True
    return False


def pages_of(who: Visitor, gate: Callable[[Visitor], bool] = lambda _: True) -> Pages:
    """The pages about a person's own sets. gate: asked before each whether it is shown."""

    def page(show: Callable[[Visitor], None], title: str, path: str, **how: Any) -> StreamlitPage:
        return st.Page(lambda: show(who) if gate(who) else None, title=title, url_path=path, **how)

    unseen = sum(comments.unseen(who.store, who.person_id).values())
    first = who.account is None or (not who.account.trainer and not who.account.admin)
    return {
        "check": page(check.show, "Check a set", "check", default=first),
        "live": page(live.show, "Live", "live"),
        "live-webrtc": page(live_webrtc.show, "Live on the server", "live-webrtc", visibility="hidden"),
        "history": page(history.show, news.title(unseen), "history"),
        "manual": st.Page(lambda: manual.show(who), title="Manual", url_path="manual"),
        "you": page(you.show, "You", "you"),
        "side": page(side_by_side.show, "Side by side", "side", visibility="hidden"),
        "review": st.Page(lambda: review.show(who), title="Review", url_path="review", visibility="hidden"),
    }


def team_pages(who: Visitor, account: Account) -> None:
    """The pages of somebody in a team: their own, and what their role adds."""
    own = pages_of(who, ready)
    work: Pages = {}
    if account.trainer:
        waiting = inbox_store.waiting(who.store, who.person_id)
        work["inbox"] = st.Page(
            lambda: inbox.show(who), title=inbox.title(waiting), url_path="inbox", default=True
        )
        work["clients"] = st.Page(lambda: clients.show(who), title="Clients", url_path="clients")
        work["agreement"] = st.Page(
            lambda: trainer_and_tool.show(who), title="Agreement", url_path="agreement"
        )
        work["client"] = st.Page(
            lambda: clients.show_one(who), title="Client", url_path="client", visibility="hidden"
        )
    if account.admin:
        work["people"] = st.Page(
            lambda: people.show(who), title="People", url_path="people", default=not account.trainer
        )
        work |= queue_page(who)
    components.signed_in()
    own["privacy"] = st.Page(lambda: privacy.show(who), title="Privacy", url_path="privacy")
    open_one(work | own)


def queue_page(who: Visitor, **how: Any) -> Pages:
    """The page about the work of the server."""
    return {"queue": st.Page(lambda: queue.show(who), title="Queue", url_path="queue", **how)}


def open_one(pages: Pages) -> None:
    """Show the page that the address names, with the way to the others."""
    links.remember(pages)
    opened = st.navigation([*pages.values()], position="hidden")
    links.menu()
    opened.run()


if __name__ == "__main__":
    run()
