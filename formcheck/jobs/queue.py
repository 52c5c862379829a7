"""The jobs table: every change of state is one conditional UPDATE, so that two workers never both win.

Leases run by the clock of the database. A job that broke off stands at the end of the line again, so one that
kills its worker keeps nobody waiting.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, Update, or_, select, update
from sqlalchemy.orm import Session

from formcheck.store import Store
from formcheck.store.database import clock
from formcheck.store.models import CANCELLED, DONE, FAILED, QUEUED, RUNNING, Job, LiftSet

LEASE_S = 15.0  # a worker that says nothing for so long is taken to be gone
MOST_ATTEMPTS = 3
SOON, WHEN_FREE = 0, 1
"""Ranks: somebody waits for it; it can wait until nobody does."""
AGAIN = "Waiting to start again"
AWAY = "Waiting for the storage, which does not answer"
LONGEST_WAIT_S = 3 * 86400.0  # for a storage that does not answer (engineering choice)
STAYED_AWAY = (
    "The storage of the videos did not answer for three days; ask whoever runs this server, then try again."
)
GAVE_UP = (
    f"The analysis of this video broke off {MOST_ATTEMPTS} times; the file may be damaged, copy or export it "
    "again."
)
_IN_PLACE = {"synchronize_session": False}  # no objects of these rows are held


@dataclass(frozen=True)
class Claim:
    """The right to work on a job, until the lease ends: which attempt of which worker."""

    job_id: str
    set_id: str
    kind: str
    attempt: int
    worker: str


class LostError(Exception):
    """The claim no longer holds: cancelled, deleted, or given to another worker."""


def enqueue(session: Session, lift: LiftSet, kind: str, rank: int = SOON) -> Job:
    """A new job for a set; send the message after the transaction."""
    job = Job(set_id=lift.id, kind=kind, rank=rank)
    session.add(job)
    session.flush()
    return job


def claim(store: Store, job_id: str, worker: str) -> Claim | None:
    """Take this queued job; None when somebody else has it, or it is over."""
    return _take(store, update(Job).where(Job.id == job_id), worker)


def claim_next(store: Store, worker: str) -> Claim | None:
    """Take the job that has stood in line longest, of those somebody waits for first; None when none does."""
    first = (
        select(Job.id)
        .where(Job.state == QUEUED)
        .order_by(Job.rank, Job.queued_s, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return _take(store, update(Job).where(Job.id == first.scalar_subquery()), worker)


def _take(store: Store, jobs: Update, worker: str) -> Claim | None:
    values: dict[str, Any] = {
        "state": RUNNING, "worker": worker, "attempt": Job.attempt + 1, "lease_until_s": clock() + LEASE_S,
        "started_s": time.time(), "share": 0.0, "stage": "Starting", "error": None,
    }  # fmt: skip
    taken = (
        jobs.where(Job.state == QUEUED).values(**values).returning(Job.id, Job.set_id, Job.kind, Job.attempt)
    )
    with store.begin() as session:
        row = session.execute(taken, execution_options=_IN_PLACE).one_or_none()
        return Claim(*row, worker) if row else None


def beat(store: Store, claim: Claim, share: float, stage: str) -> None:
    """Renew the lease and tell how far it is. Raises LostError when the work is to be dropped."""
    alive = _change(
        store, _held(claim).where(Job.cancel.is_(False)),
        share=share, stage=stage, lease_until_s=clock() + LEASE_S,
    )  # fmt: skip
    if not alive:
        raise LostError


def finish(store: Store, claim: Claim, write: Callable[[Session, LiftSet], None]) -> None:
    """End the job as done, its result in the same transaction. Raises LostError and writes nothing."""
    with store.begin() as session:
        ended = _run(
            session, _held(claim).where(Job.cancel.is_(False)),
            state=DONE, share=1.0, stage="", ended_s=time.time(), worker=None, lease_until_s=None,
        )  # fmt: skip
        if not ended:
            raise LostError
        write(session, session.get_one(LiftSet, claim.set_id))


def fail(store: Store, claim: Claim, sentence: str) -> None:
    """End the job as failed, with what to tell the user."""
    _change(
        store, _held(claim),
        state=FAILED, error=sentence, ended_s=time.time(), worker=None, lease_until_s=None,
    )  # fmt: skip


def drop(store: Store, claim: Claim) -> None:
    """The work was stopped: cancelled if somebody asked for that, otherwise queued again, at no cost."""
    _change(
        store, _held(claim).where(Job.cancel.is_(True)),
        state=CANCELLED, ended_s=time.time(), worker=None, lease_until_s=None,
    )  # fmt: skip
    again = {"state": QUEUED, "stage": AGAIN, "attempt": Job.attempt - 1}
    _change(store, _held(claim), **again, worker=None, lease_until_s=None)


def put_off(store: Store, claim: Claim) -> None:
    """Database or bucket are away: to the end of the line, at no cost; for good after some days of that."""
    too_old = _held(claim).where(Job.created_s < clock() - LONGEST_WAIT_S)
    over = {"worker": None, "lease_until_s": None}
    _change(store, too_old, state=FAILED, error=STAYED_AWAY, ended_s=time.time(), **over)
    again = {"state": QUEUED, "stage": AWAY, "attempt": Job.attempt - 1, "queued_s": time.time()}
    _change(store, _held(claim), **again, **over)


def cancel(store: Store, job_id: str) -> None:
    """Stop a job: at once if it is queued, at its next heartbeat if it is running."""
    now = time.time()
    _change(store, update(Job).where(Job.id == job_id, Job.state == QUEUED), state=CANCELLED, ended_s=now)
    _change(store, update(Job).where(Job.id == job_id, Job.state == RUNNING), cancel=True)


def withdraw(session: Session, job: Job) -> None:
    """Cancel a job within a transaction, as something better takes its place."""
    waiting = update(Job).where(Job.id == job.id, Job.state == QUEUED)
    _run(session, waiting, state=CANCELLED, ended_s=time.time())
    _run(session, update(Job).where(Job.id == job.id, Job.state == RUNNING), cancel=True)


def announce(store: Store, words: str) -> None:
    """Tell everybody who waits what for."""
    _change(store, update(Job).where(Job.state == QUEUED), stage=words)


def reap(store: Store, dead_worker: str | None = None) -> bool:
    """Queue again what a dead worker held or whose lease ran out; give up after three attempts.

    A lease that ends later than any does was given before the clock was put back: it counts as run out.
    Returns whether a job went back into the line.
    """
    over_s, beyond_s = clock(), clock() + 2 * LEASE_S
    lapsed = or_(Job.lease_until_s < over_s, Job.lease_until_s > beyond_s)
    lapsed = lapsed if dead_worker is None else Job.worker == dead_worker
    orphans = update(Job).where(Job.state == RUNNING, lapsed)
    over: dict[str, Any] = {"worker": None, "lease_until_s": None, "ended_s": time.time()}
    with store.begin() as session:
        _run(session, orphans.where(Job.cancel.is_(True)), state=CANCELLED, **over)
        _run(session, orphans.where(Job.attempt >= MOST_ATTEMPTS), state=FAILED, error=GAVE_UP, **over)
        return _run(
            session, orphans,
            state=QUEUED, stage=AGAIN, queued_s=time.time(), worker=None, lease_until_s=None,
        )  # fmt: skip


def _held(claim: Claim) -> Update:
    return update(Job).where(
        Job.id == claim.job_id, Job.state == RUNNING, Job.attempt == claim.attempt, Job.worker == claim.worker
    )


def _change(store: Store, statement: Update, **values: Any) -> bool:
    with store.begin() as session:
        return _run(session, statement, **values)


def _run(session: Session, statement: Update, **values: Any) -> bool:
    """Whether the update found its row."""
    done = cast("CursorResult[Any]", session.execute(statement.values(**values), execution_options=_IN_PLACE))
    return bool(done.rowcount)
