"""What came out of a set: `Finding`s, `Unseen` faults and segments, gathered in a `Report`.

A report is plain data. `to_dict` and `from_dict` round-trip exactly through JSON; the keys are fixed by
`SCHEMA` and published in `formcheck/report.schema.json`. Angles are degrees, times seconds from the start
of the video, intervals include both ends.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from formcheck.decode import decode
from formcheck.errors import TrackError
from formcheck.files import atomic_write

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = 2
Verdict = Literal["warn", "fault"]
Pair = tuple[float, float]


@dataclass(frozen=True)
class Finding:
    """One fault seen in one segment (or, for `CAM` codes, in the filming: segment is None).

    value and limit share `unit`; value is the worst level sustained, limit the one it broke; confidence
    0..1 says how far beyond the limit it was, against the lifter's own noise, and how well it was seen;
    error: +- of the value where it was measured (the outline of the back), else 0.
    """

    code: str
    name: str
    verdict: Verdict
    severity: int
    segment: int | None
    value: float
    limit: float
    unit: str
    start_s: float
    end_s: float
    cue: str
    confidence: float = 1.0
    error: float = 0.0


@dataclass(frozen=True)
class Unseen:
    """A fault that could not be judged, why, and in which segments (none listed: in all of them)."""

    code: str
    why: str
    segments: tuple[int, ...] = ()


@dataclass(frozen=True)
class Phase:
    """A named stretch of a rep or hold, both ends included."""

    name: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Cut:
    """One rep, failed attempt or hold as it stands in the report.

    counted is False for failed attempts and for movements that are not reps; `note` says which and why.
    turn_s is the bottom of a squat, the lockout of a deadlift, the top of a row, None for a hold.
    measures: name_with_unit -> number.
    """

    kind: Literal["rep", "hold"]
    index: int
    counted: bool
    start_s: float
    turn_s: float | None
    end_s: float
    phases: tuple[Phase, ...]
    measures: Mapping[str, float]
    note: str = ""


@dataclass(frozen=True)
class Price:
    """What one finding cost the low back: the moment as it was, minus the moment without the fault.

    without: completes "with ..."; moment_nm None where only comparisons are possible; moment_pct: of the
    segment's peak without the fault; size: what that amounts to (8 % is notable, 20 % large).
    """

    code: str
    at_s: float
    without: str
    moment_nm: float | None
    moment_pct: float
    size: Literal["small", "notable", "large"]


@dataclass(frozen=True)
class SegmentLoad:
    """The low back in one rep or hold. None: not known, or only comparisons are possible.

    peak_s: when the moment was highest, held still; moment_nm: that moment; dynamic_moment_nm: the highest
    with the load's own acceleration; the true peak lies between. Ranges: 5th to 95th percentile of what the
    picture leaves open. compression_n: for a muscle arm of 7 and of 5 cm. dose_nm_s: moment times time.
    """

    segment: int
    peak_s: float
    percent_of_lowest: float | None
    moment_nm: float | None
    moment_range_nm: Pair | None
    dynamic_moment_nm: float | None
    compression_n: Pair | None
    compression_range_n: Pair | None
    dose_nm_s: float | None
    hands_share_pct: float | None
    prices: tuple[Price, ...] = ()


@dataclass(frozen=True)
class LoadUnseen:
    """Why the load on the low back could not be computed, and in which segments."""

    why: str
    segments: tuple[int, ...]


@dataclass(frozen=True)
class Load:
    """What the set does to the low back, by a model: for comparing the reps of one lifter.

    basis: absolute (Nm and N) where height and mass were given, else relative; lifter: what was given;
    load_at: where the load was taken to be; assumed: in sentences, what the numbers rest on.
    """

    basis: Literal["absolute", "relative"]
    lifter: Mapping[str, Any]
    load_at: str
    assumed: tuple[str, ...]
    segments: tuple[SegmentLoad, ...]
    dose_nm_s: float | None
    unseen: tuple[LoadUnseen, ...] = ()


@dataclass(frozen=True)
class Report:
    """Everything formcheck says about one video. See the module docstring for units."""

    source: str
    exercise: str
    variant: str
    exercise_confidence: float
    view: str
    yaw_deg: float | None
    segments: tuple[Cut, ...]
    findings: tuple[Finding, ...]
    unseen: tuple[Unseen, ...]
    measures: Mapping[str, float]
    coverage: Mapping[str, float]
    made_with: Mapping[str, Any] = field(default_factory=dict)
    load: Load | None = None
    schema: int = SCHEMA

    @property
    def counted(self) -> tuple[Cut, ...]:
        """The segments that count as reps or holds."""
        return tuple(s for s in self.segments if s.counted)

    @property
    def faults(self) -> tuple[Finding, ...]:
        """Findings about the lifting, without those about the filming."""
        return tuple(f for f in self.findings if not f.code.startswith("CAM"))

    def to_dict(self) -> dict[str, Any]:
        """JSON values only; `schema` first."""
        out = asdict(self)
        return {"schema": out.pop("schema"), **json.loads(json.dumps(out, allow_nan=False))}

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Report:
        """The report that `to_dict` came from. Raises TrackError for anything else."""
        try:
            if data["schema"] != SCHEMA:
                raise TrackError(
                    f"This report has schema {data['schema']}, this formcheck reads {SCHEMA}; "
                    "check the video again."
                )
            report: Report = decode(Report, data)
        except (KeyError, TypeError, ValueError, OverflowError) as e:
            raise TrackError(f"This is not a formcheck report ({e}); check the video again.") from e
        if lost := report.segments_named() - {s.index for s in report.segments}:
            raise TrackError(f"The report names segments it does not hold ({lost}); check the video again.")
        return report

    def segments_named(self) -> set[int]:
        """The segments that findings, unseen faults and the load refer to."""
        named = {f.segment for f in self.findings if f.segment is not None}
        named.update(i for u in self.unseen for i in u.segments)
        if self.load:
            named.update(i for u in self.load.unseen for i in u.segments)
            named.update(s.segment for s in self.load.segments)
        return named

    def save(self, path: Path) -> None:
        """Write as JSON, whole or not at all."""
        atomic_write(path, json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n")

    def to_dataframe(self) -> pd.DataFrame:
        """One row a finding, one column a field of `Finding`. Needs pandas (comes with streamlit)."""
        import pandas as pd

        return pd.DataFrame([asdict(f) for f in self.findings], columns=[f.name for f in fields(Finding)])
