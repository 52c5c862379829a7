"""Takes: where a clip is cut, and where it only looks so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import stick

from formcheck.pose import PoseTrack
from formcheck.takes import split

TRACK = stick.squat(2)
N = len(TRACK)


def lengths(track: PoseTrack) -> list[int]:
    return [rows.stop - rows.start for rows in split(track)]


def test_one_set_is_one_take() -> None:
    assert lengths(TRACK) == [N]
    assert lengths(stick.walking()) == [240]
    assert lengths(stick.deadlift(lower_s=0.3)) == [len(stick.deadlift(lower_s=0.3))]


def test_a_cut_of_the_video_and_a_jump_of_the_picture_start_a_new_take() -> None:
    points = TRACK.points.copy()
    points[N // 2 :, :, 0] += 600
    for track in (
        replace(TRACK, points=points),
        replace(TRACK, shots=(np.arange(N) >= N // 2).astype(float)),
    ):
        assert lengths(track) == [N // 2, N - N // 2]


def test_a_tracker_that_is_lost_for_a_moment_is_no_cut() -> None:
    points = TRACK.points.copy()
    points[100:103] += [700, 0, 0]
    assert lengths(replace(TRACK, points=points)) == [N]


def test_somebody_who_walks_out_for_long_starts_a_new_take() -> None:
    for absent, takes in ((1.5, 1), (2.5, 2)):
        there = stick.standing()
        points = there.points.copy()
        points[100 : 100 + round(absent * 30)] = np.nan
        assert len(split(replace(there, points=points))) == takes


def test_frames_without_a_person_at_the_ends_are_left_out() -> None:
    points = TRACK.points.copy()
    points[:20] = points[-10:] = np.nan
    assert split(replace(TRACK, points=points)) == [slice(20, N - 10)]


def test_what_is_too_short_to_hold_a_rep_is_no_take() -> None:
    assert split(TRACK.part(slice(0, 14))) == []
    assert len(split(TRACK.part(slice(0, 17)))) == 1
    assert split(TRACK.part(slice(0, 0))) == []
