"""The bent-over row: stand with the bar, hinge, pull it to the belly, stand up again."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians, sin

import numpy as np

from synthetic.body import Array
from synthetic.curves import Curve, bump, ease, find
from synthetic.faults import Faults
from synthetic.lift import Spine, hips_from_leg
from synthetic.motion import STANDING_DEG, Instant, Performance, Rep, Tempo, balance, feet, gripping, vec
from synthetic.pose import GRIP_ALONG, Poser, Stance

HINGE_S, SET_S = 1.5, 0.6  # from standing to bent over, and quiet there
TRUNK_DEG, KNEE_DEG = 62.0, 150.0
TOP_KNEE_DEG, TOP_SHANK_DEG = 172.0, 5.0
NATURAL_LUMBAR_DEG = 8.0
BELLY_SHARE, BELLY_M = (
    0.30,
    0.135,
)  # the bar meets the belly: share of hip-shoulder, metres in front of that line
HALF_GRIP_M = 0.29
BAR_MASS = 0.4  # of body mass


def perform(
    poser: Poser, tempo: Tempo, reps: Sequence[Faults], fps: float, options: dict[str, float]
) -> Performance:
    """A set of rows. options: trunk_deg, knee_deg bent over, stance_m, toes_deg, grip_m."""
    t = tempo.stand_s + HINGE_S + SET_S
    keys: list[tuple[float, float]] = [(0.0, 0.0)]
    plan = []
    for faults in reps:
        top, lower = t + tempo.up_s, t + tempo.up_s + tempo.pause_s
        low = lower + max(0.4, tempo.down_s - faults.dive_s)
        keys += [(t, 0.0), (top, 1.0), (lower, 1.0), (low, 0.0)]
        plan.append(
            Rep(
                t,
                (top + lower) / 2,
                low,
                faults,
                (("pull", t, top), ("top", top, lower), ("lower", lower, low)),
            )
        )
        t = low + tempo.rest_s
    rower, pull = _Row(poser, tempo, plan, options, t), Curve(tuple(keys))
    count = round((t + HINGE_S + tempo.stand_s) * fps)
    return Performance(tuple(rower.at(i / fps, pull(i / fps)) for i in range(count)), tuple(plan), fps)


class _Row:
    def __init__(
        self, poser: Poser, tempo: Tempo, plan: Sequence[Rep], options: dict[str, float], end: float
    ) -> None:
        self.poser, self.tempo, self.plan, self.end = poser, tempo, plan, end
        self.feet = feet(options.get("stance_m", 0.15), options.get("toes_deg", 10.0))
        self.trunk, self.knee = options.get("trunk_deg", TRUNK_DEG), options.get("knee_deg", KNEE_DEG)
        self.grip = options.get("grip_m", HALF_GRIP_M)
        self.shank = find(self._off_balance, -12.0, 25.0, 0.05)

    def _off_balance(self, shank: float) -> float:
        hips = hips_from_leg(self.poser, shank, self.knee, self.feet[0])
        shoulders = self.poser.shoulders(hips, self.trunk, NATURAL_LUMBAR_DEG, 0)
        z = float(shoulders[2])
        return balance(self.poser, hips, self.trunk, z, self.feet[0], z, BAR_MASS)

    def at(self, t: float, pull: float) -> Instant:
        """pull: 0 arms hanging, 1 bar at the belly."""
        rep = next((r for r in reversed(self.plan) if r.start_s <= t), self.plan[0])
        f, (start, top, low) = rep.faults, (rep.start_s, rep.phases[0][2], rep.end_s)
        bent = ease((t - self.tempo.stand_s) / HINGE_S) * (1 - ease((t - self.end) / HINGE_S))
        rise = bump(t, start, start + 0.7 * (top - start), low, f.torso_rise_deg)
        loose = bump(t, start, start + 0.6 * (top - start), low, f.knees_bounce_deg)
        trunk = STANDING_DEG + (self.trunk - STANDING_DEG) * bent - rise
        knee = min(TOP_KNEE_DEG + (self.knee - TOP_KNEE_DEG) * bent + loose, 176.0)
        spine = Spine((NATURAL_LUMBAR_DEG + f.rounding_lumbar_deg) * bent, f.rounding_thoracic_deg * bent)
        hips = hips_from_leg(
            self.poser, TOP_SHANK_DEG + (self.shank - TOP_SHANK_DEG) * bent, knee, self.feet[0]
        )
        shoulders = self.poser.shoulders(hips, trunk, spine.lumbar, spine.thoracic)
        bar = self._bar(hips, shoulders, trunk, pull, bent)
        hands = gripping(shoulders, bar, self.grip, elbow=vec(0.55, 0.6 * pull, -1.0))
        return Instant(Stance(hips, trunk, self.feet, hands, spine.lumbar, spine.thoracic, -0.5 * trunk), bar)

    def _bar(self, hips: Array, shoulders: Array, trunk: float, pull: float, bent: float) -> Array:
        """Hanging under the shoulders (in front of the thighs when upright), or on the way to the belly."""
        reach, aside = self.poser.lengths["arm"] + GRIP_ALONG - 0.004, self.grip - self.poser.shoulder_half
        thighs = hips[2] + 0.115 * (1 - bent) + 0.03 * bent
        ahead = max(thighs, shoulders[2] - 0.02) - shoulders[2]
        drop = np.sqrt(reach**2 - aside**2 - ahead**2)
        hanging = shoulders + vec(0, -drop, ahead)
        a = radians(trunk)
        belly = hips + BELLY_SHARE * (shoulders - hips) + BELLY_M * vec(0, -sin(a), cos(a))
        return np.asarray(hanging + (belly - hanging) * pull)
