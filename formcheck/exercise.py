"""The words exercises are written in: `Exercise`, `Fault`, `Limit`, and what a limit can watch.

A judge is a pure function of a `Segment`: it sees no video, no other segment and keeps no state.
A `Watch` turns a segment into numbers: an array is a *sustained* quantity, one value a frame, and what
counts is the worst level held for `for_s`; a single number is judged once a rep.
The direction of a limit is in its numbers: fault > warn means "more is worse", fault < warn "less is worse".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formcheck.segments import Cutter, Segment

Array = NDArray[np.float64]

Severity = Literal[1, 2, 3]
"""1 worth knowing, 2 change it next set, 3 stop and change it now."""

HOLD_S = 0.15  # a state counts only if it lasts this long (biomechanics section 0, engineering choice)
MIN_FRAMES = 3  # ... and this many frames
EVENT_S = 0.07  # an event is read as the median over +- this (about 2 frames at 30 fps)


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
FRONT = View("front", 50, 90, "film from the front or from behind")
TURNED = View("front or oblique", 35, 90, "film from the front, or half-way to it")
ANY = View("any", 0, 90, "")


@dataclass(frozen=True)
class Watch:
    """A quantity of a segment: which signals it needs, how to compute it, and in words what it is."""

    words: str
    signals: tuple[str, ...]
    of: Callable[[Segment], Array | float]
    event: str = ""  # the moment a single number is about: "turn", "start", "top" or "" for a whole phase


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
            raise ValueError(f"limit on {self.watch.words}: fault {self.fault} is on the wrong side of warn {self.warn}")

    def beyond(self, value: float, limit: float, noise: float) -> bool:
        """Whether the value is past the limit by more than twice the lifter's own noise."""
        excess = value - limit if self.more_is_worse else limit - value
        return bool(excess > 0 and excess > 2 * noise)


@dataclass(frozen=True)
class Fault:
    """One fault, written so that a coach can read it and a machine can run it.

    limits: all of them (or `agree` of them) must be broken; the first is the one reported.
    during: phases in which sustained limits are watched (none: the whole segment).
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
    agree: int | None = None
    min_fps: float = 0.0
    needs_whole: bool = True  # judged only in segments that ran to their end
    variants: tuple[str, ...] = ()  # only for these variants of the exercise (none: all)

    @property
    def needed(self) -> int:
        """How many of the limits must be broken at once."""
        return len(self.limits) if self.agree is None else self.agree

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
    cut: Callable[[], Cutter]
    faults: tuple[Fault, ...]
    measures: tuple[Measure, ...] = ()
    variants: Mapping[str, str] = field(default_factory=dict)

    @property
    def signals(self) -> frozenset[str]:
        """Every signal this exercise reads."""
        wanted = {s for fault in self.faults for s in fault.signals}
        wanted |= {s for m in self.measures for s in m.watch.signals}
        return frozenset(wanted | set(self.cut().signals))


# ---- what a limit can watch -------------------------------------------------------------------------


def level(signal: str, words: str = "") -> Watch:
    """The signal itself, at every moment."""
    return Watch(words or signal.replace("_", " "), (signal,), lambda s: s.values[signal])


def change(signal: str, since: str = "turn", words: str = "") -> Watch:
    """The signal at every moment, minus its value at an event of the same segment."""

    def of(s: Segment) -> Array:
        return s.values[signal] - s.at(signal, since, EVENT_S)

    return Watch(words or f"change of {signal.replace('_', ' ')} since the {since}", (signal,), of)


def against_standing(signal: str, event: str, words: str = "") -> Watch:
    """The signal at an event, minus its value in quiet standing (NaN if the lifter never stood still)."""

    def of(s: Segment) -> float:
        return s.at(signal, event, EVENT_S) - s.standing.get(signal, np.nan)

    return Watch(words or f"{signal.replace('_', ' ')} against standing", (signal,), of, event)


def at(signal: str, event: str, words: str = "") -> Watch:
    """The signal at an event: median over +-0.07 s."""
    return Watch(
        words or f"{signal.replace('_', ' ')} at the {event}", (signal,), lambda s: s.at(signal, event, EVENT_S), event
    )


def difference(a: str, b: str, event: str, words: str = "") -> Watch:
    """Signal a minus signal b at an event."""

    def of(s: Segment) -> float:
        return s.at(a, event, EVENT_S) - s.at(b, event, EVENT_S)

    return Watch(words or f"{a} minus {b} at the {event}".replace("_", " "), (a, b), of, event)


def swing(signal: str, phases: tuple[str, ...], words: str = "") -> Watch:
    """Largest minus smallest value (5th to 95th percentile) of the signal within the phases."""

    def of(s: Segment) -> float:
        v = s.within(signal, phases)
        return float(np.percentile(v, 95) - np.percentile(v, 5)) if len(v) >= MIN_FRAMES else np.nan

    return Watch(words or f"range of {signal.replace('_', ' ')}", (signal,), of)


def lasting(phase: str, signal: str, words: str = "") -> Watch:
    """How long a phase took, seconds; NaN when the clip cut it off."""
    return Watch(words or f"duration of the {phase}", (signal,), lambda s: s.duration(phase))
