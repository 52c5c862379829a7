"""The routes: uploads in pieces that go on, videos for their owner only, from own pages only, out and in."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import factories
import pytest
import stores
import team
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from formcheck.store import Store, people, sets, signins
from formcheck.store.models import LiftSet
from formcheck.store.settings import AppSettings
from formcheck.web import guard
from formcheck.web.archive_routes import ArchiveRoutes
from formcheck.web.guard import Guard, Identity
from formcheck.web.media_routes import MediaRoutes
from formcheck.web.uploads import Uploads

ASK = {guard.ASK: "1"}
SAMPLE = Path(__file__).resolve().parents[1] / "sample_videos" / "squat_good.mp4"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return stores.fresh(tmp_path / "data")


@pytest.fixture
def app(store: Store) -> Starlette:
    sent: list[str] = []
    workers: Any = SimpleNamespace(send=sent.append)
    routes = [
        Route("/", lambda _: PlainTextResponse("page")),
        *Uploads(store, AppSettings(store.folder, max_upload_mb=1), workers).routes(),
        *MediaRoutes(store).routes(),
        *ArchiveRoutes(store).routes(),
    ]
    guard = Middleware(Guard, identity=Identity(store, team=True), hosts=())
    app = Starlette(routes=routes, middleware=[guard])
    app.state.sent = sent
    return app


def browser(app: Starlette, token: str) -> TestClient:
    return TestClient(app, cookies={guard.COOKIE: token})


def owner_of(client: TestClient, store: Store) -> str:
    person = signins.person_of(store, client.cookies[guard.COOKIE])
    assert person is not None
    return person


@pytest.fixture
def mine(app: Starlette, store: Store) -> TestClient:
    return browser(app, team.token(store, team.member(store, "me")))


@pytest.fixture
def other(app: Starlette, store: Store) -> TestClient:
    return browser(app, team.token(store, team.member(store, "other")))


def send(client: TestClient, data: bytes, name: str = "set.mp4", piece: int = 100_000) -> Any:
    begun = client.post("/api/uploads", json={"name": name, "size": len(data)}, headers=ASK).json()
    at = 0
    while at < len(data):
        url = f"/api/uploads/{begun['id']}?offset={at}"
        at = client.put(url, content=data[at : at + piece], headers=ASK).json()["received"]
    return client.post(f"/api/uploads/{begun['id']}/done", json={"exercise": "squat"}, headers=ASK)


def test_an_upload_in_pieces_becomes_a_set_with_a_job(app, store, mine) -> None:
    answer = send(mine, SAMPLE.read_bytes())
    set_id = answer.json()["set"]
    owner = owner_of(mine, store)
    lift = sets.find(store, set_id, owner)
    assert lift is not None
    assert [job.id for job in lift.jobs] == app.state.sent
    assert store.media.get(sets.key(set_id, "video.mp4")) == SAMPLE.read_bytes()
    assert list((store.folder / "uploads").iterdir()) == []


def test_a_broken_upload_goes_on_where_it_stopped(mine) -> None:
    begun = mine.post("/api/uploads", json={"name": "a.mp4", "size": 10}, headers=ASK).json()
    url = f"/api/uploads/{begun['id']}"
    mine.put(f"{url}?offset=0", content=b"12345", headers=ASK)
    assert mine.get(url, headers=ASK).json()["received"] == 5
    assert mine.put(f"{url}?offset=0", content=b"12345", headers=ASK).json()["received"] == 5  # 409
    assert mine.post(f"{url}/done", json={}, headers=ASK).status_code == 409
    assert mine.put(f"{url}?offset=5", content=b"678901", headers=ASK).status_code == 413
    assert mine.put(f"{url}?offset=5", content=b"67890", headers=ASK).json()["received"] == 10


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_an_upload_onto_a_full_disk_is_one_sentence_and_goes_on_later(store, mine) -> None:
    begun = mine.post("/api/uploads", json={"name": "a.mp4", "size": 10}, headers=ASK).json()
    url, path = f"/api/uploads/{begun['id']}", store.folder / "uploads" / begun["id"]
    mine.put(f"{url}?offset=0", content=b"12345", headers=ASK)
    kept = path.rename(path.with_name("kept"))
    path.symlink_to("/dev/full")
    answer = mine.put(f"{url}?offset=0", content=b"67890", headers=ASK)
    assert answer.status_code == 507
    assert "No space left on device" in answer.json()["error"]
    kept.replace(path)
    assert mine.put(f"{url}?offset=5", content=b"67890", headers=ASK).json()["received"] == 10
    assert path.read_bytes() == b"1234567890"


@pytest.mark.parametrize(
    "content", [b"ffconcat version 1.0\nfile o.mp4\n", b"#EXTM3U\nhttp://a/b.ts", b"MZ" + bytes(2000)]
)
def test_a_wrong_file_is_one_sentence_and_leaves_nothing(store, mine, content) -> None:
    answer = send(mine, content, "holiday.mp4")
    assert answer.status_code == 415
    assert answer.json()["error"] == (
        "holiday.mp4 is not a video that formcheck can read; use MP4, MOV, WebM, MKV or AVI."
    )
    assert list((store.folder / "uploads").iterdir()) == []


def test_size_is_limited_before_anything_is_sent(mine) -> None:
    answer = mine.post("/api/uploads", json={"name": "a.mp4", "size": 2**20 + 1}, headers=ASK)
    assert answer.status_code == 413
    assert "1 MB" in answer.json()["error"]
    assert mine.post("/api/uploads", json={"name": "a.mp4", "size": 0}, headers=ASK).status_code == 400


def test_uploads_are_taken_from_own_pages_only(app, mine, other) -> None:
    body = {"name": "a.mp4", "size": 10}
    assert mine.post("/api/uploads", json=body).status_code == 403
    foreign = {**ASK, "origin": "https://evil.example"}
    assert mine.post("/api/uploads", json=body, headers=foreign).status_code == 403
    assert TestClient(app).post("/api/uploads", json=body, headers=ASK).status_code == 401
    own = {**ASK, "origin": "http://testserver"}
    upload = mine.post("/api/uploads", json=body, headers=own).json()["id"]
    assert other.put(f"/api/uploads/{upload}?offset=0", content=b"x", headers=ASK).status_code == 404


def test_a_video_is_given_to_its_owner_only_and_in_parts(app, store, mine, other) -> None:
    set_id = send(mine, SAMPLE.read_bytes()).json()["set"]
    url = f"/m/{set_id}/video.mp4"
    assert mine.get(url).content == SAMPLE.read_bytes()
    part = mine.get(url, headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, SAMPLE.read_bytes()[100:200])
    assert part.headers["cache-control"].startswith("private")
    assert other.get(url).status_code == 404
    assert TestClient(app).get(url).status_code == 401
    for wrong in (
        f"/m/{set_id}/nothing.mp4",
        f"/m/{set_id}/..%2f..%2fformcheck.sqlite",
        f"/m/{'0' * 32}/video.mp4",
    ):
        assert mine.get(wrong).status_code == 404


@pytest.fixture
def alone(store: Store) -> Starlette:
    """The app of a machine without a team."""
    people.local(store)
    routes = [Route("/", lambda _: PlainTextResponse("page")), *MediaRoutes(store).routes()]
    one = Middleware(Guard, identity=Identity(store, team=False), hosts=())
    return Starlette(routes=routes, middleware=[one])


def test_parts_of_a_video_are_the_right_ones(store, mine) -> None:
    content = SAMPLE.read_bytes()
    url = f"/m/{send(mine, content).json()['set']}/video.mp4"
    whole = mine.get(url)
    assert whole.headers["accept-ranges"] == "bytes"
    last = mine.get(url, headers={"range": "bytes=-100"})
    assert (last.status_code, last.content) == (206, content[-100:])
    rest = mine.get(url, headers={"range": f"bytes={len(content) - 5}-"})
    assert rest.content == content[-5:]
    assert rest.headers["content-range"] == f"bytes {len(content) - 5}-{len(content) - 1}/{len(content)}"
    beyond = mine.get(url, headers={"range": f"bytes={len(content)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) in (
        (416, f"bytes */{len(content)}"), (416, f"*/{len(content)}"),
    )  # fmt: skip
    changed = mine.get(url, headers={"range": "bytes=0-9", "if-range": '"another"'})
    assert (changed.status_code, changed.content) == (200, content)


def test_the_guard_sets_cookie_and_policy_and_knows_its_hosts(alone) -> None:
    page = TestClient(alone).get("/", headers={"accept": "text/html"})
    cookie = page.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "connect-src 'self'" in page.headers["content-security-policy"]
    assert "'unsafe-inline'" not in page.headers["content-security-policy"].split("style-src")[0]
    assert TestClient(alone).get("/", headers={"host": "evil.example"}).status_code == 421


def test_without_a_team_every_browser_shows_the_same_sets_but_no_other_site_does(alone, store) -> None:
    with store.begin() as session:
        lift = LiftSet(owner_id=people.LOCAL, name="a.mp4", video="video.mp4")
        session.add(lift)
        session.flush()
        url = f"/m/{lift.id}/video.mp4"
        store.media.put(sets.key(lift.id, "video.mp4"), b"VIDEO")
    for _ in range(2):  # a second browser, or the same after its cookies were cleared
        client = TestClient(alone)
        assert client.get(url).status_code == 404  # what another site's page asks comes without the cookie
        client.get("/", headers={"accept": "text/html"})
        answer = client.get(url)
        assert answer.content == b"VIDEO"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_a_team_answers_nothing_before_signing_in(app, mine) -> None:
    nobody = TestClient(app, follow_redirects=False)
    page = nobody.get("/", headers={"accept": "text/html"})
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in")
    assert "set-cookie" not in page.headers
    assert nobody.get("/api/archive").status_code == 401
    assert mine.get("/").text == "page"


def test_everything_goes_out_as_a_zip_and_comes_in_again(app, store, mine, other) -> None:
    set_id = send(mine, SAMPLE.read_bytes()).json()["set"]
    report = factories.report(factories.finding())
    with store.begin() as session:
        lift = session.get_one(LiftSet, set_id)
        lift.report, lift.playback, lift.judged_s = report.to_dict(), "video.mp4", 1.0
    owner = owner_of(mine, store)
    sets.mark(store, set_id, owner, "SQ101", 0, False)
    packed = mine.get("/api/archive").content
    assert send(other, packed, "sets.zip").json() == {"sets": 1, "there": 0}
    (copy,) = sets.of_person(store, owner_of(other, store))
    assert copy.id != set_id
    assert sets.report_of(copy) == report
    assert [(m.code, m.right) for m in copy.marks] == [("SQ101", False)]
    assert other.get(f"/m/{copy.id}/video.mp4").content == SAMPLE.read_bytes()
    assert not [p for p in store.folder.iterdir() if p.name.startswith("archive-")]


def test_sets_that_are_there_already_do_not_come_in_again(store, mine, other) -> None:
    ids = [send(mine, SAMPLE.read_bytes()).json()["set"] for _ in range(2)]
    for set_id in ids:
        with store.begin() as session:
            session.get_one(LiftSet, set_id).report = factories.report(factories.finding()).to_dict()
    packed, owner = mine.get("/api/archive").content, owner_of(mine, store)
    assert send(mine, packed, "sets.zip").json() == {"sets": 0, "there": 2}
    sets.remove(store, ids[0], owner)
    assert send(mine, packed, "sets.zip").json() == {"sets": 1, "there": 1}
    assert send(mine, packed, "sets.zip").json() == {"sets": 0, "there": 2}  # under an id of its own
    assert len(sets.of_person(store, owner)) == 2
    for answer in ({"sets": 2, "there": 0}, {"sets": 0, "there": 2}):
        assert send(other, packed, "sets.zip").json() == answer


def test_files_of_strange_names_do_not_come_in(store, mine, other, tmp_path) -> None:
    import zipfile

    from formcheck.store import archive

    set_id = send(mine, SAMPLE.read_bytes()).json()["set"]
    with store.begin() as session:
        session.get_one(LiftSet, set_id).report = factories.report(factories.finding()).to_dict()
    (tmp_path / "a.zip").write_bytes(mine.get("/api/archive").content)
    with zipfile.ZipFile(tmp_path / "a.zip", "a") as out:
        for name in ("\x01", "x\\..\\y", "\u202egpj.mp4", "n" * 300, " "):
            out.writestr(f"sets/{set_id}/{name}", "x")
    who = owner_of(other, store)
    assert archive.read(store, who, tmp_path / "a.zip", tmp_path) == archive.TakenIn(1, 0)
    (copy,) = sets.of_person(store, who)
    assert store.media.names(sets.folder_of(copy.id)) == store.media.names(sets.folder_of(set_id))
    sets.remove(store, copy.id, who)  # a name that cannot be listed cannot be deleted either


def test_a_zip_of_something_else_is_refused(mine, tmp_path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
        out.writestr("../../evil", "x")
    answer = send(mine, (tmp_path / "a.zip").read_bytes(), "a.zip")
    assert answer.status_code == 415
    assert "not an archive of formcheck sets" in answer.json()["error"]


@pytest.mark.parametrize("index", [b" " * 3000, b"[" * 100_000], ids=["a long index", "a deep index"])
def test_an_archive_with_an_absurd_index_is_refused(store, index: bytes, tmp_path, monkeypatch) -> None:
    import zipfile

    from formcheck.errors import TrackError
    from formcheck.store import archive

    monkeypatch.setattr(archive, "MOST_INDEX_BYTES", 2000 if index.startswith(b" ") else 2**28)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("formcheck.json", index)
    with pytest.raises(TrackError, match=r"too large to be taken in|not an archive"):
        archive.read(store, "me", tmp_path / "a.zip", tmp_path)
