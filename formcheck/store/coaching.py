"""What a trainer keeps: sentences they write often, notes about a client, limits adjusted for a client."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from formcheck.errors import TrackError
from formcheck.exercise import Fault
from formcheck.exercises import EXERCISES
from formcheck.options import Adjusted, Options
from formcheck.store import Store, access, audit, sets
from formcheck.store.comments import clean
from formcheck.store.models import LiftSet, Person
from formcheck.store.review_models import AdjustedLimit, ClientNote, Template

MOST_TEMPLATES, MOST_NOTES = 50, 500
LONGEST_WHY = 300
ADJUSTED = "changed the limits of"
NO_WHY = "Say why: the report of every set names the reason."


# ---- sentences that are written often -----------------------------------------------------------------


def templates(store: Store, trainer_id: str) -> list[Template]:
    """The trainer's own, oldest first; detached, to read only."""
    with store.begin() as session:
        found = session.scalars(
            select(Template).where(Template.trainer_id == trainer_id).order_by(Template.made_s)
        ).all()
        session.expunge_all()
        return list(found)


def add_template(store: Store, trainer_id: str, text: str) -> None:
    """Keep a sentence. Raises TrackError with a sentence."""
    words = clean(text)
    if not words:
        raise TrackError("Write the sentence first.")
    if len(templates(store, trainer_id)) >= MOST_TEMPLATES:
        raise TrackError(f"At most {MOST_TEMPLATES} sentences are kept; delete one first.")
    with store.begin() as session:
        session.add(Template(trainer_id=trainer_id, text=words))


def remove_template(store: Store, trainer_id: str, template_id: str) -> None:
    """Delete a sentence of one's own."""
    with store.begin() as session:
        found = session.get(Template, template_id)
        if found is not None and found.trainer_id == trainer_id:
            session.delete(found)


# ---- notes about a client -----------------------------------------------------------------------------


def notes(store: Store, trainer_id: str, client_id: str) -> list[ClientNote]:
    """The notes about a client, newest first; none for whoever is not their trainer; detached."""
    with store.begin() as session:
        if not access.may_coach(session, trainer_id, client_id):
            return []
        found = session.scalars(
            select(ClientNote).where(ClientNote.client_id == client_id).order_by(ClientNote.written_s.desc())
        ).all()
        session.expunge_all()
        return list(found)


def add_note(store: Store, trainer_id: str, client_id: str, text: str) -> None:
    """Note something about a client. Raises LookupError for others' clients, TrackError with a sentence."""
    words = clean(text)
    if not words:
        raise TrackError("Write the note first.")
    if len(notes(store, trainer_id, client_id)) >= MOST_NOTES:
        raise TrackError(f"At most {MOST_NOTES} notes are kept; delete one first.")
    with store.begin() as session:
        _coached(session, trainer_id, client_id)
        name = session.get_one(Person, trainer_id).name
        session.add(ClientNote(client_id=client_id, author_id=trainer_id, author=name, text=words))


def remove_note(store: Store, trainer_id: str, note_id: str) -> None:
    """Delete a note of one's own."""
    with store.begin() as session:
        found = session.get(ClientNote, note_id)
        if found is not None and found.author_id == trainer_id:
            session.delete(found)


# ---- limits of one person -----------------------------------------------------------------------------


def adjusted(store: Store, viewer_id: str, person_id: str) -> list[AdjustedLimit]:
    """Every limit that was ever set for this person, those in force first; for them and their trainers."""
    with store.begin() as session:
        if access.reach(session, viewer_id, person_id) is None:
            return []
        found = session.scalars(
            select(AdjustedLimit)
            .where(AdjustedLimit.person_id == person_id)
            .order_by(AdjustedLimit.ended_s.is_not(None), AdjustedLimit.began_s.desc())
        ).all()
        session.expunge_all()
        return list(found)


