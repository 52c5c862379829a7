"""The engine: poses in, findings out. Live and recorded sets go through the same `push`.

    push(pose) -> the findings that became certain because of this frame
    peek()     -> what is wrong now, in the rep still open
    finish()   -> the report

`examine` is a `for` loop around it: it splits a track into takes, recognises the exercise, calibrates each
take and pushes its poses. Nothing here knows of video, MediaPipe or a screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from formcheck import postures
from formcheck.body import Body
from formcheck.calibration import Calibration, calibrate
from formcheck.compose import compose
from formcheck.exercise import Exercise
from formcheck.judge import faults_for, judge, level_of
from formcheck.options import Options
from formcheck.outcome import Outcome
from formcheck.pose import CALIBRATED_S, Pose, PoseTrack
from formcheck.recognise import Recognition, recognise
from formcheck.remedy import EVENT_S
from formcheck.report import Finding, Report, Unseen
from formcheck.segments import LEAD_IN_S, Segment, Span
from formcheck.set_load import set_load
from formcheck.signals import SIGNALS, SignalTable
from formcheck.smoothing import Smoother
from formcheck.takes import split
from formcheck.words import printable

Array = NDArray[np.float64]


class Rows:
    """Times and rows of values, one after the other: append one, read all as arrays without copying them."""

    def __init__(self, width: int) -> None:
        self._data = np.empty((FIRST_ROWS, 1 + width))
        self._n = 0

    def append(self, time_s: float, row: Array) -> None:
        """Add a row at the end."""
        if self._n == len(self._data):
            self._data = np.concatenate([self._data, np.empty_like(self._data)])
        self._data[self._n, 0], self._data[self._n, 1:] = time_s, row
        self._n += 1

    @property
    def times_s(self) -> Array:
        """(T,) seconds."""
        return self._data[: self._n, 0]

    @property
    def values(self) -> Array:
        """(T, K), a column a signal."""
        return self._data[: self._n, 1:]


FIRST_ROWS = 512  # room to begin with; it doubles when it is full


class Analysis:
    """One take of one exercise, pose by pose.

    Times must increase. Findings are final once returned by `push` or `finish`: nothing is taken back.
    `peek` judges the rep still open by the same rules, but only the limits that are watched moment by moment
    or in a phase that is over: a rep's duration or its lockout cannot be judged before they are over.
    """

    def __init__(
        self, exercise: Exercise, calibration: Calibration, options: Options | None = None, variant: str = "",
        first_index: int = 0,
    ) -> None:  # fmt: skip
        self.exercise, self.calibration, self.variant = exercise, calibration, variant
        self.options = options or Options()
        self.segments: list[Segment] = []
        self.findings: list[Finding] = []
        self.unseen: list[Unseen] = []
        self._faults = faults_for(exercise, variant, self.options)
        self._names = tuple(sorted(exercise.signals))
        self._functions = [SIGNALS[name].of for name in self._names]
        self._smoother = Smoother()
        self._cutter = exercise.cut(variant)
        self._rows = Rows(len(self._names) + postures.WIDTH)  # signals, then joints
        self._judged: set[int] = set()
        self._next_index = first_index
        self._first_rep: dict[str, float] = {}

    def push(self, pose: Pose) -> list[Finding]:
        """Take the next pose; return the findings that became final because of it."""
        body = Body(pose, self.calibration.reference)
        row = np.array([*(of(body) for of in self._functions), *postures.columns(body)])
        return self._take(self._smoother.push(pose.time_s, row))

    def open(self) -> Segment | None:
        """The rep or hold that is still going on, as far as it is certain; None at rest. Changes nothing."""
        span = self._cutter.peek()
        return None if span is None or not span.judged else self._segment(span, self._next_index)

    def peek(self) -> list[Finding]:
        """What is wrong now, in the rep still open. Changes nothing."""
        segment = self.open()
        return [] if segment is None else self.wrong_in(segment)

    def wrong_in(self, segment: Segment) -> list[Finding]:
        """What `peek` finds in a segment that `open` gave."""
        verdicts = (
            judge(fault, segment, self.calibration, self.options)
            for fault in self._faults
            if all(limit.watch.is_known(segment) for limit in fault.limits)
        )
        return [v for v in verdicts if isinstance(v, Finding)]

    def close(self) -> list[Finding]:
        """Judge what the end of the take leaves open; after this, no more poses."""
        found = self._take(self._smoother.finish())
        return found + [f for span in self._cutter.finish() for f in self._judge(span)]

    def finish(self) -> Report:
        """The report on this take."""
        self.close()
        outcomes, what = [self.outcome()], Recognition(self.exercise, self.variant, 1.0)
        load = set_load(outcomes, what, self.options)
        return compose(outcomes, what, self.options, None, "live", load.report)

    def outcome(self) -> Outcome:
        """Everything this take gave, with its smoothed signals."""
        return Outcome(
            self.calibration, self.segments, self.findings, self.unseen, self._faults, self.table(),
            self._rows.values[:, len(self._names) :].copy(), frozenset(self._judged),
        )  # fmt: skip

    def table(self) -> SignalTable:
        """The smoothed signals so far."""
        rows, times = self._rows.values[:, : len(self._names)].copy(), self._rows.times_s.copy()
        phase = np.full(len(rows), "", dtype="<U24")
        number = np.full(len(rows), -1)
        for s in self.segments:
            inside = (times >= s.times_s[0]) & (times <= s.times_s[-1])
            phase[inside], number[inside] = s.phase, s.index
        return SignalTable(times, dict(zip(self._names, rows.T, strict=True)), phase, number)

    def _take(self, emitted: list[tuple[float, Array]]) -> list[Finding]:
        found = []
        for time_s, smooth in emitted:
            self._rows.append(time_s, smooth)
            for span in self._cutter.push(time_s, dict(zip(self._names, smooth.tolist(), strict=False))):
                found += self._judge(span)
        return found

    def _judge(self, span: Span) -> list[Finding]:
        segment = self._segment(span, self._next_index)
        self._next_index += 1
        self.segments.append(segment)
        if not span.judged:
            return []
        self._judged.add(segment.index)
        verdicts = [judge(fault, segment, self.calibration, self.options) for fault in self._faults]
        if segment.counted and not self._first_rep:
            self._first_rep = {name: segment.at(name, "start", EVENT_S) for name in self._names}
        self.unseen += [v for v in verdicts if isinstance(v, Unseen)]
        found = [v for v in verdicts if isinstance(v, Finding)]
        self.findings += found
        return found

    def _segment(self, span: Span, index: int) -> Segment:
        """With copies: it would keep all rows in memory, and the arrays that they outgrew."""
        times, part = self._rows.times_s, slice(span.first, span.last + 1)
        lead_in = slice(int(np.searchsorted(times, times[span.first] - LEAD_IN_S)), span.first)
        values, before = (
            dict(zip(self._names, self._rows.values[rows].copy().T, strict=False)) for rows in (part, lead_in)
        )
        bare = Segment(
            span.kind, index, times[part].copy(), values, np.array([], dtype="<U24"),
            None if span.turn is None else span.turn - span.first,
            None if span.end is None else span.end - span.first, span.counted, span.note,
            span.starts_whole, self.calibration.standing, span.rests_high, times[lead_in].copy(), before,
            self._first_rep,
        )  # fmt: skip
        return replace(bare, phase=self._cutter.label(bare))


@dataclass(frozen=True)
class Examination:
    """A report together with the smoothed signals of the whole clip, for plots and tables.

    levels: for each fault and segment the warning limit that would only just not flag it (`judge.level_of`).
    """

    report: Report
    signals: SignalTable
    levels: Mapping[str, Mapping[int, float]] = field(default_factory=dict)


def examine(track: PoseTrack, options: Options | None = None, source: str = "") -> Examination:
    """Analyse a recorded track: the same engine as live, in a loop.

    Raises ConfigError for an unknown exercise. A clip without a person, or without any of the four
    exercises, is an answer, not an error.
    """
    options = options or Options()
    parts = [track.part(rows) for rows in split(track)]
    told = options.hinge_s, options.toe_touch_s
    takes = [(without_unloaded(part, calibration), calibration) for part in parts
             if (calibration := calibrate(_measured(part), *told)) is not None]  # fmt: skip
    what = recognise(takes, options.exercise)
    outcomes: list[Outcome] = []
    for part, calibration in takes if what.exercise else []:
        outcomes.append(_run(part, calibration, what, options, sum(len(o.segments) for o in outcomes)))
    name = printable(source or str(track.meta.get("source", "")))
    load = set_load(outcomes, what, options)
    report = compose(outcomes, what, options, track, name, load.report)
    return Examination(report, _joined(outcomes, load.curves, track), _levels(outcomes, options))


def _levels(outcomes: list[Outcome], options: Options) -> dict[str, dict[int, float]]:
    found: dict[str, dict[int, float]] = {}
    for one in outcomes:
        for fault in one.faults:
            for segment in one.segments:
                judged = segment.index in one.judged
                at = level_of(fault, segment, one.calibration, options) if judged else None
                if at is not None and np.isfinite(at):
                    found.setdefault(fault.code, {})[segment.index] = round(at, 3)
    return found


def without_unloaded(part: PoseTrack, calibration: Calibration) -> PoseTrack:
    """A take in which the unloaded hinge and toe-touch are not seen: nothing of them is judged, all else is.

    Frames keep their place, so a set may come before the bends, between or after them.
    """
    bent = np.zeros(len(part), dtype=bool)
    for start_s, end_s in calibration.back.unloaded_s:
        bent |= (part.times_s >= start_s) & (part.times_s <= end_s)
    if not bent.any():
        return part
    points = np.where(bent[:, None, None], np.nan, part.points)
    return replace(part, points=points, seen=np.where(bent[:, None], 0.0, part.seen))


def _measured(part: PoseTrack) -> PoseTrack:
    """What a take is calibrated from: all of it, or, of a set followed live, what was used then."""
    until_s = part.meta.get(CALIBRATED_S, inf)
    rows = slice(0, int(np.searchsorted(part.times_s, until_s, side="right")))
    return part.part(rows) if rows.stop else part


def _run(
    part: PoseTrack, calibration: Calibration, what: Recognition, options: Options, first: int
) -> Outcome:
    assert what.exercise is not None
    analysis = Analysis(what.exercise, calibration, options, what.variant, first)
    for pose in part:
        analysis.push(pose)
    analysis.close()
    return analysis.outcome()


def _joined(outcomes: list[Outcome], curves: list[dict[str, Array]], track: PoseTrack) -> SignalTable:
    """The signals and load curves of all takes on the clock of the whole track; NaN between takes."""
    columns = [{**dict(sorted(o.table.values.items())), **c} for o, c in zip(outcomes, curves, strict=True)]
    names = list(dict.fromkeys(name for c in columns for name in c))
    n = len(track)
    values = {name: np.full(n, np.nan) for name in names}
    phase, segment = np.full(n, "", dtype="<U24"), np.full(n, -1)
    for o, columned in zip(outcomes, columns, strict=True):
        rows = np.searchsorted(track.times_s, o.table.times_s)
        for name, column in columned.items():
            values[name][rows] = column
        phase[rows], segment[rows] = o.table.phase, o.table.segment
    return SignalTable(track.times_s, values, phase, segment)


def analyze(source: Path | str | PoseTrack, options: Options | None = None, **choices: object) -> Report:
    """Analyse a video, a saved pose track (.npz) or a `PoseTrack`.

    choices: fields of `Options`, and those of its `Lifter` (height_m, mass_kg, load_kg ...). Reads video with
    MediaPipe in a process of its own. Raises FormcheckError with a sentence for the user.
    """
    options = options or Options.of(**choices)
    if isinstance(source, PoseTrack):
        return examine(source, options).report
    path = Path(source)
    if path.suffix == ".npz":
        return examine(PoseTrack.load(path), options, path.name).report
    from formcheck.estimator import track_of

    return examine(track_of(path), options, path.name).report
