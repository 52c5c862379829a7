"""One set for a guest, `/g/<token>`, and one set as a file, `/api/sets/<set>/page.html`.

The token in the address is all that a guest has: it opens one page and the two files which that page loads.
Each request asks anew whether it still does.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from formcheck.jobs.work import PLAYER
from formcheck.store import Store, audit, comments, guests, people, sets
from formcheck.store.guests import Sight
from formcheck.store.models import LiftSet
from formcheck.web import guard
from formcheck.web.media_routes import NOTHING, send
from formcheck.web.set_page import Shown, guest_page, single_file

MOST_VIDEO = 100 * 2**20  # bytes of a video that goes into a single file; larger ones are left out
PRIVATE = {"cache-control": "private, no-store", "x-robots-tag": "noindex", "referrer-policy": "no-referrer"}
ENDED = (
    "<!doctype html><meta charset=utf-8><title>formcheck</title><p>This link shows nothing any more: it has "
    "expired, or was taken back. Ask whoever sent it for a new one.</p>"
)


@dataclass(frozen=True)
class GuestRoutes:
    """The routes, over one store."""

    store: Store

    def routes(self) -> list[Route]:
        """What is answered where."""
        return [
            Route("/g/{token}", self._page, methods=["GET"]),
            Route("/g/{token}/{name}", self._file, methods=["GET"]),
            Route("/api/sets/{set_id}/page.html", self._single, methods=["GET"]),
        ]

    def _page(self, request: Request) -> Response:
        token = request.path_params["token"]
        sight = guests.sight(self.store, token)
        report = sets.report_of(sight.lift) if sight else None
        if sight is None or report is None:
            return HTMLResponse(ENDED, 404, PRIVATE)
        guests.opened(self.store, token)
        video = f"/g/{token}/{sight.lift.playback}" if sight.pictures else None
        return HTMLResponse(guest_page(Shown(sight.lift, report, ()), f"/g/{token}", video), 200, PRIVATE)

    def _file(self, request: Request) -> Response:
        sight: Sight | None = guests.sight(self.store, request.path_params["token"])
        name = request.path_params["name"]
        if sight is None or not sight.may_fetch(name):
            return NOTHING
        return send(self.store, request, sight.lift, name)

    async def _single(self, request: Request) -> Response:
        viewer = guard.person_of(request)
        lift = sets.find(self.store, request.path_params["set_id"], viewer)
        if viewer is None or lift is None or lift.report is None or lift.judged_s is None:
            return NOTHING
        page = await asyncio.to_thread(self._made, viewer, lift)
        audit.note_visit(
            self.store, viewer, lift.owner_id, lift.id, audit.FETCHED, f"one file of {lift.name}"
        )
        given = quote(f"{Path(lift.name).stem}-formcheck.html", safe="")
        return HTMLResponse(
            page, 200, PRIVATE | {"content-disposition": f"attachment; filename*=UTF-8''{given}",
                                  "content-security-policy": "sandbox"},
        )  # fmt: skip

    def _made(self, viewer: str, lift: LiftSet) -> str:
        report = sets.report_of(lift)
        assert report is not None
        scene = json.loads(self.store.media.get(sets.key(lift.id, PLAYER)))
        said = [c for c in comments.of_set(self.store, viewer, lift.id) if c.sent_s is not None]
        owner = people.profile(self.store, lift.owner_id)
        return single_file(Shown(lift, report, said, owner.name), scene, self._video(viewer, lift))

    def _video(self, viewer: str, lift: LiftSet) -> bytes | None:
        """The video, where there is one that this person may give away and that is not too large."""
        with self.store.begin() as session:
            if not guests.pictures_possible(session, viewer, lift):
                return None
        video = self.store.media.get(sets.key(lift.id, lift.playback or ""))
        return video if len(video) <= MOST_VIDEO else None
