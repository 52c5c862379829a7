"""The motion for OpenSim and other biomechanics tools: TRC markers and MOT joint angles.

TRC: all 33 joints, x to the right of the picture, y up, z 0 (one camera sees no depth), in metres. The scale
comes from the lifter's height; where none was given, from `ASSUMED_HEIGHT_M`. Unseen markers are blank, as
OpenSim expects. MOT: angles of the side that faces the camera, in degrees, named and signed as in OpenSim's
Rajagopal model (flexion positive, 0 standing straight); unseen values are nan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

from formcheck.body import SEEN_MIN, Body
from formcheck.pose import JOINTS, PoseTrack
from formcheck.signals import SIGNALS
from formcheck.views.references import sizes

Array = NDArray[np.float64]

ASSUMED_HEIGHT_M = 1.70  # only sets the scale of the markers; angles do not depend on it

ANGLES: dict[str, Callable[[Body], float]] = {
    "hip_flexion": lambda b: 180.0 - SIGNALS["hip_angle"].of(b),
    "knee_angle": lambda b: 180.0 - SIGNALS["knee_angle"].of(b),
    "ankle_angle": lambda b: SIGNALS["shank_inclination"].of(b),
    "elbow_flex": lambda b: 180.0 - SIGNALS["elbow_angle"].of(b),
}
"""OpenSim coordinate (without its side) -> how to get it. ankle_angle takes the foot to be flat."""


def trc(track: PoseTrack, height_m: float | None = None, name: str = "motion.trc") -> Iterator[str]:
    """The markers of every frame as the lines of a .trc file."""
    metres = height_m or ASSUMED_HEIGHT_M
    scale = np.array([metres / r.stature_px if r else np.nan for r in sizes(track)])
    rate, frames = _rate(track.times_s), len(track)
    yield from (
        f"PathFileType\t4\t(X/Y/Z)\t{name}\n",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames\n",
        f"{rate:g}\t{rate:g}\t{frames}\t{len(JOINTS)}\tm\t{rate:g}\t1\t{frames}\n",
        "Frame#\tTime\t" + "\t\t\t".join(JOINTS) + "\t\t\n",
        "\t\t" + "\t".join(f"X{i}\tY{i}\tZ{i}" for i in range(1, len(JOINTS) + 1)) + "\n",
        "\n",
    )
    for i, (pose, metres_a_pixel) in enumerate(zip(track, scale, strict=True), start=1):
        markers = np.where(pose.seen[:, None] >= SEEN_MIN, pose.points[:, :2], np.nan) * metres_a_pixel
        yield f"{i}\t{pose.time_s:.6f}\t" + "\t".join(_marker(x, y) for x, y in markers.tolist()) + "\n"


def mot(track: PoseTrack, name: str = "motion") -> Iterator[str]:
    """The joint angles of every frame as the lines of a .mot file."""
    known = sizes(track)
    suffix = "_l" if sum(r is not None and r.near == "left" for r in known) > len(known) / 2 else "_r"
    columns = ["time", *(angle + suffix for angle in ANGLES), "trunk_inclination"]
    of = [*ANGLES.values(), SIGNALS["trunk_inclination"].of]
    table = f"nRows={len(track)}", f"nColumns={len(columns)}"
    for line in (name, "version=1", *table, "inDegrees=yes", "endheader", "\t".join(columns)):
        yield f"{line}\n"
    for pose, reference in zip(track, known, strict=True):
        body = Body(pose, reference) if reference else None
        values = [f(body) if body else nan for f in of]
        yield "\t".join([f"{pose.time_s:.6f}", *(f"{v:.4f}" for v in values)]) + "\n"


def _marker(x: float, y: float) -> str:
    return "\t\t" if isnan(x) or isnan(y) else f"{x:.5f}\t{y:.5f}\t0.00000"


def _rate(times_s: Array) -> float:
    """Frames a second on average, to the hundredth."""
    lasts = float(times_s[-1] - times_s[0]) if len(times_s) > 1 else 0.0
    return round((len(times_s) - 1) / lasts, 2) if lasts else 1.0
