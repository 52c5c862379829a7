"""Mask and joints -> `BackProfile`: where the outline of the trunk runs, the only place a mask is looked at.

        o shoulder (s = 1)
    ____|                    From every station s of the line hip -> shoulder a ray goes out square to it, on
   /    |  --> ray, depth    both sides. Where the mask falls below one half is the edge, read between pixels.
  |     |                    A station whose edge is that of an arm, or beyond the picture, has no depth.
   \\____|
        o hip (s = 0)

Lengths are in trunk lengths (mid-hip to mid-shoulder); pixels are those of the displayed picture, y up.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.back import ARMS_HANG_DEG
from formcheck.pose import BLURRED, HIDDEN_BY_ARM, HIDDEN_BY_FRAME, NO_EDGE, SEEN, STATIONS, BackProfile, J

Array = NDArray[np.float64]
Mask = NDArray[np.float32]

DEEPEST = 0.62  # trunk lengths; the outline is looked for this far from the line: heavy bodies have 0.45
STEP = 0.01  # between samples of a ray, trunk lengths; the edge itself is read between samples
EDGE, INSIDE, OUTSIDE = 0.5, 0.85, 0.15  # mask values of the edge, and between which its width is taken
SHORTEST_TRUNK_PX = 12.0  # of the mask; smaller people have no outline
# An edge that fades out over more than this, in trunk lengths, is a guess (rendered: 0.02 to 0.03;
# grey on grey 0.04 to 0.08, and a back that read 15 degrees too round)
BLURRED_FROM = 0.045
ARM_SEEN = 0.5  # visibility from which an arm's joint is believed
# Trunk lengths: an edge this near to the middle of an arm is its own, half a strong arm with its sleeve.
# 0.11 for the upper arm took strong rendered arms for backs: hinges were 5.6 degrees off instead of 4.2
ARM_REACH = {("shoulder", "elbow"): 0.16, ("elbow", "wrist"): 0.11, ("wrist", "index"): 0.08}
# Arms that hang along an upright trunk would hide all of it: there it is half a usual arm
HANGING_REACH = ARM_REACH | {("shoulder", "elbow"): 0.11, ("elbow", "wrist"): 0.09}
DELTOID = 0.2  # the first part of the upper arm is always next to the outline of the shoulder


def outline(mask: Mask, points: Array, seen: Array, size: tuple[int, int]) -> BackProfile | None:
    """The outline of the trunk; None when the trunk is too small or its joints are not there.

    mask: (H, W) 0..1, the whole picture at any resolution; points: (33, 3) pixels, y up; size: width, height.
    """
    scale = mask.shape[1] / size[0]
    at = np.column_stack((points[:, 0], size[1] - points[:, 1])) * scale  # mask pixels, y down
    hip = (at[J["left_hip"]] + at[J["right_hip"]]) / 2
    axis = (at[J["left_shoulder"]] + at[J["right_shoulder"]]) / 2 - hip
    trunk = float(np.hypot(*axis))
    if not trunk >= SHORTEST_TRUNK_PX:
        return None
    left = np.array([axis[1], -axis[0]])  # a trunk length to the left of the line, y down
    feet = hip + STATIONS[:, None] * axis
    normals = np.array([left, -left])
    depths = np.arange(0.0, DEEPEST, STEP)
    rays = feet[None, :, None] + depths[:, None] * normals[:, None, None]  # (2, 41, K, 2)
    values = _read(mask, rays)
    depth, width = _edges(values, depths)
    blocked = np.where(np.isnan(depth), NO_EDGE, SEEN).astype(np.uint8)
    blocked[width > BLURRED_FROM] = BLURRED
    ends = feet[None] + np.where(np.isnan(depth), DEEPEST, depth)[..., None] * normals[:, None]
    blocked[_outside(ends, mask)] = HIDDEN_BY_FRAME
    blocked[(blocked == SEEN) & _on_an_arm(ends, at, seen, axis)] = HIDDEN_BY_ARM
    hidden = blocked != SEEN
    soft = [np.median(w[~h]) if not h.all() else DEEPEST for w, h in zip(width, hidden, strict=True)]
    return BackProfile(np.where(hidden, np.nan, depth), blocked, np.array(soft))


def _read(mask: Mask, at: Array) -> NDArray[np.float32]:
    """Mask values at points (..., 2), bilinear; the last pixel goes on beyond the picture."""
    flat = at.astype(np.float32).reshape(-1, at.shape[-2], 2) - np.float32(0.5)  # pixel centres lie at halves
    read = cv2.remap(mask, flat[..., 0], flat[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(read, dtype=np.float32).reshape(at.shape[:-1])


def _edges(values: NDArray[np.float32], depths: Array) -> tuple[Array, Array]:
    """Depth of the first crossing of EDGE along each ray (..., K), and how wide the edge is; NaN if none."""
    crossing = _first_below(values, EDGE, depths)
    width = _first_below(values, OUTSIDE, depths) - _first_below(values, INSIDE, depths)
    return crossing, np.where(np.isnan(crossing), np.nan, np.where(np.isnan(width), DEEPEST, width))


def _first_below(values: NDArray[np.float32], level: float, depths: Array) -> Array:
    """Where rays that start at or above a level first fall below it, by linear interpolation."""
    below = values < level
    i = np.argmax(below, axis=-1)
    found = (i > 0) & below.any(axis=-1)
    j = np.maximum(i, 1)
    b = np.take_along_axis(values, j[..., None], -1)[..., 0].astype(float)
    a = np.take_along_axis(values, j[..., None] - 1, -1)[..., 0].astype(float)
    share = (a - level) / np.maximum(a - b, 1e-6)
    return np.where(found, depths[j - 1] + share * STEP, np.nan)


def _outside(points: Array, mask: Mask) -> NDArray[np.bool_]:
    """Whether points lie within a pixel of the end of the picture, or beyond it."""
    height, width = mask.shape
    x, y = points[..., 0], points[..., 1]
    return np.asarray((x < 1) | (y < 1) | (x > width - 1) | (y > height - 1))


def _on_an_arm(edge: Array, at: Array, seen: Array, axis: Array) -> NDArray[np.bool_]:
    """Whether edge points (2, 41, 2) are the edge of an arm. axis: from mid-hip to mid-shoulder, y down."""
    hit = np.zeros(edge.shape[:-1], dtype=bool)
    trunk = float(np.hypot(*axis))
    upright = -axis[1] > trunk * np.cos(np.radians(ARMS_HANG_DEG))
    for side in ("left", "right"):
        for (upper, lower), reach in (HANGING_REACH if upright else ARM_REACH).items():
            i, j = J[f"{side}_{upper}"], J[f"{side}_{lower}"]
            if min(seen[i], seen[j]) < ARM_SEEN or not np.isfinite(at[[i, j]]).all():
                continue
            start = at[i] + (DELTOID if upper == "shoulder" else 0.0) * (at[j] - at[i])
            hit |= _distance(edge, start, at[j]) < reach * trunk
    return hit


def _distance(points: Array, a: Array, b: Array) -> Array:
    """Distance of points (..., 2) from the line piece a-b."""
    along = b - a
    share = np.clip((points - a) @ along / max(float(along @ along), 1e-9), 0, 1)
    return np.asarray(np.linalg.norm(points - a - share[..., None] * along, axis=-1))
