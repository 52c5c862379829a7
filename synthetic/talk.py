"""Nobody exercising: someone stands, shifts the weight and talks with the hands."""

from __future__ import annotations

from collections.abc import Sequence
from math import pi, sin

from synthetic.faults import Faults
from synthetic.lift import hips_from_leg
from synthetic.motion import Instant, Performance, Tempo, feet, swung_arms, vec
from synthetic.pose import Hand, Poser, Stance, unit


def perform(
    poser: Poser, tempo: Tempo, reps: Sequence[Faults], fps: float, options: dict[str, float], style: str = ""
) -> Performance:
    """No repetitions. options: seconds."""
    count = round(options.get("seconds", 8.0) * fps)
    return Performance(tuple(Instant(posture(poser, i / fps)) for i in range(count)), (), fps)


def posture(poser: Poser, t: float) -> Stance:
    """The speaker at a moment."""
    stand = feet(0.13, 14.0)
    sway = sin(2 * pi * t / 5.1)
    hips = hips_from_leg(poser, 5.0, 170 - 3 * sway, stand[0]) + vec(0.02 * sway, 0, 0)
    trunk = 2.5 + 2 * sin(2 * pi * t / 3.7)
    shoulders = poser.shoulders(hips, trunk, 0, 0)
    rest = swung_arms(poser, shoulders, 8 + 5 * sway)
    lift = max(0.0, sin(2 * pi * t / 4.3)) * (0.8 + 0.2 * sin(9 * t))
    up = shoulders + vec(-0.22 + 0.03 * sin(7 * t), -0.18 + 0.04 * sin(6 * t), 0.27)
    right = rest[1]
    wrist = right.wrist + (up - right.wrist) * lift
    way = unit(right.along * (1 - lift) + unit(vec(0.3, 0.6, 0.7)) * lift)
    talking = Hand(wrist, way, unit(right.palm + vec(0, 0.3 * lift, 0)), vec(-0.6, -0.6, -0.5), 0.3)
    return Stance(hips, trunk, stand, (rest[0], talking), 0, 0, 6 * sin(2 * pi * t / 6), roll_deg=2 * sway)
