"""What a set does to the low back: the curve, each rep's peak and dose, the price of each fault.

Everything is worked out on the smoothed joints of each take, all frames at once. Outside reps and holds it is
not known whether the load is held, so there are no values there. A rep that was not seen from the side, or
whose joints were hidden, is listed with the reason instead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formcheck.anthropometry import Build, build
from formcheck.exercise import SIDE, Fault
from formcheck.exercises.plank import HIGH
from formcheck.judge import RATE_SLACK, SEEN_SHARE, camera_yaw, limits_of, turned
from formcheck.lifter import Lifter, LoadAt
from formcheck.load_assumptions import ACCELERATION_FPS, assumptions, place_of_load
from formcheck.load_uncertainty import Draws, spread
from formcheck.options import Options
from formcheck.outcome import Outcome
from formcheck.postures import acceleration, postures, running_median
from formcheck.recognise import Recognition
from formcheck.remedy import EVENT_S, Remedy
from formcheck.report import Finding, Load, LoadUnseen, Price, SegmentLoad
from formcheck.segments import Segment
from formcheck.spine_load import MUSCLE_ARM_M, LowBack, Posture, load_point, low_back, plank
from formcheck.words import listed

Array = NDArray[np.float64]

NOMINAL = Lifter(
    height_m=1.75, mass_kg=75.0
)  # stands in for what was not given; only comparisons are shown then
NOTABLE_PCT, LARGE_PCT = 8.0, 20.0  # of the moment (engineering choice)


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
    takes = [_Take.of(o, who, at, what, options) for o in outcomes]
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


@dataclass(frozen=True)
class Measured:
    """One rep or hold as the model sees it; reported as `SegmentLoad`."""

    segment: int
    counted: bool
    peak_s: float
    peak_nm: float
    range_nm: tuple[float, float]
    dynamic_nm: float
    compression_n: tuple[float, float]
    compression_range_n: tuple[float, float]
    dose_nm_s: float
    hands_share: float
    prices: tuple[Price, ...]


class _Take:
    """The model run over one take: arrays (T,), NaN outside the segments that can be computed."""

    def __init__(
        self, outcome: Outcome, who: Lifter, at: LoadAt, on_forearms: bool | None, options: Options
    ) -> None:
        self.outcome, self.at, self.on_forearms, self.options = outcome, at, on_forearms, options
        self.body: Build = build(who.sex)
        self.mass_kg = who.mass_kg or 0.0
        self.load_kg = 0.0 if at == "none" else who.load_kg or 0.0
        self.times_s = outcome.table.times_s
        self.postures = postures(outcome.joints, outcome.calibration.reference, who.height_m or 0.0)
        self.reasons = {s.index: self._reason(s) for s in outcome.segments if _lifts(s, outcome)}
        inside = np.isin(outcome.table.segment, [i for i, why in self.reasons.items() if not why])
        self.static = _where(inside, self.model(self.postures))
        self.moving = self.static.moment_nm
        if self.moves:
            lifted = acceleration(self.times_s, load_point(self.postures, at)[:, 1])
            self.moving = np.where(inside, self.model(self.postures, lifted).moment_nm, np.nan)

    @staticmethod
    def of(outcome: Outcome, who: Lifter, at: LoadAt, what: Recognition, options: Options) -> _Take:
        """The take of a recognised exercise."""
        is_plank = what.exercise is not None and what.exercise.name == "plank"
        return _Take(outcome, who, at, what.variant != HIGH if is_plank else None, options)

    @property
    def moves(self) -> bool:
        """Whether there is a load, and the film is fast enough for its acceleration."""
        step = float(np.median(np.diff(self.times_s))) if len(self.times_s) > 1 else np.inf
        return self.load_kg > 0 and ACCELERATION_FPS * step <= 1 + RATE_SLACK

    def model(self, p: Posture, lifted: Array | float = 0.0, draws: Draws | None = None) -> LowBack:
        """What acts at L5/S1 in these postures."""
        joint, load = (draws.joint_m, draws.load_m) if draws else (0.0, 0.0)
        if self.on_forearms is None:
            return low_back(p, self.body, self.mass_kg, self.load_kg, self.at, lifted, joint, load)
        held = plank(p.reaching(load), self.body, self.mass_kg, self.on_forearms, joint)
        return LowBack(held.moment_nm, np.full_like(held.moment_nm, np.nan), p.trunk_deg)

    def segments(self) -> list[Measured]:
        """Every segment that can be computed."""
        found = [s for s in self.outcome.segments if self.reasons.get(s.index) == ""]
        rows = [self._rows(s) for s in found]
        peaks = [r[_peak(self.times_s[r], self.static.moment_nm[r])] for r in rows]
        if not peaks:
            return []
        at_peak = self.postures[np.array(peaks)]
        moment, force = spread(at_peak, lambda p, draws: self.model(p, 0.0, draws))
        soft, hard = (self.static.compression_n(arm)[peaks] for arm in reversed(MUSCLE_ARM_M))
        shares = self._hands_share(at_peak)
        return [
            Measured(
                s.index, s.counted, float(self.times_s[peak]), float(self.static.moment_nm[peak]),
                (float(moment.low[i]), float(moment.high[i])), self._dynamic(r),
                (float(soft[i]), float(hard[i])), (float(force.low[i]), float(force.high[i])),
                _dose(self.times_s[r], self.static.moment_nm[r]), float(shares[i]), self._prices(s, r),
            )
            for i, (s, r, peak) in enumerate(zip(found, rows, peaks, strict=True))
        ]  # fmt: skip

    def unseen(self) -> list[LoadUnseen]:
        """Every segment that cannot be computed, and why."""
        return [LoadUnseen(why, (i,)) for i, why in self.reasons.items() if why]

    def columns(self, absolute: bool, lightest_nm: float) -> dict[str, Array]:
        """The curves, named with their units."""
        out = {"low_back_moment_pct": 100 * self.static.moment_nm / lightest_nm}
        if absolute:
            out["low_back_moment_nm"] = self.static.moment_nm
            if self.moves:
                out["low_back_dynamic_moment_nm"] = self.moving
            if self.on_forearms is None:
                for end, arm_m in zip(("high", "low"), MUSCLE_ARM_M, strict=True):
                    out[f"low_back_compression_{end}_n"] = self.static.compression_n(arm_m)
        return out

    def _rows(self, segment: Segment) -> NDArray[np.int64]:
        return np.searchsorted(self.times_s, segment.times_s)

    def _reason(self, segment: Segment) -> str:
        """Why a segment cannot be computed; "" if it can."""
        yaw = camera_yaw(segment, self.outcome.calibration)
        if not SIDE.allows(yaw):
            return f"the camera was {turned(yaw)}; {SIDE.move}"
        p = self.postures[self._rows(segment)]
        seen = {name: np.isfinite(getattr(p, joint)[:, 0]) for name, joint in self._needed().items()}
        hidden = [name for name, rows in seen.items() if rows.mean() < SEEN_SHARE]
        if hidden:
            return f"it needs {listed(hidden)} in sight for longer"
        together = np.logical_and.reduce(list(seen.values()))
        return "" if together.mean() >= SEEN_SHARE else f"it needs {listed(seen)} in sight at the same time"

    def _needed(self) -> dict[str, str]:
        """Name for people -> joint of `Posture`, of those the model cannot do without."""
        needed = {"hip": "hip", "shoulder": "shoulder"}
        if self.on_forearms is not None:
            needed |= {"elbow": "elbow", "hand": "grip", "knee": "knee", "ankle": "ankle", "foot": "foot"}
        elif self.load_kg and self.at in ("hands", "goblet"):
            needed |= {"hand": "grip"}
        return needed

    def _dynamic(self, rows: NDArray[np.int64]) -> float:
        if not self.moves:
            return float("nan")
        moving = self.moving[rows]
        return float(moving[_peak(self.times_s[rows], moving)]) if np.isfinite(moving).any() else float("nan")

    def _hands_share(self, at_peak: Posture) -> Array:
        if self.on_forearms is None:
            return np.full(len(at_peak.hip), np.nan)
        return plank(at_peak, self.body, self.mass_kg, self.on_forearms).hands_share

    def _prices(self, segment: Segment, rows: NDArray[np.int64]) -> tuple[Price, ...]:
        """The price of every finding in this segment whose fault has a remedy."""
        faults: dict[str, Fault] = {f.code: f for f in self.outcome.faults}
        found = [f for f in self.outcome.findings if f.segment == segment.index]
        prices = [
            self._price(finding, remedy, limits_of(faults[finding.code], self.options)[0].warn, segment, rows)
            for finding in found
            if finding.code in faults and (remedy := faults[finding.code].price) is not None
        ]
        return tuple(p for p in prices if p is not None)

    def _price(
        self, finding: Finding, remedy: Remedy, limit: float, segment: Segment, rows: NDArray[np.int64]
    ) -> Price | None:
        """Read where the moment was highest while the fault lasted; None if it cannot be told.

        Per cent of the rep's peak without the fault: of a moment near zero anything would be a large share.
        """
        if self.on_forearms is not None or (remedy.still and not self.moves):
            return None
        t = self.times_s[rows]
        was = self.moving[rows] if remedy.still else self.static.moment_nm[rows]
        would_be = self.model(remedy.of(segment, self.postures[rows], limit)).moment_nm
        before, after = (running_median(t, curve, EVENT_S) for curve in (was, would_be))
        lasted = (t >= finding.start_s - EVENT_S) & (t <= finding.end_s + EVENT_S)
        told = np.flatnonzero(lasted & np.isfinite(before) & np.isfinite(after))
        peak = float(np.nanmax(np.where(lasted, after, before), initial=0.0))
        if not len(told) or peak <= 0:
            return None
        i = told[np.argmax(before[told])]
        extra = float(before[i] - after[i])
        share = 100 * extra / peak
        at_s, word = round(float(t[i]), 3), size(round(share))
        return Price(finding.code, at_s, remedy.words, round(extra, 1), round(share, 1), word)


def _lifts(segment: Segment, outcome: Outcome) -> bool:
    """Reps, holds and failed attempts; not what was under way when the clip began, or is none of these."""
    return segment.counted or (segment.index in outcome.judged and segment.starts_whole)


def size(moment_pct: float) -> Literal["small", "notable", "large"]:
    """A price in a word."""
    return "large" if moment_pct >= LARGE_PCT else "notable" if moment_pct >= NOTABLE_PCT else "small"


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


def _peak(times_s: Array, values: Array) -> int:
    """Where the median over +-0.07 s is highest: one wild frame is no peak. Some value must be seen."""
    return int(np.nanargmax(running_median(times_s, values, EVENT_S)))


def _dose(times_s: Array, moment_nm: Array) -> float:
    seen = np.isfinite(moment_nm)
    return float(np.trapezoid(moment_nm[seen], times_s[seen])) if seen.sum() > 1 else float("nan")


def _where(inside: NDArray[np.bool_], b: LowBack) -> LowBack:
    return LowBack(*(np.where(inside, v, np.nan) for v in (b.moment_nm, b.weight_n, b.trunk_deg)))


def _together(unseen: list[LoadUnseen]) -> tuple[LoadUnseen, ...]:
    """One entry a reason."""
    grouped: dict[str, tuple[int, ...]] = {}
    for u in unseen:
        grouped[u.why] = grouped.get(u.why, ()) + u.segments
    return tuple(LoadUnseen(why, rows) for why, rows in grouped.items())
