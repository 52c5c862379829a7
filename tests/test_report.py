"""A report is plain data that goes through JSON and back unchanged."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import stick

from formcheck.analysis import examine
from formcheck.errors import TrackError
from formcheck.options import Options
from formcheck.report import SCHEMA, Report

SETS = {
    "squat": stick.squat(2, hips_shoot_up=15, fails=True), "deadlift": stick.deadlift(1, bar_drift=7),
    "row": stick.row(1, torso_rises=18), "plank": stick.plank(sink=14), "nothing": stick.standing(),
}  # fmt: skip


@pytest.fixture(scope="module", params=SETS)
def report(request: pytest.FixtureRequest) -> Report:
    return examine(SETS[request.param]).report


def test_json_and_back_is_the_same_report(report: Report) -> None:
    data = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert Report.from_dict(data) == report
    assert Report.from_dict(data).to_dict() == data


def test_the_schema_comes_first(report: Report) -> None:
    assert next(iter(report.to_dict())) == "schema"
    assert report.schema == SCHEMA


def test_a_saved_report_is_json(report: Report, tmp_path: Path) -> None:
    report.save(tmp_path / "report.json")
    assert Report.from_dict(json.loads((tmp_path / "report.json").read_text())) == report
    assert [p.name for p in tmp_path.iterdir()] == ["report.json"]


def test_numbers_are_numbers_and_intervals_lie_within(report: Report) -> None:
    for cut in report.segments:
        assert cut.start_s <= (cut.turn_s or cut.start_s) <= cut.end_s
        assert all(np.isfinite(v) for v in cut.measures.values())
        assert cut.phases[0].start_s == cut.start_s
        assert cut.phases[-1].end_s == cut.end_s
        assert all(a.end_s == b.start_s for a, b in itertools.pairwise(cut.phases))
        assert cut.counted != bool(cut.note)
    for f in report.findings:
        assert f.start_s <= f.end_s
        assert 0 <= f.confidence <= 1


def test_findings_are_in_time_order_with_the_filming_last(report: Report) -> None:
    times = [f.start_s for f in report.faults]
    assert times == sorted(times)
    assert report.findings[: len(report.faults)] == report.faults


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"schema": 99}, "schema 99"), ({"mood": "good"}, "unknown keys: mood"),
        ({"segments": None}, "not a formcheck report"),
        ({"findings": [{"code": "SQ101"}]}, "not a formcheck report"),
        ({"exercise_confidence": "high"}, "exercise_confidence cannot be 'high'"),
        ({"exercise_confidence": float("nan")}, "exercise_confidence cannot be nan"),
        ({"exercise_confidence": 10**400}, "not a formcheck report"),
        ({"made_with": {"a": float("inf")}}, "not a formcheck report"),
        ({"unseen": [{"code": "SQ101", "why": "dark", "segments": [7]}]}, "segments it does not hold"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_a_sentence(change: dict[str, object], sentence: str) -> None:
    data = examine(SETS["nothing"]).report.to_dict() | change
    with pytest.raises(TrackError, match=sentence):
        Report.from_dict(data)


def test_an_empty_object_is_refused() -> None:
    with pytest.raises(TrackError, match="not a formcheck report"):
        Report.from_dict({})


def test_a_data_frame_has_a_row_a_finding() -> None:
    report = examine(SETS["squat"]).report
    frame = report.to_dataframe()
    assert list(frame["code"]) == [f.code for f in report.findings]
    assert list(examine(SETS["nothing"]).report.to_dataframe().columns) == list(frame.columns)


def test_coverage_says_what_share_was_judged() -> None:
    side = examine(SETS["squat"]).report.coverage
    front = examine(stick.squat(2, yaw=90), Options(exercise="squat")).report.coverage
    assert 0.4 < side["judged_share"] < 1
    assert front["judged_share"] < side["judged_share"]
    assert side["frames"] == len(SETS["squat"])
    assert side["person_share"] == 1
