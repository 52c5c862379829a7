"""A camera in a test: plays the frames of a set over the real WebSocket, as the browser does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from starlette.testclient import TestClient

from formcheck.live import wire
from formcheck.pose import Pose, PoseTrack
from formcheck.silhouette import Mask

Shot = tuple[Pose, Mask | None]


def led_in(track: Iterable[Shot], seconds: float, fps: float = 30.0) -> Iterator[Shot]:
    """The same set, its first picture standing still for a while before it."""
    shots = list(track)
    pose, mask = shots[0]
    for i in range(round(seconds * fps)):
        yield replace(pose, time_s=i / fps), mask
    for pose, mask in shots:
        yield replace(pose, time_s=pose.time_s + seconds), mask


def shots_of(track: PoseTrack) -> list[Shot]:
    """A track without masks as shots."""
    return [(pose, None) for pose in track]


def left_alone(last: Pose, seconds: float, fps: float = 30.0) -> Iterator[Shot]:
    """Pictures without anybody, after the last."""
    for i in range(1, round(seconds * fps) + 1):
        nobody = np.full_like(last.points, np.nan)
        yield replace(last, time_s=last.time_s + i / fps, points=nobody, seen=last.seen * 0, back=None), None


@dataclass
class Camera:
    """One open socket and what came through it."""

    socket: Any
    seq: int = 0
    session: str = ""
    states: list[dict[str, Any]] = field(default_factory=list)
    done: dict[str, Any] | None = None

    def hello(self, size: tuple[int, int], **wish: Any) -> dict[str, Any]:
        """Say hello; returns the welcome, or the error instead of it."""
        asked = {"type": "hello", "session": None, "exercise": "auto", "size": list(size), "hinge": False}
        self.socket.send_json({**asked, **wish})
        welcome = self.socket.receive_json()
        if welcome["type"] == "welcome":
            self.session, self.seq = welcome["session"], welcome["next_seq"]
            self.states.append(self.socket.receive_json())
        return welcome

    def show(self, pose: Pose, mask: Mask | None = None) -> dict[str, Any]:
        """Send a frame and take the answer."""
        self.socket.send_bytes(wire.encode(self.seq, pose, mask))
        self.seq += 1
        return self.answer()

    def answer(self) -> dict[str, Any]:
        """The next message, and the one after it where that ends the set."""
        message = self.socket.receive_json()
        if message["type"] == "state":
            self.states.append(message)
            if message["stage"] == "done" and self.done is None:
                self.done = self.socket.receive_json()
        return message

    def play(self, shots: Iterable[Shot]) -> None:
        """Send frames until they or the set are over."""
        for pose, mask in shots:
            if self.done is None:
                self.show(pose, mask)

    def tell(self, **message: Any) -> dict[str, Any]:
        """Send a text message and take the answer."""
        self.socket.send_json(message)
        return self.answer()

    @property
    def cues(self) -> list[tuple[str, float]]:
        """Every cue that came, once: code and the time of its frame."""
        found = [(s["cue"]["code"], s["cue"]["frame_s"]) for s in self.states if s["cue"]]
        return list(dict.fromkeys(found))

    @property
    def stages(self) -> list[str]:
        """The stages, in order."""
        return list(dict.fromkeys(state["stage"] for state in self.states))


@contextmanager
def camera(client: TestClient) -> Iterator[Camera]:
    """A camera of this browser."""
    with client.websocket_connect("/live/ws", headers={"origin": "http://testserver"}) as socket:
        yield Camera(socket)


def watched(video: Path) -> list[Shot]:
    """What the pose model sees in a video: poses with their outlines, and masks as coarse as a browser's.

    Runs MediaPipe in this process; call it in one of its own.
    """
    from formcheck.estimator import LONG_SIDE
    from formcheck.landmarker import Landmarker
    from formcheck.model_bundle import find_model
    from formcheck.swaps import SwapRepair
    from formcheck.video import VideoFile

    shots, repair = [], SwapRepair()
    with VideoFile(video, long_side=LONG_SIDE) as frames, Landmarker(find_model(None)) as landmarker:
        size = (frames.info.width, frames.info.height)
        for frame in frames:
            sighting = landmarker.see(frame, size)
            mask = None if sighting.mask is None else coarse(sighting.mask)
            shots.append((repair.mend(sighting.measured()), mask))
    return shots


def coarse(mask: Mask, side: int = 320) -> Mask:
    """A mask on the grid that the browser sends: its longer side so many points."""
    scale = side / max(mask.shape)
    grid = (round(mask.shape[1] * scale), round(mask.shape[0] * scale))
    return np.asarray(cv2.resize(mask, grid, interpolation=cv2.INTER_AREA), dtype=np.float32)
