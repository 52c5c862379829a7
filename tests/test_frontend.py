"""Streamlit's scripts out of memory: the same bytes, packed for who can unpack them, and nothing else."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from formcheck.web import frontend
from formcheck.web.frontend import Frontend


@pytest.fixture(scope="module")
def client() -> TestClient:
    beyond = Route("/{rest:path}", lambda _: PlainTextResponse("beyond"))
    return TestClient(Starlette(routes=[beyond], middleware=[Middleware(Frontend)]))


def a_file(suffix: str) -> str:
    files = sorted((frontend.folder() / "static").rglob(f"*{suffix}"))
    return "/" + files[0].relative_to(frontend.folder()).as_posix()


@pytest.mark.parametrize("suffix", [".js", ".css", ".woff2"])
@pytest.mark.parametrize("can", ["gzip", "identity"])
def test_the_bytes_are_those_of_the_file(client: TestClient, suffix: str, can: str) -> None:
    path = a_file(suffix)
    answer = client.get(path, headers={"accept-encoding": can})
    assert answer.content == (frontend.folder() / path.lstrip("/")).read_bytes()
    assert ("content-encoding" in answer.headers) == (can == "gzip" and suffix != ".woff2")
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["/static/../index.html", "/static/%2e%2e/index.html", "/", "/static/js/no.js"]
)
def test_everything_else_is_passed_on(client: TestClient, path: str) -> None:
    assert client.get(path).text == "beyond"


def test_what_the_first_page_asks_for_is_there_before_it_asks() -> None:
    frontend._kept.cache_clear()
    frontend.warm()
    assert frontend._kept.cache_info().currsize > 20
