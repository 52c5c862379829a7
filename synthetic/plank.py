"""The forearm plank: elbows under the shoulders, toes on the floor, the body line as chosen."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians, sin

import numpy as np

from synthetic.body import Array
from synthetic.curves import Curve, find
from synthetic.faults import Faults
from synthetic.motion import Instant, Performance, Rep, Tempo, vec
from synthetic.pose import Foot, Hand, Poser, Stance

TOES_HALF_M = 0.10
HEEL_DEG = 72.0  # the feet stand on their balls
ELBOW_ABOVE_M = 0.045  # the elbow joint lies this far above the floor
KNEE_SLACK = 0.996  # legs this share of their full length
SETTLE_S = 1.2  # from straight to the fault
HANDS_HALF_M = 0.12


def perform(
    poser: Poser, tempo: Tempo, reps: Sequence[Faults], fps: float, options: dict[str, float]
) -> Performance:
    """A hold for every entry of reps; sag or pike comes over in SETTLE_S. options: hold_s."""
    hold, t, keys, plan = options.get("hold_s", 6.0), 0.0, [(0.0, 0.0)], []
    for f in reps:
        keys += [(t, keys[-1][1]), (t + SETTLE_S, f.pike_deg - f.sag_deg)]
        plan.append(Rep(t, None, t + hold, f, (("hold", t, t + hold),)))
        t += hold
    line = Curve(tuple(keys[1:]))
    instants = []
    for i in range(round(t * fps)):
        now = next(r for r in plan if i / fps < r.end_s)
        instants.append(_posture(poser, line(i / fps), now.faults, i / fps))
    return Performance(tuple(instants), tuple(plan), fps)


def _posture(poser: Poser, line: float, f: Faults, t: float) -> Instant:
    """line: + hips above the line shoulder-ankle, - below, degrees."""
    feet = tuple(Foot(vec(s * TOES_HALF_M, 0, -1.0), 0.0, HEEL_DEG) for s in (1, -1))
    ankles = (poser.ankle(feet[0], "L") + poser.ankle(feet[1], "R")) / 2
    breath = 0.4 * sin(2 * np.pi * t / 3.3)
    lumbar = -0.7 * max(0.0, -line) + 0.25 * max(0.0, line) + breath + f.rounding_lumbar_deg
    height = poser.lengths["upper_arm"] + ELBOW_ABOVE_M

    def above(rise: float) -> float:
        return float(_shoulders(poser, ankles, rise, line, lumbar, f)[1][1]) - height

    rise = find(above, -25.0, 45.0, 1e-4)
    hips, shoulders, trunk = _shoulders(poser, ankles, rise, line, lumbar, f)
    hands = []
    for s in (1, -1):
        elbow = shoulders + vec(s * poser.shoulder_half, -poser.lengths["upper_arm"], 0)
        inward = poser.shoulder_half - HANDS_HALF_M
        fore = poser.lengths["forearm"]
        ahead = np.sqrt(fore**2 - inward**2)
        hands.append(
            Hand(
                elbow + vec(-s * inward, 0, ahead),
                vec(-s * 0.25, 0, 1),
                vec(-s, 0, 0),
                vec(0, -1, -0.6),
                0.85,
            )
        )
    stance = Stance(
        hips, trunk, (feet[0], feet[1]), (hands[0], hands[1]), lumbar, f.rounding_thoracic_deg, -22.0
    )
    return Instant(stance)


def _shoulders(
    poser: Poser, ankles: Array, rise: float, line: float, lumbar: float, f: Faults
) -> tuple[Array, Array, float]:
    """Hips, shoulders and trunk inclination for legs that rise this many degrees from the ankles."""
    leg = KNEE_SLACK * (poser.lengths["thigh"] + poser.lengths["shank"])
    a = radians(rise)
    hips = ankles + leg * vec(0, sin(a), cos(a))
    trunk = 90.0 - rise + line
    return hips, poser.shoulders(hips, trunk, lumbar, f.rounding_thoracic_deg), trunk
