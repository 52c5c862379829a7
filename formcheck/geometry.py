"""Angles and distances between points of a plane: plain numbers in, plain numbers out, no state.

A point is (x, y) with y up. Angles are degrees. NaN in, NaN out. Scalars rather than arrays on purpose:
one frame has a few dozen angles, and `math` is ten times faster than numpy on a single number.
"""

from __future__ import annotations

from math import atan2, degrees, hypot, isnan, nan

Point = tuple[float, float]


def angle_at(a: Point, vertex: Point, b: Point) -> float:
    """Included angle a-vertex-b, 0..180 (180 is straight)."""
    ux, uy, vx, vy = a[0] - vertex[0], a[1] - vertex[1], b[0] - vertex[0], b[1] - vertex[1]
    if isnan(ux + uy + vx + vy) or (ux == uy == 0) or (vx == vy == 0):
        return nan
    return degrees(atan2(abs(ux * vy - uy * vx), ux * vx + uy * vy))


def inclination(low: Point, high: Point) -> float:
    """Angle of the line low -> high from the vertical, -180..180: 0 upright, 90 points along +x."""
    dx, dy = high[0] - low[0], high[1] - low[1]
    if isnan(dx + dy) or dx == dy == 0:
        return nan
    return degrees(atan2(dx, dy))


def elevation(a: Point, b: Point) -> float:
    """Angle of the line a -> b above the horizontal, -90..90, whichever way it points sideways."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    if isnan(dx + dy) or dx == dy == 0:
        return nan
    return degrees(atan2(dy, abs(dx)))


def distance(a: Point, b: Point) -> float:
    """Length of the line a-b in the unit of the points."""
    return hypot(b[0] - a[0], b[1] - a[1])


def midpoint(a: Point, b: Point) -> Point:
    """The point half-way between a and b."""
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def along(a: Point, b: Point, share: float) -> Point:
    """The point `share` of the way from a to b (0 is a, 1 is b; beyond is allowed)."""
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


def side_of_line(p: Point, a: Point, b: Point) -> float:
    """Signed height of p above the line through a and b (y up), in the unit of the points."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = hypot(dx, dy)
    if isnan(length) or length == 0:
        return nan
    across = ((p[1] - a[1]) * dx - (p[0] - a[0]) * dy) / length
    return across if dx >= 0 else -across
