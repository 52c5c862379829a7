"""The app on a port and with data of its own, and a visitor in Chromium who has answered the first questions.

FORMCHECK_CHROMIUM names the browser (default /usr/bin/chromium).
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = os.environ.get("FORMCHECK_CHROMIUM", "/usr/bin/chromium")
PATIENCE_MS = 60_000
LAPTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
FIRST_SIGNS = ("bladder", "steroids", "below the knee")


class Served:
    """The app as `streamlit run app.py` starts it; can be stopped and started again."""

    def __init__(self, folder: Path, **environment: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder, self.url = folder, f"http://127.0.0.1:{self.port}"
        self._environment = environment

    def start(self) -> None:
        """Returns when it answers."""
        environment = {**os.environ, "FORMCHECK_DATA": str(self.folder), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
        self.process = subprocess.Popen(
            [*command, f"--server.port={self.port}"], cwd=ROOT, env=environment | self._environment
        )
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the app did not start")

    def stop(self) -> None:
        """Ends it, and its workers with it."""
        self.process.terminate()
        self.process.wait(20)


def launch(playwright: Playwright) -> Browser:
    """Chromium without a window."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


def newcomer(browser: Browser, heard: Callable[[Page], None] = lambda page: None, **how: Any) -> Page:
    """A browser that nobody knows yet, still empty. heard: what is listened to from the start."""
    page = browser.new_context(**{**LAPTOP, **how}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    heard(page)
    return page


def answer_first(page: Page) -> None:
    """Say no to the safety questions and leave the profile for later."""
    for sign in FIRST_SIGNS:
        page.get_by_text(sign).wait_for()
        page.get_by_role("button", name="None of these").click()
    page.get_by_role("button", name="Not now").click()
    page.get_by_text("Choose a video").wait_for()
