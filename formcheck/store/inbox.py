"""A trainer's inbox: the judged sets of all their clients, the most urgent first, and what became of them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, select

from formcheck.store import Store, access, comments, consent
from formcheck.store.models import Coaching, Consent, LiftSet, Person
from formcheck.store.review_models import Comment, Review

NEW, REVIEWED, SENT = "new", "reviewed", "sent"


@dataclass(frozen=True)
class Entry:
    """One set of one client, as a line. worst: severity times confidence of its most urgent flag."""

    set_id: str
    client_id: str
    client: str
    exercise: str
    headline: str
    created_s: float
    worst: float
    state: str
    answers: int
    """How many answers of the client the trainer has not seen."""


def entries(store: Store, trainer_id: str, *, only_new: bool = False, most: int = 500) -> list[Entry]:
    """Every judged set of the trainer's clients, the most urgent first, then the newest."""
    answered = (
        select(func.count())
        .where(
            Comment.set_id == LiftSet.id, Comment.author_id == LiftSet.owner_id, Comment.sent_s.is_not(None),
            Comment.seen_s.is_(None),
        )
        .scalar_subquery()
    )  # fmt: skip
    asked = _reachable(
        select(LiftSet.id, LiftSet.owner_id, Person.name, LiftSet.exercise, LiftSet.headline,
               LiftSet.created_s, LiftSet.worst, Review.reviewed_s, Review.sent_s, answered),
        trainer_id,
    ).join(Person, Person.id == LiftSet.owner_id)  # fmt: skip
    if only_new:
        asked = asked.where(Review.set_id.is_(None))
    with store.begin() as session:
        if not access.is_trainer(session, trainer_id):
            return []
        rows = session.execute(
            asked.order_by(LiftSet.worst.desc(), LiftSet.created_s.desc()).limit(most)
        ).all()
    return [
        Entry(r[0], r[1], r[2], r[3] or "", r[4] or "", r[5], r[6], _state(r[7], r[8]), r[9]) for r in rows
    ]


def waiting(store: Store, trainer_id: str) -> int:
    """How many sets are new to this trainer."""
    with store.begin() as session:
        if not access.is_trainer(session, trainer_id):
            return 0
        asked = _reachable(select(func.count()).select_from(LiftSet), trainer_id)
        return session.scalar(asked.where(Review.set_id.is_(None))) or 0


def following(store: Store, trainer_id: str, set_id: str) -> str | None:
    """The set to review after this one: the most urgent new one that is another; None when none is left."""
    return next((e.set_id for e in entries(store, trainer_id, only_new=True) if e.set_id != set_id), None)


def state(store: Store, trainer_id: str, set_id: str) -> str:
    """What became of a set: new, reviewed or sent."""
    with store.begin() as session:
        review = session.get(Review, (set_id, trainer_id))
        return _state(review.reviewed_s, review.sent_s) if review else NEW


def finish(store: Store, trainer_id: str, set_id: str) -> int:
    """Be through with a set: every draft is sent; returns how many. Raises LookupError for others' sets."""
    with store.begin() as session:
        lift = session.get(LiftSet, set_id)
        if lift is None or access.reach(session, trainer_id, lift.owner_id) is not access.Reach.TRAINER:
            raise LookupError(f"this person reviews no set {set_id}")
        sent = comments.send(session, trainer_id, lift)
        review = session.get(Review, (set_id, trainer_id))
        if review is None:
            review = Review(set_id=set_id, trainer_id=trainer_id)
            session.add(review)
        review.reviewed_s = time.time()
        if sent:
            review.sent_s = review.reviewed_s
        return sent


def reopen(store: Store, trainer_id: str, set_id: str) -> None:
    """Have a set as new again; what was sent stays sent."""
    with store.begin() as session:
        review = session.get(Review, (set_id, trainer_id))
        if review is not None:
            session.delete(review)


def _reachable(asked: Select[Any], trainer_id: str) -> Select[Any]:
    """Judged sets of whom this trainer coaches and who consent: what `access.reach` says, as a join."""
    agreed = select(Consent.person_id).where(Consent.version == consent.VERSION, Consent.revoked_s.is_(None))
    return (
        asked.join(Coaching, and_(Coaching.client_id == LiftSet.owner_id, Coaching.trainer_id == trainer_id))
        .outerjoin(Review, and_(Review.set_id == LiftSet.id, Review.trainer_id == trainer_id))
        .where(LiftSet.report.is_not(None), LiftSet.owner_id.in_(agreed))
    )


def _state(reviewed_s: float | None, sent_s: float | None) -> str:
    return NEW if reviewed_s is None else REVIEWED if sent_s is None else SENT
