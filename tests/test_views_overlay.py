"""Overlay and key frames: drawn where the joints are, flagged while the fault lasts, nothing hidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import factories
import numpy as np
import pytest
import stick
from backs import trunk_of, with_back

from formcheck.analysis import Examination, examine
from formcheck.body import Reference
from formcheck.exercises import EXERCISES
from formcheck.pose import J, PoseTrack
from formcheck.report import Phase
from formcheck.sink import VideoSink
from formcheck.video import Frame, VideoFile
from formcheck.views import drawing, judged, overlay
from formcheck.views.back_edge import edges
from formcheck.views.drawing import Canvas
from formcheck.views.folder import key_frames, write_folder

TRACK = factories.squatting(6.0)
REFERENCE = Reference(facing=1, near="left", stature_px=550.0)
FLAG = factories.finding(start_s=1.4, end_s=1.6)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds of a grey room, the size of the made-up track."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    with VideoSink(path) as sink:
        for i in range(0, 180, 2):
            sink.write(np.full((600, 400, 3), 110, dtype=np.uint8), i / 30)
    return path


def examination(*findings: object) -> Examination:
    found = examine(TRACK)
    return Examination(replace(found.report, findings=findings), found.signals)


def scene(*findings: object) -> overlay.Scene:
    return overlay.Scene.of(TRACK, examination(*findings))


def grey() -> np.ndarray:
    return np.full((600, 400, 3), 110, dtype=np.uint8)


def has(picture: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool((picture == np.array(colour)).all(axis=2).any())


# ---- the angle that is drawn ------------------------------------------------------------------------


@pytest.mark.parametrize("signal", judged.SHOWN)
def test_every_signal_in_the_table_can_be_drawn(signal: str) -> None:
    for near in ("left", "right", "both"):
        drawn = judged.angles(signal, TRACK[40], replace(REFERENCE, near=near))
        assert len(drawn) == len(judged.SHOWN[signal])


@pytest.mark.parametrize(
    ("signal", "arm"), [("trunk_inclination", "shoulder"), ("thigh_angle", "hip"), ("knee_angle", "hip")]
)
def test_the_drawn_angle_is_the_measured_one(signal: str, arm: str) -> None:
    from formcheck.body import Body
    from formcheck.signals import SIGNALS

    (angle,) = judged.angles(signal, TRACK[40], REFERENCE)
    assert angle.tip == pytest.approx(TRACK[40].joint(f"left_{arm}"))
    arms = [np.array(p) - np.array(angle.vertex) for p in (angle.tip, angle.second)]
    cosine = arms[0] @ arms[1] / (np.linalg.norm(arms[0]) * np.linalg.norm(arms[1]))
    measured = SIGNALS[signal].of(Body(TRACK[40], REFERENCE))
    assert np.degrees(np.arccos(cosine)) == pytest.approx(abs(measured), abs=0.1)


def test_an_unseen_joint_means_no_angle() -> None:
    points = TRACK.points.copy()
    points[:, J["left_shoulder"]] = np.nan
    assert judged.angles("trunk_inclination", replace(TRACK, points=points)[40], REFERENCE) == []


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_fault_shows_something(exercise: str) -> None:
    for fault in EXERCISES[exercise].faults:
        found = factories.finding(code=fault.code, unit=fault.limits[0].unit)
        assert judged.signal_of(found, exercise) in judged.SHOWN


# ---- a picture --------------------------------------------------------------------------------------


def test_joints_are_drawn_where_they_are() -> None:
    picture = grey()
    drawing.skeleton(Canvas(picture, 1.0, 600, 20), TRACK[0], REFERENCE)
    x, y = TRACK[0].joint("left_hip")
    assert tuple(picture[round(600 - y), round(x)]) == drawing.WHITE


def test_half_the_size_is_drawn_at_half_the_place() -> None:
    picture = np.full((300, 200, 3), 110, dtype=np.uint8)
    drawing.skeleton(Canvas(picture, 0.5, 600, 20), TRACK[0], REFERENCE)
    x, y = TRACK[0].joint("left_hip")
    assert tuple(picture[round((600 - y) / 2), round(x / 2)]) == drawing.WHITE


def test_the_strip_stands_below_the_picture() -> None:
    picture = overlay.overlaid(grey(), 0.0, scene())
    assert picture.shape[0] > 600
    assert picture.shape[0] % 2 == 0
    assert picture.shape[1] == 400


def test_the_flag_is_shown_while_it_lasts_and_long_enough_to_read() -> None:
    flagged = scene(FLAG)
    seen = [t for t in np.arange(0, 6, 0.1) if flagged.flag(float(t))]
    assert (seen[0], seen[-1]) == (pytest.approx(1.4), pytest.approx(2.4, abs=0.11))
    assert has(overlay.overlaid(grey(), 1.5, flagged), drawing.FAULT)
    assert not has(overlay.overlaid(grey(), 4.0, flagged), drawing.FAULT)


def test_of_two_flags_the_fault_is_shown() -> None:
    warning = factories.finding(verdict="warn", start_s=1.5, end_s=1.7)
    assert scene(warning, FLAG).flag(1.55) == FLAG


def test_a_number_stands_only_where_it_is_the_judged_one() -> None:
    """The change of an angle is judged while the angle itself is drawn."""
    some = scene()
    signals = some.examination.signals
    row = int(np.abs(signals.times_s - 1.5).argmin())
    lean = float(signals.values["trunk_inclination"][row])
    assert some._value("trunk_inclination", 1.5, None) == f"{lean:.0f}°"
    assert some._value("trunk_inclination", 1.5, factories.finding(value=lean + 1)) == f"{lean:.0f}°"
    assert some._value("trunk_inclination", 1.5, factories.finding(value=lean / 2)) == ""


def test_status_counts_reps() -> None:
    report = factories.report(
        segments=(factories.cut(0, 1.0), factories.cut(1, 5.0, counted=False, note="x"))
    )
    assert overlay.status(report, 0.5) == "Rep 0 of 1"
    assert overlay.status(report, 1.2) == "Rep 1 of 1 · descent"
    assert overlay.status(report, 4.5) == "Rep 1 of 1"
    assert overlay.status(report, 5.1) == "Not counted · descent"


def test_status_of_a_hold_and_of_nothing() -> None:
    hold = replace(factories.cut(0, 1.0), kind="hold", end_s=31.0, phases=(Phase("hold", 1.0, 31.0),))
    assert overlay.status(factories.report(exercise="plank", segments=(hold,)), 11.0) == "Hold 10 s"
    assert overlay.status(factories.report(exercise="plank", segments=(hold,)), 40.0) == ""
    assert overlay.status(factories.report(exercise="none", segments=()), 1.0) == ""


def test_long_words_are_cut_to_fit() -> None:
    cut = drawing.fitting("a long sentence that cannot fit at all", 30, 200)
    assert cut.endswith("…")
    assert drawing.text_width(cut, 30) <= 200
    assert drawing.fitting("short", 30, 200) == "short"


# ---- files ------------------------------------------------------------------------------------------


def test_the_overlay_is_a_video_of_the_same_length(clip: Path, tmp_path: Path) -> None:
    shares: list[float] = []
    overlay.write_overlay(clip, TRACK, examination(FLAG), tmp_path / "overlay.mp4", shares.append)
    with VideoFile(tmp_path / "overlay.mp4") as video:
        assert video.info.codec == "h264"
        times = [frame.time_s for frame in video]
    assert times[-1] == pytest.approx(178 / 30, abs=0.05)
    assert shares[-1] == pytest.approx(1.0, abs=0.02)


def test_a_part_of_the_video_starts_at_zero(clip: Path, tmp_path: Path) -> None:
    part = TRACK.part(slice(90, 150))
    overlay.write_overlay(clip, part, examine(part), tmp_path / "overlay.mp4")
    with VideoFile(tmp_path / "overlay.mp4") as video:
        times = [frame.time_s for frame in video]
    assert times[0] == 0
    assert times[-1] == pytest.approx(2.1, abs=0.15)


def test_every_finding_gets_a_key_frame_with_the_skeleton(clip: Path) -> None:
    other = factories.finding(1, start_s=4.4, end_s=4.6)
    frames = dict(overlay.key_frames(clip, TRACK, examination(FLAG, other), [FLAG, other]))
    assert set(frames) == {FLAG, other}
    for picture in frames.values():
        assert max(picture.shape[:2]) == overlay.KEY_SIDE
        assert has(picture, drawing.FAULT)


def test_key_frames_come_while_the_video_is_read(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, iterate = [], VideoFile.__iter__

    def watched(video: VideoFile) -> Iterator[Frame]:
        for frame in iterate(video):
            seen.append(frame.time_s)
            yield frame

    monkeypatch.setattr(VideoFile, "__iter__", watched)
    findings = [factories.finding(i, start_s=t, end_s=t) for i, t in enumerate((4.5, 1.5, 3.0))]
    when = [
        (finding.start_s, seen[-1])
        for finding, _ in overlay.key_frames(clip, TRACK, examination(*findings), findings)
    ]
    assert [about for about, _ in when] == [1.5, 3.0, 4.5]
    assert all(read - about < 1.7 for about, read in when), "held until the next one is reached, no longer"


def test_key_frames_are_jpeg(clip: Path) -> None:
    (data,) = key_frames(clip, TRACK, examination(FLAG)).values()
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert max(picture.shape[:2]) == overlay.KEY_SIDE
    assert key_frames(clip, TRACK, examination()) == {}


def test_an_interrupted_folder_is_not_made(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(overlay, "write_overlay", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_folder(tmp_path / "out", TRACK, examination(), overlay_of=clip)
    assert not (tmp_path / "out").exists()


def test_a_pose_far_in_time_is_not_drawn() -> None:
    sparse = PoseTrack.stack([TRACK[0], TRACK[60]])
    some = overlay.Scene.of(sparse, examine(sparse))
    assert some.row(0.05) == 0
    assert some.row(1.0) is None


# ---- the edge of the back ---------------------------------------------------------------------------


def lifted(size: float) -> tuple[PoseTrack, Examination]:
    """A deadlift whose back is so many degrees rounder than when it stands."""
    track = stick.deadlift(reps=1)
    track = with_back(track, 20 + size * (trunk_of(track) > 30))
    return track, examine(track)


def test_the_back_is_drawn_only_while_it_is_judged() -> None:
    track, examined = lifted(50)
    now = overlay.Scene.of(track, examined)
    [flag] = [f for f in examined.report.faults if f.code == "DL107"]
    empty = np.full((720, 1280, 3), 110, dtype=np.uint8)
    judged_frame = overlay.overlaid(empty, (flag.start_s + flag.end_s) / 2, now)
    assert has(judged_frame, drawing.FAULT)
    standing = overlay.overlaid(empty, 0.5, now)
    without = overlay.overlaid(empty, 0.5, replace(now, back_s=()))
    assert (standing == without).all()


def test_the_drawn_gap_is_the_judged_rounding() -> None:
    gaps = []
    for size in (12, 50):
        track, examined = lifted(size)
        now = overlay.Scene.of(track, examined)
        row = now.row(now.back_s[0][0])
        assert row is not None
        both = edges(track[row], now.references[row])
        assert both is not None
        gaps.append(np.linalg.norm(both.measured - both.expected, axis=1).max())
        assert np.linalg.norm(both.measured - track[row].points[J["left_hip"], :2], axis=1).min() < 120
    assert gaps[1] > 2.5 * gaps[0]


def test_a_back_that_could_not_be_judged_is_not_drawn() -> None:
    track = stick.deadlift(reps=1)
    for spoilt in (track, with_back(track, 20.0, width=0.06)):
        assert overlay.Scene.of(spoilt, examine(spoilt)).back_s == ()
