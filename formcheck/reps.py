"""Cutting a stream of signals into reps.

A rep is an excursion of one signal y from rest to a turn and back:

    y   rest ____                        ____ rest          first = last moment at rest before leaving
                 \\   away        back   /                   turn  = the extreme
                  \\____        ________/                    end   = first moment back at rest
                       \\______/
                    first   turn      end                   phases: away | turn | back | rest

Which signal, which way it goes and what the phases are called is the exercise's business. Rest is high or
low (`sense`): a squat rests high and turns low, a deadlift rests on the floor and turns at the lockout.
What an open rep shows stays true: its first sample is fixed once it is deep enough to be a rep, and its turn
is only told once the way back has gone as far as `reach`.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formcheck.segments import BRIDGE_S, SLOW, Segment, Span, began, ended


@dataclass(frozen=True)
class Guard:
    """What must hold at an event for the movement to count: signal within low..high, else `note`.

    attempt: a movement that fails here is still a (failed) attempt at this exercise and is judged; so is
    every movement that fails at its end only, for its faults were real while it lasted.
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
    needs: which leg of the excursion must be whole for the rep to count.
    leads: a height that may start before `on` does, as the hips when they shoot up under a bar on the floor.
    phases: names of the first and second half of the way out, of the turn, of both halves of the way back;
    rest: of the moment at rest after it.
    """

    on: str
    sense: int
    stir: float
    reach: float
    home: float
    needs: Literal["away", "back"]
    phases: tuple[str, str, str, str, str]
    shortest_s: float = 0.5
    longest_s: float = 15.0
    guards: tuple[Guard, ...] = ()
    leads: str = ""
    rest: str = "rest"


SETTLE_S = 0.4  # back at rest and no farther for this long: the rep is over (engineering choice)
GUARD_S = 0.3  # guards look this far to either side of their moment (engineering choice)
AT_REST = 0.12  # share of `reach` that still counts as being at rest (engineering choice)
LEAD_S = 1.0  # the leading height starts no longer than this before the others (engineering choice)
NEAR_TURN = 0.08  # share of the excursion that counts as being at the turn (engineering choice)
# Up this much longer than at any turn before, and not lowered: stood up after the set (engineering choice)
STAYS_S = 0.6


class Reps:
    """Cuts reps by the turning points of one signal, with hysteresis. See the drawing above."""

    def __init__(self, rule: RepRule) -> None:
        self.rule = rule
        read = (rule.on, rule.leads, *(g.signal for g in rule.guards))
        self.signals = tuple(dict.fromkeys(name for name in read if name))
        self._y: list[float] = []  # the signal, turned so that rest is high
        self._t: list[float] = []
        self._columns: dict[str, list[float]] = {name: [] for name in self.signals}
        self._state: Literal["rest", "away", "back"] = "rest"
        self._rest = self._turn = self._best = -1  # sample numbers: rest extreme, turn, farthest back
        self._seen_from = 0  # first sample since the last long gap
        self._free_from = 0  # first sample that no earlier rep has taken
        self._low = -1  # lowest sample since then, until the first excursion: the take may begin at a turn
        self._last_seen = -1
        self._longest_turn_s = -1.0  # of the counted reps so far

    def push(self, time_s: float, values: Mapping[str, float]) -> list[Span]:
        """Take the next sample; return the reps that ended because of it."""
        y = self.rule.sense * values[self.rule.on]
        self._t.append(time_s)
        self._y.append(y)
        for name, column in self._columns.items():
            column.append(values[name])
        i = len(self._y) - 1
        if y != y:
            return (
                self._lost(i) if self._last_seen >= 0 and time_s - self._t[self._last_seen] > BRIDGE_S else []
            )
        self._last_seen = i
        if self._rest < 0:
            self._rest = self._seen_from = self._free_from = self._low = i
            return []
        return self._step(i, y)

    def peek(self) -> Span | None:
        """What is certain of the rep still open: all of it, or the way out as long as it may still go on."""
        if self._state == "rest":
            return None
        if not self._turned():
            return self._span(self._turn, None)
        at_rest = self._is_home(self._best)  # what comes after may be the way back or the rest after it
        return self._span(self._back_at_rest(self._best) if at_rest else self._last_seen, None)

    def finish(self) -> list[Span]:
        """Close what is open at the end of the clip."""
        return self._lost(len(self._y))

    def label(self, segment: Segment) -> NDArray[np.str_]:
        """Phase of every sample, by how far the signal is from its turn; "" where the turn is not certain."""
        y = self.rule.sense * segment.values[self.rule.on]
        n, seen = len(y), np.flatnonzero(np.isfinite(y))
        filled = np.interp(np.arange(n), seen, y[seen]) if len(seen) else np.zeros(n)
        turn = int(filled.argmin()) if segment.turn is None else segment.turn
        share = (filled - filled[turn]) / max(float(filled[: turn + 1].max() - filled[turn]), self.rule.reach)
        first = np.flatnonzero(share[: turn + 1] > NEAR_TURN).max(initial=-1) + 1
        last = turn + np.flatnonzero(share[turn:] > NEAR_TURN).min(initial=n - turn) - 1
        half_out = np.flatnonzero(share[: turn + 1] >= 0.5).max(initial=-1) + 1
        half_back = turn + np.flatnonzero(share[turn:] >= 0.5).min(initial=n - turn)
        i = np.arange(n)
        out1, out2, at_turn, back1, back2 = self.rule.phases
        if segment.turn is None:
            at_turn = back1 = back2 = ""
        end = n if segment.end is None else segment.end
        names = np.select(
            [i < min(half_out, first), i < first, i <= last, i > end, i < half_back],
            [out1, out2, at_turn, self.rule.rest, back1],
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
        elif y < self._y[self._turn] and not self._turned():  # deeper: the rise was only a bounce
            self._state, self._turn = "away", i
        else:
            return self._coming_back(i, y)
        return []

    def _turned(self) -> bool:
        """Whether the way back has gone so far that the turn is certain, whatever comes."""
        return self._state == "back" and self._y[self._best] - self._y[self._turn] >= self.rule.reach

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

    def _close(self, best: int, now: int) -> list[Span]:
        """End the rep whose farthest way back is sample `best`; rest goes on from there."""
        goes_on = self._y[now] < self._y[best] - self.rule.stir
        span = self._span(best if goes_on else now, self._back_at_rest(best), over=True)
        self._state, self._rest = "rest", best
        if span and span.end:
            self._free_from = span.end
        if goes_on:
            self._state, self._turn = "away", now
        return [span] if span else []

    def _lost(self, i: int) -> list[Span]:
        """The signal was lost or the clip ended at sample i."""
        span = None
        if self._state != "rest" and self._last_seen >= 0:
            home = self._state == "back" and self._is_home(self._best)
            span = self._span(self._last_seen, self._back_at_rest(self._best) if home else None, over=True)
        self._state, self._rest, self._last_seen = "rest", -1, -1
        return [span] if span else []

    def _span(self, last: int, end: int | None, over: bool = False) -> Span | None:
        """The open excursion as a span; None when it is too small to be an attempt.

        over: nothing more will come; where the way out is all that a rep needs, it then ends with its turn.
        """
        rule, out = self.rule, self._excursion()
        back = self._y[last if end is None else self._best] - self._y[self._turn]
        if max(out, back) < rule.reach:
            return None
        first = self._leaves_rest()
        note, judged = self._why_not(first, end, out, back)
        if over and not note and rule.needs == "away":
            note, judged = self._stood_up_after(end)
        turn = self._turn if self._turned() or (over and rule.needs == "away") else None
        return Span(
            "rep", first, turn, end, last, not note, note, first > self._seen_from, rule.sense > 0, judged
        )

    def _stood_up_after(self, end: int | None) -> tuple[str, bool]:
        """A last lift that is not lowered, though all before it were, and soon: the bar is still down."""
        top = np.array(self._y[self._turn]) + NEAR_TURN * max(self._excursion(), self.rule.reach)
        near = self._rest + np.flatnonzero(np.array(self._y[self._rest : self._last_seen + 1]) <= top)
        stays_s = self._t[near[-1]] - self._t[near[0]]
        if end is None and 0 <= self._longest_turn_s < stays_s - STAYS_S:
            return "stood up after the set, or the bar was dropped", False
        self._longest_turn_s = max(self._longest_turn_s, stays_s)
        return "", True

    def _around(self, signal: str, i: int) -> float:
        """Median of a signal around sample i; NaN where it was not seen."""
        a, b = (bisect(self._t, self._t[i] + d) for d in (-GUARD_S, GUARD_S))
        values = np.array(self._columns[signal][a:b])
        values = values[np.isfinite(values)]
        return float(np.median(values)) if len(values) else float("nan")

    def _leaves_rest(self) -> int:
        """Last sample that is still at rest, before leaving it."""
        if self._rest >= self._turn:
            return self._seen_from
        level = self._y[self._rest] - AT_REST * self.rule.reach
        i = self._turn
        while i > self._rest and not self._y[i] >= level:
            i -= 1
        first = began(self._y, self._t, i, max(self._rest, self._free_from), SLOW * self.rule.reach)
        return min(first, self._lead_leaves_rest(first)) if self.rule.leads else first

    def _lead_leaves_rest(self, first: int) -> int:
        """The same for the height that may start early: its last sample at rest within LEAD_S before."""
        start = max(self._free_from, bisect(self._t, self._t[first] - LEAD_S))
        y = self.rule.sense * np.array(self._columns[self.rule.leads][start : first + 1])
        if not np.isfinite(y).any():
            return first
        rest = np.flatnonzero(y >= np.nanmax(y) - AT_REST * self.rule.reach)[-1]
        return start + began(y, self._t[start : first + 1], int(rest), 0, SLOW * self.rule.reach)

    def _back_at_rest(self, best: int) -> int:
        """First sample that is back at rest, on the way to the farthest one."""
        level = self._y[best] - AT_REST * self.rule.reach
        i = self._turn
        while i < best and not self._y[i] >= level:
            i += 1
        return ended(self._y, self._t, i, best, SLOW * self.rule.reach)

    def _why_not(self, first: int, end: int | None, out: float, back: float) -> tuple[str, bool]:
        """Why an excursion is not a counted rep (empty when it is one), and whether it is to be judged."""
        rule = self.rule
        for guard in rule.guards:
            i = {"turn": self._turn, "start": first, "end": end}[guard.event]
            if i is None:
                continue
            value = self._around(guard.signal, i)
            if value != value:
                return f"{guard.signal.replace('_', ' ')} could not be seen", False
            if not guard.low <= value <= guard.high:
                return guard.note, guard.attempt or guard.event == "end"
        if rule.needs == "away" and out < rule.reach:
            return "went down without a lift before it", False
        if rule.needs == "back" and (back < rule.reach or end is None):
            return "not completed", True
        seconds = self._t[self._last_seen if end is None else end] - self._t[first]
        if seconds < rule.shortest_s and first > self._seen_from:
            return "too quick to be a rep", False
        if seconds > rule.longest_s:
            return "too slow to be a rep", False
        return "", True
