"""Judging one segment for one fault: OK (None), a Finding, or Unseen with the reason. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from formcheck.calibration import Calibration
from formcheck.exercise import MIN_FRAMES, SIDE, SQUARE, Exercise, Fault, Limit
from formcheck.options import Options
from formcheck.report import Finding, Unseen, Verdict
from formcheck.segments import Segment
from formcheck.signals import SIGNALS

Array = NDArray[np.float64]

SEEN_SHARE = (
    0.6  # a phase is judged when its signals were seen in this share of its frames (engineering choice)
)
FULL_BEND = "full_flexion_share"  # the signal that needs a toe-touch
NO_OWN_BACK = "the lifter's own back is never seen standing or hinging, so there is nothing to compare"
# A fault takes this much confidence, else it is a warning: at its limit, seen in three fifths of the rep; far
# beyond, in a third. Joints that come and go are guesses before they are lost (engineering choice; footage)
FAULT_CONFIDENCE = 0.3
BRIDGE_S = 0.25  # a sustained state survives a gap in what was seen up to this long
RATE_SLACK = 0.1  # 45 frames a second pass for 50
FRONT_FROM = 60.0  # degrees off side-on from which a camera is in front of or behind the lifter
FRAME_SLACK_S = 0.02  # a state of 0.15 s shows 0.133 s between its first and last frame at 30 frames a second


@dataclass(frozen=True)
class Reading:
    """A watched quantity of a segment, reduced to one number: the event's value, or the worst level held."""

    value: float
    start_s: float
    end_s: float
    why_unseen: str = ""


def judge(
    fault: Fault, segment: Segment, calibration: Calibration, options: Options
) -> Finding | Unseen | None:
    """The verdict on one fault in one segment."""
    if why := _unfit(fault, segment, calibration):
        return Unseen(fault.code, why, (segment.index,))
    limits = limits_of(fault, options)
    readings = [read(limit, fault, segment) for limit in limits]
    seen = [(limit, r) for limit, r in zip(limits, readings, strict=True) if not r.why_unseen]
    if not all(_breaks(limit, r, "warn", calibration) for limit, r in seen):
        return None
    if hidden := [r.why_unseen for r in readings if r.why_unseen]:
        why = _why_no_outline(fault, readings, calibration) or hidden[0]
        return Unseen(fault.code, why, (segment.index,))
    worst = all(_breaks(limit, r, "fault", calibration) for limit, r in seen)
    sure = worst and _confidence(limits[0], readings[0].value, "fault", segment) >= FAULT_CONFIDENCE
    verdict: Verdict = "fault" if sure else "warn"
    return _finding(fault, segment, verdict, limits[0], readings[0], _error(limits[0], calibration))


def level_of(fault: Fault, segment: Segment, calibration: Calibration, options: Options) -> float | None:
    """The warning limit that would only just not flag this segment, the error of the reading included.

    None where it cannot be judged, or where another limit of the fault lets it pass whatever this one is.
    """
    first, *others = limits_of(fault, options)
    if _unfit(fault, segment, calibration):
        return None
    for limit in others:
        reading = read(limit, fault, segment)
        if reading.why_unseen or not _breaks(limit, reading, "warn", calibration):
            return None
    sign = 1.0 if first.more_is_worse else -1.0
    reading = read(replace(first, warn=-sign * np.inf, fault=None), fault, segment)  # however small it is
    return None if reading.why_unseen else reading.value - sign * 2 * _margin(first, calibration)


def _unfit(fault: Fault, segment: Segment, calibration: Calibration) -> str:
    """Why this fault cannot be judged in such a video, in words; "" when it can."""
    yaw = camera_yaw(segment, calibration, fault.during)
    if not fault.view.allows(yaw):
        near = fault.view is SQUARE and abs(yaw) <= SIDE.high
        where = f"about {abs(yaw):.0f} degrees off square" if near else turned(yaw)
        return f"the camera was {where}; {fault.view.move}"
    if fault.min_fps * _step(segment) > 1 + RATE_SLACK:
        return f"it needs {fault.min_fps:g} frames a second or more"
    if fault.own_back and calibration.back.reference.kind == "usual":
        return NO_OWN_BACK
    return calibration.back.no_full_bend if FULL_BEND in fault.signals else ""


