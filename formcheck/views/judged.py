"""The angle that a signal measures, as lines in the picture: what the overlay and the key frames draw.

        tip                 two arms meet in a vertex; the second arm is a joint, or an imagined
       /  ) value           line (vertical, horizontal, or the trunk going on), drawn dashed.
vertex o-----  second       Points are pixels of the displayed picture, y up, NaN where not seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import copysign, hypot, isnan

from formcheck.body import Body, Reference
from formcheck.exercise import Fault
from formcheck.geometry import Point, along, distance, midpoint
from formcheck.manual import every_fault
from formcheck.pose import Pose
from formcheck.report import Finding
from formcheck.signals import SIGNALS

MAIN = {
    "squat": "trunk_inclination",
    "deadlift": "trunk_inclination",
    "row": "trunk_inclination",
    "plank": "body_line",
}
"""The signal that is drawn while nothing is wrong."""

SHOWN: dict[str, tuple[tuple[str, str, str], ...]] = {
    "trunk_inclination": (("hip", "shoulder", "vertical"),),
    "shank_inclination": (("ankle", "knee", "vertical"),),
    "thigh_angle": (("knee", "hip", "horizontal"),),
    "knee_angle": (("knee", "hip", "ankle"),),
    "hip_angle": (("hip", "shoulder", "knee"),),
    "elbow_angle": (("elbow", "shoulder", "wrist"),),
    "neck_angle": (("shoulder", "ear", "hip onward"),),
    "heel_rise": (("foot", "heel", "horizontal"),),
    "body_line": (("hip", "ankle", "shoulder onward"),),
    "body_incline": (("ankle", "shoulder", "horizontal"),),
    "upper_arm_tilt": (("elbow", "shoulder", "vertical"),),
    "arm_tilt": (("wrist", "shoulder", "vertical"),),
    "grip_forward": (("midfoot", "grip", "plumb"),),
    "bar_from_leg": (("leg", "grip", "plumb"),),
    "shoulder_bar_forward": (("midfoot", "shoulder", "plumb"),),
    "lateral_shift": (("ankles", "hips", "plumb"),),
    "shoulder_tilt": (("right shoulder", "left shoulder", "horizontal"),),
    "hip_tilt": (("right hip", "left hip", "horizontal"),),
    "hands_tilt": (("right wrist", "left wrist", "horizontal"),),
    "twist": (("right shoulder", "left shoulder", "horizontal"), ("right hip", "left hip", "horizontal")),
    "knee_valgus": (
        ("left knee", "left ankle", "left hip onward"),
        ("right knee", "right ankle", "right hip onward"),
    ),
    "knee_gap": (("left knee", "left hip", "left ankle"), ("right knee", "right hip", "right ankle")),
}
"""Signal -> (vertex, tip, second) of each angle to draw. Plain joints are the near ones.

plumb: the distance of the tip from the vertical line through the vertex.
"""


@dataclass(frozen=True)
class Angle:
    """One angle in the picture; `imagined` says that the second arm is no part of the body.

    arc: whether it is an angle at all; without one it is a distance, from a plumb line to the tip.
    """

    vertex: Point
    tip: Point
    second: Point
    imagined: bool
    arc: bool = True

    @property
    def seen(self) -> bool:
        """Whether all three points were seen."""
        return not isnan(sum((*self.vertex, *self.tip, *self.second)))


def signal_of(finding: Finding, exercise: str) -> str:
    """The signal to draw for a finding: the first that its limits read and that has the finding's unit."""
    fault = every_fault().get(finding.code)
    read = [s for limit in fault.limits for s in limit.watch.signals] if isinstance(fault, Fault) else []
    fitting = (s for s in read if s in SHOWN and SIGNALS[s].unit == finding.unit)
    return next(fitting, MAIN.get(exercise, ""))


def angles(signal: str, pose: Pose, reference: Reference) -> list[Angle]:
    """The angles to draw for a signal in one pose; those with an unseen point are left out."""
    body = Body(pose, Reference(facing=1, near=reference.near, stature_px=1.0))
    drawn = [_angle(body, *names) for names in SHOWN.get(signal, ())]
    return [angle for angle in drawn if angle.seen]


def _angle(body: Body, vertex_name: str, tip_name: str, second_name: str) -> Angle:
    vertex, tip = _point(body, vertex_name), _point(body, tip_name)
    if second_name == "plumb":
        return Angle((vertex[0], tip[1]), tip, vertex, imagined=True, arc=False)
    length = distance(vertex, tip)
    if second_name == "vertical":
        second = (vertex[0], vertex[1] + length)
    elif second_name == "horizontal":
        second = (vertex[0] + copysign(length, tip[0] - vertex[0]), vertex[1])
    elif second_name.endswith(" onward"):
        second = _onward(_point(body, second_name.removesuffix(" onward")), vertex, length)
    else:
        return Angle(vertex, tip, _point(body, second_name), imagined=False)
    return Angle(vertex, tip, second, imagined=True)


def _leg_beside(body: Body) -> Point:
    """The point of the leg's line that is as high as the grip; the knee or an end beyond them."""
    grip, knee = body.grip(), body("knee")
    end = body("ankle") if grip[1] < knee[1] else body("hip")
    rise = end[1] - knee[1]
    share = (grip[1] - knee[1]) / rise if rise else 0.0
    return along(knee, end, min(max(share, 0.0), 1.0))


def _onward(start: Point, vertex: Point, length: float) -> Point:
    """The line from start through the vertex, going on for `length`."""
    run = hypot(vertex[0] - start[0], vertex[1] - start[1])
    return along(start, vertex, 1 + length / run) if run else (float("nan"), float("nan"))


def _point(body: Body, name: str) -> Point:
    if name == "grip":
        return body.grip()
    if name == "leg":
        return _leg_beside(body)
    if name == "midfoot":
        return body.midfoot()
    if name in ("hips", "ankles"):
        return midpoint(body.left(name[:-1]), body.right(name[:-1]))
    side, _, joint = name.rpartition(" ")
    return body.left(joint) if side == "left" else body.right(joint) if side == "right" else body(joint)
