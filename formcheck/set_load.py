"""What a set does to the low back: the load section of the report, from the loads of its takes.

Reps are compared with the lightest of the set. Where height or body mass were not given, only that comparison
stands. A rep that was not seen from the side, or whose joints were hidden, is listed with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from formcheck.lifter import Lifter
from formcheck.load_assumptions import assumptions, place_of_load
from formcheck.options import Options
from formcheck.outcome import Outcome
from formcheck.recognise import Recognition
from formcheck.report import Load, LoadUnseen, SegmentLoad
from formcheck.take_load import Measured, TakeLoad

Array = NDArray[np.float64]

NOMINAL = Lifter(height_m=1.75, mass_kg=75.0)
"""Stands in for what was not given; only comparisons are shown then."""


@dataclass(frozen=True)
class SetLoad:
    """The load section of the report, and a column for every curve on the clock of each take."""

    report: Load | None
    curves: list[dict[str, Array]]


def set_load(outcomes: list[Outcome], what: Recognition, options: Options) -> SetLoad:
    """The load of all takes of a clip; no report where no exercise was recognised."""
    if what.exercise is None or not any(o.segments for o in outcomes):
        return SetLoad(None, [{} for _ in outcomes])
    given = options.lifter
    who = replace(
        given, height_m=given.height_m or NOMINAL.height_m, mass_kg=given.mass_kg or NOMINAL.mass_kg
    )
    at = place_of_load(what.exercise.name, outcomes, given)
    takes = [TakeLoad(o, who, at, what, options) for o in outcomes]
    absolute = given.height_m is not None and given.mass_kg is not None
    measured = [m for take in takes for m in take.segments()]
    lightest = min((m.peak_nm for m in measured if m.counted), default=np.nan)
    unseen = [u for take in takes for u in take.unseen()]
    entries = tuple(_entry(m, lightest, absolute) for m in measured)
    doses = [e.dose_nm_s for e in entries if e.dose_nm_s is not None]
    report = Load(
        basis="absolute" if absolute else "relative",
        lifter={
            "height_m": given.height_m,
            "mass_kg": given.mass_kg,
            "sex": given.sex,
            "load_kg": given.load_kg,
        },
        load_at=at,
        assumed=assumptions(what.exercise.name, outcomes, given, at, NOMINAL),
        segments=entries,
        dose_nm_s=round(sum(doses), 1) if doses else None,
        unseen=_together(unseen),
    )
    return SetLoad(report, [take.columns(absolute, lightest) for take in takes])


def _entry(m: Measured, lightest_nm: float, absolute: bool) -> SegmentLoad:
    """As it stands in the report: rounded, and without newtons where height or mass were not given."""

    def told(value: float) -> float | None:
        return round(value, 1) if absolute and np.isfinite(value) else None

    def pair(values: tuple[float, float]) -> tuple[float, float] | None:
        low, high = (told(v) for v in values)
        return None if low is None or high is None else (low, high)

    share = 100 * m.peak_nm / lightest_nm if lightest_nm > 0 else np.nan
    prices = m.prices if absolute else tuple(replace(p, moment_nm=None) for p in m.prices)
    return SegmentLoad(
        segment=m.segment,
        peak_s=round(m.peak_s, 3),
        percent_of_lowest=round(share, 1) if np.isfinite(share) else None,
        moment_nm=told(m.peak_nm),
        moment_range_nm=pair(m.range_nm),
        dynamic_moment_nm=told(m.dynamic_nm),
        compression_n=pair(m.compression_n),
        compression_range_n=pair(m.compression_range_n),
        dose_nm_s=told(m.dose_nm_s),
        hands_share_pct=round(100 * m.hands_share, 1) if np.isfinite(m.hands_share) else None,
        prices=prices,
    )


def _together(unseen: list[LoadUnseen]) -> tuple[LoadUnseen, ...]:
    """One entry a reason."""
    grouped: dict[str, tuple[int, ...]] = {}
    for u in unseen:
        grouped[u.why] = grouped.get(u.why, ()) + u.segments
    return tuple(LoadUnseen(why, rows) for why, rows in grouped.items())
