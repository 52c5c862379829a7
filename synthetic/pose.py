"""From chosen angles and planted points to the rotation of every bone, and from there to skin.

Angles are degrees, positions metres in world axes. Everything above the hips turns with the pelvis, so the
pelvis is pitched until the line hip-shoulder has exactly the inclination asked for, whatever the flexion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import acos, atan2, cos, degrees, radians, sin, sqrt

import numpy as np
from scipy import sparse

from synthetic.body import Array, Body

SIDES = ("L", "R")
LUMBAR_SHARES = {"spine04": 0.38, "spine03": 0.34, "spine02": 0.28}  # of lumbar flexion, from L5/S1 up
THORACIC_SHARES = {"spine02": 0.35, "spine01": 0.65}
NECK_SHARES = {"neck01": 0.25, "neck02": 0.25, "neck03": 0.2, "head": 0.3}
SPINE = ("spine05", "spine04", "spine03", "spine02", "spine01")
CURL = (62.0, 75.0, 45.0)  # degrees a closed fist bends the three joints of a finger
REACH = 0.999  # limbs stay this share of their length or shorter: a fully straight knee has no plane
GRIP_ALONG, GRIP_PALM = 0.092, 0.028  # metres from the wrist to a held bar: along the hand, into the palm


@dataclass(frozen=True)
class Foot:
    """A planted foot. ball: (3,) ball of the foot on the floor; yaw_deg + toes out; heel_deg + heel up."""

    ball: Array
    yaw_deg: float = 12.0
    heel_deg: float = 0.0
    knee_in_deg: float = 0.0


@dataclass(frozen=True)
class Hand:
    """A hand. wrist: (3,) where the wrist should be; along, palm: directions of hand and palm.

    elbow: direction the elbow points to; curl 0 open, 1 fist.
    """

    wrist: Array
    along: Array
    palm: Array
    elbow: Array
    curl: float = 0.3


@dataclass(frozen=True)
class Stance:
    """A whole posture. hips: (3,) middle of the hip joints; trunk_deg: hip-shoulder line, + forward.

    lumbar_deg, thoracic_deg: flexion against standing, + rounder; neck_deg: + chin down, against the trunk;
    roll_deg: trunk to the lifter's left; twist_deg: shoulders about the line hip-shoulder against the hips,
    the left one backwards (up, when bent over); hip_twist_deg: the hips against the shoulders, the same way
    round. feet and hands are (left, right).
    """

    hips: Array
    trunk_deg: float
    feet: tuple[Foot, Foot]
    hands: tuple[Hand, Hand]
    lumbar_deg: float = 0.0
    thoracic_deg: float = 0.0
    neck_deg: float = 0.0
    roll_deg: float = 0.0
    twist_deg: float = 0.0
    hip_twist_deg: float = 0.0


@dataclass(frozen=True)
class Posed:
    """A body in a posture: rotation (B, 3, 3) and place (B, 3) of every bone."""

    body: Body
    rotations: Array
    places: Array
    stance: Stance
    extra: Mapping[str, float] = field(default_factory=dict)

    def at(self, bone: str) -> Array:
        """Where a bone starts."""
        return self.places[self.body.bones.index(bone)]

    def carried(self, bone: str, rest: Array) -> Array:
        """Where a point of the rest pose goes with a bone."""
        i = self.body.bones.index(bone)
        return self.rotations[i] @ (rest - self.body.heads[i]) + self.places[i]

    def skin(self, points: Array, weights: sparse.csr_matrix) -> Array:
        """Linear blend skinning of points (N, 3) of the rest pose with weights (N, B)."""
        shift = self.places - np.einsum("bij,bj->bi", self.rotations, self.body.heads)
        rows = np.concatenate([self.rotations.reshape(-1, 9), shift], axis=1)
        mixed = weights @ rows
        return np.asarray(np.einsum("nij,nj->ni", mixed[:, :9].reshape(-1, 3, 3), points) + mixed[:, 9:])


def unit(v: Array) -> Array:
    """The vector at length one."""
    return v / np.linalg.norm(v)


def turn(axis: Array, angle_deg: float) -> Array:
    """Rotation matrix about an axis."""
    x, y, z = unit(np.asarray(axis, dtype=float))
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    a = radians(angle_deg)
    return np.asarray(np.eye(3) + sin(a) * k + (1 - cos(a)) * k @ k)


def pitch(angle_deg: float) -> Array:
    """Rotation that leans forward."""
    return turn(np.array([1.0, 0, 0]), angle_deg)


def frame(first: Array, second: Array) -> Array:
    """Axes as columns: along `first`, then the part of `second` square to it, then their product."""
    a = unit(first)
    b = unit(second - a * (second @ a))
    return np.stack([a, b, np.cross(a, b)], axis=1)


def bend(start: Array, end: Array, upper: float, lower: float, pole: Array) -> tuple[Array, Array]:
    """Two-bone chain: the middle joint, on the side of `pole`, and the end that is really reached."""
    line = end - start
    far = float(np.linalg.norm(line))
    reach = min(max(far, abs(upper - lower) * 1.001 + 1e-6), (upper + lower) * REACH)
    line = line / far
    cosine = (upper**2 + reach**2 - lower**2) / (2 * upper * reach)
    side = unit(pole - line * (pole @ line))
    middle = start + line * (upper * cosine) + side * (upper * sqrt(max(0.0, 1 - cosine**2)))
    return middle, start + line * reach


class Poser:
    """Solves postures of one body. Rest frames and lengths are measured once."""

    def __init__(self, body: Body, sole_m: float = 0.0) -> None:
        self.body = body
        self.sole_m = sole_m

    @cached_property
    def lengths(self) -> dict[str, float]:
        """Bone lengths in metres: thigh, shank, upper_arm, forearm, trunk (hip middle to shoulder middle)."""
        head = self.body.head
        chains = {
            "thigh": ("upperleg01.L", "lowerleg01.L"), "shank": ("lowerleg01.L", "foot.L"),
            "upper_arm": ("upperarm01.L", "lowerarm01.L"), "forearm": ("lowerarm01.L", "wrist.L"),
        }  # fmt: skip
        out = {name: float(np.linalg.norm(head(b) - head(a))) for name, (a, b) in chains.items()}
        out["trunk"] = float(np.linalg.norm(self._middle("upperarm01") - self._middle("upperleg01")))
        out["arm"] = (out["upper_arm"] + out["forearm"]) * REACH
        return out

    @cached_property
    def hip_half(self) -> float:
        """Half the distance between the hip joints."""
        return float(self.body.head("upperleg01.L")[0])

    @cached_property
    def shoulder_half(self) -> float:
        """Half the distance between the shoulder joints."""
        return float(self.body.head("upperarm01.L")[0])

    def _middle(self, bone: str) -> Array:
        return (self.body.head(f"{bone}.L") + self.body.head(f"{bone}.R")) / 2

    def spine(self, lumbar: float, thoracic: float) -> tuple[dict[str, float], Array]:
        """Pitch of each spine bone against the pelvis; shoulder middle from the hip middle at pelvis 0."""
        angle, pitches = 0.0, {}
        for bone in SPINE:
            angle += LUMBAR_SHARES.get(bone, 0) * lumbar + THORACIC_SHARES.get(bone, 0) * thoracic
            pitches[bone] = angle
        chain = [self.body.head(bone) for bone in SPINE] + [self._middle("upperarm01")]
        place = chain[0] - self._middle("upperleg01")
        for bone, a, b in zip(SPINE, chain[:-1], chain[1:], strict=True):
            place = place + pitch(pitches[bone]) @ (b - a)
        return pitches, place

    def pelvis_deg(self, trunk: float, lumbar: float, thoracic: float) -> float:
        """Pelvis pitch that gives the trunk its inclination."""
        _, place = self.spine(lumbar, thoracic)
        return trunk - degrees(atan2(place[2], place[1]))

    def shoulders(self, hips: Array, trunk: float, lumbar: float, thoracic: float) -> Array:
        """Middle of the shoulder joints, no roll."""
        _, place = self.spine(lumbar, thoracic)
        length, a = float(np.linalg.norm(place[1:])), radians(trunk)
        return hips + np.array([0.0, length * cos(a), length * sin(a)])

    def ankle(self, foot: Foot, side: str) -> Array:
        """Where the ankle of a planted foot is: the foot turns about its ball."""
        ball, ankle = self.body.head(f"toe1-1.{side}"), self.body.head(f"foot.{side}")
        ball = np.array([ball[0], 0.0, ball[2]])
        return foot.ball + np.array([0, self.sole_m, 0]) + self._foot_turn(foot, side) @ (ankle - ball)

    def _foot_turn(self, foot: Foot, side: str) -> Array:
        outward = 1.0 if side == "L" else -1.0
        rest = self.body.head(f"toe1-1.{side}") - self.body.head(f"foot.{side}")
        rest_yaw = degrees(atan2(rest[0], rest[2]))
        up = np.array([0.0, 1, 0])
        return turn(up, outward * foot.yaw_deg) @ pitch(foot.heel_deg) @ turn(up, -rest_yaw)

    def solve(self, stance: Stance) -> Posed:
        """Every bone of a posture."""
        turned: dict[str, Array] = {}
        pitches, _ = self.spine(stance.lumbar_deg, stance.thoracic_deg)
        pelvis = self.pelvis_deg(stance.trunk_deg, stance.lumbar_deg, stance.thoracic_deg)
        roll = turn(np.array([0.0, 0, 1]), -stance.roll_deg)
        a = radians(stance.trunk_deg)
        axis = np.array([0.0, cos(a), sin(a)])
        turned["root"] = turn(axis, stance.hip_twist_deg) @ pitch(pelvis)
        for i, bone in enumerate(SPINE):
            share = i / (len(SPINE) - 1)
            twist = turn(axis, stance.twist_deg * share + stance.hip_twist_deg * (1 - share))
            side = turn(np.array([0.0, 0, 1]), -stance.roll_deg * share)
            turned[bone] = side @ twist @ pitch(pelvis + pitches[bone])
        angle = pelvis + pitches["spine01"]
        for bone, share in NECK_SHARES.items():
            angle += share * stance.neck_deg
            turned[bone] = roll @ pitch(angle)
        root = stance.hips + turned["root"] @ (self.body.head("root") - self._middle("upperleg01"))
        places = self._forward(turned, root)
        for side, foot in zip(SIDES, stance.feet, strict=True):
            self._leg(turned, places, side, foot)
        for side, hand in zip(SIDES, stance.hands, strict=True):
            self._arm(turned, places, side, hand)
        places = self._forward(turned, root)
        rotations = np.stack([self._inherited(turned, b) for b in self.body.bones])
        return Posed(self.body, rotations, np.stack([places[b] for b in self.body.bones]), stance)

    def _inherited(self, turned: dict[str, Array], bone: str) -> Array:
        while bone not in turned:
            bone = self.body.bones[self.body.parents[self.body.bones.index(bone)]]
        return turned[bone]

    def _forward(self, turned: dict[str, Array], root: Array) -> dict[str, Array]:
        """Places of all bones; a bone without a rotation of its own takes its parent's."""
        places: dict[str, Array] = {}
        current: dict[str, Array] = {}
        for i, bone in enumerate(self.body.bones):
            parent = self.body.parents[i]
            up = self.body.bones[parent] if parent >= 0 else ""
            current[bone] = turned.get(bone, current.get(up, np.eye(3)))
            moved = current[up] @ (self.body.heads[i] - self.body.heads[parent]) if up else 0
            places[bone] = (places[up] if up else root) + moved
        return places

    def _leg(self, turned: dict[str, Array], places: dict[str, Array], side: str, foot: Foot) -> None:
        head, outward = self.body.head, 1.0 if side == "L" else -1.0
        up = np.array([0.0, 1, 0])
        hip, ankle = places[f"upperleg01.{side}"], self.ankle(foot, side)
        toes = turn(up, outward * foot.yaw_deg) @ np.array([0.0, 0, 1])
        pole = turn(hip - ankle, -outward * foot.knee_in_deg) @ toes
        knee, ankle = bend(hip, ankle, self.lengths["thigh"], self.lengths["shank"], pole)
        hinge = np.cross(hip - ankle, pole)
        points = [hip, knee, ankle]
        rest = [head(f"{b}.{side}") for b in ("upperleg01", "lowerleg01", "foot")]
        rest_hinge = np.array([1.0, 0, 0])
        for i, bone in enumerate(("upperleg", "lowerleg")):
            r = frame(points[i + 1] - points[i], hinge) @ frame(rest[i + 1] - rest[i], rest_hinge).T
            turned[f"{bone}01.{side}"] = turned[f"{bone}02.{side}"] = r
        turned[f"foot.{side}"] = self._foot_turn(foot, side)
        turned[f"toe1-1.{side}"] = self._foot_turn(Foot(foot.ball, foot.yaw_deg), side)

    def _arm(self, turned: dict[str, Array], places: dict[str, Array], side: str, hand: Hand) -> None:
        head = self.body.head
        rest = [head(f"{b}.{side}") for b in ("upperarm01", "lowerarm01", "wrist")]
        shoulder = places[f"upperarm01.{side}"]
        elbow, wrist = bend(
            shoulder, hand.wrist, self.lengths["upper_arm"], self.lengths["forearm"], hand.elbow
        )
        hinge = np.cross(elbow - shoulder, wrist - elbow)
        if np.linalg.norm(hinge) < 1e-6:
            hinge = np.cross(hand.elbow, wrist - shoulder) * -1
        rest_hinge = np.cross(rest[1] - rest[0], rest[2] - rest[1])
        upper = frame(elbow - shoulder, hinge) @ frame(rest[1] - rest[0], rest_hinge).T
        fore = frame(wrist - elbow, hinge) @ frame(rest[2] - rest[1], rest_hinge).T
        along, palm = self._hand_axes(side)
        held = frame(hand.along, hand.palm) @ frame(along, palm).T
        # the forearm turns half-way with the hand, so that the skin of the wrist does not wring
        twisted = frame(wrist - elbow, held @ palm) @ frame(rest[2] - rest[1], palm).T
        turned[f"upperarm01.{side}"] = turned[f"upperarm02.{side}"] = upper
        turned[f"lowerarm01.{side}"] = _between(fore, twisted, 0.35)
        turned[f"lowerarm02.{side}"] = _between(fore, twisted, 0.75)
        turned[f"wrist.{side}"] = held
        across = np.cross(unit(hand.along), unit(hand.palm))
        for finger in range(1, 6):
            total = 0.0
            for joint in range(1, 4):
                total += hand.curl * CURL[joint - 1] * (0.35 if finger == 1 else 1.0)
                turned[f"finger{finger}-{joint}.{side}"] = turn(across, total) @ held

    def _hand_axes(self, side: str) -> tuple[Array, Array]:
        """Directions of the hand and of its palm at rest."""
        head = self.body.head
        along = head(f"finger3-1.{side}") - head(f"wrist.{side}")
        across = head(f"finger5-1.{side}") - head(f"finger2-1.{side}")
        palm = np.cross(across, along) * (1 if side == "L" else -1)
        return unit(along), unit(palm)


def _between(a: Array, b: Array, share: float) -> Array:
    """Rotation part of the way from a to b."""
    step = b @ a.T
    angle = degrees(acos(float(np.clip((np.trace(step) - 1) / 2, -1, 1))))
    if angle < 1e-3:
        return a
    axis = np.array([step[2, 1] - step[1, 2], step[0, 2] - step[2, 0], step[1, 0] - step[0, 1]])
    return np.asarray(turn(axis, share * angle) @ a)
