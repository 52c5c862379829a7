"""All sets of a person out as a .zip: `GET /api/archive`."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from formcheck.store import Store, archive, audit
from formcheck.web import guard
from formcheck.web.media_routes import NOTHING


@dataclass(frozen=True)
class ArchiveRoutes:
    """The routes, over one store."""

    store: Store

    def routes(self) -> list[Route]:
        """What is answered where."""
        return [Route("/api/archive", self._out, methods=["GET"])]

    async def _out(self, request: Request) -> Response:
        owner = guard.person_of(request)
        if owner is None:
            return NOTHING
        scratch = tempfile.TemporaryDirectory(prefix="archive-", dir=self.store.folder)
        path = Path(scratch.name) / "formcheck-sets.zip"
        await asyncio.to_thread(archive.write, self.store, owner, path)
        with self.store.begin() as session:
            audit.note(session, owner, owner, audit.EXPORTED)
        return FileResponse(
            path, filename=path.name, media_type="application/zip",
            headers={"cache-control": "no-store"}, background=BackgroundTask(scratch.cleanup),
        )  # fmt: skip
