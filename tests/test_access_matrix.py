"""Every address of the app as everybody: who gets what. A route that is not listed here fails the test.

The routes come from the app itself. browser_tests/test_team.py tries the same on a running app.
"""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import factories
import pytest
import team
from pages import opened, words
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from streamlit.testing.v1 import AppTest

from formcheck import web_build
from formcheck.store import Store, accounts, consent, invitations, people, sets, signins
from formcheck.store.access import WITHOUT_PICTURES
from formcheck.store.models import DROPPED, OWN, LiftSet, OneTimeLink, Upload
from formcheck.store.tokens import hashed
from formcheck.web import guard
from formcheck.web import server as server_module
from formcheck.web import visitor as visitor_module
from formcheck.web.screens import safety

HEADERS = {guard.ASK: "1", "origin": "http://testserver"}
INSIDE = ("owner", "trainer", "other client", "other trainer", "admin")
OUTSIDE = ("nobody", "signed out", "closed", "stranger")
ROLES = (*INSIDE, *OUTSIDE)
"""owner, trainer: of the set in question. nobody: no cookie. signed out: a sign-in that was revoked.
closed: of an account that an admin has shut. stranger: holds an invitation that is too old."""
PICTURES = ("video.mp4", "playback.mp4", "overlay.mp4", "report.html", "report.pdf", "SQ101-0.jpg")
FILES = (*sorted(WITHOUT_PICTURES), *PICTURES)


def answers(inside: int, **others: int) -> dict[str, int]:
    """What each role gets: `inside` for whoever is signed in, 401 for those who are not, but for others."""
    by_role = {role: 401 if role in OUTSIDE else inside for role in ROLES}
    return by_role | {role.replace("_", " "): status for role, status in others.items()}


ANYBODY = dict.fromkeys(ROLES, 200)
SPENT = dict.fromkeys(ROLES, 410)  # an invitation that is too old, for everybody
OWNER_ONLY = answers(404, owner=200)
EXPECTED: dict[tuple[str, str], dict[str, int]] = {
    ("GET", "/sign-in"): answers(303) | dict.fromkeys(OUTSIDE, 200),
    ("POST", "/sign-in"): dict.fromkeys(ROLES, 401),  # with a wrong password
    ("GET", "/sign-out"): answers(303),
    ("GET", "/api/signed-in"): answers(204),
    ("GET", "/join/{token}"): SPENT,
    ("POST", "/join/{token}"): SPENT,
    ("GET", "/sign-in/with/{provider}"): dict.fromkeys(ROLES, 404),  # none is set up; see test_oidc.py
    ("GET", "/join/{token}/with/{provider}"): dict.fromkeys(ROLES, 404),
    ("GET", "/reset/{token}"): SPENT,
    ("POST", "/reset/{token}"): SPENT,
    ("POST", "/api/uploads"): answers(200),
    ("GET", "/api/uploads/{id}"): OWNER_ONLY,
    ("PUT", "/api/uploads/{id}"): OWNER_ONLY,
    ("POST", "/api/uploads/{id}/done"): answers(404, owner=409),  # not all of it is there
    ("DELETE", "/api/uploads/{id}"): OWNER_ONLY,
    ("GET", "/m/{set_id}/{name}"): answers(404, owner=200, trainer=200),
    ("GET", "/assets/{name}"): ANYBODY,
    ("GET", "/api/archive"): answers(200),  # one's own sets: see below
    ("POST", "/api/sets/{set_id}/comments"): answers(404, owner=204, trainer=204),
    ("POST", "/api/sets/{set_id}/marks"): answers(404, owner=204, trainer=204),
    ("GET", "/api/sets/{set_id}/page.html"): answers(404, owner=200, trainer=200),
    ("GET", "/g/{token}"): dict.fromkeys(ROLES, 404),  # no guest link; see test_guest_pages.py
    ("GET", "/g/{token}/{name}"): dict.fromkeys(ROLES, 404),
    ("GET", f"/live/build/{web_build.VERSION}/{{name}}"): answers(200),  # or 404 where it was not fetched
    ("GET", "/live/model/{version}"): answers(200),
    ("WEBSOCKET", "/live/ws"): answers(200),
    ("GET", "/{page}"): answers(200),  # every page and everything else of Streamlit's own
}  # fmt: skip


