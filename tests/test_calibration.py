"""What is fixed for a take: size, facing, near side, camera angle, standing, noise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import stick

from formcheck import calibration
from formcheck.calibration import Calibration, calibrate
from formcheck.pose import J, PoseTrack, nobody


def of(track: PoseTrack) -> Calibration:
    found = calibrate(track)
    assert found is not None
    return found


@pytest.mark.parametrize("stature", [150.0, 500.0, 900.0])
@pytest.mark.parametrize("build", [stick.squat, stick.deadlift, stick.row, stick.plank])
def test_the_stature_is_the_figure_s_own(build: object, stature: float) -> None:
    assert of(build(stature=stature)).reference.stature_px == pytest.approx(stature, rel=0.06)  # type: ignore[operator]


@pytest.mark.parametrize("facing", [1, -1])
@pytest.mark.parametrize("build", [stick.squat, stick.deadlift, stick.row, stick.plank, stick.standing])
def test_facing_and_near_side(build: object, facing: int) -> None:
    reference = of(build(facing=facing)).reference  # type: ignore[operator]
    assert reference.facing == facing
    assert reference.near == ("right" if facing > 0 else "left")


@pytest.mark.parametrize("yaw", [0, 15, 30, 45, 60, -45, -60])
def test_the_camera_angle(yaw: float) -> None:
    assert of(stick.squat(yaw=yaw)).yaw_deg == pytest.approx(yaw, abs=5)


@pytest.mark.parametrize(("yaw", "view"), [(0, "side"), (45, "oblique"), (85, "front"), (-85, "back")])
def test_the_view_in_a_word_and_both_sides_count_from_the_front(yaw: float, view: str) -> None:
    found = of(stick.squat(yaw=yaw))
    assert found.view == view
    assert (found.reference.near == "both") == (view in ("front", "back"))
    assert bool(found.reference.bones) == (view == "side")


def test_standing_is_measured_where_somebody_stands_still() -> None:
    assert of(stick.standing()).standing["trunk_inclination"] == pytest.approx(3, abs=0.5)
    assert of(stick.squat()).standing["knee_angle"] > 165
    assert of(stick.plank()).standing == {}


def test_the_noise_is_that_of_the_landmarks_not_of_the_lift() -> None:
    quiet, loud = (of(stick.squat(noise=n)).noise["trunk_inclination"] for n in (0.5, 3.0))
    assert quiet < 0.4
    assert 3 < loud / quiet < 9
    assert of(stick.squat(noise=0.0)).noise["trunk_inclination"] < 0.05


def test_feet_out_of_the_picture_do_not_hide_the_height_of_the_hips() -> None:
    track = stick.squat()
    seen = track.seen.copy()
    seen[:, [J[f"{s}_{j}"] for s in ("left", "right") for j in ("ankle", "heel", "foot")]] = 0
    with_feet, without = of(track).reference.floor_y, of(replace(track, seen=seen)).reference.floor_y
    assert without == pytest.approx(with_feet, abs=0.03)


def test_nobody_cannot_be_calibrated() -> None:
    assert calibrate(PoseTrack.stack([nobody(i / 30, (640, 480)) for i in range(30)])) is None


def test_the_feet_give_the_floor_and_the_middle_of_the_foot() -> None:
    reference = of(stick.squat(noise=0.0)).reference
    film = stick.Film()
    scale = reference.stature_px
    assert reference.floor_y * scale == pytest.approx(film.at[1] + stick.ANKLE_UP * film.stature, abs=2)
    assert reference.midfoot_x * scale == pytest.approx(film.at[0] + stick.MIDFOOT * film.stature, abs=2)
    assert np.isfinite(reference.midfoot_x)


@pytest.mark.parametrize(("yaw", "share"), [(0, 0.65), (8, 0.65), (26, 0.47)])
def test_a_thigh_seen_from_the_front_may_look_shorter(yaw: float, share: float) -> None:
    """A squat seen 20 degrees off the side shows half of the near thigh at the bottom (rendered lifters)."""
    assert calibration.shortest(yaw) == pytest.approx(share, abs=0.01)
