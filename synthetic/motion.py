"""The parts all exercises share: a performed set, planted feet, hanging and reaching arms, balance."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, degrees, radians, sin

import numpy as np

from synthetic.body import Array
from synthetic.curves import find
from synthetic.faults import Faults
from synthetic.pose import GRIP_ALONG, GRIP_PALM, Foot, Hand, Poser, Stance, bend, unit

HAT_MASS, THIGH_MASS, SHANK_MASS, ARM_MASS = 0.578, 0.20, 0.093, 0.10  # shares of body mass (Winter)
HAT_CENTRE = 0.62  # of the way hip to shoulder
MIDFOOT_M = 0.045  # the middle of the foot is this far in front of the ankle
STANDING_DEG = 2.0  # trunk inclination of quiet standing


@dataclass(frozen=True)
class Tempo:
    """Seconds of a repetition. stand_s: quiet standing at both ends of the clip."""

    down_s: float = 2.0
    pause_s: float = 0.2
    up_s: float = 1.2
    rest_s: float = 0.7
    stand_s: float = 1.0


@dataclass(frozen=True)
class Rep:
    """One repetition or hold. turn_s: bottom, lockout or top of the row; None for a hold."""

    start_s: float
    turn_s: float | None
    end_s: float
    faults: Faults
    phases: tuple[tuple[str, float, float], ...] = ()


@dataclass(frozen=True)
class Instant:
    """One moment: the posture and where the bar's middle is (None: no bar), with its tilt in degrees.

    held: place, tilt about Z and spin about Y of each piece of gear, where that is not just the bar.
    """

    stance: Stance
    bar: Array | None = None
    bar_tilt_deg: float = 0.0
    held: tuple[tuple[Array, float, float], ...] = ()

    def pieces(self) -> tuple[tuple[Array, float, float], ...]:
        """Where the pieces of gear are."""
        return self.held or (() if self.bar is None else ((self.bar, self.bar_tilt_deg, 0.0),))


@dataclass(frozen=True)
class Performance:
    """A whole set, frame by frame. unloaded: name, start and end in seconds of the bends before it."""

    instants: tuple[Instant, ...]
    reps: tuple[Rep, ...]
    fps: float
    unloaded: tuple[tuple[str, float, float], ...] = ()


def vec(x: float, y: float, z: float) -> Array:
    """A vector of world axes."""
    return np.array([x, y, z], dtype=float)


def feet(
    half_width: float, yaw: float, heel: float = 0.0, knees_in: float = 0.0, ball_z: float = 0.12
) -> tuple[Foot, Foot]:
    """Both feet planted: half_width metres from the middle to each ball."""
    left, right = (Foot(vec(s * half_width, 0, ball_z), yaw, heel, knees_in) for s in (1, -1))
    return left, right


def swung_arms(
    poser: Poser, shoulders: Array, forward_deg: float, out_m: float = 0.05, reach: float = 0.985
) -> tuple[Hand, Hand]:
    """Free arms: forward_deg 0 hanging down, 90 straight ahead."""
    half, a = poser.shoulder_half, radians(forward_deg)
    length = poser.lengths["arm"] * reach
    hands = []
    for s in (1, -1):
        way = unit(vec(s * out_m / length * cos(a), -cos(a), sin(a)))
        shoulder = shoulders + vec(s * half, 0, 0)
        hands.append(Hand(shoulder + way * length, way, vec(-s, 0, 0), vec(s * 0.4, -sin(a), -cos(a))))
    return hands[0], hands[1]


def gripping(
    shoulders: Array, bar: Array, half_grip: float, tilt_deg: float = 0.0, elbow: Array | None = None
) -> tuple[Hand, Hand]:
    """Both hands on a bar, overhand: palms to the lifter's legs."""
    hands = []
    for s in (1, -1):
        held = bar + vec(s * half_grip * cos(radians(tilt_deg)), s * half_grip * sin(radians(tilt_deg)), 0)
        hands.append(hold(held, held - (shoulders + vec(s * 0.18, 0, 0)), s, elbow))
    return hands[0], hands[1]


