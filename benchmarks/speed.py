"""How fast formcheck is, beside what the pose model alone takes. Exit status 1 when a target is missed.

    python benchmarks/speed.py [CLIP] [--seconds 60] [--rounds 3] [--only stages|whole|workers]

CLIP is repeated without a cut until it is long enough; not given, it is a sample video. Everything runs in
turn, round after round, so that whatever else the machine does hits all alike. A row says the least time of
the rounds, as others can only add to it, and in brackets the median.

    limit     PoseLandmarker with masks, one person, frames decoded and scaled before, in its own process; its
              time is that from the first frame to the last, without start-up
    twice     two of these at once: what two workers can reach at best on this machine
    check     the whole command `formcheck check`, start-up included, with one and two workers, without and
              with the folder of views and the overlay video
    peer      what one would write oneself: cv2 reads, MediaPipe looks, its skeleton is drawn, cv2 writes

`--only workers`, on a machine of many cores and with a clip of some minutes: `check` with 1, 2, 4 ...
workers, up to as many as there are cores.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import av  # noqa: E402 (after the path)

from formcheck.estimator import MOST_WORKERS, cores  # noqa: E402
from formcheck.model_bundle import find_model  # noqa: E402

SAMPLE = ROOT / "sample_videos" / "squat_faults.mp4"
OVERLAY_OF_LIMIT, CHECK_OF_LIMIT, TWO_WORKERS = 1.25, 1.05, 1.8
LIMIT, TWICE, CHECK, TWO, VIEWS, OVERLAY, PEER = (
    "limit: bare PoseLandmarker", "the limit, two at once on half of the clip each", "check, one worker",
    "check, two workers", "check -o --no-overlay, one worker", "check -o, with overlay video, one worker",
    "peer: cv2, MediaPipe, drawing",
)  # fmt: skip


@dataclass
class Row:
    """Seconds on the clock and of the processors, of each round."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def add(self, wall: float, cpu: float) -> None:
        self.wall.append(wall)
        self.cpu.append(cpu)


# ---- what is timed, each in a process of its own -----------------------------------------------------


def bare(clip: Path, share: float = 1.0) -> tuple[float, float]:
    """Wall and CPU seconds of the model alone on decoded frames, the first share of them."""
    import mediapipe

    from formcheck.estimator import LONG_SIDE
    from formcheck.video import VideoFile

    with VideoFile(clip, long_side=LONG_SIDE) as video:
        frames = [(f.image, round(1000 * f.time_s)) for f in video]
    frames = frames[: round(share * len(frames))]
    srgb, tracker = mediapipe.ImageFormat.SRGB, _tracker()
    wall, cpu = time.perf_counter(), time.process_time()
    for image, ms in frames:
        result = tracker.detect_for_video(mediapipe.Image(image_format=srgb, data=image), ms)
        _ = result.segmentation_masks and result.segmentation_masks[0].numpy_view()
    return time.perf_counter() - wall, time.process_time() - cpu


def peer(clip: Path) -> tuple[float, float]:
    """Wall and CPU seconds of the loop in every tutorial."""
    import cv2
    import mediapipe

    vision = mediapipe.tasks.vision
    bones = [(c.start, c.end) for c in vision.PoseLandmarksConnections.POSE_LANDMARKS]
    tracker = _tracker(masks=False)
    wall, cpu = time.perf_counter(), time.process_time()
    read = cv2.VideoCapture(str(clip))
    size = int(read.get(cv2.CAP_PROP_FRAME_WIDTH)), int(read.get(cv2.CAP_PROP_FRAME_HEIGHT))
    with tempfile.TemporaryDirectory() as folder:
        write = cv2.VideoWriter(f"{folder}/out.mp4", cv2.VideoWriter_fourcc(*"mp4v"), 30, size)
        number = 0
        while (got := read.read())[0]:
            rgb = cv2.cvtColor(got[1], cv2.COLOR_BGR2RGB)
            image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=rgb)
            for body in tracker.detect_for_video(image, round(number * 1000 / 30)).pose_landmarks:
                at = [(round(p.x * size[0]), round(p.y * size[1])) for p in body]
                for a, b in bones:
                    cv2.line(got[1], at[a], at[b], (255, 255, 255), 2)
            write.write(got[1])
            number += 1
        write.release()
    return time.perf_counter() - wall, time.process_time() - cpu


