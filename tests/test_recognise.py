"""Which exercise a clip shows, or none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import stick

from formcheck.analysis import examine
from formcheck.errors import ConfigError
from formcheck.options import Options
from formcheck.pose import PoseTrack
from formcheck.report import Report

SHOWN: dict[str, tuple[Callable[[], PoseTrack], str, str]] = {
    "squat": (stick.squat, "squat", ""),
    "bodyweight squat": (lambda: stick.squat(hands="front"), "squat", ""),
    "shallow squat": (lambda: stick.squat(depth=0.7), "squat", ""),
    "squat from the front": (lambda: stick.squat(yaw=90), "squat", ""),
    "squat from behind": (lambda: stick.squat(yaw=-90), "squat", ""),
    "one squat": (lambda: stick.squat(1), "squat", ""),
    "deadlift": (stick.deadlift, "deadlift", "conventional"),
    "deadlift without the approach": (lambda: stick.deadlift(approach=False), "deadlift", "conventional"),
    "deadlift to the left": (lambda: stick.deadlift(facing=-1), "deadlift", "conventional"),
    "romanian": (stick.romanian, "deadlift", "romanian"),
    "row": (stick.row, "row", ""),
    "row, cut to the pulls": (lambda: stick.row(stands=False), "row", ""),
    "forearm plank": (stick.plank, "plank", "forearm"),
    "high plank": (lambda: stick.plank(high=True), "plank", "high"),
    "standing": (stick.standing, "none", ""),
    "walking": (stick.walking, "none", ""),
    "curling": (stick.curling, "none", ""),
    "sitting": (stick.sitting, "none", ""),
}


def report(track: PoseTrack, exercise: str = "auto") -> Report:
    return examine(track, Options(exercise=exercise)).report


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_shown_is_recognised(name: str) -> None:
    build, exercise, variant = SHOWN[name]
    got = report(build())
    assert (got.exercise, got.variant) == (exercise, variant)
    if exercise == "none":
        assert (got.exercise_confidence, got.segments, got.faults) == (0.0, (), ())
    else:
        assert got.exercise_confidence > 0.5


@pytest.mark.parametrize("wanted", ["squat", "deadlift", "row", "plank"])
def test_what_the_caller_says_is_believed(wanted: str) -> None:
    got = report(stick.squat(1), wanted)
    assert (got.exercise, got.exercise_confidence) == (wanted, 1.0)


@pytest.mark.parametrize(
    ("word", "hint"), [("squats", "did you mean 'squat'"), ("yoga", "choose auto, squat")]
)
def test_an_unknown_exercise_is_an_error_with_a_hint(word: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=hint):
        report(stick.standing(1.0), word)
