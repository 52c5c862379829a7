"""From the joints of a take, smoothed as the signals are, to postures in metres.

A row holds x, y of every joint of `spine_load.Posture` in the lifter's own axes and statures, so it can go
through the same smoother as the signals. In metres x is 0 over the middle of the foot (where it was seen).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formcheck.body import Body, Reference
from formcheck.spine_load import JOINTS, Posture

Array = NDArray[np.float64]

WIDTH = 2 * len(JOINTS)

CURVE_S = 0.12  # half the window over which an acceleration is read: a parabola through what lies there
CURVE_POINTS = 7  # fewer points make a second derivative mostly noise

STANDING_EAR_TO_ANKLE = 0.89  # of stature (Drillis & Contini 1966, from memory: ear 0.93, ankle 0.039)
UPRIGHT_DEG, STRAIGHT_LEG = 12.0, 0.985  # standing: trunk within this, hip to ankle this much of the leg
FEWEST = 5  # frames of standing that make a median


def columns(body: Body) -> list[float]:
    """One row: the joints of a body, x and y in turn."""
    points = (body.grip() if joint == "grip" else body(joint) for joint in JOINTS)
    return [c for point in points for c in point]


def postures(rows: Array, reference: Reference, height_m: float) -> Posture:
    """The postures of smoothed rows (T, WIDTH)."""
    middle = reference.midfoot_x if np.isfinite(reference.midfoot_x) else 0.0
    floor = reference.floor_y if np.isfinite(reference.floor_y) else 0.0
    points = (rows.reshape(len(rows), len(JOINTS), 2) - np.array([middle, floor])) * height_m
    return Posture(**{joint: points[:, i] for i, joint in enumerate(JOINTS)})


def acceleration(times_s: Array, heights: Array) -> Array:
    """Second derivative (T,) of heights over times, from a parabola over +-0.12 s; NaN if not to be told."""
    rows, near = _windows(times_s, CURVE_S)
    x, y = times_s[rows] - times_s[:, None], heights[rows]
    used = near & np.isfinite(y)
    sides = ((x <= -CURVE_S / 2) & used).any(axis=1) & ((x >= CURVE_S / 2) & used).any(axis=1)
    enough = sides & (used.sum(axis=1) >= CURVE_POINTS)
    out = np.full(len(times_s), np.nan)
    if enough.any():
        out[enough] = 2 * _parabolas(x[enough] / CURVE_S, np.where(used, y, 0.0)[enough], used[enough])
    return out / CURVE_S**2


def running_median(times_s: Array, values: Array, half_s: float) -> Array:
    """Median (T,) of the seen values within +-half_s; NaN where the value itself was not seen."""
    rows, near = _windows(times_s, half_s)
    seen = np.isfinite(values)
    out = np.full(len(times_s), np.nan)
    if seen.any():
        out[seen] = np.nanmedian(np.where(near, values[rows], np.nan)[seen], axis=1)
    return out


def _windows(times_s: Array, half_s: float) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Rows around each row, (T, K), and which of them exist and lie within half_s."""
    n = len(times_s)
    step = float(np.median(np.diff(times_s))) if n > 1 else half_s
    reach = max(1, int(np.ceil(half_s / max(step, 1e-3))))
    near = np.arange(n)[:, None] + np.arange(-reach, reach + 1)[None, :]
    rows = np.clip(near, 0, n - 1)
    inside = (near == rows) & (np.abs(times_s[rows] - times_s[:, None]) <= half_s + 1e-9)
    return rows, inside


def _parabolas(x: Array, y: Array, used: NDArray[np.bool_]) -> Array:
    """Quadratic coefficient of the least-squares parabola of each row."""
    powers = np.where(used[..., None], x[..., None] ** np.arange(3), 0.0)
    normal = np.einsum("tki,tkj->tij", powers, powers)
    right = np.einsum("tki,tk->ti", powers, y)
    return np.asarray(np.linalg.solve(normal, right[..., None])[:, 2, 0])


def ear_to_ankle(posture: Posture) -> float:
    """Ear over ankle in upright standing over what a stature makes of it; NaN if never seen standing.

    For postures in statures. 1.03: 3 % longer than the trunk and legs say.
    """
    leg = np.linalg.norm(posture.hip - posture.knee, axis=-1)
    leg = leg + np.linalg.norm(posture.knee - posture.ankle, axis=-1)
    with np.errstate(invalid="ignore"):
        upright = np.abs(posture.trunk_deg) < UPRIGHT_DEG
        straight = posture.hip[:, 1] - posture.ankle[:, 1] > STRAIGHT_LEG * leg
    tall = (posture.ear - posture.ankle)[upright & straight, 1]
    tall = tall[np.isfinite(tall)]
    return float(np.median(tall)) / STANDING_EAR_TO_ANKLE if len(tall) >= FEWEST else float("nan")
