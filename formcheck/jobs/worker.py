"""A worker process: takes jobs one after the other until it is told to stop.

`formcheck.jobs.start` begins it for the supervisor, which holds the other end of its standard input: when
that closes, whatever the reason, the worker stops, so none outlives the app. Where database and media are, it
knows from the environment, as passwords on a command line are for everybody to read. Work that comes to a
halt, takes too long or does not stop when it should is ended with the whole process, which the supervisor
replaces.

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

from formcheck.errors import FormcheckError, presentable
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
STALLED_S = 600.0  # without any progress (engineering choice)
SLOWEST = 10.0  # times the longest video that is taken; usually one does (engineering choice)
STUCK_S = 15.0  # for work to notice that it is to be dropped
STALLED = (
    f"The analysis of this video came to a halt: nothing for {STALLED_S / 60:.0f} minutes; copy or export "
    "the video again, or cut it down to one set."
)
TOO_SLOW = "The analysis of this video took more than {hours:.1f} hours; cut it down to one set."
TOO_LARGE = (
    "This video needs more memory than an analysis may take; export it smaller, 1080p is plenty, or cut it "
    "down to one set."
)
BUG = "The analysis failed ({kind}: {words}); please report this as a bug."
log = logging.getLogger("formcheck.worker")


class Pulse:
    """Renews the lease of a claim in the background and carries progress; says when to stop.

    Counts its own beats, not the clock: a machine that sleeps uses up nobody's patience.
    """

    def __init__(self, store: Store, claim: Claim, stopping: threading.Event, most_s: float) -> None:
        self._store, self._claim, self._stopping, self._most_s = store, claim, stopping, most_s
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
        beats, last, seen = 0, 0, (self._share, self._stage)
        while not self._over.wait(BEAT_S):
            beats += 1
            if seen != (self._share, self._stage):
                last, seen = beats, (self._share, self._stage)
            if (beats - last) * BEAT_S > STALLED_S:
                self._give_up(STALLED)
            if beats * BEAT_S > self._most_s:
                self._give_up(TOO_SLOW.format(hours=self._most_s / 3600))
            try:
                queue.beat(self._store, self._claim, self._share, self._stage)
            except queue.LostError:
                self._lost.set()
                if not self._over.wait(STUCK_S):
                    end()
                return
            except DBAPIError as e:  # the lease may run out; then the next beat says so
                log.warning("the database is away: %s", e.orig)

    def _give_up(self, sentence: str) -> None:
        patiently(lambda: queue.fail(self._store, self._claim, sentence), self._stopping)
        end()


def work_on(store: Store, claim: Claim, most_s: float, stopping: threading.Event, processes: int = 1) -> bool:
    """Bring a job to an end; whether it came to one. False: database or bucket are away, it was put off."""
    scratch = store.folder / "scratch" / claim.worker
    scratch.mkdir(parents=True)
    try:
        with Pulse(store, claim, stopping, SLOWEST * most_s + STALLED_S) as pulse:
            do(Bench(store, claim, scratch, pulse.tell, most_s, processes))
    except queue.LostError:
        patiently(lambda: queue.drop(store, claim), stopping)
    except FormcheckError as error:
        sentence = str(error)
        patiently(lambda: queue.fail(store, claim, sentence), stopping)
    except (MediaAwayError, DBAPIError) as e:
        log.warning("job %s is put off: %s", claim.job_id, presentable(str(e)))
        patiently(lambda: queue.put_off(store, claim), stopping)
        return False
    except MemoryError:
        patiently(lambda: queue.fail(store, claim, TOO_LARGE), stopping)
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
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
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
    end()


def end() -> None:
    """End this process at once, with those that it started."""
    if hasattr(os, "killpg") and os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
