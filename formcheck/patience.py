"""A limit to how long something is waited for, which a suspended program does not use up."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

TICK_S = 0.5  # a program stopped by Ctrl-Z or a closed lid loses one of these, not its patience


class Patience:
    """A context manager: when its block takes longer than `seconds`, `give_up` is called once, from a thread.

    give_up must make the block end. `lost` says whether it was called.
    """

    def __init__(self, seconds: float, give_up: Callable[[], object]) -> None:
        self._ticks, self._give_up = math.ceil(seconds / TICK_S), give_up
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._count, daemon=True, name="patience")
        self.lost = False

    def __enter__(self) -> Patience:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _count(self) -> None:
        for _ in range(self._ticks):
            if self._over.wait(TICK_S):
                return
        self.lost = True
        self._give_up()
