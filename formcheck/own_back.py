"""What a lifter's back reads without a fault, from the own standing or unloaded hinge, and how sure that is.

Best is one slow hinge without a load before the set, hands on the hips: its readings at every inclination
are what the loaded ones are compared with. Next comes quiet standing, plus the flexion that good lifters show
when they bend over. Without either the usual reading of rendered bodies has to do, three times as wide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formcheck import back
from formcheck.back import BackReference
from formcheck.pose import HIDDEN_BY_ARM, HIDDEN_BY_FRAME, SEEN, STATIONS, PoseTrack

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

MIN_FRAMES = 8  # fewer frames gave false alarms on real footage (design of the outline)
# Good lifters flex when they bend over: 13 to 33 degrees by sensors on the skin (McKean 2010, Schellenberg
# 2013, Bengtsson 2022); the outline of flat-backed lifters on footage reads 0 to 10. Engineering choice
NATURAL_DEG, NATURAL_AT_DEG, NATURAL_SD = 12.0, 65.0, 5.0
STEADIEST = 6.0  # degrees; standing that reads less steadily than this is no reference (engineering choice)
STRAIGHT_DEG = 155.0  # knees of somebody who stands (engineering choice)
UPRIGHT_DEG, BENT_DEG = 25.0, 45.0  # a hinge goes from more upright than this to more bent than that
HINGE_KNEE_DEG = 130.0  # a squat bends the knees further (engineering choice)
HINGE_S = (1.5, 12.0)  # and takes this long
ALL_THE_TIME = 0.9  # of the frames in which the hands are seen
HANDS_ON_HIPS = 0.12  # statures over or under the hips: a bar hangs lower when bent over, or lies higher
HANDS_AT_BODY = 0.22  # statures under the shoulder: hands that hold a bar hang lower when bent over
YAW_ERROR = 0.3  # degrees of error for every degree off side-on (rendered lifters: 4 to 6 more at 15 to 20)


@dataclass(frozen=True)
class OwnBack:
    """What the outline of a take is compared with.

    error: signal -> +- degrees (root mean square error on rendered bodies that were not used for the fit);
    hidden: why the outline was not seen in most frames, "" if it was; hinge_s: from when to when the unloaded
    hinge lasts, None without one.
    """

    reference: BackReference = field(default_factory=BackReference)
    error: Mapping[str, float] = field(default_factory=dict)
    hidden: str = ""
    hinge_s: tuple[float, float] | None = None


def own_back(
    track: PoseTrack, columns: Mapping[str, Array], standing: list[Rows], facing: int, yaw_deg: float,
    hinge_s: tuple[float, float] | None = None,
) -> OwnBack:  # fmt: skip
    """The best reference that a take offers. hinge_s: where the lifter says that the unloaded hinge is."""
    reading, trunk = columns["back_curve"], columns["trunk_inclination"]
    told = _rows(track.times_s, hinge_s) if hinge_s else np.zeros(0, dtype=np.int64)
    hinge = told if len(told) else find_hinge(track.times_s, columns)
    upright = [*standing, upright_without_bar(columns)]
    reference = _of_hinge(reading, trunk, hinge) or _of_standing(reading, upright) or bending(0.0, "usual")
    found = (float(track.times_s[hinge[0]]), float(track.times_s[hinge[-1]])) if len(hinge) else None
    return OwnBack(reference, errors(reference, yaw_deg), _hidden(track, reading, facing), found)


def bending(standing_deg: float, kind: Literal["standing", "usual"]) -> BackReference:
    """What is expected of a lifter who reads this when standing."""
    return BackReference(kind, (standing_deg, NATURAL_DEG / NATURAL_AT_DEG * 50, 0.0), 0.0, NATURAL_AT_DEG)


def errors(reference: BackReference, yaw_deg: float) -> dict[str, float]:
    """+- degrees of each signal of the outline."""
    measured, turned = back.model().errors, YAW_ERROR * abs(np.nan_to_num(yaw_deg))
    custom = 0.0 if reference.kind == "hinge" else NATURAL_SD
    plain = {
        "back_rounding": float(np.hypot(measured[reference.kind]["whole"], custom)),
        "back_curve": measured["change"]["whole"],
        "lumbar_curve": measured["change"]["lumbar"],
        "thoracic_curve": measured["change"]["thoracic"],
        "pelvic_tangent": measured["change"]["lumbar"],
    }
    return {name: float(np.hypot(e, turned)) for name, e in plain.items()}


def upright_without_bar(columns: Mapping[str, Array]) -> Rows:
    """Frames between squats: upright on straight legs, hands not hanging: no plate is before the thighs."""
    with np.errstate(invalid="ignore"):
        upright = np.abs(columns["trunk_inclination"]) < UPRIGHT_DEG
        standing = upright & (columns["knee_angle"] > STRAIGHT_DEG)
        return np.flatnonzero(standing & (columns["hand_under_shoulder"] < HANDS_AT_BODY))


def find_hinge(times_s: Array, columns: Mapping[str, Array]) -> Rows:
    """Rows of the first unloaded hinge: upright, bent, upright, with the hands on the hips all the time."""
    trunk, hands = columns["trunk_inclination"], np.abs(columns["hip_over_hand"])
    with np.errstate(invalid="ignore"):
        leaning = np.nan_to_num(trunk) > UPRIGHT_DEG
    edges = np.flatnonzero(np.diff(np.concatenate(([0], leaning.astype(int), [0]))))
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        rows = np.arange(first, end)
        whole = first > 0 and end < len(times_s) and np.nanmax(trunk[rows]) >= BENT_DEG
        seconds = times_s[rows[-1]] - times_s[rows[0]]
        seen = hands[rows][np.isfinite(hands[rows])]
        unloaded = len(seen) > 0 and (seen < HANDS_ON_HIPS).mean() > ALL_THE_TIME
        whole &= bool(np.nanmin(columns["knee_angle"][rows], initial=180.0) > HINGE_KNEE_DEG)
        if whole and unloaded and HINGE_S[0] <= seconds <= HINGE_S[1]:
            return rows
    return np.zeros(0, dtype=np.int64)


def _rows(times_s: Array, span_s: tuple[float, float]) -> Rows:
    return np.flatnonzero((times_s >= span_s[0]) & (times_s <= span_s[1]))


def _of_hinge(reading: Array, trunk: Array, rows: Rows) -> BackReference | None:
    rows = rows[np.isfinite(reading[rows]) & np.isfinite(trunk[rows])]
    if len(rows) < MIN_FRAMES or np.ptp(trunk[rows]) < BENT_DEG - UPRIGHT_DEG:
        return None
    a, b, c = np.polyfit(trunk[rows] / 50, reading[rows], 2)
    low, high = float(trunk[rows].min()), float(trunk[rows].max())
    return BackReference("hinge", (float(c), float(b), float(a)), low, high)


def _of_standing(reading: Array, standing: list[Rows]) -> BackReference | None:
    for run in standing:
        seen = reading[run][np.isfinite(reading[run])]
        if len(seen) >= MIN_FRAMES and float(np.std(seen)) <= STEADIEST:
            return bending(float(np.median(seen)), "standing")
    return None


def _hidden(track: PoseTrack, reading: Array, facing: int) -> str:
    """Why most frames have no reading."""
    found = np.isfinite(track.points[:, :, 0]).any(axis=1)
    missed = found & ~np.isfinite(reading)
    if not missed.any():
        return ""
    if track.back is None:
        return "this pose track holds no outline of the back; check the video again"
    row = 0 if facing > 0 else 1
    width = track.back.width[missed, row]
    needed = (1 + back.NEEDED[0] <= STATIONS) & (1 + back.NEEDED[1] >= STATIONS)
    blocked = track.back.blocked[missed, row][:, needed]
    if not np.isfinite(width).any():
        return "the lifter is too small in the picture for an outline of the back"
    outlined = (blocked == SEEN).any(axis=1)
    if outlined.mean() > 0.5 and (width[outlined] > back.SOFTEST).mean() > 0.5:
        return "the outline of the back is blurred: a loose shirt, or a background in the shirt's colours"
    arm, frame = (float((blocked == code).mean()) for code in (HIDDEN_BY_ARM, HIDDEN_BY_FRAME))
    if frame > arm and frame > COMMON:
        return "the back reaches beyond the picture"
    return "an arm is in front of the back" if arm > COMMON else "a plate or something else hides the back"


COMMON = 0.1  # share of the back's stations hidden by one cause that makes it the reason given
