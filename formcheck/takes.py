"""Splitting a track into takes: stretches filmed from one place, of one person, without a cut.

Edited videos jump between cameras, people walk out and come back, the tracker may change to somebody else.
Nothing may be measured across such a jump: every take is calibrated and cut by itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formcheck.body import SEEN_MIN
from formcheck.pose import J, PoseTrack

JUMP_TRUNKS = 0.45  # the trunk moving farther than this between neighbouring frames ... (engineering choice)
JUMP_TRUNKS_PER_S = 4.0  # ... plus this for every second between them is a cut; a dropping lifter does 3 at most
RESIZE = 1.5  # so is the trunk changing its length on the picture by this factor
ABSENT_S = 2.0  # nobody seen for longer than this starts a new take
SHORTEST_S = 0.5  # takes shorter than this hold no rep
TRUNK_JOINTS = [J["left_shoulder"], J["right_shoulder"], J["left_hip"], J["right_hip"]]


def split(track: PoseTrack) -> list[slice]:
    """Rows of each take, in order; frames without a person at the ends are left out."""
    trunk = np.where(track.seen[:, TRUNK_JOINTS, None] >= SEEN_MIN, track.points[:, TRUNK_JOINTS, :2], np.nan)
    seen = np.flatnonzero(np.isfinite(trunk).all(axis=(1, 2)))
    if not len(seen):
        return []
    starts = [0, *(np.flatnonzero(_cuts(trunk[seen], track.times_s[seen])) + 1), len(seen)]
    rows = [slice(int(seen[a]), int(seen[b - 1]) + 1) for a, b in zip(starts[:-1], starts[1:], strict=True)]
    t = track.times_s
    return [r for r in rows if t[r.stop - 1] - t[r.start] >= SHORTEST_S]


def _cuts(trunk: NDArray[np.float64], times_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    """True where something jumps between one seen frame and the next: (N, 4, 2) -> (N - 1,)."""
    length = np.linalg.norm(trunk[:, :2].mean(axis=1) - trunk[:, 2:].mean(axis=1), axis=1)
    size = np.maximum(length, np.median(length) / 2)
    moved = np.linalg.norm(np.diff(trunk, axis=0), axis=2).min(axis=1) / size[:-1]
    gap = np.diff(times_s)
    ratio = size[1:] / size[:-1]
    resized = (np.maximum(ratio, 1 / ratio) > RESIZE) & (gap < 0.3)
    return np.asarray((moved > JUMP_TRUNKS + JUMP_TRUNKS_PER_S * gap) | resized | (gap > ABSENT_S))
