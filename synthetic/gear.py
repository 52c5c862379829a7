"""Barbells, plates, dumbbells and boxes as surfaces."""

from __future__ import annotations

from math import cos, pi, radians, sin

import numpy as np

from synthetic.body import Array
from synthetic.pose import turn
from synthetic.render import Surface

STEEL = (0.42, 0.42, 0.44)
RUBBER = (0.03, 0.03, 0.033)
RED = (0.30, 0.03, 0.03)
BAR_RADIUS_M, SLEEVE_RADIUS_M = 0.014, 0.025
BAR_HALF_M, INNER_HALF_M = 1.08, 0.655  # an Olympic bar is 2.2 m long with 1.31 m between the collars
PLATE_THICK_M = 0.05
PLATE_RADII_M = {28: 0.14, 35: 0.175, 45: 0.225}  # plate size in centimetres -> radius


def lathe(
    profile: list[tuple[float, float]], colour: tuple[float, float, float], around: int = 28
) -> Surface:
    """Surface of revolution about X: profile of (x, radius); a repeated point makes a sharp edge."""
    x, r = np.array(profile).T
    angles = np.arange(around) * 2 * pi / around
    points = np.stack([
        np.repeat(x[:, None], around, 1), r[:, None] * np.cos(angles), r[:, None] * np.sin(angles),
    ], axis=-1)  # fmt: skip
    triangles = []
    for i in range(len(profile) - 1):
        for j in range(around):
            a, b = i * around + j, i * around + (j + 1) % around
            triangles += [[a, a + around, b], [b, a + around, b + around]]
    flat = points.reshape(-1, 3)
    return Surface(flat, np.array(triangles)[:, ::-1].copy(), np.tile(colour, (len(flat), 1)))


def merged(parts: list[Surface]) -> Surface:
    """One surface of many, normals left open."""
    offsets = np.cumsum([0, *[len(p.vertices) for p in parts]])
    return Surface(
        np.concatenate([p.vertices for p in parts]),
        np.concatenate([p.triangles + o for p, o in zip(parts, offsets[:-1], strict=True)]),
        np.concatenate([p.colours for p in parts]),
    )


def disc(x0: float, x1: float, radius: float, colour: tuple[float, float, float]) -> Surface:
    """A plate with a raised rim, between x0 and x1."""
    rim, dip = radius * 0.82, (x1 - x0) * 0.25
    bevel = 0.006
    profile = [
        (x0, 0.0), (x0, 0.05), (x0, 0.05), (x0 + dip, 0.055), (x0 + dip, 0.055), (x0 + dip, rim),
        (x0 + dip, rim), (x0, rim + 0.004), (x0, rim + 0.004), (x0, radius - bevel), (x0 + bevel, radius),
        (x0 + bevel, radius), (x1 - bevel, radius), (x1 - bevel, radius), (x1, radius - bevel),
        (x1, rim + 0.004), (x1, rim + 0.004), (x1 - dip, rim), (x1 - dip, rim), (x1 - dip, 0.055),
        (x1 - dip, 0.055), (x1, 0.05), (x1, 0.05), (x1, 0.0),
    ]  # fmt: skip
    return lathe(profile, colour, 40)


def barbell(plate_cm: int = 28, plates: int = 1, colour: tuple[float, float, float] = RUBBER) -> Surface:
    """A bar along X, its middle at the origin, with plates on both ends."""
    parts = [lathe([(-INNER_HALF_M, BAR_RADIUS_M), (INNER_HALF_M, BAR_RADIUS_M)], STEEL, 12)]
    for s in (-1, 1):
        ends = sorted((s * INNER_HALF_M, s * BAR_HALF_M))
        parts.append(lathe([
            (ends[0], 0), (ends[0], SLEEVE_RADIUS_M), (ends[0], SLEEVE_RADIUS_M), (ends[1], SLEEVE_RADIUS_M),
            (ends[1], SLEEVE_RADIUS_M), (ends[1], 0),
        ], STEEL, 16))  # fmt: skip
        parts.append(disc(*sorted((s * (INNER_HALF_M - 0.03), s * INNER_HALF_M)), 0.035, STEEL))
        for k in range(plates):
            inner = INNER_HALF_M + k * (PLATE_THICK_M + 0.003)
            edges = sorted((s * inner, s * (inner + PLATE_THICK_M)))
            parts.append(disc(edges[0], edges[1], PLATE_RADII_M[plate_cm], colour))
    return merged(parts)


