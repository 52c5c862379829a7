"""The truth of a rendered clip in formcheck's own terms."""

from __future__ import annotations

from typing import Any

import numpy as np

from formcheck.pose import JOINTS, J, PoseTrack

ANGLES = {
    "trunk_inclination": "trunk_inclination", "hip_angle": "*_hip_angle", "knee_angle": "*_knee_angle",
    "shank_inclination": "*_shank_inclination", "elbow_angle": "*_elbow_angle",
}  # fmt: skip
"""Signal -> its name in the truth, * for the side."""


def rows_of(truth: dict[str, Any], track: PoseTrack) -> np.ndarray:
    """For every pose the frame of the truth it is of."""
    return np.abs(np.array(truth["times_s"])[None, :] - track.times_s[:, None]).argmin(axis=1)


def true_track(truth: dict[str, Any], track: PoseTrack) -> PoseTrack:
    """The true joints on the clock of the poses; joints without a truth are unseen."""
    rows = rows_of(truth, track)
    points = np.full((len(rows), len(JOINTS), 3), np.nan)
    for name, where in truth["joints"].items():
        if name in J:
            points[:, J[name], :2], points[:, J[name], 2] = np.array(where["px"])[rows], 0.0
    seen = np.isfinite(points[:, :, 0]).astype(float)
    one = np.ones(len(rows))
    return PoseTrack(track.times_s, points, seen, one, track.brightness, 0 * one, track.size, {})


def true_angle(truth: dict[str, Any], signal: str, near: str) -> np.ndarray:
    """An angle of the lifter (not of the picture), frame by frame; the mean of both sides for "both"."""
    table, name = truth["angles_deg"], ANGLES[signal]
    sides = ("left", "right") if near == "both" else (near,)
    return np.mean([table[name.replace("*", side)] for side in sides], axis=0)
