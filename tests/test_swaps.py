"""Left and right: confused labels are put right and counted, honest movement is left alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import squatting

from formcheck.pose import JOINTS, J, Pose, PoseTrack, nobody
from formcheck.swaps import GROUPS, SwapRepair

LEGS, ARMS = GROUPS
APART = 60.0  # pixels between the two sides, as from an oblique camera


def lifts(fps: float = 30.0, reps: int = 2, seconds: float = 6.0) -> list[Pose]:
    """A squat whose left and right joints lie well apart."""
    track = squatting(seconds, fps, reps)
    points = track.points.copy()
    for name, i in J.items():
        points[:, i, 0] += APART / 2 if "left" in name else -APART / 2
    return list(
        PoseTrack(track.times_s, points, track.seen, track.people, track.brightness, track.shots, track.size)
    )


def exchanged(pose: Pose, *groups: tuple[str, ...]) -> Pose:
    order = np.arange(len(JOINTS))
    for name in (n for g in groups for n in g):
        left, right = J[f"left_{name}"], J[f"right_{name}"]
        order[left], order[right] = right, left
    return replace(pose, points=pose.points[order], seen=pose.seen[order])


def mended(poses: list[Pose]) -> tuple[list[Pose], int]:
    repair = SwapRepair()
    return [repair.mend(p) for p in poses], repair.count


def same(a: list[Pose], b: list[Pose]) -> bool:
    return all(np.array_equal(p.points, q.points, equal_nan=True) for p, q in zip(a, b, strict=True))


@pytest.mark.parametrize("groups", [(LEGS,), (ARMS,), (LEGS, ARMS)], ids=["legs", "arms", "body"])
@pytest.mark.parametrize("stretch", [(50, 51), (50, 80), (50, 180)], ids=["one", "second", "to the end"])
def test_confused_sides_are_put_right(groups: tuple[tuple[str, ...], ...], stretch: tuple[int, int]) -> None:
    true = lifts()
    seen = [exchanged(p, *groups) if stretch[0] <= i < stretch[1] else p for i, p in enumerate(true)]
    got, count = mended(seen)
    assert same(got, true)
    assert count == (stretch[1] - stretch[0]) * len(groups)


@pytest.mark.parametrize("fps", [10, 15, 30, 60])
def test_an_honest_fast_movement_is_left_alone(fps: float) -> None:
    true = lifts(fps, reps=10)  # 0.6 s a rep
    got, count = mended(true)
    assert count == 0
    assert same(got, true)


def test_a_walk_past_the_camera_is_left_alone() -> None:
    """The feet pass each other twice a second; at each passing the sides are hard to tell."""
    still = lifts()[0]
    poses = []
    for t in np.arange(0, 4, 1 / 30):
        points = still.points.copy()
        stride = 90 * np.sin(2 * np.pi * t)
        for name in ("knee", "ankle", "heel", "foot"):
            points[J[f"left_{name}"], 0] = 200 + 80 * t + stride
            points[J[f"right_{name}"], 0] = 200 + 80 * t - stride
        poses.append(replace(still, time_s=float(t), points=points))
    got, count = mended(poses)
    assert count == 0
    assert same(got, poses)


def test_a_small_jump_of_legs_that_overlap_is_noise() -> None:
    rng = np.random.default_rng(1)
    poses = list(squatting())
    noisy = [replace(p, points=p.points + rng.normal(0, 3, p.points.shape)) for p in poses]
    assert mended(noisy)[1] == 0


def test_nothing_is_compared_across_a_gap_or_a_cut() -> None:
    true = lifts()
    late = [*true[:30], *(exchanged(replace(p, time_s=p.time_s + 1), LEGS) for p in true[30:])]
    assert mended(late)[1] == 0
    cut = [*true[:30], *(exchanged(replace(p, shot=1), LEGS) for p in true[30:])]
    assert mended(cut)[1] == 0


def test_frames_without_anybody_or_without_some_joints_do_no_harm() -> None:
    true = lifts()
    gone = [nobody(p.time_s, p.size) if 20 <= i < 23 else p for i, p in enumerate(true)]
    got, count = mended(gone)
    assert count == 0
    assert not got[21].found
    hidden = []
    for i, p in enumerate(true):
        points = p.points.copy()
        if i % 7 == 0:
            points[J["right_knee"]] = np.nan
        hidden.append(exchanged(replace(p, points=points), LEGS) if i == 40 else replace(p, points=points))
    got, count = mended(hidden)
    assert count == 1
    assert got[40].points[J["left_hip"], 0] == true[40].points[J["left_hip"], 0]


def test_no_joints_at_all_never_raise() -> None:
    rng = np.random.default_rng(2)
    poses = []
    for p in lifts():
        points = p.points.copy()
        points[rng.random(len(JOINTS)) < 0.7] = np.nan
        poses.append(replace(p, points=points))
    mended(poses)
