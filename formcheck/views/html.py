"""The report as one HTML page that works from a mail attachment: no network, no scripts, pictures inside."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from formcheck.exercise import Fault
from formcheck.report import Cut, Finding, Report
from formcheck.signals import SignalTable
from formcheck.views import load_words, plots
from formcheck.views.groups import (
    Group,
    as_judged,
    back_compared,
    by_fault,
    extra_measures,
    filmed_from,
    filming,
    headline,
    labels,
    limits_said,
    name_of,
    not_judged,
    other_limits,
    seen_at,
)
from formcheck.views.judged import MAIN
from formcheck.views.templates import template
from formcheck.words import DISCLAIMER, listed, measure_unit, readable, span, with_unit


@dataclass(frozen=True)
class SegmentTable:
    """Reps or holds as strings: column heads, and (counted, cells) a row."""

    head: tuple[str, ...]
    rows: tuple[tuple[bool, tuple[str, ...]], ...]


def page(report: Report, signals: SignalTable, frames: Mapping[Finding, bytes] | None = None) -> str:
    """The whole page. frames: a JPEG for each finding that has a key frame."""
    groups = by_fault(report.faults)
    main = MAIN.get(report.exercise, "") if report.view in ("side", "oblique") else ""
    overview = plots.svg(plots.signal_plot(main, signals, report)) if main in signals.values else ""
    return template("formcheck", "views", "report.html.j2").render(
        report=report,
        title=f"{name_of(report)}, {report.source}",
        headline=headline(report),
        back_compared=back_compared(report),
        other_limits=other_limits(report),
        groups=groups,
        filming=filming(report),
        unseen=not_judged(report),
        frames={f: base64.b64encode(jpeg).decode() for f, jpeg in (frames or {}).items()},
        plots={g.fault.code: drawn for g in groups if (drawn := _plot(g, signals, report))},
        overview=Markup(overview),
        overview_title=readable(main).capitalize(),
        segments=segment_table(report) if report.segments else None,
        measures=listed(_measure(n, v) for n, v in report.measures.items() if measure_unit(n)),
        disclaimer=DISCLAIMER,
        filmed_from=filmed_from(report),
        made_with=listed(_version(k, v) for k, v in report.made_with.items() if not isinstance(v, dict)),
        seen_at=seen_at,
        limits_said=limits_said,
        low_back=_low_back(report, signals),
        price_of=load_words.price_of,
    )


@dataclass(frozen=True)
class LowBack:
    """The load on the low back, ready to print."""

    summary: str
    hint: str
    meaning: str
    caveat: str
    assumed: tuple[str, ...]
    plot_title: str
    plot: Markup
    table: SegmentTable


def _low_back(report: Report, signals: SignalTable) -> LowBack | None:
    """None when no rep could be computed."""
    if report.load is None or not report.load.segments:
        return None
    meaning = load_words.PLANK_MEANING if report.exercise == "plank" else load_words.MEANING
    drawn = plots.load_plot(signals, report)
    return LowBack(
        load_words.summary(report), load_words.hint(report), meaning, load_words.caveat(report),
        report.load.assumed, _curves(drawn) if drawn else "", Markup(plots.svg(drawn) if drawn else ""),
        SegmentTable(*load_words.table(report)),
    )  # fmt: skip


def _curves(plot: plots.Plot) -> str:
    return plot.title if plot.beside is None else f"{plot.title}; thin: with the load's own inertia"


def segment_table(report: Report) -> SegmentTable:
    """Times, tempo and measures of every rep or hold, ready to print."""
    phases = [*dict.fromkeys(p.name for cut in report.segments for p in cut.phases)]
    measures = [*dict.fromkeys(name for cut in report.segments for name in extra_measures(cut))]
    named = labels(report)
    rows = tuple((cut.counted, (named[cut.index], *_cells(cut, phases, measures))) for cut in report.segments)
    return SegmentTable(("set", "time", *map(readable, phases), *map(readable, measures), "note"), rows)


def _cells(cut: Cut, phases: list[str], measures: list[str]) -> tuple[str, ...]:
    lasted = {p.name: p.end_s - p.start_s for p in cut.phases}
    tempo = [f"{lasted[name]:.1f} s" if name in lasted else "" for name in phases]
    numbers = [with_unit(cut.measures[m], measure_unit(m)) if m in cut.measures else "" for m in measures]
    return (span(cut.start_s, cut.end_s), *tempo, *numbers, "" if cut.counted else f"not counted: {cut.note}")


def _measure(name: str, value: float) -> str:
    return f"{readable(name)} {with_unit(value, measure_unit(name))}"


def _version(name: str, value: object) -> str:
    """Name and value; a checksum only as far as it identifies."""
    said = str(value)[:12] if name.endswith("sha256") else value
    return f"{name.replace('_', ' ')} {said}"


def _plot(group: Group, signals: SignalTable, report: Report) -> Markup:
    """The limit of a fault over time; its text is escaped where it is drawn."""
    fault = as_judged(report, group.fault)
    if not isinstance(fault, Fault) or not fault.limits:
        return Markup()
    limit = next((m for m in fault.limits if m.unit == group.worst.unit), fault.limits[0])
    return Markup(plots.svg(plots.limit_plot(limit, group.fault.title, group.findings, signals, report)))
