"""The days of a month, one after the other: sets come in, workers work them off, things break."""

from __future__ import annotations

import os
import random
import signal
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from benchmarks.month import stand_in
from formcheck.jobs import queue, supervisor
from formcheck.jobs.supervisor import Supervisor
from formcheck.store import Store, sets
from formcheck.store.media import MediaAwayError
from formcheck.store.models import DONE, FAILED, FINAL, Job, LiftSet, Person, new_id
from formcheck.store.settings import AppSettings

POISONED = 1 / 400  # of the videos kill the worker that looks at them
TRY_AGAIN_S = 0.5
PATIENCE_S = 120.0  # for the rest of a day's sets
ROOT = Path(__file__).resolve().parents[2]
Fault = Callable[[list[Supervisor]], None]


@dataclass
class Tally:
    """What happened in the month."""

    sets: int = 0
    poisoned: int = 0
    refused: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    twice: int = 0
    wrong: int = 0
    done: int = 0
    failed: int = 0
    repeated: int = 0
    wait_median_s: float = 0.0
    wait_95_s: float = 0.0
    wait_most_s: float = 0.0
    took_s: float = 0.0


def kill_a_worker(machines: list[Supervisor]) -> None:
    pids = [pid for machine in machines for pid in machine.pids()]
    if pids:
        os.kill(random.choice(pids), signal.SIGKILL)


def run(settings: AppSettings, days: int, sets_a_day: int, machines: int, faults: dict[str, Fault]) -> Tally:
    """Simulate; faults: name -> what breaks, one after the other, a day each."""
    supervisor.WORKER = (str(ROOT / "benchmarks" / "month" / "stand_in.py"),)
    os.environ["PYTHONPATH"] = str(ROOT)
    store, tally, began_s = Store.of(settings), Tally(), time.monotonic()
    with store.begin() as session:
        somebody = Person()
        session.add(somebody)
        session.flush()
        owner = somebody.id
    running = [_machine(settings, n) for n in range(machines)]
    order = list(faults)
    for day in range(days):
        name = order[day % len(order)]
        tally.faults[name] = tally.faults.get(name, 0) + 1
        _day(store, owner, sets_a_day, tally, running, faults[name])
        print(
            f"day {day + 1:2}: {name:22} {tally.sets} sets so far, {tally.refused} tries refused", flush=True
        )
    for machine in running:
        machine.stop()
    _count(store, tally)
    tally.took_s = time.monotonic() - began_s
    store.close()
    return tally


def _machine(settings: AppSettings, n: int) -> Supervisor:
    """One with workers; on servers it has a folder of its own, as another machine would."""
    if settings.database:
        settings = replace(settings, folder=settings.folder / f"machine{n}")
    machine = Supervisor(Store.of(settings), settings, keeps=n == 0)
    machine.start()
    return machine


def _day(
    store: Store, owner: str, count: int, tally: Tally, machines: list[Supervisor], fault: Fault
) -> None:
    """Half of the sets, the fault, the other half; then all are worked off."""
    for n in range(count):
        if n == count // 2:
            fault(machines)
        _send(store, owner, tally, machines[0])
    deadline = time.monotonic() + PATIENCE_S
    while _open(store) and time.monotonic() < deadline:
        time.sleep(0.2)


def _send(store: Store, owner: str, tally: Tally, machine: Supervisor) -> None:
    """A set comes in; what is refused is tried again, as a browser does, under the same name."""
    set_id, poisoned = new_id(), random.random() < POISONED
    video = stand_in.POISON if poisoned else set_id.encode() * 40
    while True:
        try:
            with store.begin() as session:
                if session.get(LiftSet, set_id) is not None:
                    break  # it was written, only the answer got lost
            store.media.put(sets.key(set_id, "video.mp4"), video)
            with store.begin() as session:
                lift = LiftSet(id=set_id, owner_id=owner, name="set.mp4", video="video.mp4")
                session.add(lift)
                session.flush()
                queue.enqueue(session, lift, "check")
            break
        except (DBAPIError, MediaAwayError):
            tally.refused += 1
            time.sleep(TRY_AGAIN_S)
    machine.send("")
    tally.sets += 1
    tally.poisoned += poisoned


def _open(store: Store) -> int:
    try:
        with store.begin() as session:
            left = select(func.count()).select_from(Job).where(Job.state.not_in(FINAL))
            return session.scalar(left) or 0
    except DBAPIError:
        return 1


def _count(store: Store, tally: Tally) -> None:
    """Look at every set: is its result there, written once, and its own?"""
    waits = []
    with store.begin() as session:
        rows = session.execute(
            select(Job.set_id, Job.state, Job.attempt, Job.created_s, Job.started_s, LiftSet.report).join(
                LiftSet
            )
        ).all()
    for set_id, state, attempt, created_s, started_s, report in rows:
        tally.done += state == DONE
        tally.failed += state == FAILED
        tally.lost += state not in FINAL
        tally.repeated += state == DONE and attempt > 1
        if state == DONE:
            waits.append(max(0.0, started_s - created_s))
            tally.twice += report["times"] != 1
            try:
                right = store.media.get(sets.key(set_id, stand_in.RESULT)) == set_id.encode() * 40
            except FileNotFoundError:
                right = False
            tally.wrong += not right
    tally.lost += tally.sets - len(rows)
    waits.sort()
    tally.wait_median_s, tally.wait_most_s = statistics.median(waits), waits[-1]
    tally.wait_95_s = waits[int(0.95 * len(waits))]
