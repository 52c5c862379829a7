"""A live set looked at on the server over WebRTC, in a real Chromium whose camera plays a sample."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browsing import ROOT, Served, picture
from fake_camera import film
from living import EMPTY_S, STANDING_S, launch, living
from playwright.sync_api import Playwright

pytest.importorskip("streamlit_webrtc", reason="needs the extra formcheck[webrtc]")

NO_ICE = """
window.asked = [];
const Peer = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Peer {
  constructor(how, ...more) { super(how, ...more); window.asked.push(...(how?.iceServers ?? [])); }
};
"""


def test_a_set_goes_through_the_server(app: Served, playwright: Playwright, tmp_path: Path) -> None:
    shown = tmp_path / "film.mjpeg"
    film(shown, ROOT / "sample_videos" / "squat_good.mp4", standing_s=STANDING_S, empty_s=EMPTY_S)
    errors: list[str] = []
    with launch(playwright, shown) as browser, living(app, browser, errors) as live:
        page = live.page
        page.add_init_script(NO_ICE)
        page.goto(f"{app.url}/live-webrtc")
        inside = page.frame_locator("iframe")
        inside.get_by_role("button", name=re.compile("start", re.IGNORECASE)).click()
        page.get_by_text("Starts in").first.wait_for(timeout=90_000)
        picture(page, "live-webrtc")
        frame = next(f for f in page.frames if f != page.main_frame and f.evaluate("!!window.asked"))
        assert frame.evaluate("asked.length") == 0, "nobody's STUN server is asked"
        page.get_by_text("Reps").first.wait_for(timeout=60_000)
        page.get_by_role("heading", name=re.compile("Squat: [12] rep")).wait_for(timeout=120_000)
        assert "/review?set=" in page.url
    assert errors == []
