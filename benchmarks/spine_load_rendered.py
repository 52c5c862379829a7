"""How far the load formcheck reads from a picture is off the load of the true joints, on rendered lifters.

    python benchmarks/spine_load_rendered.py build/synthetic    # which benchmarks/synthetic.py fills

Takes every NAME.truth.json with its NAME.npz (the poses formcheck found in NAME.mp4). Both get the same body
mass and load; the truth gets the true joints in metres, formcheck the pixels and the standing height. Prints,
rep by rep, the peak moment and its time of both, and what the true place of L5/S1 would change.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from formcheck.analysis import examine
from formcheck.anthropometry import build
from formcheck.lifter import LoadAt
from formcheck.options import Options
from formcheck.pose import PoseTrack
from formcheck.spine_load import Posture, l5s1, low_back, plank

Array = NDArray[np.float64]

MASS_KG = 75.0
LOADS: dict[str, tuple[float, LoadAt]] = {
    "squat": (60.0, "high-bar"), "deadlift": (60.0, "hands"), "row": (40.0, "hands"), "plank": (0.0, "none"),
}  # fmt: skip


@dataclass(frozen=True)
class Peak:
    """One rep: peak moment, Nm, by formcheck, from the true joints, and with L5/S1 where it truly is."""

    clip: str
    rep: int
    read: float
    true: float
    at_l5s1: float
    range_nm: tuple[float, float]


def true_posture(joints: dict[str, Any]) -> tuple[Posture, Array]:
    """The sagittal plane of the truth (Z forward, Y up), both sides averaged; and the true L5/S1."""
    at = {name: np.array(j["m"], dtype=float)[:, [2, 1]] for name, j in joints.items()}
    middle = {name: (at[f"left_{name}"] + at[f"right_{name}"]) / 2 for name in BOTH}
    grip = middle["wrist"] + 0.8 * ((middle["index"] + middle["pinky"]) / 2 - middle["wrist"])
    names = ("hip", "shoulder", "ear", "elbow", "wrist", "knee", "ankle", "foot")
    return Posture(grip=grip, **{name: middle[name] for name in names}), at["l5s1"]


BOTH = ("hip", "shoulder", "ear", "elbow", "wrist", "index", "pinky", "knee", "ankle", "foot")


def peaks(truth_file: Path) -> list[Peak]:
    """Every counted rep or hold of a clip."""
    truth = json.loads(truth_file.read_text(encoding="utf-8"))
    name = truth_file.name.removesuffix(".truth.json")
    exercise, shape = truth["exercise"], truth["scenario"]["body"]
    load, at = LOADS[exercise]
    options = Options.of(
        exercise=exercise,
        height_m=shape["height_m"],
        mass_kg=MASS_KG,
        sex=shape["sex"],
        load_kg=load,
        load_at=at,
    )
    report = examine(PoseTrack.load(truth_file.with_name(f"{name}.npz")), options).report
    times = np.array(truth["times_s"], dtype=float)
    posture, joint = true_posture(truth["joints"])
    body = build(shape["sex"])
    off = joint[:, 0] - l5s1(posture, body)[:, 0]
    if exercise == "plank":
        forearm = report.variant != "high"
        curves = [plank(posture, body, MASS_KG, forearm, x).moment_nm for x in (0.0, off)]
    else:
        curves = [low_back(posture, body, MASS_KG, load, at, joint_off_m=x).moment_nm for x in (0.0, off)]
    cuts = {cut.index: cut for cut in report.counted}
    found = []
    for segment in report.load.segments if report.load else ():
        cut = cuts.get(segment.segment)
        if cut is None or segment.moment_nm is None or segment.moment_range_nm is None:
            continue
        during = (times >= cut.start_s) & (times <= cut.end_s)
        real, moved = (float(curve[during].max()) for curve in curves)
        found.append(Peak(name, cut.index, segment.moment_nm, real, moved, segment.moment_range_nm))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    clips = [f for f in sorted(folder.glob("*.truth.json")) if f.with_name(f.name[:-11] + ".npz").exists()]
    found = [p for clip in clips for p in peaks(clip)]
    if not found:
        print(f"No clip in {folder} has both a .truth.json and an .npz with a rep that could be computed.")
        return 1
    for p in found:
        print(
            f"{p.clip:<40} {p.rep:>2}  read {p.read:4.0f} Nm ({p.range_nm[0]:.0f} to {p.range_nm[1]:.0f})  "
            f"true {p.true:4.0f}  {100 * (p.read / p.true - 1):+4.0f} %   true L5/S1 {p.at_l5s1:4.0f}"
        )
    error = np.array([100 * (p.read / p.true - 1) for p in found])
    inside = np.mean([p.range_nm[0] <= p.true <= p.range_nm[1] for p in found])
    joint = np.array([100 * (p.at_l5s1 / p.true - 1) for p in found])
    print(
        f"\n{len(found)} reps in {len(clips)} clips: read against true {error.mean():+.0f} % on average, "
        f"spread {error.std():.0f} %, worst {error[np.abs(error).argmax()]:+.0f} %; {100 * inside:.0f} % of "
        f"the truths inside the shown range; the true place of L5/S1 would change {joint.mean():+.0f} %."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
