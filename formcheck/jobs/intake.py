"""A video, or a set followed live, becomes a set with a job to check it, in one transaction."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from formcheck.exercises import EXERCISES
from formcheck.jobs import queue
from formcheck.jobs.work import TRACK
from formcheck.lifter import Lifter, LoadAt
from formcheck.live.record import LIVE, record
from formcheck.live.session import Result
from formcheck.options import Options
from formcheck.store import Store, sets
from formcheck.store.models import LiftSet, Person, Upload, new_id
from formcheck.video import sniff

SUFFIXES = {"matroska": ".webm", "avi": ".avi", "mpegts": ".ts", "flv": ".flv", "mpeg": ".mpg", "ogg": ".ogv"}
"""Demuxer -> suffix of the stored file; .mp4 for all others."""
LIVE_NAME = "Live set"


def take(
    store: Store, person_id: str, name: str, path: Path, *,
    exercise: str = "auto", load_kg: float | None = None, load_at: LoadAt | None = None,
    upload_id: str | None = None,
) -> tuple[str, str]:  # fmt: skip
    """Take over a file as a set of this person; returns the ids of set and job.

    upload_id: the upload that it was, which ends with it. Raises VideoError when it is no video and
    ConfigError for a load, or a place of it, that cannot be.
    """
    video = f"video{SUFFIXES.get(sniff(path), '.mp4')}"
    set_id = new_id()
    store.media.adopt(sets.key(set_id, video), path)  # before the row: a long way into a bucket locks nothing
    try:
        with store.begin() as session:
            lifter = _lifter(session, person_id, load_kg, load_at)
            lift = LiftSet(
                id=set_id, owner_id=person_id, name=name, video=video, lifter=sets.known(lifter),
                wanted={"exercise": exercise if exercise in EXERCISES else "auto"},
            )  # fmt: skip
            session.add(lift)
            session.flush()
            job = queue.enqueue(session, lift, "check")
            if upload_id is not None:
                session.delete(session.get_one(Upload, upload_id))
            return lift.id, job.id
    except BaseException:
        store.media.delete(sets.folder_of(set_id))
        raise


def _lifter(
    session: Session, person_id: str, load_kg: float | None, load_at: LoadAt | None = None
) -> Lifter:
    """The person as a lifter of this load. Raises ConfigError for one that cannot be."""
    person = session.get_one(Person, person_id)
    return Lifter(person.height_m, person.mass_kg, person.sex, load_kg, load_at)  # type: ignore[arg-type]


# ---- live sets ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LiveWish:
    """What a live set was begun with: the camera's picture, the exercise or "auto", the load."""

    size: tuple[int, int]
    exercise: str = "auto"
    load_kg: float | None = None


def live_options(store: Store, person_id: str, wish: LiveWish) -> Options:
    """The options of a live set of this person. Raises ConfigError for a load that cannot be."""
    with store.begin() as session:
        return Options(exercise=wish.exercise, lifter=_lifter(session, person_id, wish.load_kg))


def take_live(store: Store, person_id: str, result: Result, wish: LiveWish) -> tuple[str, str]:
    """Keep a live set: its track, what was said, and a job to judge it; returns the ids of set and job.

    The recording, if there is one, comes later (`attach`).
    """
    with store.begin() as session, tempfile.TemporaryDirectory(dir=store.folder) as scratch:
        hinge = {"hinge_s": list(result.hinge_s)} if result.hinge_s else {}
        lift = LiftSet(
            owner_id=person_id, name=LIVE_NAME, video=None,
            lifter=sets.known(_lifter(session, person_id, wish.load_kg)),
            wanted={"exercise": wish.exercise, **hinge},
        )  # fmt: skip
        session.add(lift)
        session.flush()
        job = queue.enqueue(session, lift, "judge")
        track = Path(scratch) / TRACK
        result.track.save(track)
        store.media.adopt(sets.key(lift.id, TRACK), track)
        store.media.put(sets.key(lift.id, LIVE), json.dumps(record(result)).encode())
        return lift.id, job.id
