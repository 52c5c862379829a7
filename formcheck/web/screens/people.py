"""The admin's page: every account, what each may do, and the log. No sets: an admin sees nobody's body."""

from __future__ import annotations

import streamlit as st

from formcheck.store import access, accounts, audit, erasure, invitations
from formcheck.store.accounts import AccountError
from formcheck.store.models import Account
from formcheck.web import wording
from formcheck.web.screens import clients, privacy
from formcheck.web.visitor import Visitor

SHOWN = 30  # accounts on the page at a time


def show(who: Visitor) -> None:
    """The page."""
    st.title("People")
    with who.store.begin() as session:
        if not access.may_manage(session, who.person_id):
            st.info("Only an admin manages people.")
            return
    _everybody(who)
    clients.invite(who, trainer=True)
    st.header("Log")
    st.caption("Who did what in the whole team, newest first.")
    st.dataframe(privacy.rows(audit.whole(who.store)), hide_index=True)


def _everybody(who: Visitor) -> None:
    """The accounts, or those that are looked for when they are many."""
    found = accounts.everybody(who.store)
    if len(found) > SHOWN:
        wanted = st.text_input("Find by name or e-mail address").strip().lower()
        found = [a for a in found if wanted in a.person.name.lower() or wanted in a.email]
        if len(found) > SHOWN:
            st.caption(f"The first {SHOWN} of {len(found)}.")
    for account in found[:SHOWN]:
        _card(who, account)


def _card(who: Visitor, account: Account) -> None:
    me = " (you)" if account.person_id == who.person_id else ""
    closed = ", closed" if account.closed else ""
    with st.container(border=True):
        st.markdown(f"**{wording.plain(account.person.name)}**{me} · {wording.plain(account.email)}")
        st.markdown(f"{_roles(account)}{closed}, since {wording.day(account.created_s)}")
        with st.popover("Change"):
            _roles_form(who, account)
            if st.button("Make a link for a new password", key=f"reset-{account.person_id}"):
                token = invitations.reset_link(who.store, who.person_id, account.person_id)
                clients.give(f"/reset/{token}", 1)
            _erase(who, account)


def _roles(account: Account) -> str:
    words = [word for word, has in (("admin", account.admin), ("trainer", account.trainer)) if has]
    return " and ".join(words or ["client"]).capitalize()


def _roles_form(who: Visitor, account: Account) -> None:
    with st.form(f"roles-{account.person_id}", border=False):
        admin = st.checkbox("Admin: manages people", account.admin)
        trainer = st.checkbox("Trainer: invites clients and sees their sets", account.trainer)
        closed = st.checkbox("Closed: cannot sign in", account.closed)
        if st.form_submit_button("Save"):
            try:
                accounts.change(who.store, account.person_id, admin=admin, trainer=trainer, closed=closed)
            except AccountError as e:
                st.error(str(e))
                return
            _note(who, account, f"admin {admin}, trainer {trainer}, closed {closed}")
            st.rerun()


def _erase(who: Visitor, account: Account) -> None:
    st.write("Or delete this person with every set, video and report, for good.")
    sure = st.checkbox("Yes, delete all of it", key=f"sure-{account.person_id}")
    if st.button("Delete", key=f"erase-{account.person_id}", disabled=not sure):
        try:
            erasure.erase(who.store, who.person_id, account.person_id)
        except AccountError as e:
            st.error(str(e))
            return
        st.rerun()


def _note(who: Visitor, account: Account, what: str) -> None:
    with who.store.begin() as session:
        audit.note(session, who.person_id, account.person_id, audit.CHANGED, what)
