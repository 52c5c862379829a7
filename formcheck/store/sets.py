"""The sets of a person: list, find, mark, delete; each for somebody, by the rules in `access`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session, selectinload

from formcheck.lifter import Lifter
from formcheck.options import Options
from formcheck.report import Report
from formcheck.store import Store, access
from formcheck.store.media import STAGING
from formcheck.store.models import FlagMark, Job, LiftSet, Upload

ORPHAN_S = 86400.0  # younger files may be on their way to a set


def folder_of(set_id: str) -> str:
    """The prefix of a set's files in the media."""
    return f"sets/{set_id}"


def key(set_id: str, name: str) -> str:
    """The key of one file of a set."""
    return f"{folder_of(set_id)}/{name}"


def find(store: Store, set_id: str, viewer_id: str | None) -> LiftSet | None:
    """The set with its jobs and marks, if this person may see it; detached, to read only."""
    if viewer_id is None:
        return None
    with store.begin() as session:
        lift = session.scalar(_whole().where(LiftSet.id == set_id))
        seen = lift is not None and access.may_see(session, viewer_id, lift)
        session.expunge_all()
        return lift if seen else None


def of_client(store: Store, viewer_id: str, owner_id: str) -> list[LiftSet]:
    """Every set of somebody that this person may see; as `of_person`."""
    with store.begin() as session:
        seen = access.reach(session, viewer_id, owner_id) is not None
    return of_person(store, owner_id) if seen else []


@dataclass(frozen=True)
class Newest:
    """The newest set of somebody, and how many there are; without the report, which is most of a row."""

    set_id: str
    created_s: float
    headline: str
    judged: bool
    count: int


def newest_of_client(store: Store, viewer_id: str, owner_id: str) -> Newest | None:
    """The newest set of somebody, as far as this person may see it."""
    theirs = LiftSet.owner_id == owner_id
    asked = select(LiftSet.id, LiftSet.created_s, LiftSet.headline, LiftSet.report.is_not(None)).where(theirs)
    with store.begin() as session:
        if access.reach(session, viewer_id, owner_id) is None:
            return None
        row = session.execute(asked.order_by(LiftSet.created_s.desc()).limit(1)).one_or_none()
        count = session.scalar(select(func.count()).select_from(LiftSet).where(theirs)) or 0
    return Newest(row[0], row[1], row[2] or "", row[3], count) if row else None


def of_person(store: Store, owner_id: str) -> list[LiftSet]:
    """Every set of a person with its jobs and marks, newest first; detached, to read only."""
    with store.begin() as session:
        lifts = session.scalars(
            _whole().where(LiftSet.owner_id == owner_id).order_by(LiftSet.created_s.desc())
        ).all()
        session.expunge_all()
        return list(lifts)


def report_of(lift: LiftSet) -> Report | None:
    """The report of a judged set."""
    return Report.from_dict(lift.report) if lift.report else None


def options_of(lift: LiftSet) -> Options:
    """The options a set is to be judged by."""
    wanted = lift.wanted
    limits = {code: (levels[0], levels[1]) for code, levels in wanted.get("limits", {}).items()}
    hinge_s = wanted.get("hinge_s")
    return Options(
        exercise=wanted.get("exercise", "auto"), limits=limits, lifter=Lifter(**lift.lifter),
        select=tuple(wanted.get("select", ())), ignore=tuple(wanted.get("ignore", ())),
        hinge_s=(hinge_s[0], hinge_s[1]) if hinge_s else None,
    )  # fmt: skip


def want(store: Store, set_id: str, owner_id: str, options: Options) -> None:
    """Remember by which options a set is to be judged from now on."""
    with store.begin() as session:
        lift = _owned(session, set_id, owner_id)
        lift.wanted, lift.lifter = wanted_of(options), known(options.lifter)


def wanted_of(options: Options) -> dict[str, Any]:
    """What a set is to be judged by, as JSON values; who lifts is kept apart."""
    wanted: dict[str, Any] = {
        "exercise": options.exercise,
        "limits": {code: list(levels) for code, levels in options.limits.items()},
    }
    more = {"select": list(options.select), "ignore": list(options.ignore), "hinge_s": options.hinge_s}
    return wanted | {name: value for name, value in more.items() if value}


