"""What one take gave: everything that the report, and the load on the low back, are made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.calibration import Calibration
from formcheck.exercise import Fault
from formcheck.report import Finding, Unseen
from formcheck.segments import Segment
from formcheck.signals import SignalTable


@dataclass(frozen=True)
class Outcome:
    """One take: its segments and what was found in them.

    table: smoothed signals; joints: smoothed joints on the same clock, (T, postures.WIDTH);
    judged: indexes of reps, holds and failed attempts, without movements that are none of these.
    """

    calibration: Calibration
    segments: list[Segment]
    findings: list[Finding]
    unseen: list[Unseen]
    faults: tuple[Fault, ...]
    table: SignalTable
    joints: NDArray[np.float64]
    judged: frozenset[int]
