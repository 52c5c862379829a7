"""What a lifter's back reads without a fault and when fully bent, and how sure that is.

Best is one slow hinge without a load before the set, arms crossed: its readings at every inclination
are what the loaded ones are compared with. Next comes quiet standing, plus the flexion that good lifters show
when they bend over. Without either the usual reading of rendered bodies has to do, three times as wide.

A slow toe-touch with empty hands shows the other end: the own full flexion, of which a loaded back takes a
share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formcheck import back
from formcheck.back import BackReference, FullBend
from formcheck.pose import BLURRED, HIDDEN_BY_ARM, HIDDEN_BY_FRAME, SEEN, STATIONS, PoseTrack
from formcheck.unloaded import BENT_DEG, UPRIGHT_DEG, find_hinges, find_toe_touch

Array = NDArray[np.float64]
Rows = NDArray[np.int64]
Span = tuple[float, float]

HINGE_SEEN = 0.5  # a hinge of which less has a reading is no reference: elbows hide it (engineering choice)
MIN_FRAMES = 8  # fewer frames gave false alarms on real footage (design of the outline)
# Good lifters flex when they bend over: 13 to 33 degrees by sensors on the skin (McKean 2010, Schellenberg
# 2013, Bengtsson 2022); the outline of flat-backed lifters on footage reads 0 to 10. Engineering choice
NATURAL_DEG, NATURAL_AT_DEG, NATURAL_SD = 12.0, 65.0, 5.0
# Real people are not rendered bodies: without an own reference five flat-backed lifters on footage read 10 to
# 31 degrees rounder at the floor than is usual. Engineering choice
REAL_SD = 12.0
STEADIEST = 6.0  # degrees; standing that reads less steadily than this is no reference (engineering choice)
STRAIGHT_DEG = 155.0  # knees of somebody who stands (engineering choice)
NEAR_DEEPEST_DEG = (
    10.0  # a toe-touch is read where the trunk is this near to its deepest (engineering choice)
)
LEAST_RANGE_DEG = (
    40.0  # spines bend by 80 degrees from standing; less than half is no full bend (engineering choice)
)
HANDS_AT_BODY = 0.22  # statures under the shoulder: hands that hold a bar hang lower when bent over
YAW_ERROR = 0.15  # degrees of error for every degree off side-on (rendered lifters: 2 to 3 more at 10 to 20)

NOTHING: Rows = np.zeros(0, dtype=np.int64)
NO_TOE_TOUCH = (
    "no slow toe-touch with empty hands and straight legs is in the clip, so your full bend is not known"
)


@dataclass(frozen=True)
class OwnBack:
    """What the outline of a take is compared with.

    error: signal -> +- degrees, or per cent of the own full flexion (root mean square error on rendered
    bodies that were not used for the fit); hidden: why the outline was not seen in most frames, "" if it was;
    hinge_s, toe_touch_s: from when to when the unloaded hinge and toe-touch last, None without one;
    no_full_bend: why the own full flexion is not known, "" if it is; again_s: hinges after the first, with
    which nothing is compared.
    """

    reference: BackReference = field(default_factory=BackReference)
    error: Mapping[str, float] = field(default_factory=dict)
    hidden: str = ""
    hinge_s: Span | None = None
    toe_touch_s: Span | None = None
    no_full_bend: str = NO_TOE_TOUCH
    again_s: tuple[Span, ...] = ()

    @property
    def unloaded_s(self) -> list[Span]:
        """From when to when the lifter shows the own back, which is a measurement and no repetition."""
        return sorted(span for span in (self.hinge_s, self.toe_touch_s, *self.again_s) if span)


def own_back(
    track: PoseTrack, columns: Mapping[str, Array], standing: list[Rows], facing: int, yaw_deg: float,
    hinge_s: Span | None = None, toe_touch_s: Span | None = None,
) -> OwnBack:  # fmt: skip
    """The best reference that a take offers. hinge_s, toe_touch_s: where the lifter says that they are."""
    reading, trunk = columns["back_curve"], columns["trunk_inclination"]
    told, touch = _rows(track.times_s, hinge_s), _rows(track.times_s, toe_touch_s)
    hinge, *again = [told] if len(told) else find_hinges(track.times_s, columns) or [NOTHING]
    touch = touch if len(touch) else find_toe_touch(track.times_s, columns)
    upright = [*standing, upright_without_bar(columns)]
    stands = _of_standing(reading, upright)
    reference = _of_hinge(reading, trunk, hinge) or stands or bending(0.0, "usual")
    straight = stands or reference
    bent = FullBend(straight.expected(straight.low), _deepest(reading, trunk, touch))
    why = _no_full_bend(straight.kind, bent, len(touch))
    reference = replace(reference, full_bend=None if why else bent)
    return OwnBack(
        reference, errors(reference, yaw_deg), _hidden(track, reading, facing),
        _span(track.times_s, hinge), _span(track.times_s, touch), why,
        tuple(span for rows in again if (span := _span(track.times_s, rows))),
    )  # fmt: skip


def bending(standing_deg: float, kind: Literal["standing", "usual"]) -> BackReference:
    """What is expected of a lifter who reads this when standing."""
    return BackReference(kind, (standing_deg, NATURAL_DEG / NATURAL_AT_DEG * 50, 0.0), 0.0, NATURAL_AT_DEG)


def errors(reference: BackReference, yaw_deg: float) -> dict[str, float]:
    """+- degrees of each signal of the outline."""
    measured, turned = back.model().errors, YAW_ERROR * abs(np.nan_to_num(yaw_deg))
    custom = {"hinge": 0.0, "standing": NATURAL_SD, "usual": float(np.hypot(NATURAL_SD, REAL_SD))}
    plain = {
        "back_rounding": float(np.hypot(measured[reference.kind]["whole"], custom[reference.kind])),
        "back_curve": measured["change"]["whole"],
        "lumbar_curve": measured["change"]["lumbar"],
        "thoracic_curve": measured["change"]["thoracic"],
        "pelvic_tangent": measured["change"]["lumbar"],
    }
    bent = reference.full_bend
    share = {"full_flexion_share": 100 * measured["full"]["whole"] / bent.range_deg} if bent else {}
    return {name: float(np.hypot(e, turned)) for name, e in plain.items()} | share


def upright_without_bar(columns: Mapping[str, Array]) -> Rows:
    """Frames between squats: upright on straight legs, hands not hanging: no plate is before the thighs."""
    with np.errstate(invalid="ignore"):
        upright = np.abs(columns["trunk_inclination"]) < UPRIGHT_DEG
        standing = upright & (columns["knee_angle"] > STRAIGHT_DEG)
        return np.flatnonzero(standing & (columns["hand_under_shoulder"] < HANDS_AT_BODY))


def _rows(times_s: Array, span_s: Span | None) -> Rows:
    return np.flatnonzero((times_s >= span_s[0]) & (times_s <= span_s[1])) if span_s else NOTHING


def _span(times_s: Array, rows: Rows) -> Span | None:
    return (float(times_s[rows[0]]), float(times_s[rows[-1]])) if len(rows) else None


def _deepest(reading: Array, trunk: Array, rows: Rows) -> float:
    """The reading at the bottom of a toe-touch; NaN where it was hardly seen."""
    if not np.isfinite(trunk[rows]).any():
        return float("nan")
    deep = rows[trunk[rows] >= np.nanmax(trunk[rows]) - NEAR_DEEPEST_DEG]
    seen = reading[deep][np.isfinite(reading[deep])]
    return float(np.median(seen)) if len(seen) >= MIN_FRAMES else float("nan")


def _no_full_bend(kind: str, bent: FullBend, frames: int) -> str:
    """Why a toe-touch does not tell the own full flexion, "" if it does."""
    if not frames:
        return NO_TOE_TOUCH
    if kind == "usual":
        return "you are never seen standing still, so the toe-touch has nothing to be compared with"
    if np.isnan(bent.full):
        return "the outline of the back was not seen at the bottom of the toe-touch"
    return "" if bent.range_deg >= LEAST_RANGE_DEG else "the toe-touch hardly reads rounder than standing"


def _of_hinge(reading: Array, trunk: Array, rows: Rows) -> BackReference | None:
    lasts = len(rows)
    rows = rows[np.isfinite(reading[rows]) & np.isfinite(trunk[rows])]
    if len(rows) < max(MIN_FRAMES, HINGE_SEEN * lasts) or np.ptp(trunk[rows]) < BENT_DEG - UPRIGHT_DEG:
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
    arm, frame, blurred = (
        float((blocked == code).mean()) for code in (HIDDEN_BY_ARM, HIDDEN_BY_FRAME, BLURRED)
    )
    soft = outlined.mean() > 0.5 and (width[outlined] > back.SOFTEST).mean() > 0.5
    if soft or blurred > max(arm, frame, COMMON):
        return "the outline of the back is blurred: a loose shirt, or a background in the shirt's colours"
    if frame > arm and frame > COMMON:
        return "the back reaches beyond the picture"
    return "an arm is in front of the back" if arm > COMMON else "a plate or something else hides the back"


COMMON = 0.1  # share of the back's stations hidden by one cause that makes it the reason given
