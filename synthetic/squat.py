"""The squat: bodyweight with the arms swung forward, or with a bar on the shoulders."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synthetic.body import Array
from synthetic.curves import Curve, bump, find
from synthetic.faults import Faults
from synthetic.motion import (
    STANDING_DEG,
    Instant,
    Performance,
    Rep,
    Tempo,
    balance,
    feet,
    hips_at_thigh,
    swung_arms,
)  # fmt: skip
from synthetic.pose import Poser, Stance

BOTTOM_TRUNK_DEG = 36.0
BOTTOM_THIGH_DEG = -4.0
STANDING_THIGH_DEG = 87.5
NATURAL_LUMBAR_DEG = (
    10.0  # flexion at the bottom of a good squat (men 26, women 13 in McKean 2010; less: upright)
)
ARMS_FORWARD_DEG = 78.0
SHOOT_PEAK = 0.38  # of the way up, when the trunk has leaned most


def perform(
    poser: Poser, tempo: Tempo, reps: Sequence[Faults], fps: float, options: dict[str, float]
) -> Performance:
    """A set of squats. options: stance_m half stance width, toes_deg, trunk_deg, thigh_deg at the bottom."""
    t, plan, keys = tempo.stand_s, [], [(0.0, 0.0)]
    for faults in reps:
        down = max(0.35, tempo.down_s - faults.dive_s)
        low, high = t + down, t + down + tempo.pause_s
        keys += [(t, 0.0), (low, 1.0), (high, 1.0), (high + tempo.up_s, 0.0)]
        phases = (("down", t, low), ("bottom", low, high), ("up", high, high + tempo.up_s))
        plan.append(Rep(t, (low + high) / 2, high + tempo.up_s, faults, phases))
        t = high + tempo.up_s + tempo.rest_s
    depth = Curve(tuple(keys))
    count = round((t - tempo.rest_s + tempo.stand_s) * fps)
    squat = _Squat(poser, options)
    instants = tuple(squat.at(i / fps, depth(i / fps), _current(plan, i / fps)) for i in range(count))
    return Performance(instants, tuple(plan), fps)


def _current(plan: Sequence[Rep], t: float) -> Rep:
    """The repetition of a moment: the last one that has started, or the first."""
    return next((r for r in reversed(plan) if r.start_s <= t), plan[0])


class _Squat:
    def __init__(self, poser: Poser, options: dict[str, float]) -> None:
        self.poser = poser
        self.width = options.get("stance_m", 0.17)
        self.toes = options.get("toes_deg", 15.0)
        self.trunk = options.get("trunk_deg", BOTTOM_TRUNK_DEG)
        self.thigh = options.get("thigh_deg", BOTTOM_THIGH_DEG)

    def at(self, t: float, depth: float, rep: Rep) -> Instant:
        f, (_, _, up) = rep.faults, rep.phases
        going = rep.start_s <= t <= rep.end_s
        deep = max(0.0, depth) if going else 0.0  # easing may end a rounding error below 0
        trunk = STANDING_DEG + (self.trunk + f.lean_deg - STANDING_DEG) * deep**0.85
        trunk += bump(t, up[1], up[1] + SHOOT_PEAK * (up[2] - up[1]), up[2], f.hips_shoot_up_deg)
        trunk -= bump(t, up[2] - 0.25, up[2] + 0.2, up[2] + 0.65, f.lean_back_deg)
        thigh = STANDING_THIGH_DEG + (self.thigh + f.shallow_deg - STANDING_THIGH_DEG) * depth
        lumbar = NATURAL_LUMBAR_DEG * deep**2 + f.rounding_lumbar_deg * deep
        thoracic = f.rounding_thoracic_deg * deep
        stand = feet(self.width, self.toes, f.heels_lift_deg * deep**1.5, f.knees_in_deg * deep)
        return Instant(self._stance(thigh, trunk, lumbar, thoracic, stand, deep, f))

    def _stance(
        self, thigh: float, trunk: float, lumbar: float, thoracic: float, stand: tuple, deep: float, f: Faults
    ) -> Stance:
        poser, forward = self.poser, 4 + (ARMS_FORWARD_DEG - 4) * float(np.clip(1.25 * deep, 0, 1))

        def off_balance(z: float) -> float:
            hips = hips_at_thigh(poser, z, stand[0], thigh)
            shoulders = poser.shoulders(hips, trunk, lumbar, thoracic)
            arms = swung_arms(poser, shoulders, forward)
            return balance(poser, hips, trunk, float(shoulders[2] + arms[0].wrist[2]) / 2, stand[0])

        hips = hips_at_thigh(poser, find(off_balance, -0.55, 0.15, 1e-4), stand[0], thigh)
        hips = hips + self._aside(f, deep)
        shoulders = poser.shoulders(hips, trunk, lumbar, thoracic)
        hands = swung_arms(poser, shoulders, forward)
        return Stance(hips, trunk, stand, hands, lumbar, thoracic, -0.55 * trunk)

    def _aside(self, f: Faults, deep: float) -> Array:
        ankles = [
            self.poser.ankle(foot, s)[0] for foot, s in zip(feet(self.width, self.toes), "LR", strict=True)
        ]
        return np.array([f.shift_pct / 100 * (ankles[0] - ankles[1]) * min(1.0, 1.5 * deep), 0, 0])
