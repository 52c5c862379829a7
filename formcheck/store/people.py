"""People: the one of a machine without a team, and everybody's profile and safety answers."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from formcheck.store import Store
from formcheck.store.models import Person, SafetyAnswer

ASK_AGAIN_S = 90 * 86400  # safety is asked again after three months (engineering choice)
LOCAL = "local"  # the id of the one person of a machine without a team


def local(store: Store) -> str:
    """The one person of a machine without a team, made if they are not there yet."""
    with store.begin() as session:
        if session.get(Person, LOCAL) is None:
            session.add(Person(id=LOCAL))
    return LOCAL


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


def forget(store: Store, person_id: str) -> None:
    """Delete what the person said about their body and to the safety questions, from the disk too."""
    unsaid = {"height_m": None, "mass_kg": None, "sex": None, "load_kg": None, "asked": False}
    update_profile(store, person_id, **unsaid)
    with store.begin() as session:
        session.execute(delete(SafetyAnswer).where(SafetyAnswer.person_id == person_id))
    store.shred()


def _person(session: Session, person_id: str) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise LookupError(f"there is no person {person_id}")
    return person
