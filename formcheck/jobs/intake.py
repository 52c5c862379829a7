"""A video becomes a set with a job to check it, in one transaction."""

from __future__ import annotations

from pathlib import Path

from formcheck.exercises import EXERCISES
from formcheck.jobs import queue
from formcheck.lifter import Lifter, LoadAt
from formcheck.store import Store, sets
from formcheck.store.models import LiftSet, Person, Upload
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
    video = f"video{SUFFIXES.get(sniff(path), '.mp4')}"
    with store.begin() as session:
        person = session.get_one(Person, person_id)
        lifter = Lifter(person.height_m, person.mass_kg, person.sex, load_kg, load_at)  # type: ignore[arg-type]
        lift = LiftSet(
            owner_id=person_id, name=name, video=video, lifter=sets.known(lifter),
            wanted={"exercise": exercise if exercise in EXERCISES else "auto"},
        )  # fmt: skip
        session.add(lift)
        session.flush()
        job = queue.enqueue(session, lift, "check")
        if upload_id is not None:
            session.delete(session.get_one(Upload, upload_id))
        store.media.adopt(sets.key(lift.id, video), path)
        return lift.id, job.id
