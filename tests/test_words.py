"""Numbers, times and lists as people read them."""

from __future__ import annotations

import pytest

from formcheck import words


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (14.2, "deg", "14°"),
        (-4.6, "deg", "\u22125°"),
        (3.42, "%H", "3.4 % of height"),
        (0.823, "s", "0.82 s"),
        (0.301, "1", "0.30"),
        (42.0, "deg/s", "42°/s"),
        (0.25, "g", "0.25 g"),
        (float("nan"), "deg", "not seen"),
        (7.0, "people", "7.0 people"),
    ],
)
def test_values_have_units(value: float, unit: str, expected: str) -> None:
    assert words.with_unit(value, unit) == expected


@pytest.mark.parametrize(
    ("time_s", "expected"),
    [(0, "0:00.0"), (4.25, "0:04.2"), (59.99, "1:00.0"), (75.5, "1:15.5"), (3600, "60:00.0")],
)
def test_clock(time_s: float, expected: str) -> None:
    assert words.clock(time_s) == expected


def test_a_short_span_is_a_moment() -> None:
    assert words.span(2.0, 2.04) == "0:02.0"
    assert words.span(2.0, 3.0) == "0:02.0\u20130:03.0"


@pytest.mark.parametrize(
    ("names", "expected"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists(names: list[str], expected: str) -> None:
    assert words.listed(names) == expected


@pytest.mark.parametrize(
    ("name", "readable", "unit"),
    [
        ("descent_s", "descent", "s"),
        ("thigh_at_bottom_deg", "thigh at bottom", "deg"),
        ("mean_concentric_velocity_m_per_s", "mean concentric velocity", "m/s"),
        ("range_pct_height", "range", "%H"),
        ("counted", "counted", ""),
        ("hips-shoot-up", "hips shoot up", ""),
    ],
)
def test_measures_say_their_unit(name: str, readable: str, unit: str) -> None:
    assert (words.readable(name), words.measure_unit(name)) == (readable, unit)


def test_one_and_many() -> None:
    assert words.counted(1, "rep") == "1 rep"
    assert words.counted(0, "rep") == "0 reps"
