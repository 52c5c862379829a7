"""What stands before every request: known hosts and origins, the cookie, headers, and in a team the sign-in.

The cookie is a random token, HttpOnly and SameSite, so no page of another site gets anything with it. On a
machine without a team it is set with the first page and proves no more than that. In a team it is set by
signing in, the database knows its hash, and without it nothing is answered but what signing in needs; an
open WebSocket is closed soon after its sign-in has ended.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from formcheck.store import Store, people, signins
from formcheck.store.tokens import TOKEN, new_token

COOKIE = "formcheck"
COOKIE_AGE_S = 400 * 86400  # the longest that browsers keep one; renewed with every page
LOCAL = ("localhost", "127.0.0.1", "::1", "testserver")
ASK = "x-formcheck"  # a header that no form of another site can send
SCOPE = "formcheck.identity"  # where the guard leaves, for the routes, how to tell who asks
LOOK_S = 2.0  # how soon an open WebSocket is closed after its sign-in has ended
SIGN_IN = "/sign-in"
PUBLIC = frozenset({SIGN_IN, "/_stcore/health", "/favicon.png", "/auth/login", "/oauth2callback"})
PUBLIC_FOLDERS = ("/assets/", "/static/", "/sign-in/", "/join/", "/reset/", "/g/")
"""What a team's app answers to somebody who has not signed in: nothing in it is anybody's."""


@cache
def policy() -> str:
    """The content security policy: everything from this server only (web.md D).

    blob: as script is how Streamlit loads the loader of a component; the one inline script of its page is
    named by its hash, computed from the installed version.
    """
    import streamlit

    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    inline = [
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        for script in re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    ]
    hashes = " ".join(f"'sha256-{digest}'" for digest in inline)
    return "; ".join((
        "default-src 'self'", f"script-src 'self' 'wasm-unsafe-eval' blob: {hashes}".strip(),
        "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:", "media-src 'self' blob:",
        "worker-src 'self' blob:", "font-src 'self' data:", "connect-src 'self'", "frame-ancestors 'self'",
        "object-src 'none'", "base-uri 'self'", "form-action 'self'",
    ))  # fmt: skip


@dataclass(frozen=True)
class Identity:
    """Who is behind a cookie, in one store."""

    store: Store
    team: bool

    def person_of(self, token: str | None) -> str | None:
        """The person this token acts for now; None for nobody."""
        if self.team:
            return signins.person_of(self.store, token)
        return people.LOCAL if token else None


def token_of(request: HTTPConnection) -> str | None:
    """The token in the request's cookie."""
    return _token(request.headers)


def person_of(request: HTTPConnection) -> str | None:
    """Who asks: the person behind the cookie, at this moment; None for nobody. For routes of every kind."""
    identity: Identity = request.scope[SCOPE]
    return identity.person_of(token_of(request))


def same_origin(request: Request) -> bool:
    """Whether a page of this server sent this request: its Origin, and a header only scripts can set."""
    return request.headers.get(ASK) == "1" and _own_origin(request.headers, missing=True)


def from_own_form(request: Request) -> bool:
    """Whether a page of this server sent this form; browsers name the origin of every form."""
    return _own_origin(request.headers, missing=False)


