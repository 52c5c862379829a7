"""Named numbers of a pose: angles, heights and distances, each a small function of a `Body`.

Angles are degrees; lengths are per cent of stature (%H) or stature units (H). NaN means not seen and
propagates. Signs: forward, up and rounder are positive. The table `SIGNALS` is the one list of them;
docs/signals.md is generated from these docstrings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import asin, atan2, degrees, hypot, isnan, nan

import numpy as np
from numpy.typing import NDArray

from formcheck import back
from formcheck.body import Body, Reference
from formcheck.geometry import Point, along, angle_at, distance, elevation, inclination, side_of_line
from formcheck.pose import JOINTS, nobody
from formcheck.words import listed

Array = NDArray[np.float64]

SHOULDERS_AND_HIPS = (
    0.33  # shoulder plus hip landmark distance of a person facing the camera, in stature (footage)
)
HIGH_BAR = (
    -0.029,
    0.017,
)  # bar behind and above the shoulder joint, stature units (5 cm and 3 cm, biomechanics 3.3)
ON_SHOULDERS = 0.13  # a hand closer than this to the shoulder, in stature, can be holding a bar there
CHEST = (0.5, 1.2)  # along the line from hip to shoulder
BAR_LEVEL = 0.07  # ... and no more than this above or below it: hands on the head are higher


@dataclass(frozen=True)
class SignalSpec:
    """A signal: name, unit, what it means, how to get it; `only`: what else it takes."""

    name: str
    unit: str
    doc: str
    of: Callable[[Body], float]
    only: str = ""

    @property
    def needs(self) -> str:
        """What must be seen to measure it, in words: the parts of the body that it reads."""
        body = _Witness()
        self.of(body)
        return self.only or f"{listed(dict.fromkeys(PARTS.get(j, j) for j in body.read))} in sight"


@dataclass(frozen=True)
class SignalTable:
    """Smoothed signals of a whole clip: one row a frame; NaN where not seen.

    times_s (T,); values name -> (T,); phase (T,) "" outside segments; segment (T,) index, -1 outside.
    """

    times_s: Array
    values: dict[str, Array]
    phase: NDArray[np.str_]
    segment: NDArray[np.int64]


SIGNALS: dict[str, SignalSpec] = {}

PARTS = {"wrist": "hand", "index": "hand", "pinky": "hand", "ear": "head", "foot": "toes"}
"""Joint -> what people call it, where that differs."""


class _Witness(Body):
    """A body that stands anywhere and notes which joints are asked for."""

    def __init__(self) -> None:
        super().__init__(nobody(0.0, (1, 1)), Reference(1, "left", 1.0, 0.0, 0.0))
        self.read: list[str] = []

    def _point(self, i: int) -> Point:
        self.read.append(JOINTS[i].removeprefix("left_").removeprefix("right_"))
        return (0.01 * i, 0.02 * i)


def signal(unit: str, only: str = "") -> Callable[[Callable[[Body], float]], Callable[[Body], float]]:
    """Enter a function into SIGNALS under its own name."""

    def enter(of: Callable[[Body], float]) -> Callable[[Body], float]:
        SIGNALS[of.__name__] = SignalSpec(of.__name__, unit, (of.__doc__ or "").strip(), of, only)
        return of

    return enter


# ---- where the camera is ----------------------------------------------------------------------------


@signal("deg")
def yaw(b: Body) -> float:
    """Camera angle off side-on: 0 side on, 90 the lifter faces the camera, -90 turns the back to it.

    From the apparent width of shoulders and hips; +-10 degrees at best.
    """
    wide = [b.left(j)[0] - b.right(j)[0] for j in ("shoulder", "hip")]
    share = b.ref.facing * sum(wide) / SHOULDERS_AND_HIPS
    return nan if isnan(share) else degrees(asin(max(-1.0, min(1.0, share))))


# ---- angles of the body, seen from the side ---------------------------------------------------------


@signal("deg")
def trunk_inclination(b: Body) -> float:
    """Trunk from the vertical: 0 upright, + leaning forward, 90 horizontal."""
    return inclination(b("hip"), b("shoulder"))


@signal("deg")
def shank_inclination(b: Body) -> float:
    """Shank from the vertical: + when the knee is in front of the ankle."""
    return inclination(b("ankle"), b("knee"))


@signal("deg")
def thigh_angle(b: Body) -> float:
    """Thigh above the horizontal: 90 standing, 0 parallel, negative when the hip is below the knee."""
    return elevation(b("knee"), b("hip"))


@signal("deg")
def knee_angle(b: Body) -> float:
    """Included angle hip-knee-ankle; 180 straight."""
    return angle_at(b("hip"), b("knee"), b("ankle"))


@signal("deg")
def hip_angle(b: Body) -> float:
    """Included angle shoulder-hip-knee; 180 straight."""
    return angle_at(b("shoulder"), b("hip"), b("knee"))


@signal("deg")
def elbow_angle(b: Body) -> float:
    """Included angle shoulder-elbow-wrist; 180 straight."""
    return angle_at(b("shoulder"), b("elbow"), b("wrist"))


@signal("deg")
def neck_angle(b: Body) -> float:
    """Shoulder-ear line against the trunk line: + chin down or forward, - looking up."""
    return _wrapped(inclination(b("shoulder"), b("ear")) - trunk_inclination(b))


@signal("deg")
def body_line(b: Body) -> float:
    """Plank line: 180 minus the angle shoulder-hip-ankle; + hips above the line (pike), - below it (sag)."""
    shoulder, hip, ankle = b("shoulder"), b("hip"), b("ankle")
    bend = 180.0 - angle_at(shoulder, hip, ankle)
    return bend if side_of_line(hip, shoulder, ankle) >= 0 else -bend


@signal("deg")
def body_incline(b: Body) -> float:
    """Line ankle-shoulder above the horizontal: 0 lying or in a plank, 90 standing."""
    return elevation(b("ankle"), b("shoulder"))


@signal("deg")
def upper_arm_tilt(b: Body) -> float:
    """Upper arm from the vertical: + when the shoulder is in front of the elbow."""
    return inclination(b("elbow"), b("shoulder"))


@signal("deg")
def arm_tilt(b: Body) -> float:
    """Line wrist-shoulder from the vertical: + when the shoulder is in front of the hand."""
    return inclination(b("wrist"), b("shoulder"))


# ---- heights and distances, seen from the side ------------------------------------------------------


@signal("H")
def hip_height(b: Body) -> float:
    """Hip above the floor line of the feet; about 0.49 standing."""
    return b("hip")[1] - b.ref.floor_y


@signal("H")
def shoulder_height(b: Body) -> float:
    """Shoulder above the floor line of the feet; about 0.78 standing."""
    return b("shoulder")[1] - b.ref.floor_y


@signal("H")
def hand_under_shoulder(b: Body) -> float:
    """Shoulder above the hand."""
    return b("shoulder")[1] - b.grip()[1]


@signal("H")
def hand_before_chest(b: Body) -> float:
    """Hand in front of the line hip-shoulder, beside its upper half; below 0 when it is not there."""
    shoulder, hip, wrist = b("shoulder"), b("hip"), b("wrist")
    x, y = shoulder[0] - hip[0], shoulder[1] - hip[1]
    length = hypot(x, y)
    if isnan(length + wrist[0]) or not length:
        return nan
    up = ((wrist[0] - hip[0]) * x + (wrist[1] - hip[1]) * y) / length**2
    before = ((wrist[0] - hip[0]) * y - (wrist[1] - hip[1]) * x) / length
    return before if CHEST[0] <= up <= CHEST[1] else min(before, 0.0)


@signal("H")
def elbow_under_shoulder(b: Body) -> float:
    """Shoulder above the elbow: an upper arm's length when the arm carries the body, below 0 in a row."""
    return b("shoulder")[1] - b("elbow")[1]


