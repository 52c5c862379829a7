"""The words exercises are written in: `Exercise`, `Fault`, `Limit`, and what a limit can watch.

A judge is a pure function of a `Segment`: it sees no video, no other segment and keeps no state.
A `Watch` turns a segment into numbers: an array is a *sustained* quantity, one value a frame, and what
counts is the worst level held for `for_s`; a single number is judged once a rep.
The direction of a limit is in its numbers: fault > warn means "more is worse", fault < warn "less is worse".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formcheck.remedy import EVENT_S, Remedy
from formcheck.segments import Cutter, Segment

Array = NDArray[np.float64]

Severity = Literal[1, 2, 3]
"""1 worth knowing, 2 change it next set, 3 stop and change it now."""

HOLD_S = 0.15  # a state counts only if it lasts this long (biomechanics section 0, engineering choice)
MIN_FRAMES = 3  # ... and this many frames


@dataclass(frozen=True)
class View:
    """Camera angles from which a fault can be judged: yaw between `low` and `high` degrees off side-on.

    Yaw is 0 side on, 90 facing the camera; a camera behind the lifter counts the same unless `front_only`.
    """

    name: str
    low: float
    high: float
    move: str

    def allows(self, yaw_deg: float) -> bool:
        """Whether a fault may be judged at this yaw (signed, + towards the camera)."""
        return self.low <= abs(yaw_deg) <= self.high


SIDE = View("side", 0, 30, "film from the side")
SQUARE = View("side", 0, 20, "film square from the side")
"""The outline of the back is that of its middle only from square beside it (rendered lifters)."""
FRONT = View("front", 50, 90, "film from the front or from behind")
FRONT_ON = View("straight front", 75, 90, "film straight from the front or from behind")
"""Hips that go back look like hips that go aside as soon as the camera is a little off (rendered lifters)."""
# Seen wholly from the front, neither a row nor a plank can be told apart from other things: half-way it is
TURNED = View("half-way to the front", 35, 90, "film from half-way to the front")
ANY = View("any", 0, 90, "")


@dataclass(frozen=True)
class Watch:
    """A quantity of a segment: which signals it needs, how to compute it, and in words what it is."""

    words: str
    signals: tuple[str, ...]
    of: Callable[[Segment], Array | float]
    event: str = ""  # the moment a single number is about, as in Segment.event; "" for a whole phase
    sustained: bool = True  # whether `of` gives one value a frame
    phase: str = ""  # the one phase that a single number is from, which is then known as soon as that is over

    def is_known(self, segment: Segment) -> bool:
        """Whether it can be read while the segment is still open: every rest of it leaves that as it is."""
        if not self.phase or segment.turn is None:
            return self.sustained
        rows = np.flatnonzero(segment.mask((self.phase,)))
        return len(rows) > 0 and bool(rows[-1] + 1 < len(segment.phase))


@dataclass(frozen=True)
class Limit:
    """Where a watched quantity becomes a warning and a fault. fault=None: never more than a warning."""

    watch: Watch
    warn: float
    fault: float | None
    unit: str
    more_is_worse: bool = True

    def __post_init__(self) -> None:
        if self.fault is not None and (self.fault > self.warn) != self.more_is_worse:
            raise ValueError(
                f"limit on {self.watch.words}: fault {self.fault} is on the wrong side of warn {self.warn}"
            )

    def beyond(self, value: float, limit: float, noise: float) -> bool:
        """Whether the value is past the limit by more than twice the lifter's own noise."""
        excess = value - limit if self.more_is_worse else limit - value
        return bool(excess > 0 and excess > 2 * noise)


