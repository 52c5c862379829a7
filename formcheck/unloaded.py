"""Bending without a load before a set, to know the lifter's own back: a hinge, and a toe-touch.

      hinge, arms crossed               toe-touch, empty hands to the floor
          o                                   ___
    _____/|                                  |   \\__
   |    <                                    |     |o
   |\\                                       |     |

With the hands on the hips the elbows hide the back, so crossed arms are better. Both are measurements and no
repetitions. What is not plain is not taken for one: people can say where it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

HINGE_SIGNALS = ("knee_angle", "trunk_inclination", "hip_over_hand", "hand_before_chest")
"""What `find_hinges` looks at."""
UPRIGHT_DEG, BENT_DEG = 25.0, 45.0  # a hinge goes from more upright than this to more bent than that
HINGE_KNEE_DEG = 130.0  # a squat bends the knees further (engineering choice)
UNLOADED_S = (1.5, 12.0)  # both are slow (engineering choice)
ALL_THE_TIME = 0.9  # of the frames in which the hands are seen
CROSSED = 0.03  # statures: crossed hands are further before the trunk, those at a bar on the back behind it
HANDS_ON_HIPS = 0.12  # statures over or under the hips: a bar hangs lower when bent over, or lies higher
# A toe-touch: shoulders below the hips, straight legs, hands under any bar that lies on 45 cm plates, and
# farther bent than anything else in the take, so that a stiff-legged deadlift is none (engineering choices)
TOUCH_DEG, TOUCH_KNEE_DEG, TOUCH_GRIP, FARTHER_DEG = 90.0, 145.0, 0.11, 10.0


def find_hinges(times_s: Array, columns: Mapping[str, Array]) -> list[Rows]:
    """Rows of each unloaded hinge: upright, bent, upright, with crossed arms or hands on the hips."""
    with np.errstate(invalid="ignore"):
        seen = np.isfinite(columns["hip_over_hand"])
        empty = (np.abs(columns["hip_over_hand"]) < HANDS_ON_HIPS, columns["hand_before_chest"] > CROSSED)
    found = []
    for rows in _bends(times_s, columns):
        at = rows[seen[rows]]
        unloaded = len(at) > 0 and max(hands[at].mean() for hands in empty) > ALL_THE_TIME
        straight = np.nanmin(columns["knee_angle"][rows], initial=180.0) > HINGE_KNEE_DEG
        if unloaded and straight and np.nanmax(columns["trunk_inclination"][rows]) >= BENT_DEG:
            found.append(rows)
    return found


def find_toe_touch(times_s: Array, columns: Mapping[str, Array]) -> Rows:
    """Rows of the toe-touch: the deepest bend of a take, on straight legs, with the hands at the feet."""
    trunk, bends = columns["trunk_inclination"], list(_bends(times_s, columns))
    if not bends:
        return np.zeros(0, dtype=np.int64)
    rows = max(bends, key=lambda r: float(np.nanmax(trunk[r])))
    others = np.delete(trunk, rows)
    deepest, next_deepest = np.nanmax(trunk[rows]), np.nanmax(others, initial=0.0)
    low = np.nanmin(columns["grip_height"][rows], initial=1.0) < TOUCH_GRIP
    straight = np.nanmin(columns["knee_angle"][rows], initial=180.0) > TOUCH_KNEE_DEG
    alone = UPRIGHT_DEG < next_deepest < deepest - FARTHER_DEG
    return rows if deepest >= TOUCH_DEG and low and straight and alone else np.zeros(0, dtype=np.int64)


def _bends(times_s: Array, columns: Mapping[str, Array]) -> Iterator[Rows]:
    """Rows of each slow bend from upright to upright."""
    with np.errstate(invalid="ignore"):
        leaning = np.nan_to_num(columns["trunk_inclination"]) > UPRIGHT_DEG
    edges = np.flatnonzero(np.diff(np.concatenate(([0], leaning.astype(int), [0]))))
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        rows = np.arange(first, end)
        slow = UNLOADED_S[0] <= times_s[rows[-1]] - times_s[rows[0]] <= UNLOADED_S[1]
        if slow and first > 0 and end < len(times_s):
            yield rows
