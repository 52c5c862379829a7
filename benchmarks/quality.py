"""Whether fewer pictures would do: 15 or 20 a second, or fewer at rest. Prints a table; exit status 0.

    python benchmarks/quality.py [CLIP ...] [--write docs/speed.md]

Every clip (with its .truth.json beside it; not given, the sample videos) is watched in each way by a
landmarker of its own that sees only the pictures of that way, and what it lacks is filled in between its
neighbours where the way says so. What the engine then says is compared with the truth and with what it says
of every picture:

    pictures   share of the pictures that the model looked at
    faults     of the faults put into the clips, those found
    too many   flags that no fault was put in for
    other      flags on a rep that every picture gives and this way does not, or the other way round
    counts     clips whose reps are miscounted, or whose exercise is taken for another
    times      how far begin and end of a rep are off the truth, ms, root mean square
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from test_samples import MEANT, codes_within  # noqa: E402 (after the path)

from formcheck.analysis import examine  # noqa: E402
from formcheck.estimator import LONG_SIDE  # noqa: E402
from formcheck.landmarker import Landmarker  # noqa: E402
from formcheck.model_bundle import find_model  # noqa: E402
from formcheck.pose import Pose, PoseTrack  # noqa: E402
from formcheck.report import Report  # noqa: E402
from formcheck.swaps import SwapRepair  # noqa: E402
from formcheck.video import Frame, VideoFile  # noqa: E402

STILL = 0.0008  # mean change of a grey 64x64 thumbnail below which a picture is taken to show nothing new
MOST_LEFT_OUT_S = 0.2
BEGIN, END = "<!-- quality:begin -->", "<!-- quality:end -->"

Chosen = Callable[[list[Frame]], list[int]]


def every(frames: list[Frame]) -> list[int]:
    """All pictures."""
    return list(range(len(frames)))


def second(frames: list[Frame]) -> list[int]:
    """Every 2nd picture."""
    return list(range(0, len(frames), 2))


def two_of_three(frames: list[Frame]) -> list[int]:
    """Two pictures, then one left out: 20 a second of 30."""
    return [i for i in range(len(frames)) if i % 3 != 2]


def moving(frames: list[Frame]) -> list[int]:
    """Pictures that differ from the last one looked at; all while somebody moves, five a second at rest."""
    chosen, last = [0], _thumbnail(frames[0])
    for i, frame in enumerate(frames[1:], 1):
        now = _thumbnail(frame)
        late = frame.time_s - frames[chosen[-1]].time_s >= MOST_LEFT_OUT_S
        if late or float(np.abs(now - last).mean()) > STILL:
            chosen.append(i)
            last = now
    return chosen


def _thumbnail(frame: Frame) -> np.ndarray:
    height, width = frame.image.shape[:2]
    rows, columns = (np.linspace(0, n - 1, 64).astype(int) for n in (height, width))
    return frame.image[np.ix_(rows, columns)].mean(axis=2) / 255


WAYS: dict[str, tuple[Chosen, bool]] = {
    "every picture": (every, False),
    "every 2nd": (second, False),
    "every 2nd, filled in": (second, True),
    "two of three, filled in": (two_of_three, True),
    "where something moves, filled in": (moving, True),
}


def tracks(frames: list[Frame], size: tuple[int, int]) -> Iterator[tuple[str, PoseTrack, float]]:
    """Each way, what is seen in it, and the share of the pictures looked at."""
    seen: dict[Chosen, list[Pose]] = {}
    for way, (choose, fill) in WAYS.items():
        if choose not in seen:
            seen[choose] = _seen(frames, size, choose)
        poses = seen[choose]
        share = len(poses) / len(frames)
        if fill:
            poses = list(_filled(poses, [f.time_s for f in frames]))
        yield way, PoseTrack.stack(poses, {}), share


def _seen(frames: list[Frame], size: tuple[int, int], choose: Chosen) -> list[Pose]:
    repair = SwapRepair()
    with Landmarker(find_model(None)) as landmarker:
        return [repair.mend(landmarker.detect(frames[i], size)) for i in choose(frames)]


def _filled(poses: list[Pose], times_s: list[float]) -> Iterator[Pose]:
    """A pose for every time: between two of them, on the straight line."""
    at = np.array([p.time_s for p in poses])
    for t in times_s:
        i = int(np.searchsorted(at, t))
        if i == len(poses) or at[i] == t:
            yield poses[i] if i < len(poses) else replace(poses[-1], time_s=t)
            continue
        a, b = poses[i - 1], poses[i]
        s = (t - a.time_s) / (b.time_s - a.time_s)
        back = a.back
        if a.back is not None and b.back is not None:
            depth, width = ((1 - s) * getattr(a.back, n) + s * getattr(b.back, n) for n in ("depth", "width"))
            blocked = np.maximum(a.back.blocked, b.back.blocked)
            back = replace(a.back, depth=depth, width=width, blocked=blocked)
        points, seen = (1 - s) * a.points + s * b.points, np.minimum(a.seen, b.seen)
        yield replace(a, time_s=t, points=points, seen=seen, back=back)


@dataclass
class Score:
    """What one way gave over all clips."""

    shares: list[float] = field(default_factory=list)
    faults: list[bool] = field(default_factory=list)
    too_many: int = 0
    other: int = 0
    counts: int = 0
    off_s: list[float] = field(default_factory=list)

    def add(self, report: Report, truth: dict[str, Any], reference: Report) -> None:
        """Compare a report with the truth and with that on every picture."""
        flags, usual = ({(f.code, f.segment) for f in r.faults} for r in (report, reference))
        self.other += len(flags ^ usual)
        taken = report.exercise == (truth["exercise"] or "none")
        self.counts += not taken or len(report.counted) != len(truth["reps"])
        for rep in truth["reps"]:
            meant = [MEANT[truth["exercise"], fault] for fault in rep["faults"]]
            found = codes_within(report, rep["start_s"], rep["end_s"])
            self.faults += [bool(found & codes) for codes in meant]
            self.too_many += len(found - set().union(*meant))
        if len(report.counted) == len(truth["reps"]):
            for cut, rep in zip(report.counted, truth["reps"], strict=True):
                self.off_s += [cut.start_s - rep["start_s"], cut.end_s - rep["end_s"]]

    def row(self) -> str:
        """One line of the table."""
        times = 1000 * float(np.sqrt(np.mean(np.square(self.off_s))))
        return (
            f"{100 * np.mean(self.shares):.0f} % | {sum(self.faults)} of {len(self.faults)} "
            f"| {self.too_many} | {self.other} | {self.counts} | {times:.0f}"
        )


def table(scores: dict[str, Score], clips: int) -> str:
    """The figures in Markdown: a row a way."""
    return "\n".join([
        f"`benchmarks/quality.py`: {clips} clips.",
        "",
        "| analysed | pictures | faults | too many | other | counts | times, ms |",
        "|---|---|---|---|---|---|---|",
        *(f"| {way} | {score.row()} |" for way, score in scores.items()),
    ]) + "\n"  # fmt: skip


def main() -> int:
    """Watch every clip in every way."""
    parser = argparse.ArgumentParser(description="Whether fewer pictures would do.")
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--write", type=Path, help="put the table between the marks in this page")
    args = parser.parse_args()
    clips = args.clips or sorted((ROOT / "sample_videos").glob("*.mp4"))
    scores = {way: Score() for way in WAYS}
    for clip in clips:
        print(clip.name, file=sys.stderr, flush=True)
        truth = json.loads(clip.with_suffix(".truth.json").read_text())
        with VideoFile(clip, long_side=LONG_SIDE) as video:
            frames, size = list(video), (video.info.width, video.info.height)
        reference = None
        for way, seen, share in tracks(frames, size):
            report = examine(seen).report
            reference = reference or report
            scores[way].shares.append(share)
            scores[way].add(report, truth, reference)
    text = table(scores, len(clips))
    print(text)
    if args.write:
        page = args.write.read_text()
        head, rest = page.split(BEGIN)
        args.write.write_text(f"{head}{BEGIN}\n{text}{END}{rest.split(END)[1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
