"""The tables of a trainer's work: reviews, comments, notes, limits of one person, guests, notices."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from formcheck.store.models import Base, new_id

__all__ = ["AdjustedLimit", "Base", "ClientNote", "Comment", "GuestLink", "Notice", "Review", "Template"]

CASCADE = "CASCADE"


class Review(Base):
    """That a trainer is through with a set; sent_s: when the client was told, None: nothing to say."""

    __tablename__ = "reviews"
    set_id: Mapped[str] = mapped_column(ForeignKey("sets.id", ondelete=CASCADE), primary_key=True)
    trainer_id: Mapped[str] = mapped_column(
        ForeignKey("people.id", ondelete=CASCADE), primary_key=True, index=True
    )
    reviewed_s: Mapped[float] = mapped_column(default=time.time)
    sent_s: Mapped[float | None] = mapped_column(default=None)


class Comment(Base):
    """Something said about a set: at a moment, on a rep, or about all of it; or an answer to that.

    key: made by the browser, so that what is sent twice is there once. author: their name at that time;
    author_id None: it came in a file from somebody without an account, or the account is gone. sent_s None:
    a draft, which only its author sees. strokes: lines and angles over the picture, see `strokes`.
    seen_s: when the other side had it on their screen; done_s: when the client said that it is done.
    """

    __tablename__ = "comments"
    __table_args__ = (UniqueConstraint("set_id", "key"),)
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    set_id: Mapped[str] = mapped_column(ForeignKey("sets.id", ondelete=CASCADE))
    key: Mapped[str] = mapped_column(default=new_id)
    author_id: Mapped[str | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    author: Mapped[str]
    reply_to: Mapped[str | None] = mapped_column(
        ForeignKey("comments.id", ondelete=CASCADE), default=None, index=True
    )
    at_s: Mapped[float | None] = mapped_column(default=None)
    segment: Mapped[int | None] = mapped_column(default=None)
    text: Mapped[str] = mapped_column(default="")
    strokes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    created_s: Mapped[float] = mapped_column(default=time.time)
    sent_s: Mapped[float | None] = mapped_column(default=None)
    seen_s: Mapped[float | None] = mapped_column(default=None)
    done_s: Mapped[float | None] = mapped_column(default=None)


class Template(Base):
    """A sentence that a trainer writes often."""

    __tablename__ = "templates"
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    trainer_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete=CASCADE), index=True)
    text: Mapped[str]
    made_s: Mapped[float] = mapped_column(default=time.time)


class ClientNote(Base):
    """What a trainer noted about a client; for trainers of this client only."""

    __tablename__ = "client_notes"
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    client_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete=CASCADE), index=True)
    author_id: Mapped[str | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    author: Mapped[str]
    text: Mapped[str]
    written_s: Mapped[float] = mapped_column(default=time.time)


class AdjustedLimit(Base):
    """Other limits of one fault for one person. author: who set them; why: long thighs, an old injury.

    fault None: never more than a warning. ended_s: when they ceased to hold; the row stays, as the record.
    """

    __tablename__ = "adjusted_limits"
    __table_args__ = (Index(None, "person_id", "code"),)
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete=CASCADE))
    code: Mapped[str]
    warn: Mapped[float]
    fault: Mapped[float | None]
    why: Mapped[str]
    author_id: Mapped[str | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    author: Mapped[str]
    began_s: Mapped[float] = mapped_column(default=time.time)
    ended_s: Mapped[float | None] = mapped_column(default=None)


class GuestLink(Base):
    """A link that shows one set to whoever has it: the SHA-256 of the token in its address.

    pictures: whether the video is shown, too; note: whom it is for, to tell apart.
    """

    __tablename__ = "guest_links"
    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    set_id: Mapped[str] = mapped_column(ForeignKey("sets.id", ondelete=CASCADE), index=True)
    made_by: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete=CASCADE), index=True)
    pictures: Mapped[bool]
    note: Mapped[str] = mapped_column(default="")
    made_s: Mapped[float] = mapped_column(default=time.time)
    expires_s: Mapped[float]
    revoked_s: Mapped[float | None] = mapped_column(default=None)
    opened_s: Mapped[float | None] = mapped_column(default=None)


class Notice(Base):
    """A mail that is to be sent: one of a kind and person at a time, whatever happens meanwhile.

    kind: sets (new ones for a trainer), comments (for a client), answers (for a trainer).
    """

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("person_id", "kind"),)
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete=CASCADE))
    kind: Mapped[str]
    due_s: Mapped[float | None] = mapped_column(default=None, index=True)
    """When something new happened that no mail has told of yet; None: nothing."""
    sent_s: Mapped[float | None] = mapped_column(default=None)
    tries: Mapped[int] = mapped_column(default=0)
