"""Video -> poses, in processes of their own.

The child (`inference`) decodes and runs MediaPipe; only poses cross over, pickled, on its standard output. So
the empty network that keeps MediaPipe's metrics home (`confined`), its chatter on stderr, and any crash of a
decoder stay out of the caller's process. The child never imports the caller's main module, and ends when
nobody reads on.

Long videos have several children, each for a stretch of chunks (`chunks`); the poses are the same for any
number of them. Where the next one starts on another person than this one follows, this one goes on instead.

Measured on 6 s each of five clips of 492x720 to 1080x1920 pixels (squat, deadlift, row, plank), one thread:

    long side fed | joints off those of 960, in trunk lengths: median, p95 | model, ms a frame | decoding
    384           | 1.2 %   3.9 %                                          | 14.3              | 3.1
    480           | 1.0 %   3.2 %                                          | 14.4              | 3.1
    640           | 0.7 %   2.8 %                                          | 15.0              | 3.4
    960           |                                                        | 14.9              | 3.3
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import logging
import os
import pickle
import subprocess
import sys
import tempfile
import threading
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import IO, Any

from formcheck import errors
from formcheck.ahead import ahead
from formcheck.chunks import CHUNK_S, Grid, Stop, same_person
from formcheck.confined import THRIFT
from formcheck.errors import VideoError
from formcheck.kept import Kept
from formcheck.model_bundle import find_model
from formcheck.patience import Patience
from formcheck.pose import Pose, PoseTrack
from formcheck.swaps import SwapRepair

LONG_SIDE = 640  # pixels fed to the model: nearest to full size at the same cost (table above)
PATIENCE_S = 120.0  # without a word, then a child is ended; it speaks every 8 poses (engineering choice)
MOST_WORKERS = 8  # each holds some 450 MB
LAST_WORDS = 4000  # bytes of a crashed child's stderr that go to the log
CHILD = (
    "import json, sys; job = json.loads(sys.argv[1]); sys.path[:] = job.pop('sys_path'); "
    "from formcheck.confined import leave_network; leave_network(); "
    "from formcheck.inference import serve; serve(**job)"
)
log = logging.getLogger(__name__)

Message = tuple[str, Any]


class PoseEstimation:
    """The poses of a video: iterate once; a context manager that ends the child processes.

    workers: child processes at most; None: one for each core. `facts` holds what is known about video and
    model, complete after the last pose; `share` how much of the video is done, 0..1.
    Raises VideoError, ModelError in the caller's process with the child's own sentence.
    """

    def __init__(
        self, path: Path, start_s: float | None = None, end_s: float | None = None, model: Path | None = None,
        workers: int | None = None,
    ) -> None:  # fmt: skip
        self.facts: dict[str, Any] = {}
        self.share = 0.0
        self._path, self._start_s, self._end_s, self._model = path, start_s, end_s, find_model(model)
        self._workers = workers or min(cores(), MOST_WORKERS)
        self._children = [self._child(0)]
        self._end = weakref.finalize(self, _end, self._children)

    def __enter__(self) -> PoseEstimation:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def __iter__(self) -> Iterator[Pose]:
        repair = SwapRepair()
        counts: Counter[str] = Counter()
        with ExitStack() as stack:
            stack.callback(self._end)
            self._start(stack)
            for pose in self._stitched(counts):
                yield repair.mend(pose)
        self.facts |= counts | {"swaps_repaired": repair.count}

    def _child(self, first: int) -> _Child:
        job = {
            "path": str(self._path), "start_s": self._start_s, "end_s": self._end_s,
            "model": str(self._model), "first": first, "chunk_s": CHUNK_S, "sys_path": sys.path,
        }  # fmt: skip
        return _Child(job)

    def _start(self, stack: ExitStack) -> None:
        """Divide the video into stretches, once its length is known, and start a child for each."""
        self.facts |= self._children[0].expect("facts") | _model_facts(self._model)
        grid = Grid(self._start_s or 0.0, CHUNK_S)
        whole_s = min(self._end_s or inf, self.facts["duration_s"] or 0.0) - grid.origin_s
        stretches = grid.stretches(max(whole_s, 0.0), self._workers)
        self._children += [self._child(first) for first in stretches[1:]]
        for child in self._children:
            child.tell(stretches[1:])
            stack.enter_context(child.heard())
        for child in self._children[1:]:
            child.expect("facts")

    def _stitched(self, counts: Counter[str]) -> Iterator[Pose]:
        """The poses of all stretches, one after the other, each followed to where the next takes over."""
        child, waiting, shots, last = self._children[0], self._children[1:], 0, None
        while True:
            kind, content = child.next()
            if kind == "poses":
                self.share = max(self.share, self._done())
                for pose in content:
                    last = replace(pose, shot=pose.shot + shots)
                    yield last
                continue
            stop: Stop = content
            counts.update(frames=stop.frames, skipped_frames=stop.skipped, thinned_frames=stop.thinned)
            if not stop.more:
                return
            coming = waiting.pop(0)
            if same_person(last, coming.expect("warm")):
                child, shots = coming, last.shot if last else 0
            else:
                child.tell(True)
                coming.end()

    def _done(self) -> float:
        whole_s = (self._end_s or self.facts["duration_s"] or inf) - (self._start_s or 0.0)
        return min(1.0, sum(child.done_s for child in self._children) / max(whole_s, 1e-6))


class _Child:
    """A child process that watches the video from its chunk `first` on."""

    def __init__(self, job: dict[str, Any]) -> None:
        self._name = Path(job["path"]).name
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (end closes it)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", CHILD, json.dumps(job)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | THRIFT,
            stderr=None if os.environ.get("FORMCHECK_DEBUG") else self._words,
        )
        self._start_s = Grid(job["start_s"] or 0.0, job["chunk_s"]).start_s(job["first"])
        self._patience_s = PATIENCE_S + self._start_s  # the way to the start may have to be decoded
        self._stalled = False
        self._told = threading.Semaphore(0)
        self.done_s = 0.0
        self.messages = self._read()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def tell(self, what: object) -> None:
        """Send it a line; if it has died, the next message says how."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(what).encode() + b"\n")
            self._process.stdin.flush()
        self._told.release()

    def next(self) -> Message:
        """Its next message. Raises what it failed with."""
        message = next(self.messages, None)
        if message is None:
            raise VideoError(self._how_it_died())
        kind, content = message
        if kind == "error":
            name, words = content
            raise getattr(errors, name)(words)
        return message

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Take its messages while others are listened to, so that it never waits; it ends with the block."""
        with ahead(self.messages, inf) as self.messages:
            try:
                yield
            finally:
                self.end()  # first, as the thread waits for what it says

    def expect(self, kind: str) -> Any:
        """The content of its next message, which is of this kind."""
        got, content = self.next()
        assert got == kind, f"{got} came where {kind} was due"
        return content

    def end(self) -> None:
        """Kill it and let go of everything."""
        self._process.kill()
        self._process.wait()
        self._told.release()
        for pipe in (self._process.stdin, self._process.stdout, self._words):
            assert pipe is not None
            with suppress(BrokenPipeError):  # a line it never read
                pipe.close()

    def _read(self) -> Iterator[Message]:
        assert self._process.stdout is not None
        with suppress(EOFError, pickle.UnpicklingError):
            while True:
                patience = Patience(self._patience_s, self._process.kill)
                try:
                    with patience:
                        kind, content = pickle.load(self._process.stdout)
                finally:
                    self._stalled = patience.lost
                if kind == "poses":
                    self.done_s = content[-1].time_s - self._start_s
                yield kind, content
                if kind == "facts" or (kind == "stop" and content.more):
                    self._told.acquire()  # it says nothing before it is told something

    def _how_it_died(self) -> str:
        if self._stalled:
            return (
                f"Reading {self._name} came to a halt: nothing for {self._patience_s:.0f} s; "
                "copy or export the video again, or give a smaller one."
            )
        code = self._process.wait()
        self._words.seek(0)
        words = self._words.read()[-LAST_WORDS:].decode(errors="replace")
        log.debug("inference ended with code %d: %s", code, words)
        if code in (-9, 137):
            return (
                f"Reading {self._name} was stopped from outside, probably for want of memory; "
                "close other programs or export a smaller video."
            )
        return f"{self._name} made the video reader crash; the file may be damaged, copy or export it again."


def _end(children: list[_Child]) -> None:
    for child in children:
        child.end()


def cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _model_facts(model: Path) -> dict[str, Any]:
    return {
        "model": model.name,
        "model_sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "mediapipe": importlib.metadata.version("mediapipe"),
        "long_side": LONG_SIDE,
    }


def track_of(
    path: Path,
    *,
    start_s: float | None = None,
    end_s: float | None = None,
    model: Path | None = None,
    progress: Callable[[float], None] | None = None,
    workers: int | None = None,
) -> PoseTrack:
    """The pose track of a set on video, as `watch`; a single picture, or nobody in any, is a VideoError."""
    track = watch(path, start_s=start_s, end_s=end_s, model=model, progress=progress, workers=workers)
    if len(track) == 1:
        raise VideoError(f"{path.name} holds a single picture; film the whole set.")
    if not any(pose.found for pose in track):
        raise VideoError(f"Nobody was found in {path.name}; film in good light, your whole body in sight.")
    return track


def watch(
    path: Path,
    *,
    start_s: float | None = None,
    end_s: float | None = None,
    model: Path | None = None,
    progress: Callable[[float], None] | None = None,
    workers: int | None = None,
) -> PoseTrack:
    """The whole pose track of a video, whoever is in it. progress is called with the share done, 0..1.

    Raises VideoError or ModelError with a sentence for the user.
    """
    kept: Kept | None = None  # packed as they come: an hour of them takes 90 MB, not 300
    with PoseEstimation(path, start_s, end_s, model, workers) as estimation:
        for pose in estimation:
            kept = Kept(pose.size, began_s=0.0) if kept is None else kept
            kept.add(pose)
            if progress:
                progress(estimation.share)
    return PoseTrack.stack([]) if kept is None else kept.track(**estimation.facts)
