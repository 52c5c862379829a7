"""The check before the set: every item turns red for its own reason, by the limits of the report."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import stick

from formcheck.calibration import calibrate
from formcheck.exercises import EXERCISES
from formcheck.exercises.filming import filming_problems
from formcheck.live.setting_up import ITEMS, NOTHING_YET, can_start, check, first_advice
from formcheck.pose import J, PoseTrack

FEET = [J[f"{s}_{j}"] for s in ("left", "right") for j in ("heel", "foot", "ankle")]


def standing(**film: object) -> PoseTrack:
    return replace(bright := stick.squat(1, **film).part(slice(0, 30)), brightness=bright.people * 0 + 0.5)


def items(track: PoseTrack) -> dict[str, bool | None]:
    return {item.key: item.ok for item in check(track, calibrate(track))}


def without(track: PoseTrack, joints: list[int]) -> PoseTrack:
    seen = track.seen.copy()
    seen[:, joints] = 0.1
    return replace(track, seen=seen)


def test_a_good_place_is_green_all_over() -> None:
    track = standing()
    assert set(items(track).values()) == {True}
    found = check(track, calibrate(track))
    assert can_start(found)
    assert first_advice(found) == ""


GOOD = standing()
CASES = {
    "whole-body": without(GOOD, FEET),
    "distance": standing(stature=150.0),
    "side-on": standing(yaw=50),
    "light": replace(GOOD, brightness=GOOD.brightness * 0.1),
    "frames": standing(fps=12),
    "people": replace(GOOD, people=GOOD.people + 1),
    "steady": replace(GOOD, points=GOOD.points + np.random.default_rng(0).normal(0, 20, (30, 1, 3))),
}


@pytest.mark.parametrize("key", CASES)
def test_each_item_turns_red_for_its_own_reason(key: str) -> None:
    found = check(CASES[key], calibrate(CASES[key]))
    assert [item.key for item in found if item.ok is False] == [key]
    assert next(item.words for item in found if item.key == key).endswith(".")
    assert can_start(found) == (key not in ("whole-body", "distance"))


@pytest.mark.parametrize("key", CASES)
def test_the_report_says_the_same(key: str) -> None:
    track = CASES[key]
    calibration = calibrate(track)
    assert calibration is not None
    problems = {f.code for f in filming_problems(track, [calibration], EXERCISES["squat"])}
    assert problems & set(ITEMS[key])


def test_nobody_there() -> None:
    empty = replace(GOOD, points=GOOD.points * np.nan, people=GOOD.people * 0)
    found = items(empty)
    assert found["person"] is False
    assert found["whole-body"] is found["side-on"] is None
    assert not can_start(NOTHING_YET)
