"""Other people in the room: they stand in the background, turn, and talk with their hands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import atan2, degrees

import numpy as np

from synthetic import talk
from synthetic.body import Array, Shape, build
from synthetic.camera import Camera
from synthetic.clothing import SOLE_M, Figure, Outfit, dress
from synthetic.pose import Poser, turn
from synthetic.render import Surface
from synthetic.scene import Room, to_world

PEOPLE = (
    (
        Shape("female", 1.66),
        Outfit(shirt=(0.25, 0.22, 0.05), shorts=(0.05, 0.05, 0.12), leg=1.7),
        (-1.15, 1.45),
        60.0,
    ),
    (Shape("male", 1.83, 0.6), Outfit(shirt=(0.03, 0.03, 0.03), shorts=(0.2, 0.2, 0.2)), (1.05, 1.7), -35.0),
    (Shape("male", 1.72, 0.0, 0.6), Outfit(shirt=(0.3, 0.3, 0.32)), (-0.35, 2.0), 10.0),
)
"""Body, clothes, place (metres to the right of the lifter and behind), turn against the camera."""


@dataclass(frozen=True)
class Bystander:
    """Someone who stands at `at` (X, Z of the world), turned by turn_deg about the vertical."""

    figure: Figure
    poser: Poser
    at: Array
    turn_deg: float
    ahead_s: float

    def surface(self, t: float) -> Surface:
        """The person at a moment, in world axes."""
        posed = self.poser.solve(talk.posture(self.poser, t + self.ahead_s))
        skin = posed.skin(self.figure.points, self.figure.weights)
        r = turn(np.array([0.0, 1, 0]), self.turn_deg)
        return Surface(skin @ r.T + self.at, self.figure.triangles, self.figure.colours)


def bystanders(room: Room, camera: Camera) -> list[Bystander]:
    """The first room.people of PEOPLE, placed in the picture's background."""
    axes = to_world(camera)
    towards_camera = degrees(atan2(-axes[2][0], -axes[2][2]))
    out = []
    for k, (shape, outfit, (right, behind), off) in enumerate(PEOPLE[: room.people]):
        body = build(shape)
        at = axes[0] * right + axes[2] * behind + np.array([0, 0, camera.ahead_m])
        clothes = replace(outfit, fit="normal")
        out.append(Bystander(dress(body, clothes), Poser(body, SOLE_M), at, towards_camera + off, 1.7 * k))
    return out
