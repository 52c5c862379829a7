"""Consent of a person of a team: asked before anything is stored, versioned, recorded, revocable."""

from __future__ import annotations

import time

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from formcheck.store import Store, audit
from formcheck.store.models import Consent

VERSION = 1
"""Of the text that is shown (`formcheck.web.team.consent`); a new one asks everybody again."""


def holds(session: Session, person_id: str) -> bool:
    """Whether the person agrees to the text as it is now."""
    return (
        session.scalar(
            select(Consent.id)
            .where(
                Consent.person_id == person_id, Consent.version == VERSION, Consent.revoked_s.is_(None)
            )
            .limit(1)
        )
        is not None
    )  # fmt: skip


def given(store: Store, person_id: str) -> bool:
    """Whether the person agrees to the text as it is now."""
    with store.begin() as session:
        return holds(session, person_id)


def give(store: Store, person_id: str) -> None:
    """Record that the person agrees."""
    with store.begin() as session:
        if not holds(session, person_id):
            session.add(Consent(person_id=person_id, version=VERSION))
            audit.note(session, person_id, person_id, audit.AGREED, f"version {VERSION}")


def revoke(store: Store, person_id: str) -> None:
    """Record that the person no longer agrees: from now on nobody else sees anything of theirs."""
    with store.begin() as session:
        session.execute(
            update(Consent)
            .where(Consent.person_id == person_id, Consent.revoked_s.is_(None))
            .values(revoked_s=time.time())
        )
        audit.note(session, person_id, person_id, audit.REVOKED)


def history(store: Store, person_id: str) -> list[Consent]:
    """Every consent of a person, newest first; detached, to read only."""
    with store.begin() as session:
        found = list(
            session.scalars(
                select(Consent).where(Consent.person_id == person_id).order_by(Consent.given_s.desc())
            )
        )
        session.expunge_all()
        return found
