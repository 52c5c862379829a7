"""The laws of the engine (docs/design.md), over every exercise: what must hold whatever is lifted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
import stick
from hypothesis import given, settings
from hypothesis import strategies as st
from lifting import FRONT, lifted

from formcheck.analysis import Analysis, examine
from formcheck.calibration import Calibration, calibrate
from formcheck.exercises import EXERCISES
from formcheck.options import Options
from formcheck.pose import JOINTS, J, PoseTrack
from formcheck.report import Finding, Report
from formcheck.smoothing import LAG_S

Build = Callable[..., PoseTrack]

SETS: dict[str, tuple[str, str, Build]] = {
    "squat": ("squat", "", lambda **film: stick.squat(hips_shoot_up=15, faulty=(1,), **film)),
    "squat-front": ("squat", "", lambda **film: stick.squat(shift=20, faulty=(1,), **{**FRONT, **film})),
    "squat-fails": ("squat", "", lambda **film: stick.squat(bar_forward=7, fails=True, **film)),
    "deadlift": ("deadlift", "conventional", lambda **film: stick.deadlift(bar_drift=7, faulty=(1,), **film)),
    "romanian": ("deadlift", "romanian", lambda **film: stick.romanian(bar_drift=7, faulty=(1,), **film)),
    "row": ("row", "", lambda **film: stick.row(torso_rises=19, pull_s=1.4, faulty=(1,), **film)),
    "plank": ("plank", "forearm", lambda **film: stick.plank(sink=14, **film)),
    "high-plank": ("plank", "high", lambda **film: stick.plank(high=True, arms_slant=23, **film)),
}
"""A set with a fault of every kind of segment: name -> exercise, variant, how to film it."""

each_set = pytest.mark.parametrize("name", SETS)


def track_of(name: str, **film: object) -> PoseTrack:
    return SETS[name][2](**film)


def report_of(track: PoseTrack, name: str) -> Report:
    return examine(track, Options(exercise=SETS[name][0])).report


def verdicts(report: Report) -> list[tuple[str, str, int | None]]:
    """What was found in which segment, without the filming."""
    return sorted((f.code, f.verdict, f.segment) for f in report.faults)


def engine(track: PoseTrack, name: str) -> Analysis:
    calibration = calibrate(track)
    assert calibration is not None
    return Analysis(EXERCISES[SETS[name][0]], calibration, None, SETS[name][1])


def with_points(track: PoseTrack, points: np.ndarray, **changes: object) -> PoseTrack:
    return replace(track, points=points, **changes)  # type: ignore[arg-type]


def mirrored(track: PoseTrack) -> PoseTrack:
    """The same set filmed through a mirror: x turned round, left and right exchanged."""
    order = [J[n.replace("left", "*").replace("right", "left").replace("*", "right")] for n in JOINTS]
    points = track.points[:, order] * [-1, 1, 1] + [track.size[0], 0, 0]
    return with_points(track, points, seen=track.seen[:, order])


# ---- one engine -------------------------------------------------------------------------------------


@each_set
def test_live_is_offline(name: str) -> None:
    track = track_of(name)
    live = engine(track, name)
    told = [f for pose in track for f in live.push(pose)]
    report = live.finish()
    offline = report_of(track, name)
    assert report.segments == offline.segments
    assert report.findings == offline.faults
    assert report.unseen == offline.unseen
    assert live.findings[: len(told)] == told


@each_set
def test_nothing_reported_is_taken_back(name: str) -> None:
    track = track_of(name)
    live, told = engine(track, name), []
    for pose in track:
        told += live.push(pose)
    assert [f for f in told if f not in live.finish().findings] == []


@each_set
def test_the_past_does_not_depend_on_the_future(name: str) -> None:
    """What was said about the first half of a set is the same whether or not the rest is seen."""
    track = track_of(name)
    calibration = calibrate(track)
    assert calibration is not None
    told = []
    for part in (track, track.part(slice(0, len(track) // 2))):
        live = Analysis(EXERCISES[SETS[name][0]], calibration, None, SETS[name][1])
        told.append([f for pose in part for f in live.push(pose)])
    assert told[0][: len(told[1])] == told[1]


def peeks(track: PoseTrack, name: str) -> Iterator[tuple[float, Finding]]:
    live = engine(track, name)
    for pose in track:
        live.push(pose)
        for finding in live.peek():
            yield pose.time_s, finding
    live.finish()


def live_warnings_missing_in_the_report(track: PoseTrack, name: str) -> list[tuple[float, Finding]]:
    final = {(f.code, f.segment): f.verdict for f in report_of(track, name).faults}
    return [(t, f) for t, f in peeks(track, name)
            if final.get((f.code, f.segment)) not in ("fault", f.verdict)]  # fmt: skip


@each_set
def test_a_live_warning_appears_in_the_report(name: str) -> None:
    track = track_of(name)
    assert list(peeks(track, name)), "nothing was warned of live"
    assert live_warnings_missing_in_the_report(track, name) == []


SIZES = {
    "hips_shoot_up": 16, "leans_forward": 26, "leans_back": 14, "bar_forward": 7, "heels_lift": 20,
}  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(
    fault=st.sampled_from(sorted(SIZES)), share=st.floats(0.3, 1.0), down_s=st.floats(0.7, 2.5),
    rest_s=st.floats(0.1, 1.0), depth=st.floats(0.6, 1.0), bounce=st.floats(0, 1), fails=st.booleans(),
    fps=st.sampled_from([15, 30, 60]), seed=st.integers(0, 99),
)  # fmt: skip
def test_a_live_warning_appears_in_the_report_whatever_is_squatted(
    fault: str, share: float, fails: bool, **how: object
) -> None:
    track = stick.squat(reps=2, fails=fails, ends_s=1.5, **{fault: SIZES[fault] * share}, **how)  # type: ignore[arg-type]
    assert live_warnings_missing_in_the_report(track, "squat") == []


@settings(max_examples=8, deadline=None)
@given(
    fault=st.sampled_from(["bar_drift", "hips_shoot_up", "leans_back", "arms_bend", "bar_far"]),
    size=st.floats(2, 20), pull_s=st.floats(0.7, 2), lower_s=st.floats(0.4, 2), floor_s=st.floats(0.2, 1),
    fails=st.booleans(), seed=st.integers(0, 99),
)  # fmt: skip
def test_a_live_warning_appears_in_the_report_whatever_is_lifted(
    fault: str, size: float, **how: object
) -> None:
    track = stick.deadlift(reps=2, **{fault: size}, **how)  # type: ignore[arg-type]
    assert live_warnings_missing_in_the_report(track, "deadlift") == []


@pytest.mark.parametrize(
    ("name", "code", "onset_s", "for_s"),
    [("plank", "PL103", 6.0, 2.0), ("plank-bent", "PL101", 2.0, 1.0), ("squat", "SQ104", None, 0.15)],
)
def test_a_warning_comes_within_the_limit_the_lag_and_one_frame(
    name: str, code: str, onset_s: float | None, for_s: float
) -> None:
    """Measured on the smoothed signal: from the first sample beyond the limit."""
    film = {"noise": 0.0}
    tracks = {
        "plank": lambda: stick.plank(sink=14, **film),
        "plank-bent": lambda: stick.plank(bend=-12, **film),
        "squat": lambda: stick.squat(reps=1, bar_forward=9, **film),
    }
    exercise = name.split("-")[0]
    track = tracks[name]()
    live = engine(track, exercise)
    declared = next(f for f in EXERCISES[exercise].faults if f.code == code)
    first = None
    for pose in track:
        live.push(pose)
        if any(f.code == code for f in live.peek()):
            first = pose.time_s
            break
    assert first is not None
    limit, table = declared.limits[0], live.table()
    span = live._cutter.peek()
    assert span is not None
    segment = live._segment(span, 0)
    watched = np.asarray(limit.watch.of(segment))
    beyond = (watched > limit.warn) if limit.more_is_worse else (watched < limit.warn)
    beyond &= segment.mask(declared.during)
    began = segment.times_s[np.flatnonzero(beyond)[0]]
    assert len(table.times_s)
    settle = 2.0 if exercise == "plank" else 0.0
    earliest = max(began + for_s, segment.times_s[0] + settle)
    assert first <= earliest + LAG_S + 2 / 30 + 1e-9
    if onset_s is not None:
        assert first >= onset_s


# ---- what the picture looks like does not matter ------------------------------------------------------


@each_set
def test_mirrored_input_mirrored_answer(name: str) -> None:
    track = track_of(name)
    there, back = report_of(track, name), report_of(mirrored(track), name)
    assert verdicts(back) == verdicts(there)
    assert [(c.counted, c.start_s, c.turn_s) for c in back.segments] == [
        (c.counted, c.start_s, c.turn_s) for c in there.segments
    ]
    for a, b in zip(there.faults, back.faults, strict=True):
        assert b.value == pytest.approx(a.value, abs=0.01)


@each_set
@pytest.mark.parametrize(("scale", "dx", "dy"), [(0.5, 100.0, 30.0), (1.7, -300.0, 200.0)])
def test_scale_and_place_do_not_matter(name: str, scale: float, dx: float, dy: float) -> None:
    track = track_of(name)
    size = (int(track.size[0] * scale), int(track.size[1] * scale))
    moved = with_points(track, track.points * scale + [dx, dy, 0], size=size)
    assert verdicts(report_of(moved, name)) == verdicts(report_of(track, name))


@each_set
def test_the_clock_may_start_anywhere(name: str) -> None:
    early, late = report_of(track_of(name), name), report_of(track_of(name, start_s=1234.5), name)
    assert verdicts(late) == verdicts(early)
    for a, b in zip(early.segments, late.segments, strict=True):
        assert (b.start_s - a.start_s, b.end_s - a.end_s) == pytest.approx((1234.5, 1234.5), abs=0.002)


@each_set
@pytest.mark.parametrize("fps", [15, 24, 60])
def test_the_frame_rate_does_not_matter(name: str, fps: float) -> None:
    expected, got = report_of(track_of(name), name), report_of(track_of(name, fps=fps), name)
    assert [c.counted for c in got.segments] == [c.counted for c in expected.segments]
    assert {f[0] for f in verdicts(got)} == {f[0] for f in verdicts(expected)}
    for a, b in zip(expected.segments, got.segments, strict=True):
        assert b.start_s == pytest.approx(a.start_s, abs=0.3)


@each_set
@pytest.mark.parametrize("drop", [0.2, 0.4])
def test_dropped_frames_do_not_matter(name: str, drop: float) -> None:
    expected, got = report_of(track_of(name), name), report_of(track_of(name, drop=drop), name)
    assert [c.counted for c in got.segments] == [c.counted for c in expected.segments]
    assert {f[0] for f in verdicts(got)} == {f[0] for f in verdicts(expected)}


# ---- unseen is not fine ---------------------------------------------------------------------------------

HIDDEN = {
    "squat": ("heel", "SQ201"), "deadlift": ("wrist", "DL102"), "romanian": ("wrist", "DL102"),
    "row": ("ear", "RW106"), "plank": ("ear", "PL104"), "high-plank": ("ear", "PL104"),
}  # fmt: skip
"""Which joint to hide, and a fault that needs it, although the reps are cut without it."""


@pytest.mark.parametrize("name", HIDDEN)
def test_a_hidden_joint_makes_the_fault_unseen_with_a_reason_never_silent(name: str) -> None:
    joint, code = HIDDEN[name]
    track = track_of(name)
    seen = track.seen.copy()
    seen[:, [J[f"left_{joint}"], J[f"right_{joint}"]]] = 0.1
    report = report_of(replace(track, seen=seen), name)
    assert report.counted
    assert code not in {f.code for f in report.faults}
    reasons = [u.why for u in report.unseen if u.code == code]
    assert reasons
    assert all(reasons)
    assert report.coverage["judged_share"] < report_of(track, name).coverage["judged_share"]


@each_set
def test_a_fault_is_judged_or_unseen_never_both_and_never_from_a_forbidden_view(name: str) -> None:
    report = report_of(track_of(name), name)
    found = {(f.code, f.segment) for f in report.faults}
    assert not found & {(u.code, s) for u in report.unseen for s in u.segments}
    assert report.yaw_deg is not None
    for declared in EXERCISES[SETS[name][0]].faults:
        if not declared.view.allows(report.yaw_deg) and SETS[name][1] in (
            declared.variants or (SETS[name][1],)
        ):
            whys = [u for u in report.unseen if u.code == declared.code]
            assert all(declared.view.move in u.why for u in whys)
            assert {s.index for s in report.counted} <= {s for u in whys for s in u.segments}


def test_from_the_front_what_shows_from_the_side_is_unseen() -> None:
    report = report_of(stick.squat(hips_shoot_up=20, yaw=90), "squat")
    assert report.counted
    assert "SQ101" not in {f.code for f in report.findings}
    assert "film from the side" in next(u.why for u in report.unseen if u.code == "SQ101")


# ---- attempts and nothing at all ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "track", "code"),
    [
        ("squat", stick.squat(bar_forward=7, fails=True), "SQ104"),
        ("squat", stick.squat(hips_shoot_up=18, fails=True), "SQ101"),
        ("deadlift", stick.deadlift(bar_drift=7, fails=True), "DL102"),
    ],
)
def test_a_failed_attempt_is_kept_and_judged_but_not_counted(name: str, track: PoseTrack, code: str) -> None:
    report = report_of(track, name)
    last = report.segments[-1]
    assert len(report.counted) == 2
    assert not last.counted
    assert last.note
    assert code in {f.code for f in report.faults if f.segment == last.index}


@pytest.mark.parametrize("build", [stick.standing, stick.walking, stick.curling, stick.sitting])
@pytest.mark.parametrize("exercise", ["auto", *EXERCISES])
def test_zero_reps_is_an_answer(build: Build, exercise: str) -> None:
    report = examine(build(), Options(exercise=exercise)).report
    assert report.counted == ()
    assert report.faults == ()
    assert report.measures["counted"] == 0
    assert report.exercise == ("none" if exercise == "auto" else exercise)


def test_calibration_alone_decides_nothing_twice() -> None:
    """Two engines with the same calibration share nothing."""
    track = stick.squat(reps=1)
    calibration = calibrate(track)
    assert isinstance(calibration, Calibration)
    first = lifted(track, "squat")
    again = lifted(track, "squat")
    assert [s.index for s in first.segments] == [s.index for s in again.segments] == [0]
