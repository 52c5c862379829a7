"""What the engine costs a frame: everything right of the pose, on made-up tracks. Exit status 1 above 1 ms.

    python benchmarks/engine.py

push: what every new frame costs live; peek: what asking for the warnings of the moment costs; whole: a
recorded clip from track to report (takes, calibration, recognition, engine, load). "late" is the last quarter
of the set: the cost must not grow with its length.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import stick

from formcheck.analysis import Analysis, examine
from formcheck.calibration import calibrate
from formcheck.exercises import EXERCISES
from formcheck.pose import PoseTrack

LIMIT_MS = 1.0
SETS: dict[str, tuple[str, str, Callable[[], PoseTrack]]] = {
    "squat, 20 reps": ("squat", "", lambda: stick.squat(20)),
    "deadlift, 12 reps": ("deadlift", "conventional", lambda: stick.deadlift(12)),
    "row, 20 reps": ("row", "", lambda: stick.row(20)),
    "plank, 1 min": ("plank", "forearm", lambda: stick.plank(60.0)),
    "plank, 3 min": ("plank", "forearm", lambda: stick.plank(180.0)),
}


def live(track: PoseTrack, exercise: str, variant: str) -> tuple[np.ndarray, np.ndarray]:
    """Milliseconds of push and of peek, frame by frame."""
    calibration = calibrate(track)
    assert calibration is not None
    analysis = Analysis(EXERCISES[exercise], calibration, None, variant)
    clock, push, peek = time.perf_counter, [], []
    for pose in track:
        started = clock()
        analysis.push(pose)
        pushed = clock()
        analysis.peek()
        push.append(pushed - started)
        peek.append(clock() - pushed)
    return 1000 * np.array(push), 1000 * np.array(peek)


def whole(track: PoseTrack) -> float:
    """Milliseconds a frame from a recorded track to its report."""
    started = time.perf_counter()
    examine(track)
    return 1000 * (time.perf_counter() - started) / len(track)


def main() -> int:
    """Print the table; 1 when a column is above the limit."""
    print("| set | frames | push ms | late | peek ms | late | whole ms |\n|---|---|---|---|---|---|---|")
    worst = 0.0
    for name, (exercise, variant, build) in SETS.items():
        track = build()
        push, peek = live(track, exercise, variant)
        late = slice(3 * len(track) // 4, None)
        row = [push.mean(), push[late].mean(), peek.mean(), peek[late].mean(), whole(track)]
        worst = max(worst, row[0] + row[2], row[4])
        print(f"| {name} | {len(track)} | {' | '.join(f'{ms:.2f}' for ms in row)} |")
    print(f"\nworst: {worst:.2f} ms a frame (push and peek, or whole); limit {LIMIT_MS:g} ms")
    return int(worst > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
