"""How far a trainer and formcheck agree on a fault: Cohen's kappa with its interval, and a better limit.

Kappa is (po - pe) / (1 - pe): po the share of reps on which both say the same, pe the share by chance from
how often each says yes (J. Cohen, "A coefficient of agreement for nominal scales", Educational and
Psychological Measurement 20, 1960, 37-46). Reps of one set are alike, so its error comes from leaving out one
set at a time (the jackknife; J. L. Fleiss and M. Davies, "Jackknifing functions of multinomial frequencies,
with an application to a measure of concordance", American Journal of Epidemiology 115, 1982, 841-845).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

LEAST_SETS = 5
"""Sets below which no interval is given (engineering choice): the error itself would be a guess."""
LEAST_VALUES = 20
"""Marked flags below which no laxer limit is proposed (engineering choice)."""
LEAST_MISSED = 5
"""Missed faults below which no stricter limit is proposed (engineering choice)."""
T_95 = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13, 2.12,
        2.11, 2.10, 2.09, 2.09, 2.08, 2.07, 2.07, 2.06, 2.06, 2.06, 2.05, 2.05, 2.05, 2.04)  # fmt: skip
"""Student's t for 95 %, two-sided, with 1, 2, ... 30 degrees of freedom; beyond, 1.96 + 2.4 / df."""


@dataclass(frozen=True)
class Table:
    """Reps of one set, by who saw the fault: both, the tool alone, the trainer alone, neither."""

    both: int = 0
    tool: int = 0
    trainer: int = 0
    neither: int = 0

    @property
    def reps(self) -> int:
        """All of them."""
        return self.both + self.tool + self.trainer + self.neither


@dataclass(frozen=True)
class Agreement:
    """Over all sets. kappa None: each said the same about every rep; low, high None: too few sets."""

    table: Table
    sets: int
    kappa: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Proposal:
    """The limit that would have agreed best on the marked flags: with how many of n, and now."""

    limit: float
    agreed: int
    agreed_now: int
    n: int


@dataclass(frozen=True)
class Rep:
    """One rep: the warning limit that would only just not flag it, and whether the trainer sees the fault."""

    level: float
    there: bool


@dataclass(frozen=True)
class Stricter:
    """The stricter limit that would have agreed best.

    caught: how many of the missed faults it would have flagged; alarms: how many reps beside them that the
    trainer let pass; low, high: where it lies when one set at a time is left out; gain: on how many more reps
    formcheck would have agreed, 95 % interval, each set judged by the limit that all others chose.
    """

    limit: float
    low: float
    high: float
    caught: int
    missed: int
    alarms: int
    gain: tuple[float, float]


def agreement(tables: Sequence[Table]) -> Agreement:
    """Of the reps of all these sets, one table a set."""
    counts = np.array([[t.both, t.tool, t.trainer, t.neither] for t in tables if t.reps], dtype=float)
    if not len(counts):
        return Agreement(Table(), 0, None, None, None)
    total = counts.sum(axis=0)
    whole = kappa(total)
    low, high = _interval(counts, whole)
    return Agreement(Table(*map(int, total)), len(counts), whole, low, high)


def kappa(counts: NDArray[np.float64]) -> float | None:
    """Cohen's kappa of (both, tool, trainer, neither); None where chance alone explains everything."""
    both, tool, trainer, neither = counts
    n = counts.sum()
    yes = (both + tool) * (both + trainer)
    no = (neither + trainer) * (neither + tool)
    by_chance = (yes + no) / n**2
    return None if by_chance >= 1 else float(((both + neither) / n - by_chance) / (1 - by_chance))


