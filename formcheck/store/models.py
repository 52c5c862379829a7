"""The tables. A change here needs a migration in `migrations/versions`; a test compares the two."""

from __future__ import annotations

import secrets
import time
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, MetaData, UniqueConstraint, false, true
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, validates

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
"""States of a job; the last three are final."""
FINAL = (DONE, FAILED, CANCELLED)
SHARED, OWN, DROPPED = "shared", "own", "dropped"
"""What becomes of a person's videos: the trainer sees them too, only they themselves do, or nobody: a video
is deleted as soon as it was analysed."""


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
    name: Mapped[str] = mapped_column(default="", server_default="")
    keep_days: Mapped[int | None] = mapped_column(default=None)
    """Sets older than this are deleted; None: as long as whoever runs the app has set."""
    video_use: Mapped[str] = mapped_column(default=SHARED, server_default=SHARED)
    blur_faces: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the head is made unrecognisable in everything that is exported."""
    trainer_may_show: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a trainer may show single sets to a guest of theirs."""


class Account(Base):
    """How a person of a team signs in, and what they may manage; a client is neither admin nor trainer.

    email: lower case; password_hash: argon2id, None for who signs in through OIDC only.
    """

    __tablename__ = "accounts"
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None] = mapped_column(default=None)
    admin: Mapped[bool] = mapped_column(default=False)
    trainer: Mapped[bool] = mapped_column(default=False)
    closed: Mapped[bool] = mapped_column(default=False)
    """Whether an admin has shut the account: nobody signs in, nothing is deleted."""
    mails: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether formcheck may write to this person when something is new."""
    created_s: Mapped[float] = mapped_column(default=time.time)
    person: Mapped[Person] = relationship(lazy="joined")

    @property
    def role(self) -> str:
        """One word for lists: the widest role."""
        return "admin" if self.admin else "trainer" if self.trainer else "client"


class Coaching(Base):
    """A trainer and a client of theirs."""

    __tablename__ = "coachings"
    trainer_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[str] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    began_s: Mapped[float] = mapped_column(default=time.time)


class SignIn(Base):
    """A browser that acts for a person of a team: the SHA-256 of the random token in its cookie."""

    __tablename__ = "sign_ins"
    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    browser: Mapped[str] = mapped_column(default="")
    created_s: Mapped[float] = mapped_column(default=time.time)
    seen_s: Mapped[float] = mapped_column(default=time.time)
    expires_s: Mapped[float]


class OneTimeLink(Base):
    """A link that lets somebody in once: the SHA-256 of the token in its address.

    kind: owner (makes the first account), invite, reset (a new password). trainer: what the invited one
    becomes; a client gets the maker as trainer. for_id: whose password; note: whom it is for, to tell apart.
    """

    __tablename__ = "one_time_links"
    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    for_id: Mapped[str | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), default=None)
    email: Mapped[str | None] = mapped_column(default=None)
    trainer: Mapped[bool] = mapped_column(default=False)
    created_s: Mapped[float] = mapped_column(default=time.time)
    expires_s: Mapped[float]
    used_s: Mapped[float | None] = mapped_column(default=None)


class FailedSignIn(Base):
    """A wrong password: SHA-256 of what is locked after some (account and address, or one of the two)."""

    __tablename__ = "failed_sign_ins"
    __table_args__ = (Index(None, "key_sha256", "failed_s"),)
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    key_sha256: Mapped[str]
    failed_s: Mapped[float] = mapped_column(default=time.time)


class Consent(Base):
    """That a person agreed to one version of the text, and when they took it back."""

    __tablename__ = "consents"
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    given_s: Mapped[float] = mapped_column(default=time.time)
    revoked_s: Mapped[float | None] = mapped_column(default=None)


class AuditEntry(Base):
    """Who did what, when, to whose data. It goes with the person it is about, not with the one who acted."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "about_id", "at_s"),)
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    at_s: Mapped[float] = mapped_column(default=time.time, index=True)
    actor_id: Mapped[str | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    actor: Mapped[str]
    """Their name at that time."""
    about_id: Mapped[str | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    action: Mapped[str]
    set_id: Mapped[str | None] = mapped_column(default=None)
    what: Mapped[str] = mapped_column(default="")


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
    levels: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    """Fault -> segment -> the warning limit that would only just not flag it; empty in older sets."""
    worst: Mapped[float] = mapped_column(default=0.0, server_default="0")
    """Severity times confidence of the most urgent flag; follows from the report."""
    jobs: Mapped[list[Job]] = relationship(
        back_populates="lift", order_by="Job.created_s", cascade="all, delete-orphan", passive_deletes=True
    )
    marks: Mapped[list[FlagMark]] = relationship(cascade="all, delete-orphan", passive_deletes=True)

    @validates("report")
    def _rank(self, _: str, report: dict[str, Any] | None) -> dict[str, Any] | None:
        self.worst = urgency(report)
        return report


def urgency(report: dict[str, Any] | None) -> float:
    """Severity times confidence of the most urgent flag in a report; problems of the filming do not count."""
    flags = [f for f in (report or {}).get("findings", []) if not f["code"].startswith("CAM")]
    return max((float(f["severity"] * f["confidence"]) for f in flags), default=0.0)


class FlagMark(Base):
    """What somebody said about one judgement of formcheck: right or wrong; the owner or a trainer of theirs.

    segment is -1 for a flag on the whole video. flagged: whether formcheck had flagged it; where it had not,
    wrong means that it missed a fault.
    """

    __tablename__ = "flag_marks"
    __table_args__ = (UniqueConstraint("set_id", "person_id", "code", "segment"),)
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    set_id: Mapped[str] = mapped_column(ForeignKey("sets.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    code: Mapped[str]
    segment: Mapped[int]
    right: Mapped[bool]
    flagged: Mapped[bool] = mapped_column(default=True, server_default=true())
    marked_s: Mapped[float] = mapped_column(default=time.time)


class Upload(Base):
    """A video that is still arriving, in `uploads/<id>`; its length says how much has arrived."""

    __tablename__ = "uploads"
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    created_s: Mapped[float] = mapped_column(default=time.time)


class Job(Base):
    """Work to be done on a set: the truth about it, whatever happens to messages and processes.

    kind: check (from the video), judge (again, from the track), overlay, folder (all that `check -o` writes).
    rank: 0 somebody waits for it, 1 it can wait. queued_s: since when it stands in line; at the end
    again after it broke off. attempt counts the claims; worker and lease_until_s are those of the one that
    holds it; share 0..1.
    """

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_state_rank_queued_s", "state", "rank", "queued_s"),)
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    set_id: Mapped[str] = mapped_column(ForeignKey("sets.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default=QUEUED)
    rank: Mapped[int] = mapped_column(default=0, server_default="0")
    queued_s: Mapped[float] = mapped_column(default=time.time, server_default="0")
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


class Machine(Base):
    """One that runs workers, and when it last said so."""

    __tablename__ = "machines"
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    workers: Mapped[int]
    started_s: Mapped[float]
    seen_s: Mapped[float]
