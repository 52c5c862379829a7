"""How far a long job is, on stderr: a bar on a terminal, one line otherwise."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TextIO

from formcheck.words import printable

WIDTH = 30  # characters of the bar
EVERY_S = 0.1  # no more often than the eye needs


class Progress:
    """Called with the share that is done (0..1); used as a context manager, so that the line always ends."""

    def __init__(self, what: str, stream: TextIO | None = None) -> None:
        self._what = printable(what)
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._shown_at = 0.0

    def __enter__(self) -> Progress:
        if not self._live:
            self._write(f"{self._what} ...\n")
        return self

    def __call__(self, share: float) -> None:
        """Show that this share is done."""
        now = time.monotonic()
        if self._live and (now - self._shown_at >= EVERY_S or share >= 1):
            self._shown_at = now
            share = min(max(share, 0.0), 1.0)
            done = round(WIDTH * share)
            self._write(f"\r{self._what} [{'=' * done}{' ' * (WIDTH - done)}] {100 * share:3.0f} %")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live and self._shown_at:
            self._write("\r\033[K")

    def _write(self, words: str) -> None:
        self._stream.write(words)
        self._stream.flush()