def adjust(
    store: Store, trainer_id: str, person_id: str, code: str, levels: tuple[float, float | None], why: str
) -> None:
    """Set other limits of one fault for a client, from now on. Raises LookupError, TrackError.

    levels: warning and fault, in the unit of the fault's first limit; a fault that never is more than a
    warning keeps that.
    """
    refuse_disorder(code, levels)
    reason = clean(why)
    if not reason or len(reason) > LONGEST_WHY:
        raise TrackError(NO_WHY if not reason else f"Give the reason in {LONGEST_WHY} characters.")
    with store.begin() as session:
        _coached(session, trainer_id, person_id)
        _end(session, person_id, code)
        name = session.get_one(Person, trainer_id).name
        session.add(
            AdjustedLimit(
                person_id=person_id, code=code, warn=levels[0], fault=levels[1], why=reason,
                author_id=trainer_id, author=name,
            )
        )  # fmt: skip
        audit.note(session, trainer_id, person_id, ADJUSTED, f"{code} {levels[0]:g}: {reason}")


def restore(store: Store, trainer_id: str, person_id: str, code: str) -> None:
    """Have the standard limits of a fault again for this person."""
    with store.begin() as session:
        _coached(session, trainer_id, person_id)
        _end(session, person_id, code)
        audit.note(session, trainer_id, person_id, ADJUSTED, f"{code}: the standard ones again")


def options(store: Store, lift: LiftSet) -> Options:
    """What a set is to be judged by: what was chosen for it, then its owner's own limits."""
    with store.begin() as session:
        in_force = session.scalars(
            select(AdjustedLimit).where(
                AdjustedLimit.person_id == lift.owner_id, AdjustedLimit.ended_s.is_(None)
            )
        ).all()
        return with_adjusted(sets.options_of(lift), in_force)


def own_levels(store: Store, person_id: str) -> dict[str, tuple[float, float | None]]:
    """The levels of every fault that hold for this person: their own, or the standard ones."""
    standard = {code: (f.limits[0].warn, f.limits[0].fault) for code, f in faults().items()}
    with store.begin() as session:
        own = session.scalars(
            select(AdjustedLimit).where(
                AdjustedLimit.person_id == person_id, AdjustedLimit.ended_s.is_(None)
            )
        ).all()
        return standard | {limit.code: (limit.warn, limit.fault) for limit in own}


def with_adjusted(chosen: Options, in_force: Iterable[AdjustedLimit]) -> Options:
    """The options with a person's own limits, where none were chosen for this set itself."""
    own = [limit for limit in in_force if limit.code not in chosen.limits and limit.code in faults()]
    limits = dict(chosen.limits) | {limit.code: (limit.warn, limit.fault) for limit in own}
    reasons = {limit.code: Adjusted(limit.author, limit.why, _date(limit.began_s)) for limit in own}
    return replace(chosen, limits=limits, adjusted=reasons)


def faults() -> dict[str, Fault]:
    """Every fault with a limit that can be set, by code."""
    return {f.code: f for e in EXERCISES.values() for f in e.faults if f.limits}


def refuse_disorder(code: str, levels: tuple[float, float | None]) -> None:
    """Raise TrackError when a fault has no such limits, or the fault level lies before the warning."""
    fault = faults().get(code)
    if fault is None:
        raise TrackError("This fault has no limit that can be set.")
    warn, worst = levels
    more = fault.limits[0].more_is_worse
    if worst is not None and (worst > warn) != more:
        side = "above" if more else "below"
        raise TrackError(f"{fault.title}: the fault level must lie {side} the warning.")


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def _coached(session: Session, trainer_id: str, client_id: str) -> None:
    if not access.may_coach(session, trainer_id, client_id):
        raise LookupError(f"{client_id} is not a client of this person")


def _end(session: Session, person_id: str, code: str) -> None:
    session.execute(
        update(AdjustedLimit)
        .where(
            AdjustedLimit.person_id == person_id, AdjustedLimit.code == code, AdjustedLimit.ended_s.is_(None)
        )
        .values(ended_s=time.time())
    )
