"""Who opened what and when. Kept with the person it is about; seen by them and by the admins."""

from __future__ import annotations

import time

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from formcheck.store import Store
from formcheck.store.models import AuditEntry, Person

OPENED, FETCHED, EXPORTED = "opened", "downloaded", "took everything out"
INVITED, JOINED, RESET_MADE, NEW_PASSWORD = "invited", "joined", "made a password link", "set a new password"
SIGNED_IN, LOCKED, SIGNED_OUT_ALL = "signed in", "was locked out", "ended all sign-ins"
AGREED, REVOKED, CHOSE = "gave consent", "took consent back", "changed privacy choices"
DELETED, ERASED, EXPIRED = "deleted", "erased everything of", "deleted after the retention time"
PARTED, CHANGED = "stopped working with", "changed the account of"
AGAIN_S = 600.0  # the same thing opened again within this time is one visit


def note(
    session: Session, actor_id: str | None, about_id: str | None, action: str, what: str = "",
    set_id: str | None = None,
) -> None:  # fmt: skip
    """Write down what somebody does, in the transaction that does it. actor_id None: formcheck itself."""
    actor = session.get(Person, actor_id) if actor_id else None
    session.add(
        AuditEntry(
            actor_id=actor_id, actor=actor.name if actor else "formcheck", about_id=about_id,
            action=action, what=what, set_id=set_id,
        )
    )  # fmt: skip


def note_visit(store: Store, viewer_id: str, owner_id: str, set_id: str, action: str, what: str = "") -> None:
    """Write down that somebody looked at a set of somebody else; once for a visit, not for each request."""
    if viewer_id == owner_id:
        return
    with store.begin() as session:
        lately = session.scalar(
            select(AuditEntry.id)
            .where(
                AuditEntry.about_id == owner_id, AuditEntry.actor_id == viewer_id,
                AuditEntry.set_id == set_id, AuditEntry.action == action, AuditEntry.what == what,
                AuditEntry.at_s > time.time() - AGAIN_S,
            )
            .limit(1)
        )  # fmt: skip
        if lately is None:
            note(session, viewer_id, owner_id, action, what, set_id)


def about(store: Store, person_id: str, most: int = 200) -> list[AuditEntry]:
    """What was done with a person's data, newest first; detached, to read only."""
    with store.begin() as session:
        found = list(
            session.scalars(
                select(AuditEntry)
                .where(AuditEntry.about_id == person_id)
                .order_by(AuditEntry.at_s.desc())
                .limit(most)
            )
        )
        session.expunge_all()
        return found


def whole(store: Store, most: int = 500, person_id: str | None = None) -> list[AuditEntry]:
    """Everything that was written down, newest first, of everybody or by and about one person; detached."""
    asked = select(AuditEntry).order_by(AuditEntry.at_s.desc()).limit(most)
    if person_id is not None:
        asked = asked.where(or_(AuditEntry.about_id == person_id, AuditEntry.actor_id == person_id))
    with store.begin() as session:
        found = list(session.scalars(asked))
        session.expunge_all()
        return found
