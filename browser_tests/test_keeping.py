"""What is kept and taken home, in a real Chromium: comparing, judging again, marks, downloads, archives."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from browsing import ROOT, Served, go, settled, visit
from playwright.sync_api import Browser, Page, expect

SAMPLES = ("squat_faults", "squat_good")


@pytest.fixture(scope="module")
def page(app: Served, chromium: Browser) -> Iterator[Page]:
    """One visitor with two checked sets, which the tests of this file use one after the other."""
    errors: list[str] = []
    for page in visit(app, chromium, errors):
        page.locator("input[type=file]").set_input_files(
            [ROOT / "sample_videos" / f"{name}.mp4" for name in SAMPLES]
        )
        expect(page.get_by_role("button", name="See what to change")).to_have_count(2, timeout=120_000)
        yield page
    assert errors == []


def open_set(page: Page, words: str) -> None:
    """From the history to the review of the set whose row has these words."""
    go(page, "History")
    opens_it = page.locator("[class*=st-key-open-] button")
    rows = page.locator("[data-testid=stVerticalBlock]").filter(has_text=words).filter(has=opens_it)
    rows.last.locator(opens_it).click()
    page.locator(".player .controls").first.wait_for()


def test_two_reps_side_by_side_are_in_the_same_phase(page: Page) -> None:
    open_set(page, "squat_faults.mp4")
    page.locator(".pair .controls").wait_for()
    for phase in ("bottom", "descent"):
        page.locator(".pair .controls").get_by_role("button", name=phase).click()
        page.wait_for_timeout(700)
        shown = page.locator(".pair video").evaluate_all("vs => vs.map(v => v.currentTime)")
        assert shown[0] != shown[1]
        for time_s, starts in zip(shown, phase_starts(page, phase), strict=True):
            assert min(abs(time_s - s) for s in starts) < 0.1


def phase_starts(page: Page, phase: str) -> list[list[float]]:
    """When this phase begins in the reps of the set, for each side."""
    base = page.locator(".player video").get_attribute("src").rpartition("/")[0]
    report = page.request.get(page.url.split("/review")[0] + f"{base}/report.json").json()
    starts = [p["start_s"] for s in report["segments"] for p in s["phases"] if p["name"] == phase]
    return [starts, starts]


def test_a_mark_stays(page: Page) -> None:
    open_set(page, "squat_faults.mp4")
    page.get_by_role("button", name="Wrong").first.click()
    expect(page.get_by_role("button", name="Wrong").first).to_have_attribute("kind", "primary")
    page.reload()
    page.locator(".player .controls").first.wait_for()
    expect(page.get_by_role("button", name="Wrong").first).to_have_attribute("kind", "primary")


def test_another_limit_changes_the_judgement(page: Page) -> None:
    open_set(page, "squat_good.mp4")
    expect(page.get_by_role("heading", name=re.compile("no fault was seen"))).to_be_visible()
    page.get_by_text("Judge it again").click()
    page.get_by_label(re.compile("warning below s")).first.fill("4")  # dropping into the bottom
    page.get_by_label(re.compile("fault below s")).first.fill("3")
    page.get_by_role("button", name="Judge again").click()
    expect(page.get_by_role("heading", name=re.compile("1 fault"))).to_be_visible(timeout=60_000)


def test_everything_can_be_taken_home(page: Page, tmp_path: Path) -> None:
    open_set(page, "squat_faults.mp4")
    page.get_by_role("button", name="Make the overlay video").click()
    page.get_by_role("link", name="Overlay video").wait_for(timeout=90_000)
    links = page.locator("a[href*='?download']")
    for link in links.all():
        with page.expect_download() as waiting:
            link.click()
        kept = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(kept)
        opens(kept)
    assert {p.suffix for p in tmp_path.iterdir()} >= {
        ".html", ".pdf", ".csv", ".json", ".trc", ".mot", ".npz", ".mp4",
    }  # fmt: skip


def opens(path: Path) -> None:
    """Fails when the file is not what its name says."""
    data = path.read_bytes()
    if path.suffix == ".pdf":
        assert data.startswith(b"%PDF-")
        assert data.rstrip().endswith(b"%%EOF")
    elif path.suffix == ".json":
        assert json.loads(data)["exercise"] == "squat"
    elif path.suffix == ".csv":
        assert len(list(csv.reader(data.decode().splitlines()))) > 1
    elif path.suffix == ".html":
        assert b"Hips shoot up" in data
    elif path.suffix == ".npz":
        assert zipfile.is_zipfile(path)
    elif path.suffix == ".mp4":
        with av.open(str(path)) as video:
            assert sum(1 for _ in video.decode(video=0)) > 100
    else:
        assert len(data.splitlines()) > 50


def test_out_as_a_zip_everything_deleted_and_in_again(page: Page, tmp_path: Path) -> None:
    go(page, "History")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Everything as one .zip").click()
    kept = tmp_path / "sets.zip"
    waiting.value.save_as(kept)
    assert zipfile.is_zipfile(kept)
    page.get_by_role("button", name="Delete all sets").click()
    page.get_by_text("Yes, delete all of them").click()
    page.get_by_role("button", name="Delete for good").click()
    page.get_by_text("No set has been checked yet").wait_for()
    page.locator("input[type=file]").set_input_files(kept)
    for name in SAMPLES:
        page.get_by_text(f"{name}.mp4").first.wait_for()
    settled(page)
    open_set(page, "squat_faults.mp4")
    expect(page.get_by_role("button", name="Wrong").first).to_have_attribute("kind", "primary")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.mp4", b"ffconcat version 1.0\nfile '/etc/hostname'\n"),
        ("notes.mov", b"just words " * 50),
        ("strange.zip", None),
    ],
)
def test_files_that_are_something_else_get_one_sentence(
    page: Page, tmp_path: Path, name: str, content: bytes | None
) -> None:
    path = tmp_path / name
    if content is None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("notes.txt", "nothing of formcheck")
    else:
        path.write_bytes(content)
    go(page, "Check a set")
    page.get_by_text("Choose a video").wait_for()  # the history's uploader has left
    page.locator("input[type=file]").set_input_files(path)
    said = page.locator(".uploader .error")
    said.wait_for()
    assert re.search("not a video that formcheck can read|not an archive of formcheck", said.inner_text())
    page.get_by_role("button", name="Remove").first.click()
