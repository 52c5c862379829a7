"""Angles and times read from a sample video, against its truth; docs/accuracy.md has the whole picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.rendered.truth import rows_of, true_angle, true_track
from formcheck.analysis import examine
from formcheck.body import Body
from formcheck.calibration import calibrate
from formcheck.estimator import track_of
from formcheck.pose import PoseTrack
from formcheck.signals import SIGNALS

SAMPLE = Path(__file__).parent.parent / "sample_videos" / "squat_good"
LARGEST_RMSE_DEG = {
    "trunk_inclination": 8, "hip_angle": 14, "knee_angle": 13, "shank_inclination": 7, "elbow_angle": 9,
}  # fmt: skip
"""About one and a half times what docs/accuracy.md says of squats side on."""


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return json.loads(SAMPLE.with_suffix(".truth.json").read_text())


@pytest.fixture(scope="module")
def track() -> PoseTrack:
    return track_of(SAMPLE.with_suffix(".mp4"))


def read(track: PoseTrack, signal: str) -> np.ndarray:
    calibration = calibrate(track)
    assert calibration is not None
    return np.array([SIGNALS[signal].of(Body(pose, calibration.reference)) for pose in track])


@pytest.mark.parametrize("signal", LARGEST_RMSE_DEG)
def test_an_angle_is_as_close_to_the_truth_as_the_page_says(
    truth: dict[str, Any], track: PoseTrack, signal: str
) -> None:
    calibration = calibrate(track)
    assert calibration is not None
    want = true_angle(truth, signal, calibration.reference.near)[rows_of(truth, track)]
    off = read(track, signal) - want
    assert np.isfinite(off).mean() > 0.95
    assert np.sqrt(np.nanmean(off**2)) < LARGEST_RMSE_DEG[signal]


def test_the_true_joints_give_the_true_angles(truth: dict[str, Any], track: PoseTrack) -> None:
    """What is left is perspective: knees and elbows of a limb that is not quite in the picture's plane."""
    true = true_track(truth, track)
    for signal in ("trunk_inclination", "knee_angle"):
        want = true_angle(truth, signal, "right")[rows_of(truth, track)]
        assert np.abs(read(true, signal) - want).max() < 5


def test_the_bottom_is_found_when_it_is(truth: dict[str, Any], track: PoseTrack) -> None:
    cuts = examine(track).report.counted
    assert len(cuts) == len(truth["reps"])
    for cut, rep in zip(cuts, truth["reps"], strict=True):
        assert cut.turn_s == pytest.approx(rep["turn_s"], abs=0.3)
        assert cut.end_s == pytest.approx(rep["end_s"], abs=0.5)
