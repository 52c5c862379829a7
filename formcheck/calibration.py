"""What is fixed for a whole take: size of the lifter, which way they face, near side, camera angle, standing values.

Live, the two-second stand before the set gives the poses to calibrate from; offline, the whole take does.
Either way the engine gets one `Calibration` and never changes it, so live and offline judge alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import nan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formcheck.body import SEEN_MIN, Body, Reference
from formcheck.pose import J, PoseTrack
from formcheck.signals import SIGNALS

Array = NDArray[np.float64]

TRUNK, THIGH, SHANK = 0.288, 0.245, 0.246  # segment lengths in statures (Drillis & Contini 1966, from memory)
FULL_LENGTH = 85  # percentile of a segment's apparent length that stands for its length unforeshortened (footage)
SIDE_YAW = 30.0  # within this a view counts as side on (biomechanics section 0)
FRONT_YAW = 60.0  # beyond this it counts as front or back
MAX_SAMPLES = 600  # frames looked at, evenly spread: enough for medians, and cheap for an hour of video
BENT = 0.5  # a trunk inclined by more than 30 degrees leans forward, never back
STAND_S = 0.7  # quiet standing must last this long to be a reference (biomechanics section 0)
STAND_SPEED = 0.06  # hips slower than this, statures a second, is quiet (engineering choice)
STAND_KNEE, STAND_TRUNK = 155.0, 25.0  # legs straighter and trunk more upright than this is standing (engineering choice)

MAD_TO_SD = 1.4826  # median absolute value of a normal variable, to its standard deviation
LEFT_BY_SMOOTHING = 0.6  # share of independent noise at 30 frames a second that the smoother lets through (computed)

ViewName = Literal["side", "oblique", "front", "back"]


@dataclass(frozen=True)
class Calibration:
    """The fixed facts of a take.

    yaw_deg: signed, see signals.yaw; standing: signal -> value in quiet standing, empty if there was none;
    noise: signal -> standard deviation of the landmark jitter that is left after smoothing.
    """

    reference: Reference
    yaw_deg: float
    standing: Mapping[str, float]
    noise: Mapping[str, float]

    @property
    def view(self) -> ViewName:
        """The camera angle in a word."""
        turn = abs(self.yaw_deg)
        if turn <= SIDE_YAW or np.isnan(turn):
            return "side"
        return "oblique" if turn < FRONT_YAW else "front" if self.yaw_deg > 0 else "back"


def calibrate(track: PoseTrack) -> Calibration | None:
    """Measure the fixed facts of a take; None when nobody was seen well enough to tell a size."""
    rows = np.unique(np.linspace(0, len(track) - 1, min(len(track), MAX_SAMPLES)).astype(int))
    points = np.where(track.seen[rows, :, None] >= SEEN_MIN, track.points[rows], np.nan)
    near = _near_side(track.seen[rows])
    stature = _stature(points, near)
    if not np.isfinite(stature) or stature <= 0:
        return None
    facing = _facing(points)
    reference = Reference(facing, near, stature)
    wide = [float(SIGNALS["yaw"].of(Body(track[int(i)], reference))) for i in rows]
    yaw = float(np.nanmedian(wide)) if np.isfinite(wide).any() else nan
    if abs(yaw) >= FRONT_YAW:
        reference = replace(reference, near="both")
    reference = _with_feet(reference, points)
    bodies = [Body(pose, reference) for pose in track]
    return Calibration(reference, yaw, standing_values(track.times_s, bodies), jitter(bodies))


def jitter(bodies: list[Body]) -> dict[str, float]:
    """Standard deviation of each signal's frame-to-frame jitter after smoothing.

    From second differences over the frames: smooth movement cancels out of them, independent noise of
    standard deviation s gives sqrt(6) s. Robust, so that the few fast moments do not count as noise.
    """
    picked = bodies[:MAX_SAMPLES]
    noise = {}
    for name in SIGNALS:
        second = np.diff(_column(name, picked), 2)
        second = np.abs(second[np.isfinite(second)])
        noise[name] = float(np.median(second)) * MAD_TO_SD / np.sqrt(6) * LEFT_BY_SMOOTHING if len(second) else 0.0
    return noise


def standing_values(times_s: Array, bodies: list[Body]) -> dict[str, float]:
    """Median of every signal over the first quiet standing of the take; empty when the lifter never stood still."""
    needed = {name: _column(name, bodies) for name in ("knee_angle", "trunk_inclination", "hip_height")}
    t = times_s
    if len(t) < 3:
        return {}
    window = max(1, int(np.ceil(0.25 / max(float(np.median(np.diff(t))), 1e-3))))
    moved = np.full(len(t), np.nan)
    if len(t) > 2 * window:
        h = needed["hip_height"]
        moved[window:-window] = np.abs(h[2 * window :] - h[: -2 * window]) / (t[2 * window :] - t[: -2 * window])
    with np.errstate(invalid="ignore"):
        quiet = (
            (needed["knee_angle"] > STAND_KNEE)
            & (np.abs(needed["trunk_inclination"]) < STAND_TRUNK)
            & (moved < STAND_SPEED)
        )
    rows = _first_long_run(quiet, t, STAND_S)
    if not len(rows):
        return {}
    picked = [bodies[i] for i in rows[:: max(1, len(rows) // 60)]]
    values = {name: _column(name, picked) for name in SIGNALS}
    return {name: float(np.nanmedian(v)) for name, v in values.items() if np.isfinite(v).any()}


def _column(name: str, bodies: list[Body]) -> Array:
    return np.array([SIGNALS[name].of(b) for b in bodies], dtype=float)


def _first_long_run(flag: NDArray[np.bool_], times_s: Array, at_least_s: float) -> NDArray[np.int64]:
    """Indices of the first True run that lasts long enough: before the set, if the clip shows it."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flag.astype(int), [0]))))
    runs = zip(edges[::2], edges[1::2] - 1, strict=True)
    kept = (np.arange(a, b + 1) for a, b in runs if times_s[b] - times_s[a] >= at_least_s)
    return next(kept, np.array([], dtype=int))


