"""Left and right confused by the pose model: found by the jump it makes, and put right.

Side on, the model sometimes gives the near leg's place to the far leg and back. Nothing moved, but every
joint of both legs jumps. Exchanging the labels makes the jump go away, and that is how it is found.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from formcheck.pose import JOINTS, J, Pose

Array = NDArray[np.float64]

LONGEST_GAP_S = 0.25  # across a longer gap people really move; nothing is compared
LESS = 0.5  # exchanged labels must make the joints move less than half as far ...
CLEARLY_TRUNKS = 0.25  # ... and the way saved must be this many trunk lengths over all joints of the group
GROUPS = (
    ("hip", "knee", "ankle", "heel", "foot"),
    ("shoulder", "elbow", "wrist", "pinky", "index", "thumb"),
)
PAIRS = tuple(tuple((J[f"left_{n}"], J[f"right_{n}"]) for n in group) for group in GROUPS)


class SwapRepair:
    """Mends one pose after the other; `count` says how many limb pairs were exchanged."""

    def __init__(self) -> None:
        self.count = 0
        self._last: Pose | None = None

    def mend(self, pose: Pose) -> Pose:
        """The pose with the labels that make it follow from the one before."""
        if not pose.found:
            return pose
        last = self._last
        if last is not None and pose.time_s - last.time_s <= LONGEST_GAP_S and pose.shot == last.shot:
            for pairs in PAIRS:
                if _swapped(last, pose, pairs):
                    pose = _exchanged(pose, pairs)
                    self.count += 1
        self._last = pose
        return pose


def _swapped(last: Pose, pose: Pose, pairs: tuple[tuple[int, ...], ...]) -> bool:
    left, right = [p[0] for p in pairs], [p[1] for p in pairs]
    before, now = last.points[:, :2], pose.points[:, :2]
    kept = _way(before[left], now[left]) + _way(before[right], now[right])
    exchanged = _way(before[left], now[right]) + _way(before[right], now[left])
    trunk = np.linalg.norm(before[J["left_shoulder"]] - before[J["left_hip"]])
    return bool(exchanged < LESS * kept and kept - exchanged > CLEARLY_TRUNKS * trunk)


def _way(a: Array, b: Array) -> float:
    return float(np.nansum(np.linalg.norm(a - b, axis=1)))


def _exchanged(pose: Pose, pairs: tuple[tuple[int, ...], ...]) -> Pose:
    order = np.arange(len(JOINTS))
    for a, b in pairs:
        order[a], order[b] = b, a
    return replace(pose, points=pose.points[order], seen=pose.seen[order])
