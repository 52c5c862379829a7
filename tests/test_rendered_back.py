"""Rendered lifters with a known back through the real pose model: one flat rep, one round one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from formcheck.analysis import Examination, examine
from formcheck.calibration import calibrate
from formcheck.estimator import track_of
from formcheck.own_back import OwnBack
from formcheck.pose import PoseTrack
from formcheck.unloaded import UPRIGHT_DEG

SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos"


def test_the_round_rep_is_told_from_the_flat_one(model: Path, tmp_path: Path) -> None:
    track = track_of(SAMPLES / "deadlift_rounded.mp4", model=model)
    track.save(tmp_path / "pose.npz")
    assert (tmp_path / "pose.npz").stat().st_size < 2_000_000
    report = examine(PoseTrack.load(tmp_path / "pose.npz")).report
    flat, round_ = report.counted
    flagged = {f.segment for f in report.faults if f.code == "DL107"}
    assert flagged == {round_.index}
    assert not [u for u in report.unseen if u.code == "DL107" and flat.index in u.segments]
    assert report.made_with["back"]["compared_with"] == "standing"


# ---- with the own hinge and toe-touch before the set ------------------------------------------------

ALLOWED_S, TURN_S = 0.3, 0.5  # of when something begins, and of a lockout, which lasts
RANGE_ERROR_DEG = 15.0  # one clip; this one reads 7 to 11 too much


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return json.loads((SAMPLES / "deadlift_own_back.truth.json").read_text())


@pytest.fixture(scope="module")
def track(model: Path) -> PoseTrack:
    return track_of(SAMPLES / "deadlift_own_back.mp4", model=model)


@pytest.fixture(scope="module")
def own(track: PoseTrack) -> OwnBack:
    calibration = calibrate(track)
    assert calibration is not None
    return calibration.back


@pytest.fixture(scope="module")
def found(track: PoseTrack) -> Examination:
    return examine(track)


def leaning_s(truth: dict[str, Any], name: str) -> tuple[float, float]:
    """From when to when the trunk truly leans far enough for a bend, within a hinge or a toe-touch."""
    [span] = [u for u in truth["unloaded"] if u["name"] == name]
    leans = [
        t
        for t, trunk in zip(truth["times_s"], truth["angles_deg"]["trunk_inclination"], strict=True)
        if span["start_s"] <= t <= span["end_s"] and trunk > UPRIGHT_DEG
    ]
    return leans[0], leans[-1]


def test_hinge_and_toe_touch_are_found_where_they_are(truth: dict[str, Any], own: OwnBack) -> None:
    assert own.hinge_s == pytest.approx(leaning_s(truth, "hinge"), abs=ALLOWED_S)
    assert own.toe_touch_s == pytest.approx(leaning_s(truth, "toe_touch"), abs=ALLOWED_S)


def test_the_full_bend_reads_as_large_as_it_is(truth: dict[str, Any], own: OwnBack) -> None:
    bent = own.reference.full_bend
    assert bent is not None, own.no_full_bend
    flexion = np.add(*(truth["angles_deg"][f"{part}_flexion"] for part in ("lumbar", "thoracic")))
    assert bent.range_deg == pytest.approx(flexion.max(), abs=RANGE_ERROR_DEG)


def test_neither_is_a_rep(truth: dict[str, Any], found: Examination) -> None:
    assert len(found.report.counted) == len(truth["reps"]) == 2
    assert found.report.segments[0].start_s >= leaning_s(truth, "toe_touch")[1] - ALLOWED_S
    for cut, rep in zip(found.report.counted, truth["reps"], strict=True):
        assert cut.turn_s == pytest.approx(rep["turn_s"], abs=TURN_S)


@pytest.mark.parametrize("code", ["DL107", "DL109"])
def test_only_the_rep_beyond_the_own_back_is_flagged(found: Examination, code: str) -> None:
    own, round_ = found.report.counted
    assert found.report.made_with["back"]["compared_with"] == "hinge"
    assert [f.segment for f in found.report.faults if f.code == code] == [round_.index]
    assert not [u for u in found.report.unseen if u.code == code]
    assert found.levels[code][own.index] < found.levels[code][round_.index], "the flat one was judged too"
