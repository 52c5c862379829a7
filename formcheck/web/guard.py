"""Who may ask what: the cookie that keeps browsers apart, the hosts and origins that are answered, headers.

The cookie is a random token, HttpOnly, of which the database knows only the hash. It is set with the first
page, so it is there when Streamlit's WebSocket opens; a browser without it sees no set but its own.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from formcheck.store.people import new_token

COOKIE = "formcheck"
COOKIE_AGE_S = 400 * 86400  # the longest that browsers keep one; renewed with every page
LOCAL = ("localhost", "127.0.0.1", "::1", "testserver")
TOKEN = re.compile(r"[\w-]{43}")  # 32 random bytes in base64
ASK = "x-formcheck"  # a header that no form of another site can send


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


def token_of(request: Request) -> str | None:
    """The token in the request's cookie."""
    return _token(request.headers)


def same_origin(request: Request) -> bool:
    """Whether a page of this server sent this request: its Origin, and a header only scripts can set."""
    origin = request.headers.get("origin")
    return request.headers.get(ASK) == "1" and (
        origin is None or urlsplit(origin).netloc == request.headers.get("host")
    )


class Guard:
    """ASGI middleware around everything: refuses foreign hosts, sets the cookie and the headers."""

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...]) -> None:
        self._app, self._hosts = app, (*LOCAL, *hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not self._known(headers.get("host", "")):
            refusal = PlainTextResponse("formcheck is not to be opened under this name.", 421)
            await (refusal(scope, receive, send) if scope["type"] == "http" else _close(send))
            return
        fresh = (_token(headers) or new_token()) if _is_page(scope, headers) else None

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _dress(MutableHeaders(scope=message), headers, fresh, secure=scope["scheme"] == "https")
            await send(message)

        await self._app(scope, receive, send_guarded)

    def _known(self, host: str) -> bool:
        name = urlsplit(f"//{host}").hostname or ""
        return "*" in self._hosts or name in self._hosts


def _dress(out: MutableHeaders, asked: Headers, fresh: str | None, *, secure: bool) -> None:
    out.setdefault("content-security-policy", policy())
    out["x-content-type-options"] = "nosniff"
    out["referrer-policy"] = "same-origin"
    out["cross-origin-opener-policy"] = "same-origin"
    out["cross-origin-resource-policy"] = "same-origin"
    if fresh:
        ending = "; Secure" if secure else ""
        out.append(
            "set-cookie",
            f"{COOKIE}={fresh}; Path=/; Max-Age={COOKIE_AGE_S}; HttpOnly; SameSite=Lax{ending}",
        )


def _token(headers: Headers) -> str | None:
    """The token of the cookie if it is one that this server could have made."""
    cookie: SimpleCookie = SimpleCookie(headers.get("cookie", ""))
    value = cookie[COOKIE].value if COOKIE in cookie else ""
    return value if TOKEN.fullmatch(value) else None


def _is_page(scope: Scope, headers: Headers) -> bool:
    return scope["type"] == "http" and scope["method"] == "GET" and "text/html" in headers.get("accept", "")


async def _close(send: Send) -> None:
    await send({"type": "websocket.close", "code": 1008})
