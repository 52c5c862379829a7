"""One set outside the app: for a guest with a link, and as one file whose comments come back as a file."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

import factories
import pytest
import team
from starlette.applications import Starlette
from starlette.testclient import TestClient

from formcheck.errors import TrackError
from formcheck.store import Store, audit, comment_file, comments, guests, inbox, people, sets
from formcheck.store.comments import Draft
from formcheck.store.models import OWN, LiftSet
from formcheck.web import guard
from formcheck.web import server as server_module
from formcheck.web.one_script import one_script

HEADERS = {guard.ASK: "1", "origin": "http://testserver"}
NASTY = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def app(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Starlette]:
    monkeypatch.setenv("FORMCHECK_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("FORMCHECK_TEAM", "1")
    server_module.server.cache_clear()
    yield Starlette(routes=server_module.routes(), middleware=server_module.middleware())
    server_module.server.cache_clear()


@pytest.fixture
def store(app: Starlette) -> Store:
    return server_module.server().store


@pytest.fixture
def pair(store: Store) -> tuple[str, str]:
    trainer = team.member(store, "kim", trainer=True)
    return trainer, team.member(store, "anna", of=trainer)


def add(store: Store, owner: str) -> str:
    with store.begin() as session:
        lift = LiftSet(
            owner_id=owner, name="a.mp4", exercise="squat", video="video.mp4", playback="video.mp4",
            report=factories.report(factories.finding()).to_dict(), judged_s=1.0, headline="Squat.",
        )  # fmt: skip
        session.add(lift)
        session.flush()
        for name in ("player.json", "video.mp4", "report.json", "pose.npz"):
            store.media.put(
                sets.key(lift.id, name), b'{"scene": 1}' if "json" in name else b"MOVING PICTURES"
            )
        return lift.id


def browser(app: Starlette, token: str | None = None) -> TestClient:
    return TestClient(app, cookies={guard.COOKIE: token} if token else {}, headers=HEADERS)


def test_a_guest_gets_one_page_and_what_it_loads(app: Starlette, store: Store, pair: tuple[str, str]) -> None:
    _, anna = pair
    set_id, other = add(store, anna), add(store, anna)
    token = guests.make(store, anna, set_id, 7, pictures=True)
    guest = browser(app)
    page = guest.get(f"/g/{token}")
    assert page.status_code == 200
    assert "no-store" in page.headers["cache-control"]
    assert page.headers["referrer-policy"] == "no-referrer"
    assert guest.get(f"/g/{token}/player.json").json() == {"scene": 1}
    part = guest.get(f"/g/{token}/video.mp4", headers={"range": "bytes=0-5"})
    assert (part.status_code, part.content) == (206, b"MOVING")
    for name in ("report.json", "pose.npz", "..%2f..%2fformcheck.sqlite"):
        assert guest.get(f"/g/{token}/{name}").status_code == 404, name
    for path in (f"/m/{set_id}/video.mp4", f"/m/{other}/video.mp4", f"/api/sets/{set_id}/page.html"):
        assert guest.get(path).status_code == 401, path
    said = guest.post(f"/api/sets/{set_id}/comments", json={"key": "k" * 12, "text": "x", "strokes": []})
    assert said.status_code == 401
    assert any(entry.action == guests.OPENED for entry in audit.about(store, anna))
    (link,) = guests.open_ones(store, anna, set_id)
    guests.revoke(store, anna, link.token_sha256)
    assert guest.get(f"/g/{token}").status_code == 404
    assert guest.get(f"/g/{token}/video.mp4").status_code == 404


def test_a_guest_of_who_keeps_the_video_gets_the_skeleton(
    app: Starlette, store: Store, pair: tuple[str, str]
) -> None:
    kim, anna = pair
    set_id = add(store, anna)
    people.update_profile(store, anna, video_use=OWN, trainer_may_show=True)
    token = guests.make(store, kim, set_id, 7, pictures=True)
    page = browser(app).get(f"/g/{token}")
    assert "video.mp4" not in page.text
    assert browser(app).get(f"/g/{token}/video.mp4").status_code == 404
    assert browser(app).get(f"/g/{token}/player.json").status_code == 200


def single(app: Starlette, store: Store, person: str, set_id: str) -> Any:
    return browser(app, team.token(store, person)).get(f"/api/sets/{set_id}/page.html")


def test_one_file_asks_nobody_for_anything_and_runs_one_known_script(
    app: Starlette, store: Store, pair: tuple[str, str]
) -> None:
    kim, anna = pair
    set_id = add(store, anna)
    comments.add(store, kim, set_id, Draft.of({"key": "k" * 12, "text": NASTY, "at_s": 1.0, "strokes": []}))
    comments.add(store, kim, set_id, Draft.of({"key": "d" * 12, "text": "A second word", "strokes": []}))
    draft = single(app, store, anna, set_id)
    assert "A second word" not in draft.text  # not sent yet
    inbox.finish(store, kim, set_id)
    answer = single(app, store, anna, set_id)
    assert answer.headers["content-disposition"].startswith("attachment")
    page = answer.text
    assert NASTY not in page
    scripts = re.findall(r"<script(.*?)>(.*?)</script>", page, re.DOTALL)
    assert [kind for kind, _ in scripts] == [
        ' type="application/json" id="data"', ' type="application/octet-stream" id="video"', "",
    ]  # fmt: skip
    assert base64.b64decode(scripts[1][1]) == b"MOVING PICTURES"
    digest = base64.b64encode(hashlib.sha256(scripts[2][1].encode()).digest()).decode()
    allowed = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert allowed is not None
    assert (
        f"script-src &#39;sha256-{digest}&#39;" in allowed[1] or f"script-src 'sha256-{digest}'" in allowed[1]
    )
    assert "default-src &#39;none&#39;" in allowed[1] or "default-src 'none'" in allowed[1]
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert json.loads(scripts[0][1])["data"]["review"]["comments"][0]["text"] == NASTY


@pytest.mark.parametrize("values", [{"video_use": OWN}, {"blur_faces": True}])
def test_one_file_holds_no_video_that_is_not_to_be_given_away(
    app: Starlette, store: Store, pair: tuple[str, str], values: dict[str, Any]
) -> None:
    kim, anna = pair
    set_id = add(store, anna)
    people.update_profile(store, anna, **values)
    assert 'id="video"' not in single(app, store, kim, set_id).text


def test_the_one_script_has_every_module_once_and_no_import() -> None:
    script = one_script("set_page")
    assert not re.search(r"^\s*(import|export)\b", script, re.MULTILINE)
    for name in ("scene", "ink", "notes", "stage", "plot", "player", "set_page"):
        assert script.count(f"modules.{name} = ") == 1
    assert (
        script.index("modules.scene = ")
        < script.index("modules.player = ")
        < script.index("modules.set_page")
    )


# ---- comments that come back --------------------------------------------------------------------------

ONE = {"key": "k" * 12, "at_s": 2.0, "segment": 0, "text": "Higher", "strokes": []}


def saved(**changes: Any) -> bytes:
    whole = {"formcheck_comments": 1, "set": "S", "author": "Lee", "comments": [ONE]}
    return json.dumps({**whole, **changes}).encode()


def test_a_file_of_comments_is_read() -> None:
    author, drafts = comment_file.read(saved(), "S")
    assert author == "Lee"
    assert [d.text for d in drafts] == ["Higher"]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xff\xfe", b"[]", b"{}", b"<html>", b"[" * 100_000, b'{"formcheck_comments": NaN}',
        saved(set="T"),
        saved(formcheck_comments=2), saved(comments=[]), saved(comments={}), saved(comments=[1]),
        saved(comments=[ONE] * 301), saved(author=5), saved(author="x" * 201),
        saved(comments=[{**ONE, "key": 1}]),
        saved(comments=[{**ONE, "strokes": [{"kind": "svg", "points": []}]}]),
        saved(comments=[{**ONE, "at_s": -5}]),
        b" " * (comment_file.MOST_BYTES + 1),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(TrackError) as refused:
        comment_file.read(data, "S")
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


# ---- what the player sends ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("comments", ONE, 204), ("comments", {**ONE, "text": ""}, 400), ("comments", [1], 400),
        ("marks", {"code": "SQ101", "segment": 0, "right": False, "flagged": True}, 204),
        ("marks", {"code": "SQ101", "segment": None, "right": None, "flagged": True}, 204),
        ("marks", {"code": "<b>", "segment": 0, "right": True, "flagged": True}, 400),
        ("marks", {"code": "SQ101", "segment": True, "right": True, "flagged": True}, 400),
        ("marks", {"code": "SQ101", "segment": 0, "right": "yes", "flagged": True}, 400),
        ("comments", {**ONE, "text": "x" * 300_000}, 400),
    ],
)  # fmt: skip
def test_what_the_player_sends_is_checked(
    app: Starlette, store: Store, pair: tuple[str, str], kind: str, body: Any, status: int
) -> None:
    kim, anna = pair
    set_id = add(store, anna)
    got = browser(app, team.token(store, kim)).post(f"/api/sets/{set_id}/{kind}", json=body)
    assert got.status_code == status
    assert "\n" not in got.text


def test_other_sites_and_floods_are_refused(app: Starlette, store: Store, pair: tuple[str, str]) -> None:
    kim, anna = pair
    address = f"/api/sets/{add(store, anna)}/comments"
    me = browser(app, team.token(store, kim))
    assert me.post(address, json=ONE, headers={"origin": "https://evil.example"}).status_code == 403
    bare = TestClient(app, cookies=me.cookies)
    assert bare.post(address, json=ONE).status_code == 403  # without the header that scripts set
    codes = [me.post(address, json={**ONE, "text": ""}).status_code for _ in range(130)]
    assert codes[0] == 400
    assert codes[-1] == 429
