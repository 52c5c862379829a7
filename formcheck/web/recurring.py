"""Work that is done now and then while the app runs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


class Recurring:
    """Does its work in the background every so many seconds, at once or after the first wait, until stopped.

    failure: what the log says when it goes wrong; the next round tries again.
    """

    def __init__(
        self, name: str, work: Callable[[], object], every_s: float, failure: str, *, at_once: bool = False
    ) -> None:
        self._work, self._every_s, self._failure, self._at_once = work, every_s, failure, at_once
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, patience_s: float | None = None) -> None:
        """Begin no more rounds; wait for the one going on, at most so long."""
        self._stopping.set()
        self._thread.join(patience_s)

    def _run(self) -> None:
        wait_s = 0.0 if self._at_once else self._every_s
        while not self._stopping.wait(wait_s):
            wait_s = self._every_s
            try:
                self._work()
            except Exception:
                log.exception(self._failure)
