"""A trainer's clients: who they are, what they sent, and how to invite another one."""

from __future__ import annotations

import time

import streamlit as st

from formcheck.store import accounts, audit, consent, invitations, sets
from formcheck.store.accounts import AccountError
from formcheck.store.models import Account, LiftSet, OneTimeLink
from formcheck.web import links, wording
from formcheck.web.screens import client_work, sentences
from formcheck.web.server import server
from formcheck.web.visitor import Visitor

MADE = "made_link"
COPY = "Send this link, to them alone. It works once."
DAY_S = 86400
SHOWN = 5  # newest sets of a client that are shown at once


def show(who: Visitor) -> None:
    """The page: every client, the one with the newest set first."""
    st.title("Clients")
    mine = accounts.clients(who.store, who.person_id)
    newest = {c.person_id: sets.newest_of_client(who.store, who.person_id, c.person_id) for c in mine}
    seen = [(client, newest[client.person_id]) for client in mine]
    for client, last in sorted(seen, key=lambda pair: -(pair[1].created_s if pair[1] else 0.0)):
        _card(who, client, last)
    if not mine:
        st.info("You have no clients here yet. Invite the first one below.")
    invite(who, trainer=False)
    sentences.show(who)


def show_one(who: Visitor) -> None:
    """The page of one client, named by the address: their sets, a new password, the end."""
    mine = {c.person_id: c for c in accounts.clients(who.store, who.person_id)}
    client = mine.get(st.query_params.get("client", ""))
    if client is None:
        st.title("Client")
        st.info("There is no such client here.")
        return
    st.title(wording.plain(client.person.name))
    st.write(client.email)
    lifts = sets.of_client(who.store, who.person_id, client.person_id)
    if not lifts:
        st.info(_why_none(who, client))
    for lift in lifts[:SHOWN]:
        _set(lift)
    if len(lifts) > SHOWN:
        with st.expander(f"{len(lifts) - SHOWN} earlier sets"):
            for lift in lifts[SHOWN:]:
                _set(lift)
    client_work.show(who, client.person_id, lifts)
    _manage(who, client)


def _card(who: Visitor, client: Account, last: sets.Newest | None) -> None:
    with st.container(border=True):
        st.markdown(f"**{wording.plain(client.person.name)}**")
        if last:
            number = f"{last.count} set{'s' if last.count > 1 else ''}"
            st.markdown(f"{number}, the last one {wording.day(last.created_s)}: {last.headline or '…'}")
        else:
            st.write(_why_none(who, client))
        with st.container(horizontal=True):
            if last and last.judged and st.button("Open the last set", key=f"last-{client.person_id}"):
                links.go("review", set=last.set_id)
            if st.button("All of them", key=f"all-{client.person_id}"):
                links.go("client", client=client.person_id)


def _why_none(who: Visitor, client: Account) -> str:
    if not consent.given(who.store, client.person_id):
        return "Has not agreed yet that sets are stored and shown to you, or took that back."
    return "Has not checked a set yet."


def _set(lift: LiftSet) -> None:
    with st.container(border=True):
        st.markdown(f"**{lift.headline or 'Being checked.'}**")
        st.markdown(f"{wording.day(lift.created_s)} · {wording.plain(lift.name)}")
        if lift.report and st.button("Open", key=f"open-{lift.id}"):
            links.go("review", set=lift.id)


def _manage(who: Visitor, client: Account) -> None:
    with st.expander("Forgotten password, or the end of your work together"):
        if st.button("Make a link for a new password"):
            try:
                path = f"/reset/{invitations.reset_link(who.store, who.person_id, client.person_id)}"
                give(path, 1)
                mail_link(client.email, "A link for a new password", path)
            except AccountError as e:
                st.error(str(e))
        st.write("Ending it: you see nothing of theirs any more. Their account and their sets stay theirs.")
        sure = st.checkbox("Yes, end it")
        if st.button("End it", disabled=not sure):
            accounts.part(who.store, who.person_id, client.person_id)
            with who.store.begin() as session:
                audit.note(session, who.person_id, client.person_id, audit.PARTED)
            links.go("clients")


# ---- inviting, for clients here and for trainers on the page People ----------------------------------


def invite(who: Visitor, *, trainer: bool) -> None:
    """A form that makes an invitation, and the ones that are still open."""
    whom = "trainer" if trainer else "client"
    st.header(f"Invite a {whom}")
    with st.form(f"invite-{whom}", clear_on_submit=True):
        email = st.text_input(
            "Their e-mail address (optional)", max_chars=254,
            help="With it, only an account with this address can be made.",
        )  # fmt: skip
        if st.form_submit_button("Make an invitation", type="primary"):
            try:
                token = invitations.invite(who.store, who.person_id, trainer=trainer, email=email)
                st.session_state[MADE] = f"/join/{token}"
                mail_link(email, "Your invitation to formcheck", f"/join/{token}")
            except AccountError as e:
                st.error(str(e))
    if made := st.session_state.pop(MADE, None):
        give(made, invitations.LASTS_S // DAY_S)
    for link in invitations.open_ones(who.store, who.person_id):
        if link.trainer == trainer:
            _open_one(who, link)


def mail_link(email: str, subject: str, path: str) -> None:
    """Send a link as a mail too, where that is configured and it is known whom to."""
    mailer = server().mailer
    if mailer is not None and email.strip():
        mailer.link(email.strip(), subject, path)


def give(path: str, days: int) -> None:
    """Show a link to copy, this once: only its hash is kept."""
    st.success(f"{COPY} It is good for {days} day{'s' if days > 1 else ''} and is shown only now.")
    st.code(links.public(path), language=None, wrap_lines=True)


def _open_one(who: Visitor, link: OneTimeLink) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        days = max(1, round((link.expires_s - time.time()) / DAY_S))
        st.markdown(f"Open for {days} more days: {wording.plain(link.email or 'anybody who has the link')}")
        st.button(
            "Withdraw", key=f"withdraw-{link.token_sha256}", on_click=invitations.withdraw,
            args=(who.store, who.person_id, link.token_sha256),
        )  # fmt: skip
