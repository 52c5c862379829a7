"""Video out: `VideoSink` takes pictures and writes an .mp4 (in: `video`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import av.error
import cv2
import numpy as np

from formcheck.errors import OutputError
from formcheck.files import atomic_path
from formcheck.video import Image, reason

TICKS_PER_S = 90_000  # time base of written video: exact for every usual frame rate
ENCODER = {"preset": "superfast", "crf": "24", "g": "15"}
QUICK = {"preset": "ultrafast", "crf": "26", "g": "15"}  # half the work, half as large again, as good
FASTSTART = {"movflags": "+faststart"}


class VideoSink:
    """Writes an H.264 MP4 that every browser plays, whole or not at all; a context manager.

    All pictures have the size of the first; an odd width or height is cut by one pixel. encoder: options of
    x264. Raises OutputError when the file cannot be written, or was given no picture.
    """

    def __init__(self, path: Path, encoder: dict[str, str] = ENCODER) -> None:
        self._path, self._encoder = path, encoder
        self._stack = ExitStack()
        self._last = -1

    def __enter__(self) -> VideoSink:
        temporary = self._stack.enter_context(atomic_path(self._path))
        try:
            self._container: Any = av.open(str(temporary.absolute()), "w", format="mp4", options=FASTSTART)
            self._stack.callback(self._close)
            self._stream: Any = self._container.add_stream("libx264", rate=30, options=self._encoder)
        except (av.error.FFmpegError, OSError) as e:
            self._stack.__exit__(type(e), e, e.__traceback__)
            raise OutputError(f"Cannot write {self._path} ({reason(e)}); choose another folder.") from e
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = Fraction(1, TICKS_PER_S)
        return self

    def write(self, image: Image, time_s: float) -> None:
        """Add a picture (H, W, 3) uint8 RGB, shown from time_s on; times must increase."""
        height, width = image.shape[0] // 2 * 2, image.shape[1] // 2 * 2
        if self._last < 0:
            self._stream.width, self._stream.height = width, height
        rgb = np.ascontiguousarray(image[:height, :width])
        # six times as quick as FFmpeg's way
        planes = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420), dtype=np.uint8)
        picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        picture.pts = max(self._last + 1, round(time_s * TICKS_PER_S))
        picture.time_base = Fraction(1, TICKS_PER_S)
        self._last = picture.pts
        with self._named():
            self._mux(picture)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        except BaseException as e:
            self._stack.__exit__(type(e), e, e.__traceback__)
            raise
        self._stack.__exit__(kind, error, trace)

    def _finish(self) -> None:
        if self._last < 0:
            raise OutputError(f"There is no picture to write into {self._path.name}.")
        with self._named():
            self._mux(None)
            self._container.close()

    def _close(self) -> None:
        """Let go of the file; what is in it will be deleted, or is complete."""
        with suppress(av.error.FFmpegError, OSError):
            self._container.close()

    def _mux(self, picture: av.VideoFrame | None) -> None:
        for packet in self._stream.encode(picture):
            self._container.mux(packet)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Errors of the encoder and the disk as an OutputError."""
        try:
            yield
        except (av.error.FFmpegError, OSError) as e:
            raise OutputError(
                f"Cannot write {self._path} ({reason(e)}); free some disk space and try again."
            ) from e
