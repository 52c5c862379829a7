"""The pictures of the app in the README: `make screenshots`, or `python browser_tests/screenshots.py`."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from browsing import CHROMIUM, ROOT, Served, visit
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

IMAGES = ROOT / "docs" / "images"
LAPTOP, PHONE = {"width": 920, "height": 900}, {"width": 390, "height": 844}
SHARPNESS = 0.75  # pictures are kept at this share of the pixels on screen
PHONE_LENGTH = 1700
SAMPLES = ("squat_faults", "squat_good")


def keep(page: Page, name: str) -> None:
    """What the page shows now, as docs/images/app_<name>.webp."""
    page.wait_for_timeout(1500)
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    if name != "phone":
        shot = shot.resize([round(side * SHARPNESS) for side in shot.size], Image.Resampling.LANCZOS)
    shot.save(IMAGES / f"app_{name}.webp", quality=80)


def go(page: Page, name: str) -> None:
    """Open a page from the menu."""
    page.get_by_role("link", name=name).first.click()
    page.wait_for_timeout(2500)


def tour(page: Page) -> None:
    """Every page once, with two sets checked."""
    files = page.locator("input[type=file]")
    files.set_input_files([ROOT / "sample_videos" / f"{name}.mp4" for name in SAMPLES])
    expect(page.get_by_role("button", name="See what to change")).to_have_count(2, timeout=180_000)
    keep(page, "check")
    page.get_by_role("button", name="See what to change").last.click()
    page.locator(".player .controls").first.wait_for()
    page.locator(".player").first.scroll_into_view_if_needed()
    page.locator(".player").first.focus()
    page.keyboard.press("Shift+ArrowRight")  # the first flag
    keep(page, "review")
    page.locator(".pair .controls").scroll_into_view_if_needed()
    keep(page, "pair")
    review = page.url
    page.get_by_role("button", name="Compare with another set").click()
    page.wait_for_timeout(3000)
    keep(page, "side")
    for name in ("History", "Manual", "You", "Live"):
        go(page, name)
        keep(page, name.lower())
    page.set_viewport_size({**PHONE, "height": PHONE_LENGTH})
    page.goto(review)
    page.locator(".player .controls").first.wait_for()
    keep(page, "phone")


def main() -> None:
    """Take them all."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        served = Served(Path(folder))
        served.start()
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for page in visit(served, chromium, [], viewport=LAPTOP):
            tour(page)
        chromium.close()
        served.stop()


if __name__ == "__main__":
    main()
