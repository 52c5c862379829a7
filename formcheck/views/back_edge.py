"""The outline of the back in the picture: the edge that was measured, the lifter's own, and the gap between.

Only while it is judged: in the phases that a fault of the outline looks at, of segments in which it could be
judged, in frames that have a reading. Points are pixels of the displayed picture, y up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck import back
from formcheck.body import Body, Reference
from formcheck.exercise import Fault
from formcheck.exercises import EXERCISES
from formcheck.manual import every_fault
from formcheck.pose import Pose
from formcheck.report import Finding, Report

Array = NDArray[np.float64]
OUTLINE = frozenset(
    ("back_curve", "back_rounding", "full_flexion_share", "lumbar_curve", "thoracic_curve", "pelvic_tangent")
)
"""The signals that read the outline."""


@dataclass(frozen=True)
class Edges:
    """Two edges of the back, hips to shoulders: as measured and as expected of this lifter, (N, 2) each."""

    measured: Array
    expected: Array


def judged_spans(report: Report) -> tuple[tuple[float, float], ...]:
    """From when to when the outline of the back was judged, seconds, both ends included."""
    exercise = EXERCISES.get(report.exercise)
    faults = [f for f in exercise.faults if f.signals & OUTLINE] if exercise else []
    spans = []
    found = {f.segment for f in report.faults}
    for cut in (c for c in report.segments if c.counted or c.index in found):  # others were not judged
        unseen = {u.code for u in report.unseen if not u.segments or cut.index in u.segments}
        looked_at = {phase for f in faults if f.code not in unseen for phase in f.during}
        whole = any(f.code not in unseen and not f.during for f in faults)
        spans += [(p.start_s, p.end_s) for p in cut.phases if whole or p.name in looked_at]
    return tuple(spans)


def reads_outline(finding: Finding) -> bool:
    """Whether a finding is about the outline of the back."""
    fault = every_fault().get(finding.code)
    return isinstance(fault, Fault) and bool(fault.signals & OUTLINE)


def edges(pose: Pose, reference: Reference) -> Edges | None:
    """Both edges in a frame; None where there is no reading."""
    own = Body(pose, reference).back
    curve = own.curve
    read = back.reading("whole", curve, own.posture)
    rounding = read - reference.back.expected(own.trunk_deg)
    if not np.isfinite(rounding):
        return None
    return Edges(own.points(curve), own.points(back.changed(curve, own.posture, -rounding)))
