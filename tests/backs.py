"""Outlines of the back for the stick figure: profiles that read a wanted flexion."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.polynomial import legendre

from formcheck import back
from formcheck.body import Body
from formcheck.calibration import calibrate
from formcheck.pose import HIDDEN_BY_ARM, STATIONS, BackTrack, PoseTrack

OUTLINE_SIGNALS = {
    "back_curve", "lumbar_curve", "thoracic_curve", "back_bow", "pelvic_tangent", "back_rounding",
    "full_flexion_share",
}  # fmt: skip


def trunk_of(track: PoseTrack) -> np.ndarray:
    """Inclination of the trunk in every frame, degrees."""
    calibration = calibrate(track)
    assert calibration is not None
    return np.array([Body(p, calibration.reference).back.trunk_deg for p in track])


def curve_for(reading: str, degrees: float, posture: back.Posture) -> np.ndarray:
    """The likeliest outline that reads this in this posture."""
    mean = back.model().mean
    return back.changed(mean, posture, degrees - back.reading(reading, mean, posture), reading)


def with_back(
    track: PoseTrack, degrees: Any, *, reading: str = "whole", width: float = 0.02, hidden: Any = False
) -> PoseTrack:
    """The track with outlines that read `degrees` (T,) of flexion; `hidden` (T,): an arm covers the back."""
    calibration = calibrate(track)
    assert calibration is not None
    row = 0 if calibration.reference.facing > 0 else 1
    depth = np.full((len(track), 2, len(STATIONS)), 0.3)
    blocked = np.zeros(depth.shape, dtype=np.uint8)
    for i, wanted in enumerate(np.broadcast_to(degrees, len(track))):
        at = Body(track[i], calibration.reference).back
        curve = curve_for(reading, float(wanted), at.posture)
        places = np.clip((STATIONS - 1) * at.stretch, back.FIRST, back.LAST)
        depth[i, row] = legendre.legval((places - back.FIRST) * back.SLOPE - 1, curve) / at.stretch
    rows = np.broadcast_to(hidden, len(track))
    depth[rows, row, 10:30], blocked[rows, row, 10:30] = np.nan, HIDDEN_BY_ARM
    return replace(track, back=BackTrack(depth, blocked, np.full((len(track), 2), width)))
