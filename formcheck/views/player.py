"""What the review player in the browser draws: joints, angles, curves, reps and flags as compact JSON values.

Arrays are base64 of little-endian numbers. Points are int16 in `unit` pixels of the displayed picture, y
DOWN as a canvas has it; -32768 means not seen. Curves are float32 with NaN; times float64 seconds.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.analysis import Examination
from formcheck.body import SEEN_MIN, Reference
from formcheck.exercise import Fault
from formcheck.pose import BONES, J, PoseTrack
from formcheck.report import Cut, Finding, Report
from formcheck.signals import SIGNALS
from formcheck.views import plots
from formcheck.views.back_edge import Edges, edges, judged_spans, reads_outline
from formcheck.views.groups import against, by_fault, labels
from formcheck.views.judged import MAIN, SHOWN, angles, signal_of
from formcheck.views.references import references
from formcheck.words import UNIT_WORDS, readable

Array = NDArray[np.float64]
SCHEMA = 2
NEAR_S = 1e-3  # times in the report are rounded
STEPS = 32_000  # of an int16 along the longer side of the picture
UNSEEN = -32_768


def scene(track: PoseTrack, examination: Examination) -> dict[str, Any]:
    """Everything the player needs about one set but the pictures."""
    report = examination.report
    found = references(track, report.made_with)
    signals = _drawn_signals(report, found)
    unit = max(track.size) / STEPS
    return {
        "schema": SCHEMA,
        "size": list(track.size),
        "unit": unit,
        "times": _packed(track.times_s, "<f8"),
        "joints": _packed(_joints(track, unit), "<i2"),
        "back": _back(track, found, report, unit),
        "bones": [[J[a], J[b]] for a, b in BONES],
        "takes": list(_takes(track, found)),
        "angles": {name: _angle(name, track, found, examination, unit) for name in signals},
        "main": signals[0] if signals else "",
        "curves": list(_curves(examination, signals)),
        "cuts": [_cut(cut, labels(report)[cut.index]) for cut in report.segments],
        "flags": [_flag(finding, report) for finding in report.faults],
    }


def picture_name(finding: Finding) -> str:
    """The file name of the key frame of a finding."""
    segment = "video" if finding.segment is None else str(finding.segment)
    return f"flag-{finding.code}-{segment}.jpg"


# ---- parts ------------------------------------------------------------------------------------------


def _drawn_signals(report: Report, found: tuple[Reference | None, ...]) -> list[str]:
    """The signals whose angle is drawn: the main one where it is judged, then those flagged."""
    side_on = any(reference is not None and reference.near != "both" for reference in found)
    wanted = [MAIN.get(report.exercise, "")] if side_on else []
    wanted += [signal_of(finding, report.exercise) for finding in report.faults]
    return [name for name in dict.fromkeys(wanted) if name in SHOWN]


def _joints(track: PoseTrack, unit: float) -> Array:
    """(T, 33, 2) in steps of `unit`, y down, NaN where not seen."""
    points = track.points[:, :, :2].copy()
    points[track.seen < SEEN_MIN] = np.nan
    points[:, :, 1] = track.size[1] - points[:, :, 1]
    return np.asarray(points / unit)


def _back(
    track: PoseTrack, found: tuple[Reference | None, ...], report: Report, unit: float
) -> dict[str, Any] | None:
    """The measured edge of the back and the lifter's own, hips to shoulders, while judged; None if never.

    rows: frames of the track; points (R, 2, count, 2).
    """
    drawn: dict[int, Edges] = {}
    for start, end in judged_spans(report):
        for row in range(*np.searchsorted(track.times_s, (start - NEAR_S, end + NEAR_S))):
            reference = found[row]
            if reference is not None and (both := edges(track[row], reference)):
                drawn[row] = both
    if not drawn:
        return None
    rows = sorted(drawn)
    points = np.array([[drawn[row].measured[::2], drawn[row].expected[::2]] for row in rows])
    points[..., 1] = track.size[1] - points[..., 1]
    packed = _packed(np.array(rows), "<i4"), _packed(points / unit, "<i2")
    return {"rows": packed[0], "points": packed[1], "count": points.shape[2]}


def _takes(track: PoseTrack, found: tuple[Reference | None, ...]) -> Iterator[dict[str, Any]]:
    """Stretches of the video with the side of the body that is judged in them."""
    for reference, rows in groupby(range(len(track)), key=lambda i: found[i]):
        first, *rest = rows
        if reference is not None:
            last = rest[-1] if rest else first
            yield {"first": first, "last": last, "near": reference.near}


def _angle(
    name: str,
    track: PoseTrack,
    found: tuple[Reference | None, ...],
    examination: Examination,
    unit: float,
) -> dict[str, Any]:
    """vertex, tip and second point of each angle of a signal, frame by frame, and the value beside it."""
    lines = len(SHOWN[name])
    points = np.full((len(track), lines, 3, 2), np.nan)
    imagined, arc = [False] * lines, [True] * lines
    for row, reference in enumerate(found):
        for k, angle in enumerate(angles(name, track[row], reference) if reference else ()):
            points[row, k] = (angle.vertex, angle.tip, angle.second)
            imagined[k], arc[k] = angle.imagined, angle.arc
    points[..., 1] = track.size[1] - points[..., 1]
    values = examination.signals.values.get(name, np.full(len(track), np.nan))
    return {
        "points": _packed(points / unit, "<i2"), "imagined": imagined, "arc": arc,
        "values": _packed(values, "<f4"), "unit": UNIT_WORDS.get(SIGNALS[name].unit, SIGNALS[name].unit),
    }  # fmt: skip


def _curves(examination: Examination, signals: list[str]) -> Iterator[dict[str, Any]]:
    """The main signal, then what the limit of each fault watches, worst fault first."""
    report, table = examination.report, examination.signals
    main = MAIN.get(report.exercise, "")
    if main in table.values and main in signals:
        yield _curve(plots.signal_plot(main, table, report), "")
    load = plots.load_plot(table, report)
    if load is not None:
        yield _curve(load, "load")
    for group in by_fault(report.faults):
        if isinstance(group.fault, Fault) and group.fault.limits:
            limits = group.fault.limits
            limit = next((m for m in limits if m.unit == group.worst.unit), limits[0])
            drawn = plots.limit_plot(limit, group.fault.title, group.findings, table, report)
            yield _curve(drawn, group.fault.code)


def _curve(plot: plots.Plot, code: str) -> dict[str, Any]:
    return {
        "code": code, "title": plot.title, "unit": UNIT_WORDS.get(plot.unit, plot.unit),
        "values": _packed(plot.values, "<f4"), "dots": [list(dot) for dot in plot.dots],
        "limits": [[name, level] for name, level in plot.limits],
    }  # fmt: skip


def _cut(cut: Cut, label: str) -> dict[str, Any]:
    return {
        "index": cut.index, "label": label, "kind": cut.kind, "counted": cut.counted, "note": cut.note,
        "start": cut.start_s, "turn": cut.turn_s, "end": cut.end_s,
        "phases": [{"name": readable(p.name), "start": p.start_s, "end": p.end_s} for p in cut.phases],
    }  # fmt: skip


def _flag(finding: Finding, report: Report) -> dict[str, Any]:
    title = next(g.fault.title for g in by_fault([finding]))
    return {
        "code": finding.code, "title": title, "verdict": finding.verdict, "segment": finding.segment,
        "start": finding.start_s, "end": finding.end_s, "against": against(finding), "value": finding.value,
        "signal": signal_of(finding, report.exercise), "back": reads_outline(finding),
    }  # fmt: skip


def _packed(values: Array, kind: str) -> str:
    """Base64 of the numbers; NaN of whole numbers becomes UNSEEN."""
    if kind == "<i2":
        values = np.where(np.isfinite(values), np.clip(np.round(values), -32_767, 32_767), UNSEEN)
    return base64.b64encode(np.ascontiguousarray(values, dtype=kind).tobytes()).decode()
