"""Curves over time as inline SVG: what a limit watches, with the reps shaded and the limits marked.

Pure text, no scripts; a curve costs a few kilobytes. Colours are CSS classes of the page, so that it prints.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from formcheck.exercise import Limit
from formcheck.exercises import EXERCISES
from formcheck.report import Cut, Finding, Report
from formcheck.reps import Reps
from formcheck.segments import Segment
from formcheck.signals import SIGNALS, SignalTable
from formcheck.words import clock, with_unit

Array = NDArray[np.float64]

WIDTH, HEIGHT = 760, 230  # user units of the drawing; the page scales it
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 22, 26  # margins for the numbers
MOST_POINTS = 1200  # of a curve; more cannot be told apart on a screen


@dataclass(frozen=True)
class Plot:
    """One curve with what belongs to it. values NaN where not seen; dots: one number a rep.

    beside: a second, thinner curve on the same axes.
    """

    title: str
    unit: str
    times_s: Array
    values: Array
    cuts: tuple[Cut, ...]
    limits: tuple[tuple[str, float], ...] = ()
    marks: tuple[Finding, ...] = ()
    dots: tuple[tuple[float, float], ...] = ()
    beside: Array | None = None


def load_plot(signals: SignalTable, report: Report) -> Plot | None:
    """The moment on the low back over the whole clip, with the load's inertia beside it where it is known."""
    name = next((n for n in LOAD_CURVES if n in signals.values), "")
    if not name:
        return None
    title, unit = LOAD_CURVES[name]
    beside = signals.values.get(DYNAMIC) if name == STATIC else None
    return Plot(title, unit, signals.times_s, signals.values[name], report.segments, beside=beside)


STATIC, DYNAMIC = "low_back_moment_nm", "low_back_dynamic_moment_nm"
LOAD_CURVES = {
    STATIC: ("Turning force on the low back, Nm", "Nm"),
    "low_back_moment_pct": ("Turning force on the low back, per cent of the easiest rep's peak", "%"),
}
"""Column -> title and unit; the first that is there is drawn."""


def signal_plot(name: str, signals: SignalTable, report: Report) -> Plot:
    """A signal over the whole clip."""
    spec = SIGNALS[name]
    title = name.replace("_", " ").capitalize()
    return Plot(title, spec.unit, signals.times_s, signals.values[name], report.segments)


def limit_plot(
    limit: Limit, title: str, findings: Iterable[Finding], signals: SignalTable, report: Report
) -> Plot:
    """What a limit watches, rep by rep, against the levels that the findings broke."""
    values, dots = np.full(len(signals.times_s), np.nan), []
    for cut in report.segments:
        rows = signals.segment == cut.index
        if not rows.any() or any(s not in signals.values for s in limit.watch.signals):
            continue
        watched = limit.watch.of(_segment(cut, rows, signals, report))
        if isinstance(watched, np.ndarray):
            values[rows] = watched
        elif np.isfinite(watched):
            dots.append((_moment(cut, limit.watch.event), float(watched)))
    marks = tuple(f for f in findings if f.unit == limit.unit)
    levels = {"warning": limit.warn, "fault": limit.fault} | {_word(f): f.limit for f in marks}
    drawn = tuple((name, level) for name, level in levels.items() if level is not None)
    heading = f"{title}: {limit.watch.words}"
    return Plot(heading, limit.unit, signals.times_s, values, report.segments, drawn, marks, tuple(dots))


def svg(plot: Plot) -> str:
    """The plot as an <svg> element; "" when there is nothing to draw."""
    second = np.array([]) if plot.beside is None else plot.beside
    numbers = np.concatenate([plot.values, [v for _, v in plot.dots], second])
    if not np.isfinite(numbers).any() or len(plot.times_s) < 2:
        return ""
    scale = _Scale.around(plot, numbers)
    parts = [
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(plot.title)}">',
        *(_band(cut, name, scale) for cut, name in zip(plot.cuts, _numbers(plot.cuts), strict=True)),
        *_axes(plot, scale),
        *(_level(name, level, plot.unit, scale) for name, level in plot.limits),
        *(_mark(finding, scale) for finding in plot.marks if not plot.dots),
        *(f'<polyline class="curve beside" points="{run}"/>' for run in _runs(plot.times_s, second, scale)),
        *(f'<polyline class="curve" points="{run}"/>' for run in _runs(plot.times_s, plot.values, scale)),
        *(f'<circle class="dot" cx="{scale.x(t):.1f}" cy="{scale.y(v):.1f}" r="4"/>' for t, v in plot.dots),
        "</svg>",
    ]
    return "".join(parts)


