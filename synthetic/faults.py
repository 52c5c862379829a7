"""What is wrong with a repetition, by name and size."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Faults:
    """Sizes of the faults of one repetition; 0 is none. Degrees, per cent of stature (pct) or seconds (s).

    hips_shoot_up_deg: trunk leans this much further early in the way up; lean_deg: further at the bottom;
    rounding_*: extra flexion of lumbar or thoracic spine under load, + rounder; heels_lift_deg: foot pitch
    at the bottom; knees_in_deg: knees turned inward about the line hip-ankle; shift_pct: hips to the
    lifter's left, per cent of the stance width; bar_forward_pct: bar in front of its line; dive_s: shorter
    lowering; lean_back_deg: behind the vertical at the top; torso_rise_deg: trunk comes up during a row;
    sag_deg, pike_deg: plank hips below or above the line; hips_low_deg: knees bent this much more at the
    start of a deadlift; shallow_deg: thigh stays this much higher; knees_bounce_deg: knees straighten in a
    row.
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

    def present(self) -> dict[str, float]:
        """The faults that are not zero, by name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}
