"""The size, side and facing of the lifter, frame by frame: what a drawing or a motion file needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formcheck.body import Reference
from formcheck.calibration import calibrate
from formcheck.pose import PoseTrack
from formcheck.takes import split


def references(
    track: PoseTrack, made_with: Mapping[str, Any] | None = None
) -> tuple[Reference | None, ...]:
    """One reference a frame; each take has its own, None outside takes and where nobody could be measured.

    made_with: of the report, where the lifter may have said when the unloaded hinge and toe-touch are.
    """
    told = made_with or {}
    hinge_s, toe_touch_s = (
        (float(span[0]), float(span[1])) if (span := told.get(name)) else None
        for name in ("hinge_s", "toe_touch_s")
    )
    found: list[Reference | None] = [None] * len(track)
    for rows in split(track):
        calibration = calibrate(track.part(rows), hinge_s, toe_touch_s)
        if calibration is not None:
            found[rows] = [calibration.reference] * (rows.stop - rows.start)
    return tuple(found)
