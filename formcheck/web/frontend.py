"""Streamlit's own scripts out of memory, packed once: a first visit asks for more than sixty small files.

Streamlit opens and sends each of them anew, unpacked, which is most of what a first visit waits for from the
server, and 2.5 MB over a phone's Wi-Fi where 0.7 would do.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

KEPT = 200  # files in memory at most; a visit to every page needs about 120
MOST = 2**20  # bytes of a file that is kept; larger ones are libraries no page here needs
PACKED = {".js", ".css", ".svg"}  # fonts and pictures are packed already
MIME = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml"}
FOR_EVER = "public, immutable, max-age=31536000"  # the names change with what is in the files


@dataclass(frozen=True)
class Kept:
    """A file as it is sent. packed: with gzip, None where that gains nothing."""

    plain: bytes
    packed: bytes | None
    kind: str


def folder() -> Path:
    """Where Streamlit keeps what browsers load."""
    import streamlit

    return Path(streamlit.__file__).parent / "static"


class Frontend:
    """ASGI middleware that answers `/static/...` for the files in Streamlit's folder."""

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._names = app, _names()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or pass the request on."""
        path = scope.get("path", "")
        if scope["type"] != "http" or scope["method"] != "GET" or path not in self._names:
            await self._app(scope, receive, send)
            return
        kept = _kept(path)
        packed = kept.packed if "gzip" in Headers(scope=scope).get("accept-encoding", "") else None
        headers = {"cache-control": FOR_EVER, "vary": "accept-encoding"}
        if packed is not None:
            headers["content-encoding"] = "gzip"
        await Response(packed or kept.plain, 200, headers, kept.kind)(scope, receive, send)


def warm() -> None:
    """Have in memory what the first page asks for."""
    page = (folder() / "index.html").read_text(encoding="utf-8")
    names = _names()
    for path in re.findall(r'="\.(/static/[^"]+)"', page):
        if path in names:
            _kept(path)


@lru_cache(1)
def _names() -> frozenset[str]:
    """The addresses of all files that are kept in memory once somebody has asked for them."""
    root = folder()
    files = [path for path in (root / "static").rglob("*") if path.suffix in MIME and path.is_file()]
    return frozenset(f"/{p.relative_to(root).as_posix()}" for p in files if p.stat().st_size <= MOST)


@lru_cache(KEPT)
def _kept(path: str) -> Kept:
    file = folder() / path.lstrip("/")
    plain = file.read_bytes()
    packed = gzip.compress(plain, 6) if file.suffix in PACKED else None
    return Kept(plain, packed if packed and len(packed) < len(plain) else None, MIME[file.suffix])
