"""The app as a server of its own, and browsers that visit it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page
from sqlalchemy import select

from formcheck.store import Store, people, sets
from formcheck.store.models import Person, SafetyAnswer

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = os.environ.get("FORMCHECK_CHROMIUM", "/usr/bin/chromium")
PICTURES = os.environ.get("FORMCHECK_SCREENSHOTS", "")
PATIENCE_MS = 45_000


def answers(url: str, looks: int = 300) -> bool:
    """Whether the app can be used, looking every tenth of a second."""
    for _ in range(looks):
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
            return True
        except OSError:
            time.sleep(0.1)
    return False


class Served:
    """The app on a port of its own, with data of its own; can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder, self.url = folder, f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = {**os.environ, "FORMCHECK_DATA": str(self.folder), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
        self.process = subprocess.Popen(
            [*command, f"--server.port={self.port}"], cwd=ROOT, env=environment
        )  # fmt: skip
        assert answers(self.url), "the app did not start"

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


def visit(
    app: Served, chromium: Browser, errors: list[str], script: str = "", **how: object
) -> Iterator[Page]:
    """A browser of somebody who has no sets yet, their safety questions answered.

    script: runs in every page before its own; how: of the browser's context.
    """
    start_afresh(app)
    context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **how})  # type: ignore[arg-type]
    if script:
        context.add_init_script(script)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
    page.goto(app.url)
    picture(page, "safety")
    answer_first(page)
    yield page
    context.close()


def answer_first(page: Page) -> None:
    """Say no to the safety questions, and leave the profile for later."""
    for sign in ("bladder", "steroids", "below the knee"):
        page.get_by_text(sign).wait_for()
        page.get_by_role("button", name="None of these").click()
    page.get_by_role("button", name="Not now").click()
    page.get_by_text("Choose a video").wait_for()


def settled(page: Page) -> None:
    """Wait until the page has been drawn whole; before, what is found may still be the page's before."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def go(page: Page, name: str) -> None:
    """Through the link of this name to its page, drawn whole."""
    settled(page)
    link = page.get_by_role("link", name=name)
    path = link.get_attribute("href") or ""  # none for the first page; link.href would be this one
    link.click()
    page.wait_for_url(lambda url: urlsplit(url).path == f"/{path}")
    settled(page)


def start_afresh(app: Served) -> None:
    """Nobody has told or checked anything yet: whoever opens the app is the same person in every test."""
    store = Store.open(app.folder, migrate=False)
    sets.remove_all(store, people.LOCAL)
    with store.begin() as session:
        for answer in session.scalars(select(SafetyAnswer)):
            session.delete(answer)
        session.get_one(Person, people.LOCAL).asked = False
    store.close()


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page, where they are wanted."""
    if PICTURES:
        page.wait_for_timeout(1200)
        size = "phone" if (page.viewport_size or {})["width"] < 500 else "laptop"
        page.screenshot(path=Path(PICTURES) / f"{name}_{size}.png")
