"""The pose model in a process of its own, for cameras whose pictures come to the server.

As with videos (`estimator`), the child keeps MediaPipe, its metrics and its crashes away from the server. It
looks at one picture at a time; whoever shows more than it can look at (`Follower`) drops, and never lags.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from formcheck import errors
from formcheck.confined import THRIFT
from formcheck.errors import LiveError
from formcheck.live.session import LiveSession, Result
from formcheck.model_bundle import find_model
from formcheck.patience import Patience
from formcheck.pose import Pose

if TYPE_CHECKING:
    from formcheck.video import Image

PATIENCE_S = 60.0  # for one picture, the first with the loading of the model
CHILD = (
    "import sys; sys.path[:] = {path!r}; from formcheck.confined import leave_network; leave_network(); "
    "from formcheck.live.eyes import serve; serve({model!r})"
)
GONE = "The pose model stopped; begin the live set anew."


class Eyes:
    """The child process; a context manager. Raises ModelError, LiveError."""

    def __init__(self, model: Path | None = None) -> None:
        code = CHILD.format(path=sys.path, model=str(find_model(model)))
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=None if os.environ.get("FORMCHECK_DEBUG") else subprocess.DEVNULL, env=os.environ | THRIFT,
        )  # fmt: skip

    def __enter__(self) -> Eyes:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def look(self, time_s: float, image: Image, size: tuple[int, int]) -> Pose:
        """The pose in a picture (H, W, 3) RGB, in pixels of `size`; times must increase."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        try:
            with Patience(PATIENCE_S, self._child.kill):
                _send(self._child.stdin, (time_s, image, size))
                kind, content = pickle.load(self._child.stdout)
        except (OSError, EOFError, pickle.UnpicklingError, ValueError) as e:
            raise LiveError(GONE) from e
        if kind == "error":
            name, words = content
            raise getattr(errors, name)(words)
        pose: Pose = content
        return pose

    def close(self) -> None:
        """End the child."""
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            assert pipe is not None
            with suppress(OSError):
                pipe.close()


def serve(model: str) -> None:
    """The child: look at every picture that comes, until nobody asks any more."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever native code prints must not get between the poses
    from formcheck.landmarker import Landmarker
    from formcheck.video import Frame

    index = 0
    with suppress(EOFError, BrokenPipeError):
        try:
            with Landmarker(Path(model)) as landmarker:
                while True:
                    time_s, image, size = pickle.load(sys.stdin.buffer)
                    _send(out, ("pose", landmarker.detect(Frame(index, time_s, image), size)))
                    index += 1
        except errors.FormcheckError as e:
            _send(out, ("error", (type(e).__name__, str(e))))


def _send(out: IO[bytes], what: object) -> None:
    pickle.dump(what, out, protocol=pickle.HIGHEST_PROTOCOL)
    out.flush()


@dataclass
class _Slot:
    """The latest picture that was not looked at yet."""

    shown: tuple[float, Any] | None = None
    closed: bool = False


class Follower:
    """A live session that is fed with pictures; the latest is looked at, what came meanwhile is dropped."""

    def __init__(self, session: LiveSession, eyes: Eyes) -> None:
        self.error = ""
        self.looked = self.dropped = 0
        self.pose: Pose | None = None
        self._session, self._eyes = session, eyes
        self._slot, self._change, self._turn = _Slot(), threading.Condition(), threading.Lock()
        self._thread = threading.Thread(target=self._run, name="eyes", daemon=True)
        self._thread.start()

    def state(self) -> dict[str, Any]:
        """What to show, as JSON values."""
        with self._turn:
            return self._session.state()

    @property
    def result(self) -> Result | None:
        """What came of the set, once its state is that it is done."""
        return self._session.result

    def show(self, time_s: float, image: Image) -> None:
        """A new picture; never waits."""
        with self._change:
            self.dropped += self._slot.shown is not None
            self._slot.shown = (time_s, image)
            self._change.notify()

    def start(self) -> None:
        """Begin without more waiting."""
        with self._turn:
            self._session.start()

    def stop(self) -> None:
        """End the set."""
        with self._turn:
            self._session.stop()

    def close(self) -> None:
        """Look no more; the child process ends."""
        with self._change:
            self._slot.closed = True
            self._change.notify()
        self._eyes.close()
        self._thread.join()

    def _run(self) -> None:
        last_s = -1.0
        while True:
            with self._change:
                self._change.wait_for(lambda: self._slot.shown is not None or self._slot.closed)
                if self._slot.closed or self._slot.shown is None:
                    return
                (time_s, image), self._slot.shown = self._slot.shown, None
            if time_s <= last_s:
                continue
            try:
                pose = self._eyes.look(time_s, image, self._session.size)
            except errors.FormcheckError as e:
                self.error = "" if self._slot.closed else str(e)
                return
            last_s = time_s
            with self._turn:
                self._session.take(pose)
            self.looked, self.pose = self.looked + 1, pose
