"""The plank on forearms or straight arms: hands and toes planted, the body line as chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, radians, sin, sqrt

import numpy as np

from synthetic.body import Array
from synthetic.curves import Curve, find
from synthetic.faults import Faults
from synthetic.motion import Instant, Performance, Rep, Tempo, vec
from synthetic.pose import Foot, Hand, Poser, Stance

FOREARM, HIGH = "forearm", "high"
TOES_HALF_M = 0.10
TOES_Z_M = -1.0
HEEL_DEG = 72.0  # the feet stand on their balls
HEEL_RANGE_DEG = (35.0, 110.0)
ELBOW_ABOVE_M, WRIST_ABOVE_M = 0.045, 0.05  # the joints lie this far above the floor
SLACK_DEG = 9.0  # a straight knee is not quite straight
SETTLE_S = 1.2  # from straight to the fault
DRIFT_FROM_S = 5.0
HANDS_HALF_M = 0.12
NECK_DEG = -22.0


def perform(
    poser: Poser, tempo: Tempo, reps: Sequence[Faults], fps: float, options: dict[str, float], style: str = ""
) -> Performance:
    """A hold for every entry of reps; what is wrong comes over in SETTLE_S. options: hold_s."""
    hold, plan = options.get("hold_s", 6.0), []
    planker = _Plank(poser, style or FOREARM, reps[0].stack_deg)
    for k, f in enumerate(reps):
        plan.append(Rep(k * hold, None, (k + 1) * hold, f, (("hold", k * hold, (k + 1) * hold),)))
    instants = []
    for i in range(round(len(plan) * hold * fps)):
        t = i / fps
        k = min(int(t / hold), len(plan) - 1)
        before = plan[k - 1].faults if k else Faults(stack_deg=reps[0].stack_deg)
        instants.append(planker.at(t, _Now.of(before, plan[k].faults, t - plan[k].start_s, hold)))
    return Performance(tuple(instants), tuple(plan), fps)


def posture(poser: Poser, line: float, f: Faults, t: float, style: str = FOREARM) -> Instant:
    """A plank held with these faults; line: + hips above the line shoulder-ankle, - below, degrees."""
    now = replace(_Now.of(f, f, 0.0, np.inf), line=line)
    return _Plank(poser, style, f.stack_deg).at(t, now)


@dataclass(frozen=True)
class _Now:
    """What is wrong in a moment, degrees. line: + hips above the line shoulder-ankle."""

    line: float
    lumbar: float
    thoracic: float
    head: float
    stack: float
    knees: float

    @staticmethod
    def of(before: Faults, now: Faults, t: float, hold: float) -> _Now:
        """The faults `t` seconds into a hold, on their way from those of the hold before."""

        def to(a: float, b: float) -> float:
            return Curve(((0.0, a), (SETTLE_S, b)))(t)

        lines = [f.pike_deg - f.sag_deg for f in (before, now)]
        drift = Curve(((DRIFT_FROM_S, 0.0), (max(hold - 1, DRIFT_FROM_S + 1), now.drift_deg)))(t)
        line = to(*lines) - drift
        lumbar = -0.7 * max(0.0, -line) + 0.25 * max(0.0, line)
        return _Now(
            line,
            lumbar + to(before.rounding_lumbar_deg, now.rounding_lumbar_deg),
            to(before.rounding_thoracic_deg, now.rounding_thoracic_deg),
            Curve(((2.5, 0.0), (4.0, now.head_deg)))(t),
            to(before.stack_deg, now.stack_deg),
            to(before.knees_bent_deg, now.knees_bent_deg),
        )


class _Plank:
    """Toes, and elbows or hands, stay where a straight plank with arms slanting by `stack` has them."""

    def __init__(self, poser: Poser, style: str, stack: float) -> None:
        self.poser, self.high = poser, style == HIGH
        self.arm = poser.lengths["arm"] if self.high else poser.lengths["upper_arm"]
        self.above = WRIST_ABOVE_M if self.high else ELBOW_ABOVE_M
        straight = _Now(0, 0, 0, 0, stack, 0)
        self.planted_z = 0.0
        rise = self._rise(straight, HEEL_DEG)
        shoulders = self._shoulders(straight, HEEL_DEG, rise)[1]
        self.planted_z = float(shoulders[2]) - self.arm * sin(radians(stack))

    def at(self, t: float, now: _Now) -> Instant:
        """The posture in a moment; the feet turn about their balls so that the shoulders can stay put."""
        heel = find(lambda h: self._off(now, h), *HEEL_RANGE_DEG, 1e-3)
        hips, shoulders, trunk = self._shoulders(now, heel, self._rise(now, heel))
        feet = self._feet(heel)
        breath = 0.4 * sin(2 * np.pi * t / 3.3)
        hands = tuple(self._hand(shoulders, s) for s in (1, -1))
        return Instant(
            Stance(
                hips,
                trunk,
                feet,
                (hands[0], hands[1]),
                now.lumbar,
                now.thoracic + breath,
                NECK_DEG + now.head,
            )
        )

    def _feet(self, heel: float) -> tuple[Foot, Foot]:
        left, right = (Foot(vec(s * TOES_HALF_M, 0, TOES_Z_M), 0.0, heel) for s in (1, -1))
        return left, right

    def _goal(self, now: _Now) -> tuple[float, float]:
        """Height and Z of the shoulders over what carries them."""
        a = radians(now.stack)
        return self.above + self.arm * cos(a), self.planted_z + self.arm * sin(a)

    def _off(self, now: _Now, heel: float) -> float:
        return float(self._shoulders(now, heel, self._rise(now, heel))[1][2]) - self._goal(now)[1]

    def _rise(self, now: _Now, heel: float) -> float:
        """Degrees the legs rise from the ankles so that the shoulders have their height."""
        height = self._goal(now)[0]
        return find(lambda r: float(self._shoulders(now, heel, r)[1][1]) - height, -30.0, 50.0, 1e-3)

    def _shoulders(self, now: _Now, heel: float, rise: float) -> tuple[Array, Array, float]:
        """Hips, shoulders and trunk inclination for legs that rise this many degrees from the ankles."""
        poser = self.poser
        feet = self._feet(heel)
        ankles = (poser.ankle(feet[0], "L") + poser.ankle(feet[1], "R")) / 2
        thigh, shank = poser.lengths["thigh"], poser.lengths["shank"]
        leg = sqrt(thigh**2 + shank**2 + 2 * thigh * shank * cos(radians(SLACK_DEG + now.knees)))
        a = radians(rise)
        hips = ankles + leg * vec(0, sin(a), cos(a))
        trunk = 90.0 - rise + now.line
        return hips, poser.shoulders(hips, trunk, now.lumbar, now.thoracic), trunk

    def _hand(self, shoulders: Array, s: int) -> Hand:
        poser = self.poser
        if self.high:
            wrist = vec(s * (poser.shoulder_half + 0.02), WRIST_ABOVE_M, self.planted_z)
            return Hand(wrist, vec(-s * 0.1, -0.12, 1), vec(0, -1, -0.12), vec(s * 0.5, 0, -1), 0.05)
        inward = poser.shoulder_half - HANDS_HALF_M
        ahead = sqrt(poser.lengths["forearm"] ** 2 - inward**2)
        wrist = vec(s * HANDS_HALF_M, ELBOW_ABOVE_M, self.planted_z + ahead)
        return Hand(wrist, vec(-s * 0.25, 0, 1), vec(-s, 0, 0), vec(0, -1, -0.6), 0.85)
