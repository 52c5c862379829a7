"""The deadlift: stand, reach down to the bar, pull, lower, let go, stand up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import PchipInterpolator

from synthetic.body import Array
from synthetic.curves import Curve, bump, ease
from synthetic.faults import Faults
from synthetic.gear import PLATE_RADII_M
from synthetic.lift import Spine, hips_from_leg, knee_for_bar
from synthetic.motion import (
    STANDING_DEG,
    Instant,
    Performance,
    Rep,
    Tempo,
    feet,
    gripping,
    mixed,
    swung_arms,
    vec,
)  # fmt: skip
from synthetic.pose import GRIP_ALONG, Poser, Stance

REACH_DOWN_S, SET_S, STAND_UP_S = 1.3, 0.5, 1.2  # to the bar, before the first pull, after the last
START_TRUNK_DEG, START_SHANK_DEG = (
    70.0,
    12.0,
)  # skilled lifters: trunk 66 +- 10, shank 14 +- 5 (biomechanics DL5)
PASS_TRUNK_LESS_DEG, PASS_KNEE_DEG, PASS_SHANK_DEG = 14.0, 150.0, 3.0  # when the bar passes the knees
TOP_KNEE_DEG, TOP_SHANK_DEG = 172.0, 5.0
PASS_SHARE = 0.5  # of the pull's course, when the bar passes the knees
TRUNK_LESS_BY_KNEE = 0.55  # hips low: degrees the trunk is steeper for every degree the knee bends more
FLOOR_BAR_M = 0.225  # height of the bar on the floor: that of 45 cm plates; smaller plates lie on blocks
START_LUMBAR_DEG, START_THORACIC_DEG = 12.0, 4.0  # a good start is not flat (20 and 13 in lifters)
BAR_Z_M = 0.075  # the bar is this far in front of the ankles: over the middle of the foot
HALF_GRIP_M = 0.27


def perform(
    poser: Poser, tempo: Tempo, reps: Sequence[Faults], fps: float, options: dict[str, float]
) -> Performance:
    """A set of deadlifts. options: plate_cm, stance_m, toes_deg, trunk_deg at the start, grip_m half width,
    floor_bar_m height of the bar before the pull."""
    t = tempo.stand_s + REACH_DOWN_S + SET_S
    keys: list[tuple[float, float]] = [(0.0, 0.0)]
    plan = []
    for faults in reps:
        top, lower = t + tempo.up_s, t + tempo.up_s + tempo.pause_s
        floor = lower + max(0.5, tempo.down_s - faults.dive_s)
        keys += [(t, 0.0), (top, 1.0), (lower, 1.0), (floor, 0.0)]
        phases = (("pull", t, top), ("lockout", top, lower), ("lower", lower, floor))
        plan.append(Rep(t, (top + lower) / 2, floor, faults, phases))
        t = floor + tempo.rest_s
    end = t - tempo.rest_s + 0.3
    lifter = _Deadlift(poser, tempo, plan, options, end)
    course = Curve(tuple(keys))
    count = round((end + STAND_UP_S + tempo.stand_s) * fps)
    return Performance(tuple(lifter.at(i / fps, course(i / fps)) for i in range(count)), tuple(plan), fps)


class _Deadlift:
    def __init__(
        self, poser: Poser, tempo: Tempo, plan: Sequence[Rep], options: dict[str, float], end: float
    ) -> None:
        self.poser, self.tempo, self.plan, self.end = poser, tempo, plan, end
        self.feet = feet(options.get("stance_m", 0.125), options.get("toes_deg", 8.0))
        self.trunk = options.get("trunk_deg", START_TRUNK_DEG)
        self.grip = options.get("grip_m", HALF_GRIP_M)
        self.low = max(options.get("floor_bar_m", FLOOR_BAR_M), PLATE_RADII_M[int(options["plate_cm"])])
        self.bar_z = float(poser.ankle(self.feet[0], "L")[2]) + BAR_Z_M

    def at(self, t: float, share: float) -> Instant:
        """share: of the course from the floor to the lockout."""
        rep = next((r for r in reversed(self.plan) if r.start_s <= t), self.plan[0])
        reach = ease((t - self.tempo.stand_s) / REACH_DOWN_S) * (1 - ease((t - self.end) / STAND_UP_S))
        if reach < 1:
            return self._free(reach, rep.faults)
        return self._held(t, share, rep)

    def _spine(self, share: float, f: Faults) -> Spine:
        bent = (1 - share) ** 0.8
        return Spine(
            (START_LUMBAR_DEG + f.rounding_lumbar_deg) * bent,
            (START_THORACIC_DEG + f.rounding_thoracic_deg) * bent,
        )

    def _held(self, t: float, share: float, rep: Rep) -> Instant:
        """share: of the pull's course. Trunk, knee and shank are chosen; straight arms have the bar."""
        f, pull, lockout = rep.faults, rep.phases[0], rep.phases[1]
        spine, shank = self._spine(share, f), self._shank(share, f)
        trunk = _through(share, self._start_trunk(f), self.trunk - PASS_TRUNK_LESS_DEG, STANDING_DEG)
        knee = _through(share, self._start_knee(f), PASS_KNEE_DEG, TOP_KNEE_DEG)
        bar = self._hung(trunk, knee, shank, spine, f, share)
        if t < pull[2] and (early := bump(share, 0.0, 0.3, 0.8, f.hips_shoot_up_deg)):
            trunk += early
            knee = knee_for_bar(self.poser, shank, trunk, bar, self.grip, spine, self.feet[0])
        back = bump(t, lockout[1] - 0.25, lockout[1] + 0.15, lockout[2] + 0.35, f.lean_back_deg)
        return self._reaching(trunk, back, knee, shank, spine, bar)

    def _hung(self, trunk: float, knee: float, shank: float, spine: Spine, f: Faults, share: float) -> Array:
        """Where straight arms hold the bar: over the midfoot, or as far in front as the fault says."""
        poser = self.poser
        swing = float(np.sin(np.pi * share) ** 0.7) if 0 < share < 1 else 0.0
        ahead = self.bar_z + f.bar_forward_pct / 100 * poser.body.shape.height_m * swing
        shoulders = poser.shoulders(
            hips_from_leg(poser, shank, knee, self.feet[0]), trunk, spine.lumbar, spine.thoracic
        )
        reach, aside = poser.lengths["arm"] + GRIP_ALONG, self.grip - poser.shoulder_half
        return vec(0, shoulders[1] - np.sqrt(reach**2 - aside**2 - (shoulders[2] - ahead) ** 2), ahead)

    def _start_trunk(self, f: Faults) -> float:
        return self.trunk - TRUNK_LESS_BY_KNEE * f.hips_low_deg

    def _start_knee(self, f: Faults) -> float:
        """The knee that brings the hands to the bar on the floor."""
        bar = vec(0, self.low, self.bar_z)
        return knee_for_bar(
            self.poser,
            self._shank(0, f),
            self._start_trunk(f),
            bar,
            self.grip,
            self._spine(0, f),
            self.feet[0],
        )

    def _shank(self, share: float, f: Faults) -> float:
        return _through(share, START_SHANK_DEG + 0.35 * f.hips_low_deg, PASS_SHANK_DEG, TOP_SHANK_DEG)

    def _reaching(
        self, trunk: float, back: float, knee: float, shank: float, spine: Spine, bar: Array
    ) -> Instant:
        """Straight arms on the bar; `back` degrees of leaning back take the bar along."""
        poser = self.poser
        hips = hips_from_leg(poser, shank, knee, self.feet[0])
        shoulders = poser.shoulders(hips, trunk - back, spine.lumbar, spine.thoracic)
        bar = bar + shoulders - poser.shoulders(hips, trunk, spine.lumbar, spine.thoracic)
        hands = gripping(shoulders, bar, self.grip)
        return Instant(
            Stance(hips, trunk - back, self.feet, hands, spine.lumbar, spine.thoracic, -0.45 * trunk), bar
        )

    def _free(self, reach: float, f: Faults) -> Instant:
        """Between standing with hanging arms and the hands on the bar; the bar lies on the floor."""
        poser, spine, bar = self.poser, self._spine(0, f), vec(0, self.low, self.bar_z)
        low_knee = self._start_knee(f)
        goal = self._reaching(self._start_trunk(f), 0, low_knee, self._shank(0, f), spine, bar).stance
        knee = TOP_KNEE_DEG + (low_knee - TOP_KNEE_DEG) * reach
        shank = TOP_SHANK_DEG + (self._shank(0, f) - TOP_SHANK_DEG) * reach
        hips = hips_from_leg(poser, shank, knee, self.feet[0])
        trunk = STANDING_DEG + (goal.trunk_deg - STANDING_DEG) * reach
        lumbar, thoracic = goal.lumbar_deg * reach, goal.thoracic_deg * reach
        shoulders = poser.shoulders(hips, trunk, lumbar, thoracic)
        hanging = swung_arms(poser, shoulders, 4 + 10 * reach, 0.05)
        hands = mixed(hanging, gripping(shoulders, bar, self.grip), ease((reach - 0.35) / 0.65))
        return Instant(Stance(hips, trunk, self.feet, hands, lumbar, thoracic, -0.45 * trunk), bar)


def _through(share: float, start: float, knees: float, top: float) -> float:
    """A value that goes smoothly through its start, where the bar passes the knees, and the top."""
    return float(PchipInterpolator([0.0, PASS_SHARE, 1.0], [start, knees, top])(share))
