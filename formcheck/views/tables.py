"""Signals, findings and segments as tables: lines of CSV, and pandas DataFrames for those who have pandas.

Comma separated, dot decimals, one header line; an empty cell means not seen. Times are seconds of the video.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from itertools import chain
from math import isnan
from typing import TYPE_CHECKING

from formcheck.report import Cut, Finding, Report, SegmentLoad
from formcheck.signals import SignalTable

if TYPE_CHECKING:
    import pandas as pd

Cell = str | float | int | bool | None
DIGITS = 4  # after the point: finer than any landmark


def signals_csv(signals: SignalTable) -> Iterator[str]:
    """One row a frame: time_s, segment (empty outside), phase, then every signal."""
    columns = tuple(signals.values.values())
    frames = zip(signals.times_s, signals.segment, signals.phase, *columns, strict=True)
    rows = (
        [round(float(t), 6), int(segment) if segment >= 0 else None, str(phase), *map(float, values)]
        for t, segment, phase, *values in frames
    )
    return _csv(["time_s", "segment", "phase", *signals.values], rows)


def findings_csv(report: Report) -> Iterator[str]:
    """One row a finding: the columns of `Finding`, and what it cost the low back."""
    names = [*(f.name for f in fields(Finding)), "price_moment_nm", "price_moment_pct"]
    prices = {(s.segment, p.code): p for s in (report.load.segments if report.load else ()) for p in s.prices}
    rows = []
    for finding in report.findings:
        price = prices.get((finding.segment, finding.code)) if finding.segment is not None else None
        cost = [price.moment_nm, price.moment_pct] if price else [None, None]
        rows.append([*asdict(finding).values(), *cost])
    return _csv(names, rows)


def segments_csv(report: Report) -> Iterator[str]:
    """One row a rep or hold: times, seconds a phase (<phase>_s), measures, and why it does not count."""
    flat = _flat(report)
    names = list(dict.fromkeys(name for row in flat for name in row)) or ["kind", "index"]
    return _csv(names, ([row.get(name) for name in names] for row in flat))


def segments_dataframe(report: Report) -> pd.DataFrame:
    """`segments_csv` as a DataFrame. Needs pandas."""
    import pandas as pd

    return pd.DataFrame(_flat(report))


def signals_dataframe(signals: SignalTable) -> pd.DataFrame:
    """One row a frame, as in `signals_csv`, indexed by time_s. Needs pandas."""
    import pandas as pd

    columns = {"segment": signals.segment, "phase": signals.phase, **signals.values}
    return pd.DataFrame(columns, index=pd.Index(signals.times_s, name="time_s"))


def _flat(report: Report) -> list[dict[str, Cell]]:
    loads = {s.segment: _load(s) for s in (report.load.segments if report.load else ())}
    return [{**_cut(cut), **loads.get(cut.index, {}), "note": cut.note} for cut in report.segments]


def _cut(cut: Cut) -> dict[str, Cell]:
    phases = {f"{p.name}_s": round(p.end_s - p.start_s, DIGITS) for p in cut.phases}
    head: dict[str, Cell] = {
        "kind": cut.kind, "index": cut.index, "counted": cut.counted,
        "start_s": cut.start_s, "turn_s": cut.turn_s, "end_s": cut.end_s,
    }  # fmt: skip
    return {**head, **phases, **cut.measures}


def _load(s: SegmentLoad) -> dict[str, Cell]:
    """The columns low_back_..., those that are known; a range is two columns, low and high."""
    columns: dict[str, Cell] = {}
    for name, value in asdict(s).items():
        if name in ("segment", "prices") or value is None:
            continue
        if isinstance(value, tuple):
            stem, _, unit = name.rpartition("_")
            columns[f"low_back_{stem}_low_{unit}"], columns[f"low_back_{stem}_high_{unit}"] = value
        else:
            columns[f"low_back_{name}"] = value
    return columns


def _csv(names: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    for row in chain([names], rows):
        writer.writerow([_cell(value) for value in row])
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _cell(value: Cell) -> Cell:
    if isinstance(value, float):
        return "" if isnan(value) else round(value, DIGITS)
    return value
