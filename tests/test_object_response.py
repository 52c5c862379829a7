"""Ranges of a video in a bucket; the routes themselves: test_web_routes, on a bucket with make test-team."""

from __future__ import annotations

import asyncio

import pytest
from obstore.store import MemoryStore
from starlette.requests import Request
from starlette.responses import Response

from formcheck.store.media import Media
from formcheck.web.object_response import object_response, span_of


@pytest.mark.parametrize(
    ("asked", "span"),
    [
        ("bytes=0-", (0, 10)),
        ("bytes=2-5", (2, 6)),
        ("bytes=2-500", (2, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-300", (0, 10)),
        ("bytes=10-", None),
        ("bytes=5-2", None),
        ("bytes=-0", None),
        ("bytes=0-1,4-5", (0, 10)),
        ("bytes=-", (0, 10)),
        ("furlongs=1-2", (0, 10)),
    ],
)
def test_a_range_is_read_as_rfc_9110_says(asked: str, span: tuple[int, int] | None) -> None:
    assert span_of(asked, 10) == span


async def body(answer: Response) -> bytes:
    return b"".join([bytes(piece) async for piece in answer.body_iterator])


def ask(media: Media, **headers: str) -> Response:
    found = media.find("sets/a/video.mp4")
    assert found is not None
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    request = Request({"type": "http", "method": "GET", "headers": raw})
    return object_response(media, "sets/a/video.mp4", found, request, {"content-type": "video/mp4"})


def test_an_object_comes_whole_in_part_or_not_again() -> None:
    media = Media(MemoryStore(), None)
    content = bytes(range(256)) * 4000
    media.put("sets/a/video.mp4", content)
    whole = ask(media)
    assert whole.status_code == 200
    assert asyncio.run(body(whole)) == content
    part = ask(media, range="bytes=1000-300999")
    assert (part.status_code, part.headers["content-length"]) == (206, "300000")
    assert asyncio.run(body(part)) == content[1000:301000]
    assert ask(media, if_none_match=whole.headers["etag"]).status_code == 304
    assert ask(media, range="bytes=9-", if_range='"another"').status_code == 200
    assert ask(media, range="bytes=99999999-").status_code == 416


def test_results_are_there_only_once_they_are_placed_and_staging_is_emptied(tmp_path) -> None:
    media = Media(MemoryStore(), None)
    (tmp_path / "report.json").write_bytes(b"new")
    files = {"sets/a/report.json": tmp_path / "report.json"}
    with media.staged(files):
        assert media.names("sets/a") == set()
    assert media.names("sets/a") == set()
    with media.staged(files) as place:
        place()
    assert media.get("sets/a/report.json") == b"new"
    assert media.older("staging", -1.0) == set()
    assert media.older("sets", -1.0) == {"sets/a"}
    assert media.older("sets", 60.0) == set()
