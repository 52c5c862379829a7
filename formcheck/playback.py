"""Whether a browser plays a video as it is, and a copy that every browser plays.

Frames must be found by time in the player as they were found by the analysis: both count seconds from the
first picture, so a file whose first picture is not at 0 is copied too. So is one that does not state its
length, as browsers record them: a player cannot jump about in it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import av.error

from formcheck.sink import VideoSink
from formcheck.video import ONLY_THIS_FILE, VideoFile, sniff

CODECS = {"mov": ("h264", "av1", "vp9"), "matroska": ("vp8", "vp9", "av1")}
PIXELS = ("yuv420p", "yuvj420p")
LONG_SIDE = 1280  # pixels of the copy: sharp on a phone and in a laptop's window
EVERY_S = 1 / 61  # slow motion stays slow motion up to 60 pictures a second
LONGEST_GAP_S = 2.6  # between key frames; beyond, stepping back is slow (web.md E)
LATEST_START_S = 0.002  # a first picture later than this is not at 0
MIME = {"mov": "video/mp4", "matroska": "video/webm"}


def plays(path: Path) -> bool:
    """Whether browsers play this file, and step through it quickly. False for what cannot be opened."""
    demuxer = sniff(path)
    if demuxer not in CODECS or path.open("rb").read(12)[8:12] == b"qt  ":
        return False
    try:
        with av.open(str(path.absolute()), format=demuxer, options=ONLY_THIS_FILE) as container:
            stream = container.streams.video[0]
            codec = stream.codec_context
            if codec.name not in CODECS[demuxer] or codec.pix_fmt not in PIXELS:
                return False
            if not (container.duration or stream.duration):
                return False
            base = float(stream.time_base or 0)
            packets = [(p.pts * base, p.is_keyframe) for p in container.demux(stream) if p.pts is not None]
    except (av.error.FFmpegError, OSError, IndexError):
        return False
    times = sorted(time_s for time_s, _ in packets)
    keys = sorted(time_s for time_s, is_key in packets if is_key)
    if not times or abs(times[0]) > LATEST_START_S:
        return False
    gaps = [b - a for a, b in zip(keys, [*keys[1:], times[-1]], strict=True)]
    return max(gaps, default=0.0) <= LONGEST_GAP_S


def write_copy(path: Path, copy: Path, progress: Callable[[float], None]) -> None:
    """An H.264 .mp4 of the video, upright, that starts at 0. progress may raise to stop.

    Raises VideoError when nothing can be decoded, OutputError when the copy cannot be written.
    """
    with VideoFile(path, long_side=LONG_SIDE, every_s=EVERY_S) as video, VideoSink(copy) as sink:
        whole = video.info.duration_s or 0.0
        for frame in video:
            sink.write(frame.image, frame.time_s)
            progress(min(1.0, frame.time_s / whole) if whole else 0.0)
