"""What is fixed for a whole take: the size and facing of the lifter, the camera angle, standing values.

Live, the two-second stand before the set gives the poses to calibrate from; offline, the whole take does.
Either way the engine gets one `Calibration` and never changes it, so live and offline judge alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import nan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formcheck.back import BackReference
from formcheck.body import BONE_SLACK, SEEN_MIN, Body, Reference
from formcheck.own_back import OwnBack, Span, own_back
from formcheck.pose import J, PoseTrack
from formcheck.signals import SIGNALS

Array = NDArray[np.float64]

SEGMENTS = {("shoulder", "hip"): 0.288, ("hip", "knee"): 0.245, ("knee", "ankle"): 0.246}
"""Trunk, thigh and shank in statures (Drillis & Contini 1966, from memory)."""
FULL_LENGTH = (
    85  # percentile of a segment's apparent length that stands for its length unforeshortened (footage)
)
SIDE_YAW = 30.0  # within this a view counts as side on (biomechanics section 0)
OUTWARD = 30.0  # thighs point up to this far outward in a squat (engineering choice)
YAW_ERROR = 10.0  # the camera angle is known to +-10 degrees at best (signals.yaw)
FRONT_YAW = 60.0  # beyond this it counts as front or back
MAX_SAMPLES = 600  # frames looked at, evenly spread: enough for medians, and cheap for an hour of video
BENT = 0.5  # a trunk inclined by more than 30 degrees leans forward, never back
STANDING_HIP = 0.49  # height of the hips above the ankles, statures (Drillis & Contini 1966, from memory)
STAND_S = 0.7  # quiet standing must last this long to be a reference (biomechanics section 0)
STAND_SPEED = 0.06  # hips slower than this, statures a second, is quiet (engineering choice)
STAND_TURN = 15.0  # a trunk turning slower than this, degrees a second, is quiet (engineering choice)
STAND_KNEE, STAND_TRUNK = (
    155.0,
    25.0,
)  # legs straighter and trunk more upright than this is standing (engineering choice)

WANDER_S = (
    0.25  # noise of the landmarks has forgotten itself after this long; people standing have hardly moved
)
MAD_TO_SD = 1.4826  # median absolute value of a normal variable, to its standard deviation
LEFT_BY_SMOOTHING = (
    0.6  # share of independent noise at 30 frames a second that the smoother lets through (computed)
)

ViewName = Literal["side", "oblique", "front", "back"]


@dataclass(frozen=True)
class Calibration:
    """The fixed facts of a take.

    yaw_deg: signed, see signals.yaw; standing: signal -> value in the first quiet standing (empty: none);
    noise: signal -> its standard deviation when nothing moves; back: what the outline of the back is compared
    with.
    """

    reference: Reference
    yaw_deg: float
    standing: Mapping[str, float]
    noise: Mapping[str, float]
    back: OwnBack = field(default_factory=OwnBack)

    @property
    def view(self) -> ViewName:
        """The camera angle in a word."""
        turn = abs(self.yaw_deg)
        if turn <= SIDE_YAW or np.isnan(turn):
            return "side"
        return "oblique" if turn < FRONT_YAW else "front" if self.yaw_deg > 0 else "back"


def calibrate(
    track: PoseTrack, hinge_s: Span | None = None, toe_touch_s: Span | None = None
) -> Calibration | None:
    """Measure the fixed facts of a take; None when nobody was seen well enough to tell a size.

    hinge_s, toe_touch_s: from when to when the lifter hinges slowly, and touches the toes, without a load;
    found by themselves where they are plain.
    """
    reference = sized(track)
    if reference is None:
        return None
    columns = _read(track, reference, OF_ANY_BACK)
    runs = quiet_standing(track.times_s, columns)
    back = own_back(track, columns, runs, reference.facing, reference.yaw_deg, hinge_s, toe_touch_s)
    columns |= _against(back.reference, columns["back_curve"], columns.pop(OUTLINE_LEAN))
    first = {name: c[runs[0]] for name, c in columns.items() if np.isfinite(c[runs[0]]).any()} if runs else {}
    standing = {name: float(np.nanmedian(c)) for name, c in first.items()}
    noise = own_noise(track.times_s, columns, runs)
    return Calibration(replace(reference, back=back.reference), reference.yaw_deg, standing, noise, back)


def sized(track: PoseTrack) -> Reference | None:
    """Size, side, facing and feet of the lifter of a take; None when too little was seen.

    The outline of the back is compared with what is usual.
    """
    rows = np.unique(np.linspace(0, len(track) - 1, min(len(track), MAX_SAMPLES)).astype(int))
    points = np.where(track.seen[rows, :, None] >= SEEN_MIN, track.points[rows], np.nan)
    near = _near_side(track.seen[rows])
    stature = _stature(points, near)
    if not np.isfinite(stature) or stature <= 0:
        return None
    reference = Reference(_facing(points), near, stature)
    wide = [float(SIGNALS["yaw"].of(Body(track[int(i)], reference))) for i in rows]
    yaw = float(np.nanmedian(wide)) if np.isfinite(wide).any() else nan
    reference = replace(reference, yaw_deg=yaw, near="both" if abs(yaw) >= FRONT_YAW else near)
    reference = _with_feet(reference, points)
    if abs(yaw) > SIDE_YAW or np.isnan(yaw):
        return reference
    return replace(reference, bones=_bones(points, near, stature), shortest=shortest(yaw))


def own_noise(
    times_s: Array, columns: dict[str, Array], standing: list[NDArray[np.int64]]
) -> dict[str, float]:
    """Standard deviation of each signal when nothing moves, after smoothing: what may come from noise alone.

    The larger of two readings: the frame-to-frame jitter, from second differences (smooth movement cancels
    out of them, independent noise of standard deviation s gives sqrt(6) s), and the wander in quiet standing,
    from differences over WANDER_S (slow settling cancels out of them, noise gives sqrt(2) s).
    """
    step = float(np.median(np.diff(times_s))) if len(times_s) > 1 else 1.0
    lag = max(1, round(WANDER_S / max(step, 1e-3)))
    noise = {}
    for name, column in columns.items():
        jitter = _spread(np.diff(column[:MAX_SAMPLES], 2)) / np.sqrt(6) * LEFT_BY_SMOOTHING
        pairs = [column[run[lag:]] - column[run[:-lag]] for run in standing if len(run) > lag]
        wander = _spread(np.concatenate(pairs)) / np.sqrt(2) if pairs else 0.0
        noise[name] = max(jitter, wander)
    return noise


def _spread(values: Array) -> float:
    """Standard deviation of the seen values about zero, robustly: a few fast moments do not count."""
    values = np.abs(values[np.isfinite(values)])
    return float(np.median(values)) * MAD_TO_SD if len(values) else 0.0


def quiet_standing(times_s: Array, columns: dict[str, Array]) -> list[NDArray[np.int64]]:
    """Runs of frames in which the lifter stands still, in order."""
    with np.errstate(invalid="ignore"):
        quiet = (
            (columns["knee_angle"] > STAND_KNEE)
            & (np.abs(columns["trunk_inclination"]) < STAND_TRUNK)
            & (_pace(times_s, columns["hip_height"]) < STAND_SPEED)
            & (_pace(times_s, columns["trunk_inclination"]) < STAND_TURN)
        )
    edges = np.flatnonzero(np.diff(np.concatenate(([0], quiet.astype(int), [0]))))
    runs = zip(edges[::2], edges[1::2] - 1, strict=True)
    return [np.arange(a, b + 1) for a, b in runs if times_s[b] - times_s[a] >= STAND_S]


def _pace(times_s: Array, values: Array) -> Array:
    """Absolute change per second over +-WANDER_S around each sample; NaN at the ends."""
    step = float(np.median(np.diff(times_s))) if len(times_s) > 1 else 1.0
    window = max(1, int(np.ceil(WANDER_S / max(step, 1e-3))))
    out = np.full(len(times_s), np.nan)
    if len(times_s) > 2 * window:
        elapsed = times_s[2 * window :] - times_s[: -2 * window]
        out[window:-window] = np.abs(values[2 * window :] - values[: -2 * window]) / elapsed
    return out


def columns_of(track: PoseTrack, reference: Reference, names: Iterable[str]) -> dict[str, Array]:
    """Signals of every pose."""
    return _read(track, reference, {name: SIGNALS[name].of for name in names})


def _read(
    track: PoseTrack, reference: Reference, functions: Mapping[str, Callable[[Body], float]]
) -> dict[str, Array]:
    """What functions say of every pose; one body at a time, as an hour of them would take 400 MB."""
    values = np.empty((len(functions), len(track)))
    for i, pose in enumerate(track):
        body = Body(pose, reference)
        values[:, i] = [of(body) for of in functions.values()]
    return dict(zip(functions, values, strict=True))


AGAINST_OWN_BACK = ("back_rounding", "full_flexion_share")
"""The signals that take a lifter's own back."""
OUTLINE_LEAN = "outline_lean"  # what back_rounding takes besides; no signal, as its joints may be guesses
OF_ANY_BACK: dict[str, Callable[[Body], float]] = {
    **{name: signal.of for name, signal in SIGNALS.items() if name not in AGAINST_OWN_BACK},
    OUTLINE_LEAN: lambda body: body.back.trunk_deg,
}


