"""Whose page this is: the person behind the cookie of the browser that asks."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from formcheck.jobs import queue
from formcheck.store import Store, people
from formcheck.store.models import LiftSet, Person
from formcheck.store.tokens import TOKEN
from formcheck.web import guard
from formcheck.web.server import server


@dataclass(frozen=True)
class Visitor:
    """One person, and the store that holds what is theirs."""

    store: Store
    person_id: str

    def profile(self) -> Person:
        """What the person told about themselves."""
        return people.profile(self.store, self.person_id)

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
    return Visitor(one.store, person_id) if person_id else None
