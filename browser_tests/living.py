"""A browser with a fake camera that does live sets, and what went over its socket."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from browsing import CHROMIUM, Served, visit
from playwright.sync_api import Browser, Page, Playwright

STANDING_S = 22.0  # until the model is loaded, the set-up check green and the countdown over
EMPTY_S = 14.0
SET_S = 120.0  # from Begin until a set must be over

SPY = """
window.said = []; window.sockets = []; window.sent = { frames: 0, last: -1 }; window.streams = [];
window.speeds = { lag: [], answer: [], sent: [] };
const shadows = [], attach = Element.prototype.attachShadow, waiting = new Map();
Element.prototype.attachShadow = function (how) {
  shadows.push(attach.call(this, how));
  return shadows.at(-1);
};
const lag = () => Number(shadows.map((s) => s.querySelector('.live')).find(Boolean)?.dataset.lag);
window.WebSocket = class extends WebSocket {
  constructor(...how) {
    super(...how);
    if (!String(how[0]).includes('/live/ws')) return;
    window.sockets.push(this);
    this.addEventListener('message', ({ data }) => {
      const one = JSON.parse(data), sent = waiting.get(one.seq);
      window.said.push(one);
      if (sent) window.speeds.answer.push(performance.now() - sent);
      waiting.clear();
    });
  }
  send(data) {
    if (data instanceof ArrayBuffer && window.sockets.includes(this)) {
      window.sent.frames++;
      const seq = new DataView(data).getUint32(0, true), now = performance.now();
      window.sent.last = Math.max(window.sent.last, seq);
      waiting.set(seq, now);
      window.speeds.sent.push(now);
      if (lag()) window.speeds.lag.push(lag());
    }
    super.send(data);
  }
};
const devices = navigator.mediaDevices;
if (devices) {
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (...how) => {
    if (window.unplugged) throw new DOMException('no camera', 'NotFoundError');
    const stream = await open(...how);
    window.streams.push(stream);
    return stream;
  };
}
window.unplug = () => {
  window.unplugged = true;
  for (const track of window.streams.at(-1).getTracks()) {
    track.stop();
    track.dispatchEvent(new Event('ended'));
  }
};
window.plugIn = () => { window.unplugged = false; devices.dispatchEvent(new Event('devicechange')); };
window.hide = (is) => {
  for (const [name, value] of [['hidden', is], ['visibilityState', is ? 'hidden' : 'visible']]) {
    Object.defineProperty(document, name, { configurable: true, get: () => value });
  }
  document.dispatchEvent(new Event('visibilitychange'));
};
"""


def launch(playwright: Playwright, film: Path | None, *more: str) -> Browser:
    """Chromium whose camera shows a film; without one it has no camera."""
    fake = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"] if film else []
    return playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *fake, *more])


@dataclass
class Live:
    """The page of one browser, before, during and after a live set."""

    page: Page

    def begin(self, exercise: str, *, record: bool = False, hinge: bool = False) -> None:
        """Choose, and press Begin."""
        page = self.page
        page.get_by_role("link", name="Live").click()
        page.get_by_role("button", name="Begin").wait_for()
        page.get_by_role("radio", name=exercise).click()
        page.wait_for_timeout(700)
        for name, wanted in (("Record the video", record), ("One slow hinge first", hinge)):
            toggle = page.get_by_role("switch", name=name)
            if toggle.is_checked() != wanted:
                page.get_by_text(name, exact=True).click()
                page.wait_for_timeout(700)
        page.get_by_role("button", name="Begin").click()
        page.locator(".live.on").wait_for()

    def start(self) -> None:
        """Start without waiting for the set-up check to be green: a busy machine may be too slow for that."""
        self.until(lambda state: bool(state.get("checks")))
        self.page.get_by_role("button", name="Start now").click()
        self.until(lambda state: state["stage"] == "set")

    def states(self) -> list[dict[str, Any]]:
        """Everything the engine said so far."""
        return [said for said in self.page.evaluate("said") if said["type"] == "state"]

    def now(self) -> dict[str, Any]:
        """The last state; an empty one before the first."""
        last = "said.findLast((one) => one.type === 'state')"
        return self.page.evaluate(last) or {"stage": "", "reps": 0, "seq": -1}

    def until(self, what: Callable[[dict[str, Any]], bool], seconds: float = SET_S) -> dict[str, Any]:
        """Wait until the engine has said something."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if what(state := self.now()):
                return state
            self.page.wait_for_timeout(100)
        raise AssertionError(f"never happened; the last state was {self.now()}")

    def done(self, seconds: float = SET_S) -> dict[str, Any]:
        """Wait for the end of the set; what the engine says then."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := self.page.evaluate("said.find((one) => one.type === 'done')"):
                return found
            self.page.wait_for_timeout(200)
        raise AssertionError(f"the set did not end; the last state was {self.now()}")

    def cues(self) -> list[str]:
        """Codes of the cues in the order in which they were given."""
        told: list[tuple[str, float]] = []
        for state in self.states():
            cue = state["cue"]
            if cue and (cue["code"], cue["frame_s"]) not in told:
                told.append((cue["code"], cue["frame_s"]))
        return [code for code, _ in told]


@contextmanager
def living(app: Served, browser: Browser, errors: list[str], **how: Any) -> Iterator[Live]:
    """A visitor who lets the page use the camera."""
    visiting = visit(app, browser, errors, script=SPY, **{"permissions": ["camera"], **how})
    yield Live(next(visiting))
    visiting.close()
