"""Who may see and do what. Every page, route, file and archive asks here.

A set is its owner's. A trainer of the owner sees it too, as long as both want that: the coaching lasts, the
owner's consent holds, the trainer's account is open. Nobody else sees it: not another client or trainer, not
an admin who is not also the owner's trainer. Without a team there is one person, who owns everything.
"""

from __future__ import annotations

from enum import Enum

from sqlalchemy.orm import Session

from formcheck.store import consent
from formcheck.store.models import SHARED, Account, Coaching, LiftSet, Person

WITHOUT_PICTURES = frozenset({
    "player.json", "report.json", "findings.csv", "segments.csv", "signals.csv", "faults.vtt",
    "motion.trc", "motion.mot", "pose.npz", "live.json",
})  # fmt: skip
"""Files of a set that hold numbers and words only: what a trainer gets of a client who keeps the video."""


class Reach(Enum):
    """As what somebody gets at a person's sets."""

    OWNER = "owner"
    TRAINER = "trainer"


def reach(session: Session, viewer_id: str | None, owner_id: str) -> Reach | None:
    """As what this person gets at the sets of that one; None: not at all."""
    if viewer_id is None:
        return None
    if viewer_id == owner_id:
        return Reach.OWNER
    if not is_trainer(session, viewer_id):
        return None
    coached = session.get(Coaching, (viewer_id, owner_id)) is not None
    return Reach.TRAINER if coached and consent.holds(session, owner_id) else None


def is_trainer(session: Session, person_id: str) -> bool:
    """Whether this person has an open account as a trainer."""
    account = session.get(Account, person_id)
    return account is not None and account.trainer and not account.closed


def may_see(session: Session, viewer_id: str | None, lift: LiftSet) -> bool:
    """Whether this person may look at this set: its report, its skeleton, its numbers."""
    return reach(session, viewer_id, lift.owner_id) is not None


def may_change(session: Session, viewer_id: str | None, lift: LiftSet) -> bool:
    """Whether this person may delete this set or judge it anew."""
    return reach(session, viewer_id, lift.owner_id) is Reach.OWNER


def may_comment(session: Session, viewer_id: str | None, lift: LiftSet) -> bool:
    """Whether this person may say what they think of this set: comments, and whether a flag is right."""
    return reach(session, viewer_id, lift.owner_id) is not None


def may_coach(session: Session, viewer_id: str | None, person_id: str) -> bool:
    """Whether this person may keep notes about that one and adjust their limits."""
    return reach(session, viewer_id, person_id) is Reach.TRAINER


def may_show(session: Session, viewer_id: str | None, lift: LiftSet) -> bool:
    """Whether this person may show this set to a guest; a trainer only if its owner lets trainers do so."""
    how = reach(session, viewer_id, lift.owner_id)
    lets = session.get_one(Person, lift.owner_id).trainer_may_show
    return how is Reach.OWNER or (how is Reach.TRAINER and lets)


def may_see_pictures(session: Session, viewer_id: str | None, lift: LiftSet) -> bool:
    """Whether this person may look at the video of this set and pictures from it."""
    how = reach(session, viewer_id, lift.owner_id)
    shared = session.get_one(Person, lift.owner_id).video_use == SHARED
    return how is Reach.OWNER or (how is Reach.TRAINER and shared)


def may_fetch(session: Session, viewer_id: str | None, lift: LiftSet, name: str) -> bool:
    """Whether this person may have this file of this set."""
    if name in WITHOUT_PICTURES:
        return may_see(session, viewer_id, lift)
    return may_see_pictures(session, viewer_id, lift)


def may_store(session: Session, person_id: str) -> bool:
    """Whether new sets of this person are taken in: in a team only with their consent."""
    return session.get(Account, person_id) is None or consent.holds(session, person_id)


def may_manage(session: Session, viewer_id: str | None) -> bool:
    """Whether this person manages the accounts of the team."""
    account = session.get(Account, viewer_id) if viewer_id else None
    return account is not None and account.admin and not account.closed


def may_erase(session: Session, viewer_id: str | None, person_id: str) -> bool:
    """Whether this person may delete that one with all that is theirs."""
    return viewer_id is not None and (viewer_id == person_id or may_manage(session, viewer_id))
