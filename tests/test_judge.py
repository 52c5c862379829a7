"""Judging one fault in one segment: for how long, against which noise, and why not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.body import Reference
from formcheck.calibration import Calibration
from formcheck.exercise import (
    FRONT,
    SIDE,
    Fault,
    Limit,
    acceleration,
    at,
    beyond_standing,
    change,
    departure,
    drift,
    level,
    seconds_back,
    seconds_out,
    share_of_travel,
    speed,
    swing,
    tilt,
)  # fmt: skip
from formcheck.judge import judge, level_of, worst_held
from formcheck.options import Options
from formcheck.report import Finding, Unseen
from formcheck.segments import Segment

FPS = 30
SIDE_ON = Calibration(Reference(1, "left", 500.0), 0.0, {"trunk_inclination": 3.0}, {})
LEAN = Limit(level("trunk_inclination"), 40, 50, "deg")


def fault(*limits: Limit, **changes: object) -> Fault:
    fields = {"view": SIDE, "limits": limits or (LEAN,), **changes}
    words = dict.fromkeys(("title", "see", "why", "cue", "source", "cannot_tell"), "A word.")
    return Fault(code="SQ199", name="a-fault", severity=2, **words, **fields)  # type: ignore[arg-type]


def segment(values: object, fps: float = FPS, **changes: object) -> Segment:
    """A rep with this trunk (or these signals), turning in the middle; phases out, in."""
    columns = values if isinstance(values, dict) else {"trunk_inclination": values}
    columns = {name: np.asarray(v, dtype=float) for name, v in columns.items()}
    n = len(next(iter(columns.values())))
    phase = np.where(np.arange(n) < n // 2, "out", "in")
    fields = {"turn": n // 2, "end": n - 1, "counted": True, "phase": phase, **changes}
    return Segment("rep", 0, np.arange(n) / fps, columns, **fields)  # type: ignore[arg-type]


def verdict(answer: object) -> str:
    return answer.verdict if isinstance(answer, Finding) else "unseen" if isinstance(answer, Unseen) else "ok"


def judged(declared: Fault, s: Segment, calibration: Calibration = SIDE_ON, **options: object) -> str:
    return verdict(judge(declared, s, calibration, Options(**options)))  # type: ignore[arg-type]


def spike(frames: int, height: float = 60.0, n: int = 60) -> np.ndarray:
    y = np.full(n, 20.0)
    y[20 : 20 + frames] = height
    return y


# ---- the flag rule ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("frames", "expected"), [(3, "ok"), (4, "ok"), (5, "fault"), (30, "fault")])
def test_a_state_counts_from_150_ms_on(frames: int, expected: str) -> None:
    assert judged(fault(), segment(spike(frames))) == expected


@pytest.mark.parametrize(("frames", "expected"), [(2, "ok"), (3, "fault")])
def test_at_few_frames_a_second_it_takes_three_frames(frames: int, expected: str) -> None:
    assert judged(fault(), segment(spike(frames), fps=12)) == expected


def test_a_state_may_have_to_last_longer() -> None:
    assert judged(fault(for_s=1.0), segment(spike(25))) == "ok"
    assert judged(fault(for_s=1.0), segment(spike(31))) == "fault"


@pytest.mark.parametrize(
    ("height", "expected"), [(39.9, "ok"), (40.1, "warn"), (49.9, "warn"), (50.1, "fault")]
)
def test_the_limits_are_where_they_are(height: float, expected: str) -> None:
    assert judged(fault(), segment(spike(10, height))) == expected
    less = Limit(level("trunk_inclination"), -40, -50, "deg", more_is_worse=False)
    assert judged(fault(less), segment(-spike(10, height))) == expected


@pytest.mark.parametrize(("noise", "expected"), [(0.0, "fault"), (4.9, "fault"), (5.1, "warn"), (10.1, "ok")])
def test_the_excess_must_be_more_than_twice_the_noise(noise: float, expected: str) -> None:
    calibration = replace(SIDE_ON, noise={"trunk_inclination": noise})
    assert judged(fault(), segment(spike(10, 60.0)), calibration) == expected


def test_the_noise_of_a_length_says_nothing_about_a_time() -> None:
    slow = Limit(seconds_out("hip_height"), 1.5, 0.5, "s", more_is_worse=False)
    calibration = replace(SIDE_ON, noise={"hip_height": 5.0})
    y = 0.5 - 0.2 * np.sin(np.linspace(0, np.pi, 60))
    assert judged(fault(slow), segment({"hip_height": y}), calibration) == "warn"


def test_a_finding_says_value_limit_time_and_how_sure() -> None:
    found = judge(fault(), segment(spike(10, 55.0)), SIDE_ON, Options())
    assert isinstance(found, Finding)
    assert (found.value, found.limit, found.unit, found.segment) == (55.0, 50, "deg", 0)
    assert 20 / FPS <= found.start_s < found.end_s <= 30 / FPS
    assert found.confidence == 0.75
    barely = judge(fault(), segment(spike(10, 40.1)), SIDE_ON, Options())
    assert isinstance(barely, Finding)
    assert barely.confidence < 0.55


@pytest.mark.parametrize(
    ("hidden", "height", "expected"),
    [(20, 51.0, "fault"), (30, 51.0, "warn"), (30, 65.0, "fault"), (44, 65.0, "warn")],
)
def test_what_is_hardly_seen_is_a_warning_at_most(hidden: int, height: float, expected: str) -> None:
    y = np.full(60, height)
    y[60 - hidden :] = np.nan
    s = segment(y, phase=np.repeat(["out", "in"], [16, 44]))
    assert judged(fault(during=("out",)), s) == expected


def test_only_the_phases_named_are_watched() -> None:
    assert judged(fault(during=("out",)), segment(spike(8))) == "fault"
    assert judged(fault(during=("in",)), segment(spike(8))) == "ok"


# ---- several limits -----------------------------------------------------------------------------------

KNEE = Limit(level("knee_angle"), 90, 70, "deg", more_is_worse=False)


@pytest.mark.parametrize(
    ("trunk", "knee", "expected"),
    [
        (60, 60, "fault"), (60, 80, "warn"), (45, 60, "warn"), (60, 120, "ok"), (20, 60, "ok"),
        (60, np.nan, "unseen"), (20, np.nan, "ok"),
    ],
)  # fmt: skip
def test_all_limits_must_be_broken(trunk: float, knee: float, expected: str) -> None:
    s = segment({"trunk_inclination": np.full(60, float(trunk)), "knee_angle": np.full(60, knee)})
    assert judged(fault(LEAN, KNEE), s) == expected


# ---- unseen ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("yaw", "expected"), [(0, "fault"), (29, "fault"), (-29, "fault"), (31, "unseen"), (-80, "unseen")]
)
def test_a_side_fault_is_judged_from_the_side_only(yaw: float, expected: str) -> None:
    calibration = replace(SIDE_ON, yaw_deg=float(yaw))
    assert judged(fault(), segment(spike(10)), calibration) == expected
    turned = segment({"trunk_inclination": spike(10), "yaw": np.full(60, float(yaw))})
    assert judged(fault(), turned) == expected, "the segment's own camera angle counts"


def test_a_front_fault_is_judged_from_the_front_and_from_behind_only() -> None:
    for yaw, expected in ((0, "unseen"), (45, "unseen"), (60, "fault"), (-90, "fault")):
        assert judged(fault(view=FRONT), segment(spike(10)), replace(SIDE_ON, yaw_deg=float(yaw))) == expected


def why(declared: Fault, s: Segment, calibration: Calibration = SIDE_ON) -> str:
    answer = judge(declared, s, calibration, Options())
    assert isinstance(answer, Unseen)
    assert answer.segments == (0,)
    return answer.why


def test_each_reason_is_said_in_words() -> None:
    hidden = spike(10)
    hidden[10:50] = np.nan
    assert "film from the side" in why(fault(), segment(spike(10)), replace(SIDE_ON, yaw_deg=70.0))
    assert "50 frames a second" in why(fault(min_fps=50), segment(spike(10)))
    assert "hip and shoulder in sight" in why(fault(), segment(hidden))
    assert "does not show the drive" in why(fault(during=("drive",)), segment(spike(10)))
    assert "does not show the end" in why(
        fault(Limit(at("trunk_inclination", "end"), 5, None, "deg")), segment(spike(10), end=None)
    )
    standing = fault(Limit(beyond_standing("trunk_inclination"), -5, -10, "deg", more_is_worse=False))
    assert "never seen standing still" in why(standing, segment(spike(10)), replace(SIDE_ON, standing={}))
    assert "shorter than 1 s" in why(fault(for_s=1.0), segment(np.full(20, 60.0)))


def test_forty_five_frames_a_second_pass_for_fifty() -> None:
    assert judged(fault(min_fps=50), segment(spike(30), fps=46)) == "fault"
    assert judged(fault(min_fps=50), segment(spike(30), fps=44)) == "unseen"


@pytest.mark.parametrize(("hidden", "expected"), [(0.3, "fault"), (0.5, "unseen")])
def test_a_phase_is_judged_when_most_of_it_was_seen(hidden: float, expected: str) -> None:
    y = np.full(60, 60.0)
    y[: round(hidden * 60)] = np.nan
    assert judged(fault(), segment(y)) == expected


# ---- what a limit can watch -----------------------------------------------------------------------------

T = np.arange(60) / FPS


def read(watch: object, s: Segment) -> float:
    """Worst value of a watch."""
    return float(np.nanmax(np.asarray(watch.of(s))))  # type: ignore[attr-defined]


def test_watches_by_hand() -> None:
    ramp = segment(
        {"a": T, "b": 2 * T, "hip_height": 0.5 - np.sin(np.pi * T / T[-1]) * 0.2}, standing={"a": 0.5}
    )
    assert read(level("a"), ramp) == pytest.approx(T[-1])
    assert read(change("a", "turn"), ramp) == pytest.approx(T[-1] - T[30])
    assert read(departure("a", "turn"), ramp) == pytest.approx(T[30])
    assert read(beyond_standing("a"), ramp) == pytest.approx(T[-1] - 0.5)
    assert read(tilt("a"), segment({"a": -T})) == pytest.approx(T[-1])
    assert read(at("a", "turn"), ramp) == pytest.approx(1.0)
    assert read(speed("b"), ramp) == pytest.approx(2.0)
    assert read(swing("a"), ramp) == pytest.approx(0.9 * T[-1])
    rests_after = segment({"a": np.where(T[40] < T, 9, T)}, end=40)
    assert read(swing("a"), rests_after) == pytest.approx(0.9 * T[40]), "standing up after a row is no bounce"
    assert read(share_of_travel("a", "b"), ramp) == pytest.approx(0.5)
    assert read(drift("a", 0.5), ramp) == pytest.approx(T[-1] - T[:16].mean())
    assert read(seconds_out("hip_height"), ramp) == pytest.approx(1.0, abs=0.15)
    assert read(seconds_back("hip_height"), ramp) == pytest.approx(1.0, abs=0.15)


def test_acceleration_is_in_g_of_a_lifter_of_middling_height() -> None:
    """Half a g of a 1.75 m lifter, in statures."""
    t = np.arange(120) / 60
    height = 0.5 * (0.5 * 9.81 / 1.75) * t**2
    s = segment({"a": height}, fps=60)
    assert read(acceleration("a", "turn", 0.3, 0.3), s) == pytest.approx(0.5, abs=0.01)


def test_an_acceleration_at_the_start_uses_the_moment_before() -> None:
    t = np.arange(-18, 60) / 60
    height = np.where(t > 0, 0.5 * (0.5 * 9.81 / 1.75) * t**2, 0.0)
    alone = segment({"a": height[18:]}, fps=60)
    whole = replace(alone, before_s=t[:18], before={"a": height[:18]})
    watch = acceleration("a", "start", 0.1, 0.02)
    assert np.isnan(float(np.asarray(watch.of(alone))))
    assert 0 < read(watch, whole) < 0.5


def test_a_share_of_a_tiny_movement_says_nothing() -> None:
    still = segment({"a": T, "b": 0.001 * T})
    assert np.isnan(np.asarray(share_of_travel("a", "b").of(still)))


# ---- the worst level held -------------------------------------------------------------------------------


def test_a_gap_interrupts_what_was_held() -> None:
    t = np.concatenate([np.arange(5) / 30, 1 + np.arange(5) / 30])
    level_held, _, _ = worst_held(t, np.full(10, 7.0), 0.3)
    assert np.isnan(level_held)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-5, 5), max_size=40), st.sampled_from([0.05, 0.15, 0.5]), st.integers(0, 20))
def test_the_worst_level_held_is_what_a_slow_search_finds(values: list[int], for_s: float, seed: int) -> None:
    times = np.cumsum(
        np.random.default_rng(seed).choice([0.02, 0.033, 0.3], len(values), p=[0.45, 0.45, 0.1])
    )
    best = np.nan
    for i in range(len(values)):
        for j in range(i + 2, len(values)):
            steps = np.diff(times[i : j + 1])
            if times[j] - times[i] >= for_s - 0.02 - 1e-12 and (steps <= 0.25).all():
                best = np.fmax(best, min(values[i : j + 1]))
    got, start, end = worst_held(times, np.array(values, dtype=float), for_s)
    np.testing.assert_equal(got, best)
    assert np.isnan(got) or end - start >= for_s - 0.02 - 1e-12


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.floats(0, 80), min_size=30, max_size=30), limit=st.floats(-20, 100),
    more=st.booleans(), for_s=st.floats(0, 0.5),
)  # fmt: skip
def test_the_level_of_a_rep_is_the_limit_that_only_just_does_not_flag_it(values, limit, more, for_s) -> None:
    watched = fault(replace(LEAN, more_is_worse=more, fault=None), for_s=for_s)
    rep, options = segment(values), Options(limits={"SQ199": (limit, None)})
    at = level_of(watched, rep, SIDE_ON, options)
    assert at is not None
    flagged = isinstance(judge(watched, rep, SIDE_ON, options), Finding)
    if abs(at - limit) > 1e-9:
        assert flagged == (limit < at if more else limit > at)


def test_there_is_no_level_where_nothing_can_be_judged_or_another_limit_lets_it_pass() -> None:
    rep = segment([60.0] * 30)
    unsteady = replace(SIDE_ON, noise={"trunk_inclination": 3.0})
    assert level_of(fault(LEAN), rep, unsteady, Options()) == 54.0
    assert level_of(fault(LEAN, view=FRONT), rep, SIDE_ON, Options()) is None
    assert level_of(fault(LEAN), segment([np.nan] * 30), SIDE_ON, Options()) is None
    passes = replace(LEAN, warn=70, fault=80)
    assert level_of(fault(LEAN, passes), rep, SIDE_ON, Options()) is None
