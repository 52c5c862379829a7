"""An object of a bucket as an answer, with Range, a little at a time.

It comes through the app and not by a signed address of the bucket: such an address opens for whoever has it,
in any browser, until it runs out, and what has been signed cannot be taken back. The app asks for each piece
whether this person may have it now.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from formcheck.store.media import Media, Stored

ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def object_response(
    media: Media, key: str, found: Stored, request: Request, headers: Mapping[str, str]
) -> Response:
    """The object, the part of it that was asked for, or that the browser has it already."""
    head = {**headers, "accept-ranges": "bytes", "etag": found.tag}
    if request.headers.get("if-none-match") == found.tag:
        return Response(status_code=304, headers=head)
    asked = request.headers.get("range")
    if asked is None or request.headers.get("if-range", found.tag) != found.tag:
        span, status = (0, found.size), 200
    else:
        part = span_of(asked, found.size)
        if part is None:
            return Response(status_code=416, headers={"content-range": f"bytes */{found.size}"})
        span, status = part, 200 if part == (0, found.size) else 206
    start, end = span
    head["content-length"] = str(end - start)
    if status == 206:
        head["content-range"] = f"bytes {start}-{end - 1}/{found.size}"
    return StreamingResponse(media.stream(key, start, end), status, head)


def span_of(asked: str, size: int) -> tuple[int, int] | None:
    """[start, end) of a Range header; all for one that is not understood; None when it lies outside."""
    match = ONE_RANGE.fullmatch(asked.strip())
    if match is None or match[1] == match[2] == "":
        return 0, size
    if match[1] == "":
        start, end = max(0, size - int(match[2])), size
    else:
        start, end = int(match[1]), min(size, int(match[2]) + 1) if match[2] else size
    return (start, end) if start < end else None
