"""Running the engine over a stick figure's set, and for every fault a pair: must flag, must not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import stick

from formcheck.analysis import Analysis
from formcheck.calibration import calibrate
from formcheck.exercise import Fault
from formcheck.exercises import EXERCISES
from formcheck.options import Options
from formcheck.pose import PoseTrack

Builder = Callable[..., PoseTrack]


def lifted(track: PoseTrack, exercise: str, variant: str = "", options: Options | None = None) -> Analysis:
    """The engine after a whole take of a known exercise."""
    calibration = calibrate(track)
    assert calibration is not None
    analysis = Analysis(EXERCISES[exercise], calibration, options, variant)
    for pose in track:
        analysis.push(pose)
    analysis.close()
    return analysis


def fault(code: str) -> Fault:
    """The declaration of a fault."""
    return next(f for e in EXERCISES.values() for f in e.faults if f.code == code)


@dataclass(frozen=True)
class Pair:
    """Sets with a fault of a size that warns, that is a fault, and that is just inside the limit.

    one_rep: only the second of three reps has the fault, so that nothing but that rep may be flagged.
    """

    code: str
    exercise: str
    build: Builder
    silent: Mapping[str, Any]
    warn: Mapping[str, Any] | None = None
    fault: Mapping[str, Any] | None = None
    film: Mapping[str, Any] = field(default_factory=dict)
    variant: str = ""
    one_rep: bool = True

    def run(self, size: Mapping[str, Any]) -> Analysis:
        """The engine after the set with a fault of this size."""
        reps = {"faulty": (1,)} if self.one_rep else {}
        return lifted(self.build(**size, **reps, **self.film), self.exercise, self.variant)


FRONT = {"yaw": 90}
FAST = {"fps": 60}
FLOOR = {"variant": "conventional"}
PLANK = {"variant": "forearm", "one_rep": False}


def sizes(name: str, silent: float, warn: float | None, fault: float | None = None) -> dict[str, Any]:
    """The three sizes of one keyword of a builder."""
    given = {"silent": silent, "warn": warn, "fault": fault}
    return {verdict: {name: size} for verdict, size in given.items() if size is not None}


def squat(code: str, name: str, *size: float | None, **more: Any) -> Pair:
    return Pair(code, "squat", stick.squat, **sizes(name, *size), **more)  # type: ignore[arg-type]


def deadlift(code: str, name: str, *size: float | None, **more: Any) -> Pair:
    return Pair(code, "deadlift", stick.deadlift, **sizes(name, *size), **FLOOR, **more)  # type: ignore[arg-type]


def romanian(code: str, name: str, *size: float | None, **more: Any) -> Pair:
    return Pair(code, "deadlift", stick.romanian, **sizes(name, *size), variant="romanian", **more)  # type: ignore[arg-type]


def row(code: str, name: str, *size: float | None, **more: Any) -> Pair:
    return Pair(code, "row", stick.row, **sizes(name, *size), **more)  # type: ignore[arg-type]


def plank(code: str, name: str, *size: float | None, **more: Any) -> Pair:
    return Pair(code, "plank", stick.plank, **sizes(name, *size), **{**PLANK, **more})  # type: ignore[arg-type]


PAIRS: tuple[Pair, ...] = (
    #                                    silent  warn  fault
    squat("SQ101", "hips_shoot_up", 6, 9.5, 15),
    squat("SQ102", "leans_forward", 11, 17, 25),
    squat("SQ103", "leans_back", 4.5, 7.5, 13),
    squat("SQ104", "bar_forward", 3.0, 4.6, 6.5),
    squat("SQ105", "head", 56, 70),
    squat("SQ201", "heels_lift", 10, 13, 19),
    squat("SQ202", "knees_cave", 30, 41, 53, film=FRONT),
    squat("SQ301", "down_s", 1.15, 0.7, 0.3, one_rep=False),
    squat("SQ302", "bounce", 0.55, 0.75, 1.2, film=FAST, one_rep=False),
    squat("SQ401", "shift", 11, 16, film=FRONT),
    squat("SQ402", "tilt", 4.5, 7.3, 12, film=FRONT),
    deadlift("DL102", "bar_drift", 3.7, 5, 7.5),
    romanian("DL102", "bar_drift", 3.7, 5, 7.5),
    deadlift("DL103", "hips_shoot_up", 4.5, 8, 15),
    deadlift("DL104", "leans_back", 4.5, 7.5, 13),
    romanian("DL104", "leans_back", 4.5, 7.5, 13),
    deadlift("DL105", "head", 53, 60),
    deadlift("DL106", "bar_far", 6.5, 8, 12, one_rep=False),
    deadlift("DL201", "trunk_at_floor", 48, 42, 32, one_rep=False),
    deadlift("DL202", "trunk_at_floor", 75, 80, one_rep=False),
    deadlift("DL203", "arms_bend", 13, 19, 30),
    deadlift("DL301", "pull_s", 0.8, 0.68, 0.48, film=FAST, one_rep=False),
    deadlift("DL302", "lower_s", 1.1, 0.8, 0.4, one_rep=False),
    deadlift("DL303", "short_of_lockout", 14, 20),
    deadlift("DL401", "bar_tilt", 3.6, 5.5, 10, film=FRONT),
    deadlift("DL402", "shift", 11, 16, film=FRONT),
    row("RW101", "torso_rises", 11, 15, 23),
    row("RW102", "body_lifts", 11, 15, 26),
    row("RW103", "trunk_bent", 47, 42, one_rep=False),
    row("RW104", "bar_forward", 9, 12, one_rep=False),
    row("RW105", "twist", 12, 17, 28, film={"yaw": 60}),
    row("RW106", "head", 52, 60),
    row("RW201", "knees_bounce", 13, 19, 30),
    row("RW301", "jerk", 35, 58, 105),
    plank("PL101", "bend", -7.5, -11, -18),
    plank("PL102", "bend", 18.5, 25, 38),
    plank("PL103", "sink", 4.5, 7, 12.5),
    plank("PL104", "head", 23, 30, 45),
    plank("PL105", "arms_slant", 14, 19, 28),
    plank("PL106", "arms_slant", 11, 15, 23, variant="high", film={"high": True}),
    plank("PL201", "knees", 167, 158, 145),
    plank("PL401", "hips_twist", 3, 5, 9, film={"yaw": 42}),
)
