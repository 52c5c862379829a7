"""The tables. A change here needs a migration in `migrations/versions`; a test compares the two."""

from __future__ import annotations

import secrets
import time
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, MetaData, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
"""States of a job; the last three are final."""
FINAL = (DONE, FAILED, CANCELLED)


def new_id() -> str:
    """128 random bits: nobody guesses the address of somebody else's set."""
    return secrets.token_hex(16)


class Base(DeclarativeBase):
    """Names of constraints are fixed, so that migrations can change them in every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {dict[str, Any]: JSON}  # noqa: RUF012 (SQLAlchemy's own form)


class Person(Base):
    """Somebody who has sets, and what they told about themselves; everything optional but the units."""

    __tablename__ = "people"
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    created_s: Mapped[float] = mapped_column(default=time.time)
    height_m: Mapped[float | None] = mapped_column(default=None)
    mass_kg: Mapped[float | None] = mapped_column(default=None)
    sex: Mapped[str | None] = mapped_column(default=None)
    load_kg: Mapped[float | None] = mapped_column(default=None)
    length_unit: Mapped[str] = mapped_column(default="cm")
    mass_unit: Mapped[str] = mapped_column(default="kg")
    asked: Mapped[bool] = mapped_column(default=False)
    """Whether the profile page was shown and answered or skipped."""


class Browser(Base):
    """A browser that acts for a person: the SHA-256 of the random token in its cookie."""

    __tablename__ = "browsers"
    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    created_s: Mapped[float] = mapped_column(default=time.time)


class SafetyAnswer(Base):
    """One round of the safety questions. outcome: go, doctor, emergency."""

    __tablename__ = "safety_answers"
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    answered_s: Mapped[float] = mapped_column(default=time.time)
    outcome: Mapped[str]
    answers: Mapped[dict[str, Any]]


class LiftSet(Base):
    """One uploaded set and what came of it; its files lie under `sets/<id>/` in the media folder.

    wanted: exercise and limits it is to be judged by; lifter: the known fields of `Lifter`; report, headline,
    exercise: empty until it was judged;
    video: file name of the upload; playback: file name of what the browser plays.
    """

    __tablename__ = "sets"
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    created_s: Mapped[float] = mapped_column(default=time.time)
    video: Mapped[str | None] = mapped_column(default=None)
    playback: Mapped[str | None] = mapped_column(default=None)
    wanted: Mapped[dict[str, Any]] = mapped_column(default=dict)
    lifter: Mapped[dict[str, Any]] = mapped_column(default=dict)
    exercise: Mapped[str | None] = mapped_column(default=None)
    headline: Mapped[str | None] = mapped_column(default=None)
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    judged_s: Mapped[float | None] = mapped_column(default=None)
    jobs: Mapped[list[Job]] = relationship(
        back_populates="lift", order_by="Job.created_s", cascade="all, delete-orphan", passive_deletes=True
    )
    marks: Mapped[list[FlagMark]] = relationship(cascade="all, delete-orphan", passive_deletes=True)


class FlagMark(Base):
    """What a person said about one flag: right or wrong. segment is -1 for a flag on the whole video."""

    __tablename__ = "flag_marks"
    __table_args__ = (UniqueConstraint("set_id", "code", "segment"),)
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    set_id: Mapped[str] = mapped_column(ForeignKey("sets.id", ondelete="CASCADE"))
    code: Mapped[str]
    segment: Mapped[int]
    right: Mapped[bool]
    marked_s: Mapped[float] = mapped_column(default=time.time)


class Upload(Base):
    """A video that is still arriving, in `uploads/<id>`; its length says how much has arrived."""

    __tablename__ = "uploads"
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    size: Mapped[int]
    created_s: Mapped[float] = mapped_column(default=time.time)


class Job(Base):
    """Work to be done on a set: the truth about it, whatever happens to messages and processes.

    kind: check (from the video), judge (again, from the track), overlay. attempt counts the claims;
    worker and lease_until_s are those of the one that holds it; share 0..1.
    """

    __tablename__ = "jobs"
    __table_args__ = (Index(None, "state", "created_s"),)
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    set_id: Mapped[str] = mapped_column(ForeignKey("sets.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default=QUEUED)
    stage: Mapped[str] = mapped_column(default="")
    share: Mapped[float] = mapped_column(default=0.0)
    attempt: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(default=None)
    lease_until_s: Mapped[float | None] = mapped_column(default=None)
    cancel: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str | None] = mapped_column(default=None)
    created_s: Mapped[float] = mapped_column(default=time.time)
    started_s: Mapped[float | None] = mapped_column(default=None)
    ended_s: Mapped[float | None] = mapped_column(default=None)
    lift: Mapped[LiftSet] = relationship(back_populates="jobs")
