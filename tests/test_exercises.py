"""Every declaration is complete: what a coach reads, and what the engine needs."""

from __future__ import annotations

import re

import pytest

from formcheck.exercise import Exercise, Fault, Limit, level
from formcheck.exercises import EXERCISES
from formcheck.exercises.filming import FILMING
from formcheck.segments import Segment
from formcheck.signals import SIGNALS

LETTERS = {"squat": "SQ", "deadlift": "DL", "row": "RW", "plank": "PL"}
REGIONS = {1: "spine", 2: "hips and knees", 3: "tempo and range", 4: "symmetry"}
FAULTS = [(e, f) for e in EXERCISES.values() for f in e.faults]
UNITS = {"deg", "%H", "H", "%", "s", "g", "deg/s", "of the bar's travel", "of ankle gap"}
PHASES = {
    "squat": {"descent", "bottom", "drive", "rise", "top"},
    "deadlift": {"break", "pull", "lockout", "lowering", "bottom", "top"},
    "row": {"pull", "top", "return", "hang"},
    "plank": {"hold"},
}

each_fault = pytest.mark.parametrize(("exercise", "fault"), FAULTS, ids=[f.code for _, f in FAULTS])
each_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


def test_codes_are_unique_and_names_are_unique_within_an_exercise() -> None:
    codes = [f.code for _, f in FAULTS] + [p.code for p in FILMING]
    assert len(codes) == len(set(codes))
    for exercise in EXERCISES.values():
        names = [f.name for f in exercise.faults]
        assert len(names) == len(set(names))


@each_fault
def test_the_code_says_exercise_and_region(exercise: Exercise, fault: Fault) -> None:
    match = re.fullmatch(r"([A-Z]+)(\d)\d\d", fault.code)
    assert match
    assert match[1] == LETTERS[exercise.name]
    assert int(match[2]) in REGIONS


@pytest.mark.parametrize("problem", FILMING, ids=lambda p: p.code)
def test_filming_problems_are_declared_like_faults(problem: object) -> None:
    assert re.fullmatch(r"CAM[1-4]\d\d", problem.code)  # type: ignore[attr-defined]
    for text in ("title", "see", "why", "cue", "source"):
        assert getattr(problem, text).strip(), text


@each_fault
def test_the_words_are_all_there(exercise: Exercise, fault: Fault) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", fault.name)
    assert fault.title.strip()
    for text in (fault.see, fault.why, fault.cue, fault.source, fault.cannot_tell):
        assert text.strip().endswith("."), text
    assert len(fault.cue) <= 80, "a cue is said between two reps"


@each_fault
def test_limits_are_ordered_in_known_units_over_known_signals(exercise: Exercise, fault: Fault) -> None:
    assert fault.limits
    assert fault.signals <= set(SIGNALS)
    assert fault.signals <= exercise.signals
    for limit in fault.limits:
        assert limit.unit in UNITS
        assert limit.fault is None or (limit.fault > limit.warn) == limit.more_is_worse


@each_fault
def test_phases_and_variants_exist(exercise: Exercise, fault: Fault) -> None:
    assert set(fault.during) <= PHASES[exercise.name]
    assert set(fault.variants) <= set(exercise.variants)
    assert fault.for_s >= 0.15, "shorter than the flag rule"


@each_exercise
def test_an_exercise_says_how_to_film_it_and_what_it_is(exercise: Exercise) -> None:
    assert EXERCISES[exercise.name] is exercise
    for text in (exercise.title, exercise.about, exercise.film_it):
        assert text.strip()
    for measure in exercise.measures:
        assert re.search(r"_(deg|s|pct_height|m_per_s)$", measure.name), "a measure ends in its unit"
    for variant in exercise.variants or ("",):
        assert set(exercise.cut(variant).signals) <= set(SIGNALS)


@each_exercise
def test_each_cut_is_a_new_cutter(exercise: Exercise) -> None:
    variant = next(iter(exercise.variants), "")
    assert exercise.cut(variant) is not exercise.cut(variant)


def test_a_fault_level_on_the_wrong_side_of_the_warn_level_is_refused() -> None:
    with pytest.raises(ValueError, match="wrong side of warn"):
        Limit(level("knee_angle"), warn=10, fault=5, unit="deg")
    with pytest.raises(ValueError, match="wrong side of warn"):
        Limit(level("knee_angle"), warn=10, fault=15, unit="deg", more_is_worse=False)


def test_a_view_is_the_same_from_in_front_and_from_behind() -> None:
    for _, fault in FAULTS:
        assert fault.view.allows(20) == fault.view.allows(-20)
        assert fault.view.low <= fault.view.high
        assert fault.view.move or (fault.view.low, fault.view.high) == (0, 90)


@pytest.mark.parametrize("name", LETTERS)
def test_every_watch_answers_on_a_segment_in_which_nothing_was_seen(name: str) -> None:
    import numpy as np

    exercise, n = EXERCISES[name], 30
    nothing = {s: np.full(n, np.nan) for s in exercise.signals}
    segment = Segment("rep", 0, np.arange(n) / 30, nothing, np.full(n, "pull"), turn=10, end=29, counted=True)
    for fault in exercise.faults:
        for limit in fault.limits:
            value = np.asarray(limit.watch.of(segment))
            assert np.isnan(value).all() or "time of" in limit.watch.words or not value.any()