def read(limit: Limit, fault: Fault, segment: Segment) -> Reading:
    """What a limit watches, as one number with the time it is about."""
    value = limit.watch.of(segment)
    if isinstance(value, np.ndarray):
        return _sustained(value, limit, fault, segment)
    event = limit.watch.event
    i = segment.event(event) if event else None
    if np.isnan(value):
        return Reading(value, 0, 0, _why_unseen(limit, segment, np.ones(len(segment.times_s), dtype=bool)))
    if i is not None:
        return Reading(float(value), float(segment.times_s[i]), float(segment.times_s[i]))
    times = segment.times_s[segment.mask(fault.during)]
    times = times if len(times) else segment.times_s
    return Reading(float(value), float(times[0]), float(times[-1]))


def worst_held(times_s: Array, values: Array, for_s: float) -> tuple[float, float, float]:
    """The highest level that `values` stayed at or above for `for_s` and three frames, and from when to when.

    Samples must be seen (finite), in order; a gap in time longer than 0.25 s interrupts. NaN when nothing
    lasted that long.
    """
    best, start, end = np.nan, np.nan, np.nan
    runs = np.split(np.arange(len(times_s)), np.flatnonzero(np.diff(times_s) > BRIDGE_S) + 1)
    for run in runs:
        t, v = times_s[run], values[run]
        last = np.maximum(np.searchsorted(t, t + for_s - FRAME_SLACK_S), np.arange(len(run)) + MIN_FRAMES - 1)
        last = last[last < len(run)]
        if not len(last):
            continue
        level = _lowest_between(v, last)
        i = int(level.argmax())
        if not level[i] <= best:
            best, start, end = float(level[i]), float(t[i]), float(t[last[i]])
    return best, start, end


def _lowest_between(values: Array, last: NDArray[np.intp]) -> Array:
    """Smallest of values[i..last[i]] for every i, from minima over stretches of 1, 2, 4, ... samples."""
    i = np.arange(len(last))
    width = last - i + 1
    lowest = np.full(len(last), np.inf)
    stretch, size = values, 1
    while size <= width.max():
        rows = i[(width >= size) & (width < 2 * size)]
        lowest[rows] = np.minimum(stretch[rows], stretch[last[rows] - size + 1])
        stretch = np.minimum(stretch[:-size], stretch[size:]) if size < len(stretch) else stretch
        size *= 2
    return lowest


def _sustained(values: Array, limit: Limit, fault: Fault, segment: Segment) -> Reading:
    mask = segment.mask(fault.during)
    seen = mask & np.isfinite(values)
    if not mask.any():
        return Reading(np.nan, 0, 0, f"the clip does not show the {_phase_words(fault)}")
    if seen.sum() < max(MIN_FRAMES, SEEN_SHARE * mask.sum()):
        return Reading(np.nan, 0, 0, _why_unseen(limit, segment, mask))
    sign = 1.0 if limit.more_is_worse else -1.0
    times, badness = segment.times_s[seen], sign * values[seen]
    without_gap = times[-1] - times[0] >= fault.for_s and np.diff(times).max() <= BRIDGE_S
    if without_gap and badness.max() <= sign * limit.warn:  # never that bad: no need to search how long
        return Reading(float(sign * badness.max()), float(times[0]), float(times[-1]))
    level, start, end = worst_held(times, badness, fault.for_s)
    if np.isnan(level):
        return Reading(
            np.nan, 0, 0, f"the {_phase_words(fault)} was shorter than {fault.for_s:g} s or three frames"
        )
    return Reading(sign * level, start, end)


def _phase_words(fault: Fault) -> str:
    return " and ".join(fault.during) or "movement"


def _why_unseen(limit: Limit, segment: Segment, mask: NDArray[np.bool_]) -> str:
    """In words, what was hidden, or which moment the clip does not show."""
    hidden = [
        s for s in limit.watch.signals if np.isfinite(segment.values[s][mask]).sum() < SEEN_SHARE * mask.sum()
    ]
    if hidden:
        return f"it needs {SIGNALS[hidden[0]].needs} for longer"
    if not (segment.starts_whole and segment.end is not None):
        missing = "end" if segment.starts_whole else "start"
        return f"the clip does not show the {missing} of the {segment.kind}"
    if "standing" in limit.watch.words and not segment.standing:
        return "the lifter was never seen standing still, so there is nothing to compare with"
    return f"it needs {SIGNALS[limit.watch.signals[0]].needs} at the decisive moment"