@dataclass(frozen=True)
class Fault:
    """One fault, written so that a coach can read it and a machine can run it.

    limits: all of them must be broken; the first is the one reported.
    say: the cue in the few words that can be said in a rep; empty where the cue itself is that short.
    during: phases in which sustained limits are watched (none: the whole segment).
    price: the fault taken away, to see what it costs the low back (None: a moment does not show it).
    """

    code: str
    name: str
    title: str
    severity: Severity
    see: str
    why: str
    cue: str
    source: str
    cannot_tell: str
    limits: tuple[Limit, ...]
    view: View
    during: tuple[str, ...] = ()
    for_s: float = HOLD_S
    min_fps: float = 0.0  # below this it is not judged
    variants: tuple[str, ...] = ()  # only for these variants of the exercise (none: all)
    own_back: bool = False  # only against the lifter's own back, standing or hinging, never what is usual
    price: Remedy | None = None
    say: str = ""

    @property
    def spoken(self) -> str:
        """The cue as it is said during a rep."""
        return self.say or self.cue

    @property
    def signals(self) -> frozenset[str]:
        """Every signal that the limits read."""
        return frozenset(s for limit in self.limits for s in limit.watch.signals)


@dataclass(frozen=True)
class Measure:
    """A number reported for every segment, without a limit: name with unit, and how to get it."""

    name: str
    watch: Watch


@dataclass(frozen=True)
class Exercise:
    """An exercise: how to film it, how to cut it into reps or holds, what can go wrong."""

    name: str
    title: str
    about: str
    film_it: str
    view: View
    cut: Callable[[str], Cutter]
    faults: tuple[Fault, ...]
    measures: tuple[Measure, ...] = ()
    variants: Mapping[str, str] = field(default_factory=dict)

    @property
    def signals(self) -> frozenset[str]:
        """Every signal this exercise reads, in any variant."""
        wanted = {s for fault in self.faults for s in fault.signals}
        wanted |= {s for m in self.measures for s in m.watch.signals}
        cutters = [self.cut(variant) for variant in self.variants or ("",)]
        return frozenset(wanted | {"yaw"} | {s for c in cutters for s in c.signals})


# ---- what a limit can watch -------------------------------------------------------------------------


def level(signal: str) -> Watch:
    """The signal itself, at every moment."""
    return Watch(_words(signal), (signal,), lambda s: s.values[signal])


def change(signal: str, since: str) -> Watch:
    """The signal at every moment, minus its value at an event of the same segment."""

    def of(s: Segment) -> Array:
        return np.asarray(s.values[signal] - s.at(signal, since, EVENT_S))

    return Watch(f"change of {_words(signal)} since the {since}", (signal,), of)


def departure(signal: str, since: str) -> Watch:
    """How far the signal is from its value at an event, either way."""
    signed = change(signal, since)
    return Watch(f"departure of {_words(signal)} from the {since}", (signal,), lambda s: np.abs(signed.of(s)))


def tilt(signal: str) -> Watch:
    """How far the signal is from zero, either way."""
    return Watch(f"size of {_words(signal)}", (signal,), lambda s: np.abs(s.values[signal]))


def from_standing(signal: str) -> Watch:
    """The signal at every moment, minus its value in quiet standing; without one, at the start."""

    def of(s: Segment) -> Array:
        rest = s.standing.get(signal, s.at(signal, "start", EVENT_S))
        return np.asarray(s.values[signal] - rest)

    return Watch(f"change of {_words(signal)} from standing", (signal,), of)


def beyond_standing(signal: str) -> Watch:
    """The signal at every moment, minus its value in quiet standing (NaN if the lifter never stood still)."""

    def of(s: Segment) -> Array:
        return np.asarray(s.values[signal] - s.standing.get(signal, np.nan))

    return Watch(f"{_words(signal)} against standing", (signal,), of)


def at(signal: str, event: str) -> Watch:
    """The signal at an event: median over +-0.07 s."""
    return Watch(
        f"{_words(signal)} at the {event}",
        (signal,),
        lambda s: s.at(signal, event, EVENT_S),
        event,
        sustained=False,
    )


def difference(a: str, b: str, event: str) -> Watch:
    """Signal a minus signal b at an event."""

    def of(s: Segment) -> float:
        return s.at(a, event, EVENT_S) - s.at(b, event, EVENT_S)

    return Watch(f"{_words(a)} minus {_words(b)} at the {event}", (a, b), of, event, sustained=False)


