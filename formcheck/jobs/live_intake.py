"""A set that was followed live becomes a set with a job; its recording, if any, is given to it later."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from formcheck.errors import ConfigError
from formcheck.exercises import EXERCISES
from formcheck.jobs import queue
from formcheck.jobs.intake import lifter_of, stored_name
from formcheck.jobs.work import TRACK
from formcheck.lifter import Lifter, LoadAt
from formcheck.live.record import LIVE, record, with_video
from formcheck.live.session import Result
from formcheck.options import Options
from formcheck.store import Store, sets
from formcheck.store.models import LiftSet, Upload, new_id
from formcheck.views.groups import headline

NAME = "Live set"
NONE_WAITS = "There is no live set that waits for this recording; upload it as a set."


@dataclass(frozen=True)
class LiveWish:
    """What a live set was begun with: picture size, the exercise or "auto", the load and where it is."""

    size: tuple[int, int]
    exercise: str = "auto"
    load_kg: float | None = None
    load_at: LoadAt | None = None


def options_for(store: Store, person_id: str, wish: LiveWish) -> Options:
    """The options of a live set of this person. Raises ConfigError for a load that cannot be."""
    with store.begin() as session:
        return Options(exercise=wish.exercise, lifter=_lifter(session, person_id, wish))


def take(store: Store, person_id: str, result: Result, wish: LiveWish) -> tuple[str, str]:
    """Keep a live set: its track, its report, what was said, and a job to draw it all; returns both ids."""
    set_id, report = new_id(), result.report
    try:
        _store_files(store, set_id, result)
        with store.begin() as session:
            lift = LiftSet(
                id=set_id, owner_id=person_id, name=NAME, video=None,
                lifter=sets.known(_lifter(session, person_id, wish)), wanted=_wanted(result, wish),
                report=report.to_dict(), headline=headline(report), exercise=report.exercise,
            )  # fmt: skip
            session.add(lift)
            session.flush()
            return set_id, queue.enqueue(session, lift, "judge").id
    except BaseException:
        store.media.delete(sets.folder_of(set_id))
        raise


def attach(
    store: Store, person_id: str, set_id: str, path: Path, *, begins_s: float, upload_id: str
) -> tuple[str, str]:
    """Give a live set its recording and have that checked; returns the ids of set and job.

    begins_s: when the recording begins on the clock of the live session. Raises VideoError when it is no
    video, ConfigError when this person has no live set of this id that waits for one.
    """
    video, live = stored_name(path), sets.key(set_id, LIVE)
    with store.begin() as session:
        _waiting(store, session, set_id, person_id)
    store.media.adopt(sets.key(set_id, video), path)  # before the row, as with every video
    kept = with_video(json.loads(store.media.get(live)), begins_s)
    store.media.put(live, json.dumps(kept).encode())
    with store.begin() as session:
        lift = _waiting(store, session, set_id, person_id)
        if hinge := lift.wanted.get("hinge_s"):
            lift.wanted = {**lift.wanted, "hinge_s": [t + kept["offset_s"] for t in hinge]}
        lift.video = video
        for job in lift.jobs:
            queue.withdraw(session, job)
        session.delete(session.get_one(Upload, upload_id))
        return set_id, queue.enqueue(session, lift, "check").id


def _lifter(session: Session, person_id: str, wish: LiveWish) -> Lifter:
    return lifter_of(session, person_id, wish.load_kg, wish.load_at)


def _waiting(store: Store, session: Session, set_id: str, person_id: str) -> LiftSet:
    """The live set of this person that has no recording yet. Raises ConfigError."""
    lift = session.get(LiftSet, set_id)
    if lift is None or lift.owner_id != person_id or lift.video:
        raise ConfigError(NONE_WAITS)
    if LIVE not in store.media.names(sets.folder_of(set_id)):
        raise ConfigError(NONE_WAITS)
    return lift


def _wanted(result: Result, wish: LiveWish) -> dict[str, Any]:
    """By what the set is judged from now on: as it was live."""
    seen = result.report.exercise
    hinge = {"hinge_s": list(result.hinge_s)} if result.hinge_s else {}
    return {"exercise": seen if seen in EXERCISES else wish.exercise, **hinge}


def _store_files(store: Store, set_id: str, result: Result) -> None:
    with tempfile.TemporaryDirectory(prefix="live-", dir=store.folder) as scratch:
        track = Path(scratch) / TRACK
        result.track.save(track)
        store.media.adopt(sets.key(set_id, TRACK), track)
    store.media.put(sets.key(set_id, LIVE), json.dumps(record(result)).encode())
