"""The deadlift: stand, reach down to the bar, pull, lower. Romanian: stand with the bar, lower, pull."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, pi, radians, sin

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
from synthetic.unloaded import Before

ROMANIAN = "romanian"
REACH_DOWN_S, SET_S, STAND_UP_S = 1.3, 0.5, 1.2  # to the bar, before the first pull, after the last
START_TRUNK_DEG, START_SHANK_DEG = (
    70.0,
    12.0,
)  # skilled lifters: trunk 66 +- 10, shank 14 +- 5 (Escamilla 2000)
PASS_TRUNK_LESS_DEG, PASS_KNEE_DEG, PASS_SHANK_DEG = 14.0, 150.0, 3.0  # when the bar passes the knees
TOP_KNEE_DEG, TOP_SHANK_DEG = 172.0, 5.0
HINGE_TRUNK_DEG, HINGE_KNEE_DEG, HINGE_SHANK_DEG = 66.0, 152.0, 2.0  # the low point of a Romanian deadlift
PASS_SHARE = 0.5  # of the pull's course, when the bar passes the knees
TRUNK_LESS_BY_KNEE = 0.55  # hips low: degrees the trunk is steeper for every degree the knee bends more
FLOOR_BAR_M = 0.225  # height of the bar on the floor: that of 45 cm plates; smaller plates lie on blocks
START_LUMBAR_DEG, START_THORACIC_DEG = 12.0, 4.0  # a good start is not flat (20 and 13 in lifters)
BAR_Z_M = 0.07  # the bar is this far in front of the ankles: over the middle of the foot
THIGHS_M = 0.035  # and this much further where the thighs are in its way
HALF_GRIP_M = 0.27
RESET_SHARE = 0.8  # of the rest, in which the back is set anew
ROUNDING = ("rounding_lumbar_deg", "rounding_thoracic_deg")
JERK_S = 0.12  # in which a jerked bar reaches its height


@dataclass(frozen=True)
class _Points:
    """What the lift goes through: at the bottom, as the bar passes the knees, at the top; degrees."""

    trunk: tuple[float, float, float]
    knee: tuple[float, float, float]
    shank: tuple[float, float, float]


def perform(
    poser: Poser, tempo: Tempo, reps: Sequence[Faults], fps: float, options: dict[str, float], style: str = ""
) -> Performance:
    """A set of deadlifts.

    options: plate_cm, stance_m, toes_deg, trunk_deg at the bottom, grip_m half width, floor_bar_m height of
    the bar before the pull, stand_up (1: without the bar, after the last rep), hinge and toe_touch (1: one,
    without a load, before the set), reset (1: the back takes the bend of the next rep before the bar moves).
    """
    if style == ROMANIAN:
        return _romanian(poser, tempo, reps, fps, options)
    t = tempo.stand_s + REACH_DOWN_S + SET_S
    keys: list[tuple[float, float]] = [(0.0, 0.0)]
    plan = []
    for faults in reps:
        top, lower = t + tempo.up_s, t + tempo.up_s + tempo.pause_s
        floor = lower + max(0.3, tempo.down_s - faults.dive_s)
        keys += [(t, 0.0), (top, 1.0), (lower, 1.0), (floor, 0.0)]
        phases = (("pull", t, top), ("lockout", top, lower), ("lower", lower, floor))
        plan.append(Rep(t, (top + lower) / 2, floor, faults, phases))
        t = floor + tempo.rest_s
    end = t - tempo.rest_s + 0.3
    close = end + (STAND_UP_S + tempo.stand_s if options.get("stand_up") else tempo.stand_s)
    lifter = _Deadlift(poser, tempo, plan, options, end if options.get("stand_up") else close + STAND_UP_S)
    course = Curve(tuple(keys))
    count = round(close * fps)
    made = Performance(tuple(lifter.at(i / fps, course(i / fps)) for i in range(count)), tuple(plan), fps)
    bends = [name for name in ("hinge", "toe_touch") if options.get(name)]
    return lifter.before(fps).preceding(made, tempo.stand_s, bends) if bends else made


def _romanian(
    poser: Poser, tempo: Tempo, reps: Sequence[Faults], fps: float, options: dict[str, float]
) -> Performance:
    t = tempo.stand_s
    keys: list[tuple[float, float]] = [(0.0, 1.0)]
    plan = []
    for faults in reps:
        low = t + max(0.4, tempo.down_s - faults.dive_s)
        pull, top = low + tempo.pause_s, low + tempo.pause_s + tempo.up_s
        keys += [(t, 1.0), (low, 0.0), (pull, 0.0), (top, 1.0)]
        phases = (("lower", t, low), ("bottom", low, pull), ("pull", pull, top))
        plan.append(Rep(t, (low + pull) / 2, top, faults, phases))
        t = top + tempo.rest_s
    close = t - tempo.rest_s + tempo.stand_s
    lifter = _Romanian(poser, tempo, plan, options, close)
    course = Curve(tuple(keys))
    count = round(close * fps)
    return Performance(tuple(lifter.held(i / fps, course(i / fps)) for i in range(count)), tuple(plan), fps)


class _Deadlift:
    def __init__(
        self, poser: Poser, tempo: Tempo, plan: Sequence[Rep], options: dict[str, float], end: float
    ) -> None:
        self.poser, self.tempo, self.plan, self.end = poser, tempo, plan, end
        self.feet = feet(options.get("stance_m", 0.125), options.get("toes_deg", 8.0))
        self.trunk = options.get("trunk_deg", self.usual_trunk)
        self.grip = options.get("grip_m", HALF_GRIP_M)
        self.resets = bool(options.get("reset"))
        self.low = max(options.get("floor_bar_m", FLOOR_BAR_M), PLATE_RADII_M[int(options["plate_cm"])])
        self.bar_z = float(poser.ankle(self.feet[0], "L")[2]) + BAR_Z_M

    usual_trunk = START_TRUNK_DEG

    def points(self, f: Faults) -> _Points:
        """The chosen angles of a repetition."""
        trunk = self.trunk - TRUNK_LESS_BY_KNEE * f.hips_low_deg
        shank = START_SHANK_DEG + 0.35 * f.hips_low_deg
        knee = knee_for_bar(
            self.poser, shank, trunk, vec(0, self.low, self.bar_z), self.grip, self._spine(0, f), self.feet[0]
        )
        return _Points(
            (trunk, self.trunk - PASS_TRUNK_LESS_DEG, STANDING_DEG + f.short_lockout_deg),
            (knee, PASS_KNEE_DEG, TOP_KNEE_DEG),
            (shank, PASS_SHANK_DEG, TOP_SHANK_DEG),
        )

    def at(self, t: float, share: float) -> Instant:
        """share: of the course from the floor to the lockout."""
        reach = ease((t - self.tempo.stand_s) / REACH_DOWN_S) * (1 - ease((t - self.end) / STAND_UP_S))
        return self.held(t, share) if reach >= 1 else self._free(reach, self._rep(t).faults)

    def before(self, fps: float) -> Before:
        """The same lifter before the set; who hinges bends the back as in a good start."""
        natural = Spine(START_LUMBAR_DEG, START_THORACIC_DEG)
        return Before(self.poser, self.feet, natural, vec(0, self.low, self.bar_z), fps)

    def _rep(self, t: float) -> Rep:
        return next((r for r in reversed(self.plan) if r.start_s <= t), self.plan[0])

    def _faults(self, t: float, rep: Rep) -> Faults:
        """Those of the repetition; who sets the back anew goes over to the next one's while the bar rests."""
        after = next((r for r in self.plan if r.start_s > rep.start_s), rep)
        if not self.resets or t < rep.end_s or after is rep:
            return rep.faults
        way = ease((t - rep.end_s) / (RESET_SHARE * (after.start_s - rep.end_s)))
        bend = {name: (getattr(rep.faults, name), getattr(after.faults, name)) for name in ROUNDING}
        return replace(rep.faults, **{name: old + way * (new - old) for name, (old, new) in bend.items()})

    def _spine(self, share: float, f: Faults) -> Spine:
        bent = max(0.0, 1 - share) ** 0.8
        return Spine(
            (START_LUMBAR_DEG + f.rounding_lumbar_deg) * bent,
            (START_THORACIC_DEG + f.rounding_thoracic_deg) * bent,
        )

    def held(self, t: float, share: float) -> Instant:
        """The bar in the hands; share 0 at the bottom, 1 at the top.

        Trunk, knee and shank are chosen; the arms have the bar.
        """
        rep = self._rep(t)
        f, spans = self._faults(t, rep), {name: (a, b) for name, a, b in rep.phases}
        points, spine = self.points(f), self._spine(share, f)
        trunk, knee, shank = (_through(share, p) for p in (points.trunk, points.knee, points.shank))
        start, top = spans["pull"]
        elbow = bump(t, start, start + 0.35 * (top - start), top, f.arms_bend_deg)
        bar = self._hung(trunk, knee, shank, spine, f, share, elbow)
        jerk = f.jerk_cm / 100 * bump(t, start, start + JERK_S, start + 4 * JERK_S, 1.0)
        early = bump(share, 0.0, 0.3, 0.8, f.hips_shoot_up_deg) if start <= t < top else 0.0
        if early or jerk:
            trunk, bar = trunk + early, bar + vec(0, jerk, 0)
            knee = knee_for_bar(self.poser, shank, trunk, bar, self.grip, spine, self.feet[0])
        finish = top if rep.phases[-1][0] == "lower" else rep.end_s
        back = bump(t, finish - 0.25, finish + 0.15, finish + 0.7, f.lean_back_deg)
        return self._reaching(trunk, back, knee, shank, spine, bar)

    def _hung(
        self, trunk: float, knee: float, shank: float, spine: Spine, f: Faults, share: float, elbow: float
    ) -> Array:
        """Where arms bent by `elbow` hold the bar: over the midfoot, or in front as the fault says."""
        poser = self.poser
        swing = sin(pi * share) if 0 < share < 1 else 0.0
        ahead = self.bar_z + THIGHS_M * ease((share - 0.45) / 0.4)
        ahead += f.bar_forward_pct / 100 * poser.body.shape.height_m * swing
        shoulders = poser.shoulders(
            hips_from_leg(poser, shank, knee, self.feet[0]), trunk, spine.lumbar, spine.thoracic
        )
        upper, fore = poser.lengths["upper_arm"], poser.lengths["forearm"]
        straight = poser.lengths["arm"]
        bent = np.sqrt(upper**2 + fore**2 + 2 * upper * fore * cos(radians(elbow)))
        reach, aside = min(straight, bent) + GRIP_ALONG, self.grip - poser.shoulder_half
        return vec(0, shoulders[1] - np.sqrt(reach**2 - aside**2 - (shoulders[2] - ahead) ** 2), ahead)

    def _reaching(
        self, trunk: float, back: float, knee: float, shank: float, spine: Spine, bar: Array
    ) -> Instant:
        """Arms on the bar; `back` degrees of leaning back take the bar along."""
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
        low = self.points(f)
        knee = TOP_KNEE_DEG + (low.knee[0] - TOP_KNEE_DEG) * reach
        shank = TOP_SHANK_DEG + (low.shank[0] - TOP_SHANK_DEG) * reach
        hips = hips_from_leg(poser, shank, knee, self.feet[0])
        trunk = STANDING_DEG + (low.trunk[0] - STANDING_DEG) * reach
        lumbar, thoracic = spine.lumbar * reach, spine.thoracic * reach
        shoulders = poser.shoulders(hips, trunk, lumbar, thoracic)
        hanging = swung_arms(poser, shoulders, 4 + 10 * reach, 0.05)
        hands = mixed(hanging, gripping(shoulders, bar, self.grip), ease((reach - 0.35) / 0.65))
        return Instant(Stance(hips, trunk, self.feet, hands, lumbar, thoracic, -0.45 * trunk), bar)


class _Romanian(_Deadlift):
    usual_trunk = HINGE_TRUNK_DEG

    def points(self, f: Faults) -> _Points:
        """Hinging at the hips over almost straight knees."""
        top = STANDING_DEG + f.short_lockout_deg
        return _Points(
            (self.trunk, 0.62 * self.trunk, top),
            (HINGE_KNEE_DEG, HINGE_KNEE_DEG + 7, TOP_KNEE_DEG),
            (HINGE_SHANK_DEG, HINGE_SHANK_DEG + 1, TOP_SHANK_DEG),
        )


def _through(share: float, values: tuple[float, float, float]) -> float:
    """A value that goes smoothly through its start, where the bar passes the knees, and the top."""
    return float(PchipInterpolator([0.0, PASS_SHARE, 1.0], list(values))(share))
