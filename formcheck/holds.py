"""Cutting a stream of signals into holds: a posture that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.segments import BRIDGE_S, Segment, Span

QUIET_S = 0.5  # slowness is judged over this long (engineering choice)
BREAK_S = 0.2  # a hand off the floor for this long is no jitter (engineering choice)


@dataclass(frozen=True)
class HoldRule:
    """When a posture counts as held.

    gates: signal -> (lowest, highest) while it lasts; still: signal -> the most it may move per second;
    breaks: gates that end the hold as soon as they fail for BREAK_S, such as a hand leaving the floor.
    """

    gates: Mapping[str, tuple[float, float]]
    still: Mapping[str, float]
    phase: str = "hold"
    settle_s: float = 2.0
    leave_s: float = 1.0
    breaks: tuple[str, ...] = ()


class Holds:
    """Cuts holds: the posture gates must pass for `settle_s`, and fail for `leave_s` to end it."""

    def __init__(self, rule: HoldRule) -> None:
        self.rule = rule
        self.signals = tuple(dict.fromkeys((*rule.gates, *rule.still)))
        self._t: list[float] = []
        self._still: dict[str, list[float]] = {name: [] for name in rule.still}
        self._first = self._last = -1  # samples between which the gates passed
        self._from_start = False
        self._broken_since = -1.0

    def push(self, time_s: float, values: Mapping[str, float]) -> list[Span]:
        """Take the next sample; return the hold that ended because of it."""
        self._t.append(time_s)
        for name, column in self._still.items():
            column.append(values[name])
        i = len(self._t) - 1
        failed = [name for name, (low, high) in self.rule.gates.items() if not low <= values[name] <= high]
        if (
            self._breaks(time_s, [name for name in failed if values[name] == values[name]])
            and self._first >= 0
        ):
            return self._close(self._last)
        if not failed and self._quiet(i):
            if self._first < 0:
                self._first = i
                self._from_start = time_s - self._t[0] < BRIDGE_S
            self._last = i
            return []
        if self._first >= 0 and time_s - self._t[self._last] > self.rule.leave_s:
            return self._close(self._last)
        return []

    def peek(self) -> Span | None:
        """The hold still going on."""
        return self._span(None)

    def finish(self) -> list[Span]:
        """Close the hold at the end of the clip."""
        return self._close(None)

    def label(self, segment: Segment) -> NDArray[np.str_]:
        """One phase, the hold."""
        return np.full(len(segment.times_s), self.rule.phase, dtype="<U24")

    def _breaks(self, time_s: float, failed: list[str]) -> bool:
        """Whether a breaking gate has failed for long enough."""
        if not set(failed) & set(self.rule.breaks):
            self._broken_since = -1.0
        elif self._broken_since < 0:
            self._broken_since = time_s
        return self._broken_since >= 0 and time_s - self._broken_since >= BREAK_S

    def _quiet(self, i: int) -> bool:
        """Whether the body moved slowly over the last half second."""
        j = i
        while j > 0 and self._t[i] - self._t[j] < QUIET_S:
            j -= 1
        elapsed = self._t[i] - self._t[j]
        for name, column in self._still.items():
            seen = [v for v in column[j : i + 1] if v == v]
            if seen and max(seen) - min(seen) > self.rule.still[name] * elapsed:
                return False
        return True

    def _close(self, end: int | None) -> list[Span]:
        span = self._span(end)
        self._first = self._last = -1
        return [span] if span else []

    def _span(self, end: int | None) -> Span | None:
        if self._first < 0 or self._t[self._last] - self._t[self._first] < self.rule.settle_s:
            return None
        return Span("hold", self._first, None, end, self._last, True, "", not self._from_start)
