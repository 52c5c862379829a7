"""Pictures that come to the server: the model in a process of its own, the latest picture, no STUN server."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import stick

from formcheck.errors import ConfigError, LiveError, ModelError
from formcheck.estimator import LONG_SIDE, track_of
from formcheck.live.eyes import Eyes, Follower
from formcheck.live.session import LiveSession
from formcheck.video import VideoFile
from formcheck.web.screens import live_webrtc

SAMPLE = Path(__file__).parents[1] / "sample_videos" / "squat_good.mp4"
BLACK = np.zeros((48, 64, 3), dtype=np.uint8)


def test_the_eyes_see_what_a_video_gives(model: Path) -> None:
    wanted = track_of(SAMPLE, end_s=0.3, model=model)
    with VideoFile(SAMPLE, end_s=0.3, long_side=LONG_SIDE) as video, Eyes(model) as eyes:
        size = (video.info.width, video.info.height)
        seen = [eyes.look(frame.time_s, frame.image, size) for frame in video]
    assert len(seen) == len(wanted)
    np.testing.assert_allclose([p.points for p in seen], wanted.points, atol=1e-3)
    assert seen[-1].back is not None


def test_a_model_that_is_none_and_eyes_that_died_are_one_sentence(tmp_path: Path, model: Path) -> None:
    (tmp_path / "bad.task").write_bytes(b"no model")
    with pytest.raises(ModelError, match="pose model"):
        Eyes(tmp_path / "bad.task")
    with Eyes(model) as eyes:
        eyes.close()
        with pytest.raises(LiveError, match="begin the live set anew"):
            eyes.look(0.0, BLACK, (64, 48))


class SlowEyes:
    """Eyes that take a while over each picture."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.seen = seconds, []

    def look(self, time_s: float, image: Any, size: Any) -> Any:
        time.sleep(self.seconds)
        self.seen.append(time_s)
        return stick.squat(1)[min(len(self.seen), 30)]

    def close(self) -> None:
        pass


def test_pictures_are_dropped_rather_than_kept_waiting() -> None:
    eyes: Any = SlowEyes(0.05)
    follower = Follower(LiveSession((1280, 720)), eyes)
    for i in range(60):
        follower.show(i / 60, BLACK)
        time.sleep(1 / 120)
    time.sleep(0.12)
    assert eyes.seen[-1] == 59 / 60, "the latest is looked at"
    assert follower.looked + follower.dropped == 60
    assert follower.dropped > 20
    assert follower.state()["stage"] == "setup"
    follower.stop()
    assert follower.state()["stage"] == "done"
    follower.close()
    assert not [t for t in threading.enumerate() if t.name == "eyes"]


def test_nobody_is_asked_for_the_way_unless_somebody_is_named() -> None:
    assert live_webrtc.ice_servers({}) == []
    turn = '[{"urls": "turn:turn.example.org", "username": "me", "credential": "x"}]'
    assert live_webrtc.ice_servers({"FORMCHECK_ICE_SERVERS": turn})[0]["username"] == "me"


@pytest.mark.parametrize("text", ["{", "{}", "[1]", '[{"url": "x"}]'])
def test_servers_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="JSON list"):
        live_webrtc.ice_servers({"FORMCHECK_ICE_SERVERS": text})
