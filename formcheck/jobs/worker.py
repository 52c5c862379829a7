"""A worker process: takes jobs one after the other until it is told to stop.

`python -m formcheck.jobs.worker NAME FOLDER MOST_S`, started by the supervisor, which holds the other end of
its standard input: when that closes, whatever the reason, the worker stops, so none outlives the app.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

from formcheck.errors import FormcheckError
from formcheck.jobs import queue
from formcheck.jobs.queue import Claim
from formcheck.jobs.transport import Transport
from formcheck.jobs.work import Bench, do
from formcheck.store import Store

BEAT_S = 1.0
IDLE_S = 0.25  # between two looks for a message
LAST_S = 5.0  # after being told to stop; then the process ends whatever it is doing
BUG = "The analysis failed ({kind}: {words}); please report this as a bug."
log = logging.getLogger("formcheck.worker")


class Pulse:
    """Renews the lease of a claim in the background and carries progress; says when to stop."""

    def __init__(self, store: Store, claim: Claim, stopping: threading.Event) -> None:
        self._store, self._claim, self._stopping = store, claim, stopping
        self._share, self._stage = 0.0, "Starting"
        self._lost, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def __enter__(self) -> Pulse:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def tell(self, share: float, stage: str) -> None:
        """How far the work is. Raises LostError when it is to be dropped."""
        self._share, self._stage = share, stage
        if self._lost.is_set() or self._stopping.is_set():
            raise queue.LostError

    def _run(self) -> None:
        while not self._over.wait(BEAT_S):
            try:
                queue.beat(self._store, self._claim, self._share, self._stage)
            except queue.LostError:
                self._lost.set()
                return


def work_on(store: Store, job_id: str, name: str, most_s: float, stopping: threading.Event) -> None:
    """Claim one job and bring it to an end."""
    claim = queue.claim(store, job_id, name)
    if claim is None:
        return
    scratch = store.folder / "scratch" / name
    scratch.mkdir(parents=True)
    try:
        with Pulse(store, claim, stopping) as pulse:
            do(Bench(store, claim, scratch, pulse.tell, most_s))
    except queue.LostError:
        queue.drop(store, claim)
    except FormcheckError as e:
        queue.fail(store, claim, str(e))
    except Exception as e:  # the last stop: a sentence for the user, the traceback for the log
        log.exception("job %s failed", job_id)
        queue.fail(store, claim, BUG.format(kind=type(e).__name__, words=e))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def main(name: str, folder: str, most_s: str) -> None:
    """Work until standard input closes or SIGTERM comes."""
    stopping = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the app, which then stops this process
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    threading.Thread(target=_stop_with_the_app, args=(stopping,), daemon=True).start()
    store, transport = Store.open(Path(folder), migrate=False), Transport(Path(folder))
    while not stopping.is_set():
        job_id = transport.receive()
        if job_id is None:
            stopping.wait(IDLE_S)
        else:
            work_on(store, job_id, name, float(most_s), stopping)
    store.close()


def _stop_with_the_app(stopping: threading.Event) -> None:
    sys.stdin.buffer.read()  # returns when the app closes its end, or is gone
    stopping.set()
    time.sleep(LAST_S)
    os._exit(1)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    main(*sys.argv[1:4])