def _against(own: BackReference, reading: Array, lean: Array) -> dict[str, Array]:
    """The signals AGAINST_OWN_BACK, of back_curve and the lean of the outline."""
    pairs = zip(reading.tolist(), lean.tolist(), strict=True)
    rounding = np.array([own.rounding(read, trunk) for read, trunk in pairs])
    share = np.array([own.share(read) for read in reading.tolist()])
    return dict(zip(AGAINST_OWN_BACK, (rounding, share), strict=True))


def _near_side(seen: Array) -> Literal["left", "right"]:
    joints = ("shoulder", "hip", "knee", "ankle", "elbow")
    left = np.nanmean(seen[:, [J["left_" + j] for j in joints]])
    right = np.nanmean(seen[:, [J["right_" + j] for j in joints]])
    return "left" if left >= right else "right"


def _lengths(points: Array, near: str) -> dict[tuple[str, str], float]:
    """Unforeshortened lengths of trunk, thigh and shank in pixels, of those that were seen."""
    out = {}
    for upper, lower in SEGMENTS:
        gap = points[:, J[f"{near}_{upper}"], :2] - points[:, J[f"{near}_{lower}"], :2]
        length = np.hypot(gap[:, 0], gap[:, 1])
        length = length[np.isfinite(length)]
        if len(length):
            out[upper, lower] = float(np.percentile(length, FULL_LENGTH))
    return out


