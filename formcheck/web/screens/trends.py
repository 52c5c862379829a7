"""How measures and faults went over time, for the sets of one exercise."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from formcheck.report import Report
from formcheck.store import sets
from formcheck.store.models import LiftSet
from formcheck.views.groups import by_fault, extra_measures
from formcheck.words import measure_unit, readable

LEAST_SETS = 2
SHOWN_AT_FIRST = 3
FAULTS = "Reps with a flag, per cent"


def show(lifts: list[LiftSet]) -> None:
    """One bar a set, for each name that is chosen: share of flagged reps, a fault, the mean of a measure."""
    rows = [row for lift in lifts if (row := _row(lift))]
    if len(rows) < LEAST_SETS:
        st.caption("From two sets of one exercise on, their trends are shown here.")
        return
    table = pd.DataFrame(rows).sort_values("day")
    table.index = pd.Index([f"{n}. {day:%d %b}" for n, day in enumerate(table.pop("day"), start=1)])
    names = st.multiselect("Trends", list(table.columns), default=list(table.columns)[:SHOWN_AT_FIRST])
    for name in names:
        st.markdown(f"**{name}**")
        st.bar_chart(table[[name]], x_label="set, oldest first", y_label="", sort=False, height=170)


def _row(lift: LiftSet) -> dict[str, Any] | None:
    report = sets.report_of(lift)
    if report is None or not report.counted:
        return None
    marked_wrong = {(m.code, m.segment) for m in lift.marks if not m.right}
    flags = [f for f in report.faults if f.segment is not None and (f.code, f.segment) not in marked_wrong]
    reps = len(report.counted)
    counted = {cut.index for cut in report.counted}
    row: dict[str, Any] = {
        "day": pd.Timestamp(lift.created_s, unit="s"),
        FAULTS: 100 * len({f.segment for f in flags} & counted) / reps,
    }
    for group in by_fault(flags):
        title = f"{group.fault.title}, per cent of reps"
        row[title] = 100 * len({f.segment for f in group.findings} & counted) / reps
    return row | _measures(report)


def _measures(report: Report) -> dict[str, float]:
    """Mean of every measure over the counted reps, named with its unit."""
    values: dict[str, list[float]] = {}
    for cut in report.counted:
        for name, value in extra_measures(cut).items():
            values.setdefault(name, []).append(value)
    return {
        f"{readable(name).capitalize()} ({measure_unit(name)})": sum(v) / len(v) for name, v in values.items()
    }
