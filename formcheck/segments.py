"""Segments: the reps and holds of a set, and what every cutter that finds them has in common.

Cutters (`reps.py`, `holds.py`) are fed one sample at a time and never look ahead, so they give the same
answer live and offline. A movement that left rest but never came to its end is kept, marked not counted,
with a note why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Values = Sequence[float] | Array
Kind = Literal["rep", "hold"]

# A gap in what was seen longer than this ends what is open: racks and plates hide (engineering choice)
BRIDGE_S = 1.2
FEWEST_YAWS = 3  # frames that make a median (engineering choice)
LEAD_IN_S = 0.3  # enough for a derivative at the first sample of a segment
SLOW = 0.2  # of the excursion a second is no movement yet: 0.05 statures in a squat (biomechanics section 4)


@dataclass(frozen=True)
class Span:
    """Where a segment lies, in sample numbers of the whole take; both ends included.

    turn: None for a hold, and while it is not certain where the movement turns; end: where it is back at rest
    (a moment of rest may follow), None where the clip does not show it.
    """

    kind: Kind
    first: int
    turn: int | None
    end: int | None
    last: int
    counted: bool
    note: str = ""
    starts_whole: bool = True
    rests_high: bool = True
    judged: bool = True


@dataclass(frozen=True)
class Segment:
    """A rep, a failed attempt or a hold, with its smoothed signals: what a judge gets to see.

    times_s (n,); values: signal -> (n,), NaN where not seen; phase (n,) names; standing: signal -> value in
    quiet standing; first_rep: signal -> value at the start of the first rep that counted, empty in that one;
    before_s (m,), before: the same for the LEAD_IN_S before it, for derivatives at its start.
    """

    kind: Kind
    index: int
    times_s: Array
    values: Mapping[str, Array]
    phase: NDArray[np.str_]
    turn: int | None
    end: int | None
    counted: bool
    note: str = ""
    starts_whole: bool = True
    standing: Mapping[str, float] = field(default_factory=dict)
    rests_high: bool = True
    before_s: Array = field(default_factory=lambda: np.empty(0))
    before: Mapping[str, Array] = field(default_factory=dict)
    first_rep: Mapping[str, float] = field(default_factory=dict)

    def yaw_in(self, phases: tuple[str, ...]) -> float:
        """Median camera angle off side-on in the phases; NaN where it was hardly ever seen."""
        yaw = self.within("yaw", phases) if "yaw" in self.values else np.empty(0)
        return float(np.median(yaw)) if len(yaw) >= FEWEST_YAWS else float("nan")

    def mask(self, phases: tuple[str, ...]) -> NDArray[np.bool_]:
        """True for the samples in any of the phases; all of them when no phase is named."""
        return np.isin(self.phase, phases) if phases else np.ones(len(self.times_s), dtype=bool)

    def within(self, signal: str, phases: tuple[str, ...]) -> Array:
        """The seen values of a signal within the phases."""
        v = self.values[signal][self.mask(phases)]
        return np.asarray(v[np.isfinite(v)])

    def event(self, name: str) -> int | None:
        """Sample number of "start", "turn", "end", "top" or "bottom"; None where the clip does not show it.

        The top of a lift that rests high (squat) is its end, of one that rests low (deadlift) its turn.
        """
        start = 0 if self.starts_whole else None
        turn = None if self.turn == 0 and not self.starts_whole else self.turn
        top, bottom = (self.end, turn) if self.rests_high else (turn, start)
        return {"start": start, "turn": turn, "end": self.end, "top": top, "bottom": bottom}[name]

    def at(self, signal: str, event: str, half_width_s: float) -> float:
        """Median of a signal over +- half_width_s around an event; NaN where it was not seen."""
        i = self.event(event)
        if i is None:
            return float("nan")
        v = self.values[signal][np.abs(self.times_s - self.times_s[i]) <= half_width_s]
        v = v[np.isfinite(v)]
        return float(np.median(v)) if len(v) else float("nan")

    def reaches_turn(self, on: str) -> int | None:
        """Sample number at which the way out ends; `on` is the signal the reps are cut by."""
        turn = self.event("turn")
        if turn is None or np.isnan(self.values[on][turn]):
            return None
        y = self._rest_high(on)
        return ended(-y, self.times_s, int(self._near_turn()[0]), turn, SLOW * float(np.nanmax(y) - y[turn]))

    def leaves_turn(self, on: str) -> int | None:
        """Sample number at which the way back begins."""
        turn = self.event("turn")
        if turn is None or np.isnan(self.values[on][turn]):
            return None
        y = self._rest_high(on)
        return began(-y, self.times_s, int(self._near_turn()[-1]), turn, SLOW * float(np.nanmax(y) - y[turn]))

    def _rest_high(self, on: str) -> Array:
        return self.values[on] if self.rests_high else -self.values[on]

    def _near_turn(self) -> NDArray[np.intp]:
        return np.flatnonzero(self.phase == self.phase[self.turn])

    def duration(self, phase: str) -> float:
        """Seconds in a phase; NaN if it is not there or the clip cut it off."""
        rows = np.flatnonzero(self.phase == phase)
        cut_off = len(rows) and (
            (rows[0] == 0 and not self.starts_whole) or (rows[-1] == len(self.phase) - 1 and self.end is None)
        )
        if not len(rows) or cut_off:
            return float("nan")
        return float(self.times_s[min(rows[-1] + 1, len(self.times_s) - 1)] - self.times_s[rows[0]])


class Cutter(Protocol):
    """Turns samples into spans, one sample at a time. Sample numbers count from 0 for each take."""

    signals: tuple[str, ...]

    def push(self, time_s: float, values: Mapping[str, float]) -> list[Span]:
        """Take the next sample; return the spans that ended because of it."""

    def peek(self) -> Span | None:
        """The span that is still open, None when at rest."""

    def finish(self) -> list[Span]:
        """What the end of the clip leaves open."""

    def label(self, segment: Segment) -> NDArray[np.str_]:
        """Phase name of every sample of a segment."""


def began(y: Values, times_s: Values, i: int, bound: int, slow: float) -> int:
    """The sample where the fall of y that sample i lies in began, no earlier than `bound`.

    slow: a fall of less than this a second is none.
    """
    while i > bound and y[i - 1] - y[i] > slow * (times_s[i] - times_s[i - 1]):
        i -= 1
    return i


def ended(y: Values, times_s: Values, i: int, bound: int, slow: float) -> int:
    """The sample where the rise of y that sample i lies in ends, no later than `bound`."""
    while i < bound and y[i + 1] - y[i] > slow * (times_s[i + 1] - times_s[i]):
        i += 1
    return i
