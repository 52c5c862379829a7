"""From a case to its clip, truth, poses and report; what is in the cache is not made again.

A clip is kept under its name and a digest of the scenario and of the renderer's source; its poses under a
digest of the video and of the code left of the pose. So a change of either is seen, and a run can be taken up
again.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import av
import numpy as np
from numpy.typing import NDArray

from benchmarks.rendered.matrix import Case
from benchmarks.rendered.truth import true_track
from formcheck.analysis import examine
from formcheck.errors import VideoError
from formcheck.estimator import track_of
from formcheck.pose import PoseTrack, nobody
from formcheck.report import Report
from synthetic.scenario import Scenario
from synthetic.studio import render

T = TypeVar("T")
Timed = tuple[float, NDArray[np.uint8]]
ROOT = Path(__file__).resolve().parent.parent.parent
RENDERER = ("synthetic/*.py",)
ESTIMATOR = tuple(
    f"formcheck/{m}.py" for m in ("video", "landmarker", "watching", "chunks", "swaps", "silhouette")
)


@dataclass(frozen=True)
class Shot:
    """A case with its video, its truth and its poses."""

    case: Case
    video: Path
    truth: dict[str, Any]
    track: PoseTrack

    @cached_property
    def report(self) -> Report:
        """What formcheck says about the clip."""
        return examine(self.track, source=self.video.name).report

    @cached_property
    def true(self) -> PoseTrack:
        """The true joints as a pose track."""
        return true_track(self.truth, self.track)

    @cached_property
    def true_report(self) -> Report:
        """What formcheck says about the true joints."""
        return examine(self.true, source=self.video.name).report

    @property
    def exercise(self) -> str:
        return self.case.scenario.exercise


@dataclass(frozen=True)
class Cache:
    """Where clips and poses are kept. stale: take what older code made."""

    folder: Path
    stale: bool = False

    def clip(self, scenario: Scenario) -> tuple[Path, dict[str, Any]]:
        """The video and the truth of a scenario."""
        base = self._found(
            f"{scenario.name}-{digest(_content(scenario))}", digest(sources(*RENDERER)), ".mp4"
        )
        video, truth = base.with_suffix(".mp4"), base.with_suffix(".json")
        if not (video.is_file() and truth.is_file()):
            work = self.folder / f"{scenario.name}-{os.getpid()}"
            made, told = render(scenario, work)
            told.replace(truth)
            made.replace(video)
            work.rmdir()
        return video, json.loads(truth.read_text(encoding="utf-8"))

    def poses(self, video: Path) -> PoseTrack:
        """The poses of a video."""
        kept = self._found(f"{video.stem}-{digest(video.read_bytes())}", digest(sources(*ESTIMATOR)), ".npz")
        if not kept.is_file():
            try:
                track = track_of(video)
            except VideoError as e:
                if "Nobody was found" not in str(e):
                    raise
                track = PoseTrack.stack([nobody(t, (p.shape[1], p.shape[0])) for t, p in decoded(video)])
            track.save(kept)
        return PoseTrack.load(kept)

    def _found(self, stem: str, version: str, ending: str) -> Path:
        wanted = self.folder / f"{stem}-{version}{ending}"
        older = sorted(self.folder.glob(f"{stem}-*{ending}"), key=lambda p: p.stat().st_mtime)
        exact = [p for p in older if len(p.stem) == len(wanted.stem)]
        return exact[-1] if self.stale and exact and not wanted.is_file() else wanted


def decoded(video: Path) -> Iterator[Timed]:
    """Times in seconds and pictures, RGB."""
    with av.open(str(video)) as source:
        for frame in source.decode(video=0):
            yield float(frame.pts * frame.time_base), frame.to_ndarray(format="rgb24")


def shoot(case: Case, cache: Cache) -> Shot:
    """Render, estimate."""
    video, truth = cache.clip(case.scenario)
    return Shot(case, video, truth, cache.poses(video))


def every(job: Callable[[Any, Cache], T], cases: list[Any], cache: Cache, workers: int) -> Iterator[T]:
    """The job for every case, in order, on several processes; says on stderr how far it is."""
    with ProcessPoolExecutor(workers) as pool:
        for i, result in enumerate(pool.map(job, cases, [cache] * len(cases))):
            print(f"{i + 1}/{len(cases)} {cases[i].name}", file=sys.stderr, flush=True)
            yield result


def sources(*patterns: str) -> bytes:
    """The text of source files."""
    files = sorted(f for p in patterns for f in ROOT.glob(p))
    return b"".join(f.read_bytes() for f in files)


def digest(content: bytes) -> str:
    """Eight letters that stand for the content."""
    return f"{zlib.crc32(hashlib.sha256(content).digest()):08x}"


def _content(scenario: Scenario) -> bytes:
    return json.dumps(asdict(scenario), sort_keys=True, default=str).encode()
