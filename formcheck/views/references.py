"""The size, side and facing of the lifter, frame by frame: what a drawing or a motion file needs to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from formcheck.body import Reference
from formcheck.calibration import calibrate, sized
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

    def of(take: PoseTrack) -> Reference | None:
        calibration = calibrate(take, hinge_s, toe_touch_s)
        return calibration.reference if calibration else None

    return _every_frame(track, of)


def sizes(track: PoseTrack) -> tuple[Reference | None, ...]:
    """The same without the lifter's own back, for which every pose would have to be looked at."""
    return _every_frame(track, sized)


def _every_frame(
    track: PoseTrack, of: Callable[[PoseTrack], Reference | None]
) -> tuple[Reference | None, ...]:
    found: list[Reference | None] = [None] * len(track)
    for rows in split(track):
        found[rows] = [of(track.part(rows))] * (rows.stop - rows.start)
    return tuple(found)
