"""What trainer and client say to each other about a set: at a moment, on a rep, or about all of it.

A trainer's comment is a draft until it is sent; the client's answers are there at once. What somebody may
read and write is asked of `access`.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from formcheck.errors import TrackError
from formcheck.store import Store, access, audit, notices
from formcheck.store.models import LiftSet, Person
from formcheck.store.review_models import Comment
from formcheck.store.strokes import checked

LONGEST = 2000  # characters
MOST = 300  # comments on one set
KEY = re.compile(r"[\w-]{8,64}")
EMPTY = "Write or draw something first."
TOO_LONG = f"A comment has at most {LONGEST} characters; shorten it."
TOO_MANY = f"A set has at most {MOST} comments; delete some first."
WRONG = "This is not a comment that formcheck made; write it again."
COMMENTED = "commented on"


@dataclass(frozen=True)
class Draft:
    """A comment as it comes in, checked. Raises TrackError through `of` with one sentence."""

    key: str
    text: str
    at_s: float | None
    segment: int | None
    strokes: list[dict[str, Any]]
    reply_to: str | None = None

    @staticmethod
    def of(raw: Mapping[str, Any]) -> Draft:
        """From what a browser or a file sent: trusted with nothing."""
        key, text, at_s, segment = (raw.get(name) for name in ("key", "text", "at_s", "segment"))
        reply_to = raw.get("reply_to")
        if not isinstance(key, str) or not KEY.fullmatch(key) or not isinstance(text, str):
            raise TrackError(WRONG)
        if not (at_s is None or (_number(at_s) and 0 <= at_s < 86400)):
            raise TrackError(WRONG)
        if not (segment is None or (isinstance(segment, int) and 0 <= segment < 10_000)):
            raise TrackError(WRONG)
        if not (reply_to is None or (isinstance(reply_to, str) and len(reply_to) <= 64)):
            raise TrackError(WRONG)
        words = clean(text)
        strokes = checked(raw.get("strokes", []))
        if not words and not strokes:
            raise TrackError(EMPTY)
        return Draft(key, words, None if at_s is None else float(at_s), segment, strokes, reply_to)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def clean(text: str) -> str:
    """Text without control characters and outer blanks. Raises TrackError when it is too long."""
    words = "".join(c for c in text if c in "\n\t" or c.isprintable()).strip()
    if len(words) > LONGEST:
        raise TrackError(TOO_LONG)
    return words


def of_set(store: Store, viewer_id: str, set_id: str) -> list[Comment]:
    """Every comment on a set that this person may read, oldest first; detached, to read only."""
    with store.begin() as session:
        lift = session.get(LiftSet, set_id)
        if lift is None or not access.may_see(session, viewer_id, lift):
            return []
        found = session.scalars(
            select(Comment).where(Comment.set_id == set_id, readable(viewer_id)).order_by(Comment.created_s)
        ).all()
        session.expunge_all()
        return list(found)


def on_sets_of(store: Store, owner_id: str) -> list[Comment]:
    """Every comment that was sent on the sets of a person, oldest first; detached, to read only."""
    with store.begin() as session:
        found = session.scalars(
            select(Comment)
            .join(LiftSet, LiftSet.id == Comment.set_id)
            .where(LiftSet.owner_id == owner_id, Comment.sent_s.is_not(None))
            .order_by(Comment.created_s)
        ).all()
        session.expunge_all()
        return list(found)


def readable(viewer_id: str) -> Any:
    """The condition under which somebody who may see the set may read a comment: sent, or their own."""
    return or_(Comment.sent_s.is_not(None), Comment.author_id == viewer_id)


def add(store: Store, author_id: str, set_id: str, draft: Draft) -> str:
    """Keep a comment, once for each key; returns its id. A client's own is sent at once.

    Raises LookupError for a set this person may not comment on, TrackError with a sentence.
    """
    with store.begin() as session:
        lift = _commented(session, author_id, set_id)
        there = session.scalar(select(Comment).where(Comment.set_id == set_id, Comment.key == draft.key))
        if there is not None:
            if there.author_id != author_id:
                raise TrackError(WRONG)
            return there.id
        if (session.scalar(select(func.count()).where(Comment.set_id == set_id)) or 0) >= MOST:
            raise TrackError(TOO_MANY)
        own = lift.owner_id == author_id
        answer = _parent(session, set_id, draft.reply_to)
        made = Comment(
            set_id=set_id, key=draft.key, author_id=author_id,
            author=session.get_one(Person, author_id).name or "You", text=draft.text, at_s=draft.at_s,
            segment=draft.segment, strokes=draft.strokes, reply_to=answer,
            sent_s=time.time() if own or answer else None,
        )  # fmt: skip
        session.add(made)
        session.flush()
        if made.sent_s is not None:
            _tell(session, lift, author_id)
        return made.id


def take_in(store: Store, importer_id: str, set_id: str, author: str, drafts: Sequence[Draft]) -> int:
    """Keep comments that came in a file, under the name it gives; returns how many are new."""
    name = f"{clean(author)[:80] or 'Somebody'} (from a file)"
    with store.begin() as session:
        lift = _commented(session, importer_id, set_id)
        known = set(session.scalars(select(Comment.key).where(Comment.set_id == set_id)))
        new = [d for d in {d.key: d for d in drafts}.values() if d.key not in known]
        if len(known) + len(new) > MOST:
            raise TrackError(TOO_MANY)
        session.add_all(
            Comment(
                set_id=set_id, key=d.key, author_id=None, author=name, text=d.text, at_s=d.at_s,
                segment=d.segment, strokes=d.strokes, sent_s=time.time(),
            )
            for d in new
        )  # fmt: skip
        if new:
            _tell(session, lift, importer_id)
        return len(new)


def send(session: Session, author_id: str, lift: LiftSet) -> int:
    """Send every draft of this person on this set; returns how many there were."""
    sent = session.execute(
        update(Comment)
        .where(Comment.set_id == lift.id, Comment.author_id == author_id, Comment.sent_s.is_(None))
        .values(sent_s=time.time())
    ).rowcount  # type: ignore[attr-defined]
    if sent:
        audit.note(session, author_id, lift.owner_id, COMMENTED, lift.name, lift.id)
        _tell(session, lift, author_id)
    return int(sent)


def remove(store: Store, author_id: str, comment_id: str) -> None:
    """Delete an own comment with the answers to it. Raises LookupError for anybody else's."""
    with store.begin() as session:
        comment = session.get(Comment, comment_id)
        if comment is None or comment.author_id != author_id:
            raise LookupError(f"this person has no comment {comment_id}")
        session.delete(comment)