@signal("H")
def hip_over_hand(b: Body) -> float:
    """Hip above the hand; near 0 when the hips lie on the floor."""
    return b("hip")[1] - b.grip()[1]


@signal("H")
def shoulder_stack(b: Body) -> float:
    """Height difference of the two shoulders, either way: small in a plank."""
    return abs(b.left("shoulder")[1] - b.right("shoulder")[1])


@signal("H")
def grip_height(b: Body) -> float:
    """Hand above the floor line of the feet. The bar is taken to be where the hands are."""
    return b.grip()[1] - b.ref.floor_y


@signal("H")
def grip_over_knee(b: Body) -> float:
    """Hand above the knee; negative below it."""
    return b.grip()[1] - b("knee")[1]


@signal("%H")
def grip_forward(b: Body) -> float:
    """Hand (taken to be the bar) in front of the middle of the foot, per cent of stature."""
    return 100 * (b.grip()[0] - b.ref.midfoot_x)


@signal("%H")
def bar_from_leg(b: Body) -> float:
    """Hand in front of the leg at its own height, per cent of stature; about 4 when the bar touches."""
    grip, knee = b.grip(), b("knee")
    end = b("ankle") if grip[1] < knee[1] else b("hip")
    rise = end[1] - knee[1]
    share = (grip[1] - knee[1]) / rise if rise else nan
    return nan if isnan(share) else 100 * (grip[0] - along(knee, end, min(max(share, 0.0), 1.0))[0])


