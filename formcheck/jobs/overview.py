"""How the queue is doing: what waits and runs, how long that takes, what failed and why, who works.

Names of videos are left out: whoever runs the server need not know whose sets these are.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session, joinedload

from formcheck.jobs import queue
from formcheck.store import Store
from formcheck.store.models import DONE, FAILED, QUEUED, RUNNING, Job, LiftSet, Machine, new_id

DAY_S = 86400.0
SHOWN = 20  # failures
THERE_S = 30.0  # a machine that said something this long ago is there


@dataclass(frozen=True)
class Spent:
    """Of the jobs of one kind that ended in the last day: how many, and seconds in the line and at work."""

    kind: str
    done: int
    waited_s: float
    waited_95_s: float
    worked_s: float
    worked_95_s: float


@dataclass(frozen=True)
class AtWork:
    """A job that is being done."""

    kind: str
    worker: str
    for_s: float
    share: float
    stage: str
    attempt: int


@dataclass(frozen=True)
class Failure:
    """A job that failed, with the sentence that its owner was told."""

    kind: str
    ended_s: float
    attempts: int
    why: str


@dataclass(frozen=True)
class There:
    """A machine that runs workers."""

    name: str
    workers: int
    seen_ago_s: float


@dataclass(frozen=True)
class Overview:
    """The queue now, and its last day. Medians and 95 % points, in seconds."""

    waiting: int
    waiting_when_free: int
    oldest_wait_s: float
    running: tuple[AtWork, ...]
    spent: tuple[Spent, ...]
    failed: int
    failures: tuple[Failure, ...]
    machines: tuple[There, ...]

    @property
    def workers(self) -> int:
        """How many worker processes are there."""
        return sum(machine.workers for machine in self.machines)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"workers": self.workers}


def overview(store: Store) -> Overview:
    """The queue of a store as it is now."""
    now = time.time()
    with store.begin() as session:
        waiting = {
            rank: (count, since)
            for rank, count, since in session.execute(
                select(Job.rank, func.count(), func.min(Job.queued_s))
                .where(Job.state == QUEUED)
                .group_by(Job.rank)
            )
        }
        return Overview(
            waiting=waiting.get(queue.SOON, (0, now))[0],
            waiting_when_free=waiting.get(queue.WHEN_FREE, (0, now))[0],
            oldest_wait_s=max(0.0, now - min((since for _, since in waiting.values()), default=now)),
            running=_running(session, now),
            spent=_spent(session, now),
            failed=_failed_count(session, now),
            failures=_failures(session),
            machines=_machines(session, now),
        )


def judge_all(store: Store) -> int:
    """Queue judging every set again from its track, after a rule has changed; returns how many.

    A set that waits to be judged already is left as it is, so that asking twice does nothing twice.
    """
    waits = select(Job.set_id).where(Job.kind == "judge", Job.state == QUEUED)
    with store.begin() as session:
        ids = list(
            session.scalars(select(LiftSet.id).where(LiftSet.report.is_not(None), LiftSet.id.not_in(waits)))
        )
        if ids:
            rows = [{"id": new_id(), "set_id": i, "kind": "judge", "rank": queue.WHEN_FREE} for i in ids]
            session.execute(insert(Job), rows)
    return len(ids)


def _running(session: Session, now: float) -> tuple[AtWork, ...]:
    jobs = session.scalars(select(Job).where(Job.state == RUNNING).order_by(Job.started_s))
    return tuple(
        AtWork(j.kind, j.worker or "", max(0.0, now - (j.started_s or now)), j.share, j.stage, j.attempt)
        for j in jobs
    )


def _spent(session: Session, now: float) -> tuple[Spent, ...]:
    waited, worked = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    rows = select(Job.kind, Job.created_s, Job.started_s, Job.ended_s).where(
        Job.state == DONE, Job.ended_s > now - DAY_S
    )
    for kind, created_s, started_s, ended_s in session.execute(rows):
        if started_s is not None and ended_s is not None:
            waited[kind].append(max(0.0, started_s - created_s))
            worked[kind].append(max(0.0, ended_s - started_s))
    return tuple(
        Spent(kind, len(waited[kind]), *_middle_and_end(waited[kind]), *_middle_and_end(worked[kind]))
        for kind in sorted(waited)
    )


def _middle_and_end(seconds: list[float]) -> tuple[float, float]:
    ordered = sorted(seconds)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]


def _failed_count(session: Session, now: float) -> int:
    failed = select(func.count()).select_from(Job).where(Job.state == FAILED, Job.ended_s > now - DAY_S)
    return session.scalar(failed) or 0


def _failures(session: Session) -> tuple[Failure, ...]:
    jobs = session.scalars(
        select(Job)
        .where(Job.state == FAILED)
        .options(joinedload(Job.lift))
        .order_by(Job.ended_s.desc())
        .limit(SHOWN)
    )
    return tuple(
        Failure(j.kind, j.ended_s or 0.0, j.attempt, (j.error or "").replace(j.lift.name, "the video"))
        for j in jobs
    )


def _machines(session: Session, now: float) -> tuple[There, ...]:
    there = select(Machine).where(Machine.seen_s > now - THERE_S, Machine.workers > 0)
    machines = session.scalars(there.order_by(Machine.name))
    return tuple(There(m.name, m.workers, max(0.0, now - m.seen_s)) for m in machines)
