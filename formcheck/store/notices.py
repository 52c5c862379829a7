"""What somebody is to be told of by mail, one notice of a kind and person at a time.

The database knows only that there is something new, never what: a mail carries a link and nothing else.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from formcheck.store import Store, consent
from formcheck.store.models import Account, Coaching
from formcheck.store.review_models import Notice

SETS, COMMENTS, ANSWERS = "sets", "comments", "answers"
MOST_TRIES = 5
STALE_S = 86400.0  # what could not be told for a day is not told any more


@dataclass(frozen=True)
class Letter:
    """A notice that is to be sent now: of which kind, and where to."""

    notice_id: str
    kind: str
    email: str


def due(session: Session, person_id: str, kind: str) -> None:
    """Have a person told that something of this kind is new, if they have an account and want mails."""
    account = session.get(Account, person_id)
    if account is None or account.closed or not account.mails:
        return
    notice = session.scalar(select(Notice).where(Notice.person_id == person_id, Notice.kind == kind))
    if notice is None:
        notice = Notice(person_id=person_id, kind=kind)
        session.add(notice)
    if notice.due_s is None:
        notice.due_s, notice.tries = time.time(), 0


def trainers(session: Session, client_id: str, kind: str) -> None:
    """Have every trainer of a person told, as long as that person consents."""
    if not consent.holds(session, client_id):
        return
    for trainer_id in session.scalars(select(Coaching.trainer_id).where(Coaching.client_id == client_id)):
        due(session, trainer_id, kind)


def claim(store: Store, gap_s: float) -> list[Letter]:
    """Take what may be sent now: nobody gets two mails of a kind within gap_s.

    Taken by one conditional write each, so that two servers never send the same. A mail that fails is put
    back by `failed`.
    """
    now, letters = time.time(), []
    ready = (
        Notice.due_s.is_not(None), or_(Notice.sent_s.is_(None), Notice.sent_s < now - gap_s),
        Notice.tries < MOST_TRIES,
    )  # fmt: skip
    with store.begin() as session:
        session.execute(update(Notice).where(Notice.due_s < now - STALE_S).values(due_s=None))
        found = session.execute(
            select(Notice.id, Notice.kind, Account.email)
            .join(Account, Account.person_id == Notice.person_id)
            .where(*ready, Account.mails.is_(True), Account.closed.is_(False))
        ).all()
        for notice_id, kind, email in found:
            taken = session.execute(
                update(Notice)
                .where(Notice.id == notice_id, *ready)
                .values(due_s=None, sent_s=now, tries=Notice.tries + 1)
            )
            if taken.rowcount == 1:  # type: ignore[attr-defined]
                letters.append(Letter(notice_id, kind, email))
    return letters


def failed(store: Store, letter: Letter) -> None:
    """Put a notice back that could not be sent: it is tried again after the usual gap."""
    with store.begin() as session:
        session.execute(
            update(Notice)
            .where(Notice.id == letter.notice_id, Notice.due_s.is_(None))
            .values(due_s=time.time())
        )


def choose(store: Store, person_id: str, mails: bool) -> None:
    """Keep whether a person wants mails."""
    with store.begin() as session:
        session.get_one(Account, person_id).mails = mails