def share_of_travel(part: str, whole: str) -> Watch:
    """How far signal `part` goes from start to turn, over how far `whole` goes."""

    def of(s: Segment) -> float:
        travelled = [s.at(name, "turn", EVENT_S) - s.at(name, "start", EVENT_S) for name in (part, whole)]
        return travelled[0] / travelled[1] if abs(travelled[1]) > MIN_TRAVEL else np.nan

    return Watch(f"travel of {_words(part)} over that of {_words(whole)}", (part, whole), of, sustained=False)


def swing(signal: str) -> Watch:
    """Largest minus smallest value (5th to 95th percentile) of the signal in the rep, not the rest after."""

    def of(s: Segment) -> float:
        v = s.values[signal][: len(s.times_s) if s.end is None else s.end + 1]
        v = v[np.isfinite(v)]
        whole = s.starts_whole and s.end is not None and len(v) >= MIN_FRAMES
        return float(np.percentile(v, 95) - np.percentile(v, 5)) if whole else np.nan

    return Watch(f"range of {_words(signal)}", (signal,), of, sustained=False)


def median(signal: str, phases: tuple[str, ...] = ()) -> Watch:
    """Median of the signal over the phases."""

    def of(s: Segment) -> float:
        v = s.within(signal, phases)
        return float(np.median(v)) if len(v) >= MIN_FRAMES else np.nan

    return Watch(f"median {_words(signal)}", (signal,), of, sustained=False)


def seconds_out(on: str) -> Watch:
    """Time from leaving rest to arriving at the turn; `on` is the signal the reps are cut by."""
    return Watch(
        "time of the way out",
        (on,),
        lambda s: _seconds(s, s.event("start"), s.reaches_turn(on)),
        sustained=False,
    )


def seconds_back(on: str) -> Watch:
    """Time from leaving the turn to being back at rest."""
    return Watch(
        "time of the way back",
        (on,),
        lambda s: _seconds(s, s.leaves_turn(on), s.event("end")),
        sustained=False,
    )


def _seconds(s: Segment, a: int | None, b: int | None) -> float:
    return float(s.times_s[b] - s.times_s[a]) if a is not None and b is not None else np.nan


def drift(signal: str, baseline_s: float) -> Watch:
    """The signal minus its mean over the first `baseline_s` of the segment; 0 until that has passed."""

    def of(s: Segment) -> Array:
        early = s.times_s <= s.times_s[0] + baseline_s
        base = s.values[signal][early & np.isfinite(s.values[signal])]
        return np.where(early, 0.0, s.values[signal] - (base.mean() if len(base) else np.nan))

    return Watch(f"drift of {_words(signal)} since the first {baseline_s:g} s", (signal,), of)


def drift_size(signal: str, baseline_s: float) -> Watch:
    """How far the signal is from its mean over the first `baseline_s`, either way."""
    signed = drift(signal, baseline_s)
    return Watch(f"size of the {signed.words}", (signal,), lambda s: np.abs(signed.of(s)))


def speed(signal: str) -> Watch:
    """How fast the signal changes, either way, per second, at every moment."""
    return Watch(f"speed of {_words(signal)}", (signal,), lambda s: np.abs(rate(s.times_s, s.values[signal])))


def acceleration(signal: str, event: str, before_s: float, after_s: float) -> Watch:
    """Largest upward acceleration of a height within a window around an event, in g for a 1.75 m lifter."""

    def of(s: Segment) -> float:
        i = s.event(event)
        if i is None:
            return np.nan
        t = np.concatenate([s.before_s, s.times_s])
        heights = np.concatenate([s.before.get(signal, s.values[signal][:0]), s.values[signal]])
        near = np.flatnonzero((t >= s.times_s[i] - before_s) & (t <= s.times_s[i] + after_s))
        pull = np.array([bend(t, heights, int(k)) for k in near]) * ASSUMED_HEIGHT_M / GRAVITY
        pull = pull[np.isfinite(pull)]
        return float(pull.max()) if len(pull) >= MIN_FRAMES else np.nan

    return Watch(
        f"upward acceleration of {_words(signal)} near the {event}", (signal,), of, event, sustained=False
    )


