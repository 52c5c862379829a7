"""Videos in: `POST /api/uploads`, then pieces in order with `PUT`, then `POST .../done`.

A piece goes to disk as it arrives, so a large upload costs no memory. After a broken connection or a new
start of server or browser the client asks how much has arrived and goes on from there.
"""

from __future__ import annotations

import asyncio
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from formcheck.errors import FormcheckError
from formcheck.jobs import intake, live_intake
from formcheck.jobs.supervisor import Supervisor
from formcheck.store import Store, access, archive
from formcheck.store.models import Upload
from formcheck.store.settings import AppSettings
from formcheck.web import guard
from formcheck.words import printable

PIECE = 8 * 2**20  # bytes; what the client sends at a time
MOST_PIECE = 32 * 2**20
MOST_OPEN = 20  # unfinished uploads of one person
LONGEST_NAME = 200
FULL = (
    "What arrives cannot be kept ({reason}); make room on the machine that formcheck runs on, then choose "
    "the same file again to go on."
)
MOST_SAID = 10**9  # numbers beyond are not written out: they may have any number of digits


class RefusedError(Exception):
    """An answer other than success: status, and a sentence for the user."""

    def __init__(self, status: int, sentence: str, **more: Any) -> None:
        super().__init__(sentence)
        self.status, self.body = status, {"error": sentence, **more}


