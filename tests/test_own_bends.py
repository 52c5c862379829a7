"""A set is found wherever in the take the lifter bends without a load to show the own back."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import pytest
import stick
from test_back import hinging, joined, toe_touch

from formcheck.analysis import examine
from formcheck.calibration import calibrate
from formcheck.pose import PoseTrack


def strolling() -> PoseTrack:
    """Some steps away, and back to the same place."""
    away = stick.walking(8.0).part(slice(120, None))
    back = [replace(p, time_s=away.times_s[-1] + (i + 1) / 30) for i, p in enumerate(reversed(list(away)))]
    return PoseTrack.stack([*away, *back])


def lifting_off() -> PoseTrack:
    """Two deadlifts, and upright again without the bar, for longer than at a lockout."""
    track = stick.deadlift(reps=2)
    rise = reversed(list(track.part(slice(0, 96))))
    up = PoseTrack.stack([replace(p, time_s=i / 30) for i, p in enumerate(rise)])
    return reduce(joined, [track, up, stick.standing(1.0)])


LIFTS = {
    "squat": lambda: stick.squat(reps=2),
    "deadlift": lifting_off,
    "romanian": lambda: stick.romanian(reps=2),
    "row": lambda: stick.row(reps=2),
}
BENDS = {"toe-touch": toe_touch, "hinge": lambda: hinging(0.85, 0.12)}
REST = {"stand": lambda: stick.standing(15.0), "walk": strolling}
COURSES = {
    "stands long before": "stand bend lift",
    "stands long after": "bend lift stand",
    "stands long between": "bend stand lift",
    "walks about": "bend walk lift",
    "bends after it": "stand lift bend",
    "bends amid it": "lift bend lift",
}


@pytest.mark.parametrize("course", COURSES)
@pytest.mark.parametrize("bend", BENDS)
@pytest.mark.parametrize("lift", LIFTS)
def test_a_set_is_found_wherever_the_own_bend_is(lift: str, bend: str, course: str) -> None:
    parts = {**REST, "bend": BENDS[bend], "lift": LIFTS[lift]}
    names = COURSES[course].split()
    track = reduce(joined, [parts[name]() for name in names])
    calibration = calibrate(track)
    assert calibration is not None
    assert len(calibration.back.unloaded_s) == 1
    report = examine(track).report
    assert report.exercise == ("deadlift" if lift == "romanian" else lift)
    assert len(report.counted) == 2 * names.count("lift")


@pytest.mark.parametrize("course", ["stand bend plank", "bend plank", "plank stand bend"])
def test_a_plank_is_found_wherever_the_own_bend_is(course: str) -> None:
    parts = {**REST, "bend": BENDS["hinge"], "plank": stick.plank}
    report = examine(reduce(joined, [parts[name]() for name in course.split()])).report
    assert (report.exercise, [c.kind for c in report.counted]) == ("plank", ["hold"])


@pytest.mark.parametrize("lift", LIFTS)
def test_a_hinge_done_again_is_no_rep_either(lift: str) -> None:
    bend, again = BENDS["hinge"], [BENDS["hinge"](), stick.standing(2.0), BENDS["toe-touch"]()]
    report = examine(reduce(joined, [bend(), *again, LIFTS[lift]()])).report
    assert len(report.counted) == 2
