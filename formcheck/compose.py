"""Putting a report together from what the takes gave: one place that knows the report's shape."""

from __future__ import annotations

import platform
from dataclasses import asdict

import numpy as np

from formcheck.exercise import Exercise
from formcheck.exercises.filming import filming_problems
from formcheck.measures import segment_measures, set_measures
from formcheck.options import Options
from formcheck.outcome import Outcome
from formcheck.pose import PoseTrack
from formcheck.recognise import Recognition
from formcheck.report import Cut, Load, Phase, Report, Unseen
from formcheck.segments import Segment
from formcheck.version import __version__


def compose(
    outcomes: list[Outcome], what: Recognition, options: Options, track: PoseTrack | None, source: str,
    load: Load | None = None,
) -> Report:  # fmt: skip
    """The report on a clip."""
    segments = [s for o in outcomes for s in o.segments]
    cuts = tuple(_cut(s, what.exercise, options) for s in segments)
    findings = [f for o in outcomes for f in o.findings]
    filming = filming_problems(track, [o.calibration for o in outcomes], what.exercise) if track else []
    view, yaw = _view(outcomes)
    return Report(
        source=source,
        exercise=what.exercise.name if what.exercise else "none",
        variant=what.variant,
        exercise_confidence=what.confidence,
        view=view,
        yaw_deg=yaw,
        segments=cuts,
        findings=tuple(
            sorted(findings, key=lambda f: (f.start_s, f.code))
            + [f for f in filming if options.wants(f.code)]
        ),
        unseen=_gather(outcomes),
        measures=set_measures(cuts),
        coverage=_coverage(outcomes, track),
        made_with=_made_with(options, track, outcomes),
        load=load,
    )


def _cut(segment: Segment, exercise: Exercise | None, options: Options) -> Cut:
    last = len(segment.times_s) - 1 if segment.end is None else segment.end
    t = segment.times_s[: last + 1]
    edges = np.flatnonzero(segment.phase[1 : last + 1] != segment.phase[:last]) + 1
    starts = [0, *edges.tolist()]
    ends = [*edges.tolist(), last]
    phases = tuple(
        Phase(str(segment.phase[a]), _s(t[a]), _s(t[b])) for a, b in zip(starts, ends, strict=True)
    )
    turn = None if segment.turn is None else _s(t[segment.turn])
    return Cut(
        segment.kind, segment.index, segment.counted, _s(t[0]), turn, _s(t[-1]), phases,
        segment_measures(segment, exercise, options.height_m), segment.note,
    )  # fmt: skip


def _s(time_s: float) -> float:
    return round(float(time_s), 3)


def _view(outcomes: list[Outcome]) -> tuple[str, float | None]:
    """View and yaw of the take with the most segments."""
    if not outcomes:
        return "unknown", None
    best = max(outcomes, key=lambda o: (len(o.segments), len(o.table.times_s)))
    yaw = best.calibration.yaw_deg
    return best.calibration.view, None if np.isnan(yaw) else round(yaw, 1)


def _gather(outcomes: list[Outcome]) -> tuple[Unseen, ...]:
    """One entry a fault and reason, with all segments it holds for."""
    grouped: dict[tuple[str, str], list[int]] = {}
    for u in (u for o in outcomes for u in o.unseen):
        grouped.setdefault((u.code, u.why), []).extend(u.segments)
    return tuple(Unseen(code, why, tuple(rows)) for (code, why), rows in sorted(grouped.items()))


def _coverage(outcomes: list[Outcome], track: PoseTrack | None) -> dict[str, float]:
    """How much of what was asked could be answered."""
    asked = sum(len(o.faults) * sum(s.counted for s in o.segments) for o in outcomes)
    counted = {s.index for o in outcomes for s in o.segments if s.counted}
    unseen = sum(len(counted & set(u.segments)) for o in outcomes for u in o.unseen)
    out: dict[str, float] = {"judged_share": round(1 - unseen / asked, 3) if asked else 0.0}
    if track is not None:
        found = np.isfinite(track.points[:, :, 0]).any(axis=1)
        out["frames"] = len(track)
        out["person_share"] = round(float(found.mean()), 3) if len(track) else 0.0
        out["people_at_most"] = int(track.people.max()) if len(track) else 0
        for key in ("skipped_frames", "swaps_repaired"):
            out[key] = float(track.meta.get(key, 0))
    return out


def _back(outcomes: list[Outcome]) -> dict[str, object]:
    """What the outline of the back was compared with; empty where nothing was compared."""
    if not outcomes:
        return {}
    best = max(outcomes, key=lambda o: len(o.segments))
    own, counted = best.calibration.back, {s.index for s in best.segments if s.counted}
    asked = {(f.code, i) for f in best.faults if "back_rounding" in f.signals for i in counted}
    if asked <= {(u.code, i) for u in best.unseen for i in u.segments}:
        return {}
    return {"compared_with": own.reference.kind, "error_deg": round(own.error["back_rounding"], 1)}


def _made_with(options: Options, track: PoseTrack | None, outcomes: list[Outcome]) -> dict[str, object]:
    out: dict[str, object] = {"formcheck": __version__, "python": platform.python_version()}
    if track is not None:
        out |= {key: track.meta[key] for key in ("model", "model_sha256", "mediapipe") if key in track.meta}
    if back := _back(outcomes):
        out["back"] = back
    for name, told in (("hinge_s", options.hinge_s), ("toe_touch_s", options.toe_touch_s)):
        if told:
            out[name] = list(told)
    if options.limits:
        out["limits"] = {code: list(pair) for code, pair in options.limits.items()}
    if options.adjusted:
        out["adjusted"] = {code: asdict(why) for code, why in options.adjusted.items()}
    return out
