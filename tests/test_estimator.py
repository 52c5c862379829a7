"""Inference in a process of its own: same poses, same sentences, and never a process left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import MakeClip, turned

from formcheck import estimator
from formcheck.errors import ModelError, VideoError
from formcheck.estimator import LONG_SIDE, PoseEstimation, watch
from formcheck.pose import J, PoseTrack

ROOT = Path(__file__).resolve().parents[1]


def gone(pid: int, within_s: float = 10.0) -> bool:
    """Whether a process ends within this time."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        status = Path(f"/proc/{pid}/stat")
        if not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


# ---- what comes out ---------------------------------------------------------------------------------


def test_a_picture_without_anybody(make_clip: MakeClip, model: Path, tmp_path: Path) -> None:
    shares: list[float] = []
    track = watch(make_clip(audio=True), model=model, progress=shares.append)
    assert len(track) == 25
    assert track.size == (64, 48)
    assert not any(p.found for p in track)
    assert (track.people == 0).all()
    assert 0 < track.brightness.mean() < 1
    assert shares == sorted(shares)
    assert 0.9 < shares[-1] <= 1
    facts = {
        "source": "clip.mp4", "container": "mov", "codec": "h264", "width": 64, "height": 48, "rotation": 0,
        "has_audio": True, "frames": 25, "skipped_frames": 0, "thinned_frames": 0, "swaps_repaired": 0,
        "model": model.name, "long_side": LONG_SIDE,
    }  # fmt: skip
    assert facts.items() <= track.meta.items()
    assert {"model_sha256", "mediapipe", "fps", "duration_s"} <= set(track.meta)
    track.save(tmp_path / "pose.npz")
    assert dict(PoseTrack.load(tmp_path / "pose.npz").meta) == dict(track.meta)


def test_fast_videos_are_thinned_and_said_so(make_clip: MakeClip, model: Path) -> None:
    clip = make_clip("a.mkv", [round(1000 * i / 240) for i in range(120)], container="matroska")
    track = watch(clip, model=model)
    assert np.diff(track.times_s) == pytest.approx(1 / 60, abs=1.1e-3)
    assert track.meta["thinned_frames"] == 120 - len(track) > 80


def test_only_the_stretch_wanted(make_clip: MakeClip, model: Path) -> None:
    track = watch(make_clip(pts_ms=range(0, 2000, 40)), start_s=0.5, end_s=1.0, model=model)
    assert track.times_s[0] >= 0.5
    assert track.times_s[-1] <= 1.0
    assert len(track) == 13


def test_a_real_lift(clip_path: Path, model: Path) -> None:
    track = watch(clip_path, end_s=3.0, model=model)
    found = np.mean([p.found for p in track])
    assert found > 0.95
    width, height = track.size
    middle = np.nanmedian(track.points, axis=0)
    nose, hip, ankle = (middle[J[f"{n}"], 1] for n in ("nose", "left_hip", "left_ankle"))
    assert height > nose > hip > ankle > 0, "y is up: the head is above the hips, and those above the feet"
    assert 0 < middle[J["left_hip"], 0] < width
    assert np.median(track.people) == 1


def test_a_rotation_flag_turns_the_pixels_of_the_pose(clip_path: Path, model: Path, tmp_path: Path) -> None:
    flagged = tmp_path / "turned.mp4"
    flagged.write_bytes(clip_path.read_bytes())
    if flagged.read_bytes()[4:8] != b"ftyp":
        pytest.skip("only an MP4 can be given a rotation flag here")
    upright = watch(clip_path, end_s=0.5, model=model)
    lying = watch(turned(flagged, 90), end_s=0.5, model=model)
    assert lying.size == upright.size[::-1]
    assert lying.meta["rotation"] in (90, 270)


# ---- what goes wrong --------------------------------------------------------------------------------


def test_the_childs_sentence_arrives_unchanged(tmp_path: Path, model: Path) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("no video " * 100)
    with pytest.raises(VideoError) as caught:
        watch(text, model=model)
    assert str(caught.value) == (
        "text.mp4 is not a video that formcheck can read; use MP4, MOV, WebM, MKV or AVI."
    )
    with pytest.raises(VideoError, match="There is no file"):
        watch(tmp_path / "none.mp4", model=model)
    with pytest.raises(VideoError, match="is a folder"):
        watch(tmp_path, model=model)


