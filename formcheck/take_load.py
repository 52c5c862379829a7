"""What one take does to the low back: the curve, each segment's peak, range and dose, the price of faults.

Worked out on the smoothed joints, all frames at once. Outside reps and holds it is not known whether the load
is held, so there are no values there. In a rep it counts whole: a bar on the floor as if it just left it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formcheck.anthropometry import Build, build
from formcheck.exercise import SIDE, Fault
from formcheck.exercises.plank import HIGH
from formcheck.judge import RATE_SLACK, SEEN_SHARE, camera_yaw, limits_of, turned
from formcheck.lifter import Lifter, LoadAt
from formcheck.load_assumptions import ACCELERATION_FPS
from formcheck.load_uncertainty import Draws, spread
from formcheck.options import Options
from formcheck.outcome import Outcome
from formcheck.postures import acceleration, postures, running_median
from formcheck.recognise import Recognition
from formcheck.remedy import EVENT_S, Remedy
from formcheck.report import Finding, LoadUnseen, Price
from formcheck.segments import Segment
from formcheck.spine_load import MUSCLE_ARM_M, LowBack, Posture, load_point, low_back, plank
from formcheck.words import listed

Array = NDArray[np.float64]

NOTABLE_PCT, LARGE_PCT = 8.0, 20.0  # of the moment (engineering choice)


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


class TakeLoad:
    """The model run over one take: arrays (T,), NaN outside the segments that can be computed."""

    def __init__(
        self, outcome: Outcome, who: Lifter, at: LoadAt, what: Recognition, options: Options
    ) -> None:
        self.outcome, self.at, self.options = outcome, at, options
        is_plank = what.exercise is not None and what.exercise.name == "plank"
        self.on_forearms = what.variant != HIGH if is_plank else None
        self.body: Build = build(who.sex)
        self.height_m, self.mass_kg = who.height_m or 0.0, who.mass_kg or 0.0
        self.load_kg = 0.0 if at == "none" else who.load_kg or 0.0
        self.times_s = outcome.table.times_s
        self.postures = postures(outcome.joints, outcome.calibration.reference, self.height_m)
        self.reasons = {s.index: self._reason(s) for s in outcome.segments if _lifts(s, outcome)}
        told = [self._moving(s) for s in outcome.segments if self.reasons.get(s.index) == ""]
        inside = np.isin(np.arange(len(self.times_s)), np.concatenate([np.empty(0), *told]))
        self.static = _where(inside, self.model(self.postures))
        self.moving = self.static.moment_nm
        if self.moves:
            upward = acceleration(self.times_s, load_point(self.postures, at)[:, 1])
            self.moving = np.where(inside, self.model(self.postures, upward).moment_nm, np.nan)

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
        rows = [self._moving(s) for s in found]
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
                _dose(self.times_s[r], self.static.moment_nm[r]), float(shares[i]), self._prices(s),
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
        """Every frame of a segment, the moment of rest after it too."""
        return np.searchsorted(self.times_s, segment.times_s)

    def _moving(self, segment: Segment) -> NDArray[np.int64]:
        """The frames until the movement is back at rest."""
        return self._rows(segment)[: None if segment.end is None else segment.end + 1]

    def _reason(self, segment: Segment) -> str:
        """Why a segment cannot be computed; "" if it can."""
        yaw = camera_yaw(segment, self.outcome.calibration)
        if not SIDE.allows(yaw):
            return f"the camera was {turned(yaw)}; {SIDE.move}"
        p = self.postures[self._moving(segment)]
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

    def _prices(self, segment: Segment) -> tuple[Price, ...]:
        """The price of every finding in this segment whose fault has a remedy."""
        faults: dict[str, Fault] = {f.code: f for f in self.outcome.faults}
        found = [f for f in self.outcome.findings if f.segment == segment.index]
        prices = [
            self._price(finding, remedy, limits_of(faults[finding.code], self.options)[0].warn, segment)
            for finding in found
            if finding.code in faults and (remedy := faults[finding.code].price) is not None
        ]
        return tuple(p for p in prices if p is not None)

    def _price(self, finding: Finding, remedy: Remedy, limit: float, segment: Segment) -> Price | None:
        """Read where the moment was highest while the fault lasted; None if it cannot be told.

        Per cent of the rep's peak without the fault: of a moment near zero anything would be a large share.
        """
        if self.on_forearms is not None or (remedy.still and not self.moves):
            return None
        rows = self._rows(segment)
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


def _peak(times_s: Array, values: Array) -> int:
    """Where the median over +-0.07 s is highest: one wild frame is no peak. Some value must be seen."""
    return int(np.nanargmax(running_median(times_s, values, EVENT_S)))


def _dose(times_s: Array, moment_nm: Array) -> float:
    seen = np.isfinite(moment_nm)
    return float(np.trapezoid(moment_nm[seen], times_s[seen])) if seen.sum() > 1 else float("nan")


def _where(inside: NDArray[np.bool_], b: LowBack) -> LowBack:
    return LowBack(*(np.where(inside, v, np.nan) for v in (b.moment_nm, b.weight_n, b.trunk_deg)))
