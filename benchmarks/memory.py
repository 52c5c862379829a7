"""What a long video costs in memory. Exit status 1 when an hour would take more than MOST_MB.

    python benchmarks/memory.py [CLIP] [--minutes 10] [--width 1440 --height 1920]

Watching: CLIP (not given, a sample video), scaled up once to as many pixels as 1080p has and more, and
repeated without encoding it again, goes through `formcheck check --workers 1`; the memory of all its
processes is added up every second. The growth per hour is the slope of a line through what was read after the
first fifth of the time.

Judging: the poses of that check, repeated until they last an hour, go through `formcheck judge -o`; that is
what comes after the watching, when its processes are gone.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from speed import SAMPLE, looped  # noqa: E402 (after the path)

from formcheck.pose import BackTrack, PoseTrack  # noqa: E402
from formcheck.sink import VideoSink  # noqa: E402
from formcheck.video import VideoFile  # noqa: E402

MOST_MB = 600.0
HOUR_S = 3600.0


def enlarged(clip: Path, size: tuple[int, int], to: Path) -> Path:
    """The clip in another size, as a phone might have filmed it."""
    import cv2

    with VideoFile(clip) as video, VideoSink(to) as sink:
        for frame in video:
            sink.write(np.asarray(cv2.resize(frame.image, size), dtype=np.uint8), frame.time_s)
    return to


def measured(words: list[str], folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Run a command of formcheck: seconds, and resident megabytes of it and its children, once a second."""
    child = subprocess.Popen(
        [sys.executable, "-m", "formcheck", *words], cwd=folder, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    began, over = time.monotonic(), threading.Event()
    readings: list[tuple[float, float]] = []
    while child.poll() is None:
        readings.append((time.monotonic() - began, sum(map(_resident_mb, _family(child.pid)))))
        over.wait(min(1.0, 0.1 + 0.01 * len(readings)))
    if child.returncode not in (0, 1):
        raise RuntimeError(f"formcheck {' '.join(words)} ended with {child.returncode}")
    seconds, megabytes = zip(*readings, strict=True)
    return np.array(seconds), np.array(megabytes)


def _family(pid: int) -> list[int]:
    """A process and all that came from it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        children = []
    return [pid, *(p for child in children for p in _family(int(child)))]


def _resident_mb(pid: int) -> float:
    """Its share of the memory: what several processes share is divided among them."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def repeated(track: PoseTrack, seconds: float) -> PoseTrack:
    """The same poses again and again, until they last so long."""
    step = float(track.times_s[-1] - track.times_s[0]) + float(np.median(np.diff(track.times_s)))
    times = int(np.ceil(seconds / step))
    clock = np.concatenate([track.times_s + i * step for i in range(times)])
    again = {
        name: np.concatenate([getattr(track, name)] * times)
        for name in ("points", "seen", "people", "brightness", "shots")
    }
    back = track.back
    if back is not None:
        back = BackTrack(*(np.concatenate([c] * times) for c in (back.depth, back.blocked, back.width)))
    return replace(track, times_s=clock, back=back, **again)


def main() -> int:
    """Print what was read; 1 when an hour would take too much."""
    parser = argparse.ArgumentParser(description="What a long video costs in memory.")
    parser.add_argument("clip", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--height", type=int, default=1920)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        large = enlarged(args.clip, (args.width, args.height), folder / "large.mp4")
        clip = looped(large, 60 * args.minutes, folder / "clip.mp4")
        words = ["check", str(clip), "--workers", "1", "-o", "out", "--no-overlay"]
        seconds, watching = measured(words, folder)
        late = seconds > seconds[-1] / 5
        slope = float(np.polyfit(seconds[late], watching[late], 1)[0])  # MB a second of the clock
        growth = slope * seconds[-1] / args.minutes * 60
        repeated(PoseTrack.load(folder / "out" / "pose.npz"), HOUR_S).save(folder / "hour.npz")
        _, judging = measured(["judge", "hour.npz", "-o", "hour"], folder)
    middle = 0.6 * args.minutes / 60  # of what was read, hours
    hour = float(np.median(watching[late])) + growth * (1 - middle)
    print(f"{args.width}x{args.height}, {args.minutes:g} minutes in {seconds[-1] / 60:.1f}: peak "
          f"{watching.max():.0f} MB, growth {growth:.0f} MB an hour, an hour {hour:.0f} MB")  # fmt: skip
    print(f"judging an hour of poses: peak {judging.max():.0f} MB")
    most = max(hour, watching.max(), judging.max())
    print(f"{'reached' if most <= MOST_MB else 'MISSED '}  an hour in at most {MOST_MB:g} MB: {most:.0f}")
    return int(most > MOST_MB)


if __name__ == "__main__":
    sys.exit(main())
