"""How far a trainer and formcheck agree, fault by fault, and which limits would agree better."""

from __future__ import annotations

from typing import Any

import streamlit as st

from formcheck.agreement import LEAST_SETS, LEAST_VALUES
from formcheck.exercises import EXERCISES
from formcheck.store import agreements, coaching
from formcheck.store.agreements import Row
from formcheck.web.visitor import Visitor
from formcheck.words import with_unit

LEAST_MISSED = 5  # missed faults from which that is said (engineering choice)
MEANING = (
    "Kappa is the agreement beyond chance: 1 is perfect, 0 no better than chance. Counted are the reps of "
    "sets that you are through with: what you marked as wrong or missed, and the rest as agreed. You saw "
    "formcheck's flags before you judged, so the agreement is rather too high than too low."
)


def show(who: Visitor) -> None:
    """The page."""
    st.title("Agreement")
    rows = agreements.of_trainer(who.store, who.person_id)
    if not rows:
        st.info("Review some sets first; what you mark as right, wrong and missed is counted here.")
        return
    st.write(MEANING)
    for exercise in EXERCISES.values():
        codes = {f.code: f.title for f in exercise.faults}
        theirs = [_cells(row, codes[row.code]) for row in rows if row.code in codes]
        if theirs:
            st.header(exercise.title)
            st.dataframe(theirs, hide_index=True)
    _proposals(rows)
    with st.expander("How this is worked out"):
        st.write(
            "Cohen's kappa, (po - pe) / (1 - pe) (J. Cohen 1960). The interval is 95 %, from leaving out one "
            "set at a time, as reps of one set are alike (J. L. Fleiss and M. Davies 1982); it is given from "
            f"{LEAST_SETS} sets on. A limit is proposed from {LEAST_VALUES} marked flags on, and only a "
            "laxer one: reps without a flag carry no value."
        )


def _cells(row: Row, title: str) -> dict[str, Any]:
    found = row.agreement
    interval = "" if found.low is None or found.high is None else f"{found.low:.2f} to {found.high:.2f}"
    return {
        "Fault": title, "Reps": found.table.reps, "Sets": found.sets, "Both": found.table.both,
        "Only formcheck": found.table.tool, "Only you": found.table.trainer, "Neither": found.table.neither,
        "Kappa": "" if found.kappa is None else f"{found.kappa:.2f}", "95 %": interval,
    }  # fmt: skip


def _proposals(rows: list[Row]) -> None:
    st.header("Limits that would agree better")
    lines = [line for row in rows if (line := _proposed(row))]
    st.markdown("\n".join(lines) or "None: too few marks so far, or the present limits agree best.")


def _proposed(row: Row) -> str:
    """What to change about one fault; "" for nothing."""
    fault, better, table = coaching.faults().get(row.code), row.proposal, row.agreement.table
    if fault is None:
        return ""
    if better is not None:
        unit = fault.limits[0].unit
        return (
            f"- **{fault.title}**: a warning at {with_unit(better.limit, unit)} instead of "
            f"{with_unit(fault.limits[0].warn, unit)} would have agreed with {better.agreed} of your "
            f"{better.n} marks; now it is {better.agreed_now}."
        )
    if table.trainer > table.tool and table.trainer >= LEAST_MISSED:
        return (
            f"- **{fault.title}**: you saw it {table.trainer} times where formcheck did not; its limit is "
            "rather too lax for you, but how much is not known from that."
        )
    return ""
