"""The child process of `estimator`: decodes, runs MediaPipe, and sends what it finds, pickled, to its caller.

Three threads work at once: one decodes and prepares, one runs the model, one measures outlines and sends.

    child -> caller   ("facts", dict) once; ("warm", Pose | None) before a stretch; ("poses", list) many;
                      ("stop", Stop) at the end of a stretch; ("error", (kind, words)) instead of anything
    caller -> child   a line of JSON: the chunks to stop at; then, for each stop with more to come, a line:
                      true to go on past it
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from formcheck.ahead import ahead
from formcheck.chunks import WARM_S, Grid, Stop
from formcheck.errors import FormcheckError
from formcheck.estimator import LONG_SIDE
from formcheck.landmarker import Landmarker, Sighting
from formcheck.pose import Pose
from formcheck.video import VideoFile
from formcheck.watching import Counted, Warm, Watch

MOST_FPS = 60  # pictures a second looked at (75 at most, evenly); the limits need no more
BATCH = 8  # poses sent at a time
AHEAD = 4  # frames decoded, and seen, before they are wanted: a few megabytes
EARLIER_S = 0.1  # read before a warm-up begins, so that rounding takes nothing from it

TOO_LARGE = "{name} needs more memory than an analysis may take; export it smaller, 1080p is plenty."

Send = Callable[[str, object], None]


def serve(
    path: str, start_s: float | None, end_s: float | None, model: str, first: int, chunk_s: float
) -> None:
    """Watch a video from chunk `first` on and send what is found, until told to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the caller, who ends this process
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever native code prints must not get between the poses

    def send(kind: str, content: object) -> None:
        pickle.dump((kind, content), out, protocol=pickle.HIGHEST_PROTOCOL)
        out.flush()

    try:
        _answer(send, Path(path), Grid(start_s or 0.0, chunk_s), first, end_s, Path(model))
    except BrokenPipeError:
        os._exit(0)  # the caller has lost interest; there is nothing to tidy up


def _answer(send: Send, path: Path, grid: Grid, first: int, end_s: float | None, model: Path) -> None:
    try:
        _stream(send, path, grid, first, end_s, model)
    except FormcheckError as e:
        send("error", (type(e).__name__, str(e)))
    except BrokenPipeError:
        raise
    except MemoryError:
        send("error", ("VideoError", TOO_LARGE.format(name=path.name)))
    except Exception as e:  # the last stop of this process: a sentence for the user, the rest for the log
        traceback.print_exc()
        what = f"{path.name} made the video reader fail ({type(e).__name__}: {e})"
        send("error", ("VideoError", f"{what}; please report this as a bug."))


def _stream(send: Send, path: Path, grid: Grid, first: int, end_s: float | None, model: Path) -> None:
    start_s = grid.start_s(first) - (WARM_S + EARLIER_S if first else 0.0)
    with VideoFile(path, start_s, end_s, LONG_SIDE, 1 / MOST_FPS, grid.warming) as video:
        facts = asdict(video.info)
        facts["source"] = facts.pop("name")
        send("facts", facts)
        size = (video.info.width, video.info.height)
        with Landmarker(model) as landmarker, ahead(_counted(video, landmarker), AHEAD) as pictures:
            watch = Watch(landmarker, size, grid, first, stops=_told() or [])
            with ahead(watch.over(pictures), AHEAD) as seen:
                _send(send, seen)


def _counted(video: VideoFile, landmarker: Landmarker) -> Iterator[Counted]:
    before = None
    for frame in video:
        before = landmarker.prepared(frame, before)
        yield Counted(before, video.skipped, video.thinned)
    yield Counted(None, video.skipped, video.thinned)


def _send(send: Send, seen: Iterable[Warm | Sighting | Stop]) -> None:
    batch: list[Pose] = []
    for item in seen:
        if isinstance(item, Sighting):
            batch.append(item.measured())
        if batch and (len(batch) >= BATCH or not isinstance(item, Sighting)):
            send("poses", batch)
            batch = []
        if isinstance(item, Warm):
            send("warm", item.pose)
        elif isinstance(item, Stop):
            send("stop", item)
            if not (item.more and _told()):
                return


def _told() -> Any:
    """What the caller says next, None when it is gone."""
    line = sys.stdin.readline()
    return json.loads(line) if line else None
