"""axe finds nothing on any page, in light and dark: contrast, names, alternative texts, order of headings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import ROOT, Served, answer_first, go, start_afresh, visit
from playwright.sync_api import Browser, Page

SAMPLE = ROOT / "sample_videos" / "squat_faults.mp4"
STREAMLITS = {"presentation-role-conflict"}  # of its own file uploader
DRAWN_MS = 1000  # after a page is there: its components draw themselves


def wrong(page: Page) -> list[str]:
    """What axe objects to on the page, a line each."""
    page.wait_for_timeout(DRAWN_MS)
    violations: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [f"{v['id']}: {node['html'][:200]}" for v in violations if v["id"] not in STREAMLITS
            for node in v["nodes"]]  # fmt: skip


@pytest.fixture(scope="module", params=["light", "dark"])
def page(request: pytest.FixtureRequest, app: Served, chromium: Browser) -> Iterator[Page]:
    yield from visit(app, chromium, [], color_scheme=request.param)


@pytest.fixture(scope="module")
def review(page: Page) -> str:
    """Address of a set's review."""
    page.locator("input[type=file]").set_input_files(SAMPLE)
    page.get_by_role("button", name="See what to change").click(timeout=120_000)
    page.locator(".player .controls").first.wait_for()
    return page.url


def test_the_safety_questions_are_accessible(app: Served, chromium: Browser) -> None:
    start_afresh(app)
    page = chromium.new_page()
    page.goto(app.url)
    page.get_by_role("button", name="None of these").wait_for()
    assert wrong(page) == []
    answer_first(page)
    page.close()


def test_a_review_is_accessible(page: Page, review: str) -> None:
    page.goto(review)
    page.locator(".player .controls").first.wait_for()
    for section in page.locator("[data-testid=stExpander] summary").all():
        section.click()
    assert wrong(page) == []


@pytest.mark.parametrize("name", ["Check a set", "History", "Manual", "You", "Live"])
def test_a_page_is_accessible(page: Page, review: str, name: str) -> None:
    go(page, name)
    assert wrong(page) == []


def test_the_report_in_one_file_is_accessible(page: Page, review: str, tmp_path: Path) -> None:
    page.goto(review)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Report (HTML)").click()
    waiting.value.save_as(tmp_path / "report.html")
    alone = page.context.new_page()
    alone.goto((tmp_path / "report.html").as_uri())
    assert wrong(alone) == []
    alone.close()