class Guard:
    """ASGI middleware around everything."""

    def __init__(self, app: ASGIApp, identity: Identity, hosts: tuple[str, ...], url: str = "") -> None:
        self._app, self._identity, self._hosts = app, identity, (*LOCAL, *hosts)
        self._https = url.startswith("https:")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scope[SCOPE] = self._identity
        if scope["type"] == "websocket":
            await self._socket(scope, headers, receive, send)
            return
        fresh = None
        if _is_page(scope, headers) and not self._identity.team:
            fresh = _token(headers) or new_token()
        secure = self._https or scope["scheme"] == "https"

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _dress(MutableHeaders(scope=message), headers, fresh, secure=secure)
            await send(message)

        answer = await self._refusal(scope, headers) or self._app
        await answer(scope, receive, send_guarded)

    async def _refusal(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        """What a request gets that is not to be passed on."""
        if not self._known(headers.get("host", "")):
            return PlainTextResponse("formcheck is not to be opened under this name.", 421)
        if self._identity.team and not _public(scope["path"]) and not await self._signed_in(headers):
            if _is_page(scope, headers):
                return RedirectResponse(_with_next(scope), 303, {"cache-control": "no-store"})
            return PlainTextResponse("Sign in first.", 401, {"cache-control": "no-store"})
        return None

    async def _socket(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        own = self._known(headers.get("host", "")) and _own_origin(headers, missing=True)
        team = self._identity.team
        if not own or (team and not await self._signed_in(headers)):
            await send({"type": "websocket.close", "code": 1008})
        elif team:
            await self._while_signed_in(scope, headers, receive, send)
        else:  # without a cookie the page says why it shows nothing
            await self._app(scope, receive, send)

    async def _while_signed_in(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        """Serve a socket until it ends, or the sign-in behind it does."""
        serving = asyncio.ensure_future(self._app(scope, receive, send))
        watching = asyncio.ensure_future(self._until_signed_out(headers))
        try:
            await asyncio.wait((serving, watching), return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended = serving.done()
            serving.cancel()
            watching.cancel()
        with suppress(asyncio.CancelledError):
            await serving
        if not ended:
            with suppress(RuntimeError, OSError):  # the browser closed it at the same moment
                await send({"type": "websocket.close", "code": 1008})

    async def _until_signed_out(self, headers: Headers) -> None:
        """Return when the sign-in of this cookie is no more."""
        while await self._signed_in(headers):
            await asyncio.sleep(LOOK_S)

    async def _signed_in(self, headers: Headers) -> bool:
        return await asyncio.to_thread(self._identity.person_of, _token(headers)) is not None

    def _known(self, host: str) -> bool:
        name = urlsplit(f"//{host}").hostname or ""
        return "*" in self._hosts or name in self._hosts


def set_cookie(out: MutableHeaders, token: str, *, secure: bool) -> None:
    """Give the browser its token."""
    ending = "; Secure" if secure else ""
    out.append(
        "set-cookie", f"{COOKIE}={token}; Path=/; Max-Age={COOKIE_AGE_S}; HttpOnly; SameSite=Lax{ending}"
    )


def clear_cookie(out: MutableHeaders) -> None:
    """Take the token from the browser."""
    out.append("set-cookie", f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")


def _dress(out: MutableHeaders, asked: Headers, fresh: str | None, *, secure: bool) -> None:
    out.setdefault("content-security-policy", policy())
    out["x-content-type-options"] = "nosniff"
    out.setdefault("referrer-policy", "same-origin")
    out["cross-origin-opener-policy"] = "same-origin"
    out["cross-origin-resource-policy"] = "same-origin"
    if fresh:
        set_cookie(out, fresh, secure=secure)


def _token(headers: Headers) -> str | None:
    """The token of the cookie if it is one that this server could have made."""
    cookie: SimpleCookie = SimpleCookie(headers.get("cookie", ""))
    value = cookie[COOKIE].value if COOKIE in cookie else ""
    return value if TOKEN.fullmatch(value) else None


def _is_page(scope: Scope, headers: Headers) -> bool:
    return scope["type"] == "http" and scope["method"] == "GET" and "text/html" in headers.get("accept", "")


def _own_origin(headers: Headers, *, missing: bool) -> bool:
    """Whether the request's Origin is this server; missing: the answer where a request names none."""
    origin = headers.get("origin")
    return missing if origin is None else urlsplit(origin).netloc == headers.get("host")


def _with_next(scope: Scope) -> str:
    """The sign-in page, which leads on to what was asked for."""
    asked = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
    return SIGN_IN if asked == "/" else f"{SIGN_IN}?{urlencode({'next': asked})}"


def _public(path: str) -> bool:
    """Whether this address is answered before anybody has signed in."""
    return path in PUBLIC or path.startswith(PUBLIC_FOLDERS)
