"""A zero-phase smoother with a fixed delay: a sample leaves once its future has arrived, and never changes.

Gaussian-weighted line fit over +-LAG_S seconds of whatever samples lie there, so frame rate, jitter and
dropped frames do not matter. The same object serves live and recorded sets: offline is a `for` loop around
it.
"""

from __future__ import annotations

from collections import deque
from itertools import compress

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LAG_S = 0.1  # a cue 0.1 s late is still heard inside the rep it is about (architecture)
# Gaussian with -3 dB at 3.8 Hz; lifts move below 2 Hz, landmark jitter above 4 Hz (engineering choice)
SIGMA_S = 0.035
ROUNDING_S = (
    1e-6  # at 60 frames a second the sixth neighbour lies on the edge: in or out, but always the same
)


class Smoother:
    """Push rows of values, get back smoothed rows `LAG_S` later.

    A value is NaN in the output where it was never seen within the window, or was seen on one side of the
    moment only: gaps shorter than the window are bridged, nothing is extrapolated.
    """

    def __init__(self) -> None:
        self._times: deque[float] = deque()
        self._rows: deque[Array] = deque()
        self._next = 0  # index into the deques of the first row not yet emitted

    def push(self, time_s: float, row: Array) -> list[tuple[float, Array]]:
        """Take one row; return the rows that became final, oldest first, as (time, smoothed)."""
        self._times.append(time_s)
        self._rows.append(row)
        out = []
        while self._next < len(self._times) and self._times[self._next] <= time_s - LAG_S + ROUNDING_S:
            out.append(self._emit())
        while self._times[0] < self._times[min(self._next, len(self._times) - 1)] - LAG_S - ROUNDING_S:
            self._times.popleft()
            self._rows.popleft()
            self._next -= 1
        return out

    def finish(self) -> list[tuple[float, Array]]:
        """The rows still waiting for a future that will not come."""
        out = []
        while self._next < len(self._times):
            out.append(self._emit())
        return out

    def _emit(self) -> tuple[float, Array]:
        times = np.fromiter(self._times, dtype=float)
        centre = times[self._next]
        near = np.abs(times - centre) <= LAG_S + ROUNDING_S
        rows = np.array(list(compress(self._rows, near)))
        smooth = smooth_at(times[near] - centre, rows)
        self._next += 1
        return float(centre), smooth


def smooth_at(offsets_s: Array, rows: Array) -> Array:
    """Gaussian-weighted straight-line fit, read at offset 0; rows (N, K), offsets (N,) seconds.

    A line rather than a mean, so that a dropped frame on one side does not drag the value to the other.
    NaN where nothing was seen before or after the moment.
    """
    x = offsets_s[:, None]
    seen = np.isfinite(rows)
    weight = np.exp(-0.5 * (x / SIGMA_S) ** 2) * seen
    values = np.where(seen, rows, 0.0)
    first, second = weight * x, weight * x**2
    w0, w1, w2 = weight.sum(axis=0), first.sum(axis=0), second.sum(axis=0)
    y0, y1 = (weight * values).sum(axis=0), (first * values).sum(axis=0)
    spread = w0 * w2 - w1**2
    line = spread > 1e-9 * np.maximum(w0, 1e-12) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        fit = np.where(line, (w2 * y0 - w1 * y1) / np.where(line, spread, 1.0), y0 / w0)
    if seen.all() and offsets_s[0] <= 0 <= offsets_s[-1]:
        return np.asarray(fit)
    both_sides = seen[offsets_s <= 0].any(axis=0) & seen[offsets_s >= 0].any(axis=0)
    return np.where(both_sides, fit, np.nan)
