"""Video in and out: times, rotation, pixel shape, damage, what is no video, whole-or-nothing writing."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from conftest import MakeClip, encode, picture, silence, turned
from hypothesis import given
from hypothesis import strategies as st

from formcheck.errors import ConfigError, OutputError, VideoError
from formcheck.sink import VideoSink
from formcheck.video import Frame, VideoFile, parse_time, sniff

ROOT = Path(__file__).resolve().parents[1]


def frames(path: Path, *args: object, **how: object) -> list[Frame]:
    with VideoFile(path, *args, **how) as video:  # type: ignore[arg-type]
        return list(video)


def times(path: Path, *args: object, **how: object) -> list[float]:
    return [f.time_s for f in frames(path, *args, **how)]


def looks_red(colour: np.ndarray) -> bool:
    return bool(colour[0] > 120 and colour[2] < 110)


# ---- times ------------------------------------------------------------------------------------------


def test_times_come_from_the_container(make_clip: MakeClip) -> None:
    uneven = [0, 33, 67, 100, 250, 260, 900, 2000]
    assert times(make_clip(pts_ms=uneven)) == pytest.approx([t / 1000 for t in uneven], abs=1e-3)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_times_start_at_zero_wherever_the_container_starts(make_clip: MakeClip, name: str) -> None:
    container = {"mp4": "mp4", "mkv": "matroska", "ts": "mpegts"}[name.split(".")[1]]
    clip = make_clip(name, range(5000, 6000, 40), container=container)
    assert times(clip) == pytest.approx(list(np.arange(25) * 0.04), abs=1e-3)


@pytest.mark.parametrize(
    ("name", "container", "codec"),
    [
        ("a.mov", "mov", "libx264"),
        ("a.3gp", "3gp", "mpeg4"),
        ("a.mkv", "matroska", "libx264"),
        ("a.webm", "webm", "libvpx-vp9"),
        ("a.avi", "avi", "mpeg4"),
        ("a.ts", "mpegts", "libx264"),
        ("a.mpg", "mpeg", "mpeg2video"),
        ("a.flv", "flv", "libx264"),
        ("hevc.mp4", "mp4", "libx265"),
        ("named_wrongly.mp4", "matroska", "libx264"),
    ],
)
def test_reads_what_phones_write(make_clip: MakeClip, name: str, container: str, codec: str) -> None:
    found = frames(make_clip(name, range(0, 800, 40), size=(96, 64), container=container, codec=codec))
    assert len(found) == 20
    assert np.diff([f.time_s for f in found]) == pytest.approx(0.04, abs=2e-3)
    assert found[0].image.shape == (64, 96, 3)
    assert found[0].image.dtype == np.uint8
    assert looks_red(found[10].image[10, 70])


def test_ten_bit_is_read(make_clip: MakeClip) -> None:
    assert looks_red(frames(make_clip(pix_fmt="yuv420p10le"))[3].image[10, 50])


def test_mpeg4_with_b_frames_in_avi_has_increasing_times(tmp_path: Path) -> None:
    path = tmp_path / "b.avi"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=25, options={"bf": "2"})
        stream.width, stream.height = 64, 48
        for i in range(30):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture(64, 48, i), format="rgb24")))
        out.mux(stream.encode(None))
    found = times(path)
    assert len(found) >= 29
    assert np.diff(found) == pytest.approx(0.04, abs=1e-3)


def test_pictures_that_go_back_in_time_are_left_out_and_counted(make_clip: MakeClip) -> None:
    clip = make_clip("a.mkv", range(0, 240, 40), container="matroska", codec="mjpeg", pix_fmt="yuvj420p")
    data = clip.read_bytes()
    for old, new in ((120, 60), (160, 80)):  # a block begins with track 1, its milliseconds, "key frame"
        assert data.count(bytes([0x81, 0, old, 0x80])) == 1
        data = data.replace(bytes([0x81, 0, old, 0x80]), bytes([0x81, 0, new, 0x80]))
    clip.write_bytes(data)
    with VideoFile(clip) as video:
        assert [f.time_s for f in video] == pytest.approx([0, 0.04, 0.08, 0.2])
        assert video.skipped == 2


def test_the_stretch_wanted(make_clip: MakeClip) -> None:
    clip = make_clip(pts_ms=range(0, 2000, 40))
    assert times(clip, 0.5, 1.0) == pytest.approx(list(np.arange(0.52, 1.001, 0.04)), abs=1e-3)
    with pytest.raises(VideoError, match="check --from and --to"):
        times(clip, 100.0)


@pytest.mark.parametrize(("name", "container"), [("a.mp4", "mp4"), ("a.mkv", "matroska"), ("a.ts", "mpegts")])
def test_a_late_start_gives_the_very_same_pictures(make_clip: MakeClip, name: str, container: str) -> None:
    clip = make_clip(name, range(3000, 15000, 40), container=container, keys_every=100)
    whole, late = frames(clip), frames(clip, 8.0, 9.0)
    same = [f for f in whole if 8.0 <= f.time_s <= 9.0]
    assert [f.time_s for f in late] == [f.time_s for f in same]
    assert all((a.image == b.image).all() for a, b in zip(late, same, strict=True))


@pytest.mark.parametrize(
    ("fps", "given"), [(30, 30), (59.94, 59.94), (60, 60), (120, 60), (240, 60), (1000, 71.4), (90, 45)]
)
def test_fast_videos_are_thinned_evenly(make_clip: MakeClip, fps: float, given: float) -> None:
    clip = make_clip("a.mkv", [round(1000 * i / fps) for i in range(int(fps) + 1)], container="matroska")
    with VideoFile(clip, every_s=1 / 60) as video:
        found = [f.time_s for f in video]
    assert np.diff(found) == pytest.approx(1 / given, abs=1.1e-3)
    assert len(found) + video.thinned == int(fps) + 1


# ---- pictures ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_rotation_flags_turn_the_picture_as_opencv_does(make_clip: MakeClip, degrees: int) -> None:
    clip = turned(make_clip(size=(64, 48)), degrees)
    with VideoFile(clip) as video:
        ours = next(iter(video)).image
        assert (video.info.width, video.info.height) == ours.shape[1::-1]
        assert ours.shape == ((64, 48, 3) if degrees % 180 else (48, 64, 3))
    capture = cv2.VideoCapture(str(clip))
    theirs = capture.read()[1][:, :, ::-1]
    capture.release()
    assert ours.shape == theirs.shape
    assert np.abs(ours.astype(int) - theirs).mean() < 6


def test_scaled_while_decoding_and_turned(make_clip: MakeClip) -> None:
    clip = turned(make_clip(size=(320, 240)), 90)
    with VideoFile(clip, long_side=160) as video:
        assert (video.info.width, video.info.height) == (240, 320)
        assert next(iter(video)).image.shape == (160, 120, 3)
    assert frames(clip, long_side=5000)[0].image.shape == (320, 240, 3)


@pytest.mark.parametrize(("aspect", "width"), [(Fraction(2), 128), (Fraction(1, 2), 32), (Fraction(500), 64)])
def test_pixels_become_square(make_clip: MakeClip, aspect: Fraction, width: int) -> None:
    clip = make_clip("a.mkv", container="matroska", aspect=aspect)
    with VideoFile(clip) as video:
        assert (video.info.width, video.info.height) == (width, 48)
        assert next(iter(video)).image.shape == (48, width, 3)


@pytest.mark.parametrize("size", [(16, 16), (2, 2), (640, 2)])
def test_tiny_pictures(make_clip: MakeClip, size: tuple[int, int]) -> None:
    assert frames(make_clip(size=size), long_side=10)[0].image.ndim == 3


def test_facts(make_clip: MakeClip) -> None:
    with VideoFile(make_clip(audio=True)) as video:
        info = video.info
    assert (info.name, info.container, info.codec, info.rotation) == ("clip.mp4", "mov", "h264", 0)
    assert info.has_audio
    assert info.fps == pytest.approx(25, rel=0.05)
    assert info.duration_s == pytest.approx(1.0, abs=0.05)


def test_one_picture(make_clip: MakeClip) -> None:
    assert times(make_clip(pts_ms=[0])) == [0.0]


# ---- what is no video, or a damaged one -------------------------------------------------------------


def refused(path: Path, words: str) -> None:
    with pytest.raises(VideoError, match=words) as caught:
        frames(path)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_text_named_mp4(tmp_path: Path) -> None:
    path = tmp_path / "text.mp4"
    path.write_text("Hello, this is not a video. " * 40)
    refused(path, "not a video that formcheck can read")


def test_playlists_named_mp4_open_no_other_file(tmp_path: Path, make_clip: MakeClip) -> None:
    other = make_clip("other.mp4")
    script = tmp_path / "script.mp4"
    script.write_text(f"ffconcat version 1.0\nfile {other.name}\n")
    refused(script, "not a video")
    playlist = tmp_path / "list.mp4"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\n{other.name}\n#EXT-X-ENDLIST\n")
    refused(playlist, "not a video")


def test_empty_file_folder_missing_and_pipe(tmp_path: Path) -> None:
    empty = tmp_path / "empty.mp4"
    empty.touch()
    refused(empty, "is empty")
    refused(tmp_path, "is a folder")
    refused(tmp_path / "none.mp4", "There is no file")
    os.mkfifo(tmp_path / "pipe.mp4")
    refused(tmp_path / "pipe.mp4", "not a file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file(make_clip: MakeClip) -> None:
    clip = make_clip()
    clip.chmod(0)
    refused(clip, "cannot be read")


def test_sound_only(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=8000, layout="mono")
        out.mux(stream.encode(silence()))
        out.mux(stream.encode(None))
    refused(path, "only sound")


@pytest.mark.parametrize("head", [b"\0\0\0\x18ftypmp42", b"RIFF\0\0\0\0AVI ", b"\x1aE\xdf\xa3", b"FLV\x01"])
def test_rubbish_after_a_good_beginning(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "rubbish.mp4"
    path.write_bytes(head + np.random.default_rng(1).bytes(5000))
    refused(path, "damaged|decoded|no moving picture")


def test_mp4_without_its_index(make_clip: MakeClip) -> None:
    clip = make_clip()
    clip.write_bytes(clip.read_bytes()[:1500])
    refused(clip, "damaged|decoded")


@pytest.mark.parametrize(("name", "container"), [("a.mkv", "matroska"), ("a.ts", "mpegts"), ("a.avi", "avi")])
def test_a_truncated_file_gives_what_it_holds(make_clip: MakeClip, name: str, container: str) -> None:
    codec = "mpeg4" if container == "avi" else "libx264"
    clip = make_clip(name, range(0, 4000, 40), container=container, codec=codec, size=(640, 480))
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    found = times(clip)
    assert 20 <= len(found) < 100
    assert found[0] == 0


def test_damaged_pictures_are_passed_over_and_counted(make_clip: MakeClip) -> None:
    clip = make_clip("a.mkv", range(0, 4000, 40), size=(320, 240), container="matroska")
    data = bytearray(clip.read_bytes())
    rng = np.random.default_rng(3)
    for at in range(len(data) // 3, len(data) // 2, 150):
        data[at : at + 60] = rng.bytes(60)
    clip.write_bytes(data)
    with VideoFile(clip) as video:
        found = list(video)
    assert 30 <= len(found) < 100 or video.skipped
    assert (np.diff([f.time_s for f in found]) > 0).all()


@given(at=st.integers(12, 3000), junk=st.binary(min_size=1, max_size=40))
def test_no_damage_ends_in_anything_but_a_video_error(tmp_path_factory, at: int, junk: bytes) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    data = bytearray(encode(folder / "f.mp4", range(0, 200, 40)).read_bytes())
    at = min(at, len(data) - 1)
    data[at : at + len(junk)] = junk
    (folder / "f.mp4").write_bytes(data)
    try:
        found = times(folder / "f.mp4", long_side=64)
    except VideoError:
        return
    assert (np.diff(found) > 0).all()


def test_names_that_look_like_protocols(make_clip: MakeClip, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = make_clip("concat:a|b.mp4")
    monkeypatch.chdir(clip.parent)
    assert len(times(Path(clip.name))) == 25


@pytest.mark.parametrize(
    ("head", "demuxer"),
    [(b"\0\0\0\x18ftypqt  ", "mov"), (b"\x47" + bytes(187) + b"\x47", "mpegts"), (b"OggS", "ogg"),
     (bytes(4) + b"\x47" + bytes(191) + b"\x47", "mpegts"), (b"\0\0\x01\xba", "mpeg")],
)  # fmt: skip
def test_sniff(tmp_path: Path, head: bytes, demuxer: str) -> None:
    (tmp_path / "x").write_bytes(head + bytes(300))
    assert sniff(tmp_path / "x") == demuxer


# ---- times in words ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("12.5", 12.5), ("1:30", 90), ("1:02.5", 62.5), ("1:00:01", 3601), ("0", 0)],
)
def test_parse_time(text: str, seconds: float) -> None:
    assert parse_time(text) == seconds


@pytest.mark.parametrize("text", ["", "x", "1:2:3:4", "-1", "1:-2", "nan", "inf", "1::2", "5s"])
def test_parse_time_refuses(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a time"):
        parse_time(text)


@given(st.floats(0, 1e5))
def test_parse_time_reads_every_clock(seconds: float) -> None:
    minutes, rest = divmod(seconds, 60)
    assert parse_time(f"{int(minutes)}:{rest:.9f}") == pytest.approx(seconds, abs=1e-6)


# ---- the sink ---------------------------------------------------------------------------------------


def test_sink_keeps_uneven_times_and_pictures(tmp_path: Path) -> None:
    path, when = tmp_path / "new" / "out.mp4", [0.0, 0.04, 0.05, 0.5, 0.9]
    with VideoSink(path) as sink:
        for i, t in enumerate(when):
            sink.write(picture(321, 241, i), t)
    found = frames(path)
    assert [f.time_s for f in found] == pytest.approx(when, abs=1e-4)
    assert found[0].image.shape == (240, 320, 3)
    assert looks_red(found[2].image[20, 200])
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "a browser must be able to start before the end"
    assert [p.name for p in path.parent.iterdir()] == ["out.mp4"]


def test_sink_failure_half_way_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="enough"), VideoSink(tmp_path / "out.mp4") as sink:  # noqa: PT012
        sink.write(picture(64, 48), 0.0)
        raise RuntimeError("enough")
    assert not list(tmp_path.iterdir())


def test_sink_failure_keeps_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "out.mp4").write_text("old")
    with pytest.raises(KeyboardInterrupt), VideoSink(tmp_path / "out.mp4"):
        raise KeyboardInterrupt
    assert (tmp_path / "out.mp4").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_sink_without_pictures(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no picture"), VideoSink(tmp_path / "out.mp4"):
        pass
    assert not list(tmp_path.iterdir())


def test_sink_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="Cannot write"), VideoSink(tmp_path / "file" / "out.mp4"):
        pass


def test_sink_on_a_full_disk(tmp_path: Path) -> None:
    code = (
        "import numpy as np, sys\nfrom pathlib import Path\n"
        "from formcheck.errors import OutputError\nfrom formcheck.sink import VideoSink\n"
        "rng = np.random.default_rng(1)\n"
        "try:\n"
        "    with VideoSink(Path(sys.argv[1])) as sink:\n"
        "        for i in range(60):\n"
        "            sink.write(rng.integers(0, 255, (240, 320, 3), dtype=np.uint8), i / 25)\n"
        "except OutputError as e: sys.exit(f'said: {e}')\n"
    )
    limit = (200_000, 200_000)
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "out.mp4")], capture_output=True, text=True, cwd=ROOT,
        timeout=60, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit), check=False,
    )  # fmt: skip
    assert "said: Cannot write" in done.stderr
    assert not list(tmp_path.iterdir())
