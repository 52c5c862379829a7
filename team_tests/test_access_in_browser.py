"""A team in a real browser: joining, consent, a trainer and a client at once, and the end of each access.

FORMCHECK_SCREENSHOTS names a folder for pictures of every page; without it none are made.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import stores
import team
from playwright.sync_api import APIRequestContext, Browser, Page, expect

from browser_tests.browsing import PATIENCE_MS, ROOT, Served, answer_first, answers, picture
from formcheck.jobs.overview import overview
from formcheck.store import Store, consent, sets
from formcheck.store.settings import to_environment
from formcheck.web import guard

SAMPLE = ROOT / "sample_videos" / "squat_faults.mp4"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LINK = re.compile(r"http\S+/join/\S+")


class Team(Served):
    """`formcheck serve --team` with two workers, on the servers if they run; said: in the terminal."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.settings = stores.settings(folder, workers=2)
        self.said = folder.parent / "said.txt"

    def start(self) -> None:
        command = [sys.executable, "-m", "formcheck", "serve", "--team", "--no-browser"]
        self.process = subprocess.Popen(
            [*command, f"--port={self.port}"], cwd=self.folder.parent, stderr=self.said.open("w"),
            env={**os.environ, **to_environment(self.settings), "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert answers(self.url, 600), self.said.read_text()

    @contextmanager
    def store(self) -> Iterator[Store]:
        """What it keeps."""
        store = Store.of(self.settings)
        yield store
        store.close()

    @property
    def link(self) -> str:
        """What makes the first admin."""
        found = LINK.search(self.said.read_text())
        assert found is not None
        return found.group(0)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    served = Team(tmp_path_factory.mktemp("team") / "data")
    served.start()
    yield served
    served.stop()


def newcomer(chromium: Browser, **how: Any) -> Page:
    page = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **how}).new_page()
    page.set_default_timeout(2 * PATIENCE_MS)
    return page


def join(page: Page, link: str, name: str) -> None:
    page.goto(link)
    picture(page, "team_join")
    page.get_by_label("Your name").fill(name.title())
    page.get_by_label("E-mail").fill(f"{name}@example.com")
    page.get_by_label("Password").fill(team.PASSWORD)
    page.get_by_role("button", name="Make my account").click()


def sign_in(page: Page, app: Team, name: str) -> None:
    page.goto(app.url)
    page.get_by_label("E-mail").fill(f"{name}@example.com")
    page.get_by_label("Password").fill(team.PASSWORD)
    picture(page, "team_sign_in")
    page.get_by_role("button", name="Sign in").click()


def test_from_the_first_link_to_a_set_that_a_trainer_sees_as_far_as_the_client_wants(
    app: Team, chromium: Browser
) -> None:
    trainer = newcomer(chromium)
    join(trainer, app.link, "trainer")
    trainer.get_by_role("button", name="Clients and invitations").click()
    trainer.get_by_text("You have no clients here yet").wait_for()
    trainer.get_by_role("button", name="Make an invitation").click()
    invitation = trainer.get_by_test_id("stCode").inner_text().strip()
    picture(trainer, "team_invite")

    client = newcomer(chromium, **PHONE)
    join(client, invitation, "client")
    client.get_by_text("Is that all right with you?").wait_for()
    picture(client, "team_consent")
    client.get_by_role("button", name="Yes, I agree").click()
    answer_first(client)
    client.locator("input[type=file]").first.set_input_files(SAMPLE)
    client.get_by_role("button", name="See what to change").first.click()
    client.locator(".player .controls").first.wait_for()
    video = f"{app.url}{client.locator('.player video').get_attribute('src')}"
    with app.store() as store:
        assert (store.media.folder is None) == stores.ON_SERVERS
        assert overview(store).workers == app.settings.workers == 2

    trainer.goto(f"{app.url}/clients")
    trainer.get_by_role("button", name="Open the last set").wait_for()
    picture(trainer, "team_clients")
    trainer.get_by_role("button", name="Open the last set").click()
    trainer.locator(".player .controls").first.wait_for()
    assert trainer.locator(".player video").count() == 1
    picture(trainer, "team_review")
    assert trainer.request.get(video).status == 200
    assert newcomer(chromium).request.get(video).status == 401

    client.goto(f"{app.url}/privacy")
    client.get_by_text("only a moving skeleton").click()
    client.get_by_role("button", name="Save").click()
    client.get_by_text("Saved.").wait_for()
    picture(client, "team_privacy")
    client.get_by_text("opened", exact=False).first.wait_for()
    assert trainer.request.get(video).status == 404
    assert client.request.get(video).status == 200
    trainer.reload()
    trainer.locator(".player .controls").first.wait_for()
    assert trainer.locator(".player video").count() == 0
    picture(trainer, "team_skeleton")


