"""Whether the lifter is in place and keeps still: standing upright, or already in the plank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from formcheck.calibration import Calibration, columns_of, quiet_standing
from formcheck.exercises import EXERCISES
from formcheck.pose import PoseTrack
from formcheck.recognise import smoothed, spans
from formcheck.unloaded import HINGE_SIGNALS, find_hinges

UPTO_S = 0.5  # quiet that ended no longer ago than this lasts: how quiet the last moments are shows later
NEAR_LEVEL = 50.0  # degrees of the trunk from upright from which a plank is looked for (gate of the plank)
STANDING = ("knee_angle", "trunk_inclination", "hip_height")


@dataclass(frozen=True)
class Place:
    """The posture kept still, and since when."""

    kind: Literal["standing", "plank"]
    since_s: float


def in_place(track: PoseTrack, calibration: Calibration | None, wanted: str) -> Place | None:
    """How the lifter keeps still at the end of a stretch of poses; None while they move or are not there.

    wanted: the exercise, or "auto"; a plank is looked for only where it may be wanted.
    """
    if calibration is None:
        return None
    columns = columns_of(track, calibration.reference, STANDING)
    end = float(track.times_s[-1])
    if wanted != "plank":
        runs = quiet_standing(track.times_s, columns)
        if runs and end - track.times_s[runs[-1][-1]] <= UPTO_S:
            return Place("standing", float(track.times_s[runs[-1][0]]))
    trunk = np.abs(columns["trunk_inclination"])
    if wanted in ("plank", "auto") and np.isfinite(trunk).any() and np.nanmedian(trunk) >= NEAR_LEVEL:
        smooth = smoothed(track, calibration)
        holds = spans(EXERCISES["plank"], "", smooth)
        if holds and end - smooth.times_s[holds[-1].last] <= UPTO_S:
            return Place("plank", float(smooth.times_s[holds[-1].first]))
    return None


def hinge_in(track: PoseTrack, calibration: Calibration) -> tuple[float, float] | None:
    """From when to when the lifter hinges without a load; None where that is not plain."""
    hinges = find_hinges(track.times_s, columns_of(track, calibration.reference, HINGE_SIGNALS))
    return (float(track.times_s[hinges[0][0]]), float(track.times_s[hinges[0][-1]])) if hinges else None
