"""A live session from setting up to the end of the set, and that live is what a file of the same poses is."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
import stick
from live_client import Shot, led_in, left_alone, shots_of
from test_back import hinging, joined, toe_touch

from formcheck.analysis import examine
from formcheck.errors import LiveError
from formcheck.live import lifting, wire
from formcheck.live.session import (
    ADVICE_S,
    COUNTDOWN_S,
    HINGE_S,
    READY_S,
    STAND_S,
    GapError,
    LiveSession,
)  # fmt: skip
from formcheck.options import Options
from formcheck.pose import Pose, PoseTrack
from formcheck.report import Report

LEAD_S = 7.0

OWN_BACK = joined(hinging(0.85, 0.12), toe_touch())
SETS = {
    "squat": ("squat", stick.squat(3, hips_shoot_up=15, faulty=(1,))),
    "deadlift": ("deadlift", stick.deadlift(3, bar_drift=7, faulty=(1,))),
    "romanian": ("deadlift", stick.romanian(3, bar_drift=7, faulty=(1,))),
    "row": ("row", stick.row(3, torso_rises=19, pull_s=1.4, faulty=(1,))),
    "plank": ("plank", stick.plank(sink=14)),
    "own-back": ("deadlift", joined(OWN_BACK, stick.deadlift(3, bar_drift=7, faulty=(1,)))),
}


def session(track: PoseTrack, exercise: str = "auto", **how: object) -> LiveSession:
    return LiveSession(track.size, Options(exercise=exercise), **how)  # type: ignore[arg-type]


def play(live: LiveSession, shots: Iterable[Shot]) -> list[dict]:
    """Every state on the way."""
    states = []
    for pose, _ in shots:
        live.take(pose)
        states.append(live.state())
    return states


def stages(states: list[dict]) -> list[str]:
    return list(dict.fromkeys(s["stage"] for s in states))


def standing_first(track: PoseTrack, seconds: float = LEAD_S) -> list[Shot]:
    """The set after standing still: the figure of a squat that has not begun yet stands."""
    still = stick.squat(1)[0]
    rows = [(replace(still, time_s=i / 30), None) for i in range(round(seconds * 30))]
    return rows + [(replace(p, time_s=p.time_s + seconds), None) for p, _ in shots_of(track)]


def codes(report: Report) -> list[tuple[str, str, int | None]]:
    return sorted((f.code, f.verdict, f.segment) for f in report.faults)


# ---- the stages ---------------------------------------------------------------------------------------


def test_it_starts_by_itself_when_the_lifter_stands_still_and_ends_when_they_are_gone() -> None:
    exercise, track = SETS["squat"]
    live = session(track, exercise)
    shots = list(led_in(shots_of(track), LEAD_S))
    states = play(live, [*shots, *left_alone(shots[-1][0], 5)])
    assert stages(states) == ["setup", "stand", "countdown", "set", "done"]
    assert "walked off" in states[-1]["words"]
    seconds = {stage: sum(s["stage"] == stage for s in states) / 30 for stage in stages(states)}
    assert seconds["countdown"] == pytest.approx(COUNTDOWN_S, abs=0.05)
    assert seconds["setup"] + seconds["stand"] <= STAND_S + 1
    assert list(dict.fromkeys(s["countdown"] for s in states if s["countdown"])) == [3, 2, 1]
    assert {item["key"]: item["ok"] for item in states[60]["checks"]}["side-on"] is True


def test_nothing_starts_while_the_feet_are_not_seen() -> None:
    track = SETS["squat"][1]
    hidden = replace(track, seen=np.where(np.arange(33) >= 27, 0.1, track.seen))
    states = play(session(track, "squat"), led_in(shots_of(hidden), LEAD_S))
    assert stages(states) == ["setup"]
    assert {c["key"] for c in states[-1]["checks"] if c["ok"] is False} == {"whole-body"}


def test_advice_that_is_not_taken_delays_the_start() -> None:
    turned = stick.squat(1, yaw=45)
    states = play(session(turned, "squat"), led_in(shots_of(turned), LEAD_S + 3))
    start = next(i for i, s in enumerate(states) if s["stage"] == "countdown") / 30
    assert ADVICE_S <= start <= ADVICE_S + 1
    assert any("side" in s["words"] for s in states if s["stage"] == "stand")


def test_moving_before_two_seconds_are_over_goes_back() -> None:
    track = stick.squat(3)
    states = play(session(track, "squat"), shots_of(track))
    assert "countdown" not in stages(states)


def test_start_skips_the_waiting_and_stop_ends_it() -> None:
    track = stick.squat(2)
    live = session(track, "squat")
    live.take(track[0])
    live.start()
    assert live.stage == "countdown"
    states = play(live, [(replace(p, time_s=p.time_s + 3.1), None) for p in track])
    live.stop()
    assert states[-1]["reps"] == 2
    assert live.stage == "done"
    assert live.result is not None


def test_stop_before_the_set_keeps_nothing() -> None:
    live = session(SETS["squat"][1])
    live.take(SETS["squat"][1][0])
    live.stop()
    assert (live.stage, live.result) == ("done", None)


def test_a_plank_needs_no_stand() -> None:
    track = SETS["plank"][1]
    for exercise in ("plank", "auto"):
        live = session(track, exercise)
        states = play(live, shots_of(track))
        assert stages(states) == ["setup", "set"]
        assert states[-1]["hold_s"] > 3


def test_the_set_ends_after_a_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifting, "REST_S", 4.0)
    track = stick.squat(2)
    live = session(track, "squat")
    shots = list(led_in(shots_of(track), LEAD_S))
    last = shots[-1][0]
    states = play(live, shots + [(replace(last, time_s=last.time_s + i / 30), None) for i in range(1, 200)])
    assert live.stage == "done"
    assert "No more reps" in states[-1]["words"]


def test_standing_for_long_before_the_first_rep_is_no_rest_after_it() -> None:
    track = stick.squat(3, rest_s=2.0, up_s=2.0)
    live = session(track)
    states = play(live, led_in(shots_of(track), LEAD_S + lifting.REST_S + 5))
    assert states[-1]["stage"] == "set"
    assert states[-1]["reps"] == 3


def test_the_set_ends_when_the_lifter_steps_aside() -> None:
    track = stick.squat(2)
    live = session(track, "squat")
    shots = list(led_in(shots_of(track), LEAD_S))
    last, aside = shots[-1][0], np.array([450.0, 0, 0])
    steps = [(last.time_s + i / 30, last.points + aside * min(1, i / 30)) for i in range(1, 150)]
    play(live, [*shots, *((replace(last, time_s=t, points=points), None) for t, points in steps)])
    assert live.stage == "done"
    assert live.result is not None
    assert len(live.result.report.counted) == 2


def hinge() -> list[Pose]:
    """Hands on the hips, slowly forward and back up."""
    poses = []
    for pose in stick.romanian(1):
        points = pose.points.copy()
        for side in ("left", "right"):
            for joint in ("wrist", "index", "pinky", "thumb"):
                points[stick.J[f"{side}_{joint}"]] = points[stick.J[f"{side}_hip"]]
        poses.append(replace(pose, points=points))
    return poses


def test_an_offered_hinge_is_found_and_is_no_rep() -> None:
    exercise, track = SETS["squat"]
    live = session(track, exercise, hinge=True)
    still, bow = stick.squat(1)[0], hinge()
    shots: list[Pose] = []
    for part in ([still] * 150, bow, [still] * 180, list(track)):
        t0 = shots[-1].time_s + 1 / 30 if shots else 0.0
        shots += [replace(p, time_s=t0 + i / 30) for i, p in enumerate(part)]
    states = play(live, [(p, None) for p in shots])
    assert stages(states)[:6] == ["setup", "stand", "hinge", "ready", "countdown", "set"]
    assert states[-1]["reps"] == 3
    live.stop()
    assert live.result is not None
    assert live.result.hinge_s is not None
    again = examine(live.result.track, Options(exercise=exercise, hinge_s=live.result.hinge_s)).report
    assert codes(again) == codes(live.result.report)


def test_what_is_lifted_is_known_in_its_first_rep_however_long_was_stood_before_an_own_bend() -> None:
    track = SETS["own-back"][1]
    live = session(track, "deadlift")
    shots = standing_first(track, 20.0)
    states = play(live, shots)
    known_s = next(p.time_s for (p, _), s in zip(shots, states, strict=True) if s["exercise"])
    live.stop()
    assert live.result is not None
    first, *_ = live.result.report.counted
    assert first.start_s < known_s - live.result.began_s < first.end_s


def test_no_countdown_while_nobody_is_there() -> None:
    live = session(SETS["squat"][1], "squat", hinge=True)
    still = stick.squat(1)[0]
    before = [replace(still, time_s=i / 30) for i in range(150)]
    gone = [pose for pose, _ in left_alone(before[-1], HINGE_S + READY_S + 10)]
    back = [replace(still, time_s=gone[-1].time_s + i / 30) for i in range(1, 150)]
    states = play(live, [(p, None) for p in [*before, *gone]])
    assert states[-1]["stage"] == "ready"
    states = play(live, [(p, None) for p in back])
    assert stages(states)[:2] == ["ready", "countdown"]


@pytest.mark.parametrize("fps", [5, 8, 12])
def test_few_pictures_a_second_do_not_keep_a_set_from_starting(fps: int) -> None:
    exercise, track = SETS["squat"]
    live = session(track, exercise)
    states = play(live, led_in(shots_of(track)[:: 30 // fps], 10.0, fps))
    assert stages(states)[:4] == ["setup", "stand", "countdown", "set"]
    assert "Few pictures" in next(s["words"] for s in states if s["stage"] == "stand")


# ---- live is what a file gives ------------------------------------------------------------------------


@pytest.mark.parametrize("known", [True, False], ids=["told", "recognised"])
@pytest.mark.parametrize("name", SETS)
def test_the_saved_track_gives_the_report_that_was_given_live(name: str, known: bool, tmp_path) -> None:
    exercise, track = SETS[name]
    live = session(track, exercise if known else "auto")
    shots = shots_of(track) if exercise == "plank" else standing_first(track)
    states = play(live, shots)
    live.stop()
    assert live.result is not None
    now = live.result.report
    assert now.exercise == exercise
    assert len(now.counted) == len(examine(track, Options(exercise=exercise)).report.counted)
    live.result.track.save(tmp_path / "pose.npz")
    saved = PoseTrack.load(tmp_path / "pose.npz")
    again = examine(saved, Options(exercise=exercise)).report
    assert again.segments == now.segments
    assert again.faults == now.faults
    told = {c["code"] for s in states if (c := s["cue"])}
    assert told, "a set with a fault has a cue"
    assert told - {"stop"} <= {f.code for f in again.faults}, "what was said is in the report"


def test_frames_are_taken_once_in_order_and_only_forward_in_time() -> None:
    pose = stick.squat(1)[0]
    live = session(stick.squat(1))
    assert live.push(wire.encode(0, pose))
    assert not live.push(wire.encode(0, pose))
    with pytest.raises(GapError):
        live.push(wire.encode(2, replace(pose, time_s=1.0)))
    with pytest.raises(LiveError, match="backwards"):
        live.push(wire.encode(1, pose))
    assert live.push(wire.encode(1, replace(pose, time_s=1.0)))
    assert live.next_seq == 2


def test_memory_grows_by_what_is_kept_and_no_more() -> None:
    """3 kB a frame are 54 MB in a set of 20 minutes; benchmarks/live.py takes the whole of one."""
    track = stick.squat(4, fps=15)
    live = session(track, "squat")
    play(live, led_in(shots_of(track), LEAD_S, 15))
    tracemalloc.start()
    before, t = tracemalloc.get_traced_memory()[0], live._now_s
    frames = 600
    for i in range(frames):
        live.take(replace(track[i % len(track)], time_s=t + (i + 1) / 15))
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert live.stage == "set"
    assert live.state()["reps"] > 8
    assert grown / frames < 3000
