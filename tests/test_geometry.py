"""Angles and distances of points one can draw on squared paper."""

from __future__ import annotations

from math import isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.geometry import along, angle_at, distance, elevation, inclination, midpoint, side_of_line

NOWHERE = (nan, nan)
points = st.tuples(st.floats(-100, 100), st.floats(-100, 100))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((1, 0), (-1, 0), 180),
        ((1, 0), (0, 1), 90),
        ((1, 0), (0, -1), 90),
        ((1, 0), (2, 0), 0),
        ((1, 0), (1, 1), 45),
    ],
)
def test_angle_at_the_origin(a: tuple[float, float], b: tuple[float, float], expected: float) -> None:
    assert angle_at(a, (0, 0), b) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("high", "expected"),
    [((0, 2), 0), ((1, 0), 90), ((-1, 0), -90), ((1, 1), 45), ((-1, 1), -45), ((0, -1), 180)],
)
def test_inclination_is_from_the_vertical_and_forward_is_positive(
    high: tuple[float, float], expected: float
) -> None:
    assert inclination((0, 0), high) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("b", "expected"), [((3, 0), 0), ((-3, 0), 0), ((1, 1), 45), ((-1, 1), 45), ((-1, -1), -45)]
)
def test_elevation_is_above_the_horizontal_whichever_way(b: tuple[float, float], expected: float) -> None:
    assert elevation((0, 0), b) == pytest.approx(expected)


@pytest.mark.parametrize(("a", "b"), [((0, 0), (4, 0)), ((4, 0), (0, 0))])
def test_above_a_line_is_positive_in_whichever_direction_it_is_drawn(
    a: tuple[float, float], b: tuple[float, float]
) -> None:
    assert side_of_line((2, 3), a, b) == pytest.approx(3)
    assert side_of_line((2, -1), a, b) == pytest.approx(-1)


def test_distance_midpoint_and_along() -> None:
    assert distance((1, 1), (4, 5)) == 5
    assert midpoint((0, 0), (2, 4)) == (1, 2)
    assert along((0, 0), (10, 20), 0.8) == (8, 16)
    assert along((0, 0), (10, 20), 1.5) == (15, 30)


def test_what_was_not_seen_stays_unseen() -> None:
    seen = (1.0, 2.0)
    for value in (
        angle_at(NOWHERE, (0, 0), seen), angle_at(seen, NOWHERE, (0, 0)), angle_at(seen, (0, 0), NOWHERE),
        inclination(NOWHERE, seen), elevation(seen, NOWHERE), distance(NOWHERE, seen),
        side_of_line(NOWHERE, (0, 0), (1, 0)), side_of_line(seen, NOWHERE, (1, 0)),
    ):  # fmt: skip
        assert isnan(value)


def test_two_points_in_one_place_have_no_direction() -> None:
    here = (1.0, 1.0)
    assert isnan(angle_at(here, here, (2, 2)))
    assert isnan(inclination(here, here))
    assert isnan(elevation(here, here))
    assert isnan(side_of_line((0, 0), here, here))


@given(points, points, points)
def test_an_angle_does_not_care_which_end_is_named_first(
    a: tuple[float, float], v: tuple[float, float], b: tuple[float, float]
) -> None:
    there, back = angle_at(a, v, b), angle_at(b, v, a)
    assert (isnan(there) and isnan(back)) or there == pytest.approx(back, abs=1e-6)
    assert isnan(there) or 0 <= there <= 180