def _interval(counts: NDArray[np.float64], whole: float | None) -> tuple[float | None, float | None]:
    """95 % by leaving out one set at a time, within -1..1; Nones where that cannot be worked out."""
    sets = len(counts)
    if whole is None or sets < LEAST_SETS:
        return None, None
    total = counts.sum(axis=0)
    left_out = [kappa(total - one) for one in counts]
    if any(k is None for k in left_out):
        return None, None
    values = np.array(left_out, dtype=float)
    error = float(np.sqrt((sets - 1) / sets * ((values - values.mean()) ** 2).sum()))
    wide = student_t(sets - 1) * error
    return max(-1.0, whole - wide), min(1.0, whole + wide)


def student_t(degrees: int) -> float:
    """The 97.5 % point of Student's t."""
    return T_95[degrees - 1] if degrees <= len(T_95) else 1.96 + 2.4 / degrees


def proposal(
    confirmed: Sequence[float], overridden: Sequence[float], limit: float, *, more_is_worse: bool
) -> Proposal | None:
    """The laxer limit that would have agreed best with the marks; None for too few, or none better.

    confirmed, overridden: values of flags that the trainer called right and wrong. Of equally good limits the
    one nearest to the present is taken.
    """
    n = len(confirmed) + len(overridden)
    if n < LEAST_VALUES or not overridden:
        return None
    sign = 1.0 if more_is_worse else -1.0
    right, wrong = np.sort(sign * np.array(confirmed)), np.sort(sign * np.array(overridden))
    now = int((right > sign * limit).sum() + (wrong <= sign * limit).sum())
    best = (now, limit)
    for level in wrong[wrong > sign * limit]:
        agreed = int((right > level).sum() + (wrong <= level).sum())
        if agreed > best[0]:
            best = (agreed, sign * float(level))
    return None if best[1] == limit else Proposal(best[1], best[0], now, n)


def stricter(sets: Sequence[Sequence[Rep]], limit: float, *, more_is_worse: bool) -> Stricter | None:
    """A stricter limit from the faults that the trainer saw and formcheck did not; None for too little.

    sets: the reps of each set of which a level is known. A limit that fits the marks it was chosen from
    always seems to gain; so each set is judged by the limit chosen without it, and only a gain whose interval
    is above 0 counts. Of equally good limits the one nearest to the present is taken.
    """
    sign = 1.0 if more_is_worse else -1.0
    passed = [[Rep(sign * r.level, r.there) for r in reps if sign * r.level <= sign * limit] for reps in sets]
    everything = [rep for reps in passed for rep in reps]
    missed = sum(rep.there for rep in everything)
    if len(sets) < LEAST_SETS or missed < LEAST_MISSED:
        return None
    best = _lowered(everything, sign * limit)
    without = [
        _lowered([r for j, reps in enumerate(passed) if j != i for r in reps], sign * limit)
        for i in range(len(passed))
    ]
    gains = np.array([_gain(reps, at) for reps, at in zip(passed, without, strict=True)], dtype=float)
    wide = student_t(len(gains) - 1) * float(gains.std(ddof=1)) * len(gains) ** 0.5
    low, high = float(gains.sum()) - wide, float(gains.sum()) + wide
    if low <= 0:
        return None
    caught = sum(rep.level > best for rep in everything if rep.there)
    alarms = sum(rep.level > best for rep in everything if not rep.there)
    ends = sorted(sign * at for at in (min(without), max(without)))
    return Stricter(sign * best, ends[0], ends[1], caught, missed, alarms, (low, high))


def _gain(reps: Sequence[Rep], limit: float) -> int:
    """On how many more of these unflagged reps formcheck would agree with this limit; more is worse."""
    return sum(1 if rep.there else -1 for rep in reps if rep.level > limit)


def _lowered(reps: Sequence[Rep], limit: float) -> float:
    """The limit that gains most on these unflagged reps, half-way to the next level below it."""
    levels = sorted({rep.level for rep in reps})
    best, at = 0, limit
    for below, level in reversed([*pairwise(levels)]):
        half = (below + level) / 2
        if (gain := _gain(reps, half)) > best:
            best, at = gain, half
    return at
