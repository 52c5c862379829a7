"""Signing in through an identity provider: Streamlit's own login against a provider that runs in the test."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import team
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

joserfc = pytest.importorskip("joserfc")
pytest.importorskip("authlib")
BASE = "http://testserver"


class Provider(ThreadingHTTPServer):
    """An OIDC provider that vouches for `claims`, whoever asks."""

    daemon_threads = True

    def __init__(self) -> None:
        from joserfc.jwk import RSAKey

        super().__init__(("127.0.0.1", 0), _Answers)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.claims: dict[str, Any] = {
            "email": "client@example.com",
            "email_verified": True,
            "name": "Client",
        }
        self.nonces: dict[str, str] = {}

    def token(self, code: str) -> dict[str, Any]:
        from joserfc import jwt

        now = int(time.time())
        content = {
            "iss": self.url, "aud": "formcheck", "sub": "1", "iat": now, "exp": now + 300,
            "nonce": self.nonces[code], **self.claims,
        }  # fmt: skip
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, content, self.key)
        return {"access_token": "a", "token_type": "Bearer", "id_token": signed, "expires_in": 300}


class _Answers(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        url, one = urlsplit(self.path), self.server
        if url.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(url.query).items()}
            code = str(len(one.nonces))
            one.nonces[code] = asked["nonce"]
            self.send_response(302)
            self.send_header(
                "location", f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
            )
            self.end_headers()
        elif url.path == "/keys":
            self._json({"keys": [one.key.as_dict(private=False)]})
        else:
            self._json({
                "issuer": one.url, "authorization_endpoint": f"{one.url}/authorize",
                "token_endpoint": f"{one.url}/token", "jwks_uri": f"{one.url}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            })  # fmt: skip

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        self._json(self.server.token(form["code"][0]))

    def _json(self, content: dict[str, Any]) -> None:
        data = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    one = Provider()
    threading.Thread(target=one.serve_forever, daemon=True).start()
    section = _Section({
        "redirect_uri": f"{BASE}/oauth2callback", "cookie_secret": "long, and random elsewhere",
        "studio": {
            "client_id": "formcheck", "client_secret": "s",
            "server_metadata_url": f"{one.url}/.well-known/openid-configuration",
        },
    })  # fmt: skip
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
