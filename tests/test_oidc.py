"""Signing in through an identity provider: Streamlit's own login against a provider that runs in the test."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import team
from oidc_provider import Provider
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from formcheck.store import Store, accounts, invitations, signins
from formcheck.store.settings import AppSettings
from formcheck.web import guard, oidc
from formcheck.web.doors import Doors
from formcheck.web.guard import Guard, Identity

pytest.importorskip("joserfc")
pytest.importorskip("authlib")
BASE = "http://testserver"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    one = Provider()
    section = _Section(one.section(BASE))
    from streamlit import auth_util
    from streamlit.web.server import server_util
    from streamlit.web.server.starlette import starlette_auth_routes

    for module in (auth_util, starlette_auth_routes):
        monkeypatch.setattr(module, "get_secrets_auth_section", lambda: section)
    for module in (server_util, starlette_auth_routes):
        monkeypatch.setattr(module, "get_cookie_secret", lambda: section["cookie_secret"])
    monkeypatch.setattr(starlette_auth_routes, "_get_origin_from_secrets", lambda: BASE)
    yield one
    one.shutdown()


class _Section(dict[str, Any]):
    """What `st.secrets["auth"]` is."""

    def to_dict(self) -> dict[str, Any]:
        return json.loads(json.dumps(self))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "data")


@pytest.fixture
def app(store: Store, provider: Provider) -> Starlette:
    from streamlit.web.server.starlette.starlette_auth_routes import create_auth_routes

    routes = [
        *Doors(store, AppSettings(store.folder, team=True)).routes(),
        *create_auth_routes(""),
        Route("/", lambda _: PlainTextResponse("page")),
    ]
    one = Middleware(Guard, identity=Identity(store, team=True), hosts=())
    return Starlette(routes=routes, middleware=[one, Middleware(SessionMiddleware, secret_key="s")])


def come_back(browser: TestClient, address: str) -> Any:
    """Follow every redirect, the provider's among them, as a browser does."""
    import httpx

    for _ in range(12):
        if address.startswith(("/", BASE)):
            answer: Any = browser.get(address, headers={"accept": "text/html"}, follow_redirects=False)
        else:
            answer = httpx.get(address, follow_redirects=False)
        if answer.status_code not in (302, 303):
            return answer
        address = answer.headers["location"]
    raise AssertionError("it goes round in circles")


def test_a_verified_address_with_an_account_is_signed_in(app: Starlette, store: Store) -> None:
    person = team.member(store, "client")
    browser = TestClient(app)
    assert "Sign in with Studio" in browser.get("/sign-in").text
    assert come_back(browser, "/sign-in/with/studio").text == "page"
    token = browser.cookies[guard.COOKIE]
    assert signins.person_of(store, token) == person
    assert not [name for name in browser.cookies if name.startswith("_streamlit_user")]
    signins.revoke_all(store, person)
    assert "Sign in" in come_back(browser, "/").text  # the provider's answer counted once


def test_an_address_without_an_account_is_let_in_with_an_invitation_only(app, store, provider) -> None:
    trainer = team.member(store, "trainer", trainer=True)
    provider.claims |= {"email": "new@example.com", "name": "New One"}
    browser = TestClient(app)
    refused = come_back(browser, "/sign-in/with/studio")
    assert (refused.status_code, guard.COOKIE in browser.cookies) == (403, False)
    assert "no account for new@example.com" in refused.text
    link = invitations.invite(store, trainer, trainer=False)
    assert "Join with Studio" in browser.get(f"/join/{link}").text
    assert come_back(browser, f"/join/{link}/with/studio").text == "page"
    (client,) = accounts.clients(store, trainer)
    assert (client.email, client.person.name, client.password_hash) == ("new@example.com", "New One", None)
    assert accounts.with_password(store, "new@example.com", "") is None


@pytest.mark.parametrize("claims", [{"email_verified": False}, {"email_verified": None}, {"email": None}])
def test_an_address_that_nobody_vouches_for_lets_nobody_in(app, store, provider, claims) -> None:
    team.member(store, "client")
    provider.claims |= claims
    browser = TestClient(app)
    assert come_back(browser, "/sign-in/with/studio").status_code == 403
    assert guard.COOKIE not in browser.cookies


def test_an_old_answer_of_a_provider_lets_nobody_in(app, store, monkeypatch) -> None:
    team.member(store, "client")
    monkeypatch.setattr(oidc, "FRESH_S", -1.0)
    assert come_back(TestClient(app), "/sign-in/with/studio").status_code == 403


def test_a_forged_answer_lets_nobody_in(app, store) -> None:
    team.member(store, "client")
    said = json.dumps({"email": "client@example.com", "email_verified": True, "iat": time.time()})
    browser = TestClient(app, cookies={"_streamlit_user": said})
    assert browser.get("/sign-in").status_code == 403
    assert guard.COOKIE not in browser.cookies


def test_an_unknown_provider_is_a_sentence(app) -> None:
    assert TestClient(app).get("/sign-in/with/other", follow_redirects=False).status_code == 404
