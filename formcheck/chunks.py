"""Long videos are watched in chunks of fixed length, so that any number of workers come to the same poses.

    chunk 0 |-----------------|
    chunk 1                ~~~|-----------------|            ~~~ warm-up: seen, but it does not count
    chunk 2                                  ~~~|--------

What a landmarker says of a frame hangs on the frames before. So every chunk has its own, which starts anew
WARM_S before it, whoever watches the chunk before. Chunks lie on a grid from the start of what is analysed;
each begins with its first picture at or after its time and ends before the next one's.

A newcomer takes over only where it follows the same person as the one before; otherwise that one goes on.

Measured on nine clips, a newcomer against one that ran from the start, median distance of the joints in % of
the trunk: after 1 frame 1.9, after 4 1.0, after 8 0.6, after 12 0.4, from 15 on 0.3 to 0.4 and no less.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from formcheck.pose import J, Pose

CHUNK_S = 30.0  # the warm-up then costs 2 %; shorter would give more workers something to do, but cost more
WARM_S = 0.5  # 15 frames of 30 a second: as near as a newcomer comes (above)
SAME_PERSON = 0.5  # trunks nearer than this share of the longer side of a body are those of one person
TRUNK = [J[f"{side}_{joint}"] for side in ("left", "right") for joint in ("shoulder", "hip")]


@dataclass(frozen=True)
class Grid:
    """Which chunk a time lies in. origin_s: where chunk 0 starts; chunk_s: how long each is."""

    origin_s: float
    chunk_s: float

    def chunk(self, time_s: float) -> int:
        """The chunk a picture belongs to."""
        return math.floor((time_s - self.origin_s) / self.chunk_s)

    def warming(self, time_s: float) -> int:
        """The newest chunk whose landmarker sees a picture: the next one's in its warm-up."""
        return self.chunk(time_s + WARM_S)

    def start_s(self, chunk: int) -> float:
        """When a chunk begins."""
        return self.origin_s + chunk * self.chunk_s

    def stretches(self, whole_s: float, workers: int) -> list[int]:
        """The first chunk of each of at most so many stretches of about equal length."""
        return sorted({round(i * whole_s / workers / self.chunk_s) for i in range(workers)})


@dataclass(frozen=True)
class Stop:
    """The end of a stretch: its counts since the stop before; more: the video goes on after it."""

    frames: int
    skipped: int
    thinned: int
    more: bool


def same_person(before: Pose | None, newcomer: Pose | None) -> bool:
    """Whether a newcomer may take over, by the last pose of both; if one is missing it may."""
    if before is None or newcomer is None or before.time_s != newcomer.time_s or not before.found:
        return True
    x, y = before.points[:, 0], before.points[:, 1]
    body = max(float(np.ptp(x)), float(np.ptp(y)))
    off = before.points[TRUNK, :2].mean(axis=0) - newcomer.points[TRUNK, :2].mean(axis=0)
    return bool(np.hypot(*off) < SAME_PERSON * body)
