"""Lines, angles and free strokes drawn over a picture, as JSON: points are shares of its width and height.

A stroke is `{"kind": "line" | "angle" | "free", "points": [[x, y], ...]}`, x to the right, y down, 0..1.
An angle is three points, the corner in the middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from formcheck.errors import TrackError

POINTS = {"line": (2, 2), "angle": (3, 3), "free": (2, 400)}
"""Fewest and most points of each kind."""
MOST = 40
DIGITS = 4
WRONG = "A drawing is not one that formcheck makes; draw it again."


def checked(strokes: object) -> list[dict[str, Any]]:
    """The strokes, rounded, or a TrackError with a sentence when they are none."""
    if not isinstance(strokes, Sequence) or isinstance(strokes, str) or len(strokes) > MOST:
        raise TrackError(WRONG)
    return [_stroke(one) for one in strokes]


def _stroke(one: object) -> dict[str, Any]:
    kind = one.get("kind") if isinstance(one, dict) else None
    points = one.get("points") if isinstance(one, dict) else None
    if not isinstance(kind, str) or kind not in POINTS or not isinstance(points, list):
        raise TrackError(WRONG)
    fewest, most = POINTS[kind]
    if not fewest <= len(points) <= most:
        raise TrackError(WRONG)
    return {"kind": kind, "points": [_point(p) for p in points]}


def _point(point: object) -> list[float]:
    if not isinstance(point, list) or len(point) != 2:
        raise TrackError(WRONG)
    if not all(isinstance(x, int | float) and not isinstance(x, bool) and 0 <= x <= 1 for x in point):
        raise TrackError(WRONG)
    return [round(float(x), DIGITS) for x in point]