def limits_of(fault: Fault, options: Options) -> tuple[Limit, ...]:
    """The fault's limits, the first replaced if the caller gave others."""
    if fault.code not in options.limits:
        return fault.limits
    warn, worst = options.limits[fault.code]
    first = fault.limits[0]
    return (Limit(first.watch, warn, worst, first.unit, first.more_is_worse), *fault.limits[1:])


def _step(segment: Segment) -> float:
    """Typical time between frames, seconds."""
    return float(np.median(np.diff(segment.times_s))) if len(segment.times_s) > 1 else np.inf


def _breaks(limit: Limit, reading: Reading, verdict: Verdict, calibration: Calibration) -> bool:
    bound = limit.fault if verdict == "fault" else limit.warn
    return bound is not None and limit.beyond(reading.value, bound, _margin(limit, calibration))


def _margin(limit: Limit, calibration: Calibration) -> float:
    """Half of what a value must be past a limit: the lifter's own noise, or half of a reading's error."""
    noise = max((calibration.noise.get(s, 0.0) for s in limit.watch.signals), default=0.0)
    return max(noise if limit.unit in ("deg", "%H", "%") else 0.0, _error(limit, calibration) / 2)


def _error(limit: Limit, calibration: Calibration) -> float:
    """+- of a reading of the outline of the back, 0 for other signals; an excess must be larger."""
    return max((calibration.back.error.get(s, 0.0) for s in limit.watch.signals), default=0.0)


def _why_no_outline(fault: Fault, readings: list[Reading], calibration: Calibration) -> str:
    """What stood in the way of the outline of the back, "" when that is not what was missing."""
    missing = any(r.why_unseen.startswith("it needs") for r in readings)
    return calibration.back.hidden if missing and fault.signals & set(calibration.back.error) else ""


def _finding(
    fault: Fault, segment: Segment, verdict: Verdict, limit: Limit, reading: Reading, error: float
) -> Finding:
    sure = _confidence(limit, reading.value, verdict, segment)
    return Finding(
        fault.code, fault.name, verdict, fault.severity, segment.index,
        round(reading.value, 3), _bound(limit, verdict), limit.unit,
        round(reading.start_s, 3), round(reading.end_s, 3), fault.cue,
        min(sure, _beyond_chance(limit, reading, verdict, error)), round(error, 1),
    )  # fmt: skip


def _bound(limit: Limit, verdict: Verdict) -> float:
    return limit.fault if verdict == "fault" and limit.fault is not None else limit.warn


def _confidence(limit: Limit, value: float, verdict: Verdict, segment: Segment) -> float:
    """0.5 at the limit, rising to 1 at one warn-to-fault step beyond it; times the share of frames seen."""
    step = abs((limit.fault if limit.fault is not None else 1.5 * limit.warn) - limit.warn) or 1.0
    beyond = min(1.0, abs(value - _bound(limit, verdict)) / step)
    seen = min((float(np.isfinite(segment.values[s]).mean()) for s in limit.watch.signals), default=1.0)
    return round((0.5 + 0.5 * beyond) * seen, 2)


def _beyond_chance(limit: Limit, reading: Reading, verdict: Verdict, error: float) -> float:
    """How likely the true value lies beyond the limit too, if errors are normal; 1 without a known error."""
    if not error:
        return 1.0
    return round(NormalDist().cdf(abs(reading.value - _bound(limit, verdict)) / error), 2)


def camera_yaw(segment: Segment, calibration: Calibration, during: tuple[str, ...] = ()) -> float:
    """Camera angle in some phases of a segment; of the whole take where shoulders or hips are hidden there.

    Only in these phases: where plates hide hips or shoulders, elsewhere in a rep, they read as a turn.
    """
    yaw = segment.yaw_in(during)
    value = calibration.yaw_deg if np.isnan(yaw) else yaw
    return 0.0 if np.isnan(value) else min(max(value, -90.0), 90.0)  # smoothing may overshoot 90


def turned(yaw: float) -> str:
    """Where the camera was, in words."""
    if abs(yaw) <= SIDE.high:
        return "at the side"
    where = "in front of" if yaw > 0 else "behind"
    return f"{'' if abs(yaw) > FRONT_FROM else 'half-way round to '}{where} the lifter"


def faults_for(exercise: Exercise, variant: str, options: Options) -> tuple[Fault, ...]:
    """The faults to judge: those of this variant that the caller wants."""
    return tuple(
        f for f in exercise.faults if options.wants(f.code) and (not f.variants or variant in f.variants)
    )
