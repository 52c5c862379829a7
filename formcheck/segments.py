"""Cutting a stream of signals into reps and holds.

A rep is an excursion of one signal y from rest to a turn and back:

    y   rest ____                        ____ rest          first = last moment at rest before leaving
                 \\   away        back   /                   turn  = the extreme
                  \\____        ________/                    last  = first moment back at rest
                       \\______/
                    first   turn      last                  phases: away | turn | back

Which signal, which way it goes and what the phases are called is the exercise's business. Rest is high or
low (`sense`): a squat rests high and turns low, a deadlift rests on the floor and turns at the lockout.
Cutters are fed one sample at a time and never look ahead, so they give the same answer live and offline.
A movement that left rest but never came to its end is kept, marked not counted, with a note why.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Kind = Literal["rep", "hold"]


@dataclass(frozen=True)
class Span:
    """Where a segment lies, in sample numbers of the whole take; both ends included."""

    kind: Kind
    first: int
    turn: int | None
    last: int
    counted: bool
    note: str = ""
    starts_whole: bool = True
    ends_whole: bool = True
    rests_high: bool = True
    judged: bool = True


@dataclass(frozen=True)
class Segment:
    """A rep, a failed attempt or a hold, with its smoothed signals: what a judge gets to see.

    times_s (n,); values: signal -> (n,), NaN where not seen; phase (n,) names; standing: signal -> value in
    quiet standing.
    """

    kind: Kind
    index: int
    times_s: Array
    values: Mapping[str, Array]
    phase: NDArray[np.str_]
    turn: int | None
    counted: bool
    note: str = ""
    starts_whole: bool = True
    ends_whole: bool = True
    standing: Mapping[str, float] = field(default_factory=dict)
    rests_high: bool = True

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
        end = len(self.times_s) - 1 if self.ends_whole else None
        turn = None if self.turn == 0 and not self.starts_whole else self.turn
        top, bottom = (end, turn) if self.rests_high else (turn, start)
        return {"start": start, "turn": turn, "end": end, "top": top, "bottom": bottom}[name]

    def at(self, signal: str, event: str, half_width_s: float) -> float:
        """Median of a signal over +- half_width_s around an event; NaN where it was not seen."""
        i = self.event(event)
        if i is None:
            return float("nan")
        v = self.values[signal][np.abs(self.times_s - self.times_s[i]) <= half_width_s]
        v = v[np.isfinite(v)]
        return float(np.median(v)) if len(v) else float("nan")

    def duration(self, phase: str) -> float:
        """Seconds in a phase; NaN if it is not there or the clip cut it off."""
        rows = np.flatnonzero(self.phase == phase)
        cut_off = len(rows) and (
            (rows[0] == 0 and not self.starts_whole)
            or (rows[-1] == len(self.phase) - 1 and not self.ends_whole)
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


@dataclass(frozen=True)
class Guard:
    """What must hold at an event for the movement to count: signal within low..high, else `note`.

    attempt: a movement that fails here is still a (failed) attempt at this exercise and is judged.
    """

    signal: str
    low: float
    high: float
    note: str
    attempt: bool = False
    event: Literal["turn", "start", "end"] = "turn"


@dataclass(frozen=True)
class RepRule:
    """How an exercise's signal moves in a rep. Lengths in the signal's unit, times in seconds.

    sense +1: rest is high; -1: rest is low. stir: how far the signal must go to be called moving.
    reach: how far from rest it must get to be a rep at all. home: share of the way back that ends the rep.
    needs: which legs of the excursion must be whole for the rep to count ("away", "back", "both").
    phases: names of the first and second half of the way out, of the turn, of both halves of the way back.
    """

    on: str
    sense: int
    stir: float
    reach: float
    home: float
    needs: Literal["away", "back", "both"]
    phases: tuple[str, str, str, str, str]
    shortest_s: float = 0.5
    longest_s: float = 15.0
    guards: tuple[Guard, ...] = ()


# A gap in what was seen longer than this ends the open rep: racks and plates hide (engineering choice)
BRIDGE_S = 1.2
SETTLE_S = 0.25  # back at rest and no farther for this long: the rep is over (engineering choice)
BREAK_S = 0.2  # a hand off the floor for this long is no jitter (engineering choice)
GUARD_S = 0.3  # guards look this far to either side of their moment (engineering choice)
AT_REST = 0.05  # share of the excursion that still counts as being at rest (engineering choice)
NEAR_TURN = 0.08  # share of the excursion that counts as being at the turn (engineering choice)


class Reps:
    """Cuts reps by the turning points of one signal, with hysteresis. See the drawing above."""

    def __init__(self, rule: RepRule) -> None:
        self.rule = rule
        self.signals = tuple(dict.fromkeys((rule.on, *(g.signal for g in rule.guards))))
        self._y: list[float] = []  # the signal, turned so that rest is high
        self._t: list[float] = []
        self._guarded: dict[str, list[float]] = {g.signal: [] for g in rule.guards}
        self._state: Literal["rest", "away", "back"] = "rest"
        self._rest = self._turn = self._best = -1  # sample numbers: rest extreme, turn, farthest back
        self._seen_from = 0  # first sample since the last long gap
        self._low = -1  # lowest sample since then, until the first excursion: the take may begin at a turn
        self._last_seen = -1

    def push(self, time_s: float, values: Mapping[str, float]) -> list[Span]:
        """Take the next sample; return the reps that ended because of it."""
        y = self.rule.sense * values[self.rule.on]
        self._t.append(time_s)
        self._y.append(y)
        for name, column in self._guarded.items():
            column.append(values[name])
        i = len(self._y) - 1
        if y != y:
            return (
                self._lost(i) if self._last_seen >= 0 and time_s - self._t[self._last_seen] > BRIDGE_S else []
            )
        self._last_seen = i
        if self._rest < 0:
            self._rest = self._seen_from = self._low = i
            return []
        return self._step(i, y)

    def peek(self) -> Span | None:
        """The rep still open, as it stands now."""
        if self._state == "rest" or self._excursion() < self.rule.reach / 2:
            return None
        return self._span(self._last_seen, ends_whole=False)

    def finish(self) -> list[Span]:
        """Close what is open at the end of the clip."""
        return self._lost(len(self._y))

    def label(self, segment: Segment) -> NDArray[np.str_]:
        """Phase of every sample, by how far the signal is from its turn."""
        y = self.rule.sense * segment.values[self.rule.on]
        n, turn = len(y), segment.turn or 0
        seen = np.flatnonzero(np.isfinite(y))
        filled = np.interp(np.arange(n), seen, y[seen]) if len(seen) else np.zeros(n)
        share = (filled - filled[turn]) / max(float(filled[: turn + 1].max() - filled[turn]), self.rule.reach)
        first = np.flatnonzero(share[: turn + 1] > NEAR_TURN).max(initial=-1) + 1
        last = turn + np.flatnonzero(share[turn:] > NEAR_TURN).min(initial=n - turn) - 1
        half_out = np.flatnonzero(share[: turn + 1] >= 0.5).max(initial=-1) + 1
        half_back = turn + np.flatnonzero(share[turn:] >= 0.5).min(initial=n - turn)
        i = np.arange(n)
        out1, out2, at_turn, back1, back2 = self.rule.phases
        names = np.select(
            [i < min(half_out, first), i < first, i <= last, i < half_back],
            [out1, out2, at_turn, back1],
            back2,
        )
        return np.asarray(names, dtype="<U24")

    # -- the state machine -----------------------------------------------------------------------------

    def _step(self, i: int, y: float) -> list[Span]:
        """Move on by one seen sample."""
        if self._state == "rest":
            self._at_rest(i, y)
        elif self._state == "away":
            if y <= self._y[self._turn]:
                self._turn = i
            elif y > self._y[self._turn] + self.rule.stir:
                self._state, self._best = "back", i
        elif y < self._y[self._turn]:  # deeper than before: the rise was only a bounce
            self._state, self._turn = "away", i
        else:
            return self._coming_back(i, y)
        return []

    def _at_rest(self, i: int, y: float) -> None:
        if self._low >= 0 and y > self._y[self._low] + self.rule.reach:  # the take began at the turn
            self._state, self._turn, self._best, self._low = "back", self._low, i, -1
        elif y < self._y[self._rest] - self.rule.stir:
            self._state, self._turn, self._low = "away", i, -1
        elif y >= self._y[self._rest]:
            self._rest = i
        if self._low >= 0 and y < self._y[self._low]:
            self._low = i

    def _coming_back(self, i: int, y: float) -> list[Span]:
        if y >= self._y[self._best]:
            self._best = i
        sinking = y < self._y[self._best] - self.rule.stir
        settled = self._t[i] - self._t[self._best] >= SETTLE_S
        if self._is_home(self._best) and (sinking or settled):
            return self._close(self._best, i)
        return []

    def _is_home(self, i: int) -> bool:
        """Whether sample i is back at rest, measured against the way out and the least reach."""
        climbed = self._y[i] - self._y[self._turn]
        return climbed >= self.rule.home * max(self._excursion(), self.rule.reach)

    def _excursion(self) -> float:
        """How far the turn is from the rest before it; 0 when the take began at the turn."""
        return self._y[self._rest] - self._y[self._turn] if self._rest < self._turn else 0.0

    def _close(self, last: int, now: int) -> list[Span]:
        """End the rep at sample `last`; rest goes on from the highest point since."""
        span = self._span(last, ends_whole=True)
        self._state, self._rest = "rest", last
        if self._y[now] < self._y[last] - self.rule.stir:
            self._state, self._turn = "away", now
        return [span] if span else []

    def _lost(self, i: int) -> list[Span]:
        """The signal was lost or the clip ended at sample i."""
        span = None
        if self._state != "rest" and self._last_seen >= 0:
            home = self._state == "back" and self._is_home(self._best)
            span = self._span(self._best if home else self._last_seen, ends_whole=home)
        self._state, self._rest, self._last_seen = "rest", -1, -1
        return [span] if span else []

    def _span(self, last: int, ends_whole: bool) -> Span | None:
        """The open excursion as a span; None when it is too small to be an attempt."""
        out, back = self._excursion(), self._y[last] - self._y[self._turn]
        rule = self.rule
        if max(out, back) < rule.reach:
            return None
        first = self._leaves_rest()
        starts_whole = first > self._seen_from
        note, attempt = self._why_not(first, last, out, back, ends_whole)
        return Span(
            "rep", first, self._turn, last, not note, note, starts_whole, ends_whole, rule.sense > 0, attempt
        )

    def _passes(self, guard: Guard, i: int) -> bool:
        """Whether the guard's signal is within bounds around sample i; it must have been seen there."""
        a, b = (bisect(self._t, self._t[i] + d) for d in (-GUARD_S, GUARD_S))
        values = np.array(self._guarded[guard.signal][a:b])
        values = values[np.isfinite(values)]
        return len(values) > 0 and guard.low <= float(np.median(values)) <= guard.high

    def _leaves_rest(self) -> int:
        """Last sample that is still at rest, before leaving it."""
        if self._rest >= self._turn:
            return self._seen_from
        level = self._y[self._rest] - AT_REST * max(self._excursion(), 0.0)
        i = self._turn
        while i > self._rest and not self._y[i] >= level:
            i -= 1
        return i

    def _why_not(self, first: int, last: int, out: float, back: float, ends_whole: bool) -> tuple[str, bool]:
        """Why an excursion is not a counted rep (empty when it is one), and whether it is to be judged."""
        rule, seconds = self.rule, self._t[last] - self._t[first]
        for guard in rule.guards:
            i = {"turn": self._turn, "start": first, "end": last}[guard.event]
            if not self._passes(guard, i):
                return guard.note, guard.attempt
        if rule.needs != "back" and out < rule.reach:
            return "cut off by the start of the clip", True
        if rule.needs != "away" and (back < rule.reach or not ends_whole):
            return "not completed", True
        if seconds < rule.shortest_s:
            return "too quick to be a rep", False
        if seconds > rule.longest_s:
            return "too slow to be a rep", False
        return "", True


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
            return self._close(ends_whole=True)
        if not failed and self._quiet(i):
            if self._first < 0:
                self._first = i
                self._from_start = time_s - self._t[0] < BRIDGE_S
            self._last = i
            return []
        if self._first >= 0 and time_s - self._t[self._last] > self.rule.leave_s:
            return self._close(ends_whole=True)
        return []

    def peek(self) -> Span | None:
        """The hold still going on."""
        return self._span(ends_whole=False)

    def finish(self) -> list[Span]:
        """Close the hold at the end of the clip."""
        return self._close(ends_whole=False)

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
        while j > 0 and self._t[i] - self._t[j] < SETTLE_S * 2:
            j -= 1
        elapsed = self._t[i] - self._t[j]
        return not any(abs(v[i] - v[j]) > self.rule.still[name] * elapsed for name, v in self._still.items())

    def _close(self, ends_whole: bool) -> list[Span]:
        span = self._span(ends_whole)
        self._first = self._last = -1
        return [span] if span else []

    def _span(self, ends_whole: bool) -> Span | None:
        if self._first < 0 or self._t[self._last] - self._t[self._first] < self.rule.settle_s:
            return None
        return Span("hold", self._first, None, self._last, True, "", not self._from_start, ends_whole)
