"""The command line as users meet it: exit codes, what goes to stdout and stderr, and every bad input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import av
import factories
import numpy as np
import pytest

from formcheck import cli
from formcheck.pose import PoseTrack
from formcheck.sink import VideoSink

ROOT = Path(__file__).resolve().parents[1]


def formcheck(*words: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "formcheck", *map(str, words)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=env, timeout=120, check=False)


@pytest.fixture(scope="module")
def pose(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("track") / "pose.npz"
    factories.squatting(12, 30, 4).save(path)
    return path


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short video of nothing that moves."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    with VideoSink(path) as sink:
        for i in range(45):
            sink.write(np.full((120, 160, 3), 90 + i, dtype=np.uint8), i / 30)
    return path


# ---- what it prints ---------------------------------------------------------------------------------


def test_version() -> None:
    done = formcheck("--version")
    assert (done.returncode, done.stdout.split()[0]) == (0, "formcheck")


def test_judging_a_track_prints_text_for_people(pose: Path) -> None:
    done = formcheck("judge", pose)
    assert done.returncode == 0, done.stderr
    assert "Squat: 4 reps" in done.stdout
    assert "No flag does not mean safe." in " ".join(done.stdout.split())
    assert done.stderr == ""


def test_findings_make_exit_code_one(pose: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["judge", str(pose), "--limit", "SQ301=2,0.5"]) == 1
    assert "SQ301" in capsys.readouterr().out


def test_filming_problems_alone_do_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    track = factories.squatting(12, 30, 4)
    dark = replace(track, brightness=0.02 * np.ones(len(track)))
    dark.save(tmp_path / "dark.npz")
    assert cli.main(["judge", str(tmp_path / "dark.npz"), "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [f["code"] for f in report["findings"]] == ["CAM301"]


def test_json_is_one_object_a_line(pose: Path) -> None:
    done = formcheck("judge", pose, pose, "--format", "json")
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r["source"] for r in reports] == ["squat.mp4"] * 2


def test_select_and_ignore(pose: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["judge", str(pose), "--select", "SQ3", "--limit", "SQ301=2", "--ignore", "SQ301"]) == 0
    assert "SQ301" not in capsys.readouterr().out


def test_settings_of_the_folder_are_read(pose: Path, tmp_path: Path) -> None:
    (tmp_path / "formcheck.toml").write_text("[limits]\nSQ301 = 2\n")
    assert formcheck("judge", pose, cwd=tmp_path).returncode == 1
    (tmp_path / "formcheck.toml").write_text("[limit]\nSQ301 = 2\n")
    done = formcheck("judge", pose, cwd=tmp_path)
    assert done.returncode == 2
    assert "did you mean limits?" in done.stderr


def test_explain_and_rules() -> None:
    assert formcheck("explain", "hips-shoot-up").stdout.startswith("# SQ101")
    assert len(formcheck("rules").stdout.splitlines()) > 30


def test_info_names_versions_and_model() -> None:
    done = formcheck("info")
    assert done.returncode == 0
    for name in (
        "formcheck",
        "python",
        "mediapipe",
        "opencv-contrib-python",
        "av",
        "decoder FFmpeg",
        "model",
    ):
        assert f"\n{name} " in f"\n{done.stdout}"


def test_info_warns_when_the_opencv_wheels_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    from formcheck import info

    versions = {"opencv-python": "4.10.0", "opencv-contrib-python": "5.0.0"}
    monkeypatch.setattr(info, "installed", lambda package: versions.get(package, ""))
    assert "opencv-python 4.10.0 and opencv-contrib-python 5.0.0" in info.warnings()[0]
    versions["opencv-python"] = "5.0.0"
    assert info.warnings() == []


# ---- what it writes ---------------------------------------------------------------------------------


def test_a_folder_of_everything(pose: Path, tmp_path: Path) -> None:
    done = formcheck("judge", pose, "-o", tmp_path / "new" / "out")
    assert done.returncode == 0, done.stderr
    from formcheck.views.folder import FILES

    assert {p.name for p in (tmp_path / "new" / "out").iterdir()} == set(FILES)
    again = PoseTrack.load(tmp_path / "new" / "out" / "pose.npz")
    assert len(again) == 360


def test_several_inputs_get_a_folder_each(pose: Path, tmp_path: Path) -> None:
    assert formcheck("judge", pose, pose, pose, "-o", tmp_path).returncode == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["pose", "pose-2", "pose-3"]


def test_what_was_in_the_folder_stays(pose: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    formcheck("judge", pose, "-o", tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert not list(tmp_path.glob(".formcheck-*"))


# ---- bad input --------------------------------------------------------------------------------------


def text_named_mp4(folder: Path, clip: Path) -> Path:
    path = folder / "set.mp4"
    path.write_text("ffconcat version 1.0\nfile other.mp4\n")
    return path


def zero_bytes(folder: Path, clip: Path) -> Path:
    path = folder / "set.mp4"
    path.touch()
    return path


def truncated(folder: Path, clip: Path) -> Path:
    path = folder / "set.mp4"
    path.write_bytes(clip.read_bytes()[:200])
    return path


def audio_only(folder: Path, clip: Path) -> Path:
    path = folder / "set.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        sound = av.AudioFrame.from_ndarray(
            np.zeros((1, 4096), dtype=np.float32), format="fltp", layout="mono"
        )
        sound.sample_rate = 44100
        for packet in [*stream.encode(sound), *stream.encode(None)]:
            container.mux(packet)
    return path


def directory(folder: Path, clip: Path) -> Path:
    path = folder / "set.mp4"
    path.mkdir()
    return path


def missing(folder: Path, clip: Path) -> Path:
    return folder / "set.mp4"


def a_picture(folder: Path, clip: Path) -> Path:
    path = folder / "set.mp4"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    return path


def one_frame(folder: Path, clip: Path) -> Path:
    with VideoSink(folder / "set.mp4") as sink:
        sink.write(np.full((120, 160, 3), 90, dtype=np.uint8), 0.0)
    return folder / "set.mp4"


def nobody(folder: Path, clip: Path) -> Path:
    return clip


BAD = {
    text_named_mp4: "not a video", zero_bytes: "empty", truncated: "no picture that can",
    audio_only: "only sound", directory: "no video in", missing: "no file", a_picture: "not a video",
    one_frame: "single picture", nobody: "Nobody was found",
}  # fmt: skip


@pytest.mark.parametrize("make", BAD, ids=lambda f: f.__name__)
def test_a_bad_video_is_one_sentence_and_nothing_written(make, tmp_path: Path, clip: Path) -> None:
    video = make(tmp_path, clip)
    done = formcheck("check", video, "-o", tmp_path / "out")
    assert done.returncode == 2
    assert done.stdout == ""
    complaints = [line for line in done.stderr.splitlines() if line.startswith("formcheck: ")]
    assert len(complaints) == 1
    assert complaints[0].endswith((".", "?"))
    assert BAD[make] in complaints[0]
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_video(clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "set.mp4"
    path.write_bytes(clip.read_bytes())
    path.chmod(0)
    done = formcheck("check", path)
    assert done.returncode == 2
    assert "permissions" in done.stderr


def test_the_other_videos_are_still_checked(pose: Path, tmp_path: Path) -> None:
    done = formcheck("judge", tmp_path / "no.npz", pose)
    assert done.returncode == 2
    assert "Squat: 4 reps" in done.stdout
    assert done.stderr.count("formcheck: ") == 1


@pytest.mark.parametrize("bad", ["file", "below a file"])
def test_a_folder_that_cannot_be_written_is_said_before_the_work(
    pose: Path, tmp_path: Path, bad: str
) -> None:
    (tmp_path / "taken").write_text("")
    target = tmp_path / "taken" if bad == "file" else tmp_path / "taken" / "out"
    done = formcheck("judge", pose, "-o", target)
    assert done.returncode == 2
    assert "choose another folder with -o" in done.stderr
    assert done.stdout == ""


@pytest.mark.skipif(sys.platform == "win32", reason="limits differ")
def test_a_full_disk_is_one_sentence_and_leaves_nothing(pose: Path, tmp_path: Path) -> None:
    import resource

    done = subprocess.run(
        [sys.executable, "-m", "formcheck", "judge", str(pose), "-o", str(tmp_path / "out")],
        capture_output=True, text=True, cwd=ROOT, timeout=60, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
    )  # fmt: skip
    assert done.returncode == 2
    complaint = done.stderr.splitlines()[-1]
    assert complaint.startswith(f"formcheck: Cannot write into {tmp_path / 'out'} (")
    assert ".formcheck-" not in complaint
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--exercise", "sqat"], "did you mean squat?"),
        (["--limit", "SQ101=14,8"], "must lie above"),
        (["--select", "XX"], "XX"),
        (["--height", "tall"], "number"),
        (["--config", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_a_wrong_choice_is_one_sentence(pose: Path, words: list[str], said: str) -> None:
    done = formcheck("judge", pose, *words)
    assert done.returncode == 2
    assert done.stderr.startswith("formcheck: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_times_and_models_are_checked(clip: Path, tmp_path: Path) -> None:
    assert "not a time" in formcheck("check", clip, "--from", "soon").stderr
    done = formcheck("check", clip, "--model", tmp_path / "no.task")
    assert done.returncode == 2
    assert done.stderr.count("formcheck: ") == 1


def test_a_track_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "pose.npz"
    path.write_text("nothing")
    done = formcheck("judge", path)
    assert done.returncode == 2
    assert "not a formcheck pose track" in done.stderr


def test_a_bug_is_one_line_too_unless_asked_for(pose: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    def broken(path: Path) -> PoseTrack:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(PoseTrack, "load", broken)
    monkeypatch.delenv("FORMCHECK_DEBUG", raising=False)
    assert cli.main(["judge", str(pose)]) == 2
    assert "Unexpected ZeroDivisionError: oh; FORMCHECK_DEBUG=1" in capsys.readouterr().err
    monkeypatch.setenv("FORMCHECK_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        cli.main(["judge", str(pose)])


# ---- interrupts -------------------------------------------------------------------------------------


@pytest.fixture
def long_clip(tmp_path: Path) -> Path:
    with VideoSink(tmp_path / "long.mp4") as sink:
        for i in range(900):
            sink.write(np.full((240, 320, 3), i % 200, dtype=np.uint8), i / 30)
    return tmp_path / "long.mp4"


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_leaves_nothing_half_written(long_clip: Path, sent: int, code: int) -> None:
    out = long_clip.parent / "out"
    command = [sys.executable, "-m", "formcheck", "check", str(long_clip), "-o", str(out)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stderr is not None
        assert "Watching" in child.stderr.readline()
        time.sleep(1.0)
        child.send_signal(sent)
        _, errors = child.communicate(timeout=30)
    assert child.returncode == code, errors
    assert "Traceback" not in errors
    with suppress(FileNotFoundError):
        assert not list(out.iterdir())
