"""The numbers reported without a limit: tempo, range, speed, sticking region, loss over the set."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import stick
from lifting import lifted

from formcheck.analysis import examine
from formcheck.exercises import EXERCISES
from formcheck.lifter import Lifter
from formcheck.measures import segment_measures, set_measures
from formcheck.options import Options
from formcheck.report import Cut, Report


def reported(track: object, exercise: str, height_m: float | None = None) -> Report:
    return examine(track, Options(exercise=exercise, lifter=Lifter(height_m=height_m))).report  # type: ignore[arg-type]


def test_tempo_of_a_squat_per_phase() -> None:
    report = reported(stick.squat(reps=2, down_s=2.0, up_s=1.2), "squat")
    for cut in report.counted:
        m = cut.measures
        assert m["duration_s"] == pytest.approx(3.35, abs=0.45)
        assert m["concentric_s"] == pytest.approx(1.2, abs=0.2)
        phases = [p.name for p in cut.phases]
        assert phases == ["descent", "bottom", "drive", "rise"]
        parts = sum(m[f"{p}_s"] for p in phases)
        assert parts == pytest.approx(m["duration_s"], abs=0.04)
        assert m["descent_s"] > m["drive_s"]


def test_a_deadlift_is_timed_from_the_floor_to_the_lockout_however_long_that_is_held() -> None:
    for top_s in (0.3, 2.0):
        cut = reported(stick.deadlift(1, pull_s=1.4, top_s=top_s), "deadlift").counted[0]
        assert cut.measures["concentric_s"] == pytest.approx(1.4, abs=0.3)


LIFTS = [
    ("squat", stick.squat(1, up_s=1.5)), ("row", stick.row(1, pull_s=1.0)),
    ("deadlift", stick.deadlift(1)), ("deadlift", stick.romanian(1, up_s=1.5)),
]  # fmt: skip


@pytest.mark.parametrize(("exercise", "track"), LIFTS)
def test_metres_a_second_come_with_a_height_only(exercise: str, track: object) -> None:
    without = reported(track, exercise).counted[0].measures
    with_height = reported(track, exercise, 1.8).counted[0].measures
    assert "mean_concentric_velocity_m_per_s" not in without
    speed = with_height["mean_concentric_velocity_m_per_s"]
    assert speed == pytest.approx(without["mean_speed_pct_height_per_s"] / 100 * 1.8, abs=0.002)
    assert speed == pytest.approx(
        without["range_pct_height"] / 100 * 1.8 / without["concentric_s"], abs=0.002
    )


def test_range_is_how_far_the_load_went() -> None:
    """From the angles of the stick figure: hip 0.488 to about 0.235 H, and the trunk that goes upright."""
    cut = reported(stick.squat(1, noise=0.0), "squat").counted[0]
    assert cut.measures["range_pct_height"] == pytest.approx(28, abs=4)
    assert cut.measures["thigh_at_bottom_deg"] == pytest.approx(5, abs=2)
    deeper = reported(stick.squat(1, noise=0.0, depth=1.15), "squat").counted[0]
    assert deeper.measures["thigh_at_bottom_deg"] < cut.measures["thigh_at_bottom_deg"] - 5
    assert deeper.measures["range_pct_height"] > cut.measures["range_pct_height"]


def test_speed_lost_over_the_set() -> None:
    def cut(i: int, speed: float, counted: bool = True) -> Cut:
        return Cut("rep", i, counted, i, i + 0.5, i + 1, (), {"mean_speed_pct_height_per_s": speed})

    got = set_measures([cut(0, 40), cut(1, 50), cut(2, 10, counted=False), cut(3, 30)])
    assert got["velocity_loss_first_to_last_pct"] == 25
    assert got["velocity_loss_best_to_last_pct"] == 40
    assert (got["counted"], got["not_counted"]) == (3, 1)
    assert "velocity_loss_first_to_last_pct" not in set_measures([cut(0, 40)])
    assert set_measures([]) == {"counted": 0, "not_counted": 0}


def test_holds_are_summed() -> None:
    report = reported(stick.plank(8.0), "plank")
    assert report.measures["held_s"] == pytest.approx(8.0, abs=0.3)


def test_the_sticking_region_lies_between_the_first_peak_and_the_lull() -> None:
    """A squat whose way up slows in the middle and speeds up again."""
    segment = lifted(stick.squat(1, noise=0.0, up_s=3.0), "squat").segments[0]
    smooth = segment_measures(segment, EXERCISES["squat"], None)
    assert "sticking_start_s" not in smooth
    t = segment.times_s
    up = np.clip((t - t[segment.leaves_turn("hip_height")]) / 3.0, 0, 1)
    low, high = np.nanmin(segment.values["shoulder_height"]), np.nanmax(segment.values["shoulder_height"])
    rises = low + (high - low) * (up - 0.12 * np.sin(4 * np.pi * up) / np.pi * 2)
    slowed = replace(segment, values={**segment.values, "shoulder_height": rises})
    stuck = segment_measures(slowed, EXERCISES["squat"], None)
    assert stuck["sticking_start_s"] < stuck["sticking_end_s"]
    share = (
        np.array([stuck["sticking_start_s"], stuck["sticking_end_s"]]) - t[segment.leaves_turn("hip_height")]
    ) / 3
    assert share == pytest.approx([0.25, 0.5], abs=0.12)


def test_what_the_clip_cut_off_is_left_out() -> None:
    whole = stick.squat(1, ends_s=1.2)
    late = whole.part(slice(round(2.2 * 30), None))
    cut = reported(late, "squat").segments[0]
    assert "descent_s" not in cut.measures
    assert cut.measures["concentric_s"] == pytest.approx(1.2, abs=0.2)
    assert all(np.isfinite(v) for v in cut.measures.values())
