"""The jobs table: every change of state is one conditional UPDATE, so that two workers never both win."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, Update, select, update
from sqlalchemy.orm import Session

from formcheck.store import Store
from formcheck.store.models import CANCELLED, DONE, FAILED, QUEUED, RUNNING, Job, LiftSet

LEASE_S = 15.0  # a worker that says nothing for so long is taken to be gone
MOST_ATTEMPTS = 3
AGAIN = "Waiting to start again"
GAVE_UP = (
    f"The analysis of this video broke off {MOST_ATTEMPTS} times; the file may be damaged, copy or export it "
    "again."
)


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


def enqueue(session: Session, lift: LiftSet, kind: str) -> Job:
    """A new job for a set; send the message after the transaction."""
    job = Job(set_id=lift.id, kind=kind)
    session.add(job)
    session.flush()
    return job


def claim(store: Store, job_id: str, worker: str) -> Claim | None:
    """Take a queued job; None when somebody else has it, or it is over."""
    now = time.time()
    taken = _change(
        store,
        update(Job).where(Job.id == job_id, Job.state == QUEUED),
        state=RUNNING, worker=worker, attempt=Job.attempt + 1, lease_until_s=now + LEASE_S,
        started_s=now, share=0.0, stage="Starting", error=None,
    )  # fmt: skip
    if not taken:
        return None
    with store.begin() as session:
        job = session.get_one(Job, job_id)
        return Claim(job.id, job.set_id, job.kind, job.attempt, worker)


def beat(store: Store, claim: Claim, share: float, stage: str) -> None:
    """Renew the lease and tell how far it is. Raises LostError when the work is to be dropped."""
    alive = _change(
        store,
        _held(claim).where(Job.cancel.is_(False)),
        share=share,
        stage=stage,
        lease_until_s=time.time() + LEASE_S,
    )
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
        store,
        _held(claim),
        state=FAILED,
        error=sentence,
        ended_s=time.time(),
        worker=None,
        lease_until_s=None,
    )


def drop(store: Store, claim: Claim) -> None:
    """The work was stopped: cancelled if somebody asked for that, otherwise queued again, at no cost."""
    _change(
        store, _held(claim).where(Job.cancel.is_(True)),
        state=CANCELLED, ended_s=time.time(), worker=None, lease_until_s=None,
    )  # fmt: skip
    again = {"state": QUEUED, "stage": AGAIN, "attempt": Job.attempt - 1}
    _change(store, _held(claim), **again, worker=None, lease_until_s=None)


def cancel(store: Store, job_id: str) -> None:
    """Stop a job: at once if it is queued, at its next heartbeat if it is running."""
    now = time.time()
    _change(store, update(Job).where(Job.id == job_id, Job.state == QUEUED), state=CANCELLED, ended_s=now)
    _change(store, update(Job).where(Job.id == job_id, Job.state == RUNNING), cancel=True)


def reap(store: Store, dead_worker: str | None = None) -> list[str]:
    """Queue again what a dead worker held or whose lease ran out; give up after three attempts.

    Returns the ids of all queued jobs, so that whoever carries messages can send those that got lost.
    """
    lapsed = Job.lease_until_s < time.time() if dead_worker is None else Job.worker == dead_worker
    orphans = update(Job).where(Job.state == RUNNING, lapsed)
    over: dict[str, Any] = {"worker": None, "lease_until_s": None, "ended_s": time.time()}
    with store.begin() as session:
        _run(session, orphans.where(Job.cancel.is_(True)), state=CANCELLED, **over)
        _run(session, orphans.where(Job.attempt >= MOST_ATTEMPTS), state=FAILED, error=GAVE_UP, **over)
        _run(session, orphans, state=QUEUED, stage=AGAIN, worker=None, lease_until_s=None)
        return list(session.scalars(select(Job.id).where(Job.state == QUEUED).order_by(Job.created_s)))


def _held(claim: Claim) -> Update:
    return update(Job).where(
        Job.id == claim.job_id, Job.state == RUNNING, Job.attempt == claim.attempt, Job.worker == claim.worker
    )


def _change(store: Store, statement: Update, **values: Any) -> bool:
    with store.begin() as session:
        return _run(session, statement, **values)


def _run(session: Session, statement: Update, **values: Any) -> bool:
    """Whether the update found its row."""
    done = cast("CursorResult[Any]", session.execute(statement.values(**values)))
    return bool(done.rowcount)
