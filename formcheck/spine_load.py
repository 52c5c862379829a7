"""How hard the low back works: a quasi-static, top-down model of L5/S1 in the plane seen from the side.

                  o ear              M = sum of m g (x - x0) over head, trunk, arms and load, x0 = L5/S1
         arms    /                   W = sum of m g                      + M bends the trunk forward;
          \\ ___o shoulder                                                the back has to hold against it
           \\  /
    load  [ ]/ o L5/S1               muscles  F = M / arm, arm 5 to 7 cm
            o hip                    squeezing force  C = F cos 5 deg + W cos(trunk inclination)

Metres, kilograms, newtons; x forward, y up; arrays (..., 2), any leading shape; NaN where not seen. The
drawing, the constants with their sources and what the model cannot say are in docs/spine_load.md.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from formcheck.anthropometry import Build
from formcheck.lifter import LoadAt

Array = NDArray[np.float64]

GRAVITY = 9.81  # m/s2
MUSCLE_ARM_M = (0.05, 0.07)  # arm of the back muscles at L5/S1: 6 cm in WATBAK, 5 to 7 in use
OBLIQUE_DEG = 5.0  # the back muscles pull this much off the trunk's axis (WATBAK, Cholewicki 1991)
HIGH_BAR_M = (-0.05, 0.03)  # bar from the shoulder joint: forward across the trunk, up along it
LOW_BAR_M = (-0.07, -0.03)


@dataclass(frozen=True)
class Posture:
    """The joints of the side that is seen, (..., 2) metres each. The other side is taken to be the same."""

    hip: Array
    shoulder: Array
    ear: Array
    elbow: Array
    wrist: Array
    grip: Array
    knee: Array
    ankle: Array
    foot: Array

    def __getitem__(self, rows: object) -> Posture:
        return Posture(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    @property
    def trunk_deg(self) -> Array:
        """Inclination of the line from hip to shoulder, + forward."""
        line = self.shoulder - self.hip
        return np.asarray(np.degrees(np.arctan2(line[..., 0], line[..., 1])))

    def leaning(self, by_deg: Array | float) -> Posture:
        """The same posture with the trunk turned forward about the hip; the arms go with the shoulder."""
        a = -np.radians(np.asarray(by_deg, dtype=float))
        shoulder, ear = (self.hip + _turned(p - self.hip, a) for p in (self.shoulder, self.ear))
        carried = shoulder - self.shoulder
        arms = {name: getattr(self, name) + carried for name in ("elbow", "wrist", "grip")}
        return replace(self, shoulder=shoulder, ear=ear, **arms)

    def reaching(self, by_m: Array | float) -> Posture:
        """The same posture with the hands moved forward by so many metres; the elbow goes half the way."""
        step = np.stack(np.broadcast_arrays(np.asarray(by_m, dtype=float), 0.0), axis=-1)
        return replace(
            self, elbow=self.elbow + step / 2, wrist=self.wrist + step, grip=self.grip + step
        )  # fmt: skip

    def scaled(self, by: Array | float) -> Posture:
        """The same posture, larger or smaller."""
        size = np.asarray(by, dtype=float)[..., None]
        return Posture(**{f.name: getattr(self, f.name) * size for f in fields(self)})


JOINTS: tuple[str, ...] = tuple(f.name for f in fields(Posture))


@dataclass(frozen=True)
class LowBack:
    """What acts at L5/S1: moment_nm (+ bends forward), weight_n of all above it, trunk_deg."""

    moment_nm: Array
    weight_n: Array
    trunk_deg: Array

    def compression_n(self, arm_m: Array | float, oblique_deg: float = OBLIQUE_DEG) -> Array:
        """Squeezing force along the trunk for one arm of the back muscles."""
        muscle = np.abs(self.moment_nm) / arm_m
        along = np.cos(np.radians(oblique_deg)), np.cos(np.radians(self.trunk_deg))
        return np.asarray(muscle * along[0] + self.weight_n * along[1])


def l5s1(posture: Posture, body: Build) -> Array:
    """Where the joint between the last vertebra and the sacrum is."""
    return np.asarray(posture.hip + body.l5s1_at * (posture.shoulder - posture.hip))


def load_point(posture: Posture, at: LoadAt) -> Array:
    """Where the load acts; NaN for "none"."""
    if at == "hands":
        return posture.grip
    if at == "goblet":
        return posture.wrist
    if at == "none":
        return np.full_like(posture.hip, np.nan)
    line = posture.shoulder - posture.hip
    up = line / np.linalg.norm(line, axis=-1, keepdims=True)
    forward = np.stack([up[..., 1], -up[..., 0]], axis=-1)
    across, along = HIGH_BAR_M if at == "high-bar" else LOW_BAR_M
    return np.asarray(posture.shoulder + across * forward + along * up)


def low_back(
    posture: Posture, body: Build, mass_kg: float, load_kg: float = 0.0, at: LoadAt = "none",
    acceleration: Array | float = 0.0, joint_off_m: Array | float = 0.0, load_off_m: Array | float = 0.0,
) -> LowBack:  # fmt: skip
    """Moment and weight at L5/S1. acceleration: of the load, upward, m/s2 (0: static, as if held still).

    joint_off_m, load_off_m: how far L5/S1 and the load lie in front of where they are taken to be.
    """
    joint = l5s1(posture, body)[..., 0] + joint_off_m
    moment, weight = np.zeros(np.shape(joint)), np.zeros(np.shape(joint))
    for share, point in upper_body(posture, body):
        force = share * mass_kg * GRAVITY
        moment, weight = moment + force * (point[..., 0] - joint), weight + force
    if load_kg and at != "none":
        pull = load_kg * np.maximum(GRAVITY + np.asarray(acceleration), 0.0)  # a load cannot push up
        moment = moment + pull * (load_point(posture, at)[..., 0] + load_off_m - joint)
        weight = weight + pull
    return LowBack(moment, weight, posture.trunk_deg)


def upper_body(posture: Posture, body: Build) -> list[tuple[float, Array]]:
    """Share of body mass and place of everything above L5/S1, arms doubled."""
    p, joint = posture, l5s1(posture, body)
    line = p.shoulder - joint
    head = np.where(np.isfinite(p.ear), p.ear, joint + body.head_at * line)
    grip = np.where(np.isfinite(p.grip), p.grip, p.shoulder)  # hidden arms are taken to hang
    wrist = np.where(np.isfinite(p.wrist), p.wrist, grip)
    elbow = np.where(np.isfinite(p.elbow), p.elbow, (p.shoulder + wrist) / 2)
    return [
        (body.head, head),
        (body.trunk, joint + body.trunk_at * line),
        (2 * body.upper_arm, p.shoulder + body.upper_arm_at * (elbow - p.shoulder)),
        (2 * body.forearm, elbow + body.forearm_at * (wrist - elbow)),
        (2 * body.hand, grip),
    ]


def lower_body(posture: Posture, body: Build) -> list[tuple[float, Array]]:
    """Share of body mass and place of everything below L5/S1, legs doubled."""
    p = posture
    ankle_to_toe = p.foot - p.ankle
    return [
        (body.pelvis, (l5s1(p, body) + p.hip) / 2),
        (2 * body.thigh, p.hip + body.thigh_at * (p.knee - p.hip)),
        (2 * body.shank, p.knee + body.shank_at * (p.ankle - p.knee)),
        (2 * body.foot, p.ankle + body.foot_at * ankle_to_toe),
    ]


@dataclass(frozen=True)
class Plank:
    """A plank at L5/S1: moment_nm (+ hollows the back; the belly muscles hold against it), and the share of
    body weight that rests on the hands or forearms."""

    moment_nm: Array
    hands_share: Array


def plank(
    posture: Posture, body: Build, mass_kg: float, on_forearms: bool, joint_off_m: Array | float = 0.0
) -> Plank:
    """A body on toes and hands (or forearms): the front reaction from the balance about the toes.

    Forward is where the hands are: x grows from the toes to the hands.
    """
    p = posture
    front = (p.elbow + p.wrist) / 2 if on_forearms else p.grip
    above = upper_body(p, body)
    weights = [(share * mass_kg * GRAVITY, point) for share, point in [*above, *lower_body(p, body)]]
    toe, joint = p.foot[..., 0], l5s1(p, body)[..., 0] + joint_off_m
    reaction = sum(f * (at[..., 0] - toe) for f, at in weights) / (front[..., 0] - toe)
    held = sum(f * (at[..., 0] - joint) for f, at in weights[: len(above)])
    moment = reaction * (front[..., 0] - joint) - held
    return Plank(np.asarray(moment), np.asarray(reaction / (mass_kg * GRAVITY)))


def _turned(vectors: Array, angle: Array) -> Array:
    """(..., 2) turned counter-clockwise by an angle in radians."""
    c, s = np.cos(angle), np.sin(angle)
    x, y = vectors[..., 0], vectors[..., 1]
    return np.stack([c * x - s * y, s * x + c * y], axis=-1)
