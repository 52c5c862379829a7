"""Every problem of the filming: a clip that must say so, and one just inside that must not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import stick

from formcheck.analysis import examine
from formcheck.exercises.filming import FILMING
from formcheck.pose import J, PoseTrack

GOOD = stick.squat(2)
N = len(GOOD)


def hidden(share: float, *joints: str) -> PoseTrack:
    """The set with these joints hidden in a share of the frames."""
    seen = GOOD.seen.copy()
    columns = [J[j] for j in joints]
    seen[np.ix_(np.random.default_rng(0).random(N) < share, columns)] = 0.0
    return replace(GOOD, seen=seen)


def nobody_in(share: float) -> PoseTrack:
    points = GOOD.points.copy()
    points[: round(share * N)] = np.nan
    return replace(GOOD, points=points)


def shaken(pixels: float) -> PoseTrack:
    jolts = np.random.default_rng(1).normal(0, pixels, (N, 1, 2))
    points = GOOD.points.copy()
    points[:, :, :2] += jolts
    return replace(GOOD, points=points)


def crowded(share: float) -> PoseTrack:
    return replace(GOOD, people=np.where(np.arange(N) < share * N, 2.0, 1.0))


def cut_to_another_place(times: int) -> PoseTrack:
    points, shots = GOOD.points.copy(), GOOD.shots.copy()
    if times:
        points[N // 2 :, :, 0] += 900
        shots[N // 2 :] += 1
    return replace(GOOD, points=points, shots=shots)


def lit(brightness: float) -> PoseTrack:
    return replace(GOOD, brightness=np.full(N, brightness))


def damaged(frames: int) -> PoseTrack:
    return replace(GOOD, meta={"skipped_frames": frames})


FEET = [f"{side}_{j}" for side in ("left", "right") for j in ("foot", "heel", "ankle")]
HEAD = ["nose", "left_ear", "right_ear"]

PAIRS: dict[str, tuple[Callable[[], PoseTrack], Callable[[], PoseTrack]]] = {
    "CAM101": (lambda: nobody_in(0.55), lambda: nobody_in(0.45)),
    "CAM102": (lambda: hidden(0.6, *FEET), lambda: hidden(0.4, *FEET)),
    "CAM103": (lambda: hidden(0.6, *HEAD), lambda: hidden(0.4, *HEAD)),
    "CAM104": (lambda: stick.squat(2, stature=300), lambda: stick.squat(2, stature=340)),
    "CAM201": (lambda: stick.squat(2, yaw=36), lambda: stick.squat(2, yaw=24)),
    "CAM202": (lambda: shaken(12), lambda: shaken(3)),
    "CAM301": (lambda: lit(0.10), lambda: lit(0.14)),
    "CAM302": (lambda: stick.squat(2, fps=18), lambda: stick.squat(2, fps=21)),
    "CAM401": (lambda: crowded(0.25), lambda: crowded(0.15)),
    "CAM402": (lambda: cut_to_another_place(1), lambda: cut_to_another_place(0)),
    "CAM403": (lambda: damaged(N), lambda: damaged(0)),
}  # fmt: skip


def codes(track: PoseTrack) -> set[str]:
    return {f.code for f in examine(track).report.findings if f.code.startswith("CAM")}


def test_every_filming_problem_has_a_pair() -> None:
    assert set(PAIRS) == {p.code for p in FILMING}


@pytest.mark.parametrize("code", PAIRS)
def test_a_badly_filmed_clip_says_so(code: str) -> None:
    assert code in codes(PAIRS[code][0]())


@pytest.mark.parametrize("code", PAIRS)
def test_just_inside_it_is_silent(code: str) -> None:
    assert code not in codes(PAIRS[code][1]())


def test_a_good_clip_has_nothing_against_the_filming() -> None:
    assert codes(GOOD) == set()


def test_filming_is_about_the_whole_clip_and_is_never_a_fault() -> None:
    for f in examine(PAIRS["CAM104"][0]()).report.findings:
        assert (f.segment, f.verdict) == (None, "warn")
        assert (f.start_s, f.end_s) == (0.0, pytest.approx(GOOD.times_s[-1], abs=0.001))
