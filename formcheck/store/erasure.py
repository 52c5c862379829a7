"""Deleting for good: everything of one person, sets past their retention time, videos nobody may keep."""

from __future__ import annotations

import logging
import time

from sqlalchemy import select, update

from formcheck.store import Store, access, accounts, audit, people, sets
from formcheck.store.models import DROPPED, FINAL, Account, AuditEntry, LiftSet, Person

DAY_S = 86400.0
KEPT_WITHOUT_VIDEO = access.WITHOUT_PICTURES
log = logging.getLogger(__name__)


def erase(store: Store, actor_id: str, person_id: str) -> None:
    """Delete a person with all that is theirs, from the disk too. Raises AccountError for the last admin.

    What others did to their data goes as well; what they did themselves stays in the audit log of others,
    under a name that says no more than that somebody was erased.
    """
    with store.begin() as session:
        if not access.may_erase(session, actor_id, person_id):
            raise LookupError("this person may not erase that one")
        if session.get(Account, person_id) is not None:
            accounts.refuse_without_admin(session, person_id)
    sets.remove_all(store, person_id)
    with store.begin() as session:
        person = session.get(Person, person_id)
        if person is not None:
            session.execute(
                update(AuditEntry).where(AuditEntry.actor_id == person_id).values(actor="an erased person")
            )
            session.delete(person)
            session.flush()
        if actor_id not in (person_id, people.LOCAL):
            audit.note(session, actor_id, None, audit.ERASED, "a person")
    store.shred()


def sweep(store: Store, keep_days: int | None, now_s: float | None = None) -> int:
    """Delete every set past its owner's retention time, and what is left of dropped videos; returns how many.

    keep_days: for people who chose no time themselves; None keeps theirs.
    """
    now = time.time() if now_s is None else now_s
    with store.begin() as session:
        old = [
            (lift.id, lift.owner_id)
            for lift, days in session.execute(select(LiftSet, Person.keep_days).join(Person))
            if (limit := shortest(days, keep_days)) is not None and lift.created_s < now - limit * DAY_S
        ]
        for set_id, owner_id in old:
            audit.note(session, None, owner_id, audit.EXPIRED, set_id=set_id)
    for set_id, owner_id in old:
        sets.remove(store, set_id, owner_id)
    if old:
        log.info("%d sets were past their retention time and are deleted", len(old))
    clear_dropped(store)
    return len(old)


def shortest(own_days: int | None, keep_days: int | None) -> int | None:
    """The retention time that holds: one's own may be shorter than the configured one, never longer."""
    given = [days for days in (own_days, keep_days) if days is not None]
    return min(given, default=None)


def drop_videos(store: Store, owner_id: str) -> list[str]:
    """Delete every video of a person and every picture from one; the numbers stay. Returns the sets' ids.

    Reports that showed pictures are gone too, until the sets are judged again, which needs no video. A set
    whose check is still under way is left to the end of it.
    """
    with store.begin() as session:
        judged = select(LiftSet).where(LiftSet.owner_id == owner_id, LiftSet.report.is_not(None))
        owned = [lift for lift in session.scalars(judged) if _idle(lift)]
        for lift in owned:
            lift.video = lift.playback = None
        ids = [lift.id for lift in owned]
    for set_id in ids:
        for name in store.media.names(sets.folder_of(set_id)) - KEPT_WITHOUT_VIDEO:
            store.media.remove(sets.key(set_id, name))
    store.shred()
    return ids


def _idle(lift: LiftSet) -> bool:
    return all(job.state in FINAL for job in lift.jobs)


def clear_dropped(store: Store, set_id: str | None = None) -> None:
    """Remove the videos of judged sets that are to have none: of one set, or all that a crash left behind."""
    dropped = (
        select(LiftSet.id)
        .join(Person)
        .where(Person.video_use == DROPPED, LiftSet.video.is_(None), LiftSet.report.is_not(None))
    )
    with store.begin() as session:
        ids = session.scalars(dropped if set_id is None else dropped.where(LiftSet.id == set_id)).all()
    for each in ids:
        for name in store.media.names(sets.folder_of(each)):
            if name.startswith(("video.", "playback.")):
                store.media.remove(sets.key(each, name))
