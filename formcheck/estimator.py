"""Video -> poses, in a process of its own.

The child decodes and runs MediaPipe; only poses cross over, pickled, on its standard output. So the dead
proxy that keeps MediaPipe's metrics home, its chatter on stderr, and any crash of a decoder stay out of the
caller's process. The child never imports the caller's main module, and ends when nobody reads on.

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
import signal
import subprocess
import sys
import tempfile
import traceback
import weakref
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from formcheck import errors
from formcheck.errors import FormcheckError, VideoError
from formcheck.model_bundle import find_model
from formcheck.patience import Patience
from formcheck.pose import Pose, PoseTrack

LONG_SIDE = 640  # pixels fed to the model: nearest to full size at the same cost (table above)
MOST_FPS = 60  # pictures a second looked at (75 at most, evenly); the limits need no more
PATIENCE_S = 120.0  # without a word, then the child is ended; it speaks every 8 poses (engineering choice)
BATCH = 8  # poses sent at a time
LAST_WORDS = 4000  # bytes of a crashed child's stderr that go to the log
CHILD = (
    "import json, sys; job = json.loads(sys.argv[1]); sys.path[:] = job.pop('sys_path'); "
    "from formcheck.estimator import serve; serve(**job)"
)
log = logging.getLogger(__name__)


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
        self._patience_s = PATIENCE_S + (start_s or 0.0)  # the way to the start may have to be decoded
        job = {
            "path": str(path), "start_s": start_s, "end_s": end_s, "model": str(find_model(model)),
            "sys_path": sys.path,
        }  # fmt: skip
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (_end closes it)
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-c", CHILD, json.dumps(job)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get("FORMCHECK_DEBUG") else self._words,
        )
        self._end = weakref.finalize(self, _end, self._child, self._words)

    def __enter__(self) -> PoseEstimation:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def __iter__(self) -> Iterator[Pose]:
        try:
            while True:
                kind, content = self._next()
                if kind == "error":
                    name, message = content
                    raise getattr(errors, name)(message)
                if kind == "facts":
                    self.facts |= content
                elif kind == "poses":
                    yield from content
                else:
                    return
        finally:
            self._end()

    def _next(self) -> tuple[str, Any]:
        assert self._child.stdout is not None
        patience = Patience(self._patience_s, self._child.kill)
        try:
            with patience:
                message: tuple[str, Any] = pickle.load(self._child.stdout)
        except (EOFError, pickle.UnpicklingError):
            raise VideoError(self._stalled() if patience.lost else self._how_it_died()) from None
        return message

    def _stalled(self) -> str:
        return (
            f"Reading {self._name} came to a halt: nothing for {self._patience_s:.0f} s; "
            "copy or export the video again, or give a smaller one."
        )

    def _how_it_died(self) -> str:
        code = self._child.wait()
        self._words.seek(0)
        words = self._words.read()[-LAST_WORDS:].decode(errors="replace")
        log.debug("inference ended with code %d: %s", code, words)
        if code in (-9, 137):
            return (
                f"Reading {self._name} was stopped from outside, probably for want of memory; "
                "close other programs or export a smaller video."
            )
        return f"{self._name} made the video reader crash; the file may be damaged, copy or export it again."


def _end(child: subprocess.Popen[bytes], words: IO[bytes]) -> None:
    child.kill()
    child.wait()
    if child.stdout is not None:
        child.stdout.close()
    words.close()


def track_of(
    path: Path,
    *,
    start_s: float | None = None,
    end_s: float | None = None,
    model: Path | None = None,
    progress: Callable[[float], None] | None = None,
) -> PoseTrack:
    """The pose track of a set on video, as `watch`; a single picture, or nobody in any, is a VideoError."""
    track = watch(path, start_s=start_s, end_s=end_s, model=model, progress=progress)
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
) -> PoseTrack:
    """The whole pose track of a video, whoever is in it. progress is called with the share done, 0..1.

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


# ---- in the child -----------------------------------------------------------------------------------


def serve(path: str, start_s: float | None, end_s: float | None, model: str) -> None:
    """Write pickled ("facts", dict), ("poses", list), at last ("done", None) or ("error", (kind, words))."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the caller, who ends this process
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever native code prints must not get between the poses

    def send(kind: str, content: object) -> None:
        pickle.dump((kind, content), out, protocol=pickle.HIGHEST_PROTOCOL)
        out.flush()

    try:
        _answer(send, Path(path), start_s, end_s, Path(model))
    except BrokenPipeError:
        os._exit(0)  # the caller has lost interest; there is nothing to tidy up


def _answer(
    send: Callable[[str, object], None], path: Path, start_s: float | None, end_s: float | None, model: Path
) -> None:
    try:
        _stream(send, path, start_s, end_s, model)
        send("done", None)
    except FormcheckError as e:
        send("error", (type(e).__name__, str(e)))
    except BrokenPipeError:
        raise
    except Exception as e:  # the last stop of this process: a sentence for the user, the rest for the log
        traceback.print_exc()
        what = f"{path.name} made the video reader fail ({type(e).__name__}: {e})"
        send("error", ("VideoError", f"{what}; please report this as a bug."))


def _stream(
    send: Callable[[str, object], None], path: Path, start_s: float | None, end_s: float | None, model: Path
) -> None:
    from formcheck.landmarker import Landmarker
    from formcheck.swaps import SwapRepair
    from formcheck.video import VideoFile

    repair, batch, frames = SwapRepair(), [], 0
    with VideoFile(path, start_s, end_s, LONG_SIDE, 1 / MOST_FPS) as video:
        size = (video.info.width, video.info.height)
        facts = asdict(video.info)
        facts["source"] = facts.pop("name")
        send("facts", facts | _model_facts(model))
        with Landmarker(model) as landmarker:
            for frame in video:
                batch.append(repair.mend(landmarker.detect(frame, size)))
                frames += 1
                if len(batch) >= BATCH:
                    send("poses", batch)
                    batch = []
    send("poses", batch)
    counts = {"frames": frames, "skipped_frames": video.skipped, "thinned_frames": video.thinned}
    send("facts", counts | {"swaps_repaired": repair.count})


def _model_facts(model: Path) -> dict[str, Any]:
    return {
        "model": model.name,
        "model_sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "mediapipe": importlib.metadata.version("mediapipe"),
        "long_side": LONG_SIDE,
    }
