"""What is wrong with a repetition, by name and size."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Faults:
    """Sizes of the faults of one repetition; 0 is none. Degrees, per cent of stature (pct), cm or seconds.

    All lifts:
        rounding_lumbar_deg, rounding_thoracic_deg: flexion added under load, + rounder, - over-arched; the
        inclination of the trunk stays as it is. lean_back_deg: behind the vertical at the top.
        dive_s: lowering takes this much less. bar_forward_pct: bar in front of its line.
        hips_shoot_up_deg: trunk leans this much further early in the way up.
    Squat:
        lean_deg: trunk leans further at the bottom; heels_lift_deg: foot pitch at the bottom; knees_in_deg:
        knees turned inward about the line hip-ankle; shift_pct: hips to the lifter's left, per cent of the
        stance width; shallow_deg: thigh stays this much higher; bounce_deg: the thigh dips this much further
        for a quarter of a second at the bottom; butt_wink_deg: lumbar flexion late on the way down.
    Deadlift:
        hips_low_deg: knees bent this much more at the start; jerk_cm: the bar shoots up this far off the
        floor and falls back; arms_bend_deg: elbows bend in the pull; short_lockout_deg: hips stay bent.
    Row:
        torso_rise_deg: trunk comes up during the pull; jerk_deg: trunk is thrown up at its start, within
        a fifth of a second; upright_deg: trunk less inclined throughout; knees_bounce_deg: knees straighten;
        twist_deg: shoulders turn against the hips, the left one up.
    Plank:
        sag_deg, pike_deg: hips below or above the line shoulder-ankle; drift_deg: hips sink that much from
        the sixth second on; head_deg: chin drops; stack_deg: the upper (or straight) arms slant, shoulders in
        front; knees_bent_deg. A low back that sags in a straight line is rounding_lumbar_deg below 0.
    """

    hips_shoot_up_deg: float = 0.0
    lean_deg: float = 0.0
    rounding_lumbar_deg: float = 0.0
    rounding_thoracic_deg: float = 0.0
    heels_lift_deg: float = 0.0
    knees_in_deg: float = 0.0
    shift_pct: float = 0.0
    bar_forward_pct: float = 0.0
    dive_s: float = 0.0
    lean_back_deg: float = 0.0
    torso_rise_deg: float = 0.0
    sag_deg: float = 0.0
    pike_deg: float = 0.0
    hips_low_deg: float = 0.0
    shallow_deg: float = 0.0
    knees_bounce_deg: float = 0.0
    bounce_deg: float = 0.0
    butt_wink_deg: float = 0.0
    jerk_cm: float = 0.0
    arms_bend_deg: float = 0.0
    short_lockout_deg: float = 0.0
    jerk_deg: float = 0.0
    upright_deg: float = 0.0
    twist_deg: float = 0.0
    drift_deg: float = 0.0
    head_deg: float = 0.0
    stack_deg: float = 0.0
    knees_bent_deg: float = 0.0

    def present(self) -> dict[str, float]:
        """The faults that are not zero, by name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}
