"""A report as plain text for the terminal: what was done, one cue, each fault with its evidence."""

from __future__ import annotations

import textwrap

from formcheck.exercises import EXERCISES
from formcheck.report import Cut, Report
from formcheck.views import load_words
from formcheck.views.groups import (
    Group,
    back_compared,
    by_fault,
    filmed_from,
    filming,
    headline,
    labels,
    limits_said,
    name_of,
    not_judged,
    other_limits,
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
        _segments(report),
        _low_back(report),
        *(_group(report, group) for group in groups),
        _filming(report),
        _unseen(report),
        _wrapped(DISCLAIMER),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(report: Report) -> str:
    sure = f" ({100 * report.exercise_confidence:.0f} % sure)" if report.exercise != "none" else ""
    seen = ", ".join(part for part in (f"{name_of(report)}{sure}", filmed_from(report)) if part)
    said = [f"{report.source}: {seen}", headline(report), back_compared(report), *other_limits(report)]
    return "\n".join(line for line in said if line)


def _cue(groups: list[Group]) -> str:
    if not groups:
        return ""
    return _wrapped(f"Next set, one thing: {groups[0].fault.cue}")


def _segments(report: Report) -> str:
    """One line a rep or hold: times, tempo, the exercise's own measures, and why it does not count."""
    named = labels(report)
    wide = max((len(name) for name in named.values()), default=0)
    lines = (f"{named[cut.index]:<{wide}}  {_segment(cut, report.exercise)}" for cut in report.segments)
    return "\n".join(
        textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent=" " * (wide + 4)) for line in lines
    )


def _segment(cut: Cut, exercise: str) -> str:
    declared = [m.name for m in EXERCISES[exercise].measures if m.name in cut.measures]
    measures = ", ".join(f"{readable(n)} {with_unit(cut.measures[n], measure_unit(n))}" for n in declared)
    said = "; ".join(part for part in (tempo(cut), measures) if part)
    return f"{span(cut.start_s, cut.end_s)}  {said}" + ("" if cut.counted else f"  [not counted: {cut.note}]")


def _low_back(report: Report) -> str:
    """One sentence about the load, what it is good for, and what it rests on."""
    said = load_words.summary(report)
    if not said or report.load is None:
        return ""
    lines = [_wrapped(f"Low back: {said} {load_words.hint(report)}".rstrip())]
    if report.load.basis == "absolute":
        lines += [_wrapped(load_words.caveat(report), "  "), _wrapped(load_words.assumed(report.load), "  ")]
    return "\n".join(lines)


def _group(report: Report, group: Group) -> str:
    fault = group.fault
    where = "\n".join(f"    {f.verdict:<5}  {seen_at(report, f)}" for f in group.findings)
    *limits, _ = limits_said(report, fault)
    said = [("Seen", fault.see), ("Limit", "; and ".join(limits)), ("Why", fault.why), ("Cue", fault.cue)]
    if price := load_words.price_of(report, fault.code):
        said.append(("Price", f"{price}."))
    paragraphs = "\n".join(_paragraph(title, words) for title, words in said)
    return f"{group.worst.verdict.upper()}  {fault.code} {fault.title}\n{where}\n{paragraphs}"


def _filming(report: Report) -> str:
    lines = []
    for group in filming(report):
        said = f"{group.fault.code} {group.fault.title}: {group.fault.why} {group.fault.cue}"
        lines.append(_wrapped(said, "  "))
    return "\n".join(["Filming", *lines]) if lines else ""


def _unseen(report: Report) -> str:
    lines = [_wrapped(f"{titles}: {why}", "  ") for titles, why in not_judged(report)]
    return "\n".join(["Could not judge", *lines]) if lines else ""


def _paragraph(title: str, words: str) -> str:
    return textwrap.fill(f"{title}: {words}", WIDTH, initial_indent="    ", subsequent_indent="         ")


def _wrapped(words: str, indent: str = "") -> str:
    later = f"{indent}  " if indent else ""
    return textwrap.fill(words, WIDTH, initial_indent=indent, subsequent_indent=later)
