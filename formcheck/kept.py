"""Poses as they come, packed: some 0.8 kB each; those of a live set on its own clock.

They are rounded as a saved track is when they come in, so that the engine live and whoever reads the saved
track see the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.pose import JOINTS, NO_EDGE, STATIONS, BackProfile, BackTrack, Pose, PoseTrack

ROWS = 512  # poses of one block: half a minute


class Kept:
    """Poses in time order, packed. `add` gives each back as it will be read.

    began_s: the time that becomes 0; None: that of the first pose.
    """

    def __init__(self, size: tuple[int, int], began_s: float | None = None) -> None:
        self.size = size
        self.began_s = began_s
        self._blocks: list[dict[str, NDArray[Any]]] = []
        self._count = 0
        self._outlined = False

    def __len__(self) -> int:
        return self._count

    def add(self, pose: Pose) -> Pose:
        """Keep a pose; returns it rounded, its time counted from `began_s`."""
        if self.began_s is None:
            self.began_s = pose.time_s
        i = self._count % ROWS
        if not i:
            self._blocks.append({name: make() for name, make in COLUMNS.items()})
        block = self._blocks[-1]
        block["times_s"][i] = pose.time_s - self.began_s
        block["points"][i], block["seen"][i] = pose.points, pose.seen
        block["people"][i], block["brightness"][i], block["shots"][i] = (
            pose.people, pose.brightness, pose.shot,
        )  # fmt: skip
        if pose.back is not None:
            self._outlined = True
            block["depth"][i], block["blocked"][i] = pose.back.depth, pose.back.blocked
            block["width"][i] = pose.back.width
        self._count += 1
        back = None if pose.back is None else BackProfile(
            *(block[name][i].astype(float if name != "blocked" else np.uint8) for name in OUTLINE)
        )  # fmt: skip
        return replace(
            pose, time_s=float(block["times_s"][i]), points=block["points"][i].astype(float),
            seen=block["seen"][i].astype(float), brightness=float(block["brightness"][i]), back=back,
        )  # fmt: skip

    def track(self, **meta: Any) -> PoseTrack:
        """All of them as a track."""
        back = BackTrack(
            self._column("depth"), self._column("blocked"), self._column("width").astype(float)
        ) if self._outlined else None  # fmt: skip
        values = {name: self._column(name).astype(float) for name in COLUMNS if name not in OUTLINE}
        return PoseTrack(**values, size=self.size, meta=meta, back=back)

    def _column(self, name: str) -> NDArray[Any]:
        """As it is packed."""
        return np.concatenate([block[name] for block in self._blocks])[: self._count]


def _filled(shape: tuple[int, ...], dtype: Any, value: float) -> Callable[[], NDArray[Any]]:
    return lambda: np.full((ROWS, *shape), value, dtype=dtype)


COLUMNS: dict[str, Callable[[], NDArray[Any]]] = {
    "times_s": _filled((), np.float64, 0),
    "points": _filled((len(JOINTS), 3), np.float32, np.nan),
    "seen": _filled((len(JOINTS),), np.float32, 0),
    "people": _filled((), np.int16, 0),
    "brightness": _filled((), np.float32, np.nan),
    "shots": _filled((), np.int32, 0),
    "depth": _filled((2, len(STATIONS)), np.float16, np.nan),
    "blocked": _filled((2, len(STATIONS)), np.uint8, NO_EDGE),
    "width": _filled((2,), np.float16, np.nan),
}
"""Column -> a block of it; the types that `PoseTrack.save` writes."""
OUTLINE = ("depth", "blocked", "width")
