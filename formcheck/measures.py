"""Numbers reported without a limit: tempo, range, speed, and how they change over the set."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from formcheck.exercise import Exercise, rate
from formcheck.report import Cut
from formcheck.segments import Segment

LIFT = {
    "squat": ("hip_height", "shoulder_height"),
    "deadlift": ("shoulder_height", "shoulder_height"),
    "row": ("arm_reach", "grip_height"),
}
"""The signal that the reps are cut by, and the height that moves with the load."""


def segment_measures(segment: Segment, exercise: Exercise | None, height_m: float | None) -> dict[str, float]:
    """Tempo per phase, range and speed of one segment, plus the exercise's own measures. NaN is left out."""
    last = len(segment.times_s) - 1 if segment.end is None else segment.end
    out = {"duration_s": float(segment.times_s[last] - segment.times_s[0])}
    for phase in dict.fromkeys(segment.phase[: last + 1].tolist()):
        out[f"{phase}_s".replace("-", "_")] = segment.duration(phase)
    if exercise is not None:
        for measure in exercise.measures:
            out[measure.name] = float(np.median(measure.watch.of(segment)))
        if segment.kind == "rep":
            out |= _lifting(segment, exercise.name, height_m)
    return {name: round(value, 3) for name, value in out.items() if np.isfinite(value)}


def _lifting(segment: Segment, exercise: str, height_m: float | None) -> dict[str, float]:
    """Concentric time, range and mean speed, and the sticking region, of the way up."""
    on, height = LIFT[exercise]
    if exercise == "row" or not segment.rests_high:
        a, b = segment.event("start"), segment.reaches_turn(on)
    else:
        a, b = segment.leaves_turn(on), segment.event("end")
    if a is None or b is None or b - a < 3:
        return {}
    t, h = segment.times_s[a : b + 1], segment.values[height][a : b + 1]
    seconds, rise = float(t[-1] - t[0]), float(h[-1] - h[0])
    out = {
        "concentric_s": seconds,
        "range_pct_height": 100 * rise,
        "mean_speed_pct_height_per_s": 100 * rise / seconds,
    }
    if height_m:
        out["mean_concentric_velocity_m_per_s"] = rise / seconds * height_m
    return out | _sticking(t, rate(t, h))


def _sticking(t: NDArray[np.float64], v: NDArray[np.float64]) -> dict[str, float]:
    """From the first peak of the upward speed to the next lull, where the lift is hardest (Larsen 2021)."""
    peaks = np.flatnonzero((v[1:-1] >= v[:-2]) & (v[1:-1] > v[2:])) + 1
    lulls = np.flatnonzero((v[1:-1] <= v[:-2]) & (v[1:-1] < v[2:])) + 1
    later = lulls[lulls > peaks[0]] if len(peaks) else lulls[:0]
    if not len(later) or v[later[0]] > STICKING_DIP * v[peaks[0]]:
        return {}
    return {"sticking_start_s": float(t[peaks[0]]), "sticking_end_s": float(t[later[0]])}


STICKING_DIP = 0.85  # a lull is one when the speed falls by 15 % or more (engineering choice)


def set_measures(cuts: Sequence[Cut]) -> dict[str, float]:
    """Counts and changes over the set."""
    counted = [c for c in cuts if c.counted]
    out: dict[str, float] = {"counted": len(counted), "not_counted": len(cuts) - len(counted)}
    if holds := [c.end_s - c.start_s for c in counted if c.kind == "hold"]:
        out["held_s"] = round(sum(holds), 3)
    speeds = [c.measures[SPEED] for c in counted if SPEED in c.measures]
    if len(speeds) >= 2 and min(speeds) > 0:
        out["velocity_loss_first_to_last_pct"] = round(100 * (1 - speeds[-1] / speeds[0]), 1)
        out["velocity_loss_best_to_last_pct"] = round(100 * (1 - speeds[-1] / max(speeds)), 1)
    return out


SPEED = "mean_speed_pct_height_per_s"
