"""Faces made unrecognisable: the head becomes a handful of flat squares. Bystanders are not hidden.

Where the head is comes from the track. What cannot be placed is hidden altogether: where no head is known
within half a second, the whole picture becomes squares.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.pose import J, PoseTrack

Image = NDArray[np.uint8]

FACE = list(range(J["mouth_right"] + 1))  # nose, eyes, ears, mouth
WIDE = 1.8  # half the side of the square, in the largest distance between points of the face
LEAST = 0.38  # the same at least, in lengths of the trunk: a head is some 0.23 m high, a trunk 0.5 m long
LATEST_S = 0.5  # a head seen longer ago may be elsewhere
BLOCKS = 4  # squares along a side; a face that is 4 pixels wide is nobody's
"""Engineering choices; the square covers the whole head with hair and chin."""


@dataclass(frozen=True)
class Faces:
    """Where the head is: times_s (N,), centre (N, 2) video pixels with y up, half (N,) pixels; size (2,)."""

    times_s: NDArray[np.float64]
    centre: NDArray[np.float64]
    half: NDArray[np.float64]
    size: tuple[int, int]

    @staticmethod
    def of(track: PoseTrack) -> Faces:
        """The head in every frame of the track that shows it."""
        face = track.points[:, FACE, :2]
        seen = np.any(np.isfinite(face).all(axis=2), axis=1)
        low, high = np.nanmin(face[seen], axis=1), np.nanmax(face[seen], axis=1)
        span = np.hypot(*(high - low).T) if seen.any() else np.empty(0)
        half = np.maximum(WIDE * span, LEAST * _trunk(track))
        return Faces(track.times_s[seen], (low + high) / 2, half, track.size)

    def hidden(self, image: Image, time_s: float) -> Image:
        """The picture (H, W, 3) of a moment, of any size, with the head made unrecognisable; a new one."""
        out = image.copy()
        height, width = image.shape[:2]
        box = self._box(time_s, height / self.size[1])
        left, top, right, bottom = box or (0, 0, width, height)
        part = out[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
        if part.size:
            coarse = cv2.resize(part, (BLOCKS, BLOCKS), interpolation=cv2.INTER_AREA)
            part[:] = cv2.resize(coarse, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_NEAREST)
        return out

    def _box(self, time_s: float, scale: float) -> tuple[int, int, int, int] | None:
        """left, top, right, bottom in pixels of the picture, y down: every head near that moment."""
        near = np.abs(self.times_s - time_s)
        if not len(near) or near.min() > LATEST_S:
            return None
        around = near <= near.min() + 0.1  # a lifter moves between two poses
        x, y, half = self.centre[around, 0], self.size[1] - self.centre[around, 1], self.half[around]
        edges = ((x - half).min(), (y - half).min(), (x + half).max(), (y + half).max())
        left, top, right, bottom = (float(edge) * scale for edge in edges)
        return int(np.floor(left)), int(np.floor(top)), int(np.ceil(right)), int(np.ceil(bottom))


def _trunk(track: PoseTrack) -> float:
    """Length of the trunk in pixels where it is least foreshortened; 0 when it was never seen."""
    points = track.points[:, :, :2]
    shoulders = (points[:, J["left_shoulder"]] + points[:, J["right_shoulder"]]) / 2
    hips = (points[:, J["left_hip"]] + points[:, J["right_hip"]]) / 2
    lengths = np.hypot(*(shoulders - hips).T)
    lengths = lengths[np.isfinite(lengths)]
    return float(np.quantile(lengths, 0.9)) if len(lengths) else 0.0
