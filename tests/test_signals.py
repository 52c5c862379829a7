"""Every signal on a body one can work out by hand, with its sign."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from backs import OUTLINE_SIGNALS

from formcheck.body import Body, Reference
from formcheck.pose import JOINTS, J, Pose
from formcheck.signals import SIGNALS

SIDE = Reference(1, "left", 100.0, floor_y=0.1, midfoot_x=0.5)
FRONT = Reference(1, "both", 100.0, floor_y=0.1)

Places = dict[str, tuple[float, float]]

STANDING: Places = {"hip": (50, 59), "shoulder": (50, 88), "knee": (50, 34), "ankle": (50, 10)}
BENT: Places = {
    "hip": (30, 50),
    "shoulder": (50, 70),
    "knee": (50, 30),
    "ankle": (50, 10),
}  # 45 degrees everywhere
SQUATTING: Places = {"hip": (30, 30), "knee": (50, 35), "ankle": (45, 10), "shoulder": (50, 50)}

CASES: list[tuple[str, Places, float]] = [
    ("trunk_inclination", STANDING, 0),
    ("trunk_inclination", BENT, 45),
    ("trunk_inclination", {"hip": (50, 50), "shoulder": (45, 50 + 5 * 3**0.5)}, -30),
    ("shank_inclination", {"ankle": (50, 10), "knee": (60, 20)}, 45),
    ("shank_inclination", {"ankle": (50, 10), "knee": (40, 20)}, -45),
    ("thigh_angle", STANDING, 90),
    ("thigh_angle", {"knee": (50, 35), "hip": (30, 15)}, -45),
    ("knee_angle", STANDING, 180),
    ("knee_angle", {"hip": (30, 30), "knee": (50, 30), "ankle": (50, 10)}, 90),
    ("hip_angle", BENT, 90),
    ("elbow_angle", {"shoulder": (0, 0), "elbow": (0, -20), "wrist": (20, -20)}, 90),
    ("neck_angle", {"hip": (0, 0), "shoulder": (0, 30), "ear": (10, 40)}, 45),
    ("neck_angle", {"hip": (0, 0), "shoulder": (30, 30), "ear": (30, 40)}, -45),
    ("body_line", {"shoulder": (100, 20), "hip": (50, 20), "ankle": (0, 20)}, 0),
    ("body_line", {"shoulder": (100, 20), "hip": (50, 70), "ankle": (0, 20)}, 90),
    ("body_line", {"shoulder": (100, 70), "hip": (50, 20), "ankle": (0, 70)}, -90),
    ("body_incline", {"ankle": (0, 10), "shoulder": (50, 60)}, 45),
    ("body_incline", STANDING, 90),
    ("upper_arm_tilt", {"elbow": (0, 0), "shoulder": (10, 10)}, 45),
    ("arm_tilt", {"wrist": (10, 0), "shoulder": (0, 10)}, -45),
    ("hip_height", STANDING, 0.49),
    ("shoulder_height", STANDING, 0.78),
    ("hand_under_shoulder", {"shoulder": (0, 80), "wrist": (0, 40), "index": (0, 30), "pinky": (0, 30)}, 0.48),
    ("elbow_under_shoulder", {"shoulder": (0, 80), "elbow": (0, 60)}, 0.2),
    ("hip_over_hand", {"hip": (0, 50), "wrist": (0, 40), "index": (0, 30), "pinky": (0, 30)}, 0.18),
    ("hand_before_chest", {"hip": (50, 50), "shoulder": (50, 80), "wrist": (60, 74)}, 0.1),
    ("hand_before_chest", {"hip": (50, 50), "shoulder": (80, 50), "wrist": (74, 40)}, 0.1),
    ("hand_before_chest", {"hip": (50, 50), "shoulder": (50, 80), "wrist": (60, 50)}, 0),
    ("hand_before_chest", {"hip": (50, 50), "shoulder": (50, 80), "wrist": (40, 80)}, -0.1),
    ("grip_height", {"wrist": (0, 40), "index": (0, 30), "pinky": (0, 30)}, 0.22),
    ("grip_over_knee", {"knee": (0, 40), "wrist": (0, 30), "index": (0, 20), "pinky": (0, 20)}, -0.18),
    ("grip_forward", {"wrist": (54, 40), "index": (54, 30), "pinky": (54, 30)}, 4),
    ("bar_from_leg", {"wrist": (58, 20), "index": (58, 20), "pinky": (58, 20), "knee": (54, 30), "ankle": (50, 10)}, 6),
    ("hip_over_knee", SQUATTING, -0.05),
    ("arm_reach", {"shoulder": (0, 40), "elbow": (0, 20), "wrist": (0, 0)}, 1),
    ("arm_reach", {"shoulder": (0, 20), "elbow": (0, 0), "wrist": (20, 0)}, 2**0.5 / 2),
    ("foot_travel", {"heel": (55, 0), "foot": (65, 0)}, 10),
]  # fmt: skip

Sides = dict[str, tuple[float, float]]
TWO_SIDED: list[tuple[str, Sides, float]] = [
    ("yaw", {"left_shoulder": (30, 80), "right_shoulder": (10, 80), "left_hip": (26, 50), "right_hip": (13, 50)}, 90),
    ("yaw", {"left_shoulder": (10, 80), "right_shoulder": (30, 80), "left_hip": (13, 50), "right_hip": (26, 50)}, -90),
    ("yaw", {"left_shoulder": (20, 80), "right_shoulder": (10, 80), "left_hip": (16.5, 50), "right_hip": (10, 50)}, 30),
    ("yaw", dict.fromkeys(("left_shoulder", "right_shoulder", "left_hip", "right_hip"), (10, 50)), 0),
    ("heel_rise", {"left_heel": (0, 5), "left_foot": (10, 1), "right_heel": (0, 3), "right_foot": (10, 1)}, 2),
    ("shoulder_stack", {"left_shoulder": (0, 30), "right_shoulder": (0, 22)}, 0.08),
    ("lateral_shift", {"left_ankle": (60, 10), "right_ankle": (40, 10), "left_hip": (58, 50), "right_hip": (46, 50)}, 10),
    ("shoulder_tilt", {"right_shoulder": (0, 50), "left_shoulder": (10, 60)}, 45),
    ("hip_tilt", {"right_hip": (10, 50), "left_hip": (0, 40)}, -45),
    ("hands_tilt", {"right_wrist": (0, 50), "left_wrist": (10, 60)}, 45),
    ("twist", {"right_shoulder": (0, 50), "left_shoulder": (10, 60), "right_hip": (0, 30), "left_hip": (10, 20)}, 90),
    ("knee_gap", {"left_ankle": (60, 10), "right_ankle": (40, 10), "left_knee": (57, 30), "right_knee": (43, 30)}, 0.7),
]  # fmt: skip


def body(places: Sides, ref: Reference) -> Body:
    points, seen = np.full((len(JOINTS), 3), np.nan), np.zeros(len(JOINTS))
    for name, (x, y) in places.items():
        points[J[name]], seen[J[name]] = (x, y, 0.0), 1.0
    return Body(Pose(0.0, points, seen, (640, 480)), ref)


def near(places: Places) -> Body:
    return body({f"left_{name}": place for name, place in places.items()}, SIDE)


@pytest.mark.parametrize(("name", "places", "expected"), CASES, ids=[f"{c[0]}={c[2]:.3g}" for c in CASES])
def test_from_the_side(name: str, places: Places, expected: float) -> None:
    assert SIGNALS[name].of(near(places)) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("name", "places", "expected"), TWO_SIDED, ids=[f"{c[0]}={c[2]:.3g}" for c in TWO_SIDED]
)
def test_of_both_sides(name: str, places: Sides, expected: float) -> None:
    assert SIGNALS[name].of(body(places, FRONT)) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(("facing", "turn"), [(1, 1), (-1, 1), (1, -1), (-1, -1)])
@pytest.mark.parametrize(("knee_in", "expected"), [(5.0, 14.25), (-5.0, -14.25)])
def test_a_knee_inside_the_line_is_valgus_from_the_front_and_from_behind(
    facing: int, turn: int, knee_in: float, expected: float
) -> None:
    """Straight legs of 80 with one knee 5 off the line: the angle at the knee is 180 - 2 atan(5 / 40)."""
    places = {
        "left_hip": (20, 90), "left_knee": (20 - knee_in, 50), "left_ankle": (20, 10),
        "right_hip": (0, 90), "right_knee": (0 if knee_in > 0 else 5, 50), "right_ankle": (0, 10),
    }  # fmt: skip
    if knee_in < 0:  # the worse leg is what counts: both knees out
        places["right_knee"] = (-5, 50)
    seen = {name: (turn * x, y) for name, (x, y) in places.items()}
    reference = Reference(facing, "both", 100.0, floor_y=0.1)
    assert SIGNALS["knee_valgus"].of(body(seen, reference)) == pytest.approx(expected, abs=0.01)


def test_the_estimated_bar_is_behind_and_above_the_shoulder_and_only_there_when_the_hands_are() -> None:
    upright: Places = {"hip": (50, 50), "shoulder": (50, 80), "wrist": (53, 82)}
    assert SIGNALS["shoulder_bar_forward"].of(near(upright)) == pytest.approx(-2.9)
    level: Places = {"hip": (20, 80), "shoulder": (50, 80), "wrist": (52, 82)}
    assert SIGNALS["shoulder_bar_forward"].of(near(level)) == pytest.approx(1.7)
    for wrist in ((53, 40), (53, 89), (70, 82)):
        assert isnan(SIGNALS["shoulder_bar_forward"].of(near({**upright, "wrist": wrist})))


def test_a_bar_beside_the_thigh_is_measured_from_the_thigh() -> None:
    places: Places = {"wrist": (60, 50), "index": (60, 50), "pinky": (60, 50), "knee": (50, 30), "ankle": (40, 10), "hip": (50, 55)}  # fmt: skip
    assert SIGNALS["bar_from_leg"].of(near(places)) == pytest.approx(10)


@pytest.mark.parametrize("name", SIGNALS)
def test_of_nobody_every_signal_is_unseen(name: str) -> None:
    assert isnan(SIGNALS[name].of(body({}, SIDE)))


@pytest.mark.parametrize("name", SIGNALS)
def test_every_signal_has_a_case_and_says_what_it_is(name: str) -> None:
    cases = {c[0] for c in CASES + TWO_SIDED} | {"knee_valgus", "shoulder_bar_forward"} | OUTLINE_SIGNALS
    assert name in cases
    assert SIGNALS[name].doc.endswith(".")
    assert SIGNALS[name].unit in ("deg", "H", "%H", "1", "%")


def test_ankles_close_together_are_no_base_for_a_ratio() -> None:
    places = {"left_ankle": (52, 10), "right_ankle": (48, 10), "left_hip": (58, 50), "right_hip": (46, 50), "left_knee": (53, 30), "right_knee": (47, 30)}  # fmt: skip
    assert isnan(SIGNALS["lateral_shift"].of(body(places, FRONT)))
    assert isnan(SIGNALS["knee_gap"].of(body(places, FRONT)))
