"""The size, side and facing of the lifter, frame by frame: what a drawing or a motion file needs to know."""

from __future__ import annotations

from formcheck.body import Reference
from formcheck.calibration import calibrate
from formcheck.pose import PoseTrack
from formcheck.takes import split


def references(
    track: PoseTrack, hinge_s: tuple[float, float] | None = None
) -> tuple[Reference | None, ...]:
    """One reference a frame; each take has its own, None outside takes and where nobody could be measured.

    hinge_s: where the lifter said that the unloaded hinge is.
    """
    found: list[Reference | None] = [None] * len(track)
    for rows in split(track):
        calibration = calibrate(track.part(rows), hinge_s)
        if calibration is not None:
            found[rows] = [calibration.reference] * (rows.stop - rows.start)
    return tuple(found)