@dataclass(frozen=True)
class Uploads:
    """The routes, over one store."""

    store: Store
    settings: AppSettings
    supervisor: Supervisor

    def routes(self) -> list[Route]:
        """What is answered where."""
        return [
            Route("/api/uploads", _answer(self._begin), methods=["POST"]),
            Route("/api/uploads/{id}", _answer(self._received), methods=["GET"]),
            Route("/api/uploads/{id}", _answer(self._piece), methods=["PUT"]),
            Route("/api/uploads/{id}", _answer(self._abandon), methods=["DELETE"]),
            Route("/api/uploads/{id}/done", _answer(self._done), methods=["POST"]),
        ]

    async def _begin(self, request: Request) -> dict[str, Any]:
        owner, asked = self._owner(request), await _json(request)
        name, size = printable(str(asked.get("name", ""))[:LONGEST_NAME]), asked.get("size")
        if not isinstance(size, int) or size <= 0:
            raise RefusedError(400, f"{name or 'This file'} is empty; record or copy it again.")
        if size > self.settings.max_upload_mb * 2**20:
            raise RefusedError(
                413,
                f"{name} has {min(size >> 20, MOST_SAID)} MB, more than the {self.settings.max_upload_mb} MB "
                "that are taken; cut it down to one set.",
            )
        with self.store.begin() as session:
            if len(session.scalars(select(Upload.id).where(Upload.owner_id == owner)).all()) >= MOST_OPEN:
                raise RefusedError(429, "Too many uploads have been begun and not ended; wait a little.")
            upload = Upload(owner_id=owner, name=Path(name).name or "video", size=size)
            session.add(upload)
            session.flush()
            self._path(upload.id).touch(mode=0o600)
            return {"id": upload.id, "received": 0, "piece": PIECE}

    async def _received(self, request: Request) -> dict[str, Any]:
        upload = self._upload(request)
        return {"id": upload.id, "received": self._path(upload.id).stat().st_size, "piece": PIECE}

    async def _piece(self, request: Request) -> dict[str, Any]:
        upload = self._upload(request)
        path, offset = self._path(upload.id), _whole_number(request.query_params.get("offset"))
        if offset != path.stat().st_size:
            raise RefusedError(409, "This piece does not follow the last one.", received=path.stat().st_size)
        most = min(upload.size - offset, MOST_PIECE)
        written = 0
        with path.open("r+b", buffering=0) as file:
            file.seek(offset)
            async for chunk in request.stream():
                written += len(chunk)
                if written > most:
                    file.truncate(offset)
                    raise RefusedError(413, "More arrived than was announced; start this upload again.")
                try:
                    await asyncio.to_thread(_write, file, chunk)
                except OSError as e:  # what was written is in order: the next piece begins behind it
                    raise RefusedError(507, FULL.format(reason=e.strerror)) from e
        return {"received": offset + written}

    async def _abandon(self, request: Request) -> dict[str, Any]:
        upload = self._upload(request)
        self._forget(upload.id)
        return {}

    async def _done(self, request: Request) -> dict[str, Any]:
        """Turn a complete upload into a set and queue its check. A wrong file is refused with a sentence."""
        upload, asked = self._upload(request), await _json(request)
        path = self._path(upload.id)
        if path.stat().st_size != upload.size:
            raise RefusedError(409, "Not all of it has arrived yet.", received=path.stat().st_size)
        if zipfile.is_zipfile(path):
            taken = await self._bring_in(upload)
            return {"sets": taken.new, "there": taken.there}
        try:
            set_id, job_id = await asyncio.to_thread(self._take, upload, asked)
        except FormcheckError as e:
            self._forget(upload.id)
            raise RefusedError(415, str(e).replace(path.name, upload.name)) from e
        self.supervisor.send(job_id)
        return {"set": set_id}

    async def _bring_in(self, upload: Upload) -> archive.TakenIn:
        """Take in the sets of an archive."""
        path = self._path(upload.id)
        try:
            with tempfile.TemporaryDirectory(prefix="archive-", dir=self.store.folder) as scratch:
                return await asyncio.to_thread(archive.read, self.store, upload.owner_id, path, Path(scratch))
        except FormcheckError as e:
            raise RefusedError(415, str(e)) from e
        finally:
            self._forget(upload.id)

    def _take(self, upload: Upload, asked: dict[str, Any]) -> tuple[str, str]:
        if asked.get("live_set") is not None:
            begins = asked.get("live_offset_s")
            return live_intake.attach(
                self.store, upload.owner_id, str(asked["live_set"]), self._path(upload.id),
                begins_s=float(begins) if isinstance(begins, int | float) else 0.0, upload_id=upload.id,
            )  # fmt: skip
        given = asked.get("load_kg")
        load = float(given) if isinstance(given, int | float) and abs(given) < MOST_SAID else None
        return intake.take(
            self.store, upload.owner_id, upload.name, self._path(upload.id), upload_id=upload.id,
            exercise=str(asked.get("exercise")), load_kg=load, load_at=asked.get("load_at"),
        )  # fmt: skip

    def _owner(self, request: Request) -> str:
        if not guard.same_origin(request):
            raise RefusedError(403, "This request did not come from formcheck's own page.")
        owner = guard.person_of(request)
        if owner is None:
            raise RefusedError(401, "This browser is not known yet; reload the page.")
        with self.store.begin() as session:
            if not access.may_store(session, owner):
                raise RefusedError(403, "Nothing is stored of you without your consent; see Privacy.")
        return owner

    def _upload(self, request: Request) -> Upload:
        owner = self._owner(request)
        with self.store.begin() as session:
            upload = session.get(Upload, request.path_params["id"])
            if upload is None or upload.owner_id != owner:
                raise RefusedError(404, "There is no such upload; choose the file again.")
            session.expunge(upload)
            return upload

    def _forget(self, upload_id: str) -> None:
        with self.store.begin() as session:
            session.delete(session.get_one(Upload, upload_id))
        self._path(upload_id).unlink(missing_ok=True)

    def _path(self, upload_id: str) -> Path:
        return self.store.folder / "uploads" / upload_id


def _answer(handler: Any) -> Any:
    """The handler's dictionary as JSON; a refusal as its status and sentence."""

    async def answer(request: Request) -> JSONResponse:
        try:
            return JSONResponse(await handler(request), headers={"cache-control": "no-store"})
        except RefusedError as e:
            return JSONResponse(e.body, e.status)
        except OSError as e:
            return JSONResponse({"error": f"The server cannot write the video ({e.strerror})."}, 507)

    return answer


async def _json(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise RefusedError(400, "This request is not understood; reload the page.")
    return body


def _write(file: IO[bytes], data: bytes) -> None:
    """Write all of it, without a buffer that would fail once more when the file is closed."""
    while data:
        data = data[file.write(data) :]


def _whole_number(text: str | None) -> int:
    if text is None or not text.isdecimal():
        raise RefusedError(400, "This request is not understood; reload the page.")
    return int(text)
