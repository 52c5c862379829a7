"""What is kept of a live set beside its track, and where its verdicts and those of the later check differ."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from formcheck.live.session import Result
from formcheck.report import Cut, Report

LIVE = "live.json"
SCHEMA = 1


def record(result: Result) -> dict[str, Any]:
    """A live set as JSON values. Times are those of its track; began_s: where that begins on the clock of the
    session; offset_s: to be added for times of the video."""
    return {
        "schema": SCHEMA, "began_s": result.began_s, "offset_s": 0.0,
        "told": [asdict(cue) for cue in result.told], "report": result.report.to_dict(),
    }  # fmt: skip


def with_video(record: dict[str, Any], begins_s: float) -> dict[str, Any]:
    """The record once a recording is there that begins at begins_s of the session."""
    return {**record, "offset_s": record["began_s"] - begins_s}


@dataclass(frozen=True)
class Difference:
    """A fault in a rep that live and the later check see differently; "" is no finding.

    segment: of the later report, None where it has no such rep; live, final: "", warn or fault.
    """

    code: str
    segment: int | None
    start_s: float
    live: str
    final: str


def differences(record: dict[str, Any], final: Report) -> list[Difference]:
    """Where the verdicts differ, in time order. Reps are the same where they overlap in time."""
    live, offset_s = Report.from_dict(record["report"]), float(record["offset_s"])
    partner = {cut.index: _partner(cut, offset_s, final) for cut in live.segments}
    starts = {cut.index: cut.start_s for cut in final.segments}
    now = {(f.code, f.segment): f.verdict for f in final.faults}
    out = []
    seen = set()
    for f in live.faults:
        segment = partner.get(f.segment) if f.segment is not None else None
        seen.add((f.code, segment))
        verdict = now.get((f.code, segment), "")
        if verdict != f.verdict:
            start_s = f.start_s + offset_s if segment is None else starts[segment]
            out.append(Difference(f.code, segment, start_s, f.verdict, verdict))
    for (code, segment), verdict in now.items():
        if (code, segment) not in seen and segment is not None:
            out.append(Difference(code, segment, starts[segment], "", verdict))
    return sorted(out, key=lambda d: (d.start_s, d.code))


def _partner(cut: Cut, offset_s: float, final: Report) -> int | None:
    """The segment of the later report that covers most of this one, at least half of it."""
    start_s, end_s = cut.start_s + offset_s, cut.end_s + offset_s

    def shared(other: Cut) -> float:
        return min(end_s, other.end_s) - max(start_s, other.start_s)

    best = max(final.segments, key=shared, default=None)
    return best.index if best is not None and shared(best) >= (end_s - start_s) / 2 else None
