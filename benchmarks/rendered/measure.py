"""Numbers out of shots: errors of angles and rep times, readings of limits by true size, mistakes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.rendered.clips import Cache, Shot, shoot
from benchmarks.rendered.matrix import MARGIN, SWEEPS, Case
from benchmarks.rendered.truth import ANGLES, rows_of, true_angle
from formcheck.analysis import Analysis
from formcheck.body import Body
from formcheck.calibration import Calibration, calibrate
from formcheck.exercise import Fault
from formcheck.exercises import EXERCISES
from formcheck.judge import judge, read
from formcheck.options import Options
from formcheck.pose import PoseTrack
from formcheck.recognise import recognise
from formcheck.report import Finding, Report, Unseen
from formcheck.segments import Segment
from formcheck.signals import SIGNALS
from formcheck.takes import split

FAULTS = {f.code: f for e in EXERCISES.values() for f in e.faults}


def found(shot: Shot) -> np.ndarray:
    """For every frame whether a person was found."""
    return np.isfinite(shot.track.points[:, :, 0]).any(axis=1)


def angle_errors(shot: Shot, in_picture: bool = False) -> dict[str, np.ndarray]:
    """Angle read minus true angle, frame by frame: of the lifter, or of the true joints in the picture."""
    calibration = calibrate(shot.track)
    if calibration is None:
        return {}
    ref, rows, out = calibration.reference, rows_of(shot.truth, shot.track), {}
    for name in ANGLES:
        of = SIGNALS[name].of
        got = np.array([of(Body(pose, ref)) for pose in shot.track])
        if in_picture:
            want = np.array([of(Body(pose, ref)) for pose in shot.true])
        else:
            want = true_angle(shot.truth, name, ref.near)[rows]
        out[name] = (got - want + 180) % 360 - 180
    return out


def time_errors(shot: Shot) -> dict[str, list[float]]:
    """Start, turn and end of each repetition, read minus true, seconds; nothing if the count is wrong."""
    cuts, reps = shot.report.counted, shot.truth["reps"]
    if len(cuts) != len(reps) or shot.exercise == "plank":
        return {}
    pairs = list(zip(cuts, reps, strict=True))
    return {
        "start": [c.start_s - r["start_s"] for c, r in pairs],
        "turn": [c.turn_s - r["turn_s"] for c, r in pairs if c.turn_s is not None],
        "end": [c.end_s - r["end_s"] for c, r in pairs],
    }


@dataclass(frozen=True)
class Reading:
    """One repetition with a fault of known size: what the first limit of its code read.

    by_truth, value: from the true joints, from MediaPipe's (NaN: not seen, with the reason in why);
    by_truth_verdict, verdict: "ok", "warn", "fault" or "unseen"; "lost" if the repetition was not cut.
    """

    code: str
    size: float
    level: str
    by_truth: float
    value: float
    by_truth_verdict: str
    verdict: str
    why: str = ""


def readings(shot: Shot) -> list[Reading]:
    """Every repetition of a clip, read for the clip's code."""
    code = shot.case.code
    fault = next(s.fault for s in SWEEPS if s.code == code)
    seen, true = (_judged(track, shot.exercise) for track in (shot.track, shot.true))
    out = []
    for rep in shot.truth["reps"]:
        (b, b_word, _), (v, word, why) = (_read(FAULTS[code], _match(rep, s), c) for s, c in (true, seen))
        out.append(Reading(code, rep["faults"].get(fault, 0.0), shot.case.level, b, v, b_word, word, why))
    return out


def _judged(track: PoseTrack, exercise: str) -> tuple[list[Segment], Calibration | None]:
    """The segments of a track held to be of this exercise."""
    takes = [(part, c) for rows in split(track) for part in [track.part(rows)] if (c := calibrate(part))]
    what = recognise(takes, exercise)
    segments: list[Segment] = []
    for part, calibration in takes:
        analysis = Analysis(EXERCISES[exercise], calibration, Options(), what.variant, len(segments))
        for pose in part:
            analysis.push(pose)
        analysis.close()
        segments += analysis.segments
    return segments, takes[0][1] if takes else None


def _match(rep: dict[str, Any], segments: Iterable[Segment]) -> Segment | None:
    """The segment that a true repetition is."""

    def shared(s: Segment) -> float:
        return min(s.times_s[-1], rep["end_s"]) - max(s.times_s[0], rep["start_s"])

    best = max((s for s in segments if s.counted), key=shared, default=None)
    return best if best is not None and shared(best) > 0.4 * (rep["end_s"] - rep["start_s"]) else None


def _read(fault: Fault, segment: Segment | None, calibration: Calibration | None) -> tuple[float, str, str]:
    if segment is None or calibration is None:
        return np.nan, "lost", "the repetition was not found"
    reading = read(fault.limits[0], fault, segment)
    verdict = judge(fault, segment, calibration, Options())
    if isinstance(verdict, Unseen):
        return reading.value, "unseen", verdict.why
    return reading.value, verdict.verdict if isinstance(verdict, Finding) else "ok", ""


def half_point(sizes: Iterable[float], hits: Iterable[bool]) -> float | None:
    """The size found in half the cases: where the rates by size, joined by lines, first pass 50 %."""
    by_size: dict[float, list[bool]] = {}
    for size, hit in zip(sizes, hits, strict=True):
        by_size.setdefault(size, []).append(hit)
    steps = [(size, float(np.mean(h))) for size, h in sorted(by_size.items())]
    for (a, low), (b, high) in pairwise(steps):
        if low < 0.5 <= high:
            return a + (b - a) * (0.5 - low) / (high - low)
    return steps[0][0] if steps and steps[0][1] >= 0.5 else None


def alarms(shot: Shot, verdict: str, report: Report | None = None) -> list[str]:
    """Codes said of a clip that has no such fault: neither put in, nor one that may come along with it."""
    right = {shot.case.code, *MARGIN.get(shot.case.code, ())} if shot.case.code else set()
    said = (report or shot.report).faults
    return sorted({f.code for f in said if f.verdict == verdict} - right)


def miscounted(shot: Shot) -> bool:
    """Whether another exercise or another number of repetitions was seen than there is."""
    wrong = shot.report.exercise != shot.exercise
    return wrong or len(shot.report.counted) != len(shot.truth["reps"] if shot.exercise != "plank" else [0])


@dataclass(frozen=True)
class Score:
    """Everything measured on one clip; errors by signal, of the lifter and of the joints in the picture."""

    case: Case
    report: Report
    found: np.ndarray
    errors: dict[str, np.ndarray]
    picture_errors: dict[str, np.ndarray]
    times: dict[str, list[float]]
    readings: list[Reading]
    miscounted: bool
    faults: list[str]
    warnings: list[str]
    true_faults: list[str]
    true_warnings: list[str]

    @property
    def exercise(self) -> str:
        return self.case.scenario.exercise


def score(case: Case, cache: Cache) -> Score:
    """Render, estimate, measure."""
    shot = shoot(case, cache)
    return Score(
        case, shot.report, found(shot), angle_errors(shot), angle_errors(shot, in_picture=True),
        time_errors(shot), readings(shot) if case.code else [], miscounted(shot),
        alarms(shot, "fault"), alarms(shot, "warn"),
        alarms(shot, "fault", shot.true_report), alarms(shot, "warn", shot.true_report),
    )  # fmt: skip
