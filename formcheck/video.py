"""Video in: `VideoFile` gives `Frame`s (out: `sink`).

Pictures come as they are meant to be seen: rotation flags applied, pixels square, RGB. Times are seconds
from the first picture, taken from the container, never from a frame rate. What the file claims to be is
decided by its first bytes and the demuxer is forced: a playlist named .mp4 would otherwise open other files.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.error
import av.stream
import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from formcheck.errors import ConfigError, VideoError

Image = NDArray[np.uint8]

LARGEST_SIDE = 8192  # pixels; larger pictures are refused before they are decoded (8K phones stay below)
THREADED_SIDE = 4096  # pixels; above, no frames are decoded side by side: each holds 100 MB and more
MOST_STRETCH = 4.0  # width of a pixel over its height, or the inverse; beyond, the file is wrong about it
ON_TIME = 0.8  # share of `every_s` after which a picture is due: a phone's 60/s waver by some 3 ms
SEEK_FROM_S = 5.0  # a start later than this is sought, not decoded up to
MOST_FAILURES = 3  # unreadable stretches in a row after which the file is taken to end
ONLY_THIS_FILE = {"protocol_whitelist": "file"}
MAGIC = ((b"\x1a\x45\xdf\xa3", "matroska"), (b"FLV", "flv"), (b"\x00\x00\x01\xba", "mpeg"), (b"OggS", "ogg"))


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
    has_audio: bool


def sniff(path: Path) -> str:
    """The demuxer for a file, from its first bytes. Raises VideoError in words when it is no video."""
    head = _head(path)
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"):
        return "mov"
    if head[:4] == b"RIFF" and head[8:12] in (b"AVI ", b"AVIX"):
        return "avi"
    if head[:1] == b"\x47" and head[188:189] == b"\x47":
        return "mpegts"
    if head[4:5] == b"\x47" and head[196:197] == b"\x47":  # camcorders: four bytes of time before each packet
        return "mpegts"
    for magic, demuxer in MAGIC:
        if head.startswith(magic):
            return demuxer
    raise VideoError(f"{path.name} is not a video that formcheck can read; use MP4, MOV, WebM, MKV or AVI.")


def _head(path: Path) -> bytes:
    """The first bytes of a file. Raises VideoError when there is no such file or nothing in it."""
    try:
        if path.is_dir():
            raise VideoError(f"{path} is a folder; name a video file in it.")
        if path.exists() and not path.is_file():
            raise VideoError(f"{path} is not a file but a device or a pipe; save the video as a file first.")
        with path.open("rb") as file:
            head = file.read(1024)
    except FileNotFoundError:
        raise VideoError(f"There is no file {path}; check the name.") from None
    except (OSError, ValueError) as e:
        raise VideoError(f"{path} cannot be read ({reason(e)}); check its name and permissions.") from None
    if not head:
        raise VideoError(f"{path.name} is empty; record or copy it again.")
    return head


def parse_time(text: str) -> float:
    """Seconds from "90", "1:30" or "0:01:30.5". Raises ConfigError for anything else."""
    parts = text.split(":")
    try:
        numbers = [float(p) for p in parts]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= 3 or any(not 0 <= n < float("inf") for n in numbers):
        raise ConfigError(f"{text!r} is not a time; write seconds (12.5) or h:mm:ss (0:00:12.5).")
    total = 0.0
    for number in numbers:
        total = 60 * total + number
    return total


class VideoFile:
    """A video as an iterable of `Frame`s and a context manager; iterate once.

    start_s, end_s: the stretch wanted, seconds; long_side: pixels, larger pictures are scaled down while
    decoding; every_s: pictures that come clearly sooner than this after the one before are left out, counted
    anew where `stretch_of` a time changes, so that what is given there does not hang on where one started;
    wanted: whether the picture of a time is given at all.
    `skipped` counts pictures that are damaged or whose time does not advance, `thinned` those left out.
    Raises VideoError when nothing can be decoded at all.
    """

    def __init__(
        self, path: Path, start_s: float | None = None, end_s: float | None = None,
        long_side: int | None = None, every_s: float = 0.0, stretch_of: Callable[[float], int] = lambda _: 0,
        wanted: Callable[[float], bool] = lambda _: True,
    ) -> None:  # fmt: skip
        self._path, self._start, self._end = path, start_s or 0.0, end_s
        self._long_side, self._every, self._stretch_of = long_side, every_s, stretch_of
        self._wanted = wanted
        self.skipped = self.thinned = 0
        demuxer = sniff(path)
        try:
            self._container = av.open(str(path.absolute()), format=demuxer, options=ONLY_THIS_FILE)
        except (av.error.FFmpegError, OSError, ValueError) as e:
            raise VideoError(
                f"{path.name} is damaged and cannot be opened ({reason(e)}); copy it again."
            ) from e
        try:
            self._stream = self._video_stream()
            self._decoded = self._pictures()
            self.info = self._probe()
        except BaseException:
            self._container.close()
            raise

    def __enter__(self) -> VideoFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    def __iter__(self) -> Iterator[Frame]:
        index, given, stretch = 0, -np.inf, 0
        for picture, time_s in self._in_order():
            if self._end is not None and time_s > self._end:
                break
            if time_s < self._start or not self._wanted(time_s):
                continue
            if (now := self._stretch_of(time_s)) != stretch:
                stretch, given = now, -np.inf
            if time_s - given < ON_TIME * self._every:
                self.thinned += 1
                continue
            image = self._upright(picture)
            if image is not None:
                given = time_s
                yield Frame(index, time_s, image)
                index += 1
        if index == 0:
            raise VideoError(
                f"{self._path.name} has no pictures between the times you gave; check --from and --to."
            )

    def _in_order(self) -> Iterator[tuple[av.VideoFrame, float]]:
        """Pictures with their seconds from the first one, each later than the one before."""
        last = -np.inf
        pictures = itertools.chain([self._first], self._decoded)
        if self._start > SEEK_FROM_S and self._sought():
            pictures = itertools.chain(self._pictures())
        for picture in pictures:
            time_s = self._time(picture)
            if time_s <= last or not np.isfinite(time_s):
                self.skipped += 1
                continue
            last = time_s
            yield picture, time_s

    def _time(self, picture: av.VideoFrame) -> float:
        """Seconds from the first picture, NaN if the file does not say."""
        ticks = picture.pts if picture.pts is not None else picture.dts
        if ticks is None or picture.time_base is None:
            return float("nan")
        return float(ticks * picture.time_base) - self._zero_s

    def _sought(self) -> bool:
        """Jump to the key frame before the start, if the file has an index."""
        if self._container.format.name.split(",")[0] not in ("mov", "matroska") or not self._stream.time_base:
            return False
        ticks = round((self._zero_s + self._start) / self._stream.time_base)
        try:
            self._container.seek(ticks, backward=True, any_frame=False, stream=self._stream)
        except (av.error.FFmpegError, OSError):
            return False
        return True

    def _video_stream(self) -> av.VideoStream:
        cover = av.stream.Disposition.attached_pic
        streams = [s for s in self._container.streams.video if not s.disposition & cover]
        if not streams and self._container.streams.audio:
            raise VideoError(f"{self._path.name} has no moving picture, only sound; choose the video file.")
        streams = [s for s in streams if s.codec_context is not None]
        if not streams:
            raise VideoError(
                f"{self._path.name} holds no picture that can be decoded; copy or export it again."
            )
        stream = max(streams, key=lambda s: s.width * s.height)
        side = max(stream.width, stream.height)
        if not side:
            raise VideoError(f"{self._path.name} states no picture size; it is damaged, copy it again.")
        if side > LARGEST_SIDE:
            raise VideoError(
                f"{self._path.name} has pictures of {stream.width}x{stream.height} pixels, more than "
                f"{LARGEST_SIDE} a side; export it smaller."
            )
        stream.thread_type = "AUTO" if side <= THREADED_SIDE else "SLICE"
        return stream

    def _probe(self) -> VideoInfo:
        first = next(self._decoded, None)
        if first is None:
            raise VideoError(
                f"{self._path.name} holds no picture that can be decoded; copy or export it again."
            )
        self._first, self._zero_s = first, 0.0
        zero = self._time(first)
        self._zero_s = zero if np.isfinite(zero) else 0.0
        self._turns = round(first.rotation / 90) % 4
        aspect = float(self._stream.sample_aspect_ratio or 1)
        aspect = aspect if 1 / MOST_STRETCH <= aspect <= MOST_STRETCH else 1.0
        size = (round(first.width * aspect), first.height)
        rate = self._stream.average_rate
        return VideoInfo(
            self._path.name, self._container.format.name.split(",")[0], self._stream.codec_context.name,
            *(size[::-1] if self._turns % 2 else size), 90 * self._turns, float(rate) if rate else None,
            self._duration(), bool(self._container.streams.audio),
        )  # fmt: skip

    def _duration(self) -> float | None:
        if self._stream.duration and self._stream.time_base:
            return float(self._stream.duration * self._stream.time_base)
        return self._container.duration / av.time_base if self._container.duration else None

    def _pictures(self) -> Iterator[av.VideoFrame]:
        """Every picture that can be decoded; damaged ones are counted and passed over."""
        failures = 0
        while failures <= MOST_FAILURES:
            try:
                for packet in self._container.demux(self._stream):
                    failures = 0
                    yield from self._opened(packet)
                return
            except (av.error.FFmpegError, OSError):
                failures += 1
                self.skipped += 1
        yield from self._opened(None)  # the file breaks off: what the decoder still holds is kept

    def _opened(self, packet: Any) -> Iterator[av.VideoFrame]:
        try:
            pictures = self._stream.codec_context.decode(packet)
        except av.error.FFmpegError as e:
            self.skipped += not isinstance(e, av.error.EOFError)
            return
        for picture in pictures:
            if picture.is_corrupt:
                self.skipped += 1
            else:
                yield picture

    def _upright(self, picture: av.VideoFrame) -> Image | None:
        """The picture as RGB, scaled, with square pixels, turned upright; None if that fails."""
        width, height = self.info.width, self.info.height
        scale = min(1.0, self._long_side / max(width, height)) if self._long_side else 1.0
        width, height = max(2, round(width * scale)), max(2, round(height * scale))
        if self._turns % 2:
            width, height = height, width
        try:
            flat = picture.reformat(width, height, "rgb24", interpolation=Interpolation.AREA).to_ndarray()
        except (av.error.FFmpegError, ValueError):
            self.skipped += 1
            return None
        return np.ascontiguousarray(np.rot90(flat, self._turns))


def reason(e: Exception) -> str:
    """Why FFmpeg or the system refused, in its words."""
    return getattr(e, "strerror", None) or type(e).__name__
