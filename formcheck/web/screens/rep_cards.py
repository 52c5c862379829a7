"""Every rep or hold as a card: when, how fast, what was seen against which limit, the load, a way to it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from formcheck.report import Cut, Finding, Report
from formcheck.store.models import LiftSet
from formcheck.views.groups import against, by_fault, labels, tempo
from formcheck.views.html import segment_table
from formcheck.words import span

Jump = Callable[[float], None]


def show(lift: LiftSet, report: Report, jump: Jump) -> None:
    """All of them in order, the whole table folded away below."""
    if not report.segments:
        return
    st.subheader("Every rep" if report.segments[0].kind == "rep" else "Every hold")
    for cut in report.segments:
        _card(lift, report, cut, jump)
    with st.expander("All numbers as a table"):
        table = segment_table(report)
        st.dataframe([dict(zip(table.head, cells, strict=True)) for _, cells in table.rows], hide_index=True)


def _card(lift: LiftSet, report: Report, cut: Cut, jump: Jump) -> None:
    flags = [f for f in report.faults if f.segment == cut.index]
    label = labels(report)[cut.index]
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{label[:1].upper()}{label[1:]}** · {span(cut.start_s, cut.end_s)}")
            st.button(
                "Show", key=f"rep-{lift.id}-{cut.index}", on_click=jump, args=(cut.start_s,),
                help="Go to its start in the video above",
            )  # fmt: skip
        lines = [*map(_seen, flags), *_beside(report, cut, flags)]
        st.markdown("\n".join(f"- {line}" for line in lines))


def _seen(flag: Finding) -> str:
    fault = by_fault([flag])[0].fault
    verdict = "Fault" if flag.verdict == "fault" else "Warning"
    return f"**{verdict}: {fault.title}**, {against(flag)}. {fault.cue}"


def _beside(report: Report, cut: Cut, flags: list[Finding]) -> list[str]:
    """Tempo, load, and what is to be said about a rep without a flag."""
    lines = [] if cut.counted else [f"not counted: {cut.note}"]
    if not flags and cut.counted:
        lines.append("nothing was seen in what could be judged")
    if words := tempo(cut):
        lines.append(words)
    load = next((s for s in report.load.segments if s.segment == cut.index), None) if report.load else None
    if load is not None and load.moment_nm is not None:
        lines.append(f"turning force on the low back up to {load.moment_nm:.0f} Nm")
    elif load is not None and load.percent_of_lowest is not None:
        lines.append(f"turning force on the low back {load.percent_of_lowest:.0f} % of the easiest rep")
    return lines
