"""Who asks: from the token in a browser's cookie to a person, their profile and safety answers."""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from formcheck.store import Store
from formcheck.store.models import Browser, Person, SafetyAnswer

ASK_AGAIN_S = 90 * 86400  # safety is asked again after three months (engineering choice)
TOKEN_BYTES = 32


def new_token() -> str:
    """A fresh random token for a browser's cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def person_of(store: Store, token: str | None) -> str | None:
    """The id of the person this browser acts for; None for an unknown or missing token."""
    if not token:
        return None
    with store.begin() as session:
        return session.scalar(select(Browser.person_id).where(Browser.token_sha256 == _hash(token)))


def enrol(store: Store, token: str) -> str:
    """The person of this browser, made now if the browser is new."""
    known = person_of(store, token)
    if known is not None:
        return known
    with store.begin() as session:
        person = Person()
        session.add(person)
        session.flush()
        session.add(Browser(token_sha256=_hash(token), person_id=person.id))
        return person.id


def profile(store: Store, person_id: str) -> Person:
    """What the person told about themselves; detached, to read only."""
    with store.begin() as session:
        person = _person(session, person_id)
        session.flush()
        session.expunge(person)
        return person


def update_profile(store: Store, person_id: str, **values: Any) -> None:
    """Change fields of the profile."""
    with store.begin() as session:
        person = _person(session, person_id)
        for name, value in values.items():
            setattr(person, name, value)


def answer_safety(store: Store, person_id: str, outcome: str, answers: dict[str, Any]) -> None:
    """Keep the answers of today; older ones are replaced."""
    with store.begin() as session:
        for old in session.scalars(select(SafetyAnswer).where(SafetyAnswer.person_id == person_id)):
            session.delete(old)
        session.add(SafetyAnswer(person_id=person_id, outcome=outcome, answers=answers))


def safety(store: Store, person_id: str) -> SafetyAnswer | None:
    """The answers that still hold; None when they were never given or are too old."""
    with store.begin() as session:
        answer = session.scalar(
            select(SafetyAnswer)
            .where(SafetyAnswer.person_id == person_id, SafetyAnswer.answered_s > time.time() - ASK_AGAIN_S)
            .order_by(SafetyAnswer.answered_s.desc())
        )
        if answer is not None:
            session.expunge(answer)
        return answer


def _person(session: Session, person_id: str) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise LookupError(f"there is no person {person_id}")
    return person


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