def known(lifter: Lifter) -> dict[str, Any]:
    """What is known about a lifter, as JSON values."""
    return {name: value for name, value in asdict(lifter).items() if value is not None}


def mark(
    store: Store, set_id: str, person_id: str, code: str, segment: int | None, right: bool | None,
    *, flagged: bool = True,
) -> None:  # fmt: skip
    """Keep that the person called a judgement right or wrong; None takes it back.

    flagged: whether it was a flag; without one, wrong means that a fault was missed.
    """
    number = -1 if segment is None else segment
    with store.begin() as session:
        lift = session.get(LiftSet, set_id)
        if lift is None or not access.may_comment(session, person_id, lift):
            raise LookupError(f"this person has no set {set_id}")
        session.execute(
            delete(FlagMark).where(
                FlagMark.set_id == set_id, FlagMark.person_id == person_id, FlagMark.code == code,
                FlagMark.segment == number,
            )
        )  # fmt: skip
        if right is not None:
            session.add(
                FlagMark(
                    set_id=set_id, person_id=person_id, code=code, segment=number, right=right,
                    flagged=flagged,
                )
            )  # fmt: skip


def mark_of(lift: LiftSet, person_id: str, code: str, segment: int | None) -> bool | None:
    """What this person said about a judgement; None for nothing."""
    number = -1 if segment is None else segment
    found = (m.right for m in lift.marks if (m.person_id, m.code, m.segment) == (person_id, code, number))
    return next(found, None)


def remove(store: Store, set_id: str, owner_id: str) -> None:
    """Delete a set, its jobs, marks and files, for good. A job still running notices and stops.

    Files that cannot be deleted now keep the set in the list, so that nothing is left that nobody sees.
    """
    with store.begin() as session:
        session.delete(_owned(session, set_id, owner_id))
        session.flush()
        store.media.delete(folder_of(set_id))
    store.shred()


def remove_all(store: Store, owner_id: str) -> None:
    """Delete every set and every unfinished upload of a person."""
    for lift in of_person(store, owner_id):
        remove(store, lift.id, owner_id)
    with store.begin() as session:
        for upload in session.scalars(select(Upload).where(Upload.owner_id == owner_id)):
            (store.folder / "uploads" / upload.id).unlink(missing_ok=True)
            session.delete(upload)
    store.shred()


def sweep(store: Store, stale_s: float) -> None:
    """Remove what no row knows any more, and uploads that began this long ago and never ended."""
    with store.begin() as session:
        for upload in session.scalars(select(Upload).where(Upload.created_s < time.time() - stale_s)):
            session.delete(upload)
    with store.begin() as session:
        known = {*session.scalars(select(Upload.id))}
    for path in (store.folder / "uploads").iterdir():
        if path.name not in known:
            path.unlink()


def clear_orphans(store: Store, age_s: float = ORPHAN_S) -> int:
    """Delete files of no set: a process ended between file and row. Returns of how many."""
    gone = 0
    for places in _some(sorted(store.media.older("sets", age_s))):
        ids = [place.rpartition("/")[2] for place in places]
        with store.begin() as session:
            known = {*session.scalars(select(LiftSet.id).where(LiftSet.id.in_(ids)))}
        for set_id in {*ids} - known:
            store.media.delete(folder_of(set_id))
            gone += 1
    for place in store.media.older(STAGING, age_s):
        store.media.delete(place)
    return gone


def _some(things: list[str], most: int = 500) -> Iterator[list[str]]:
    for i in range(0, len(things), most):
        yield things[i : i + most]


def _whole() -> Select[LiftSet]:
    return select(LiftSet).options(selectinload(LiftSet.jobs), selectinload(LiftSet.marks))


def _owned(session: Session, set_id: str, owner_id: str) -> LiftSet:
    lift = session.get(LiftSet, set_id)
    if lift is None or not access.may_change(session, owner_id, lift):
        raise LookupError(f"this person has no set {set_id}")
    return lift


def latest_job(lift: LiftSet) -> Job | None:
    """The newest job of a set."""
    return lift.jobs[-1] if lift.jobs else None
