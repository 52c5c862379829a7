"""From a track to a report, also when there is next to nothing in the track."""

from __future__ import annotations

from pathlib import Path

import factories
import numpy as np
import pytest
import stick

import formcheck
from formcheck.analysis import Rows, analyze, examine
from formcheck.exercises import EXERCISES
from formcheck.options import Options
from formcheck.pose import PoseTrack, nobody
from formcheck.views.text import text


@pytest.mark.parametrize("exercise", ["auto", *EXERCISES])
@pytest.mark.parametrize("frames", [0, 1, 2, 3])
def test_a_clip_of_a_few_frames_is_no_set(exercise: str, frames: int) -> None:
    examined = examine(stick.squat(1).part(slice(0, frames)), Options(exercise=exercise))
    assert examined.report.segments == ()
    assert examined.report.faults == ()
    assert len(examined.signals.times_s) == frames


@pytest.mark.parametrize("exercise", ["auto", *EXERCISES])
def test_nobody_in_the_picture_is_said(exercise: str) -> None:
    track = PoseTrack.stack([nobody(i / 30, (640, 480)) for i in range(90)])
    report = examine(track, Options(exercise=exercise)).report
    assert report.segments == ()
    assert "CAM101" in {f.code for f in report.findings}
    assert report.coverage["person_share"] == 0


def test_the_signals_lie_on_the_clock_of_the_track_and_name_their_segment() -> None:
    track = stick.squat(2)
    examined = examine(track)
    table = examined.signals
    np.testing.assert_array_equal(table.times_s, track.times_s)
    for cut in examined.report.segments:
        inside = (table.times_s >= cut.start_s) & (table.times_s <= cut.end_s)
        assert (table.segment[inside] == cut.index).all()
        assert set(table.phase[inside]) == {p.name for p in cut.phases}


def test_two_takes_are_numbered_on() -> None:
    """Two sets with a cut between them: the segments are numbered through, in time order."""
    a, b = stick.squat(2), stick.squat(1, start_s=60.0, at=(300.0, 60.0))
    both = PoseTrack.stack([*a, *b])
    report = examine(both).report
    assert [c.index for c in report.counted] == [0, 1, 2]
    assert report.segments[-1].start_s > 60
    assert "CAM402" in {f.code for f in report.findings}


def test_a_track_a_file_and_keywords_give_the_same_report(tmp_path: Path) -> None:
    track = stick.squat(1, hips_shoot_up=15)
    track.save(tmp_path / "pose.npz")
    direct, read = analyze(track, exercise="squat"), analyze(str(tmp_path / "pose.npz"), exercise="squat")
    assert {f.code for f in direct.faults} == {f.code for f in read.faults} >= {"SQ101"}
    assert read.source == "pose.npz"
    assert formcheck.analyze is analyze


def test_rows_grow_and_read_back() -> None:
    rows = Rows(2)
    for i in range(2000):
        rows.append(float(i), np.array([i, -i]))
    np.testing.assert_array_equal(rows.times_s, np.arange(2000))
    np.testing.assert_array_equal(rows.values, np.column_stack([np.arange(2000), -np.arange(2000)]))


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a\nb.mp4", "a b.mp4"), ("\udcff.mp4", r"\udcff.mp4"), ("\x1b[31m.mp4", r"\x1b[31m.mp4")],
)
def test_the_name_of_the_video_can_be_written_and_shown(name: str, shown: str) -> None:
    report = examine(stick.squat(1), source=name).report
    assert report.source == shown
    assert text(report).encode().startswith(shown.encode())


def test_levels_say_of_every_judged_rep_which_limit_would_flag_it() -> None:
    track = factories.squatting()
    found = examine(track, Options(exercise="squat"))
    assert found.levels
    for fault in EXERCISES["squat"].faults:
        first = fault.limits[0]
        for index, at in found.levels.get(fault.code, {}).items():
            flagged = any(f.code == fault.code and f.segment == index for f in found.report.findings)
            assert flagged == (at > first.warn if first.more_is_worse else at < first.warn)
        step = 0.01 if first.more_is_worse else -0.01
        for beyond in (-step, step):  # a little stricter than the level flags it, a little laxer does not
            for index, at in found.levels.get(fault.code, {}).items():
                again = examine(track, Options(exercise="squat", limits={fault.code: (at + beyond, None)}))
                hit = any(f.code == fault.code and f.segment == index for f in again.report.findings)
                assert hit == (beyond == -step)
