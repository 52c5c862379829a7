"""A pose seen as a body: joints in the lifter's own axes and size instead of pixels.

            y up
             |      the unit is the lifter's stature H, so 0.05 is 5 % of the body height;
     ear o   |      x points the way the lifter faces (forward), so a mirrored video gives the same numbers;
shoulder o   |      the origin is the lower edge of the picture: only differences mean anything.
         |   |
     hip o   |      Side on, a joint is the near one of its pair (it is the one that is seen);
         \\o knee   from the front it is the middle of the two.
         /   |
  ankle o____|____ x forward
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import hypot, nan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formcheck.back import Back, BackReference
from formcheck.geometry import Point, along, midpoint
from formcheck.pose import J, Pose

SEEN_MIN = 0.5  # MediaPipe's own presence threshold; below it a joint is a guess and counts as not seen
# A bone this much longer or shorter than it is has a guessed joint at its lower end (engineering choice)
BONE_SLACK = 0.35
LEFT, RIGHT = (
    {name.removeprefix(side): i for name, i in J.items() if name.startswith(side)}
    for side in ("left_", "right_")
)
SIDES = {"left": LEFT, "right": RIGHT}
GRIP = 0.8  # the grip lies 80 % of the way from the wrist to the knuckles (biomechanics section 0)


@dataclass(frozen=True)
class Reference:
    """What turns pixels into a body: fixed for a whole take.

    facing: +1 if the lifter faces the right edge of the picture, -1 for the left; near: the side of the body
    towards the camera, "both" from the front and from behind; stature_px: standing height in pixels;
    floor_y: height of the ankles and midfoot_x: place of the middle of the foot, in stature units along the
    body axes while the feet are planted (NaN if the feet were never seen); bones: (upper joint, lower joint,
    true length in statures) of the near side, where the view shows lengths truly; shortest: share of its
    length that the view may show of one; back: what the outline of the back is compared with; yaw_deg: of the
    camera, see signals.yaw.
    """

    facing: int
    near: Literal["left", "right", "both"]
    stature_px: float
    floor_y: float = nan
    midfoot_x: float = nan
    bones: tuple[tuple[str, str, float], ...] = ()
    shortest: float = 1 - BONE_SLACK
    back: BackReference = field(default_factory=BackReference)
    yaw_deg: float = 0.0

    @cached_property
    def scale(self) -> NDArray[np.float64]:
        """(2,): from x and y in pixels to the body's."""
        return np.array((self.facing * (1.0 / self.stature_px), 1.0 / self.stature_px))


class Body:
    """The joints of one pose in body axes. Points are (nan, nan) where not seen."""

    __slots__ = ("_back", "_near", "_points", "_pose", "ref")

    def __init__(self, pose: Pose, ref: Reference) -> None:
        self.ref, self._pose = ref, pose
        self._back: Back | None = None
        self._near = SIDES.get(ref.near)
        points = pose.points[:, :2] * ref.scale
        points[~(pose.seen >= SEEN_MIN)] = nan
        self._points: list[Point] = list(map(tuple, points.tolist()))
        for upper, lower, length in ref.bones:
            (ax, ay), (bx, by) = self(upper), self(lower)
            if not ref.shortest <= hypot(ax - bx, ay - by) / length <= 1 + BONE_SLACK:
                self._points[J[f"{ref.near}_{lower}"]] = (nan, nan)

    def left(self, joint: str) -> Point:
        """The lifter's own left joint."""
        return self._point(LEFT[joint])

    def right(self, joint: str) -> Point:
        """The lifter's own right joint."""
        return self._point(RIGHT[joint])

    def __call__(self, joint: str) -> Point:
        """The near joint of a pair (side on), the middle of both (front, back)."""
        if self._near is not None:
            return self._point(self._near[joint])
        return midpoint(self.left(joint), self.right(joint))

    def grip(self) -> Point:
        """Where the hand holds the bar, estimated from wrist and knuckles."""
        wrist, knuckles = self("wrist"), midpoint(self("index"), self("pinky"))
        return along(wrist, knuckles, GRIP)

    def midfoot(self) -> Point:
        """Half-way between heel and toes."""
        return midpoint(self("heel"), self("foot"))

    def trunk_length(self) -> float:
        """Hip to shoulder, in stature units, as the picture shows it (shorter when turned to the camera)."""
        (hx, hy), (sx, sy) = self("hip"), self("shoulder")
        return hypot(sx - hx, sy - hy)

    @property
    def back(self) -> Back:
        """The outline of the back in this pose; looked at only by the signals that need it."""
        if self._back is None:
            ref = self.ref
            self._back = Back(self._pose, ref.facing, ref.near, ref.stature_px, ref.yaw_deg)
        return self._back

    def _point(self, i: int) -> Point:
        return self._points[i]
