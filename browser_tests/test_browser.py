"""The app in a real Chromium: from the upload to the report, and what may go wrong on the way.

FORMCHECK_CHROMIUM names the browser (default /usr/bin/chromium). FORMCHECK_SCREENSHOTS names a folder for
pictures of every page; without it none are made.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from browsing import PATIENCE_MS, ROOT, Served, go, picture, start_afresh, visit
from playwright.sync_api import Browser, Page, expect

SAMPLE = ROOT / "sample_videos" / "squat_good.mp4"


@pytest.fixture
def errors() -> list[str]:
    return []


@pytest.fixture
def page(app: Served, chromium: Browser, errors: list[str]) -> Iterator[Page]:
    yield from visit(app, chromium, errors)
    assert errors == []


def upload(page: Page, video: Path = SAMPLE) -> None:
    page.locator("input[type=file]").set_input_files(video)


def open_review(page: Page) -> None:
    page.get_by_role("button", name="See what to change").first.click()
    page.locator(".player .controls").first.wait_for()


def shown_frame(page: Page) -> float:
    return page.locator(".player video").evaluate("v => v.currentTime")


def test_from_upload_to_report(page: Page) -> None:
    upload(page)
    page.get_by_role("button", name="Cancel").first.wait_for()
    picture(page, "check")
    open_review(page)
    assert "/review?set=" in page.url
    expect(page.get_by_role("heading", name=re.compile("Squat"))).to_be_visible()
    before = shown_frame(page)
    page.get_by_role("button", name="One picture on").click()
    page.wait_for_timeout(300)
    assert 0 < shown_frame(page) - before < 0.1
    page.get_by_role("button", name="Go to rep 2").click()
    expect(page.locator(".player span.where")).to_contain_text("rep 2")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_timeout(800)
    assert shown_frame(page) > before + 1
    picture(page, "review")
    page.reload()
    page.locator(".player .controls").first.wait_for()  # the address is enough


def test_the_curve_follows_the_video_and_a_click_on_it_seeks(page: Page) -> None:
    upload(page)
    open_review(page)
    curve = page.locator(".plot canvas").first
    curve.scroll_into_view_if_needed()
    box = curve.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 40)
    page.wait_for_timeout(400)
    assert 5.0 < shown_frame(page) < 8.0


def test_a_reload_in_mid_job_loses_nothing(page: Page) -> None:
    upload(page)
    page.get_by_role("button", name="Cancel").first.wait_for()
    page.reload()
    page.get_by_text("Choose a video").wait_for()
    open_review(page)


def test_a_cancelled_check_can_be_started_again(page: Page) -> None:
    upload(page)
    page.get_by_role("button", name="Cancel").first.click()
    page.get_by_role("button", name="Start again").click()
    open_review(page)


def test_a_deleted_set_is_gone(page: Page, app: Served) -> None:
    upload(page)
    open_review(page)
    folder = app.folder / "media" / "sets" / page.url.rpartition("=")[2]
    assert folder.is_dir()
    go(page, "History")
    picture(page, "history")
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete this set").click()
    page.get_by_text("No set has been checked yet").wait_for()
    assert not folder.exists()


def test_a_second_browser_shows_the_same_sets(page: Page, app: Served, chromium: Browser) -> None:
    upload(page)
    open_review(page)
    context = chromium.new_context()
    second = context.new_page()
    second.set_default_timeout(PATIENCE_MS)
    second.goto(page.url)
    second.locator(".player .controls").first.wait_for()
    address = second.locator(".player video").get_attribute("src")
    assert second.request.get(f"{app.url}{address}").status == 200
    assert chromium.new_context().request.get(f"{app.url}{address}").status == 404  # as another site would
    context.close()


def test_a_phones_screen_holds_it_all(app: Served, chromium: Browser, errors: list[str]) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    for page in visit(app, chromium, errors, **phone):
        picture(page, "check")
        upload(page)
        open_review(page)
        picture(page, "review")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390
        for button in page.locator(".player .controls button:visible").all():
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= 44  # a finger's width
    assert errors == []


def test_the_keyboard_alone_is_enough(app: Served, chromium: Browser, errors: list[str]) -> None:
    start_afresh(app)
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(app.url)
    for sign in ("bladder", "steroids", "below the knee"):
        page.get_by_text(sign).wait_for()
        tab_to(page, "None of these")
        page.keyboard.press("Enter")
    page.get_by_text("A few numbers").wait_for()
    tab_to(page, "Not now")
    page.keyboard.press("Enter")
    page.get_by_text("Choose a video").wait_for()
    upload(page)  # the dialogue of the system cannot be driven; it opens with the space bar
    page.get_by_role("button", name="See what to change").wait_for()
    tab_to(page, "See what to change")
    page.keyboard.press("Enter")
    page.locator(".player .controls").first.wait_for()
    tab_to(page, "Review player")
    before = shown_frame(page)
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    assert 0 < shown_frame(page) - before < 0.1
    page.keyboard.press("Space")
    page.wait_for_timeout(600)
    assert not page.locator(".player video").evaluate("v => v.paused")
    page.keyboard.press("Space")
    context.close()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on what has this name."""
    name_of_focus = """() => {
      let e = document.activeElement;
      while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
      return e?.getAttribute('aria-label') || (e?.matches('button, a') ? e.textContent : '');
    }"""
    for _ in range(80):
        page.keyboard.press("Tab")
        if name in page.evaluate(name_of_focus):
            return
    raise AssertionError(f"Tab does not lead to {name}")


def test_a_phones_hevc_in_portrait_plays_back(page: Page, tmp_path: Path) -> None:
    phone = tmp_path / "IMG_0001.MOV"
    with av.open(str(SAMPLE)) as source, av.open(str(phone), "w", format="mov") as out:
        stream = out.add_stream("libx265", rate=30)
        stream.width, stream.height, stream.pix_fmt = 480, 640, "yuv420p"
        for frame in source.decode(video=0):
            smaller = frame.reformat(480, 640)
            smaller.pts, smaller.time_base = frame.pts, frame.time_base
            out.mux(stream.encode(smaller))
        out.mux(stream.encode(None))
    upload(page, phone)
    open_review(page)
    video = page.locator(".player video")
    for _ in range(50):
        if video.evaluate("v => v.readyState") >= 2:  # a picture is there
            break
        page.wait_for_timeout(200)
    assert video.evaluate("v => v.readyState >= 2 && v.videoHeight > v.videoWidth")


def test_a_restart_of_the_server_in_mid_job_loses_nothing(page: Page, app: Served, tmp_path: Path) -> None:
    upload(page, Path(shutil.copy(SAMPLE, tmp_path / "again.mp4")))
    page.get_by_role("button", name="Cancel").first.wait_for()
    app.stop()
    app.start()
    page.goto(app.url)
    open_review(page)


def test_wrong_files_get_one_sentence(page: Page, tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("not a video " * 100)
    upload(page, tmp_path / "notes.mp4")
    page.get_by_text("notes.mp4 is not a video that formcheck can read").wait_for()


def test_the_other_pages_open(page: Page) -> None:
    for name, words in (("Manual", "What formcheck looks for"), ("You", "All optional")):
        go(page, name)
        page.get_by_text(words).wait_for()
        picture(page, name.lower())
