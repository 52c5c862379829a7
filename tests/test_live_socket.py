"""The WebSocket of live sets: who may use it, frames to cues to a set, dropped and resumed, two at once."""

from __future__ import annotations

import json
import threading
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

from formcheck.jobs import queue, work, worker
from formcheck.live.record import LIVE, differences
from formcheck.store import Store, people, sets
from formcheck.store.models import LiftSet, Person
from formcheck.store.settings import AppSettings
from formcheck.web import guard
from formcheck.web.guard import Guard, Identity
from formcheck.web.live_socket import LiveSocket
from formcheck.web.uploads import Uploads

CLIP = Path(__file__).resolve().parents[1] / "sample_videos" / "squat_good.mp4"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.open(tmp_path / "data")
    people.local(store)
    return store


@pytest.fixture
def app(store: Store) -> Starlette:
    sent: list[str] = []
    workers: Any = SimpleNamespace(send=sent.append)
    live = LiveSocket(store, workers)
    routes = [
        Route("/", lambda _: PlainTextResponse("page")),
        *Uploads(store, AppSettings(store.folder), workers).routes(),
        *live.routes(),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Guard, identity=Identity(store, False), hosts=())])
    app.state.sent, app.state.live = sent, live
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


# ---- the recording, and both verdicts -------------------------------------------------------------------


def test_the_recording_is_given_to_the_set_and_checked(app, store, client, tmp_path) -> None:
    set_id = live_set(client)
    answer = upload(client, store, CLIP, live_set=set_id, live_offset_s=2.0)
    assert answer.json() == {"set": set_id}
    lift = sets.find(store, set_id, people.LOCAL)
    assert lift is not None
    assert lift.video == "video.mp4"
    assert [(job.kind, job.state) for job in lift.jobs] == [("judge", "cancelled"), ("check", "queued")]
    record = json.loads(store.media.get(sets.key(set_id, LIVE)))
    assert record["offset_s"] == record["began_s"] - 2.0
    assert upload(client, store, CLIP, live_set=set_id).status_code == 415, "it has one already"


def test_a_recording_for_somebody_elses_or_no_live_set_is_refused(app, store, client) -> None:
    with store.begin() as session:
        session.add(Person(id="other"))
        session.flush()
        session.add(LiftSet(id="theirs", owner_id="other", name="x"))
        session.add(LiftSet(id="plain", owner_id=people.LOCAL, name="x"))
    for wrong in ("theirs", "plain", "none", 7, ["x"]):
        answer = upload(client, store, CLIP, live_set=wrong)
        assert answer.status_code == 415
        assert "no live set" in answer.json()["error"]


def test_a_live_set_can_be_read_at_once_and_is_judged_from_its_track(app, store, client) -> None:
    set_id = live_set(client)
    lift = sets.find(store, set_id, people.LOCAL)
    assert lift is not None
    at_once = sets.report_of(lift)
    assert at_once is not None
    assert len(at_once.counted) == 3
    claim = queue.claim(store, lift.jobs[0].id, "w")
    assert claim is not None
    worker.work_on(store, claim, 900, threading.Event())
    lift = sets.find(store, set_id, people.LOCAL)
    assert lift is not None
    judged = sets.report_of(lift)
    assert judged is not None
    assert judged.faults == at_once.faults
    assert judged.segments == at_once.segments
    assert work.PLAYER in store.media.names(sets.folder_of(set_id))
    assert differences(json.loads(store.media.get(sets.key(set_id, LIVE))), judged) == []


def live_set(client: TestClient) -> str:
    shots = shots_of(stick.squat(3, hips_shoot_up=20, faulty=(1,)))
    with camera(client) as mine:
        mine.hello(shots[0][0].size, exercise="squat")
        mine.play(led_in(shots, 7))
        mine.tell(type="stop")
    assert mine.done is not None
    return str(mine.done["set"])


def upload(client: TestClient, store: Store, path: Path, **more: Any) -> Any:
    data, ask = path.read_bytes(), {guard.ASK: "1"}
    begun = client.post("/api/uploads", json={"name": "live.mp4", "size": len(data)}, headers=ask).json()
    client.put(f"/api/uploads/{begun['id']}?offset=0", content=data, headers=ask)
    return client.post(f"/api/uploads/{begun['id']}/done", json=more, headers=ask)
