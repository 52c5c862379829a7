"""How far the shown load may be off because of what a picture leaves open, by drawing it many times.

Every input gets its own error: the trunk's angle, the scale, the place of L5/S1, of the load, and the arm of
the back muscles. The model's own error (its choice of one muscle, the pelvis turning with the trunk) and the
inertia of the body are not in it; they are why the moment is said to be good for +-20 % and no better.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from formcheck.spine_load import MUSCLE_ARM_M, LowBack, Posture

Array = NDArray[np.float64]

# One standard deviation of each input (biomechanics section 3.4; trunk: markerless trunks in hinge postures)
TRUNK_DEG, SCALE, L5S1_M, LOAD_M = 4.0, 0.03, 0.02, 0.02
DRAWS = 400
AT_ONCE = 64  # postures: the drawn ones of an hour's reps together would take 100 MB
SHOWN = (5.0, 95.0)  # percentiles of the shown range


@dataclass(frozen=True)
class Draws:
    """Errors drawn for every one of n postures: arrays (DRAWS, n)."""

    trunk_deg: Array
    scale: Array
    joint_m: Array
    load_m: Array
    arm_m: Array

    @staticmethod
    def of(postures: int, seed: int = 0) -> Draws:
        """The same draws for the same number of postures, always."""
        random, size = np.random.default_rng(seed), (DRAWS, postures)
        sizes = (TRUNK_DEG, SCALE, L5S1_M, LOAD_M)
        trunk, scale, joint, load = (random.normal(0.0, sd, size) for sd in sizes)
        return Draws(trunk, 1.0 + scale, joint, load, random.uniform(*MUSCLE_ARM_M, size))

    def some(self, columns: slice) -> Draws:
        """Those of some of the postures."""
        return Draws(**{f.name: getattr(self, f.name)[:, columns] for f in fields(self)})

    def posture(self, p: Posture) -> Posture:
        """The postures (n,) as they may have been, (DRAWS, n)."""
        return p[None].leaning(self.trunk_deg).scaled(self.scale)


@dataclass(frozen=True)
class Spread:
    """Of each posture: the middle 90 % and the standard deviation over the mean."""

    low: Array
    high: Array
    share: Array

    @staticmethod
    def of(drawn: Array) -> Spread:
        """From (DRAWS, n)."""
        low, high = np.percentile(drawn, SHOWN, axis=0)
        return Spread(low, high, np.asarray(drawn.std(axis=0) / np.abs(drawn.mean(axis=0))))


def spread(postures: Posture, model: Callable[[Posture, Draws], LowBack]) -> tuple[Spread, Spread]:
    """Moment and squeezing force of each of n postures, as the model gives them for drawn postures."""
    n = len(postures.hip)
    draws, moments, forces = Draws.of(n), np.empty((DRAWS, n)), np.empty((DRAWS, n))
    for first in range(0, n, AT_ONCE):
        columns = slice(first, first + AT_ONCE)
        some = draws.some(columns)
        drawn = model(some.posture(postures[columns]), some)
        moments[:, columns], forces[:, columns] = drawn.moment_nm, drawn.compression_n(some.arm_m)
    return Spread.of(moments), Spread.of(forces)
