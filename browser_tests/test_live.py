"""Live sets in a real Chromium whose camera plays rendered samples: `make test-live`.

FORMCHECK_LIVE_MINUTES is how long the long set takes (`make test-live-long`: 20).
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import av
import pytest
from browsing import ROOT, Served, picture
from fake_camera import film
from living import EMPTY_S, SET_S, STANDING_S, launch, living
from playwright.sync_api import Page, Playwright, expect

import formcheck
from formcheck.report import Report
from formcheck.store import Store, people, sets
from formcheck.store.models import LiftSet

SAMPLES = ROOT / "sample_videos"
MINUTES = float(os.environ.get("FORMCHECK_LIVE_MINUTES", "1.5"))
MOST_GROWTH_MB = 60.0  # of the browser, and of the server beyond the poses of the set itself
FILLED_S = 45  # until Chromium's pool of camera pictures, 160 MB of shared memory, has its size
SET_MB = 6.0  # a minute of poses, raw, smoothed and with their signals


@pytest.fixture
def errors() -> Iterator[list[str]]:
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The fake camera's film of a sample, made when first asked for."""
    folder = tmp_path_factory.mktemp("films")

    @cache
    def make(sample: str, count: int = 1, *, alone: bool = False) -> Path:
        path = folder / f"{sample}-{count}-{alone}.mjpeg"
        around = {} if alone else {"standing_s": STANDING_S, "empty_s": EMPTY_S}
        film(path, SAMPLES / f"{sample}.mp4", sets=count, **around)
        return path

    return make


@cache
def judged(sample: str, exercise: str) -> Report:
    """The report of the sample's file."""
    return formcheck.analyze(SAMPLES / f"{sample}.mp4", exercise=exercise)


def saved(app: Served, set_id: str) -> LiftSet:
    """The set as the server keeps it."""
    store = Store.open(app.folder, migrate=False)
    lift = sets.find(store, set_id, people.LOCAL)
    store.close()
    assert lift is not None
    return lift


# ---- a set, from Begin to the report -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("sample", "title", "exercise"),
    [("squat_faults", "Squat", "squat"), ("deadlift_faults", "Deadlift", "deadlift")],
)
def test_reps_and_cues_are_those_of_the_file(
    app: Served, playwright: Playwright, filmed: Callable[..., Path], errors: list[str],
    sample: str, title: str, exercise: str,
) -> None:  # fmt: skip
    report = judged(sample, exercise)
    with launch(playwright, filmed(sample)) as browser, living(app, browser, errors) as live:
        live.begin(title)
        live.until(lambda state: state["stage"] == "set")
        picture(live.page, f"live-{exercise}")
        done = live.done()  # hands-free: it ends by itself when nobody is there any more
        assert live.now()["reps"] == len(report.counted)
        told = set(live.cues()) - {"stop"}
        assert told
        assert told <= {finding.code for finding in report.faults}
        live.page.get_by_text("Next set, one thing").wait_for()
        assert f"/review?set={done['set']}" in live.page.url


def test_a_plank_is_timed(
    app: Served, playwright: Playwright, filmed: Callable[..., Path], errors: list[str]
) -> None:
    with launch(playwright, filmed("plank_good")) as browser, living(app, browser, errors) as live:
        live.begin("Plank")
        live.until(lambda state: (state.get("hold_s") or 0) > 5)
        picture(live.page, "live-plank")
        shown = live.page.locator(".live .count").inner_text()
        assert shown.startswith("0:0")
        live.page.get_by_role("button", name="End the set").click()
        assert live.done()["exercise"] == "plank"
        assert live.cues() == []


def test_the_recording_gets_the_report_of_its_own(
    app: Served, playwright: Playwright, filmed: Callable[..., Path], errors: list[str]
) -> None:
    report = judged("squat_faults", "squat")
    with launch(playwright, filmed("squat_faults")) as browser, living(app, browser, errors) as live:
        live.begin("Squat", record=True)
        live.start()
        set_id = live.done()["set"]
        live.page.wait_for_url(f"**/review?set={set_id}")
        lift = judged_from_video(app, set_id)
        final = sets.report_of(lift)
        assert final is not None
        assert lift.video is not None
        recording = app.folder / "media" / "sets" / set_id / lift.video
        assert pictures_per_second(recording) == pytest.approx(30, abs=2)
        assert len(final.counted) == len(report.counted)
        assert {f.code for f in final.faults} == {f.code for f in report.faults}
        live.page.reload()
        live.page.locator(".player video").wait_for()
        picture(live.page, "live-review")


def pictures_per_second(video: Path) -> float:
    """Counted over the whole of it: a recording states no rate that could be believed."""
    with av.open(str(video)) as source:
        stream = source.streams.video[0]
        times = [float(frame.pts * stream.time_base) for frame in source.decode(stream)]
    return (len(times) - 1) / (times[-1] - times[0])