def set_done(store: Store, person_id: str, comment_id: str, done: bool) -> None:
    """Keep that the owner of the set did, or did not yet do, what a comment says."""
    with store.begin() as session:
        comment = session.get(Comment, comment_id)
        lift = session.get(LiftSet, comment.set_id) if comment else None
        if comment is None or lift is None or lift.owner_id != person_id or comment.sent_s is None:
            raise LookupError(f"this person has no comment {comment_id}")
        comment.done_s = time.time() if done else None


def saw(store: Store, viewer_id: str, set_id: str) -> None:
    """Note that this person has had the comments of the other side on the screen."""
    with store.begin() as session:
        lift = session.get(LiftSet, set_id)
        if lift is None or not access.may_comment(session, viewer_id, lift):
            return
        other = _other_side(viewer_id, lift.owner_id)
        session.execute(
            update(Comment)
            .where(Comment.set_id == set_id, Comment.sent_s.is_not(None), Comment.seen_s.is_(None), other)
            .values(seen_s=time.time())
        )


def unseen(store: Store, person_id: str) -> dict[str, int]:
    """How many comments on each of a person's own sets they have not seen yet."""
    with store.begin() as session:
        rows = session.execute(
            select(Comment.set_id, func.count())
            .join(LiftSet, LiftSet.id == Comment.set_id)
            .where(
                LiftSet.owner_id == person_id, Comment.sent_s.is_not(None), Comment.seen_s.is_(None),
                _other_side(person_id, person_id),
            )
            .group_by(Comment.set_id)
        )  # fmt: skip
        return {set_id: number for set_id, number in rows}


def _other_side(viewer_id: str, owner_id: str) -> Any:
    """Comments that are news to the viewer: to the owner those of others, to a trainer the owner's."""
    if viewer_id == owner_id:
        return or_(Comment.author_id.is_(None), Comment.author_id != owner_id)
    return Comment.author_id == owner_id


def _commented(session: Session, author_id: str, set_id: str) -> LiftSet:
    lift = session.get(LiftSet, set_id)
    if lift is None or not access.may_comment(session, author_id, lift):
        raise LookupError(f"this person has no set {set_id}")
    return lift


def _parent(session: Session, set_id: str, comment_id: str | None) -> str | None:
    """The comment that is answered; an answer to an answer belongs to the first one."""
    if comment_id is None:
        return None
    parent = session.get(Comment, comment_id)
    if parent is None or parent.set_id != set_id or parent.sent_s is None:
        raise TrackError("The comment that you answer is gone.")
    return parent.reply_to or parent.id


def _tell(session: Session, lift: LiftSet, author_id: str) -> None:
    if author_id == lift.owner_id:
        notices.trainers(session, lift.owner_id, notices.ANSWERS)
    else:
        notices.due(session, lift.owner_id, notices.COMMENTS)
