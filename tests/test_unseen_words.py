"""What could not be judged, and what is wrong with the file, in words that tell what to do next."""

from __future__ import annotations

from dataclasses import replace

import factories
import numpy as np
import pytest

from formcheck.analysis import examine
from formcheck.body import Reference
from formcheck.calibration import Calibration
from formcheck.judge import camera_yaw
from formcheck.options import Options
from formcheck.pose import J, PoseTrack
from formcheck.segments import Segment
from formcheck.signals import SIGNALS

TRACK = factories.squatting(12, 30, 4)


def reasons(track: PoseTrack) -> dict[str, str]:
    report = examine(track, Options(exercise="squat")).report
    assert report.counted
    return {u.code: u.why for u in report.unseen}


@pytest.mark.parametrize("name", SIGNALS)
def test_every_signal_says_what_must_be_seen(name: str) -> None:
    assert SIGNALS[name].needs
    assert "_" not in SIGNALS[name].needs


def test_hidden_joints_are_named_as_people_name_them() -> None:
    seen = TRACK.seen.copy()
    seen[:, [J[f"{side}_{joint}"] for side in ("left", "right") for joint in ("heel", "ear")]] = 0
    why = reasons(replace(TRACK, seen=seen))
    assert why["SQ201"] == "it needs heel and toes in sight for longer"
    assert why["SQ105"] == "it needs shoulder, head and hip in sight for longer"


def test_a_bar_that_is_not_there_is_not_called_covered() -> None:
    assert reasons(TRACK)["SQ104"] == "it needs the hands at a bar on the shoulders for longer"


def test_one_camera_is_one_reason_in_every_rep() -> None:
    report = examine(TRACK, Options(exercise="squat")).report
    from_the_front = [u.why for u in report.unseen if u.code in ("SQ202", "SQ402")]
    assert set(from_the_front) == {"the camera was at the side; film from the front or from behind"}


@pytest.mark.parametrize(("skipped", "said"), [(0, False), (30, True)])
def test_damaged_pictures_are_reported(skipped: int, said: bool) -> None:
    meta = {"frames": len(TRACK), "skipped_frames": skipped}
    found = examine(replace(TRACK, meta=meta)).report.findings
    assert (np.array([f.code for f in found]) == "CAM403").any() == said


def test_a_yaw_beyond_square_is_square() -> None:
    """Smoothing may read 91 degrees; a view from any side still allows it, and so does one from the front."""
    yaw = {"yaw": np.array([90.0, 92.0, 93.0])}
    facing = Segment("rep", 0, np.arange(3.0), yaw, np.array(["descent"] * 3), 1, 2, True)
    assert camera_yaw(facing, Calibration(Reference(1, "both", 500.0), 88.0, {}, {})) == 90.0