def _tracker(masks: bool = True) -> Any:
    from formcheck.landmarker import keep_metrics_home

    keep_metrics_home()
    import mediapipe

    vision = mediapipe.tasks.vision
    return vision.PoseLandmarker.create_from_options(
        vision.PoseLandmarkerOptions(
            base_options=mediapipe.tasks.BaseOptions(model_asset_path=str(find_model(None))),
            running_mode=vision.RunningMode.VIDEO, num_poses=1, output_segmentation_masks=masks,
        )
    )  # fmt: skip


def stages(clip: Path) -> dict[str, tuple[float, float]]:
    """Wall and CPU seconds of every stage by itself, one after the other."""
    from formcheck.analysis import examine
    from formcheck.estimator import LONG_SIDE
    from formcheck.landmarker import Landmarker
    from formcheck.pose import PoseTrack
    from formcheck.sink import QUICK, VideoSink
    from formcheck.swaps import SwapRepair
    from formcheck.video import VideoFile
    from formcheck.views import folder, overlay

    took: dict[str, tuple[float, float]] = {}

    @contextmanager
    def timed(name: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        took[name] = (time.perf_counter() - wall, time.process_time() - cpu)

    with timed("decode and scale"), VideoFile(clip, long_side=LONG_SIDE) as video:
        frames = list(video)
        size = (video.info.width, video.info.height)
    with Landmarker(find_model(None)) as landmarker:
        with timed("model, cuts, people"):
            seen = [landmarker.see(frame, size) for frame in frames]
        with timed("mask to outline"):
            poses = [sighting.measured() for sighting in seen]
    del seen
    repair = SwapRepair()
    with timed("swaps, stacking"):
        track = PoseTrack.stack([repair.mend(pose) for pose in poses], {})
    with timed("engine and report"):
        examination = examine(track)
    scene = overlay.Scene.of(track, examination)
    with tempfile.TemporaryDirectory() as name:
        with timed("tables, page, tracks"):
            folder.write_folder(Path(name), track, examination)
        with timed("decode for the overlay"), VideoFile(clip, long_side=overlay.LONG_SIDE) as video:
            frames = list(video)
        with timed("draw"):
            drawn = [overlay.overlaid(frame.image, frame.time_s, scene) for frame in frames]
        with timed("encode"), VideoSink(Path(name) / "overlay.mp4", QUICK) as sink:
            for frame, image in zip(frames, drawn, strict=True):
                sink.write(image, frame.time_s)
    return took


TASKS: dict[str, Callable[[Path], Any]] = {
    "bare": bare, "half": lambda clip: bare(clip, 0.5), "peer": peer, "stages": stages,
}  # fmt: skip


# ---- running them in turn ----------------------------------------------------------------------------


def aside(task: str, clip: Path) -> dict[str, tuple[float, float]]:
    """What a task of this file measures of itself, in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, str(clip), "--task", task],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True,
    )  # fmt: skip
    return {name: (wall, cpu) for name, (wall, cpu) in json.loads(done.stdout.splitlines()[-1]).items()}


def twice(clip: Path) -> tuple[float, float]:
    """Wall and CPU seconds of two bare models side by side, each on one half of the clip."""
    with ThreadPoolExecutor(2) as pool:
        both = [took["half"] for took in pool.map(lambda _: aside("half", clip), range(2))]
    return max(wall for wall, _ in both), sum(cpu for _, cpu in both)


def check(clip: Path, *words: str) -> tuple[float, float]:
    """Wall and CPU seconds of a whole command, its children included."""
    with tempfile.TemporaryDirectory() as folder:
        words = tuple(w.replace("DIR", f"{folder}/out") for w in words)
        wall, cpu = time.perf_counter(), _children_s()
        done = subprocess.run(
            [sys.executable, "-m", "formcheck", "check", str(clip), *words], cwd=folder,
            capture_output=True, check=False, env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        if done.returncode not in (0, 1):
            raise RuntimeError(done.stderr.decode())
        return time.perf_counter() - wall, _children_s() - cpu


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def whole(clip: Path) -> dict[str, Callable[[], tuple[float, float]]]:
    """What is compared as a whole."""
    one = ("--workers", "1")
    return {
        LIMIT: lambda: aside("bare", clip)["bare"],
        TWICE: lambda: twice(clip),
        CHECK: lambda: check(clip, *one),
        VIEWS: lambda: check(clip, *one, "-o", "DIR", "--no-overlay"),
        OVERLAY: lambda: check(clip, *one, "-o", "DIR"),
        TWO: lambda: check(clip, "--workers", "2"),
        PEER: lambda: aside("peer", clip)["peer"],
    }


def spread(clip: Path) -> dict[str, Callable[[], tuple[float, float]]]:
    """The whole check with 1, 2, 4 ... workers."""
    numbers = [2**i for i in range(10) if 2**i <= min(cores(), MOST_WORKERS)]
    return {f"check, workers: {n}": partial(check, clip, "--workers", str(n)) for n in numbers}


def looped(clip: Path, seconds: float, to: Path) -> Path:
    """The clip repeated, without encoding it again, until it is so long."""
    shift = 0
    with av.open(str(to), "w", format="mp4") as out:
        stream = None
        while stream is None or float(shift * stream.time_base) < seconds:
            with av.open(str(clip)) as container:
                source = container.streams.video[0]
                stream = stream or out.add_stream_from_template(source)
                end = shift
                for packet in container.demux(source):
                    if packet.dts is not None and packet.pts is not None:
                        packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                        packet.time_base, packet.stream = source.time_base, stream
                        end = max(end, packet.pts + (packet.duration or 0))
                        out.mux(packet)
                shift = end
    return to


# ---- the tables --------------------------------------------------------------------------------------


def table(rows: dict[str, Row], frames: int, against: str | None) -> str:
    """Milliseconds a frame of every row, and how many times that of one."""
    lines = ["| | wall, ms a frame | CPU, ms a frame | of the first |", "|---|---|---|---|"]
    for name, row in rows.items():
        ms = [f"{1000 * min(s) / frames:.2f} ({1000 * median(s) / frames:.2f})" for s in (row.wall, row.cpu)]
        ratio = f"{min(row.wall) / min(rows[against].wall):.2f}" if against else ""
        lines.append(f"| {name} | {ms[0]} | {ms[1]} | {ratio} |")
    return "\n".join(lines)


def verdicts(rows: dict[str, Row]) -> list[tuple[str, float, bool]]:
    """Each target in words, what was reached, and whether that is enough; ratios of the least times."""
    least = {name: min(row.wall) for name, row in rows.items()}
    check, overlay, two = (
        least[CHECK] / least[LIMIT], least[OVERLAY] / least[LIMIT], least[CHECK] / least[TWO]
    )  # fmt: skip
    return [
        (f"check at most {CHECK_OF_LIMIT} of the limit", check, check <= CHECK_OF_LIMIT),
        (f"with overlay video at most {OVERLAY_OF_LIMIT}", overlay, overlay <= OVERLAY_OF_LIMIT),
        (f"two workers at least {TWO_WORKERS} times as fast as one", two, two >= TWO_WORKERS),
    ]


def main() -> int:
    """Print both tables; 1 when a target is missed."""
    args = _arguments()
    if args.task:
        took = TASKS[args.task](args.clip)
        print(json.dumps(took if isinstance(took, dict) else {args.task: took}))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        clip = looped(args.clip, args.seconds, Path(folder) / "clip.mp4")
        with av.open(str(clip)) as container:
            stream = container.streams.video[0]
            frames = stream.frames
            print(f"{args.clip.name}, {stream.width}x{stream.height}, {frames} frames, "
                  f"{cores()} cores, {args.rounds} rounds: least (median)\n")  # fmt: skip
        if args.only not in ("whole", "workers"):
            rows: dict[str, Row] = {}
            for _ in range(args.rounds):
                for name, (wall, cpu) in aside(
                    "stages", looped(args.clip, 10, Path(folder) / "short.mp4")
                ).items():
                    rows.setdefault(name, Row()).add(wall, cpu)
            with av.open(f"{folder}/short.mp4") as container:
                print(table(rows, container.streams.video[0].frames, None), "\n")
        if args.only == "stages":
            return 0
        contenders = spread(clip) if args.only == "workers" else whole(clip)
        rows = {name: Row() for name in contenders}
        for _ in range(args.rounds):
            for name, run in contenders.items():
                rows[name].add(*run())
        print(table(rows, frames, next(iter(rows))), "\n")
    if args.only == "workers":
        return 0
    for words, reached, enough in verdicts(rows):
        print(f"{'reached' if enough else 'MISSED '}  {words}: {reached:.2f}")
    return int(not all(enough for *_, enough in verdicts(rows)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How fast formcheck is beside the pose model alone.")
    parser.add_argument("clip", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument(
        "--seconds", type=float, default=60.0, help="the clip is repeated until it is so long"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("stages", "whole", "workers"))
    parser.add_argument("--task", choices=TASKS, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
