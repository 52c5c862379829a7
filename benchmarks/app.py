"""How quick the app is, in a real Chromium against a server of its own.

    python benchmarks/app.py [--only first|upload|clip] [--write docs/design.md]

first    seconds from asking for the address to a first page that can be used, each time in a browser that has
         seen nothing yet; the first of them right after the server has started
upload   how much memory of the server a video of 2 GB takes on its way in
clip     seconds from the end of the upload of 30 s of 1080p video to its report
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "browser_tests")]

from browsing import CHROMIUM, Served, answer_first  # noqa: E402

SAMPLE = ROOT / "sample_videos" / "squat_good.mp4"
BEGIN, END = "<!-- app:begin -->", "<!-- app:end -->"
VISITS = 7
FIRST_TARGET_S, UPLOAD_TARGET_MB, CLIP_S = 2.0, 50.0, 30.0
GIB_2 = 2**31
SIZE = (1080, 1920)
MB = 2**20
Row = tuple[str, str, str, bool]
"""What was measured, the figure, the target, whether it was met."""


@contextmanager
def served() -> Iterator[Served]:
    """An app with an empty folder."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        app = Served(Path(folder) / "data")
        app.start()
        try:
            yield app
        finally:
            app.stop()


def newcomer(browser: Browser) -> Page:
    """A browser that has seen nothing yet."""
    return browser.new_context(viewport={"width": 1280, "height": 900}).new_page()


def first(browser: Browser) -> list[Row]:
    with served() as app:
        seconds = [_visit(browser, app.url) for _ in range(VISITS)]
    target = f"< {FIRST_TARGET_S:g} s"
    named = (
        ("First page right after the start of the server", seconds[0]),
        (f"First page, median of {VISITS} new browsers", statistics.median(seconds)),
        (f"First page, slowest of {VISITS}", max(seconds)),
    )
    return [(name, f"{s:.2f} s", target, s < FIRST_TARGET_S) for name, s in named]


def _visit(browser: Browser, url: str) -> float:
    page = newcomer(browser)
    start = time.monotonic()
    page.goto(url, wait_until="commit")
    page.get_by_text("bladder").wait_for()
    page.get_by_role("button", name="None of these").wait_for()
    seconds = time.monotonic() - start
    page.context.close()
    return seconds


def upload(browser: Browser) -> list[Row]:
    with served() as app, tempfile.TemporaryDirectory() as folder:
        video = _heavy(Path(folder) / "heavy.mp4")
        page = newcomer(browser)
        page.goto(app.url)
        answer_first(page)
        before = _memory_mb(app.process.pid)
        with _watched(lambda: _memory_mb(app.process.pid)) as seen:
            start = time.monotonic()
            page.locator("input[type=file]").set_input_files(video)
            page.get_by_role("button", name="Cancel").first.wait_for(timeout=300_000)
            seconds = time.monotonic() - start
        grown = max(seen) - before
        page.context.close()
    size = f"{GIB_2 / 2**30:g} GB"
    return [
        (f"Memory an upload of {size} adds to the server ({seconds:.0f} s)", f"{grown:.0f} MB",
         f"< {UPLOAD_TARGET_MB:g} MB", grown < UPLOAD_TARGET_MB),
    ]  # fmt: skip


def _heavy(path: Path) -> Path:
    """A sample with a box of nothing behind it, up to the most that is taken."""
    shutil.copyfile(SAMPLE, path)
    with path.open("ab") as file:
        rest = GIB_2 - file.tell()
        file.write(struct.pack(">I4sQ", 1, b"free", rest))
        file.truncate(GIB_2)
    return path


def _memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    words = Path(f"/proc/{pid}/status").read_text().split()
    return int(words[words.index("VmRSS:") + 1]) / 1024


@contextmanager
def _watched(look: Callable[[], float]) -> Iterator[list[float]]:
    """What looking gives, every tenth of a second while the block runs."""
    seen, over = [look()], threading.Event()

    def run() -> None:
        while not over.wait(0.1):
            seen.append(look())

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def clip(browser: Browser) -> list[Row]:
    with served() as app, tempfile.TemporaryDirectory() as folder:
        video = _long(Path(folder) / "thirty.mp4")
        page = newcomer(browser)
        page.goto(app.url)
        answer_first(page)
        page.locator("input[type=file]").set_input_files(video)
        page.get_by_role("button", name="Cancel").first.wait_for()
        start = time.monotonic()
        page.get_by_role("button", name="See what to change").wait_for(timeout=300_000)
        seconds = time.monotonic() - start
        page.context.close()
    name = f"Report of {CLIP_S:g} s at {SIZE[0]}x{SIZE[1]}, 30 pictures a second"
    return [(name, f"{seconds:.0f} s", f"< {CLIP_S:g} s", seconds < CLIP_S)]


def _long(path: Path) -> Path:
    """The sample over and over, as large as a phone films it in portrait, for 30 seconds."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=30, options={"preset": "superfast", "crf": "21"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for image in _pictures():
            out.mux(stream.encode(image))
        out.mux(stream.encode(None))
    return path


def _pictures() -> Iterator[av.VideoFrame]:
    done = 0
    while True:
        with av.open(str(SAMPLE)) as source:
            for frame in source.decode(video=0):
                if done >= 30 * CLIP_S:
                    return
                done += 1
                yield _enlarged(frame)


def _enlarged(frame: av.VideoFrame) -> av.VideoFrame:
    """The picture on the width of a portrait one, its first and last row repeated above and below."""
    import numpy as np

    width, height = SIZE
    high = round(frame.height * width / frame.width)
    picture = frame.reformat(width, high, format="rgb24").to_ndarray()
    above = (height - high) // 2
    whole = np.pad(picture, ((above, height - high - above), (0, 0), (0, 0)), mode="edge")
    return av.VideoFrame.from_ndarray(whole, format="rgb24")


PARTS: dict[str, Callable[[Browser], list[Row]]] = {"first": first, "upload": upload, "clip": clip}


def main() -> int:
    """Measure, print, write; 0 when every target is met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=PARTS, help="one part")
    parser.add_argument("--write", type=Path, help="put the table between the marks in this page")
    args = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        rows = [row for name, part in PARTS.items() if args.only in (None, name) for row in part(browser)]
        browser.close()
    table = "\n".join([
        "| measured on two cores | figure | target |", "|---|---|---|",
        *(f"| {n} | {figure}{'' if met else ' (missed)'} | {target} |" for n, figure, target, met in rows),
    ])  # fmt: skip
    print(table)
    if args.write:
        head, _, rest = args.write.read_text().partition(BEGIN)
        args.write.write_text(f"{head}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}")
    return 0 if all(met for *_, met in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
