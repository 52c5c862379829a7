"""The WebSocket of live sets: who may use it, frames to cues to a set, dropped and resumed, two at once."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import stick
from live_client import camera, led_in, shots_of
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from formcheck.store import Store, people, sets
from formcheck.web.guard import Guard, Identity
from formcheck.web.live_socket import LiveSocket


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.open(tmp_path / "data")
    people.local(store)
    return store


@pytest.fixture
def app(store: Store) -> Starlette:
    sent: list[str] = []
    workers: Any = SimpleNamespace(send=sent.append)
    routes = [Route("/", lambda _: PlainTextResponse("page")), *LiveSocket(store, workers).routes()]
    app = Starlette(routes=routes, middleware=[Middleware(Guard, identity=Identity(store, False), hosts=())])
    app.state.sent = sent
    return app


@pytest.fixture
def client(app: Starlette) -> TestClient:
    client = TestClient(app)
    client.get("/", headers={"accept": "text/html"})
    return client


def test_a_set_is_followed_and_saved(app, store, client) -> None:
    shots = shots_of(stick.squat(3, hips_shoot_up=20, faulty=(1,)))
    with camera(client) as mine:
        mine.hello(shots[0][0].size, exercise="squat")
        mine.play(led_in(shots, 7))
        assert mine.states[-1]["reps"] == 3
        assert [code for code, _ in mine.cues] == ["SQ101"]
        mine.tell(type="stop")
    assert mine.stages == ["setup", "stand", "countdown", "set", "done"]
    lift = sets.find(store, mine.done["set"], people.LOCAL)
    assert lift is not None
    assert [job.id for job in lift.jobs] == app.state.sent
    assert {"pose.npz", "live.json"} == store.media.names(sets.folder_of(lift.id))
