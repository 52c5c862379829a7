"""Cutting reps out of one made-up signal: hysteresis, pauses, attempts, both ends of a clip, gaps."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.exercises.deadlift import FROM_FLOOR
from formcheck.exercises.row import CUT as ROW
from formcheck.exercises.squat import CUT as SQUAT
from formcheck.reps import Guard, RepRule, Reps
from formcheck.segments import Segment, Span

FPS = 30
HIGH = RepRule(
    on="hip_height", sense=1, stir=0.035, reach=0.07, home=0.75, needs="back",
    phases=("down", "down", "bottom", "drive", "rise"), rest="top",
)  # fmt: skip
LOW = replace(
    HIGH, sense=-1, needs="away", phases=("break", "pull", "lockout", "lowering", "lowering"), rest="floor"
)


def path(*steps: tuple[float, float]) -> np.ndarray:
    """A signal that eases to each level in so many seconds: (seconds, level), from the first level on."""
    out, level = [], steps[0][1]
    for seconds, target in steps:
        p = np.arange(round(seconds * FPS)) / (seconds * FPS)
        out.append(level + (target - level) * (0.5 - 0.5 * np.cos(np.pi * p)))
        level = target
    return np.concatenate([*out, [level]])


def cut(y: np.ndarray, rule: RepRule = HIGH, **others: np.ndarray) -> tuple[list[Span], Reps]:
    cutter, found = Reps(rule), []
    for i, value in enumerate(y):
        found += cutter.push(i / FPS, {rule.on: float(value), **{k: float(v[i]) for k, v in others.items()}})
    return found + cutter.finish(), cutter


SQUATS = path((1, 0.5), (1, 0.2), (1, 0.5), (0.6, 0.5), (1, 0.22), (1, 0.5), (1, 0.5))


def test_reps_are_counted_with_their_start_turn_and_end() -> None:
    spans, _ = cut(SQUATS)
    assert [s.counted for s in spans] == [True, True]
    for span, start in zip(spans, (1.0, 3.6), strict=True):
        assert span.first / FPS == pytest.approx(start, abs=0.15)
        assert span.turn is not None
        assert span.turn / FPS == pytest.approx(start + 1, abs=0.05)
        assert span.end is not None
        assert span.end / FPS == pytest.approx(start + 2, abs=0.15)
        assert span.starts_whole


def test_a_signal_that_rests_low_gives_the_same_reps() -> None:
    high, _ = cut(SQUATS)
    low, _ = cut(1 - SQUATS, LOW)
    assert [(s.first, s.turn, s.end) for s in low] == [(s.first, s.turn, s.end) for s in high]
    assert [s.rests_high for s in low] == [False, False]


@pytest.mark.parametrize("wobble", [0.02, 0.034])
def test_movement_smaller_than_the_hysteresis_is_no_rep(wobble: float) -> None:
    assert cut(path((1, 0.5), *[(0.4, 0.5 - wobble), (0.4, 0.5)] * 5))[0] == []


def test_a_dip_that_does_not_reach_is_no_attempt() -> None:
    assert cut(path((1, 0.5), (0.7, 0.5 - 0.06), (0.7, 0.5), (1, 0.5)))[0] == []


@pytest.mark.parametrize("pause", [0.0, 1.0, 3.0])
def test_a_pause_at_the_bottom_is_part_of_the_rep(pause: float) -> None:
    still = [(pause, 0.2)] if pause else []
    spans, _ = cut(path((1, 0.5), (1, 0.2), *still, (1, 0.5), (1, 0.5)))
    assert [s.counted for s in spans] == [True]


def test_a_bounce_at_the_bottom_is_one_rep_with_its_lowest_turn() -> None:
    spans, _ = cut(path((1, 0.5), (1, 0.22), (0.3, 0.27), (0.3, 0.2), (1, 0.5), (1, 0.5)))
    assert [s.counted for s in spans] == [True]
    assert spans[0].turn is not None
    assert spans[0].turn / FPS == pytest.approx(2.6, abs=0.05)


def test_reps_without_a_rest_between_them_are_counted_apart() -> None:
    spans, _ = cut(path((1, 0.5), *[(0.7, 0.2), (0.7, 0.5)] * 6, (0.5, 0.5)))
    assert [s.counted for s in spans] == [True] * 6
    assert all(a.last <= b.first + 1 for a, b in itertools.pairwise(spans))


def test_an_attempt_that_does_not_get_up_keeps_its_first_turn_and_is_not_counted() -> None:
    spans, _ = cut(path((1, 0.5), (1, 0.2), (1, 0.35), (1, 0.19), (1, 0.19)))
    assert [(s.counted, s.note, s.judged) for s in spans] == [(False, "not completed", True)]
    assert spans[0].turn is not None
    assert spans[0].turn / FPS == pytest.approx(2.0, abs=0.1)


def test_a_clip_that_begins_half_way_gives_a_rep_marked_so() -> None:
    spans, _ = cut(path((0.5, 0.2), (1, 0.5), (1, 0.5)))
    assert [(s.counted, s.starts_whole) for s in spans] == [(True, False)]


def test_a_clip_that_ends_half_way_gives_an_attempt_without_an_end() -> None:
    spans, _ = cut(path((1, 0.5), (1, 0.2), (0.6, 0.4)))
    assert [(s.counted, s.end, s.note) for s in spans] == [(False, None, "not completed")]


def test_of_a_lift_from_the_floor_the_way_up_is_enough() -> None:
    spans, _ = cut(path((1, 0.4), (1, 0.8), (0.3, 0.8)), LOW)
    assert [(s.counted, s.end) for s in spans] == [(True, None)]
    assert spans[0].turn is not None


def test_going_down_to_a_bar_is_not_judged_as_lowering_it() -> None:
    spans, _ = cut(path((1, 0.8), (1, 0.4), (1, 0.4)), LOW)
    assert [(s.counted, s.judged) for s in spans] == [(False, False)]
    assert "without a lift" in spans[0].note


@pytest.mark.parametrize(("gap", "counted"), [(1.0, [True]), (1.5, [False])])
def test_a_long_gap_in_what_was_seen_ends_the_rep(gap: float, counted: list[bool]) -> None:
    y = path((1, 0.5), (1, 0.2), (2, 0.2), (1, 0.5), (1, 0.5))
    y[70 : 70 + round(gap * FPS)] = np.nan
    spans, _ = cut(y)
    assert [s.counted for s in spans][: len(counted)] == counted


def test_a_rep_too_quick_is_none_unless_the_clip_began_in_it() -> None:
    slow = replace(HIGH, shortest_s=2.5)
    assert [s.note for s in cut(SQUATS, slow)[0]] == ["too quick to be a rep"] * 2
    assert [s.counted for s in cut(path((0.1, 0.2), (1, 0.5), (1, 0.5)), slow)[0]] == [True]


def test_a_rep_too_slow_is_none() -> None:
    assert [s.note for s in cut(SQUATS, replace(HIGH, longest_s=1.0))[0]] == ["too slow to be a rep"] * 2


@pytest.mark.parametrize("event", ["start", "turn", "end"])
@pytest.mark.parametrize("attempt", [False, True])
def test_a_guard_says_why_a_movement_does_not_count(event: str, attempt: bool) -> None:
    guard = Guard("knee_angle", 90, 180, "sitting", attempt, event)  # type: ignore[arg-type]
    for angle, note in ((120.0, ""), (60.0, "sitting"), (np.nan, "knee angle could not be seen")):
        spans, _ = cut(SQUATS, replace(HIGH, guards=(guard,)), knee_angle=np.full(len(SQUATS), angle))
        assert [s.note for s in spans] == [note] * 2
        if note == "sitting":
            assert [s.judged for s in spans] == [attempt or event == "end"] * 2


def test_a_leading_height_moves_the_start_forward() -> None:
    """Hips rise from 1.0 s on, the shoulders only from 1.4 s on."""
    shoulders = path((1.4, 0.4), (1, 0.8), (1, 0.8))
    hips = path((1.0, 0.3), (1.4, 0.5), (1, 0.5))
    rule = replace(LOW, on="shoulder_height", leads="hip_height")
    led, _ = cut(shoulders, rule, hip_height=hips)
    alone, _ = cut(shoulders, replace(rule, leads=""))
    assert led[0].first / FPS == pytest.approx(1.0, abs=0.2)
    assert alone[0].first / FPS == pytest.approx(1.4, abs=0.15)


def test_a_lead_never_reaches_into_the_rep_before() -> None:
    y = path((1, 0.4), *[(0.6, 0.8), (0.6, 0.4)] * 4, (1, 0.4))
    spans, _ = cut(y, replace(LOW, leads="other"), other=y)
    assert len(spans) == 4
    assert all(a.end is not None and a.end <= b.first for a, b in itertools.pairwise(spans))


def segment_of(span: Span, y: np.ndarray, cutter: Reps) -> Segment:
    part = slice(span.first, span.last + 1)
    turn = None if span.turn is None else span.turn - span.first
    end = None if span.end is None else span.end - span.first
    values = {cutter.rule.on: y[part]}
    times = np.arange(len(y))[part] / FPS
    bare = Segment(
        span.kind, 0, times, values, np.array([]), turn, end, span.counted, rests_high=span.rests_high
    )
    return replace(bare, phase=cutter.label(bare))


def test_phases_follow_one_another_and_halve_each_way() -> None:
    spans, cutter = cut(SQUATS)
    segment = segment_of(spans[0], SQUATS, cutter)
    names = list(dict.fromkeys(segment.phase.tolist()))
    assert names == ["down", "bottom", "drive", "rise", "top"]
    drive_ends = np.flatnonzero(segment.phase == "drive")[-1]
    assert segment.values["hip_height"][drive_ends] == pytest.approx(0.35, abs=0.02)
    assert segment.phase[segment.turn] == "bottom"
    assert segment.phase[segment.end] == "rise"


def test_the_way_out_and_back_are_timed_from_rest_to_turn() -> None:
    y = path((1, 0.5), (0.8, 0.2), (1.5, 0.2), (1.2, 0.5), (1, 0.5))
    spans, cutter = cut(y)
    segment = segment_of(spans[0], y, cutter)
    out, back = segment.reaches_turn("hip_height"), segment.leaves_turn("hip_height")
    start, end = segment.event("start"), segment.event("end")
    assert None not in (out, back, start, end)
    t = segment.times_s
    assert t[out] - t[start] == pytest.approx(0.8, abs=0.2)
    assert t[end] - t[back] == pytest.approx(1.2, abs=0.25)
    assert t[back] - t[out] == pytest.approx(1.5, abs=0.25)


def test_what_an_open_rep_shows_stays_true() -> None:
    """Whatever phase peek gives a sample, the finished rep gives it too, and the first sample never moves."""
    for y in (
        SQUATS,
        path((1, 0.5), (1, 0.3), (0.4, 0.35), (0.8, 0.15), (0.4, 0.19), (0.3, 0.14), (1, 0.5), (1, 0.5)),
    ):
        cutter, told = Reps(HIGH), []
        spans: list[Span] = []
        for i, value in enumerate(y):
            spans += cutter.push(i / FPS, {"hip_height": float(value)})
            if span := cutter.peek():
                told.append((len(spans), span, segment_of(span, y, cutter)))
        spans += cutter.finish()
        assert told
        for number, span, segment in told:
            final = spans[number]
            assert span.first == final.first
            phases = segment_of(final, y, cutter).phase
            same = segment.phase == phases[: len(segment.phase)]
            assert (same | (segment.phase == "")).all()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(0.1, 0.6), min_size=4, max_size=14),
    st.integers(0, 50),
    st.sampled_from([SQUAT, FROM_FLOOR, ROW]),
)
def test_any_wandering_signal_gives_reps_in_order_that_do_not_overlap(
    levels: list[float], seed: int, rule: RepRule
) -> None:
    noise = np.random.default_rng(seed).normal(0, 0.002, 10_000)
    y = path(*[(0.5 + 0.5 * (i % 3), level) for i, level in enumerate(levels)])
    y = y + noise[: len(y)]
    names = {*Reps(rule).signals} - {rule.on}
    spans, _ = cut(y, rule, **{name: y for name in names})
    for span in spans:
        assert 0 <= span.first <= span.last < len(y)
        assert span.turn is None or span.first <= span.turn <= span.last
        assert span.end is None or span.first < span.end <= span.last
        assert span.counted != bool(span.note)
    assert all(b.first >= (a.end if a.end is not None else a.first) for a, b in itertools.pairwise(spans))


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_clips_of_a_few_frames_hold_no_rep(n: int) -> None:
    assert not any(span.counted for span in cut(np.linspace(0.5, 0.2, n))[0])


def test_nothing_seen_is_nothing_cut() -> None:
    assert cut(np.full(100, np.nan))[0] == []


LIFT = ((1.2, 0.5), (0.4, 0.5), (1.5, 0.2), (0.6, 0.2))


@pytest.mark.parametrize(("up_s", "counted"), [(0.5, 3), (2.0, 2)])
def test_standing_up_after_the_set_is_no_rep(up_s: float, counted: int) -> None:
    """A clip that ends at the lockout shows a lift; one that ends long after it, somebody standing."""
    spans, _ = cut(path((1, 0.2), *LIFT, *LIFT, (1.2, 0.5), (up_s, 0.5)), LOW)
    assert len(spans) == 3
    assert sum(s.counted for s in spans) == counted
    assert spans[-1].judged == (counted == 3)


def test_one_lift_that_is_not_lowered_counts() -> None:
    spans, _ = cut(path((1, 0.2), (1.2, 0.5), (3.0, 0.5)), LOW)
    assert [s.counted for s in spans] == [True]
