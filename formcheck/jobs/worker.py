"""A worker process: takes jobs one after the other until it is told to stop.

`python -m formcheck.jobs.worker NAME`, started by the supervisor, which holds the other end of its standard
input: when that closes, whatever the reason, the worker stops, so none outlives the app. Where database and
media are, it knows from the environment, as passwords on a command line are for everybody to read.

A database or a bucket that is away is nobody's fault: the job is put off at no cost, and the worker waits.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError

from formcheck.errors import FormcheckError
from formcheck.estimator import cores
from formcheck.jobs import queue
from formcheck.jobs.queue import Claim
from formcheck.jobs.transport import Transport
from formcheck.jobs.work import Bench, do
from formcheck.store import Store
from formcheck.store.media import MediaAwayError
from formcheck.store.settings import from_environment

BEAT_S = 1.0
PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # before a database or a bucket that is away is asked again
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
            except DBAPIError as e:  # the lease may run out; then the next beat says so
                log.warning("the database is away: %s", e.orig)


def work_on(store: Store, claim: Claim, most_s: float, stopping: threading.Event, processes: int = 1) -> bool:
    """Bring a job to an end; whether it came to one. False: database or bucket are away, it was put off."""
    scratch = store.folder / "scratch" / claim.worker
    scratch.mkdir(parents=True)
    try:
        with Pulse(store, claim, stopping) as pulse:
            do(Bench(store, claim, scratch, pulse.tell, most_s, processes))
    except queue.LostError:
        patiently(lambda: queue.drop(store, claim), stopping)
    except FormcheckError as error:
        sentence = str(error)
        patiently(lambda: queue.fail(store, claim, sentence), stopping)
    except (MediaAwayError, DBAPIError) as e:
        log.warning("job %s is put off: %s", claim.job_id, e)
        patiently(lambda: queue.put_off(store, claim), stopping)
        return False
    except Exception as e:  # the last stop: a sentence for the user, the traceback for the log
        log.exception("job %s failed", claim.job_id)
        sentence = BUG.format(kind=type(e).__name__, words=e)
        patiently(lambda: queue.fail(store, claim, sentence), stopping)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return True


def patiently(write: Callable[[], None], stopping: threading.Event) -> None:
    """Write into the database, also when it comes back only after a while; else the lease runs out."""
    for pause_s in (*PAUSES_S, None):
        try:
            write()
            return
        except DBAPIError as e:
            if pause_s is None or stopping.wait(pause_s):
                log.warning("the database stays away: %s", e.orig)
                return


def main(name: str) -> None:
    """Work until standard input closes or SIGTERM comes."""
    stopping = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the app, which then stops this process
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    threading.Thread(target=_stop_with_the_app, args=(stopping,), daemon=True).start()
    settings = from_environment()
    store = Store.of(settings, migrate=False)
    transport = Transport(settings.folder, settings.messages)
    processes = max(1, cores() // max(1, settings.workers))
    pauses = iter(PAUSES_S)
    while not stopping.is_set():
        try:
            claim = queue.claim_next(store, name)
            if claim is None:
                transport.wait(stopping)
                continue
            there = work_on(store, claim, 60 * settings.max_minutes, stopping, processes)
        except DBAPIError as e:
            log.warning("the database is away: %s", e.orig)
            there = False
        pauses = iter(PAUSES_S) if there else pauses
        if not there:
            stopping.wait(next(pauses, PAUSES_S[-1]))
    store.close()


def _stop_with_the_app(stopping: threading.Event) -> None:
    sys.stdin.buffer.read()  # returns when the app closes its end, or is gone
    stopping.set()
    time.sleep(LAST_S)
    os._exit(1)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    main(sys.argv[1])
