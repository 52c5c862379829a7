"""Fixtures that need more than a line: the pose model, a real clip, and clips made on the spot."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from formcheck.model_bundle import provision

MakeClip = Callable[..., Path]
TOP, BOTTOM = (230, 30, 30), (30, 30, 230)
"""Colours of the two halves of every made-up picture, so that one sees which way up it is."""


@pytest.fixture(scope="session")
def model() -> Path:
    """The pose model; fetched if it is not there yet, for without it nothing real is tested."""
    return provision(lambda line: print(line, file=sys.stderr))


@pytest.fixture(scope="session")
def clip_path() -> Path:
    """A real clip of a lift."""
    given = os.environ.get("FORMCHECK_TEST_CLIP")
    if not given:
        pytest.skip("FORMCHECK_TEST_CLIP names no clip of a lift")
    return Path(given)


def picture(width: int, height: int, light: int = 0) -> np.ndarray:
    """Red above, blue below, a green corner at the upper left; `light` makes each one different."""
    out = np.empty((height, width, 3), dtype=np.uint8)
    out[: height // 2], out[height // 2 :] = TOP, BOTTOM
    out[: height // 4, : width // 4] = (30, 220, 30)
    return np.clip(out.astype(int) + light, 0, 255).astype(np.uint8)


def encode(
    path: Path, pts_ms: Iterable[int], size: tuple[int, int] = (64, 48), *, container: str = "mp4",
    codec: str = "libx264", pix_fmt: str = "yuv420p", aspect: Fraction | None = None,
    keys_every: int = 12, audio: bool = False,
) -> Path:  # fmt: skip
    """Write a clip whose pictures have these times in milliseconds."""
    with av.open(str(path), "w", format=container) as out:
        stream = out.add_stream(codec, rate=25)
        stream.width, stream.height = size
        stream.pix_fmt = pix_fmt
        stream.codec_context.time_base = Fraction(1, 25 if codec.startswith("mpeg") else 1000)
        stream.codec_context.gop_size = keys_every
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        sound = out.add_stream("aac", rate=8000, layout="mono") if audio else None
        for i, ms in enumerate(pts_ms):
            frame = av.VideoFrame.from_ndarray(picture(*size, light=i % 20), format="rgb24")
            frame.time_base = stream.codec_context.time_base
            frame.pts = round(ms / 1000 / frame.time_base)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if sound is not None:
            out.mux(sound.encode(silence()))
            out.mux(sound.encode(None))
    return path


def silence() -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), dtype=np.float32), format="fltp", layout="mono")
    frame.sample_rate, frame.pts = 8000, 0
    return frame


@pytest.fixture
def make_clip(tmp_path: Path) -> MakeClip:
    """make_clip("name.mp4", [0, 40, ...], size=(64, 48), codec=...): a clip in the test's own folder."""

    def make(name: str = "clip.mp4", pts_ms: Iterable[int] = range(0, 1000, 40), **how: object) -> Path:
        return encode(tmp_path / name, pts_ms, **how)  # type: ignore[arg-type]

    return make


def turned(path: Path, degrees: int) -> Path:
    """The same .mp4 with another rotation in the matrix of its track header: what phones write."""
    a, b = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[degrees]
    matrix = np.array([a << 16, b << 16, 0, -b << 16, a << 16, 0, 0, 0, 1 << 30], dtype=">i4").tobytes()
    data = bytearray(path.read_bytes())
    header = data.index(b"tkhd") + 4
    data[header + 40 : header + 76] = matrix
    path.write_bytes(data)
    return path
