"""Signing in and out, joining, a new password, and what the guard answers to whom: as HTTP, without pages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import team
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from formcheck.errors import ConfigError
from formcheck.store import Store, accounts, audit, invitations, lockout, signins
from formcheck.store.settings import AppSettings, from_environment
from formcheck.web import guard, serve
from formcheck.web.doors import Doors, browser_words
from formcheck.web.guard import Guard, Identity

OWN = {"origin": "http://testserver"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "data")


@pytest.fixture
def client(store: Store) -> str:
    return team.member(store, "client", of=team.member(store, "trainer", trainer=True))


@pytest.fixture
def app(store: Store) -> Starlette:
    return make(store)


def make(store: Store, **changes: Any) -> Starlette:
    settings = AppSettings(store.folder, team=True, **changes)

    async def echo(socket: Any) -> None:
        await socket.accept()
        while True:
            await socket.send_text(await socket.receive_text())

    routes = [
        *Doors(store, settings).routes(),
        Route("/", lambda _: PlainTextResponse("page")),
        Route("/review", lambda _: PlainTextResponse("review")),
        WebSocketRoute("/live/ws", echo),
    ]
    one = Middleware(Guard, identity=Identity(store, team=True), hosts=(), url=settings.url)
    return Starlette(routes=routes, middleware=[one])


def sign_in(
    browser: TestClient, password: str = team.PASSWORD, email: str = "client@example.com",
    headers: Any = OWN, to: str = "",
) -> Any:  # fmt: skip
    form = {"email": email, "password": password}
    return browser.post(f"/sign-in{to}", data=form, headers=headers, follow_redirects=False)


# ---- signing in -------------------------------------------------------------------------------------


def test_signing_in_gives_a_new_hidden_cookie_and_leads_on(app: Starlette, client: str, store: Store) -> None:
    planted = "x" * 43
    browser = TestClient(app, cookies={guard.COOKIE: planted})
    answer = sign_in(browser, to="?next=/review%3Fset%3D1")
    cookie = answer.headers["set-cookie"]
    assert (answer.status_code, answer.headers["location"]) == (303, "/review?set=1")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert planted not in cookie
    assert signins.person_of(store, planted) is None
    token = re.findall(r"formcheck=([^;]+)", cookie)[0]
    assert signins.person_of(store, token) == client
    assert [e.action for e in audit.about(store, client) if e.action == audit.SIGNED_IN] == [audit.SIGNED_IN]


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "", "javascript:1"]
)
def test_signing_in_never_leads_to_another_server(app: Starlette, client: str, to: str) -> None:
    answer = TestClient(app).post(
        "/sign-in", params={"next": to}, data={"email": "client@example.com", "password": team.PASSWORD},
        headers=OWN, follow_redirects=False,
    )  # fmt: skip
    assert answer.headers["location"] == "/"


def test_a_page_that_was_asked_for_comes_after_signing_in(app: Starlette, client: str) -> None:
    asked = TestClient(app).get("/review?set=1", headers={"accept": "text/html"}, follow_redirects=False)
    assert asked.headers["location"] == "/sign-in?next=%2Freview%3Fset%3D1"


def test_wrong_and_unknown_get_the_same_words_and_a_lock_after_five(
    app: Starlette, client: str, store: Store
) -> None:
    browser = TestClient(app)
    wrong, unknown = sign_in(browser, "wrong words here"), sign_in(browser, email="nobody@example.com")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace("client@", "nobody@") == unknown.text
    for _ in range(lockout.MOST_HERE - 1):
        sign_in(browser, "wrong words here")
    locked = sign_in(browser)
    assert locked.status_code == 429
    assert "minutes" in locked.text
    assert "set-cookie" not in locked.headers
    assert audit.LOCKED in [e.action for e in audit.about(store, client)]


def test_behind_a_proxy_the_lock_is_for_who_asks_not_for_the_proxy(store: Store, client: str) -> None:
    app = make(store, proxies=("testclient",))
    browser = TestClient(app)
    for _ in range(lockout.MOST_HERE):
        sign_in(browser, "wrong words here", headers={**OWN, "x-forwarded-for": "6.6.6.6, 1.1.1.1"})
    assert sign_in(browser, headers={**OWN, "x-forwarded-for": "1.1.1.1"}).status_code == 429
    assert sign_in(browser, headers={**OWN, "x-forwarded-for": "2.2.2.2"}).status_code == 303
    open_one = TestClient(make(store))  # nobody's proxy: what it says counts for nothing
    assert sign_in(open_one, headers={**OWN, "x-forwarded-for": "1.1.1.1"}).status_code == 303


@pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}, {"origin": "null"}])
def test_forms_of_other_sites_are_refused(
    app: Starlette, client: str, store: Store, headers: dict[str, str]
) -> None:
    assert sign_in(TestClient(app), headers=headers).status_code == 403
    trainer = accounts.trainers(store, client)[0].person_id
    token = invitations.invite(store, trainer, trainer=False)
    form = {"name": "A", "email": "a@example.com", "password": team.PASSWORD}
    assert TestClient(app).post(f"/join/{token}", data=form, headers=headers).status_code == 403
    assert invitations.look(store, token).used_s is None


def test_over_https_the_cookie_is_secure(store: Store, client: str) -> None:
    app = make(store, url="https://form.example.com")
    assert "Secure" in sign_in(TestClient(app)).headers["set-cookie"]
    assert "Secure" not in sign_in(TestClient(make(store))).headers["set-cookie"]


def test_a_form_larger_than_a_form_is_not_read(app: Starlette, client: str) -> None:
    assert sign_in(TestClient(app), "x" * 100_000).status_code == 401


def test_what_somebody_typed_is_shown_as_text(app: Starlette) -> None:
    page = sign_in(TestClient(app), email='"><script>alert(1)</script>')
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


def test_signing_out_ends_it_on_the_server_too(app: Starlette, client: str, store: Store) -> None:
    browser = TestClient(app)
    sign_in(browser)
    token = browser.cookies[guard.COOKIE]
    assert browser.get("/api/signed-in").status_code == 204
    assert browser.get("/sign-out", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert signins.person_of(store, token) == client
    browser.get("/sign-out", headers={"sec-fetch-site": "same-origin"})
    assert signins.person_of(store, token) is None
    assert TestClient(app, cookies={guard.COOKIE: token}).get("/api/signed-in").status_code == 401


def test_browsers_are_called_by_name() -> None:
    phone = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"
    assert browser_words(phone) == "Chrome on Android"
    assert browser_words("curl/8") == "A browser"


# ---- joining and a new password ---------------------------------------------------------------------


def test_an_invitation_makes_an_account_once(app: Starlette, client: str, store: Store) -> None:
    trainer = accounts.trainers(store, client)[0].person_id
    url = f"/join/{invitations.invite(store, trainer, trainer=False)}"
    browser = TestClient(app)
    assert "Trainer invites you" in browser.get(url).text
    form = {"name": "New", "email": "new@example.com", "password": "short"}
    weak = browser.post(url, data=form, headers=OWN)
    assert weak.status_code == 400
    assert "new@example.com" in weak.text
    assert "short" not in weak.text.replace("short,", "")
    done = browser.post(url, data={**form, "password": team.PASSWORD}, headers=OWN)
    assert done.text == "page"
    assert len(accounts.clients(store, trainer)) == 2
    for answer in (TestClient(app).get(url), TestClient(app).post(url, data=form, headers=OWN)):
        assert answer.status_code == 410
        assert "used before or is too old" in answer.text


def test_somebody_with_an_account_adds_a_trainer(app: Starlette, client: str, store: Store) -> None:
    second = team.member(store, "second", trainer=True)
    url = f"/join/{invitations.invite(store, second, trainer=False)}"
    browser = TestClient(app)
    sign_in(browser)
    assert "Second invites you" in browser.get(url).text
    browser.post(url, data={}, headers=OWN)  # without the tick nothing happens
    assert len(accounts.trainers(store, client)) == 1
    browser.post(url, data={"agree": "1"}, headers=OWN)
    assert len(accounts.trainers(store, client)) == 2


def test_a_reset_link_sets_a_new_password_once(app: Starlette, client: str, store: Store) -> None:
    trainer = accounts.trainers(store, client)[0].person_id
    token = invitations.reset_link(store, trainer, client)
    browser = TestClient(app)
    assert "client@example.com" in browser.get(f"/reset/{token}").text
    assert browser.get(f"/join/{token}").status_code == 410  # it is no invitation
    assert browser.post(f"/reset/{token}", data={"password": "brand new words"}, headers=OWN).text == "page"
    assert (
        browser.post(f"/reset/{token}", data={"password": "other new words"}, headers=OWN).status_code == 410
    )
    assert sign_in(TestClient(app)).status_code == 401
    assert sign_in(TestClient(app), "brand new words").status_code == 303


# ---- sockets ----------------------------------------------------------------------------------------


def test_a_socket_is_for_the_signed_in_and_closes_when_they_are_no_more(
    app: Starlette, client: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "LOOK_S", 0.05)
    for cookies in ({}, {guard.COOKIE: "x" * 43}):
        with (
            pytest.raises(WebSocketDisconnect),
            TestClient(app, cookies=cookies).websocket_connect("/live/ws"),
        ):
            pass
    token = team.token(store, client)
    mine = TestClient(app, cookies={guard.COOKIE: token})
    with (
        pytest.raises(WebSocketDisconnect),
        mine.websocket_connect("/live/ws", headers={"origin": "https://evil.example"}),
    ):
        pass
    with mine.websocket_connect("/live/ws", headers=OWN) as socket:
        socket.send_text("hello")
        assert socket.receive_text() == "hello"
        signins.end(store, token)
        with pytest.raises(WebSocketDisconnect):
            socket.receive_text()


def test_without_a_team_a_browser_without_cookies_is_told_so_by_the_page(store: Store) -> None:
    async def hello(socket: Any) -> None:
        await socket.accept()
        await socket.send_text(str(guard.person_of(socket)))

    one = Middleware(Guard, identity=Identity(store, team=False), hosts=())
    browser = TestClient(Starlette(routes=[WebSocketRoute("/s", hello)], middleware=[one]))
    with browser.websocket_connect("/s") as socket:
        assert socket.receive_text() == "None"
    foreign = {"origin": "https://evil.example"}
    with pytest.raises(WebSocketDisconnect), browser.websocket_connect("/s", headers=foreign):
        pass


# ---- serving ----------------------------------------------------------------------------------------


HERE, ELSEWHERE_TOO = ("127.0.0.1", "::1", "localhost"), ("", "0.0.0.0", "::", "192.168.1.5", "a.lan")


@pytest.mark.parametrize("address", [*HERE, *ELSEWHERE_TOO])
def test_without_a_team_only_this_machine_is_listened_to(address: str) -> None:
    alone = address in HERE
    assert serve.loopback(address) == alone
    serve.refuse_strangers(address, team=True)
    if not alone:
        with pytest.raises(ConfigError, match=r"serve --team"):
            serve.refuse_strangers(address, team=False)


@pytest.mark.parametrize(
    ("address", "variables", "sentence"),
    [
        ("0.0.0.0", {}, "formcheck listens on 0.0.0.0, where other machines reach it"),
        ("127.0.0.1", {"FORMCHECK_WORKERS": "many"}, "FORMCHECK_WORKERS must be a number above 0"),
    ],
)
def test_streamlit_run_says_in_one_sentence_what_is_wrong(
    address: str, variables: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    root = Path(__file__).parents[1]
    place = {"FORMCHECK_DATA": str(tmp_path), "FORMCHECK_TEAM": "", "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.address={address}",
         "--server.port=0", "--server.headless=true"],
        cwd=root, env={**os.environ, **place, **variables}, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert f"formcheck: {sentence}" in done.stderr
    assert "Traceback" not in done.stderr


def test_both_ways_to_start_set_the_same() -> None:
    file = tomllib.loads((Path(__file__).parents[1] / ".streamlit" / "config.toml").read_text())
    told = {f"{section}.{name}": value for section, values in file.items() for name, value in values.items()}
    assert told == {**serve.CONFIG, "server.address": "127.0.0.1"}


def test_a_teams_data_are_not_opened_without_signing_in(
    store: Store, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from formcheck.web import server

    monkeypatch.setenv("FORMCHECK_DATA", str(store.folder))
    server.server.cache_clear()
    with pytest.raises(ConfigError, match="belong to a team"):
        server.server()


def test_team_settings_come_from_the_environment() -> None:
    given = {"FORMCHECK_TEAM": "1", "FORMCHECK_URL": "https://form.example.com/", "FORMCHECK_KEEP_DAYS": "90"}
    settings = from_environment(given)
    assert (settings.team, settings.url, settings.keep_days) == (True, "https://form.example.com", 90)
    assert settings.hosts == ("form.example.com",)
    assert not from_environment({}).team
    for wrong in (
        {"FORMCHECK_TEAM": "maybe"},
        {"FORMCHECK_URL": "form.example.com"},
        {"FORMCHECK_KEEP_DAYS": "-1"},
    ):
        with pytest.raises(ConfigError, match=next(iter(wrong))):
            from_environment(wrong)


def test_the_first_admin_is_told_a_link_and_nobody_later(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    from types import SimpleNamespace

    one: Any = SimpleNamespace(store=store, settings=AppSettings(store.folder, team=True))
    serve.announce(one, "0.0.0.0", 8501)
    said = capsys.readouterr().err
    assert "without HTTPS" in said
    token = said.partition("http://localhost:8501/join/")[2].split()[0]
    page = TestClient(make(store)).get(f"/join/{token}")
    assert "Set up your team" in page.text
    invitations.join(store, token, "me@example.com", "Me", team.PASSWORD)
    serve.announce(one, "127.0.0.1", 8501)
    assert capsys.readouterr().err == ""