def judged_from_video(app: Served, set_id: str, seconds: float = 120) -> LiftSet:
    """The set when its recording has been analysed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        lift = saved(app, set_id)
        if any(job.kind == "check" and job.state == "done" for job in lift.jobs):
            return lift
        time.sleep(1)
    raise AssertionError(f"the recording was not analysed: {[(j.kind, j.state, j.error) for j in lift.jobs]}")


def test_landmarks_only_leaves_no_video(
    app: Served, playwright: Playwright, filmed: Callable[..., Path], errors: list[str]
) -> None:
    with launch(playwright, filmed("squat_good")) as browser, living(app, browser, errors) as live:
        sent: list[str] = []
        live.page.on("request", lambda asked: sent.append(asked.url) if "/api/uploads" in asked.url else None)
        live.begin("Squat", record=False)
        live.start()
        live.until(lambda state: state["reps"] >= 1)
        live.page.get_by_role("button", name="End the set").click()
        lift = saved(app, live.done()["set"])
        live.page.get_by_role("heading", name=re.compile("Squat")).wait_for()
        assert lift.video is None
        assert sent == []
        running = "streams.flatMap((s) => s.getTracks()).filter((t) => t.readyState === 'live').length"
        assert live.page.evaluate(running) == 0  # the camera's light goes out


def test_two_sets_at_once_do_not_mix(
    app: Served, playwright: Playwright, filmed: Callable[..., Path], errors: list[str]
) -> None:
    films = {"squat_good": "Squat", "deadlift_good": "Deadlift"}
    with ExitStack() as stack:
        lives = []
        for sample in films:
            browser = stack.enter_context(launch(playwright, filmed(sample)))
            lives.append(stack.enter_context(living(app, browser, errors)))
        for live, title in zip(lives, films.values(), strict=True):
            live.begin(title)
        for live, sample in zip(lives, films, strict=True):
            assert live.done(2 * SET_S)["exercise"] == sample.partition("_")[0]
            assert live.now()["reps"] == len(judged(sample, sample.partition("_")[0]).counted)


# ---- what may go wrong -------------------------------------------------------------------------------


def test_a_dropped_socket_loses_nothing(
    app: Served, playwright: Playwright, filmed: Callable[..., Path], errors: list[str]
) -> None:
    report = judged("squat_faults", "squat")
    with launch(playwright, filmed("squat_faults")) as browser, living(app, browser, errors) as live:
        live.begin("Squat")
        live.until(lambda state: bool(state.get("checks")))
        live.page.evaluate("sockets.at(-1).close()")
        live.until(lambda state: live.page.evaluate("sockets.length") == 2)
        live.start()
        for _ in range(2):
            live.page.evaluate("sockets.at(-1).close()")
            live.page.wait_for_timeout(2000)
        live.until(lambda state: state["reps"] >= 1)
        live.page.evaluate("sockets.at(-1).close()")
        live.done()
        assert live.page.evaluate("sockets.length") == 5
        assert live.now()["reps"] == len(report.counted)
        assert live.page.evaluate("new Set(said.map((s) => s.session).filter(Boolean)).size") == 1
        assert (
            live.page.evaluate("said.filter((s) => s.type === 'error').length") == 0
        )  # no frame was missing
        assert live.page.evaluate("sent.last") - live.now()["seq"] < 10  # but those on their way at the end


def test_an_unplugged_camera_comes_back(
    app: Served, playwright: Playwright, filmed: Callable[..., Path], errors: list[str]
) -> None:
    with launch(playwright, filmed("squat_good", 3)) as browser, living(app, browser, errors) as live:
        live.begin("Squat")
        live.start()
        before = live.until(lambda state: state["reps"] >= 1)
        live.page.evaluate("unplug()")
        expect(live.page.get_by_text("The camera is gone")).to_be_visible()
        picture(live.page, "live-unplugged")
        live.page.wait_for_timeout(1500)
        live.page.evaluate("plugIn()")
        live.page.get_by_text("The camera is gone").wait_for(state="hidden")
        live.until(lambda state: state["seq"] > before["seq"] + 20)
        assert live.now()["stage"] in ("set", "done")


def test_a_hidden_page_pauses_and_says_so(
    app: Served, playwright: Playwright, filmed: Callable[..., Path], errors: list[str]
) -> None:
    with launch(playwright, filmed("squat_good")) as browser, living(app, browser, errors) as live:
        live.begin("Squat")
        live.start()
        live.page.evaluate("hide(true)")
        expect(live.page.get_by_text("Paused: this page was not in front")).to_be_visible()
        live.page.wait_for_timeout(500)
        frames = live.page.evaluate("sent.frames")
        live.page.wait_for_timeout(1000)
        assert live.page.evaluate("sent.frames") == frames
        live.page.evaluate("hide(false)")
        live.page.get_by_text("Paused").wait_for(state="hidden")
        live.until(lambda state: state["reps"] >= 1)


def test_a_refused_camera_is_said_in_words(
    app: Served, playwright: Playwright, filmed: Callable[..., Path], errors: list[str]
) -> None:
    with (
        launch(playwright, filmed("squat_good")) as browser,
        living(app, browser, errors, permissions=[]) as live,
    ):
        press_begin(live.page)
        expect(live.page.get_by_text("does not let this page use the camera")).to_be_visible()
        picture(live.page, "live-refused")
        live.page.context.grant_permissions(["camera"])
        live.page.get_by_role("button", name="Try again").click()
        live.page.locator(".live.on video").wait_for()


def test_no_camera_is_said_in_words(app: Served, playwright: Playwright, errors: list[str]) -> None:
    with launch(playwright, None) as browser, living(app, browser, errors) as live:
        press_begin(live.page)
        expect(live.page.get_by_text("No camera was found")).to_be_visible()


def test_without_webassembly_and_without_the_build(
    app: Served, playwright: Playwright, filmed: Callable[..., Path], errors: list[str]
) -> None:
    with launch(playwright, filmed("squat_good")) as browser, living(app, browser, errors) as live:
        live.page.route("**/live/build/**", lambda route: route.abort())
        press_begin(live.page)
        expect(live.page.get_by_text("does not load")).to_be_visible()
        live.page.add_init_script("delete window.WebAssembly")
        live.page.reload()
        expect(live.page.get_by_text("This browser cannot follow you live")).to_be_visible()
        assert live.page.get_by_role("button", name="Begin").count() == 0


def test_without_https_the_way_to_it_is_told(
    tmp_path: Path, playwright: Playwright, monkeypatch: pytest.MonkeyPatch, errors: list[str]
) -> None:
    monkeypatch.setenv("FORMCHECK_HOSTS", "gym.example")
    served = Served(tmp_path)
    served.start()
    try:
        with launch(playwright, None, "--host-resolver-rules=MAP gym.example 127.0.0.1") as browser:
            served.url = f"http://gym.example:{served.port}"
            with living(served, browser, errors, permissions=[]) as live:
                live.page.get_by_role("link", name="Live").click()
                words = live.page.get_by_text("only to pages of the same machine or over HTTPS")
                expect(words).to_be_visible()
    finally:
        served.stop()


def press_begin(page: Page) -> None:
    page.get_by_role("link", name="Live").click()
    page.get_by_role("button", name="Begin").click()


# ---- looks and length --------------------------------------------------------------------------------


def test_a_phones_screen_holds_it_all(
    app: Served, playwright: Playwright, filmed: Callable[..., Path], errors: list[str]
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with launch(playwright, filmed("squat_faults")) as browser, living(app, browser, errors, **phone) as live:
        live.page.goto(f"{app.url}/live")
        live.page.get_by_role("button", name="Begin").wait_for()
        picture(live.page, "live-page")
        assert live.page.evaluate("document.documentElement.scrollWidth") <= 390
        live.page.get_by_role("button", name="Begin").click()
        live.until(lambda state: state["stage"] == "setup" and state["checks"])
        picture(live.page, "live-setup")
        for button in live.page.locator(".live button:visible").all():
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= 44
            assert 0 <= box["x"] <= box["x"] + box["width"] <= 390
        live.page.get_by_role("button", name="Start now").click()
        live.until(lambda state: state["cue"] is not None)
        picture(live.page, "live-cue")
        cue = live.page.locator(".live .cue")
        assert cue.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 44  # read from three metres


def test_a_long_set_does_not_grow(
    app: Served, playwright: Playwright, filmed: Callable[..., Path], errors: list[str]
) -> None:
    """The film begins again and again; what is measured is memory, and that nothing falls behind."""
    endless = filmed("squat_good", alone=True)
    with launch(playwright, endless) as browser, living(app, browser, errors) as live:
        live.begin("Squat")
        live.start()
        live.page.wait_for_timeout(1000 * FILLED_S)
        first = (largest_renderer_mb(), rss_mb(app.process.pid))
        end = time.monotonic() + 60 * MINUTES - FILLED_S
        while time.monotonic() < end:
            live.page.evaluate("said.splice(0, said.length - 50)")  # the test's own notes
            live.page.wait_for_timeout(2000)
            assert live.now()["stage"] == "set"
        after = (largest_renderer_mb(), rss_mb(app.process.pid))
        browser_mb, engine_mb = (b - a for a, b in zip(first, after, strict=True))
        reps, seconds = live.now()["reps"], 60 * MINUTES
        print(f"{MINUTES:g} minutes, {reps} reps: browser {browser_mb:+.0f} MB, server {engine_mb:+.0f} MB")
        assert reps >= 0.15 * seconds  # two in each 9.5 seconds of the film
        assert live.page.evaluate("sent.last") - live.now()["seq"] < 10
        assert browser_mb < MOST_GROWTH_MB
        assert engine_mb < MOST_GROWTH_MB + SET_MB * MINUTES
        live.page.get_by_role("button", name="End the set").click()
        live.done()


def largest_renderer_mb() -> float:
    """Memory of the largest process of this test's browser that shows pages."""
    return max(rss_mb(pid) for pid in below(os.getpid()) if b"--type=renderer" in command_of(pid))


def below(pid: int) -> list[int]:
    """The processes that this one started, and those that they did."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it is over
        children.setdefault(parent, []).append(int(path.parent.name))
    found, waiting = [], [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""  # it is over


def rss_mb(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = [int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")]
    return found[0] if found else 0.0
