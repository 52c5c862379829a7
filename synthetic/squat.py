"""The squat: bodyweight with the arms swung forward, a kettlebell at the chest, or a bar on the back."""

from __future__ import annotations

from collections.abc import Sequence
from math import radians

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
    hold_level,
    swung_arms,
    vec,
)  # fmt: skip
from synthetic.pose import Foot, Hand, Poser, Stance, pitch

BODYWEIGHT, GOBLET, BARBELL = "bodyweight", "goblet", "barbell"
BOTTOM_TRUNK_DEG = {BODYWEIGHT: 36.0, GOBLET: 28.0, BARBELL: 36.0}
BOTTOM_THIGH_DEG = -4.0
STANDING_THIGH_DEG = 87.5
NATURAL_LUMBAR_DEG = 10.0  # at the bottom of a good squat (men 26, women 13 in McKean 2010; less: upright)
ARMS_FORWARD_DEG = 78.0
SHOOT_PEAK = 0.38  # of the way up, when the trunk has leaned most
BOUNCE_S = 0.12  # half the time of a bounce
LOAD = {BODYWEIGHT: 0.0, GOBLET: 0.2, BARBELL: 0.5}  # of body mass
BELL_SHARE, BELL_AHEAD_M = 0.76, 0.235  # the kettlebell: share of hip-shoulder, in front of that line
BELL_HALF_GRIP_M = 0.085
BAR_UP_M, BAR_BACK_M = (
    0.055,
    0.085,
)  # the bar on the back, from the middle of the shoulders, in the chest's axes
BAR_OUT_M = 0.20  # the hands grip this far outside the shoulders


def perform(
    poser: Poser, tempo: Tempo, reps: Sequence[Faults], fps: float, options: dict[str, float], style: str = ""
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
    squat = _Squat(poser, options, style or BODYWEIGHT)
    instants = tuple(squat.at(i / fps, depth(i / fps), _current(plan, i / fps)) for i in range(count))
    return Performance(instants, tuple(plan), fps)


def _current(plan: Sequence[Rep], t: float) -> Rep:
    """The repetition of a moment: the last one that has started, or the first."""
    return next((r for r in reversed(plan) if r.start_s <= t), plan[0])


class _Squat:
    def __init__(self, poser: Poser, options: dict[str, float], style: str) -> None:
        self.poser, self.style = poser, style
        self.width = options.get("stance_m", 0.17)
        self.toes = options.get("toes_deg", 15.0)
        self.trunk = options.get("trunk_deg", BOTTOM_TRUNK_DEG[style])
        self.thigh = options.get("thigh_deg", BOTTOM_THIGH_DEG)

    def at(self, t: float, depth: float, rep: Rep) -> Instant:
        """depth: 0 standing, 1 at the bottom."""
        f, (_, bottom, up) = rep.faults, rep.phases
        deep = depth if rep.start_s <= t <= rep.end_s else 0.0
        trunk = STANDING_DEG + (self.trunk + f.lean_deg - STANDING_DEG) * deep**0.85
        trunk += bump(t, up[1], up[1] + SHOOT_PEAK * (up[2] - up[1]), up[2], f.hips_shoot_up_deg)
        trunk -= bump(t, up[2] - 0.25, up[2] + 0.2, up[2] + 0.65, f.lean_back_deg)
        thigh = STANDING_THIGH_DEG + (self.thigh + f.shallow_deg - STANDING_THIGH_DEG) * depth
        thigh -= bump(t, bottom[2] - BOUNCE_S, bottom[2], bottom[2] + BOUNCE_S, f.bounce_deg)
        lumbar = NATURAL_LUMBAR_DEG * deep**2 + f.rounding_lumbar_deg * deep + f.butt_wink_deg * deep**8
        stand = feet(self.width, self.toes, f.heels_lift_deg * deep**1.5, f.knees_in_deg * deep)
        return self._instant(thigh, (trunk, lumbar, f.rounding_thoracic_deg * deep), stand, deep, f)

    def _instant(
        self, thigh: float, back: tuple[float, float, float], stand: tuple[Foot, Foot], deep: float, f: Faults
    ) -> Instant:
        """back: trunk inclination, lumbar and thoracic flexion."""
        poser, (trunk, lumbar, thoracic) = self.poser, back

        def off_balance(z: float) -> float:
            hips = hips_at_thigh(poser, z, stand[0], thigh)
            shoulders = poser.shoulders(hips, *back)
            hands, bar = self._carried(hips, shoulders, back, deep)
            arms_z = float(shoulders[2] + hands[0].wrist[2]) / 2
            load_z = arms_z if bar is None else float(bar[2])
            return balance(poser, hips, trunk, arms_z, stand[0], load_z, LOAD[self.style])

        ahead = f.bar_forward_pct / 100 * poser.body.shape.height_m * min(1.0, 1.5 * deep)
        z = find(off_balance, -0.55, 0.15, 1e-4) + ahead
        hips = hips_at_thigh(poser, z, stand[0], thigh) + self._aside(f, deep)
        hands, bar = self._carried(hips, poser.shoulders(hips, *back), back, deep)
        return Instant(Stance(hips, trunk, stand, hands, lumbar, thoracic, -0.55 * trunk), bar)

    def _carried(
        self, hips: Array, shoulders: Array, back: tuple[float, float, float], deep: float
    ) -> tuple[tuple[Hand, Hand], Array | None]:
        """The hands, and the middle of what they hold."""
        if self.style == GOBLET:
            return self._goblet(hips, shoulders, back[0])
        if self.style == BARBELL:
            return self._on_back(shoulders, back)
        forward = 4 + (ARMS_FORWARD_DEG - 4) * float(np.clip(1.25 * deep, 0, 1))
        return swung_arms(self.poser, shoulders, forward), None

    def _goblet(self, hips: Array, shoulders: Array, trunk: float) -> tuple[tuple[Hand, Hand], Array]:
        a = radians(trunk)
        ahead = vec(0, -np.sin(a), np.cos(a))
        bell = hips + BELL_SHARE * (shoulders - hips) + BELL_AHEAD_M * ahead
        hands = [
            hold_level(bell + vec(s * BELL_HALF_GRIP_M, 0, 0), vec(-0.15 * s, 1, 0.35), vec(-s, 0, 0), s,
                       vec(0.25, -1, -0.15))
            for s in (1, -1)
        ]  # fmt: skip
        return (hands[0], hands[1]), bell

    def _on_back(self, shoulders: Array, back: tuple[float, float, float]) -> tuple[tuple[Hand, Hand], Array]:
        trunk, lumbar, thoracic = back
        pitches, _ = self.poser.spine(lumbar, thoracic)
        chest = pitch(self.poser.pelvis_deg(trunk, lumbar, thoracic) + pitches["spine01"])
        bar = shoulders + chest @ vec(0, BAR_UP_M, -BAR_BACK_M)
        out = self.poser.shoulder_half + BAR_OUT_M
        hands = [
            hold_level(bar + vec(s * out, 0, 0), chest @ vec(0, 1, -0.25), chest @ vec(0, 0.25, 1), s,
                       chest @ vec(0.25, -1, -0.35))
            for s in (1, -1)
        ]  # fmt: skip
        return (hands[0], hands[1]), bar

    def _aside(self, f: Faults, deep: float) -> Array:
        ankles = [
            self.poser.ankle(foot, s)[0] for foot, s in zip(feet(self.width, self.toes), "LR", strict=True)
        ]
        return vec(f.shift_pct / 100 * (ankles[0] - ankles[1]) * min(1.0, 1.5 * deep), 0, 0)
