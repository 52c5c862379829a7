"""Whose page this is: the person behind the cookie of the browser that asks."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from formcheck.jobs import queue
from formcheck.store import Store, access, accounts, people
from formcheck.store.models import Account, LiftSet, Person
from formcheck.store.tokens import TOKEN
from formcheck.web import guard
from formcheck.web.server import server


@dataclass(frozen=True)
class Visitor:
    """One person, and the store that holds what is theirs. account: None without a team."""

    store: Store
    person_id: str
    account: Account | None = None

    def profile(self) -> Person:
        """What the person told about themselves."""
        return people.profile(self.store, self.person_id)

    def owns(self, lift: LiftSet) -> bool:
        """Whether this is a set of the person's own, and not of a client of theirs."""
        return lift.owner_id == self.person_id

    def video(self, lift: LiftSet) -> str | None:
        """The address of the video of a set; None where there is none for this person."""
        if lift.playback is None:
            return None
        with self.store.begin() as session:
            seen = access.may_see_pictures(session, self.person_id, lift)
        return f"/m/{lift.id}/{lift.playback}" if seen else None

    def start(self, lift: LiftSet, kind: str) -> None:
        """Queue a job for one of the person's sets."""
        with self.store.begin() as session:
            job_id = queue.enqueue(session, lift, kind).id
        server().supervisor.send(job_id)


def token() -> str | None:
    """The token in the cookie of this browser; None when it keeps no cookies."""
    value = st.context.cookies.get(guard.COOKIE, "")
    return value if TOKEN.fullmatch(value) else None


def visitor() -> Visitor | None:
    """Who looks at this page, asked anew in every run; None without a cookie, or once signed out."""
    found = token()
    if found is None:
        return None
    one = server()
    person_id = one.identity.person_of(found)
    if person_id is None:
        return None
    return Visitor(one.store, person_id, accounts.of(one.store, person_id) if one.settings.team else None)
