"""Score formcheck on rendered lifters whose every angle and fault is known.

    python benchmarks/synthetic.py [--set ci|full] [--cache DIR] [--workers N] [--write docs/accuracy.md]

Renders a matrix of scenarios (one thing varied at a time from a base clip of each exercise), runs the real
pipeline, and compares poses with the true joints and findings with the faults put in. Clips, truths and pose
tracks are kept in the cache (default build/synthetic), so the run can be stopped and taken up again.
Needs the extra "synthetic" and the body model (make samples installs both).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from formcheck.analysis import examine
from formcheck.body import Body
from formcheck.calibration import calibrate
from formcheck.estimator import track_of
from formcheck.pose import JOINTS, J, PoseTrack
from formcheck.report import Report
from formcheck.signals import SIGNALS
from synthetic.body import Shape
from synthetic.clothing import Outfit
from synthetic.faults import Faults
from synthetic.scenario import Scenario, load
from synthetic.studio import render

BEGIN, END = "<!-- synthetic:begin -->", "<!-- synthetic:end -->"
BASES = {"squat": "squat_good", "deadlift": "deadlift_good", "row": "row_good", "plank": "plank_good"}
ANGLES = ("trunk_inclination", "hip_angle", "knee_angle", "shank_inclination", "elbow_angle", "body_line")

SWEEPS: dict[tuple[str, str], tuple[str, tuple[float, ...]]] = {
    ("squat", "hips_shoot_up_deg"): ("SQ101", (4, 8, 12, 18)),
    ("squat", "lean_deg"): ("SQ102", (8, 14, 20, 28)),
    ("squat", "heels_lift_deg"): ("SQ201", (6, 12, 20)),
    ("squat", "dive_s"): ("SQ301", (0.8, 1.2, 1.5)),
    ("squat", "lean_back_deg"): ("SQ103", (5, 10, 15)),
    ("deadlift", "hips_shoot_up_deg"): ("DL103", (4, 8, 12, 18)),
    ("deadlift", "bar_forward_pct"): ("DL102", (2, 4, 6, 9)),
    ("deadlift", "lean_back_deg"): ("DL104", (5, 10, 15)),
    ("deadlift", "hips_low_deg"): ("DL201", (10, 20, 30)),
    ("row", "torso_rise_deg"): ("RW101", (5, 10, 15, 22)),
    ("row", "knees_bounce_deg"): ("RW201", (10, 20, 30)),
    ("plank", "sag_deg"): ("PL101", (6, 12, 18, 26)),
    ("plank", "pike_deg"): ("PL102", (12, 20, 30, 40)),
}
"""(exercise, fault of the renderer) -> (code, true sizes)."""


@dataclass(frozen=True)
class Case:
    """One clip of the matrix: what was varied, to what, and the code to be found (none: a good set)."""

    group: str
    level: str
    scenario: Scenario
    code: str = ""


@dataclass(frozen=True)
class Result:
    """A case with its truth, its poses and what formcheck said."""

    case: Case
    truth: dict[str, Any]
    track: PoseTrack
    report: Report


def matrix() -> list[Case]:
    """Every clip, one thing varied at a time."""
    cases = []
    for exercise, name in BASES.items():
        base = load(name)
        variants: list[tuple[str, str, Scenario]] = [("base", "", base)]
        for yaw in (-30, -20, -10, 10, 20, 30, 45, 90):
            variants.append(("yaw", f"{yaw:+d}", replace(base, camera=replace(base.camera, yaw_deg=yaw))))
        variants.append(("side", "left", replace(base, camera=replace(base.camera, side="left"))))
        for label, shape in SHAPES.items():
            variants.append(("body", label, replace(base, body=shape)))
        variants.append(("clothes", "loose", replace(base, outfit=replace(base.outfit, fit="loose"))))
        variants.append(("clothes", "tight", replace(base, outfit=replace(base.outfit, fit="tight"))))
        variants.append(("clothes", "like the wall", replace(base, outfit=Outfit(shirt=base.room.wall))))
        variants.append(("light", "dim", replace(base, room=replace(base.room, light=0.35))))
        variants.append(("room", "cluttered", replace(base, room=replace(base.room, clutter=2))))
        for fps in (15, 60):
            variants.append(
                ("frames/s", str(fps), replace(base, camera=replace(base.camera, fps=float(fps))))
            )
        variants.append(("camera", "shaky", replace(base, camera=replace(base.camera, shake=0.25))))
        variants.append(("camera", "compressed", replace(base, camera=replace(base.camera, crf=38))))
        cases += [Case(group, level, _named(s, exercise, group, level)) for group, level, s in variants]
    for (exercise, fault), (code, sizes) in SWEEPS.items():
        base = load(BASES[exercise])
        for size in sizes:
            reps = tuple(Faults(**{fault: float(size)}) for _ in base.reps)
            cases.append(
                Case(fault, f"{size:g}", _named(replace(base, reps=reps), exercise, fault, f"{size:g}"), code)
            )
    return cases


SHAPES = {
    "woman": Shape(sex="female", height_m=1.65),
    "heavy man": Shape(sex="male", height_m=1.80, weight=1.5),
    "slim woman": Shape(sex="female", height_m=1.72, weight=-0.8),
    "strong man": Shape(sex="male", height_m=1.86, muscle=1.0, weight=0.4),
}


def subset() -> list[Case]:
    """A few short clips for continuous integration."""
    wanted = {("squat", "base"), ("squat", "hips_shoot_up_deg")}
    cases = [c for c in matrix() if (c.scenario.exercise, c.group) in wanted]
    return [cases[0], cases[-1]]


def _named(scenario: Scenario, exercise: str, group: str, level: str) -> Scenario:
    words = f"{exercise}_{group}_{level}".replace(" ", "-").replace("/", "-").replace("+", "p")
    return replace(scenario, name=words.rstrip("_"))


def run(case: Case, cache: Path) -> Result:
    """Render, estimate, examine; what is in the cache is not done again."""
    name = case.scenario.name
    truth_file, video, kept = (cache / f"{name}{end}" for end in (".truth.json", ".mp4", ".npz"))
    if not (truth_file.is_file() and video.is_file()):
        render(case.scenario, cache)
    if not kept.is_file():
        track_of(video).save(kept)
    track = PoseTrack.load(kept)
    return Result(case, json.loads(truth_file.read_text()), track, examine(track, source=video.name).report)


def true_track(truth: dict[str, Any]) -> PoseTrack:
    """The true joints as a pose track; joints without a truth are unseen."""
    times = np.array(truth["times_s"])
    points = np.full((len(times), len(JOINTS), 3), np.nan)
    for name, where in truth["joints"].items():
        if name in J:
            points[:, J[name], :2], points[:, J[name], 2] = where["px"], 0.0
    seen = np.isfinite(points[:, :, 0]).astype(float)
    one = np.ones(len(times))
    return PoseTrack(times, points, seen, one, one, 0 * one, tuple(truth["size"]), {})


def errors(result: Result) -> dict[str, np.ndarray]:
    """Signal of the estimated pose minus signal of the true joints, both in the picture, frame by frame."""
    calibration = calibrate(result.track)
    if calibration is None:
        return {}
    true = true_track(result.truth)
    rows = np.abs(true.times_s[None, :] - result.track.times_s[:, None]).argmin(axis=1)
    out = {}
    for name in ANGLES:
        of = SIGNALS[name].of
        got = [of(Body(pose, calibration.reference)) for pose in result.track]
        want = [of(Body(true[int(i)], calibration.reference)) for i in rows]
        out[name] = (np.array(got) - np.array(want) + 180) % 360 - 180
    return out


def detection(results: list[Result]) -> float:
    """Share of all frames in which a person was found."""
    found = np.concatenate([np.isfinite(r.track.points[:, :, 0]).any(axis=1) for r in results])
    return float(found.mean())


def angle_table(results: Iterable[Result]) -> list[str]:
    """Bias and RMSE of each angle by exercise and view, good sets only."""
    pooled: dict[tuple[str, str], dict[str, list[np.ndarray]]] = defaultdict(lambda: defaultdict(list))
    for r in results:
        if r.case.group in ("base", "yaw", "body", "clothes", "side"):
            view = r.case.level if r.case.group == "yaw" else "0"
            for name, e in errors(r).items():
                pooled[r.case.scenario.exercise, view][name].append(e[np.isfinite(e)])
    lines = ["| exercise, yaw | " + " | ".join(a.replace("_", " ") for a in ANGLES) + " |", "|---" * 7 + "|"]
    for (exercise, view), columns in pooled.items():
        cells = []
        for name in ANGLES:
            e = np.concatenate(columns[name])
            cells.append(f"{e.mean():+.1f} ({np.sqrt((e**2).mean()):.1f})" if len(e) else "")
        lines.append(f"| {exercise}, {view} | " + " | ".join(cells) + " |")
    return lines


def good_table(results: Iterable[Result]) -> list[str]:
    """Good sets: exercise, reps, and what was flagged all the same."""
    lines = [
        "| good set | varied | exercise | reps / truth | turn times off, s | faults | warnings |",
        "|---" * 7 + "|",
    ]
    for r in results:
        if r.case.code:
            continue
        flagged = {v: sorted({f.code for f in r.report.faults if f.verdict == v}) for v in ("fault", "warn")}
        turns = [c.turn_s for c in r.report.counted if c.turn_s is not None]
        true = [p["turn_s"] for p in r.truth["reps"] if p["turn_s"] is not None]
        off = f"{np.abs(np.subtract(turns, true)).max():.2f}" if turns and len(turns) == len(true) else ""
        cells = (
            r.case.scenario.exercise, f"{r.case.group} {r.case.level}", r.report.exercise,
            f"{len(r.report.counted)} / {len(r.truth['reps'])}", off,
            ", ".join(flagged["fault"]), ", ".join(flagged["warn"]),
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def fault_table(results: Iterable[Result]) -> list[str]:
    """Faults by true size: share of the reps in which the code was found, as warning or fault."""
    lines = ["| fault | code | true size | warned | fault | values read |", "|---" * 6 + "|"]
    for r in results:
        if r.case.code:
            hits = [f for f in r.report.findings if f.code == r.case.code]
            reps = max(len(r.truth["reps"]), 1)
            warned, worst = len({f.segment for f in hits}), sum(f.verdict == "fault" for f in hits)
            values = ", ".join(f"{f.value:.1f}" for f in hits)
            unseen = [u.why for u in r.report.unseen if u.code == r.case.code]
            note = values or (f"not judged: {unseen[0]}" if unseen else "")
            name = f"{r.case.scenario.exercise}: {r.case.group}"
            lines.append(
                f"| {name} | {r.case.code} | {r.case.level} | {warned} / {reps} | {worst} / {reps} | {note} |"
            )
    return lines


def page(results: list[Result]) -> str:
    """The Markdown that goes into docs/accuracy.md."""
    head = f"{len(results)} clips, person found in {detection(results):.1%} of the frames."
    return "\n\n".join(
        [head, "Bias (RMSE) in degrees of angles in the picture, estimated minus true joints:",
         "\n".join(angle_table(results)), "\n".join(good_table(results)), "\n".join(fault_table(results))]
    )  # fmt: skip


def main() -> int:
    """Run the matrix, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", choices=("ci", "full"), default="full")
    parser.add_argument("--cache", type=Path, default=Path("build/synthetic"))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write", type=Path)
    args = parser.parse_args()
    args.cache.mkdir(parents=True, exist_ok=True)
    cases = subset() if args.set == "ci" else matrix()
    results = list(_all(cases, args.cache, args.workers))
    table = page(results)
    print(table)
    if args.write:
        text = args.write.read_text()
        args.write.write_text(f"{text.split(BEGIN)[0]}{BEGIN}\n{table}\n{END}{text.split(END)[1]}")
    base = [r for r in results if r.case.group == "base"]
    wrong = [r for r in base if r.report.exercise != r.case.scenario.exercise or _miscounted(r) or _fault(r)]
    return 1 if wrong else 0


def _miscounted(r: Result) -> bool:
    return len(r.report.counted) != len(r.truth["reps"])


def _fault(r: Result) -> bool:
    return any(f.verdict == "fault" for f in r.report.faults)


def _all(cases: list[Case], cache: Path, workers: int) -> Iterable[Result]:
    job: Callable[[Case, Path], Result] = run
    with ProcessPoolExecutor(workers) as pool:
        futures = [pool.submit(job, case, cache) for case in cases]
        for i, future in enumerate(futures):
            result = future.result()
            print(f"{i + 1}/{len(cases)} {result.case.scenario.name}", file=sys.stderr, flush=True)
            yield result


if __name__ == "__main__":
    sys.exit(main())