def _near_side(seen: Array) -> Literal["left", "right"]:
    joints = ("shoulder", "hip", "knee", "ankle", "elbow")
    left = np.nanmean(seen[:, [J["left_" + j] for j in joints]])
    right = np.nanmean(seen[:, [J["right_" + j] for j in joints]])
    return "left" if left >= right else "right"


def _stature(points: Array, near: str) -> float:
    """Standing height in pixels, from the unforeshortened lengths of trunk, thigh and shank."""
    total, share = 0.0, 0.0
    for a, b, part in (("shoulder", "hip", TRUNK), ("hip", "knee", THIGH), ("knee", "ankle", SHANK)):
        gap = points[:, J[f"{near}_{a}"], :2] - points[:, J[f"{near}_{b}"], :2]
        length = np.hypot(gap[:, 0], gap[:, 1])
        length = length[np.isfinite(length)]
        if len(length):
            total += float(np.percentile(length, FULL_LENGTH))
            share += part
    return total / share if share >= TRUNK else nan


def _facing(points: Array) -> int:
    """+1 facing right, -1 left: people bend forward; where nobody bends, from the toes, then from the nose."""
    shoulder, hip = (
        points[:, [J[f"left_{j}"], J[f"right_{j}"]], :2].mean(axis=1) for j in ("shoulder", "hip")
    )
    lean = shoulder[:, 0] - hip[:, 0]
    bent = np.abs(lean) > BENT * np.hypot(*(shoulder - hip).T)
    toes = np.concatenate([points[:, J[f"{s}_foot"], 0] - points[:, J[f"{s}_heel"], 0] for s in ("left", "right")])
    nose = points[:, J["nose"], 0] - points[:, [J["left_ear"], J["right_ear"]], 0].mean(axis=1)
    for ahead in (lean[bent], toes, nose):
        ahead = ahead[np.isfinite(ahead)]
        if len(ahead) >= 3:
            return 1 if np.median(ahead) >= 0 else -1
    return 1


def _with_feet(reference: Reference, points: Array) -> Reference:
    """The reference with the place of the planted feet."""
    feet = points[:, [J[f"{s}_{j}"] for s in _sides(reference.near) for j in ("heel", "foot")], :2]
    ankles = points[:, [J[f"{s}_ankle"] for s in _sides(reference.near)], 1]
    floor = _median(ankles) / reference.stature_px
    return replace(
        reference, floor_y=floor, midfoot_x=reference.facing * _median(feet[:, :, 0]) / reference.stature_px
    )


def _sides(near: str) -> tuple[str, ...]:
    return ("left", "right") if near == "both" else (near,)


def _median(values: Array) -> float:
    return float(np.nanmedian(values)) if np.isfinite(values).any() else nan
