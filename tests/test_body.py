"""A pose as a body: near side, facing, size, guessed joints."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from formcheck.body import SEEN_MIN, Body, Reference
from formcheck.pose import JOINTS, J, Pose


def pose(**places: tuple[float, float]) -> Pose:
    """A pose with these joints seen and nothing else."""
    points, seen = np.full((len(JOINTS), 3), np.nan), np.zeros(len(JOINTS))
    for name, (x, y) in places.items():
        points[J[name]], seen[J[name]] = (x, y, 0.0), 1.0
    return Pose(0.0, points, seen, (640, 480))


PAIR = pose(left_hip=(100, 200), right_hip=(120, 210))


def test_the_near_joint_from_the_side_and_the_middle_from_the_front() -> None:
    assert Body(PAIR, Reference(1, "left", 100.0))("hip") == pytest.approx((1.0, 2.0))
    assert Body(PAIR, Reference(1, "right", 100.0))("hip") == pytest.approx((1.2, 2.1))
    assert Body(PAIR, Reference(1, "both", 100.0))("hip") == pytest.approx((1.1, 2.05))


def test_forward_is_the_way_the_lifter_faces() -> None:
    looks_right, looks_left = (Body(PAIR, Reference(facing, "left", 100.0)) for facing in (1, -1))
    assert looks_left("hip")[0] == pytest.approx(-looks_right("hip")[0])
    assert looks_left("hip")[1] == pytest.approx(looks_right("hip")[1])


def test_a_joint_below_the_presence_threshold_is_not_seen() -> None:
    for visibility, seen in ((SEEN_MIN - 0.01, False), (SEEN_MIN, True)):
        given = pose(left_hip=(100, 200))
        given.seen[J["left_hip"]] = visibility
        assert isnan(Body(given, Reference(1, "left", 1.0))("hip")[0]) is not seen


def test_a_pose_is_not_changed_by_looking_at_it_as_a_body() -> None:
    given = pose(left_hip=(100, 200), left_knee=(100, 300))
    given.seen[J["left_knee"]] = 0.1
    before = given.points.copy()
    Body(given, Reference(1, "left", 50.0, bones=(("hip", "knee", 9.0),)))
    np.testing.assert_array_equal(given.points, before)


@pytest.mark.parametrize(
    ("length", "believed"), [(100, True), (130, True), (140, False), (70, True), (60, False)]
)
def test_a_bone_of_the_wrong_length_ends_in_a_guessed_joint(length: float, believed: bool) -> None:
    given = pose(left_hip=(0, 500), left_knee=(0, 500 - length))
    body = Body(given, Reference(1, "left", 1.0, bones=(("hip", "knee", 100.0),)))
    assert isnan(body("knee")[1]) is not believed
    assert not isnan(body("hip")[1])


def test_a_guessed_knee_takes_the_ankle_with_it() -> None:
    given = pose(left_hip=(0, 500), left_knee=(0, 300), left_ankle=(0, 200))
    bones = (("hip", "knee", 100.0), ("knee", "ankle", 100.0))
    assert isnan(Body(given, Reference(1, "left", 1.0, bones=bones))("ankle")[0])


def test_the_grip_lies_between_wrist_and_knuckles_and_the_midfoot_between_heel_and_toes() -> None:
    given = pose(
        left_wrist=(0, 10), left_index=(10, 0), left_pinky=(10, 0), left_heel=(0, 0), left_foot=(30, 2)
    )
    body = Body(given, Reference(1, "left", 1.0))
    assert body.grip() == pytest.approx((8.0, 2.0))
    assert body.midfoot() == pytest.approx((15.0, 1.0))


def test_the_trunk_is_as_long_as_it_looks() -> None:
    body = Body(pose(left_hip=(0, 0), left_shoulder=(30, 40)), Reference(1, "left", 100.0))
    assert body.trunk_length() == pytest.approx(0.5)
