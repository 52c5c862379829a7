"""Curves through time: the smoothest way from one chosen value to the next."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from scipy.optimize import brentq


def ease(share: float) -> float:
    """Minimum-jerk course from 0 to 1, never beyond either: at rest at both ends."""
    s = min(max(share, 0.0), 1.0)
    return min(1.0, s * s * s * (10 - 15 * s + 6 * s * s))


@dataclass(frozen=True)
class Curve:
    """Values at times; between two of them the value eases over, outside it stays."""

    keys: tuple[tuple[float, float], ...]

    def __call__(self, t: float) -> float:
        """The value at a time."""
        i = bisect_right([k[0] for k in self.keys], t)
        if i == 0:
            return self.keys[0][1]
        if i == len(self.keys):
            return self.keys[-1][1]
        (t0, a), (t1, b) = self.keys[i - 1], self.keys[i]
        return a + (b - a) * ease((t - t0) / (t1 - t0))


def bump(t: float, start: float, peak: float, end: float, size: float) -> float:
    """0 at start, `size` at peak, 0 again at end."""
    return Curve(((start, 0.0), (peak, size), (end, 0.0)))(t) if size and start < t < end else 0.0


def find(wrong: Callable[[float], float], low: float, high: float, within: float = 1e-5) -> float:
    """Where `wrong` changes sign (Brent's method); the nearer end when it does not."""
    a, b = wrong(low), wrong(high)
    if a * b > 0:
        return low if abs(a) < abs(b) else high
    return float(brentq(wrong, low, high, xtol=within))
