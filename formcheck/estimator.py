"""Video -> poses, in a process of its own.

The child decodes and runs MediaPipe; only poses cross over. So the dead proxy that keeps MediaPipe's metrics
home, its chatter on stderr, and any crash of a decoder stay out of the caller's process.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import multiprocessing
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from formcheck import errors
from formcheck.errors import FormcheckError, VideoError
from formcheck.model_bundle import find_model
from formcheck.pose import Pose, PoseTrack

LONG_SIDE = 640  # pixels fed to the model (measured: docs/accuracy.md)
MOST_FPS = 60  # pictures a second looked at; more adds time and nothing that the limits need
BATCH = 8  # poses sent at a time


class PoseEstimation:
    """The poses of a video: iterate once; a context manager that ends the child process.

    `facts` holds what is known about video and model, complete after the last pose.
    Raises VideoError, ModelError in the caller's process with the child's own sentence.
    """

    def __init__(
        self, path: Path, start_s: float | None = None, end_s: float | None = None, model: Path | None = None
    ) -> None:
        self.facts: dict[str, Any] = {}
        self._name = path.name
        context = multiprocessing.get_context("spawn")
        self._receive, send = context.Pipe(duplex=False)
        arguments = (send, path, start_s, end_s, find_model(model))
        self._child = context.Process(target=_work, args=arguments, daemon=True)
        self._child.start()
        send.close()

    def __enter__(self) -> PoseEstimation:
        return self

    def __exit__(self, *_: object) -> None:
        self._receive.close()
        self._child.terminate()
        self._child.join()

    def __iter__(self) -> Iterator[Pose]:
        while True:
            try:
                kind, content = self._receive.recv()
            except EOFError:
                raise VideoError(
                    f"{self._name} made the video reader crash; the file may be damaged, copy or export it again."
                ) from None
            if kind == "error":
                name, message = content
                raise getattr(errors, name)(message)
            if kind == "facts":
                self.facts |= content
            elif kind == "poses":
                yield from content
            else:
                return


def track_of(
    path: Path, *, start_s: float | None = None, end_s: float | None = None, model: Path | None = None,
    progress: Callable[[float], None] | None = None,
) -> PoseTrack:
    """The whole pose track of a video. progress is called with the share done, 0..1.

    Raises VideoError or ModelError with a sentence for the user.
    """
    poses = []
    with PoseEstimation(path, start_s, end_s, model) as estimation:
        for pose in estimation:
            poses.append(pose)
            whole = end_s or estimation.facts.get("duration_s")
            if progress and whole:
                progress(min(1.0, (pose.time_s - (start_s or 0)) / max(whole - (start_s or 0), 1e-6)))
        return PoseTrack.stack(poses, estimation.facts)


def _work(send: Connection, path: Path, start_s: float | None, end_s: float | None, model: Path) -> None:
    """The child: sends ("facts", dict), ("poses", list) and at the end ("done", None) or ("error", (kind, words))."""
    _silence()
    try:
        _stream(send, path, start_s, end_s, model)
        send.send(("done", None))
    except FormcheckError as e:
        send.send(("error", (type(e).__name__, str(e))))
    except BrokenPipeError:
        pass  # the caller has lost interest


def _stream(send: Connection, path: Path, start_s: float | None, end_s: float | None, model: Path) -> None:
    from formcheck.landmarker import Landmarker
    from formcheck.swaps import SwapRepair
    from formcheck.video import VideoFile

    repair, batch = SwapRepair(), []
    with VideoFile(path, start_s, end_s, LONG_SIDE, 1 / MOST_FPS) as video:
        size = (video.info.width, video.info.height)
        facts = asdict(video.info)
        facts["source"] = facts.pop("name")
        send.send(("facts", facts | _model_facts(model)))
        with Landmarker(model) as landmarker:
            for frame in video:
                batch.append(repair.mend(landmarker.detect(frame, size)))
                if len(batch) >= BATCH:
                    send.send(("poses", batch))
                    batch = []
    send.send(("poses", batch))
    send.send(("facts", {"skipped_frames": video.skipped, "swaps_repaired": repair.count}))


def _model_facts(model: Path) -> dict[str, Any]:
    return {
        "model": model.name,
        "model_sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "mediapipe": importlib.metadata.version("mediapipe"),
        "long_side": LONG_SIDE,
    }


def _silence() -> None:
    """MediaPipe's C++ writes to stderr past Python; nobody is helped by it."""
    if os.environ.get("FORMCHECK_DEBUG"):
        return
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    os.close(null)
