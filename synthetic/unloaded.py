"""Bending without a load before a set: a slow hinge with crossed arms, and a slow toe-touch with empty hands.

They show how far this lifter's back bends with a light load, and how far it bends at all. Both are
measurements, no repetitions. The courses and crossed arms are also those of benchmarks/back_clips.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import atan2, cos, degrees, pi, radians, sin

import numpy as np

from synthetic.body import Array
from synthetic.curves import ease, find
from synthetic.lift import Spine, hips_from_leg
from synthetic.motion import (
    STANDING_DEG,
    Instant,
    Performance,
    Rep,
    balance,
    mixed,
    swung_arms,
    vec,
)
from synthetic.pose import Foot, Hand, Poser, Stance, unit

FULL_LUMBAR, FULL_THORACIC = 50.0, 30.0  # a spine bent as far as it goes, degrees (biomechanics 2.2)
CROSS_S, HINGE_S, TOUCH_S, BETWEEN_S = 0.7, 3.2, 3.4, 0.5  # arms to the chest, both bends, upright between
AROUND_M = 0.10  # hands on their way to the chest pass this far in front of the belly
STAND_KNEE_DEG, STAND_SHANK_DEG = 172.0, 5.0
LEAST_SHANK_DEG, MOST_SHANK_DEG = -14.0, 8.0  # range in which a balanced shank is sought
HANG_DEG, HANG_OUT_M = 4.0, 0.05
OVER_FLOOR_M = 0.17  # wrists stay this high in a toe-touch: the fingers reach the floor
TOES_M = 0.06  # and this far in front of the balls of the feet
NECK = -0.45  # of the trunk's inclination: who hinges looks ahead ...
HANGING_NECK = -0.2  # ... who touches the toes lets the head hang


@dataclass(frozen=True)
class Bend:
    """A posture on the way down: inclination of the trunk, knee angle, flexion of the spine; degrees."""

    trunk: float
    knee: float
    lumbar: float = 0.0
    thoracic: float = 0.0


def hinged(share: float) -> Bend:
    """A flat-backed hinge: 0 upright, 1 at its lowest."""
    return Bend(2 + 73 * share, 172 - 20 * share)


def touched(share: float) -> Bend:
    """A toe-touch with a spine that is fully bent before the hips are: 0 upright, 1 at its lowest."""
    spine = min(1.0, 1.15 * share)
    return Bend(2 + 114 * share, 172 - 4 * share, FULL_LUMBAR * spine, FULL_THORACIC * spine)


def ease_down_and_up(count: int) -> Array:
    """From 0 to 1, a moment there, and back."""
    return np.clip(1.2 * (0.5 - 0.5 * np.cos(2 * np.pi * np.linspace(0, 1, count))), 0, 1)


def crossed_arms(poser: Poser, hips: Array, shoulders: Array) -> tuple[Hand, Hand]:
    """Each hand before the other shoulder, the elbows before the chest: they leave the back in sight."""
    up, forward = trunk_axes(hips, shoulders)
    hands = []
    for s in (1, -1):
        before = (0.15 + 0.02 * s) * forward - 0.07 * up
        wrist = shoulders + vec(-s * 0.5 * poser.shoulder_half, 0, 0) + before
        along = 0.5 * up - 0.3 * forward + vec(-s, 0, 0)
        hands.append(Hand(wrist, unit(along), -forward, unit(0.6 * forward - up), 0.1))
    return hands[0], hands[1]


def trunk_axes(hips: Array, shoulders: Array) -> tuple[Array, Array]:
    """Along the trunk to the head, and forward of it."""
    up = (shoulders - hips) / np.linalg.norm(shoulders - hips)
    return up, vec(0, -up[2], up[1])


@dataclass(frozen=True)
class Before:
    """What a lifter does before a set, standing at the bar with empty hands.

    natural: flexion of the spine at the bottom of the hinge; bar: where it lies.
    """

    poser: Poser
    feet: tuple[Foot, Foot]
    natural: Spine
    bar: Array
    fps: float

    def preceding(self, performance: Performance, stand_s: float, bends: Iterable[str]) -> Performance:
        """The set after standing and the bends "hinge" and "toe_touch", in this order."""
        stances = [self._standing()] * round(stand_s * self.fps)
        spans = []
        for name in bends:
            start_s = len(stances) / self.fps
            stances += self._hinge() if name == "hinge" else self._toe_touch()
            spans.append((name, start_s, len(stances) / self.fps))
            stances += [self._standing()] * round(BETWEEN_S * self.fps)
        lead_s = len(stances) / self.fps
        return replace(
            performance,
            instants=(*(Instant(s, self.bar) for s in stances), *performance.instants),
            reps=tuple(_later(rep, lead_s) for rep in performance.reps),
            unloaded=tuple(spans),
        )

    def _standing(self, crossed: float = 0.0) -> Stance:
        """Upright; crossed: share of the way of the hands from hanging to the chest."""
        return self._stance(Bend(STANDING_DEG, STAND_KNEE_DEG), STAND_SHANK_DEG, crossed)

    def _hinge(self) -> list[Stance]:
        arms = [ease(share) for share in np.linspace(0, 1, round(CROSS_S * self.fps))]
        low = self._balanced(hinged(1.0))
        way = []
        for share in ease_down_and_up(round(HINGE_S * self.fps)):
            bent = replace(
                hinged(share), lumbar=self.natural.lumbar * share, thoracic=self.natural.thoracic * share
            )
            way.append(self._stance(bent, STAND_SHANK_DEG + (low - STAND_SHANK_DEG) * share, 1.0))
        return [*map(self._standing, arms), *way, *map(self._standing, reversed(arms))]

    def _toe_touch(self) -> list[Stance]:
        low = self._balanced(touched(1.0))
        return [
            self._reaching(touched(share), STAND_SHANK_DEG + (low - STAND_SHANK_DEG) * share, share)
            for share in ease_down_and_up(round(TOUCH_S * self.fps))
        ]

    def _balanced(self, bend: Bend) -> float:
        """Inclination of the shanks that keeps the centre of mass over the middle of the feet."""

        def ahead(shank: float) -> float:
            hips, shoulders = self._trunk(bend, shank)
            return balance(self.poser, hips, bend.trunk, float(shoulders[2]), self.feet[0])

        return find(ahead, LEAST_SHANK_DEG, MOST_SHANK_DEG)

    def _trunk(self, bend: Bend, shank: float) -> tuple[Array, Array]:
        """Middle of the hips and of the shoulders."""
        hips = hips_from_leg(self.poser, shank, bend.knee, self.feet[0])
        return hips, self.poser.shoulders(hips, bend.trunk, bend.lumbar, bend.thoracic)

    def _stance(self, bend: Bend, shank: float, crossed: float) -> Stance:
        hips, shoulders = self._trunk(bend, shank)
        hanging = swung_arms(self.poser, shoulders, HANG_DEG, HANG_OUT_M)
        hands = mixed(hanging, crossed_arms(self.poser, hips, shoulders), crossed)
        around = vec(0, 0, AROUND_M * sin(pi * crossed))
        left, right = (replace(hand, wrist=hand.wrist + around) for hand in hands)
        return Stance(
            hips, bend.trunk, self.feet, (left, right), bend.lumbar, bend.thoracic, NECK * bend.trunk
        )

    def _reaching(self, bend: Bend, shank: float, share: float) -> Stance:
        """Arms that hang from the shoulders to in front of the toes, and bend where they are too long."""
        hips, shoulders = self._trunk(bend, shank)
        toes = float(self.feet[0].ball[2]) + TOES_M
        drop = float(shoulders[1]) - OVER_FLOOR_M
        forward = HANG_DEG + (degrees(atan2(toes - shoulders[2], drop)) - HANG_DEG) * share
        reach = min(0.985, drop / cos(radians(forward)) / self.poser.lengths["arm"])
        hands = swung_arms(self.poser, shoulders, forward, HANG_OUT_M, reach)
        neck = (NECK + (HANGING_NECK - NECK) * share) * bend.trunk
        return Stance(hips, bend.trunk, self.feet, hands, bend.lumbar, bend.thoracic, neck)


def _later(rep: Rep, seconds: float) -> Rep:
    turn_s = None if rep.turn_s is None else rep.turn_s + seconds
    phases = tuple((name, a + seconds, b + seconds) for name, a, b in rep.phases)
    return replace(
        rep, start_s=rep.start_s + seconds, turn_s=turn_s, end_s=rep.end_s + seconds, phases=phases
    )
