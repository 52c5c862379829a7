"""Videos and results out: `/m/<set>/<file>`, with Range, only to the person whose set it is.

What does not exist and what belongs to somebody else look the same: 404.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from formcheck.store import Store, access, audit, sets
from formcheck.store.models import LiftSet
from formcheck.web import guard
from formcheck.web.object_response import object_response

ASSETS = Path(__file__).parent / "assets"
MIME: Mapping[str, str] = {
    ".mp4": "video/mp4", ".webm": "video/webm", ".html": "text/html; charset=utf-8", ".csv": "text/csv",
    ".json": "application/json", ".vtt": "text/vtt", ".jpg": "image/jpeg", ".pdf": "application/pdf",
    ".js": "text/javascript", ".css": "text/css", ".trc": "text/plain", ".mot": "text/plain",
    ".webp": "image/webp",
}  # fmt: skip
NOTHING = PlainTextResponse("There is nothing here, or it is not yours.", 404)
REPORT_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox"


@dataclass(frozen=True)
class MediaRoutes:
    """The routes, over one store."""

    store: Store

    def routes(self) -> list[Route]:
        """What is answered where."""
        return [
            Route("/m/{set_id}/{name}", self._file, methods=["GET"]),
            Route("/assets/{name}", _asset, methods=["GET"]),
        ]

    def _file(self, request: Request) -> Response:
        set_id, name = request.path_params["set_id"], request.path_params["name"]
        viewer = guard.person_of(request)
        lift = self._fetched(set_id, viewer, name)
        if lift is None:
            return NOTHING
        self._note(lift, viewer or "", name, "download" in request.query_params)
        return send(self.store, request, lift, name)

    def _fetched(self, set_id: str, viewer: str | None, name: str) -> LiftSet | None:
        """The set, if this person may have this file of it."""
        lift = sets.find(self.store, set_id, viewer)
        if lift is None:
            return None
        with self.store.begin() as session:
            return lift if access.may_fetch(session, viewer, lift, name) else None

    def _note(self, lift: LiftSet, viewer: str, name: str, download: bool) -> None:
        """Write down that somebody else watches the video or takes a file."""
        if download or name == lift.playback:
            action = audit.FETCHED if download else audit.OPENED
            audit.note_visit(self.store, viewer, lift.owner_id, lift.id, action, f"{name} of {lift.name}")


def send(store: Store, request: Request, lift: LiftSet, name: str) -> Response:
    """One file of a set, to somebody who may have it; 404 where there is none."""
    media, key = store.media, sets.key(lift.id, name)
    found = media.find(key)
    if found is None:
        return NOTHING
    headers = {"cache-control": "private, no-cache", "x-content-type-options": "nosniff"}
    if name.endswith(".html"):
        headers["content-security-policy"] = REPORT_POLICY
    if "download" in request.query_params:
        given = f"{Path(lift.name).stem}-{name}"
        headers["content-disposition"] = f"attachment; filename*=UTF-8''{quote(given, safe='')}"
    kind = MIME.get(Path(name).suffix, "application/octet-stream")
    if media.folder is not None:
        return FileResponse(media.folder / key, media_type=kind, headers=headers)
    return object_response(media, key, found, request, headers | {"content-type": kind})


def _asset(request: Request) -> Response:
    """A script or style sheet of the app's own components; public."""
    path = ASSETS / request.path_params["name"]
    if path.parent != ASSETS or not path.is_file():
        return NOTHING
    kind = MIME.get(path.suffix, "application/octet-stream")
    return FileResponse(path, media_type=kind, headers={"cache-control": "no-cache"})
