"""How far a trainer and formcheck agree, fault by fault, and which limits would agree better."""

from __future__ import annotations

from typing import Any

import streamlit as st

from formcheck.agreement import LEAST_MISSED, LEAST_SETS, LEAST_VALUES, Proposal, Stricter
from formcheck.exercises import EXERCISES
from formcheck.store import agreements, coaching
from formcheck.store.agreements import Row
from formcheck.web.visitor import Visitor
from formcheck.words import with_unit

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
            f"{LEAST_SETS} sets on. A laxer limit is proposed from {LEAST_VALUES} marked flags on. A "
            f"stricter one is proposed from {LEAST_MISSED} missed faults in {LEAST_SETS} sets on, and only "
            "if sets agree better with the limit that all others choose (95 %). Sets that were judged by an "
            "older version know the values of their flags only; judge them again to have them counted."
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
    fault, table = coaching.faults().get(row.code), row.agreement.table
    if fault is None:
        return ""
    unit, now = fault.limits[0].unit, with_unit(fault.limits[0].warn, fault.limits[0].unit)
    if row.proposal is not None and row.stricter is not None:
        return (
            f"- **{fault.title}**: your marks ask for a laxer limit and for a stricter one, so formcheck "
            "does not measure what you look at, and no limit would help."
        )
    if row.proposal is not None:
        return f"- **{fault.title}**: {_laxer(row.proposal, now, unit)}"
    if row.stricter is not None:
        return f"- **{fault.title}**: {_stricter(row.stricter, now, unit)}"
    if table.trainer > table.tool and table.trainer >= LEAST_MISSED:
        return (
            f"- **{fault.title}**: you saw it {table.trainer} times where formcheck did not; its limit is "
            "rather too lax for you, but how much is not known from that."
        )
    return ""


def _laxer(better: Proposal, now: str, unit: str) -> str:
    return (
        f"a warning at {with_unit(better.limit, unit)} instead of {now} would have agreed with "
        f"{better.agreed} of your {better.n} marks; now it is {better.agreed_now}."
    )


def _stricter(better: Stricter, now: str, unit: str) -> str:
    low, high = (max(0.0, gain) for gain in better.gain)
    return (
        f"a warning at {with_unit(better.limit, unit)} instead of {now} would have flagged {better.caught} "
        f"of the {better.missed} that you marked as missed, and {better.alarms} that you let pass. Without "
        f"any one of the sets it lies between {with_unit(better.low, unit)} and "
        f"{with_unit(better.high, unit)}; it would have agreed with you on {low:.0f} to {high:.0f} more reps "
        "(95 %)."
    )