def test_models_that_are_none(make_clip: MakeClip, tmp_path: Path) -> None:
    import zipfile

    with pytest.raises(ModelError, match="There is no pose model"):
        watch(make_clip(), model=tmp_path / "none.task")
    fake = tmp_path / "fake.task"
    with zipfile.ZipFile(fake, "w") as file:
        for name in ("pose_detector.tflite", "pose_landmarks_detector.tflite"):
            file.writestr(name, b"rubbish" * 100)
    with pytest.raises(ModelError, match="cannot be used as a pose model"):
        watch(make_clip(), model=fake)


@pytest.mark.parametrize(
    ("how", "words"), [(signal.SIGKILL, "want of memory"), (signal.SIGSEGV, "made the video reader crash")]
)
def test_a_killed_child_is_a_sentence(make_clip: MakeClip, model: Path, how: int, words: str) -> None:
    clip = make_clip(pts_ms=range(0, 60_000, 40))
    with pytest.raises(VideoError, match=words), PoseEstimation(clip, model=model) as estimation:  # noqa: PT012
        for i, _ in enumerate(estimation):
            if i == 3:
                os.kill(estimation._children[0].pid, how)


def test_an_unforeseen_error_is_a_sentence_too(
    make_clip: MakeClip, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimator, "CHILD", estimator.CHILD.replace("serve(**job)", (
        "import formcheck.landmarker as l\n"
        "def broken(*a): raise ZeroDivisionError('by nothing')\n"
        "l.Landmarker.follow = broken\n"
        "serve(**job)"
    )))  # fmt: skip
    with pytest.raises(VideoError, match=r"ZeroDivisionError: by nothing\); please report"):
        watch(make_clip(), model=model)


# ---- no process left behind -------------------------------------------------------------------------


def test_leaving_early_ends_the_child(make_clip: MakeClip, model: Path) -> None:
    clip = make_clip(pts_ms=range(0, 90_000, 40))
    with PoseEstimation(clip, model=model, workers=3) as estimation:
        next(iter(estimation))
        pids = [child.pid for child in estimation._children]
    assert len(pids) == 3
    assert all(gone(pid, 1) for pid in pids)
    poses = PoseEstimation(clip, model=model)
    pid = poses._children[0].pid
    walk = iter(poses)
    next(walk)
    walk.close()
    assert gone(pid, 1)
    poses = PoseEstimation(clip, model=model)
    pid = poses._children[0].pid
    del poses
    assert gone(pid, 1)


CALLER = """
import sys
from pathlib import Path
from formcheck.estimator import PoseEstimation
estimation = PoseEstimation(Path(sys.argv[1]), model=Path(sys.argv[2]), workers=2)
for i, pose in enumerate(estimation):
    if i == 3: print(*(child.pid for child in estimation._children), flush=True)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "killed"])
def test_no_orphan_when_the_caller_ends(make_clip: MakeClip, model: Path, how: int) -> None:
    clip = make_clip(pts_ms=range(0, 600_000, 40), keys_every=100)
    caller = subprocess.Popen(
        [sys.executable, "-c", CALLER, str(clip), str(model)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    assert caller.stdout is not None
    pids = [int(pid) for pid in caller.stdout.readline().split()]
    assert len(pids) == 2
    if how == signal.SIGINT:
        os.killpg(caller.pid, how)  # a terminal sends it to the whole group
    else:
        caller.kill()
    assert caller.wait(10) != 0
    caller.stdout.close()
    assert all(gone(pid) for pid in pids)


def test_a_script_needs_no_main_guard(make_clip: MakeClip, model: Path, tmp_path: Path) -> None:
    """The child imports formcheck only: a script that calls at its top level is not run twice."""
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\nfrom pathlib import Path\nfrom formcheck.estimator import watch\n"
        "print('once')\nprint(len(watch(Path(sys.argv[1]), model=Path(sys.argv[2]))))\n"
    )
    done = subprocess.run(
        [sys.executable, str(script), str(make_clip()), str(model)],
        capture_output=True, text=True, timeout=60, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stdout.split() == ["once", "25"]
    assert done.stderr == "", "MediaPipe's chatter stays in the child"


def test_a_child_that_says_nothing_is_ended_with_a_sentence(
    make_clip: MakeClip, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimator, "PATIENCE_S", 1.0)
    monkeypatch.setattr(estimator, "CHILD", "import time; time.sleep(600)")
    began = time.monotonic()
    with PoseEstimation(make_clip(), model=model) as estimation:
        with pytest.raises(VideoError, match=r"Reading clip\.mp4 came to a halt: nothing for 1 s"):
            list(estimation)
        assert gone(estimation._children[0].pid)
    assert time.monotonic() - began < 5
