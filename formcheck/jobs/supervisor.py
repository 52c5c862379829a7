"""Starts the workers of a machine, replaces those that die, hands their jobs on, and stops them at the end.

The app has one, and `formcheck worker` is one on any other machine. They need not know each other: what a
machine held that is gone, the next one to look finds by its lease.
"""

from __future__ import annotations

import logging
import os
import platform
import re
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from formcheck import model_bundle
from formcheck.errors import ModelError, presentable
from formcheck.jobs import queue
from formcheck.jobs.transport import Transport
from formcheck.store import Store, sets
from formcheck.store.database import clock
from formcheck.store.media import MediaAwayError
from formcheck.store.models import RUNNING, Job, Machine
from formcheck.store.settings import AppSettings, to_environment

LOOK_S = 0.5  # between two looks at the workers
REAP_S = 5.0  # between two looks for lapsed leases, and two words that this machine is there
STOP_S = 8.0  # for workers to put down what they hold
FRESH_S = 30.0  # a scratch folder this young may belong to a claim not yet seen
GONE_S = 86400.0  # a machine that said nothing for so long is forgotten
TIDY_S = 86400.0  # between two looks for files that belong to no set
WORKER = ("-m", "formcheck.jobs.start")  # what Python is given to be a worker
AGAIN_S = 20.0  # between two tries to fetch the pose model
STALE_UPLOAD_S = 2 * 86400
JUMP_S = 2.0  # of the clock between two looks; smaller steps harm no lease
log = logging.getLogger(__name__)


class WallClock:
    """Notices that the clock of this machine jumped: it was set, or the machine slept."""

    def __init__(self) -> None:
        self._ahead_s = time.time() - time.monotonic()

    def jumped(self) -> bool:
        """Whether it did since the last time this was asked."""
        before_s, self._ahead_s = self._ahead_s, time.time() - time.monotonic()
        return abs(self._ahead_s - before_s) > JUMP_S


class Supervisor:
    """The workers of one machine. keeps: whether it also tidies up, which one of all machines does.

    poses: whether the workers look at videos, for which they need the pose model.
    """

    def __init__(
        self, store: Store, settings: AppSettings, *, keeps: bool = True, poses: bool = True
    ) -> None:
        self._store, self._settings, self._keeps, self._poses = store, settings, keeps, poses
        self._transport = Transport(store.folder, settings.messages)
        self._workers: dict[str, subprocess.Popen[bytes]] = {}
        self._dead: list[str] = []
        self._machine = secrets.token_hex(8)
        self._name = re.sub(r"[^A-Za-z0-9.-]", "", platform.node()) or "machine"
        self._started_s = time.time()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def start(self) -> None:
        """Start the workers and watch them in the background."""
        if self._keeps:
            sets.sweep(self._store, STALE_UPLOAD_S)
        self._thread.start()

    def stop(self) -> None:
        """Stop the workers; what they were doing is queued again."""
        self._stopping.set()
        self._thread.join(STOP_S)  # it may be fetching the model
        for child in self._workers.values():
            assert child.stdin is not None
            child.stdin.close()
        deadline = time.monotonic() + STOP_S
        for name, child in self._workers.items():
            try:
                child.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            _end_group(child)
            self._dead.append(name)
        try:
            self._hand_on()
            with self._store.begin() as session:
                session.execute(delete(Machine).where(Machine.id == self._machine))
        except DBAPIError as e:
            log.warning("the database is away; leases will run out: %s", e.orig)

    def send(self, job_id: str) -> None:
        """Tell the workers of a new job."""
        log.debug("job %s is queued", job_id)
        self._transport.send()

    def pids(self) -> list[int]:
        """Process ids of the workers."""
        return [child.pid for child in self._workers.values()]

    def _watch(self) -> None:
        while not self._stopping.is_set() and not self._model_is_there():
            self._stopping.wait(AGAIN_S)
        looked, reap_from, tidied, clock_of_machine = -REAP_S, 0.0, 0.0, WallClock()
        while not self._stopping.is_set():
            self._replace_dead()
            now = time.monotonic()
            if clock_of_machine.jumped():
                reap_from = now + queue.LEASE_S  # workers renew their leases first
            try:
                self._hand_on()
                if now - looked >= REAP_S:
                    looked = now
                    self._say_that_it_is_there()
                    if now >= reap_from and queue.reap(self._store):
                        self._transport.send()
                    self._clear_scratch()
                if self._keeps and now - tidied >= TIDY_S:
                    tidied = now
                    threading.Thread(target=self._tidy, name="tidy", daemon=True).start()
            except DBAPIError as e:
                log.warning("the database is away: %s", e.orig)
                reap_from = time.monotonic() + queue.LEASE_S  # as above
            self._stopping.wait(LOOK_S)

    def _model_is_there(self) -> bool:
        """Fetch the pose model where it is missing: here, as those who look at videos have no network."""
        if self._settings.workers == 0 or not self._poses:
            return True
        try:
            model_bundle.ready(None, self._announce)
        except ModelError as e:
            log.warning("%s", e)
            self._announce(str(e))
            return False
        return True

    def _announce(self, words: str) -> None:
        try:
            queue.announce(self._store, words)
        except DBAPIError as e:
            log.warning("the database is away: %s", e.orig)

    def _replace_dead(self) -> None:
        for name, child in list(self._workers.items()):
            if child.poll() is not None:
                log.warning("worker %s ended with code %s", name, child.returncode)
                _end_group(child)
                del self._workers[name]
                self._dead.append(name)
        while len(self._workers) < self._settings.workers:
            self._start_one()

    def _hand_on(self) -> None:
        """Queue again what workers held that died here."""
        while self._dead:
            if queue.reap(self._store, self._dead[-1]):
                self._transport.send()
            self._dead.pop()

    def _start_one(self) -> None:
        name = f"{self._name}-{secrets.token_hex(4)}"
        self._workers[name] = subprocess.Popen(
            [sys.executable, *WORKER, name], stdin=subprocess.PIPE,
            env=os.environ | to_environment(self._settings), start_new_session=True,
        )  # fmt: skip

    def _say_that_it_is_there(self) -> None:
        with self._store.begin() as session:
            known = session.get(Machine, self._machine)
            if known is None:
                known = Machine(id=self._machine, name=self._name, started_s=self._started_s)
                session.add(known)
            known.workers, known.seen_s = len(self._workers), time.time()
            session.execute(delete(Machine).where(Machine.seen_s < clock() - GONE_S))

    def _clear_scratch(self) -> None:
        """Remove the scratch folders of workers that hold no job."""
        with self._store.begin() as session:
            busy = {*session.scalars(select(Job.worker).where(Job.state == RUNNING))}
        scratch = self._store.folder / "scratch"
        for left in scratch.iterdir() if scratch.is_dir() else ():
            if left.name not in busy and abs(time.time() - left.stat().st_mtime) > FRESH_S:
                shutil.rmtree(left, ignore_errors=True)

    def _tidy(self) -> None:
        try:
            sets.clear_orphans(self._store)
        except (DBAPIError, MediaAwayError, OSError) as e:
            log.warning("files of no set are looked for another day: %s", presentable(str(e)))


def _end_group(worker: subprocess.Popen[bytes]) -> None:
    """End what a worker that is gone has left running."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(worker.pid, signal.SIGKILL)