def test_an_open_page_leaves_when_its_sign_in_is_ended_elsewhere(app: Team, chromium: Browser) -> None:
    with_account(app, "runner")
    here, there = newcomer(chromium), newcomer(chromium)
    for page in (here, there):
        sign_in(page, app, "runner")
        page.get_by_text("bladder").wait_for()
    cookie = there.context.cookies()
    here.goto(f"{app.url}/privacy")
    here.get_by_role("button", name="Sign out everywhere else").click()
    there.wait_for_url("**/sign-in*")
    assert (
        chromium.new_context(storage_state={"cookies": cookie, "origins": []})
        .request.get(f"{app.url}/api/signed-in")
        .status
        == 401
    )
    here.get_by_text("Sign out runner@example.com").click()
    here.wait_for_url("**/sign-in")
    here.goto(f"{app.url}/history")
    expect(here.get_by_label("Password")).to_be_visible()


def test_two_clients_at_once_never_see_each_others_video(app: Team, chromium: Browser) -> None:
    pages = []
    for name in ("left", "right"):
        with_account(app, name)
        page = newcomer(chromium)
        sign_in(page, app, name)
        answer_first(page)
        page.locator("input[type=file]").first.set_input_files(ROOT / "sample_videos" / "squat_good.mp4")
        pages.append(page)
    for page in pages:
        page.get_by_role("button", name="See what to change").first.click()
        page.locator(".player .controls").first.wait_for()
    addresses = [page.locator(".player video").get_attribute("src") for page in pages]
    assert addresses[0] != addresses[1]
    for page, own, foreign in zip(pages, addresses, reversed(addresses), strict=True):
        assert page.request.get(f"{app.url}{own}").status == 200
        assert page.request.get(f"{app.url}{foreign}").status == 404
    pages[1].goto(pages[0].url)
    pages[1].get_by_text("There is no such set here").wait_for()


STREAMLITS = (
    "/", "/history", "/privacy", "/people", "/review?set=1", "/_stcore/host-config", "/_stcore/metrics",
    "/_stcore/upload_file/a/b", "/media/a.mp4", "/component/a/index.html", "/_stcore/bidi-components/a/b.js",
    "/_stcore/agent/openapi.json",
)  # fmt: skip


@pytest.mark.parametrize("path", STREAMLITS)
def test_nothing_of_streamlits_own_is_there_before_signing_in(
    app: Team, chromium: Browser, path: str
) -> None:
    nobody: APIRequestContext = chromium.new_context().request
    for method in ("GET", "POST", "PUT", "DELETE"):
        answer = nobody.fetch(f"{app.url}{path}", method=method, max_redirects=0)
        assert answer.status in (401, 405)
    page = nobody.get(f"{app.url}{path}", headers={"accept": "text/html"}, max_redirects=0)
    assert page.headers["location"].startswith(guard.SIGN_IN)


def test_streamlits_socket_is_closed_to_strangers(app: Team, chromium: Browser) -> None:
    page = newcomer(chromium)
    page.goto(f"{app.url}/sign-in")
    opened = page.evaluate("""() => new Promise(end => {
        const socket = new WebSocket(`ws://${location.host}/_stcore/stream`);
        socket.onopen = () => end(true);
        socket.onclose = () => end(false);
    })""")
    assert opened is False


def with_account(app: Team, name: str) -> str:
    """Somebody who has an account and has agreed."""
    with app.store() as store:
        person = team.member(store, name)
        consent.give(store, person)
        assert sets.of_person(store, person) == []
    return person
