"""Which of the four exercises a clip shows, or none of them.

Every exercise's own cutter is run over the takes; what it cuts is the evidence. Squats and deadlifts lower
the shoulders alike, so two things tell them apart from any side: the share of the shoulders' way down that
the hips make too, and how low the hands get.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.body import Body
from formcheck.calibration import Calibration
from formcheck.errors import ConfigError
from formcheck.exercise import Exercise
from formcheck.exercises import EXERCISES
from formcheck.exercises.deadlift import FLOOR, ROMANIAN
from formcheck.exercises.plank import FOREARM, HIGH
from formcheck.pose import PoseTrack
from formcheck.segments import Span
from formcheck.signals import SIGNALS
from formcheck.smoothing import Smoother

Array = NDArray[np.float64]
Take = tuple[PoseTrack, Calibration]

SQUAT_HIP_SHARE = (
    0.53  # squats on footage: hips make 0.48 to 0.8 of the shoulders' way, deadlifts 0.1 to 0.45
)
SQUAT_HANDS = (
    -0.03
)  # hands over the knees at the bottom, statures: deadlifts -0.1 to -0.25, squats -0.05 and up
SQUAT_HIP_OVER_KNEE = 0.12  # hips over the knees at the bottom, statures: squats below, deadlifts above
HIP_SPREAD, HAND_SPREAD, DEPTH_SPREAD = 0.10, 0.08, 0.10  # how much of each tips the scale by one
ROW_WEIGHT = 1.5  # a bar is lifted off the floor once before it is rowed: one row outweighs one deadlift
HOLD_S_A_REP = 3.0
FLOOR_GRIP = (
    0.17  # hands lower than this above the feet hold a bar that can lie on the floor (45 cm plates: 0.13)
)
STRAIGHT_ARM = 0.85  # arm reach above this in a plank is the high one


@dataclass(frozen=True)
class Recognition:
    """Exercise (None: none of them), its variant, how sure (0..1); evidence: how many reps' worth of it."""

    exercise: Exercise | None
    variant: str = ""
    confidence: float = 0.0
    evidence: float = 0.0


@dataclass(frozen=True)
class Columns:
    """Smoothed signals of one take: times_s (T,), name -> (T,)."""

    times_s: Array
    values: dict[str, Array]

    def at(self, name: str, i: int) -> float:
        """Median of a signal around sample i, NaN where not seen."""
        v = self.values[name][max(i - 2, 0) : i + 3]
        v = v[np.isfinite(v)]
        return float(np.median(v)) if len(v) else float("nan")


NAMES = tuple(
    sorted(
        {s for e in EXERCISES.values() for v in e.variants or ("",) for s in e.cut(v).signals}
        | {"shoulder_height", "hip_height", "grip_height", "grip_over_knee", "arm_reach", "hip_over_knee"}
    )
)
"""What the cutters read, and what is looked up besides."""


