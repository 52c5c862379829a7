"""Video in and out: `VideoFile` gives `Frame`s, `VideoSink` takes them. The only place that opens containers.

Pictures come as they are meant to be seen: rotation flags applied, pixels square, RGB. Times are seconds
from the first picture, taken from the container, never from a frame rate. What the file claims to be is
decided by its first bytes and the demuxer is forced: a playlist named .mp4 would otherwise open other files.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import av.error
import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from formcheck.errors import ConfigError, OutputError, VideoError
from formcheck.files import atomic_path

Image = NDArray[np.uint8]
log = logging.getLogger(__name__)

LARGEST_SIDE = 8192  # pixels; larger pictures are refused before they are decoded (8K phones stay below)
TICKS_PER_S = 90_000  # time base of written video: exact for every usual frame rate
ENCODER = {"preset": "superfast", "crf": "24", "g": "15"}  # web.md: 61 to 80 frames/s at 720p


@dataclass(frozen=True)
class Frame:
    """One picture: number, seconds from the first picture, (H, W, 3) uint8 RGB."""

    index: int
    time_s: float
    image: Image


@dataclass(frozen=True)
class VideoInfo:
    """Facts of a video. width, height as displayed; fps nominal, duration in seconds (None: not stated)."""

    name: str
    container: str
    codec: str
    width: int
    height: int
    rotation: int
    fps: float | None
    duration_s: float | None


def sniff(path: Path) -> str:
    """The demuxer for a file, from its first bytes. Raises VideoError in words when it is no video."""
    try:
        if path.is_dir():
            raise VideoError(f"{path} is a folder; name a video file in it.")
        with path.open("rb") as file:
            head = file.read(1024)
    except FileNotFoundError:
        raise VideoError(f"There is no file {path}; check the name.") from None
    except OSError as e:
        raise VideoError(f"{path} cannot be read ({e.strerror}); check its permissions.") from None
    if not head:
        raise VideoError(f"{path.name} is empty; record or copy it again.")
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"):
        return "mov"
    if head[:4] == b"RIFF" and head[8:12] in (b"AVI ", b"AVIX"):
        return "avi"
    if head[:1] == b"\x47" and head[188:189] in (b"\x47", b""):
        return "mpegts"
    for magic, demuxer in MAGIC:
        if head.startswith(magic):
            return demuxer
    raise VideoError(f"{path.name} is not a video that formcheck can read; use MP4, MOV, WebM, MKV or AVI.")


MAGIC = ((b"\x1a\x45\xdf\xa3", "matroska"), (b"FLV", "flv"), (b"\x00\x00\x01\xba", "mpeg"), (b"OggS", "ogg"))


def parse_time(text: str) -> float:
    """Seconds from "90", "1:30" or "0:01:30.5". Raises ConfigError for anything else."""
    parts = text.split(":")
    try:
        numbers = [float(p) for p in parts]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= 3 or any(not 0 <= n < float("inf") for n in numbers):
        raise ConfigError(f"{text!r} is not a time; write seconds (12.5) or hours:minutes:seconds (0:00:12.5).")
    total = 0.0
    for number in numbers:
        total = 60 * total + number
    return total


class VideoFile:
    """A video as an iterable of `Frame`s and a context manager; iterate once.

    start_s, end_s: the stretch wanted, seconds; long_side: pixels; scale down while decoding so that the longer
    side is at most this; every_s: leave out pictures closer than this to the last one given.
    Damaged pictures are skipped and counted in `skipped`; pictures whose time does not advance too.
    Raises VideoError when nothing can be decoded at all.
    """

    def __init__(
        self, path: Path, start_s: float | None = None, end_s: float | None = None,
        long_side: int | None = None, every_s: float = 0.0,
    ) -> None:  # fmt: skip
        self._path, self._start, self._end = path, start_s or 0.0, end_s
        self._long_side, self._every = long_side, every_s
        self.skipped = 0
        try:
            self._container = av.open(str(path), format=sniff(path))
        except (av.error.FFmpegError, OSError, ValueError) as e:
            raise VideoError(f"{path.name} is damaged and cannot be opened ({_reason(e)}); copy it again.") from e
        try:
            self.info = self._probe()
        except BaseException:
            self._container.close()
            raise

    def __enter__(self) -> VideoFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    def __iter__(self) -> Iterator[Frame]:
        index, last, first = 0, -np.inf, None
        for picture in self._pictures():
            time_s = picture.time
            if time_s is None:
                self.skipped += 1
                continue
            first = time_s if first is None else first
            time_s -= first
            if time_s <= last:
                self.skipped += 1
                continue
            if self._end is not None and time_s > self._end:
                break
            if time_s >= self._start and time_s - last >= self._every - HALF_MS:
                last = time_s
                yield Frame(index, time_s, self._upright(picture))
                index += 1
        if index == 0:
            raise VideoError(self._nothing_seen(first is None))

    def _nothing_seen(self, nothing_decoded: bool) -> str:
        if nothing_decoded:
            return f"{self._path.name} holds no picture that can be decoded; copy or record it again."
        return f"{self._path.name} has no pictures between the times you gave; check --from and --to."

    def _probe(self) -> VideoInfo:
        streams = self._container.streams.video
        if not streams:
            raise VideoError(f"{self._path.name} has sound but no picture; choose the video file.")
        self._stream = streams[0]
        self._stream.thread_type = "AUTO"
        context = self._stream.codec_context
        width, height = context.width, context.height
        if not width or not height:
            raise VideoError(f"{self._path.name} states no picture size; it is damaged, copy it again.")
        if max(width, height) > LARGEST_SIDE:
            raise VideoError(
                f"{self._path.name} is {width}x{height} pixels, more than {LARGEST_SIDE} a side; export it smaller."
            )
        picture = next(self._pictures(), None)
        if picture is None:
            raise VideoError(self._nothing_seen(True))
        self._container.seek(0, backward=True, any_frame=False)
        self.skipped = 0
        shown_w, shown_h = self._shown(picture)
        rate = self._stream.average_rate
        return VideoInfo(
            self._path.name, str(self._container.format.name), str(context.name), shown_w, shown_h,
            int(picture.rotation) % 360, float(rate) if rate else None, self._duration(),
        )  # fmt: skip

    def _duration(self) -> float | None:
        if self._stream.duration and self._stream.time_base:
            return float(self._stream.duration * self._stream.time_base)
        return self._container.duration / av.time_base if self._container.duration else None

    def _shown(self, picture: av.VideoFrame) -> tuple[int, int]:
        """Displayed size: square pixels, rotated."""
        aspect = self._stream.sample_aspect_ratio or Fraction(1)
        width, height = round(picture.width * float(aspect)), picture.height
        return (height, width) if picture.rotation % 180 else (width, height)

    def _pictures(self) -> Iterator[av.VideoFrame]:
        """Every picture that can be decoded; damaged packets are counted and passed over."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except (av.error.FFmpegError, OSError):
                self.skipped += 1  # the file ends in the middle of something: keep what was read
                packet = None
            if packet is None:
                return
            try:
                yield from packet.decode()
            except av.error.FFmpegError:
                self.skipped += 1

    def _upright(self, picture: av.VideoFrame) -> Image:
        """The picture as RGB, scaled, with square pixels, turned upright."""
        shown_w, shown_h = self._shown(picture)
        scale = min(1.0, self._long_side / max(shown_w, shown_h)) if self._long_side else 1.0
        width, height = max(2, round(shown_w * scale)), max(2, round(shown_h * scale))
        if picture.rotation % 180:
            width, height = height, width
        image = picture.reformat(width, height, "rgb24", interpolation=Interpolation.AREA).to_ndarray()
        return np.ascontiguousarray(np.rot90(image, picture.rotation // 90))


HALF_MS = 0.0005  # times are rounded in containers; a picture this much early is on time


def _reason(e: Exception) -> str:
    return getattr(e, "strerror", None) or type(e).__name__


class VideoSink:
    """Writes an H.264 MP4 that every browser plays, whole or not at all; a context manager.

    All pictures have the size of the first; an odd width or height is cut by one pixel.
    Raises OutputError when the file cannot be written, or was given no picture.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stack = ExitStack()
        self._last = -1

    def __enter__(self) -> VideoSink:
        temporary = self._stack.enter_context(atomic_path(self._path))
        try:
            self._container: Any = self._stack.enter_context(av.open(str(temporary), "w", format="mp4", options=FASTSTART))
            self._stream: Any = self._container.add_stream("libx264", rate=30, options=ENCODER)
        except (av.error.FFmpegError, OSError) as e:
            self._stack.close()
            raise OutputError(f"Cannot write {self._path} ({_reason(e)}); choose another folder.") from e
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = Fraction(1, TICKS_PER_S)
        return self

    def write(self, image: Image, time_s: float) -> None:
        """Add a picture (H, W, 3) uint8 RGB, shown from time_s on; times must increase."""
        height, width = image.shape[0] // 2 * 2, image.shape[1] // 2 * 2
        if self._last < 0:
            self._stream.width, self._stream.height = width, height
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(image[:height, :width]), format="rgb24")
        picture.pts = max(self._last + 1, round(time_s * TICKS_PER_S))
        picture.time_base = Fraction(1, TICKS_PER_S)
        self._last = picture.pts
        self._mux(picture)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                if self._last < 0:
                    raise OutputError(f"There is no picture to write into {self._path.name}.")
                self._mux(None)
                self._container.close()
        except BaseException as e:
            self._stack.__exit__(type(e), e, e.__traceback__)
            raise
        self._stack.__exit__(kind, error, trace)

    def _mux(self, picture: av.VideoFrame | None) -> None:
        try:
            for packet in self._stream.encode(picture):
                self._container.mux(packet)
        except (av.error.FFmpegError, OSError) as e:
            raise OutputError(f"Cannot write {self._path} ({_reason(e)}); free some disk space and try again.") from e


FASTSTART = {"movflags": "+faststart"}
