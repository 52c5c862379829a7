"""What is said live: worst first, one at a time, two seconds, once a rep, silence when all is well, stop."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.exercises import EXERCISES
from formcheck.live.cues import AGAIN_S, HELD_S, STOP, Coach
from formcheck.report import Finding

FAULTS = {f.code: f for e in EXERCISES.values() for f in e.faults}
STEP_S = 1 / 15


def finding(code: str, segment: int, verdict: str = "warn") -> Finding:
    fault = FAULTS[code]
    return Finding(code, fault.name, verdict, fault.severity, segment, 1.0, 0.5, "deg", 0.0, 1.0, fault.cue)  # type: ignore[arg-type]


def heard(steps: list[list[Finding]], kind: str = "rep", step_s: float = STEP_S) -> list[tuple[float, Coach]]:
    """The coach after every moment."""
    coach, out = Coach(kind=kind), []
    for i, findings in enumerate(steps):
        coach = coach.hear(findings, i * step_s)
        out.append((i * step_s, coach))
    return out


def during(code: str, segment: int, seconds: float, verdict: str = "warn") -> list[list[Finding]]:
    return [[finding(code, segment, verdict)]] * round(seconds / STEP_S)


def quiet(seconds: float) -> list[list[Finding]]:
    return [[]] * round(seconds / STEP_S)


def test_silence_when_all_is_well() -> None:
    assert all(coach.cue is None for _, coach in heard(quiet(30)))


def test_a_cue_stays_two_seconds_and_goes_when_it_is_over() -> None:
    shown = [t for t, c in heard(quiet(1) + during("SQ101", 0, 0.3) + quiet(5)) if c.cue]
    assert shown[-1] - shown[0] == pytest.approx(HELD_S, abs=1.5 * STEP_S)


def test_the_worst_comes_first() -> None:
    both = [[finding("SQ202", 0), finding("SQ101", 0), finding("SQ201", 0, "fault")]]
    cue = heard(both)[0][1].cue
    assert cue is not None
    assert cue.code == "SQ201"


def test_a_rep_has_one_cue_even_if_something_worse_comes() -> None:
    steps = during("SQ202", 0, 3) + during("SQ101", 0, 3, "fault") + quiet(1)
    assert [c.code for c in heard(steps)[-1][1].told] == ["SQ202"]


def test_what_is_certain_when_the_rep_is_over_is_said_in_the_next() -> None:
    steps = [*quiet(3), [finding("SQ301", 0)], *quiet(1), *during("SQ101", 1, 2)]
    assert [c.code for c in heard(steps)[-1][1].told] == ["SQ301", "SQ101"]


def test_two_grave_faults_say_stop_and_nothing_else_any_more() -> None:
    steps = during("SQ106", 0, 1, "fault") + quiet(3) + during("SQ106", 1, 1, "fault") + quiet(3)
    steps += during("SQ201", 2, 3, "fault")
    out = heard(steps)
    assert [c.code for c in out[-1][1].told] == ["SQ106", STOP]
    first = next(i for i, (_, c) in enumerate(out) if c.stop)
    assert all(c.stop and c.cue is not None and c.cue.code == STOP for _, c in out[first:])


@pytest.mark.parametrize(
    "steps",
    [
        during("SQ106", 0, 5, "fault"),  # once
        during("SQ106", 0, 1) + quiet(2) + during("SQ106", 1, 1),  # warnings
        during("SQ201", 0, 1, "fault") + quiet(2) + during("SQ201", 1, 1, "fault"),  # not grave
    ],
)
def test_less_does_not_say_stop(steps: list[list[Finding]]) -> None:
    assert FAULTS["SQ106"].severity == 3 > FAULTS["SQ201"].severity
    assert not any(c.stop for _, c in heard(steps))


def test_in_a_hold_a_cue_comes_again_only_after_a_while() -> None:
    told = heard(during("PL101", 0, 3 * AGAIN_S - 1), "hold")[-1][1].told
    assert [round(c.frame_s) for c in told] == [0, round(AGAIN_S), round(2 * AGAIN_S)]


CODES = sorted(FAULTS)
SEEN = st.tuples(st.sampled_from(CODES), st.sampled_from(["warn", "fault"]))
MOMENTS = st.lists(st.tuples(st.integers(0, 2), st.lists(SEEN, max_size=3)), max_size=120)


@settings(max_examples=150, deadline=None)
@given(MOMENTS, st.sampled_from([0.04, 0.1, 0.5]))
def test_whatever_is_found_the_rules_hold(moments, step_s: float) -> None:
    segment, steps = 0, []
    for forward, found in moments:
        segment += forward == 2
        steps.append([finding(code, segment, verdict) for code, verdict in found])
    out = heard(steps, step_s=step_s)
    told = out[-1][1].told if out else ()
    plain = [c for c in told if c.code != STOP]
    gaps = [b.frame_s - a.frame_s for a, b in itertools.pairwise(plain)]
    assert all(gap >= HELD_S - 1e-9 for gap in gaps), "each is kept two seconds"
    said_in = [{f.segment for f in steps[round(c.frame_s / step_s)] if f.code == c.code} for c in plain]
    assert len(said_in) == len({min(s) for s in said_in if s}), "never two in a rep"
    grave = {f.segment for found in steps for f in found if f.verdict == "fault" and f.severity == 3}
    assert any(c.code == STOP for c in told) == (len(grave) >= 2)
    for time_s, coach in out:
        assert coach.cue is None or coach.cue.frame_s <= time_s
        assert coach.told[: len(coach.told)] == told[: len(coach.told)], "nothing said is taken back"


@pytest.mark.parametrize("code", CODES)
def test_every_cue_can_be_said_in_two_seconds(code: str) -> None:
    words = FAULTS[code].spoken
    assert len(words.split()) <= 6
    assert len(words) <= 34
    assert words.endswith(".")
