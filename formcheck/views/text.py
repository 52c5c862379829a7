"""A report as plain text for people, for the terminal: what was done, one cue, each fault with its evidence."""

from __future__ import annotations

import textwrap

from formcheck.report import Cut, Report
from formcheck.views.groups import (
    Group,
    by_fault,
    filming,
    headline,
    label,
    name_of,
    not_judged,
    seen_at,
    tempo,
)
from formcheck.words import DISCLAIMER, measure_unit, readable, span, with_unit

WIDTH = 96  # characters a line


def text(report: Report) -> str:
    """The whole report. Ends with a newline."""
    groups = by_fault(report.faults)
    parts = [
        _head(report),
        _cue(groups),
        "\n".join(_segment(cut) for cut in report.segments),
        *(_group(report, group) for group in groups),
        _filming(report),
        _unseen(report),
        _wrapped(DISCLAIMER),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(report: Report) -> str:
    sure = f" ({100 * report.exercise_confidence:.0f} % sure)" if report.exercise != "none" else ""
    view = f"filmed from the {report.view}" if report.view else ""
    seen = f"{report.source}: {name_of(report)}{sure}, {view}".rstrip(", ")
    return f"{seen}\n{headline(report)}"


def _cue(groups: list[Group]) -> str:
    if not groups:
        return ""
    return _wrapped(f"Next set, one thing: {groups[0].fault.cue}")


def _segment(cut: Cut) -> str:
    """One line a rep or hold: times, tempo, measures, and why it does not count if it does not."""
    measures = ", ".join(f"{readable(n)} {with_unit(v, measure_unit(n))}" for n, v in cut.measures.items())
    line = f"  {label(cut):<8} {span(cut.start_s, cut.end_s)}  {tempo(cut)}"
    line += f"; {measures}" if measures else ""
    return line if cut.counted else f"{line}  [not counted: {cut.note}]"


def _group(report: Report, group: Group) -> str:
    fault = group.fault
    where = "\n".join(f"    {f.verdict:<5}  {seen_at(report, f)}" for f in group.findings)
    return (
        f"{group.worst.verdict.upper()}  {fault.code} {fault.title}\n{where}\n"
        f"{_paragraph('Seen', fault.see)}\n{_paragraph('Why', fault.why)}\n{_paragraph('Cue', fault.cue)}"
    )


def _filming(report: Report) -> str:
    lines = []
    for group in filming(report):
        lines.append(_wrapped(f"{group.fault.code} {group.fault.title}: {group.fault.cue}", "  "))
    return "\n".join(["Filming", *lines]) if lines else ""


def _unseen(report: Report) -> str:
    lines = [_wrapped(f"{titles}: {why}", "  ") for titles, why in not_judged(report)]
    return "\n".join(["Could not judge", *lines]) if lines else ""


def _paragraph(title: str, words: str) -> str:
    return textwrap.fill(f"{title}: {words}", WIDTH, initial_indent="    ", subsequent_indent="         ")


def _wrapped(words: str, indent: str = "") -> str:
    return textwrap.fill(words, WIDTH, initial_indent=indent, subsequent_indent=indent + "  " if indent else "")
