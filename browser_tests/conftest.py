"""The app and a browser, for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from browser_tests.browsing import CHROMIUM, Served


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(tmp_path_factory.mktemp("data"))
    served.start()
    yield served
    served.stop()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as one:
        yield one


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    one = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    yield one
    one.close()