@dataclass(frozen=True)
class House:
    """A whole team: who has which token, and what is the owner's."""

    store: Store
    app: Starlette
    who: dict[str, str]
    tokens: dict[str, str | None]
    set_id: str
    upload_id: str
    old_link: str

    def browser(self, role: str) -> TestClient:
        token = self.tokens[role]
        cookies = {guard.COOKIE: token} if token else {}
        return TestClient(self.app, cookies=cookies, headers=HEADERS, follow_redirects=False)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("FORMCHECK_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("FORMCHECK_TEAM", "1")
    server_module.server.cache_clear()
    yield make_house(server_module.server().store)
    server_module.server.cache_clear()


def make_house(store: Store) -> House:
    who = {
        "admin": team.member(store, "admin", admin=True),
        "trainer": team.member(store, "trainer", trainer=True),
    }
    who["owner"] = team.member(store, "owner", of=who["trainer"])
    who["other trainer"] = team.member(store, "coach", trainer=True)
    who["other client"] = team.member(store, "client", of=who["trainer"])
    who["closed"], who["signed out"] = who["owner"], who["owner"]
    who["closed"] = team.member(store, "closed", trainer=True)
    tokens: dict[str, str | None] = {role: team.token(store, person) for role, person in who.items()}
    signins.end(store, tokens["signed out"] or "")
    accounts.change(store, who["closed"], admin=False, trainer=True, closed=True)
    tokens["nobody"] = None
    old_link = invitations.invite(store, who["trainer"], trainer=False)
    with store.begin() as session:
        session.get_one(OneTimeLink, hashed(old_link)).expires_s = time.time() - 1
        upload = Upload(owner_id=who["owner"], name="new.mp4", size=10)
        session.add(upload)
        session.flush()
        (store.folder / "uploads" / upload.id).touch()
        upload_id = upload.id
    tokens["stranger"] = old_link
    streamlit = Route("/{page}", lambda _: PlainTextResponse("page"))
    app = Starlette(routes=[*server_module.routes(), streamlit], middleware=server_module.middleware())
    return House(store, app, who, tokens, add(store, who["owner"]), upload_id, old_link)


def add(store: Store, owner: str) -> str:
    with store.begin() as session:
        lift = LiftSet(
            owner_id=owner,
            name="a.mp4",
            video="video.mp4",
            playback="playback.mp4",
            exercise="squat",
            judged_s=1.0,
        )
        lift.report, lift.headline = factories.report(factories.finding()).to_dict(), "Squat."
        lift.exercise, lift.judged_s = "squat", 1.0
        session.add(lift)
        session.flush()
        for name in FILES:
            content = b"null" if name.endswith(".json") else b"PRIVATE"  # it was not followed live
            store.media.put(sets.key(lift.id, name), content)
        return lift.id


def listed(app: Starlette) -> set[tuple[str, str]]:
    """Every method and address that the app answers."""
    found = {("WEBSOCKET", route.path) for route in app.routes if isinstance(route, WebSocketRoute)}
    for route in app.routes:
        if isinstance(route, Route):
            found |= {(method, route.path) for method in (route.methods or set()) - {"HEAD"}}
    assert all(isinstance(route, Route | WebSocketRoute) for route in app.routes), "a kind to be looked at"
    return found


def ask(house: House, role: str, method: str, path: str) -> int:
    """The status that this role gets at this address of the owner's."""
    filled = path.format(
        token=house.old_link,
        id=house.upload_id,
        set_id=house.set_id,
        name="video.mp4",
        page="history",
        version="1",
        provider="none",
    )
    filled = filled.replace("/assets/video.mp4", "/assets/player.js")
    if method == "WEBSOCKET":
        return _ask_socket(house, role, filled)
    how: dict[str, Any] = {}
    if filled == "/api/uploads":
        how["json"] = {"name": "b.mp4", "size": 10}
    elif filled.endswith("/comments"):
        how["json"] = {"key": "k" * 12, "text": "Chest up", "at_s": 1.0, "strokes": []}
        how["json"]["key"] += "".join(c for c in role if c.isalpha())
    elif filled.endswith("/marks"):
        how["json"] = {"code": "SQ101", "segment": 0, "right": True, "flagged": True}
    elif filled.endswith("/done"):
        how["json"] = {}
    elif method == "PUT":
        filled, how["content"] = f"{filled}?offset=0", b"x"
    elif method == "POST":
        how["data"] = {"email": "owner@example.com", "password": f"wrong for {role}"}
    with house.store.begin() as session:  # one failure is not a lock
        session.execute(team.no_failures())
    status = house.browser(role).request(method, filled, **how).status_code
    return 200 if path.startswith("/live/") and status == 404 else status


def _ask_socket(house: House, role: str, path: str) -> int:
    """200 where the socket is accepted, 401 where it is not."""
    try:
        with house.browser(role).websocket_connect(path):
            return 200
    except WebSocketDisconnect:
        return 401


def test_every_route_of_the_app_has_a_rule(house: House) -> None:
    assert listed(house.app) == set(EXPECTED), "say in EXPECTED who may have the new address"


@pytest.mark.parametrize(("method", "path"), EXPECTED)
def test_every_address_as_everybody(house: House, method: str, path: str) -> None:
    roles = sorted(ROLES, key=lambda role: role == "owner")  # the owner last, who may delete it
    got = {role: ask(house, role, method, path) for role in roles}
    assert got == EXPECTED[method, path]


@pytest.mark.parametrize("use", ["shared", OWN, DROPPED])
def test_every_file_of_a_set_as_everybody(house: House, use: str) -> None:
    people.update_profile(house.store, house.who["owner"], video_use=use)
    for name in FILES:
        seen = 200 if use == "shared" or name in WITHOUT_PICTURES else 404
        expected = answers(404, owner=200, trainer=seen)
        got = {role: house.browser(role).get(f"/m/{house.set_id}/{name}").status_code for role in ROLES}
        assert got == expected, name


def test_an_address_is_worthless_later_and_elsewhere(house: House) -> None:
    url = f"/m/{house.set_id}/video.mp4"
    trainer = house.browser("trainer")
    assert trainer.get(url).content == b"PRIVATE"
    assert house.browser("nobody").get(url).status_code == 401
    consent.revoke(house.store, house.who["owner"])
    assert trainer.get(url).status_code == 404
    consent.give(house.store, house.who["owner"])
    accounts.part(house.store, house.who["trainer"], house.who["owner"])
    assert trainer.get(url).status_code == 404
    owner = house.browser("owner")
    assert owner.get(url).status_code == 200
    signins.revoke_all(house.store, house.who["owner"])
    assert owner.get(url).status_code == 401


def test_the_archive_holds_ones_own_sets_and_no_secrets(house: House) -> None:
    packed = {role: house.browser(role).get("/api/archive").content for role in ("owner", "trainer", "admin")}
    for role, content in packed.items():
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert any("sets/" in name for name in archive.namelist()) == (role == "owner")
            text = archive.read("person.json").decode()
        assert f'"email": "{role}@example.com"' in text
        assert "argon2" not in text
        assert hashed(house.tokens[role] or "") not in text


def test_nothing_is_taken_in_without_consent(house: House) -> None:
    consent.revoke(house.store, house.who["owner"])
    assert ask(house, "owner", "POST", "/api/uploads") == 403
    assert ask(house, "owner", "WEBSOCKET", "/live/ws") == 401


# ---- pages ------------------------------------------------------------------------------------------

OWN_PAGES = {"check", "live", "live-webrtc", "history", "manual", "you", "side", "review", "privacy"}
PAGES = {
    "owner": OWN_PAGES,
    "trainer": {"inbox", "clients", "client", "agreement", *OWN_PAGES},
    "admin": {"people", "queue", *OWN_PAGES},
}
PAGES |= {"other client": PAGES["owner"], "other trainer": PAGES["trainer"]}
IMPORTS = (
    "from formcheck.web.visitor import visitor\nfrom formcheck.web.screens import clients, review, people"
)
SECRET = "Next set, one thing"  # what only a review says


def page(house: House, monkeypatch: pytest.MonkeyPatch, role: str, script: str = "", **query: str) -> AppTest:
    monkeypatch.setattr(visitor_module, "token", lambda: house.tokens[role])
    monkeypatch.setattr("formcheck.web.components.signed_in", lambda: None)
    if role in house.who:
        people.answer_safety(house.store, house.who[role], safety.GO, {})
        people.update_profile(house.store, house.who[role], asked=True)
    return opened(f"{IMPORTS}\n{script}" if script else "", **query)


@pytest.mark.parametrize("role", ROLES)
def test_which_pages_there_are_for_whom(house: House, monkeypatch, role: str) -> None:
    app = page(house, monkeypatch, role)
    if role in OUTSIDE:
        assert "You are signed out" in words(app)
        assert "pages" not in app.session_state
    else:
        assert set(app.session_state["pages"]) == PAGES[role]


@pytest.mark.parametrize("role", INSIDE)
def test_the_queue_is_for_the_admin(house: House, monkeypatch: pytest.MonkeyPatch, role: str) -> None:
    script = "from formcheck.web.screens import queue\nqueue.show(visitor())"
    app = page(house, monkeypatch, role, script)
    assert ("Only an admin sees the queue." in words(app)) is (role != "admin")
    assert bool(app.metric) is (role == "admin")


@pytest.mark.parametrize("role", INSIDE)
def test_a_review_is_for_the_owner_and_their_trainer(
    house: House, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    app = page(house, monkeypatch, role, "review.show(visitor())", set=house.set_id)
    assert (SECRET in words(app)) == (role in ("owner", "trainer"))
    own = any("Judge again" in button.label for button in app.button)
    assert own == (role == "owner")


@pytest.mark.parametrize("role", INSIDE)
def test_a_clients_page_is_for_their_trainer(
    house: House, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    app = page(house, monkeypatch, role, "clients.show_one(visitor())", client=house.who["owner"])
    assert ("owner@example.com" in words(app)) == (role == "trainer")


@pytest.mark.parametrize("role", INSIDE)
def test_managing_people_is_for_admins(house: House, monkeypatch, role: str) -> None:
    app = page(house, monkeypatch, role, "people.show(visitor())")
    assert ("owner" in words(app).lower()) == (role == "admin")
    assert SECRET not in words(app)


def test_an_open_page_ends_with_the_sign_in(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    app = page(house, monkeypatch, "owner")
    assert "Check a set" in words(app)
    signins.revoke_all(house.store, house.who["owner"])
    app.run()
    assert "You are signed out" in words(app)
    assert "Check a set" not in words(app)