@signal("H")
def hip_over_knee(b: Body) -> float:
    """Hip above the knee: about a thigh's length standing, 0 when the thigh is level, from any side."""
    return b("hip")[1] - b("knee")[1]


@signal("%H", only="the hands at a bar on the shoulders")
def shoulder_bar_forward(b: Body) -> float:
    """Estimated bar on the shoulders in front of the middle of the foot; NaN unless the hands are there."""
    shoulder, hip, wrist = b("shoulder"), b("hip"), b("wrist")
    length = distance(hip, shoulder)
    on_bar = distance(shoulder, wrist) < ON_SHOULDERS and abs(wrist[1] - shoulder[1]) < BAR_LEVEL
    if isnan(length) or not length or not on_bar:
        return nan
    tx, ty = (shoulder[0] - hip[0]) / length, (shoulder[1] - hip[1]) / length
    bar_x = shoulder[0] + HIGH_BAR[0] * ty + HIGH_BAR[1] * tx
    return 100 * (bar_x - b.ref.midfoot_x)


@signal("1")
def arm_reach(b: Body) -> float:
    """Shoulder-wrist distance over the length of the arm in the same frame: 1 straight, 0.3 fully bent."""
    shoulder, elbow, wrist = b("shoulder"), b("elbow"), b("wrist")
    arm = distance(shoulder, elbow) + distance(elbow, wrist)
    return distance(shoulder, wrist) / arm if arm else nan


@signal("%H")
def heel_rise(b: Body) -> float:
    """Heel above the toes, per cent of stature, of the flatter foot.

    Of the flatter foot, because one foot's landmarks often wander; both heels must rise to be believed.
    """
    return 100 * _lower(b.left("heel")[1] - b.left("foot")[1], b.right("heel")[1] - b.right("foot")[1])


@signal("%H")
def foot_travel(b: Body) -> float:
    """How far the middle of the foot is from where it is planted, per cent of stature: walking, stepping."""
    return 100 * (b.midfoot()[0] - b.ref.midfoot_x)


# ---- the outline of the back, seen from the side ------------------------------------------------------


OUTLINE = "the outline of the back in sight"


def _flexion(b: Body, reading: str) -> float:
    """A reading of the back model, NaN where outline or posture is not seen."""
    return b.back.flexion(reading)


@signal("deg", OUTLINE)
def back_curve(b: Body) -> float:
    """Flexion of the whole spine read from the outline of the back: + rounder, - more hollow.

    What posture alone does to the outline is taken out. Bodies differ: only differences mean much.
    """
    return _flexion(b, "whole")


@signal("deg", OUTLINE)
def lumbar_curve(b: Body) -> float:
    """Flexion of the low back read from the outline: + rounder, - more hollow. Differences only."""
    return _flexion(b, "lumbar")


@signal("deg", OUTLINE)
def thoracic_curve(b: Body) -> float:
    """Flexion of the upper back read from the outline: + rounder, - straighter. Differences only."""
    return _flexion(b, "thoracic")


@signal("%", OUTLINE)
def back_bow(b: Body) -> float:
    """Bulge of the outline over the chord from sacrum to neck, per cent of the trunk: + rounder."""
    return back.bow(b.back.curve)