# ---- the parts of a drawing -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Scale:
    """From seconds and values to the drawing."""

    t0: float
    t1: float
    low: float
    high: float

    @staticmethod
    def around(plot: Plot, numbers: Array) -> _Scale:
        levels = [level for _, level in plot.limits]
        low, high = float(np.nanmin([*numbers, *levels])), float(np.nanmax([*numbers, *levels]))
        room = 0.08 * (high - low) or 1.0
        return _Scale(float(plot.times_s[0]), float(plot.times_s[-1]), low - room, high + room)

    def x(self, time_s: float) -> float:
        share = (time_s - self.t0) / (self.t1 - self.t0)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _band(cut: Cut, name: str, scale: _Scale) -> str:
    left, right = scale.x(cut.start_s), scale.x(cut.end_s)
    kind = "rep" if cut.counted else "rep uncounted"
    size = f'width="{right - left:.1f}" height="{HEIGHT - TOP - BOTTOM}"'
    box = f'<rect class="{kind}" x="{left:.1f}" y="{TOP}" {size}/>'
    return f'{box}<text class="tag" x="{(left + right) / 2:.1f}" y="{TOP - 7}">{name}</text>'


def _numbers(cuts: tuple[Cut, ...]) -> list[str]:
    """1, 2, 3 for those that count, nothing for the others."""
    done = np.cumsum([cut.counted for cut in cuts])
    return [str(n) if cut.counted else "" for cut, n in zip(cuts, done, strict=True)]


def _axes(plot: Plot, scale: _Scale) -> list[str]:
    bottom = HEIGHT - BOTTOM
    lines = [f'<path class="axis" d="M{LEFT} {TOP}V{bottom}H{WIDTH - RIGHT}"/>']
    for value in _ticks(scale.low, scale.high, 4):
        y = scale.y(value)
        lines.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        number = f"{_number(value)}{_short(plot.unit)}"
        lines.append(f'<text class="value" x="{LEFT - 6}" y="{y + 4:.1f}">{number}</text>')
    for time_s in _ticks(scale.t0, scale.t1, 8):
        lines.append(f'<text class="time" x="{scale.x(time_s):.1f}" y="{bottom + 17}">{clock(time_s)}</text>')
    return lines


def _level(name: str, level: float, unit: str, scale: _Scale) -> str:
    y, x = scale.y(level), WIDTH - RIGHT - 4 if name == "fault" else LEFT + 4
    words = f"{name} {escape(with_unit(level, unit))}"
    return (
        f'<path class="limit {name}" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
        f'<text class="limit-tag {name}" x="{x}" y="{y - 4:.1f}">{words}</text>'
    )


def _mark(finding: Finding, scale: _Scale) -> str:
    left, right = scale.x(finding.start_s), scale.x(finding.end_s)
    size = f'width="{max(right - left, 3.0):.1f}" height="{HEIGHT - TOP - BOTTOM}"'
    return f'<rect class="mark {_word(finding)}" x="{left:.1f}" y="{TOP}" {size}/>'


def _runs(times_s: Array, curve: Array, scale: _Scale) -> list[str]:
    """The points of each unbroken stretch of a curve."""
    step = max(1, len(curve) // MOST_POINTS)
    times, values = times_s[::step], curve[::step]
    seen = np.flatnonzero(np.isfinite(values))
    runs = np.split(seen, np.flatnonzero(np.diff(seen) > 1) + 1) if len(seen) else []
    return [" ".join(f"{scale.x(times[i]):.1f},{scale.y(values[i]):.1f}" for i in run) for run in runs]


def _ticks(low: float, high: float, about: int) -> list[float]:
    """Round numbers between low and high, about so many."""
    rough = (high - low) / about
    size = 10.0 ** np.floor(np.log10(rough))
    step = size * next(m for m in (1, 2, 5, 10) if m * size >= rough)
    return [float(round(v, 9)) + 0.0 for v in np.arange(np.ceil(low / step) * step, high + step * 1e-6, step)]


def _segment(cut: Cut, rows: NDArray[np.bool_], signals: SignalTable, report: Report) -> Segment:
    """The segment as the judge saw it, but for the standing values (such watches give NaN: no plot)."""
    times = signals.times_s[rows]
    turn = None if cut.turn_s is None else int(np.abs(times - cut.turn_s).argmin())
    end = int(np.abs(times - cut.end_s).argmin())
    values = {name: column[rows] for name, column in signals.values.items()}
    cutter = EXERCISES[report.exercise].cut(report.variant)
    return Segment(
        kind=cut.kind, index=cut.index, times_s=times, values=values, phase=signals.phase[rows], turn=turn,
        end=end, counted=cut.counted, rests_high=not isinstance(cutter, Reps) or cutter.rule.sense > 0,
    )  # fmt: skip


def _moment(cut: Cut, event: str) -> float:
    if event == "start":
        return cut.start_s
    if event == "end":
        return cut.end_s
    return cut.turn_s if cut.turn_s is not None else (cut.start_s + cut.end_s) / 2


def _word(finding: Finding) -> str:
    return "fault" if finding.verdict == "fault" else "warning"


def _short(unit: str) -> str:
    return "°" if unit == "deg" else ""


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "\u2212")