def hold(held: Array, arm: Array, s: int, elbow: Array | None = None) -> Hand:
    """One hand closed on a bar along X at `held`; the hand points along the forearm's fall line."""
    along = unit(vec(0, arm[1], arm[2]))
    palm = vec(0, along[2], -along[1]) * -1
    wrist = held - along * GRIP_ALONG - palm * GRIP_PALM
    return Hand(wrist, along, palm, vec(s * 0.35, 0, -1) if elbow is None else elbow * vec(s, 1, 1), 1.0)


def hold_level(held: Array, along: Array, palm: Array, s: int, elbow: Array) -> Hand:
    """A hand closed on something at `held`, pointing `along`; elbow as of the left arm, s = -1: the right."""
    along, palm = unit(along), unit(palm - unit(along) * (palm @ unit(along)))
    wrist = held - along * GRIP_ALONG - palm * GRIP_PALM
    return Hand(wrist, along, palm, elbow * vec(s, 1, 1), 1.0)


def mixed(a: tuple[Hand, Hand], b: tuple[Hand, Hand], share: float) -> tuple[Hand, Hand]:
    """Hands on their way from a to b."""
    if share <= 0 or share >= 1:
        return a if share <= 0 else b
    out = []
    for p, q in zip(a, b, strict=True):
        lerp = [
            m + (n - m) * share
            for m, n in ((p.wrist, q.wrist), (p.along, q.along), (p.palm, q.palm), (p.elbow, q.elbow))
        ]
        out.append(
            Hand(lerp[0], unit(lerp[1]), unit(lerp[2]), unit(lerp[3]), p.curl + (q.curl - p.curl) * share)
        )
    return out[0], out[1]


def thigh_deg(poser: Poser, hips: Array, foot: Foot) -> float:
    """Elevation of the left thigh above the horizontal seen from the side: 90 standing, 0 level."""
    hip = hips + vec(poser.hip_half, 0, 0)
    knee = knee_of(poser, hips, foot)
    return degrees(asin(float(np.clip((hip[1] - knee[1]) / np.hypot(*(hip - knee)[1:]), -1, 1))))


def knee_of(poser: Poser, hips: Array, foot: Foot) -> Array:
    """Left knee for a hip middle."""
    hip, yaw = hips + vec(poser.hip_half, 0, 0), radians(foot.yaw_deg)
    middle, _ = bend(
        hip,
        poser.ankle(foot, "L"),
        poser.lengths["thigh"],
        poser.lengths["shank"],
        vec(sin(yaw), 0, cos(yaw)),
    )
    return middle


def hips_at_thigh(poser: Poser, hip_z: float, foot: Foot, angle: float) -> Array:
    """Hip middle at this Z whose thigh has this elevation."""
    ankle = poser.ankle(foot, "L")
    side = poser.hip_half - ankle[0]
    most = np.sqrt(
        (0.9985 * (poser.lengths["thigh"] + poser.lengths["shank"])) ** 2 - side**2 - (hip_z - ankle[2]) ** 2
    )
    y = find(lambda h: thigh_deg(poser, vec(0, h, hip_z), foot) - angle, ankle[1] + 0.15, ankle[1] + most)
    return vec(0, y, hip_z)


def balance(
    poser: Poser, hips: Array, trunk: float, arms_z: float, foot: Foot, load_z: float = 0.0, load: float = 0.0
) -> float:
    """How far the centre of mass is in front of the midfoot, metres. load: share of body mass at load_z."""
    ankle = poser.ankle(Foot(foot.ball, foot.yaw_deg), "L")
    knee = knee_of(poser, hips, foot)
    a = radians(trunk)
    hat = hips[2] + HAT_CENTRE * poser.lengths["trunk"] * sin(a)
    moment = (
        HAT_MASS * hat
        + THIGH_MASS * (0.57 * hips[2] + 0.43 * knee[2])
        + SHANK_MASS * (0.57 * knee[2] + 0.43 * ankle[2])
    )
    moment += ARM_MASS * arms_z + load * load_z
    return moment / (HAT_MASS + THIGH_MASS + SHANK_MASS + ARM_MASS + load) - (ankle[2] + MIDFOOT_M)
