"""Splitting a track into takes: stretches filmed from one place, of one person, without a cut.

Edited videos jump between cameras, people walk out and come back, the tracker may change to somebody else.
Nothing may be measured across such a jump: every take is calibrated and cut by itself.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from formcheck.body import SEEN_MIN
from formcheck.pose import J, PoseTrack

JUMP_S = 0.3  # a jump is a difference between the medians of this long before and after a moment ...
JUMP_TRUNKS = 0.9  # ... of more than this many trunk lengths; a lifter's trunk moves less than half of that
STEADY_TRUNKS = 0.35  # ... while both sides hold still to within this: a lost tracker wanders, a cut does not
ABSENT_S = 2.0  # nobody seen for longer than this starts a new take
Array = NDArray[np.float64]

SHORTEST_S = 0.5  # takes shorter than this hold no rep
TRUNK_JOINTS = [J["left_shoulder"], J["right_shoulder"], J["left_hip"], J["right_hip"]]


def split(track: PoseTrack) -> list[slice]:
    """Rows of each take, in order; frames without a person at the ends are left out."""
    trunk = np.where(track.seen[:, TRUNK_JOINTS, None] >= SEEN_MIN, track.points[:, TRUNK_JOINTS, :2], np.nan)
    seen = np.flatnonzero(np.isfinite(trunk).all(axis=(1, 2)))
    if not len(seen):
        return []
    cut = _cuts(trunk[seen], track.times_s[seen]) | (np.diff(track.shots[seen]) > 0)
    starts = [0, *(np.flatnonzero(cut) + 1), len(seen)]
    rows = [slice(int(seen[a]), int(seen[b - 1]) + 1) for a, b in itertools.pairwise(starts)]
    t = track.times_s
    return [r for r in rows if t[r.stop - 1] - t[r.start] >= SHORTEST_S]


def _cuts(trunk: Array, times_s: Array) -> NDArray[np.bool_]:
    """True where something jumps between one seen frame and the next: (N, 4, 2) -> (N - 1,)."""
    gap = np.diff(times_s)
    out = gap > ABSENT_S
    size = float(np.median(np.linalg.norm(trunk[:, :2].mean(axis=1) - trunk[:, 2:].mean(axis=1), axis=1)))
    middle = trunk.mean(axis=1)
    step = np.linalg.norm(np.diff(middle, axis=0), axis=1)
    for i in np.flatnonzero(step > JUMP_TRUNKS * size / 2):
        before = middle[(times_s <= times_s[i]) & (times_s >= times_s[i] - JUMP_S)]
        after = middle[(times_s >= times_s[i + 1]) & (times_s <= times_s[i + 1] + JUMP_S)]
        steady = max(_spread(before), _spread(after)) < STEADY_TRUNKS * size
        jump = np.linalg.norm(np.median(after, axis=0) - np.median(before, axis=0))
        out[i] |= steady and jump > JUMP_TRUNKS * size
    return np.asarray(out)


def _spread(points: Array) -> float:
    return float(np.linalg.norm(points - np.median(points, axis=0), axis=1).max())
