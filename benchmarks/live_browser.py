"""How quick live mode is in a real Chromium, whose camera plays a sample: pictures a second, lag, recording.

    python benchmarks/live_browser.py [--write docs/live.md]

Everything shares the machine: the camera's decoder, the pose model, the drawing, the recording, the server.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import av
import numpy as np
from playwright.sync_api import Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "browser_tests")]

from browsing import Served  # noqa: E402
from fake_camera import film  # noqa: E402
from living import Live, launch, living  # noqa: E402

SAMPLE = ROOT / "sample_videos" / "squat_good.mp4"
SECONDS = 20
BEGIN, END = "<!-- browser:begin -->", "<!-- browser:end -->"
RATE, LAG_MS, CUE_MS, RECORDED = 12, 150, 50, 28.5
Row = tuple[str, str, str, bool]


def main() -> int:
    """Measure, print, write; 0 when every target is met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", type=Path, help="put the table between the marks in this page")
    args = parser.parse_args()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        camera = Path(folder) / "camera.mjpeg"
        film(camera, SAMPLE)
        app = Served(Path(folder) / "data")
        app.start()
        try:
            rows = [
                *_rows("one set", _measure(app, playwright, camera, 1, record=False)),
                *_rows("one set, recorded", _measure(app, playwright, camera, 1, record=True)),
                _recorded(app),  # before the next visitor, who begins without any set
                *_rows("two sets at once", _measure(app, playwright, camera, 2, record=False)),
            ]
        finally:
            app.stop()
    table = _table(rows)
    print(table)
    if args.write:
        head, _, rest = args.write.read_text().partition(BEGIN)
        args.write.write_text(f"{head}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}")
    return 0 if all(met for *_, met in rows) else 1


def _measure(
    app: Served, playwright: Playwright, camera: Path, sets: int, *, record: bool
) -> list[dict[str, Any]]:
    """What each of some sets at once gave: times of frames, lags and answers, milliseconds."""
    with ExitStack() as stack:
        lives: list[Live] = []
        for _ in range(sets):
            browser = stack.enter_context(launch(playwright, camera))
            lives.append(stack.enter_context(living(app, browser, [])))
        for live in lives:
            live.begin("Squat", record=record)
        for live in lives:
            live.start()
        for live in lives:
            live.page.evaluate("Object.values(speeds).forEach((list) => list.splice(0))")
        lives[0].page.wait_for_timeout(1000 * SECONDS)
        found = [live.page.evaluate("speeds") for live in lives]
        for live in lives:
            live.page.get_by_role("button", name="End the set").click()
            live.done()
        if record:
            lives[0].page.wait_for_url("**/review?set=*")
        return found


def _rows(what: str, found: list[dict[str, Any]]) -> list[Row]:
    rate = min(1000 * (len(one["sent"]) - 1) / (one["sent"][-1] - one["sent"][0]) for one in found)
    lag, answer = (np.concatenate([one[name] for one in found]) for name in ("lag", "answer"))
    return [
        (f"{what}: pictures analysed a second", f"{rate:.1f}", f">= {RATE}", rate >= RATE),
        (f"{what}: camera to skeleton", _spread(lag), f"<= {LAG_MS} ms", float(np.median(lag)) <= LAG_MS),
        (f"{what}: frame to the engine's answer", _spread(answer), f"<= {CUE_MS} ms",
         float(np.median(answer)) <= CUE_MS),
    ]  # fmt: skip


def _spread(milliseconds: Any) -> str:
    half, most = np.percentile(milliseconds, (50, 95))
    return f"{half:.0f} ms, 95 % within {most:.0f} ms"


def _recorded(app: Served) -> Row:
    """Pictures a second in the recording that was uploaded."""
    (video,) = (app.folder / "media" / "sets").glob("*/video.*")
    with av.open(str(video)) as source:
        times = np.array([float(frame.time) for frame in source.decode(video=0)])
    rate = (len(times) - 1) / (times[-1] - times[0])
    return (f"recording: pictures a second ({video.suffix})", f"{rate:.1f}", ">= 28.5", rate >= RECORDED)


def _table(rows: list[Row]) -> str:
    load = os.getloadavg()[0]
    machine = f"{os.cpu_count()} cores of {_processor()}, no GPU, load of the machine at the end {load:.1f}"
    lines = [f"{machine}; {SECONDS} s of `{SAMPLE.name}` each; medians must meet the targets.", ""]
    lines += ["| | figure | target |", "|---|---|---|"]
    lines += [f"| {n} | {figure}{'' if met else ' (missed)'} | {target} |" for n, figure, target, met in rows]
    return "\n".join(lines)


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.processor()


if __name__ == "__main__":
    sys.exit(main())