def dumbbell() -> Surface:
    """A hexagonal dumbbell along X."""
    parts = [lathe([(-0.07, 0.016), (0.07, 0.016)], STEEL, 12)]
    for s in (-1, 1):
        a, b = sorted((s * 0.065, s * 0.15))
        parts.append(
            lathe(
                [
                    (a, 0),
                    (a, 0.055),
                    (a, 0.055),
                    (a + 0.01, 0.065),
                    (b - 0.01, 0.065),
                    (b, 0.055),
                    (b, 0.055),
                    (b, 0),
                ],
                RUBBER,
                6,
            )
        )
    return merged(parts)


def kettlebell() -> Surface:
    """A kettlebell, held at the two horns of its handle, whose middle is at the origin."""
    turns = np.linspace(0, pi, 13)
    middle, radius = -0.13, 0.085
    ball = lathe([(middle + radius * -cos(a), radius * sin(a)) for a in turns], RUBBER, 24)
    upright = Surface(ball.vertices[:, [1, 0, 2]], ball.triangles[:, ::-1].copy(), ball.colours)
    parts = [upright]
    for a, b in zip(turns[:-1:2], turns[2::2], strict=True):
        ends = [np.array([-0.075 * cos(x), 0.075 * sin(x) - 0.06, 0.0]) for x in (a, b)]
        parts.append(_rod(ends[0], ends[1], 0.016))
    return merged(parts)


def _rod(start: Array, end: Array, radius: float) -> Surface:
    """A round steel rod between two points."""
    length = float(np.linalg.norm(end - start))
    rod = lathe([(0, 0.0), (0, radius), (length, radius), (length, 0.0)], STEEL, 10)
    x = (end - start) / length
    y = np.cross([0.0, 0, 1], x)
    return Surface(rod.vertices @ np.stack([x, y, np.cross(x, y)]) + start, rod.triangles, rod.colours)


def placed(surface: Surface, at: Array, tilt_deg: float = 0.0, spin_deg: float = 0.0) -> Surface:
    """The surface moved to `at`; tilt about Z (left end up), spin about Y."""
    r = turn(np.array([0.0, 1, 0]), spin_deg) @ turn(np.array([0.0, 0, 1]), tilt_deg)
    return Surface(surface.vertices @ r.T + at, surface.triangles, surface.colours)


def box(
    middle: tuple[float, float, float],
    size: tuple[float, float, float],
    colour: tuple[float, float, float],
    spin_deg: float = 0.0,
) -> Surface:
    """A box standing in the room, sides with their own corners so that edges stay sharp."""
    corners, triangles = [], []
    for axis in range(3):
        for side in (-1.0, 1.0):
            u, v = np.eye(3)[(axis + 1) % 3], np.eye(3)[(axis + 2) % 3]
            n = side * np.eye(3)[axis]
            k = len(corners)
            corners += [n - u - v, n + u - v, n + u + v, n - u + v]
            faces = [[k, k + 1, k + 2], [k, k + 2, k + 3]]
            triangles += faces if side > 0 else [f[::-1] for f in faces]
    a = radians(spin_deg)
    r = np.array([[cos(a), 0, sin(a)], [0, 1, 0], [-sin(a), 0, cos(a)]])
    points = np.array(corners) * np.array(size) / 2 @ r.T + np.array(middle)
    return Surface(points, np.array(triangles), np.tile(colour, (len(points), 1)))


def blocks(height: float, z: float, half: float = INNER_HALF_M + PLATE_THICK_M / 2) -> Surface:
    """Two wooden blocks that plates smaller than 45 cm lie on, top at `height` metres."""
    return merged([box((s * half, height / 2, z), (0.16, height, 0.26), (0.23, 0.14, 0.07)) for s in (-1, 1)])
