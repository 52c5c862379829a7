"""A video becomes a set with a job to check it, in one transaction."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from formcheck.exercises import EXERCISES
from formcheck.jobs import queue
from formcheck.lifter import Lifter, LoadAt
from formcheck.store import Store, sets
from formcheck.store.models import LiftSet, Person, Upload, new_id
from formcheck.video import sniff

SUFFIXES = {"matroska": ".webm", "avi": ".avi", "mpegts": ".ts", "flv": ".flv", "mpeg": ".mpg", "ogg": ".ogv"}
"""Demuxer -> suffix of the stored file; .mp4 for all others."""


def take(
    store: Store, person_id: str, name: str, path: Path, *,
    exercise: str = "auto", load_kg: float | None = None, load_at: LoadAt | None = None,
    upload_id: str | None = None,
) -> tuple[str, str]:  # fmt: skip
    """Take over a file as a set of this person; returns the ids of set and job.

    upload_id: the upload that it was, which ends with it. Raises VideoError when it is no video and
    ConfigError for a load, or a place of it, that cannot be.
    """
    video, set_id = stored_name(path), new_id()
    store.media.adopt(sets.key(set_id, video), path)  # before the row: a long way into a bucket locks nothing
    try:
        with store.begin() as session:
            lifter = lifter_of(session, person_id, load_kg, load_at)
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


def stored_name(path: Path) -> str:
    """Under which name a video is kept. Raises VideoError when it is none."""
    return f"video{SUFFIXES.get(sniff(path), '.mp4')}"


def lifter_of(
    session: Session, person_id: str, load_kg: float | None, load_at: LoadAt | None = None
) -> Lifter:
    """The person as a lifter of this load. Raises ConfigError for one that cannot be."""
    person = session.get_one(Person, person_id)
    return Lifter(person.height_m, person.mass_kg, person.sex, load_kg, load_at)  # type: ignore[arg-type]
