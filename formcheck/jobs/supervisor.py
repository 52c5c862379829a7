"""Starts the workers, replaces those that die, hands their jobs on, and stops them with the app."""

from __future__ import annotations

import logging
import secrets
import shutil
import subprocess
import sys
import threading
import time

from sqlalchemy import select

from formcheck.jobs import queue
from formcheck.jobs.transport import Transport
from formcheck.store import Store, sets
from formcheck.store.models import RUNNING, Job
from formcheck.store.settings import AppSettings

LOOK_S = 0.5  # between two looks at the workers
REAP_S = 5.0  # between two looks for lapsed leases and lost messages
STOP_S = 8.0  # for workers to put down what they hold
FRESH_S = 30.0  # a scratch folder this young may belong to a claim not yet seen
STALE_UPLOAD_S = 2 * 86400
log = logging.getLogger(__name__)


class Supervisor:
    """The workers of one app."""

    def __init__(self, store: Store, settings: AppSettings) -> None:
        self._store, self._settings = store, settings
        self._transport = Transport(store.folder)
        self._workers: dict[str, subprocess.Popen[bytes]] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def start(self) -> None:
        """Start the workers and watch them in the background."""
        sets.sweep(self._store, STALE_UPLOAD_S)
        self._thread.start()

    def stop(self) -> None:
        """Stop the workers; what they were doing is queued again."""
        self._stopping.set()
        self._thread.join()
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
            queue.reap(self._store, name)

    def send(self, job_id: str) -> None:
        """Tell the workers of a new job."""
        self._transport.send(job_id)

    def pids(self) -> list[int]:
        """Process ids of the workers."""
        return [child.pid for child in self._workers.values()]

    def _watch(self) -> None:
        reaped = 0.0
        while not self._stopping.is_set():
            for name, child in list(self._workers.items()):
                if child.poll() is not None:
                    log.warning("worker %s ended with code %s", name, child.returncode)
                    del self._workers[name]
                    self._hand_on(name)
            while len(self._workers) < self._settings.workers:
                self._start_one()
            if time.monotonic() - reaped > REAP_S:
                reaped = time.monotonic()
                self._hand_on(None)
                self._clear_scratch()
            self._stopping.wait(LOOK_S)

    def _hand_on(self, dead_worker: str | None) -> None:
        """Queue orphaned jobs again; send the messages of queued jobs anew when none is on its way."""
        queued = queue.reap(self._store, dead_worker)
        if self._transport.empty:
            for job_id in queued:
                self._transport.send(job_id)

    def _start_one(self) -> None:
        name = secrets.token_hex(8)
        self._workers[name] = subprocess.Popen(
            [
                sys.executable, "-m", "formcheck.jobs.worker",
                name, str(self._store.folder), str(60 * self._settings.max_minutes),
            ],
            stdin=subprocess.PIPE,
        )  # fmt: skip

    def _clear_scratch(self) -> None:
        """Remove the scratch folders of workers that hold no job."""
        with self._store.begin() as session:
            busy = {*session.scalars(select(Job.worker).where(Job.state == RUNNING))}
        scratch = self._store.folder / "scratch"
        for left in scratch.iterdir() if scratch.is_dir() else ():
            if left.name not in busy and time.time() - left.stat().st_mtime > FRESH_S:
                shutil.rmtree(left, ignore_errors=True)
