"""The files that browsers record: WebM without a duration, MP4 in fragments; their times, a copy to play."""

from __future__ import annotations

import io
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from formcheck import playback
from formcheck.video import VideoFile

TIMES_MS = [0, 33, 67, 100, 180, 200, 233, 267, 300, 400, 433, 467, 500, 533, 900, 933]
"""As cameras are: never evenly spaced, and once a long gap."""
KINDS = {
    "live.webm": ("webm", "libvpx", {"live": "1"}),
    "live.mp4": ("mp4", "libx264", {"movflags": "frag_keyframe+empty_moov+default_base_moof"}),
}


class Pipe(io.RawIOBase):
    """A file that can only be written on, as what a recorder hands out piece by piece."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.data += data
        return len(data)


def recorded(folder: Path, name: str) -> Path:
    container, codec, options = KINDS[name]
    pipe = Pipe()
    with av.open(pipe, "w", format=container, options=options) as out:
        stream = out.add_stream(codec, rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for packet in packets(stream):
            out.mux(packet)
    path = folder / name
    path.write_bytes(pipe.data)
    return path


def packets(stream: av.VideoStream) -> Iterator[av.Packet]:
    for i, ms in enumerate(TIMES_MS):
        picture = np.full((48, 64, 3), 10 * i, dtype=np.uint8)
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = ms, Fraction(1, 1000)
        yield from stream.encode(frame)
    yield from stream.encode(None)


@pytest.mark.parametrize("name", KINDS)
def test_times_come_from_the_pictures(tmp_path: Path, name: str) -> None:
    with VideoFile(recorded(tmp_path, name)) as video:
        times = [frame.time_s for frame in video]
        assert (video.info.width, video.info.height) == (64, 48)
    np.testing.assert_allclose(np.array(times) * 1000, TIMES_MS, atol=1.0)


@pytest.mark.parametrize("name", KINDS)
def test_it_plays_or_a_copy_is_made_that_does(tmp_path: Path, name: str) -> None:
    path = recorded(tmp_path, name)
    with VideoFile(path) as video:
        states_length = video.info.duration_s is not None
    assert playback.plays(path) <= states_length, "without a length a player cannot seek"
    playback.write_copy(path, tmp_path / "copy.mp4", lambda _: None)
    with VideoFile(tmp_path / "copy.mp4") as copy:
        times = [frame.time_s for frame in copy]
        assert copy.info.duration_s is not None
    np.testing.assert_allclose(np.array(times) * 1000, TIMES_MS, atol=2.0)
