"""Links that show one set to a guest: read only, for some days, until they are taken back.

The address holds 256 random bits of which the database knows the SHA-256. Whoever made the link must still
be allowed to show the set when the guest opens it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from formcheck.errors import TrackError
from formcheck.store import Store, access, audit
from formcheck.store.comments import clean
from formcheck.store.models import SHARED, LiftSet, Person
from formcheck.store.review_models import GuestLink
from formcheck.store.tokens import TOKEN, hashed, new_token

MOST_DAYS, MOST_OPEN = 90, 20
DAY_S = 86400.0
MADE, OPENED, TAKEN_BACK = "made a guest link to", "looked, as a guest, at", "took back a guest link to"


@dataclass(frozen=True)
class Sight:
    """What a guest gets: the set, and whether its video is part of it."""

    lift: LiftSet
    pictures: bool

    def may_fetch(self, name: str) -> bool:
        """Whether the guest may have this file of the set: what the review page itself loads."""
        return name == "player.json" or (self.pictures and name == self.lift.playback)


def make(store: Store, maker_id: str, set_id: str, days: int, *, pictures: bool, note: str = "") -> str:
    """A new link; returns its token, which is not kept. Raises LookupError, TrackError with a sentence."""
    if not 1 <= days <= MOST_DAYS:
        raise TrackError(f"A guest link is good for 1 to {MOST_DAYS} days.")
    token = new_token()
    with store.begin() as session:
        lift = session.get(LiftSet, set_id)
        if lift is None or not access.may_show(session, maker_id, lift):
            raise LookupError(f"this person may not show the set {set_id}")
        if len(_open(session, maker_id, set_id)) >= MOST_OPEN:
            raise TrackError("Too many guest links to this set are open; take some back first.")
        session.add(
            GuestLink(
                token_sha256=hashed(token), set_id=set_id, made_by=maker_id, pictures=pictures,
                note=clean(note)[:80], expires_s=time.time() + days * DAY_S,
            )
        )  # fmt: skip
        audit.note(session, maker_id, lift.owner_id, MADE, lift.name, set_id)
    return token


def sight(store: Store, token: str) -> Sight | None:
    """What this token shows at this moment; None for nothing any more. The set is detached."""
    if not TOKEN.fullmatch(token):
        return None
    with store.begin() as session:
        link = session.get(GuestLink, hashed(token))
        if link is None or link.revoked_s is not None or link.expires_s < time.time():
            return None
        lift = session.get(LiftSet, link.set_id)
        if lift is None or lift.report is None or not access.may_show(session, link.made_by, lift):
            return None
        pictures = link.pictures and pictures_possible(session, link.made_by, lift)
        session.expunge(lift)
        return Sight(lift, pictures)


def pictures_possible(session: Session, maker_id: str, lift: LiftSet) -> bool:
    """Whether a guest of this person may see the video: not where the face is to be hidden."""
    owner = session.get_one(Person, lift.owner_id)
    shared = owner.video_use == SHARED or maker_id == owner.id
    seen = access.may_see_pictures(session, maker_id, lift)
    return bool(lift.playback) and seen and shared and not owner.blur_faces


def opened(store: Store, token: str) -> None:
    """Note that the guest has come; once for a visit."""
    with store.begin() as session:
        link = session.get_one(GuestLink, hashed(token))
        if link.opened_s is not None and link.opened_s > time.time() - audit.AGAIN_S:
            return
        link.opened_s = time.time()
        lift = session.get_one(LiftSet, link.set_id)
        audit.note(session, None, lift.owner_id, OPENED, lift.name, lift.id)


def open_ones(store: Store, viewer_id: str, set_id: str) -> list[GuestLink]:
    """The links to a set that still work: to its owner all of them, to others their own; detached."""
    with store.begin() as session:
        lift = session.get(LiftSet, set_id)
        if lift is None:
            return []
        own = access.reach(session, viewer_id, lift.owner_id) is access.Reach.OWNER
        found = _open(session, None if own else viewer_id, set_id)
        session.expunge_all()
        return found


def revoke(store: Store, person_id: str, token_sha256: str) -> None:
    """Make a link useless: one's own, or any to a set of one's own."""
    with store.begin() as session:
        link = session.get(GuestLink, token_sha256)
        lift = session.get(LiftSet, link.set_id) if link else None
        if link is None or lift is None or person_id not in (link.made_by, lift.owner_id):
            raise LookupError("this person has no such link")
        link.revoked_s = time.time()
        audit.note(session, person_id, lift.owner_id, TAKEN_BACK, lift.name, lift.id)


def _open(session: Session, maker_id: str | None, set_id: str) -> list[GuestLink]:
    asked = select(GuestLink).where(
        GuestLink.set_id == set_id, GuestLink.revoked_s.is_(None), GuestLink.expires_s > time.time()
    )
    if maker_id is not None:
        asked = asked.where(GuestLink.made_by == maker_id)
    return list(session.scalars(asked.order_by(GuestLink.made_s.desc())))
