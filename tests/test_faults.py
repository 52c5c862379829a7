"""Every fault has sets that must be flagged, as a warning and as a fault, and one just inside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import stick
from backs import OUTLINE_SIGNALS
from lifting import PAIRS, Pair, fault
from lifting import lifted as lifted_set

from formcheck.analysis import Analysis, examine
from formcheck.exercises import EXERCISES
from formcheck.judge import read
from formcheck.pose import J

IDS = [f"{p.code}-{p.variant or p.exercise}" for p in PAIRS]


def flagged(pair: Pair, analysis: Analysis) -> dict[int, str]:
    """Number of the counted rep -> verdict on the pair's fault."""
    number = {s.index: k for k, s in enumerate(s for s in analysis.segments if s.counted)}
    return {number.get(f.segment, -1): f.verdict for f in analysis.findings if f.code == pair.code}


def expected(pair: Pair, analysis: Analysis, verdict: str) -> dict[int, str]:
    counted = sum(s.counted for s in analysis.segments)
    return {k: verdict for k in ([1] if pair.one_rep else range(counted))}


def test_every_fault_has_a_pair() -> None:
    """Those that read the outline of the back have theirs in test_back.py."""
    for exercise in EXERCISES.values():
        for declared in (f for f in exercise.faults if not f.signals & OUTLINE_SIGNALS):
            pairs = [p for p in PAIRS if p.code == declared.code]
            assert pairs, f"{declared.code} has no set that must be flagged and none that must not"
            has_fault = any(limit.fault is not None for limit in declared.limits)
            assert all(p.warn and bool(p.fault) == has_fault for p in pairs), declared.code
            assert {p.variant for p in pairs if p.variant} or not declared.variants


@pytest.mark.parametrize("pair", PAIRS, ids=IDS)
def test_beyond_the_warn_limit_it_warns_of_that_rep_and_no_other(pair: Pair) -> None:
    assert pair.warn is not None
    analysis = pair.run(pair.warn)
    assert flagged(pair, analysis) == expected(pair, analysis, "warn")


@pytest.mark.parametrize(
    "pair", [p for p in PAIRS if p.fault], ids=[i for i, p in zip(IDS, PAIRS, strict=True) if p.fault]
)
def test_beyond_the_fault_limit_it_is_a_fault(pair: Pair) -> None:
    assert pair.fault is not None
    analysis = pair.run(pair.fault)
    assert flagged(pair, analysis) == expected(pair, analysis, "fault")


@pytest.mark.parametrize("pair", PAIRS, ids=IDS)
def test_just_inside_the_limit_it_is_silent(pair: Pair) -> None:
    analysis = pair.run(pair.silent)
    assert flagged(pair, analysis) == {}
    assert pair.code not in {u.code for u in analysis.unseen}
    assert nearest_to_a_limit(pair, analysis) < 0.5, "the silent set is too easy"


def nearest_to_a_limit(pair: Pair, analysis: Analysis) -> float:
    """How far the worst rep stays inside the limits, in steps from warn to fault."""
    declared = fault(pair.code)
    inside = []
    for segment in (s for s in analysis.segments if s.counted):
        gaps = []
        for limit in declared.limits:
            value = read(limit, declared, segment).value
            step = abs((limit.fault if limit.fault is not None else 1.15 * limit.warn) - limit.warn)
            gaps.append((limit.warn - value if limit.more_is_worse else value - limit.warn) / step)
        inside.append(max(gaps))
    return float(np.min(inside))


@pytest.mark.parametrize("name", EXERCISES)
def test_good_form_is_not_flagged(name: str) -> None:
    for pair in {p.build: p for p in PAIRS if p.exercise == name}.values():
        assert pair.run({}).findings == []


def test_a_knee_that_a_plate_covers_does_not_bounce() -> None:
    """MediaPipe moves the knee's landmark with the plate: the hips tell that the leg stood still."""
    track = stick.row()
    points = track.points.copy()
    knees, wrist = [J["left_knee"], J["right_knee"]], J["left_wrist"]
    lifted = points[:, wrist, 1] - np.nanmin(points[:, wrist, 1])
    points[:, knees, 0] += 0.25 * lifted[:, None]
    analysis = lifted_set(replace(track, points=points), "row")
    declared = fault("RW201")
    assert max(read(declared.limits[0], declared, s).value for s in analysis.segments if s.counted) > 15
    assert "RW201" not in {f.code for f in analysis.findings}


def test_hips_that_sag_almost_to_the_floor_are_still_a_plank_s() -> None:
    report = examine(stick.plank(bend=-25)).report
    assert report.exercise == "plank"
    assert [f.verdict for f in report.findings if f.code == "PL101"] == ["fault"]
