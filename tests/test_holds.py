"""Cutting holds: a posture that is kept for two seconds."""

from __future__ import annotations

import numpy as np
import pytest

from formcheck.holds import HoldRule, Holds
from formcheck.segments import Span

RULE = HoldRule(gates={"incline": (-20, 40), "elbow": (0.07, 0.3)}, still={"hips": 0.06}, breaks=("elbow",))
FPS = 30


def cut(seconds: float, incline: object = 10.0, elbow: object = 0.2, hips: object = 0.3) -> list[Span]:
    t = np.arange(0, seconds, 1 / FPS)
    columns = {"incline": incline, "elbow": elbow, "hips": hips}
    table = {k: np.broadcast_to(v(t) if callable(v) else v, len(t)) for k, v in columns.items()}
    cutter, found = Holds(RULE), []
    for i, time_s in enumerate(t):
        found += cutter.push(float(time_s), {k: float(v[i]) for k, v in table.items()})
    return found + cutter.finish()


def held(spans: list[Span]) -> list[tuple[float, float]]:
    return [(s.first / FPS, s.last / FPS) for s in spans]


def test_a_posture_kept_to_the_end_of_the_clip_is_a_hold_without_an_end() -> None:
    spans = cut(10)
    assert held(spans) == [(pytest.approx(0, abs=0.1), pytest.approx(10, abs=0.1))]
    assert (spans[0].counted, spans[0].end, spans[0].starts_whole) == (True, None, False)


@pytest.mark.parametrize(("seconds", "holds"), [(1.9, 0), (2.2, 1)])
def test_it_counts_from_two_seconds_on(seconds: float, holds: int) -> None:
    assert len(cut(seconds)) == holds


def test_it_begins_when_the_posture_is_taken_and_ends_when_it_is_left() -> None:
    spans = cut(12, incline=lambda t: np.where((t > 3) & (t < 8), 10.0, 80.0))
    assert held(spans) == [(pytest.approx(3, abs=0.1), pytest.approx(8, abs=0.1))]
    assert spans[0].end == spans[0].last
    assert spans[0].starts_whole


@pytest.mark.parametrize(("away", "holds"), [(0.8, 1), (1.5, 2)])
def test_leaving_it_for_a_moment_does_not_end_it(away: float, holds: int) -> None:
    assert len(cut(12, incline=lambda t: np.where((t > 5) & (t < 5 + away), 60.0, 10.0))) == holds


@pytest.mark.parametrize(("off", "holds"), [(0.1, 1), (0.5, 2)])
def test_a_hand_off_the_floor_ends_it_at_once(off: float, holds: int) -> None:
    assert len(cut(12, elbow=lambda t: np.where((t > 5) & (t < 5 + off), 0.0, 0.2))) == holds


def test_not_being_seen_for_a_moment_is_not_leaving_it() -> None:
    assert len(cut(12, elbow=lambda t: np.where((t > 5) & (t < 5.8), np.nan, 0.2))) == 1


def test_hips_that_move_up_and_down_are_no_hold() -> None:
    assert cut(10, hips=lambda t: 0.3 + 0.05 * np.sin(2 * np.pi * t)) == []
    assert len(cut(10, hips=lambda t: 0.3 + 0.01 * t)) == 1