def _stature(points: Array, near: str) -> float:
    """Standing height in pixels, from the lengths of trunk, thigh and shank."""
    lengths = _lengths(points, near)
    share = sum(SEGMENTS[bone] for bone in lengths)
    return sum(lengths.values()) / share if ("shoulder", "hip") in lengths else nan


def shortest(yaw_deg: float) -> float:
    """Share of its length that a bone may show: a level thigh that points outward is foreshortened by yaw."""
    yaw = max(YAW_ERROR, 0.0 if np.isnan(yaw_deg) else abs(yaw_deg))
    seen, side_on = np.cos(np.radians([yaw + OUTWARD, YAW_ERROR + OUTWARD]))
    return float((1 - BONE_SLACK) * seen / side_on)


def _bones(points: Array, near: str, stature_px: float) -> tuple[tuple[str, str, float], ...]:
    """The bones whose apparent length can tell a seen joint from a guessed one."""
    return tuple(
        (upper, lower, length / stature_px) for (upper, lower), length in _lengths(points, near).items()
    )


def _facing(points: Array) -> int:
    """+1 facing right, -1 left: people bend forward; where nobody bends, the toes tell, then the nose."""
    shoulder, hip = (
        points[:, [J[f"left_{j}"], J[f"right_{j}"]], :2].mean(axis=1) for j in ("shoulder", "hip")
    )
    lean = shoulder[:, 0] - hip[:, 0]
    bent = np.abs(lean) > BENT * np.hypot(*(shoulder - hip).T)
    toes = np.concatenate(
        [points[:, J[f"{s}_foot"], 0] - points[:, J[f"{s}_heel"], 0] for s in ("left", "right")]
    )
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
    if np.isnan(floor):  # feet out of the picture: the highest the hips get is taken for standing
        hips = points[:, [J[f"{s}_hip"] for s in _sides(reference.near)], 1]
        hips = hips[np.isfinite(hips)]
        floor = float(np.percentile(hips, 95)) / reference.stature_px - STANDING_HIP if len(hips) else nan
    return replace(
        reference, floor_y=floor, midfoot_x=reference.facing * _median(feet[:, :, 0]) / reference.stature_px
    )


def _sides(near: str) -> tuple[str, ...]:
    return ("left", "right") if near == "both" else (near,)


def _median(values: Array) -> float:
    return float(np.nanmedian(values)) if np.isfinite(values).any() else nan
