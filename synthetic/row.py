"""The bent-over row: stand with bar or dumbbells, hinge, pull to the belly, stand up again."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians, sin

import numpy as np

from synthetic.body import Array
from synthetic.curves import Curve, bump, ease, find
from synthetic.faults import Faults
from synthetic.lift import Spine, hips_from_leg
from synthetic.motion import (
    MIDFOOT_M,
    STANDING_DEG,
    Instant,
    Performance,
    Rep,
    Tempo,
    balance,
    feet,
    gripping,
    hold_level,
    vec,
)  # fmt: skip
from synthetic.pose import GRIP_ALONG, Hand, Poser, Stance

BARBELL, DUMBBELLS = "barbell", "dumbbells"
HINGE_S, SET_S = 1.5, 0.6  # from standing to bent over, and quiet there
TRUNK_DEG, KNEE_DEG = 62.0, 150.0
TOP_KNEE_DEG, TOP_SHANK_DEG = 172.0, 5.0
NATURAL_LUMBAR_DEG = 8.0
BELLY_SHARE, BELLY_M = 0.30, 0.135  # the bar meets the belly: share of hip-shoulder, in front of that line
SIDE_SHARE, SIDE_M = 0.34, 0.03  # dumbbells end beside the trunk
HALF_GRIP_M = {BARBELL: 0.29, DUMBBELLS: 0.24}
HANG_AHEAD_M = 0.02  # in front of the midfoot: the lats keep the load close to the legs
LOAD = 0.4  # of body mass
JERK_S = 0.2


def perform(
    poser: Poser, tempo: Tempo, reps: Sequence[Faults], fps: float, options: dict[str, float], style: str = ""
) -> Performance:
    """A set of rows. options: trunk_deg, knee_deg bent over, stance_m, toes_deg, grip_m."""
    t = tempo.stand_s + HINGE_S + SET_S
    keys: list[tuple[float, float]] = [(0.0, 0.0)]
    plan = []
    for faults in reps:
        top, lower = t + tempo.up_s, t + tempo.up_s + tempo.pause_s
        low = lower + max(0.4, tempo.down_s - faults.dive_s)
        keys += [(t, 0.0), (top, 1.0), (lower, 1.0), (low, 0.0)]
        phases = (("pull", t, top), ("top", top, lower), ("lower", lower, low))
        plan.append(Rep(t, (top + lower) / 2, low, faults, phases))
        t = low + tempo.rest_s
    rower, pull = _Row(poser, tempo, plan, options, t, style or BARBELL), Curve(tuple(keys))
    count = round((t + HINGE_S + tempo.stand_s) * fps)
    return Performance(tuple(rower.at(i / fps, pull(i / fps)) for i in range(count)), tuple(plan), fps)


class _Row:
    def __init__(
        self,
        poser: Poser,
        tempo: Tempo,
        plan: Sequence[Rep],
        options: dict[str, float],
        end: float,
        style: str,
    ) -> None:
        self.poser, self.tempo, self.plan, self.end, self.style = poser, tempo, plan, end, style
        self.feet = feet(options.get("stance_m", 0.15), options.get("toes_deg", 10.0))
        self.trunk, self.knee = options.get("trunk_deg", TRUNK_DEG), options.get("knee_deg", KNEE_DEG)
        self.grip = options.get("grip_m", HALF_GRIP_M[style])
        self.midfoot_z = float(poser.ankle(self.feet[0], "L")[2]) + MIDFOOT_M
        self.shank = find(self._off_balance, -12.0, 25.0, 0.05)

    def _off_balance(self, shank: float) -> float:
        hips = hips_from_leg(self.poser, shank, self.knee, self.feet[0])
        z = float(self.poser.shoulders(hips, self.trunk, NATURAL_LUMBAR_DEG, 0)[2])
        return balance(self.poser, hips, self.trunk, z, self.feet[0], self.midfoot_z + HANG_AHEAD_M, LOAD)

    def at(self, t: float, pull: float) -> Instant:
        """pull: 0 arms hanging, 1 load at the belly."""
        rep = next((r for r in reversed(self.plan) if r.start_s <= t), self.plan[0])
        f, (start, top, low) = rep.faults, (rep.start_s, rep.phases[0][2], rep.end_s)
        bent = ease((t - self.tempo.stand_s) / HINGE_S) * (1 - ease((t - self.end) / HINGE_S))
        rise = bump(t, start, start + 0.7 * (top - start), low, f.torso_rise_deg)
        rise += bump(t, start, start + JERK_S, start + 4 * JERK_S, f.jerk_deg)
        loose = bump(t, start, start + 0.6 * (top - start), low, f.knees_bounce_deg)
        trunk = STANDING_DEG + (self.trunk - f.upright_deg - STANDING_DEG) * bent - rise
        knee = min(TOP_KNEE_DEG + (self.knee - TOP_KNEE_DEG) * bent + loose, 176.0)
        spine = Spine((NATURAL_LUMBAR_DEG + f.rounding_lumbar_deg) * bent, f.rounding_thoracic_deg * bent)
        shank = TOP_SHANK_DEG + (self.shank - TOP_SHANK_DEG) * bent
        hips = hips_from_leg(self.poser, shank, knee, self.feet[0])
        shoulders = self.poser.shoulders(hips, trunk, spine.lumbar, spine.thoracic)
        middle = self._load(hips, shoulders, trunk, pull, bent, f)
        hands, held = self._held(shoulders, middle, trunk, pull)
        stance = Stance(
            hips, trunk, self.feet, hands, spine.lumbar, spine.thoracic, -0.5 * trunk,
            twist_deg=bump(t, start, top, low, f.twist_deg),
        )  # fmt: skip
        return Instant(stance, middle, held=held)

    def _load(
        self, hips: Array, shoulders: Array, trunk: float, pull: float, bent: float, f: Faults
    ) -> Array:
        """Middle of the load: hanging over the midfoot (in front of the thighs when upright), or pulled."""
        reach, aside = self.poser.lengths["arm"] + GRIP_ALONG - 0.004, self.grip - self.poser.shoulder_half
        low_z = self.midfoot_z + HANG_AHEAD_M + f.bar_forward_pct / 100 * self.poser.body.shape.height_m
        beside = 0.115 if self.style == BARBELL else 0.03
        hang_z = (hips[2] + beside) * (1 - bent) + low_z * bent
        drop = np.sqrt(reach**2 - aside**2 - (hang_z - shoulders[2]) ** 2)
        hanging = vec(0, shoulders[1] - drop, hang_z)
        a = radians(trunk)
        share, ahead = (BELLY_SHARE, BELLY_M) if self.style == BARBELL else (SIDE_SHARE, SIDE_M)
        end = hips + share * (shoulders - hips) + ahead * vec(0, -sin(a), cos(a))
        return np.asarray(hanging + (end - hanging) * pull)

    def _held(
        self, shoulders: Array, middle: Array, trunk: float, pull: float
    ) -> tuple[tuple[Hand, Hand], tuple[tuple[Array, float, float], ...]]:
        """Hands and, with dumbbells, where each of them is."""
        elbow = vec(0.55, 0.6 * pull, -1.0)
        if self.style == BARBELL:
            return gripping(shoulders, middle, self.grip, elbow=elbow), ()
        hands, held = [], []
        for s in (1, -1):
            at = middle + vec(s * self.grip, 0, 0)
            arm = at - (shoulders + vec(s * self.poser.shoulder_half, 0, 0))
            down = (1 - pull) * vec(0, arm[1], arm[2]) / abs(arm[1]) + pull * vec(0, -1, 0.15)
            hands.append(hold_level(at, down, vec(-s, 0, 0), s, vec(0.12, 0.6 * pull, -1.0)))
            held.append((at, 0.0, 90.0))
        return (hands[0], hands[1]), tuple(held)
