"""A trainer's marks on the flags of their clients' sets, counted by fault.

Counted are the reps of sets that the trainer is through with. A flag that carries no mark counts as agreed,
as does a rep without a flag in which the trainer marked no missed fault: whoever reviews a set and says
nothing leaves it as it stands. The sums are those of `formcheck.agreement`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from formcheck.agreement import Agreement, Proposal, Rep, Stricter, Table, agreement, proposal, stricter
from formcheck.exercises import EXERCISES
from formcheck.store import Store, inbox
from formcheck.store.coaching import faults
from formcheck.store.models import FlagMark, LiftSet

Flags = dict[int, dict[str, Any]]


@dataclass
class Evidence:
    """What one trainer's marks say about one fault: a table a set, the values of marked flags.

    reps: a list for each set that knows the levels of its reps.
    """

    tables: list[Table] = field(default_factory=list)
    confirmed: list[float] = field(default_factory=list)
    overridden: list[float] = field(default_factory=list)
    reps: list[list[Rep]] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """One fault: agreement, and the limits that would have agreed better, if any."""

    code: str
    agreement: Agreement
    marked: int
    proposal: Proposal | None
    stricter: Stricter | None


def of_trainer(store: Store, trainer_id: str) -> list[Row]:
    """One row for each fault that was judged in a reviewed set, by code."""
    reviewed = [e.set_id for e in inbox.entries(store, trainer_id, most=5000) if e.state != inbox.NEW]
    evidence: dict[str, Evidence] = {}
    with store.begin() as session:
        for start in range(0, len(reviewed), 100):
            some = reviewed[start : start + 100]
            marks = _marks(
                session.scalars(
                    select(FlagMark).where(FlagMark.set_id.in_(some), FlagMark.person_id == trainer_id)
                )
            )
            for set_id, report, levels in session.execute(
                select(LiftSet.id, LiftSet.report, LiftSet.levels).where(LiftSet.id.in_(some))
            ):
                _count(evidence, report, levels or {}, marks.get(set_id, {}))
    return [_row(code, found) for code, found in sorted(evidence.items())]


def _marks(found: Any) -> dict[str, dict[tuple[str, int], FlagMark]]:
    by_set: dict[str, dict[tuple[str, int], FlagMark]] = {}
    for mark in found:
        by_set.setdefault(mark.set_id, {})[mark.code, mark.segment] = mark
    return by_set


def _count(
    evidence: dict[str, Evidence], report: Mapping[str, Any], levels: Mapping[str, Mapping[str, float]],
    marks: Mapping[tuple[str, int], FlagMark],
) -> None:  # fmt: skip
    """Add one set: for each fault, its reps in which it could be judged."""
    exercise = EXERCISES.get(report["exercise"])
    counted = {c["index"] for c in report["segments"] if c["counted"]}
    if exercise is None or not counted:
        return
    for fault in exercise.faults:
        judged = counted - set(_unseen(report, fault.code, counted))
        flags = {f["segment"]: f for f in report["findings"] if f["code"] == fault.code}
        if judged:
            own = {s: m for (code, s), m in marks.items() if code == fault.code}
            _add(evidence.setdefault(fault.code, Evidence()), judged, flags, levels.get(fault.code, {}), own)


def _add(
    to: Evidence, judged: set[int], flags: Flags, levels: Mapping[str, float], marks: Mapping[int, FlagMark]
) -> None:
    known: list[Rep] = []
    cells = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    for segment in judged:
        flagged, mark = segment in flags, marks.get(segment)
        there = flagged if mark is None else mark.right == mark.flagged
        cells[flagged, there] += 1
        if str(segment) in levels:
            known.append(Rep(levels[str(segment)], there))
        if flagged and mark is not None:
            (to.confirmed if there else to.overridden).append(float(flags[segment]["value"]))
    to.tables.append(Table(cells[True, True], cells[True, False], cells[False, True], cells[False, False]))
    if known:
        to.reps.append(known)


def _unseen(report: Mapping[str, Any], code: str, counted: set[int]) -> Iterator[int]:
    for unseen in report["unseen"]:
        if unseen["code"] == code:
            yield from unseen["segments"] or counted


def _row(code: str, found: Evidence) -> Row:
    fault = faults().get(code)
    laxer, tighter = None, None
    if fault is not None:
        limit = fault.limits[0]
        laxer = proposal(found.confirmed, found.overridden, limit.warn, more_is_worse=limit.more_is_worse)
        tighter = stricter(found.reps, limit.warn, more_is_worse=limit.more_is_worse)
    marked = len(found.confirmed) + len(found.overridden)
    return Row(code, agreement(found.tables), marked, laxer, tighter)
