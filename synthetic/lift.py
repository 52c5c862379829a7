"""What deadlift and row share: a bar held by straight arms, the bar picked up and put down."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np

from synthetic.body import Array
from synthetic.curves import find
from synthetic.motion import vec
from synthetic.pose import GRIP_ALONG, Foot, Poser

MOST_BENT_DEG, STRAIGHTEST_DEG = 50.0, 177.5  # range in which a knee angle is sought


@dataclass(frozen=True)
class Spine:
    """Flexion against standing, degrees, + rounder."""

    lumbar: float = 0.0
    thoracic: float = 0.0


def hips_from_leg(poser: Poser, shank_deg: float, knee_deg: float, foot: Foot) -> Array:
    """Hip middle from shank inclination and included knee angle, both seen from the side."""
    ankle = poser.ankle(foot, "L")
    thigh, shank = poser.lengths["thigh"], poser.lengths["shank"]
    s = radians(shank_deg)
    t = radians(shank_deg - (180 - knee_deg))  # the thigh's lean, - backwards
    # hips and feet are not equally wide apart: what goes sideways is lost to the side view
    flat = np.sqrt(1 - ((ankle[0] - poser.hip_half) / (thigh + shank)) ** 2)
    return vec(
        0,
        ankle[1] + flat * (shank * cos(s) + thigh * cos(t)),
        ankle[2] + flat * (shank * sin(s) + thigh * sin(t)),
    )


def knee_for_bar(
    poser: Poser, shank_deg: float, trunk: float, bar: Array, half_grip: float, spine: Spine, foot: Foot
) -> float:
    """The included knee angle at which straight arms reach the bar, for a shank and a trunk inclination."""
    reach = poser.lengths["arm"] + GRIP_ALONG
    aside = half_grip - poser.shoulder_half

    def long(knee: float) -> float:
        shoulder = poser.shoulders(
            hips_from_leg(poser, shank_deg, knee, foot), trunk, spine.lumbar, spine.thoracic
        )
        return float(np.hypot(np.hypot(*(shoulder - bar)[1:]), aside)) - reach

    return find(long, MOST_BENT_DEG, STRAIGHTEST_DEG, 1e-3)