@signal("deg", OUTLINE)
def pelvic_tangent(b: Body) -> float:
    """Outline over the sacrum against the vertical: + tipped forward; falls when the pelvis tucks under."""
    return b.back.trunk_deg - back.tangent(b.back.curve, back.PELVIS)


@signal("deg", OUTLINE)
def back_rounding(b: Body) -> float:
    """Flexion of the back over what is expected of this lifter at this inclination: + rounder, - over-arched.

    Expected from the own unloaded hinge where there is one, else from the own standing, else what is usual.
    Held within the 80 degrees that the spines of the fit bent by.
    """
    return b.ref.back.rounding(back_curve(b), b.back.trunk_deg)


@signal("%", "a toe-touch and the outline of the back in sight")
def full_flexion_share(b: Body) -> float:
    """Flexion of the back as a share of the own full flexion: 0 standing, 100 in an unloaded toe-touch."""
    return b.ref.back.share(back_curve(b))


# ---- left against right, seen from the front or from behind -----------------------------------------


@signal("%")
def lateral_shift(b: Body) -> float:
    """Middle of the hips beside the middle of the ankles, per cent of the stance width."""
    left, right = b.left("ankle"), b.right("ankle")
    stance = abs(left[0] - right[0])
    hips = (b.left("hip")[0] + b.right("hip")[0]) / 2
    return 100 * (hips - (left[0] + right[0]) / 2) / stance if stance > MIN_STANCE else nan


MIN_STANCE = 0.05  # ankles closer than 5 % of stature in the picture are no base for a ratio


@signal("deg")
def shoulder_tilt(b: Body) -> float:
    """Slope of the line through both shoulders against the horizontal, from the lifter's right to left."""
    return _slope(b.right("shoulder"), b.left("shoulder"))


@signal("deg")
def hip_tilt(b: Body) -> float:
    """Slope of the line through both hips against the horizontal, from the lifter's right to left."""
    return _slope(b.right("hip"), b.left("hip"))


@signal("deg")
def hands_tilt(b: Body) -> float:
    """Slope of the line through both wrists (the bar) against the horizontal."""
    return _slope(b.right("wrist"), b.left("wrist"))


@signal("deg")
def twist(b: Body) -> float:
    """Slope of the shoulder line minus slope of the hip line."""
    return _wrapped(shoulder_tilt(b) - hip_tilt(b))


@signal("deg")
def knee_valgus(b: Body) -> float:
    """Frontal plane projection angle hip-knee-ankle of the worse leg: + knee inside the line."""
    worst = nan
    for point, inward in ((b.left, -1.0), (b.right, 1.0)):
        bend = _inward_bend(point("hip"), point("knee"), point("ankle"), inward, b)
        worst = bend if isnan(worst) or bend > worst else worst
    return worst


@signal("1")
def knee_gap(b: Body) -> float:
    """Distance between the knees over the distance between the ankles, across the picture."""
    ankles = abs(b.left("ankle")[0] - b.right("ankle")[0])
    knees = abs(b.left("knee")[0] - b.right("knee")[0])
    return knees / ankles if ankles > MIN_STANCE else nan


def _lower(a: float, b: float) -> float:
    """The smaller of two numbers; NaN if either is NaN."""
    return nan if isnan(a + b) else min(a, b)


def _slope(a: Point, b: Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    return nan if isnan(dx) or hypot(dx, dy) < 1e-6 else degrees(atan2(dy, abs(dx)))


def _wrapped(angle: float) -> float:
    return (angle + 180) % 360 - 180


def _inward_bend(hip: Point, knee: Point, ankle: Point, inward: float, b: Body) -> float:
    """Bend of the leg line at the knee, + towards the other leg; `inward` is -1 for the left leg."""
    other = b.right("ankle")[0] - b.left("ankle")[0]
    toward = inward * -1 * (1 if other > 0 else -1) if not isnan(other) else nan
    if isnan(toward) or isnan(hip[0] + knee[0] + ankle[0]) or ankle[1] == hip[1]:
        return nan
    line_x = ankle[0] + (hip[0] - ankle[0]) * (knee[1] - ankle[1]) / (hip[1] - ankle[1])
    bend = 180 - angle_at(hip, knee, ankle)
    return bend if (knee[0] - line_x) * toward > 0 else -bend
