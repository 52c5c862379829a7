"""A body of average proportions in any posture of the plane: what the published figures are computed on.

Segment lengths are de Leva's (1996) for a man of 1.741 m and a woman of 1.735 m, scaled to the stature.
Angles are degrees from the vertical, + forward; lengths metres, x forward, y up, the hip at the origin unless
said otherwise. formcheck itself takes lengths from the picture and uses none of these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.anthropometry import FEMALE, MALE, Build, Sex
from formcheck.spine_load import Posture

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Mannequin:
    """One person. Lengths in metres."""

    mass_kg: float = 80.0
    stature_m: float = 1.78
    sex: Sex = "male"

    @property
    def body(self) -> Build:
        return MALE if self.sex == "male" else FEMALE

    def length(self, part: str) -> float:
        man, woman = LENGTHS[part]
        return self.stature_m * (man / 1741 if self.sex == "male" else woman / 1735)

    @property
    def arm(self) -> float:
        """Shoulder to grip of a straight arm."""
        return self.length("upper_arm") + self.length("forearm") + 0.8 * self.length("hand")

    def bent(self, trunk: Array | float, hand_ahead: Array | float = 0.0, drop: float = 1.0) -> Posture:
        """Trunk inclined, arms straight, hands `hand_ahead` metres in front of the shoulder.

        drop: share of the arm's length to which the arm is stretched. Legs straight down: they do not matter.
        """
        trunk, ahead = np.broadcast_arrays(np.asarray(trunk, float), np.asarray(hand_ahead, float))
        hip = np.zeros((*trunk.shape, 2))
        shoulder = hip + arrow(self.length("trunk"), trunk)
        reach = np.sqrt(np.maximum((drop * self.arm) ** 2 - ahead**2, 0.0))
        grip = shoulder + np.stack([ahead, -reach], axis=-1)
        upper, lower = self.length("upper_arm"), self.length("forearm")
        elbow = shoulder + (grip - shoulder) * upper / self.arm
        wrist = shoulder + (grip - shoulder) * (upper + lower) / self.arm
        knee = hip - arrow(self.length("thigh"), 0 * trunk)
        ankle = knee - arrow(self.length("shank"), 0 * trunk)
        foot = ankle + np.array([0.13, -0.08])
        return Posture(hip, shoulder, self._ear(hip, shoulder), elbow, wrist, grip, knee, ankle, foot)

    def under_bar(self, trunk: Array | float) -> Posture:
        """A bar across the back: hands at the bar, elbows below it."""
        p = self.bent(trunk)
        up = arrow(1.0, np.asarray(trunk, float))
        forward = np.stack([up[..., 1], -up[..., 0]], axis=-1)
        bar = p.shoulder - 0.05 * forward + 0.03 * up
        elbow = bar - np.array([0.0, 0.25])
        return Posture(p.hip, p.shoulder, p.ear, elbow, bar, bar, p.knee, p.ankle, p.foot)

    def plank(self, on_forearms: bool) -> Posture:
        """A straight body on toes and forearms or palms, upper arms upright; the toes at the origin."""
        front = self.length("upper_arm") + (0.0 if on_forearms else self.length("forearm"))
        height = front + (0.04 if on_forearms else 0.0)  # half a forearm's thickness
        ankle_up = 0.10  # over the floor, and upright over the toes
        along = sum(self.length(p) for p in ("shank", "thigh", "trunk"))
        slope = np.arcsin((height - ankle_up) / along)
        axis = np.array([np.cos(slope), np.sin(slope)])
        ankle = np.array([0.0, ankle_up])
        knee = ankle + self.length("shank") * axis
        hip = knee + self.length("thigh") * axis
        shoulder = hip + self.length("trunk") * axis
        elbow = shoulder - np.array([0.0, self.length("upper_arm")])
        wrist = elbow + (
            np.array([self.length("forearm"), 0]) if on_forearms else -arrow(self.length("forearm"), 0)
        )
        grip = wrist + np.array([0.8 * self.length("hand"), 0.0])
        foot = np.array([0.0, 0.0])
        return Posture(hip, shoulder, self._ear(hip, shoulder), elbow, wrist, grip, knee, ankle, foot)

    def _ear(self, hip: Array, shoulder: Array) -> Array:
        """The middle of the head, on the line of the trunk."""
        joint = hip + self.body.l5s1_at * (shoulder - hip)
        return np.asarray(joint + self.body.head_at * (shoulder - joint))


LENGTHS: dict[str, tuple[float, float]] = {
    "trunk": (515.5, 497.9), "upper_arm": (281.7, 275.1), "forearm": (268.9, 264.3),
    "hand": (86.2, 78.0), "thigh": (422.2, 368.5), "shank": (434.0, 432.3),
}  # fmt: skip
"""Millimetres, man and woman; hip to shoulder is the whole trunk (middle of hips to middle of shoulders)."""


def arrow(length: float, angle: Array | float) -> Array:
    """A line of this length, leaning `angle` degrees forward from the vertical."""
    a = np.radians(np.asarray(angle, float))
    return np.stack([length * np.sin(a), length * np.cos(a)], axis=-1)
