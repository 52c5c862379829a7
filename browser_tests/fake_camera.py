"""What Chromium's fake camera shows: a sample after some quiet standing, and an empty room when it is over.

Made at test time, as a sequence of JPEGs, which Chromium plays at 30 pictures a second, over and over.
"""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

FPS = 30
QUALITY = 88

Image = NDArray[np.uint8]


def pictures(video: Path) -> list[Image]:
    """Every picture of a sample, red, green, blue."""
    with av.open(str(video)) as source:
        return [np.asarray(frame.to_ndarray(format="bgr24")) for frame in source.decode(video=0)]


def film(path: Path, video: Path, *, standing_s: float = 0.0, sets: int = 1, empty_s: float = 0.0) -> float:
    """Write the fake camera's film; how many seconds it takes.

    standing_s: for how long the first picture of the sample stands before it begins; sets: how often the
    sample is played; empty_s: for how long nobody is there afterwards.
    """
    played = pictures(video)
    empty = np.full_like(played[0], played[0].mean(axis=(0, 1)).astype(np.uint8))
    shown = [played[0]] * round(standing_s * FPS) + played * sets + [empty] * round(empty_s * FPS)
    with path.open("wb") as out:
        for image in shown:
            out.write(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes())
    return len(shown) / FPS
