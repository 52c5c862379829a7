"""What the review player sends: comments and marks on flags, `POST /api/sets/<set>/comments` and `.../marks`.

Only scripts of this server's own pages are heard, only about sets that the sender may comment on; everybody
else gets the same 404 as for a set that is not there.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from formcheck.errors import TrackError
from formcheck.manual import every_fault
from formcheck.store import Store, comments, sets
from formcheck.store.comments import Draft
from formcheck.web import guard
from formcheck.web.bodies import body_of
from formcheck.web.media_routes import NOTHING

MOST_BYTES = 2**18  # a comment with as many strokes as it may have needs about 200 kB
MOST_A_MINUTE = 120  # writes of one person
WRONG = "This is not what formcheck's own page sends; reload it."
TOO_FAST = "That was too much at once; wait a minute."
Keep = Callable[[str, str, dict[str, Any]], None]


@dataclass(frozen=True)
class ReviewRoutes:
    """The routes, over one store."""

    store: Store
    _times: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def routes(self) -> list[Route]:
        """What is answered where."""
        return [
            Route("/api/sets/{set_id}/comments", self._comments, methods=["POST"]),
            Route("/api/sets/{set_id}/marks", self._marks, methods=["POST"]),
        ]

    async def _comments(self, request: Request) -> Response:
        return await self._answer(request, self._comment)

    async def _marks(self, request: Request) -> Response:
        return await self._answer(request, self._mark)

    async def _answer(self, request: Request, keep: Keep) -> Response:
        person_id = guard.person_of(request)
        if person_id is None:
            return NOTHING
        if not guard.same_origin(request):
            return PlainTextResponse(WRONG, 403)
        if self._too_fast(person_id):
            return PlainTextResponse(TOO_FAST, 429)
        try:
            body = await _json(request)
            await asyncio.to_thread(keep, person_id, request.path_params["set_id"], body)
        except TrackError as e:
            return PlainTextResponse(str(e), 400)
        except LookupError:
            return NOTHING
        return Response(status_code=204)

    def _comment(self, person_id: str, set_id: str, body: dict[str, Any]) -> None:
        comments.add(self.store, person_id, set_id, Draft.of(body))

    def _mark(self, person_id: str, set_id: str, body: dict[str, Any]) -> None:
        code, segment, right, flagged = (body.get(name) for name in ("code", "segment", "right", "flagged"))
        if not isinstance(code, str) or code not in every_fault() or not isinstance(flagged, bool):
            raise TrackError(WRONG)
        if not (segment is None or (type(segment) is int and 0 <= segment < 10_000)):
            raise TrackError(WRONG)
        if not (right is None or isinstance(right, bool)):
            raise TrackError(WRONG)
        sets.mark(self.store, set_id, person_id, code, segment, right, flagged=flagged)

    def _too_fast(self, person_id: str) -> bool:
        times, now = self._times[person_id], time.monotonic()
        while times and times[0] < now - 60:
            times.popleft()
        times.append(now)
        return len(times) > MOST_A_MINUTE


async def _json(request: Request) -> dict[str, Any]:
    """The body, or TrackError with a sentence."""
    body = await body_of(request, MOST_BYTES)
    if body is None:
        raise TrackError("This comment is too large; draw less.")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as e:
        raise TrackError(WRONG) from e
    if not isinstance(found, dict):
        raise TrackError(WRONG)
    return found