def while_bent(watch: Watch) -> Watch:
    """The same while the trunk leans far: further up, arms and plates are in the way of the back."""

    def of(s: Segment) -> Array:
        return np.where(s.values[LEAN] >= WHILE_BENT_DEG, watch.of(s), np.nan)

    return replace(watch, words=f"{watch.words} while bent over", signals=(*watch.signals, LEAN), of=of)


def onset(signal: str, phase: str) -> Watch:
    """Median of the signal over the first moments of a phase, while the posture is that of its start."""

    def of(s: Segment) -> float:
        rows = np.flatnonzero(s.mask((phase,)))
        if not len(rows):
            return np.nan
        early = rows[s.times_s[rows] <= s.times_s[rows[0]] + ONSET_S]
        v = s.values[signal][early]
        v = v[np.isfinite(v)]
        return float(np.median(v)) if len(v) >= MIN_FRAMES else np.nan

    return Watch(
        f"{_words(signal)} at the start of the {phase}", (signal,), of, sustained=False, phase=phase
    )


def tuck(signal: str, height: str, still: str) -> Watch:
    """How far the signal falls over the last fifth of the way down of `height`, `still` hardly moving."""

    def of(s: Segment) -> float:
        turn = s.event("turn")
        if turn is None or turn < MIN_FRAMES or np.isnan(s.values[height][turn]):
            return np.nan
        h, lean = s.values[height][: turn + 1], s.values[still]
        low = h <= h[turn] + LAST_FIFTH * (np.nanmax(h) - h[turn])
        same = np.abs(lean[: turn + 1] - s.at(still, "turn", EVENT_S)) < TUCK_LEAN_DEG
        v = s.values[signal][: turn + 1][low & same]
        v = v[np.isfinite(v)]
        return float(np.percentile(v, 90)) - s.at(signal, "turn", EVENT_S) if len(v) >= MIN_FRAMES else np.nan

    return Watch(
        f"tuck of {_words(signal)} into the bottom", (signal, height, still), of, "turn", sustained=False
    )


def since_first(signal: str, event: str) -> Watch:
    """The signal at an event, minus its value at that event of the first rep that counted; 0 in that one."""

    def of(s: Segment) -> float:
        return s.at(signal, event, EVENT_S) - s.first_rep[signal] if s.first_rep else 0.0

    words = f"{_words(signal)} at the {event} since the first rep"
    return Watch(words, (signal,), of, event, sustained=False)


ONSET_S = 0.3  # long enough to average, short enough for the posture to be the same (engineering choice)
LEAN, WHILE_BENT_DEG = "trunk_inclination", 45.0  # where the bar passes the knees (engineering choice)
LAST_FIFTH, TUCK_LEAN_DEG = 0.2, 5.0  # of the way down; a trunk that leans further tips the pelvis by itself
MIN_TRAVEL = 0.02  # statures; a ratio to a smaller movement says nothing
ASSUMED_HEIGHT_M = 1.75  # only to turn statures per second squared into g; 10 % of height is 10 % of g
GRAVITY = 9.81  # m/s2


def rate(times_s: Array, values: Array) -> Array:
    """Central-difference derivative per second; NaN beside unseen samples."""
    return np.gradient(values, times_s) if len(times_s) > 2 else np.full(len(times_s), np.nan)


def bend(times_s: Array, values: Array, i: int) -> float:
    """Second derivative at sample i, per second squared, from a parabola over +-0.12 s."""
    near = (np.abs(times_s - times_s[i]) <= PARABOLA_S) & np.isfinite(values)
    x, y = times_s[near] - times_s[i], values[near]
    if len(x) < PARABOLA_POINTS or x[0] > -PARABOLA_S / 2 or x[-1] < PARABOLA_S / 2:
        return float("nan")
    return float(2 * np.polyfit(x, y, 2)[0])


PARABOLA_S = 0.12
PARABOLA_POINTS = (
    7  # fewer points make the second derivative mostly noise: below 30 frames a second it is not judged
)


def _words(signal: str) -> str:
    return signal.replace("_", " ")