def recognise(takes: list[Take], wanted: str = "auto") -> Recognition:
    """The exercise of a clip. `wanted` is "auto" or a name; raises ConfigError for any other."""
    if wanted != "auto" and wanted not in EXERCISES:
        near = difflib.get_close_matches(wanted, ["auto", *EXERCISES], 1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; choose auto, {', '.join(EXERCISES)}."
        raise ConfigError(f"There is no exercise {wanted!r}{hint}")
    columns = [smoothed(*take) for take in takes]
    if wanted != "auto":
        seen = _evidence(EXERCISES[wanted], columns)
        return Recognition(EXERCISES[wanted], _variant(wanted, columns), 1.0, seen)
    evidence = {name: _evidence(EXERCISES[name], columns) for name in EXERCISES}
    squat_like = _squat_score(columns)
    evidence["deadlift" if squat_like >= 0 else "squat"] = 0.0
    name = max(evidence, key=lambda n: evidence[n])
    if not evidence[name]:
        return Recognition(None)
    sure = evidence[name] / sum(evidence.values())
    if name in ("squat", "deadlift"):
        sure *= 0.5 + 0.5 * min(1.0, abs(squat_like))
    return Recognition(EXERCISES[name], _variant(name, columns), round(sure, 2), evidence[name])


def smoothed(track: PoseTrack, calibration: Calibration) -> Columns:
    """The signals in NAMES, smoothed as the engine does it."""
    smoother, out = Smoother(), []
    for pose in track:
        body = Body(pose, calibration.reference)
        out += smoother.push(pose.time_s, np.array([SIGNALS[name].of(body) for name in NAMES]))
    out += smoother.finish()
    rows = np.array([row for _, row in out]).reshape(len(out), len(NAMES))
    return Columns(np.array([t for t, _ in out]), dict(zip(NAMES, rows.T, strict=True)))


def spans(exercise: Exercise, variant: str, columns: Columns) -> list[Span]:
    """What an exercise's cutter makes of a take."""
    cutter = exercise.cut(variant)
    wanted = [columns.values[name].tolist() for name in cutter.signals]
    found = []
    for t, *values in zip(columns.times_s.tolist(), *wanted, strict=True):
        found += cutter.push(t, dict(zip(cutter.signals, values, strict=True)))
    return found + cutter.finish()


def _evidence(exercise: Exercise, takes: list[Columns]) -> float:
    """Counted segments of an exercise, in its best variant; a hold weighs a rep for every 3 s."""
    return max(sum(_weight(exercise, s, c) for c in takes for s in spans(exercise, v, c) if s.counted)
               for v in exercise.variants or ("",))  # fmt: skip


def _weight(exercise: Exercise, span: Span, columns: Columns) -> float:
    if span.kind == "hold":
        return float(columns.times_s[span.last] - columns.times_s[span.first]) / HOLD_S_A_REP
    return ROW_WEIGHT if exercise.name == "row" else 1.0


def _squat_score(takes: list[Columns]) -> float:
    """Positive for squats, negative for deadlifts: median over the dips of the shoulders."""
    return float(np.median(scores)) if (scores := [x for c in takes for x in _dip_scores(c)]) else 0.0


def _dip_scores(columns: Columns) -> list[float]:
    """One score for every way up of the shoulders, from the lowest point to standing."""
    ways: list[tuple[int | None, int | None]]
    ways = [(s.turn, s.last) for s in spans(EXERCISES["deadlift"], ROMANIAN, columns) if s.counted]
    ways += [(s.first, s.turn) for s in spans(EXERCISES["deadlift"], FLOOR, columns) if s.counted]
    return [x for low, top in ways if low is not None and top is not None
            if np.isfinite(x := _dip_score(columns, low, top))]  # fmt: skip


def _dip_score(columns: Columns, low: int, top: int) -> float:
    shoulders = columns.at("shoulder_height", top) - columns.at("shoulder_height", low)
    hips = columns.at("hip_height", top) - columns.at("hip_height", low)
    hands = columns.at("grip_over_knee", low) - SQUAT_HANDS
    depth = SQUAT_HIP_OVER_KNEE - columns.at("hip_over_knee", low)
    score = (hips / shoulders - SQUAT_HIP_SHARE) / HIP_SPREAD
    for value, spread in ((hands, HAND_SPREAD), (depth, DEPTH_SPREAD)):
        score += 0.0 if np.isnan(value) else float(np.clip(value, -0.1, 0.1)) / spread
    return score


def _variant(name: str, takes: list[Columns]) -> str:
    if name == "deadlift":
        return _deadlift_variant(takes)
    if name == "plank":
        reach = [
            c.values["arm_reach"][s.first : s.last + 1] for c in takes for s in spans(EXERCISES[name], "", c)
        ]
        values = np.concatenate(reach) if reach else np.array([])
        return HIGH if len(values) and np.nanmedian(values) > STRAIGHT_ARM else FOREARM
    return ""


def _deadlift_variant(takes: list[Columns]) -> str:
    """Romanian when the hands never come low enough for a bar on the floor; from the floor when in doubt."""
    low = [c.at("grip_height", s.turn) for c in takes for s in spans(EXERCISES["deadlift"], ROMANIAN, c)
           if s.turn is not None and s.counted]  # fmt: skip
    low = [x for x in low if np.isfinite(x)]
    return ROMANIAN if low and float(np.median(low)) > FLOOR_GRIP else FLOOR
