"""The trainer's day in a real browser: trainer and client at once, a guest, a reader without a server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import factories
import pytest
import team
from playwright.sync_api import Browser, Page, expect

from browser_tests.browsing import picture
from formcheck.analysis import examine
from formcheck.exercises import EXERCISES
from formcheck.options import Options
from formcheck.store import Store, accounts, comments, inbox, people, sets
from formcheck.store.models import LiftSet
from formcheck.views import player
from formcheck.views.groups import headline
from formcheck.web.screens import safety
from team_tests.test_access_in_browser import PHONE, Team, newcomer, sign_in

CLIENTS = ("anna", "ben")
STRICT = {f.code: (0.5, 1.0) for f in EXERCISES["squat"].faults if f.limits and f.limits[0].more_is_worse}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    served = Team(tmp_path_factory.mktemp("day") / "data")
    store = Store.open(served.folder)
    fill(store)
    store.close()
    served.start()
    yield served
    served.stop()


def fill(store: Store) -> None:
    """A trainer and two clients who share the skeleton alone, with a set each that has flags."""
    trainer = team.member(store, "kim", trainer=True)
    team.member(store, "boss", admin=True)
    track = factories.squatting()
    examination = examine(track, Options(exercise="squat", limits=STRICT), "squat.mp4")
    assert examination.report.faults
    scene = json.dumps(player.scene(track, examination), allow_nan=False).encode()
    for name in CLIENTS:
        person = team.member(store, name, of=trainer)
        people.answer_safety(store, person, safety.GO, {})
        people.update_profile(store, person, asked=True)
        with store.begin() as session:
            lift = LiftSet(
                owner_id=person, name="squat.mp4", exercise="squat", headline=headline(examination.report),
                report=examination.report.to_dict(), judged_s=1.0,
            )  # fmt: skip
            session.add(lift)
            session.flush()
            store.media.put(sets.key(lift.id, "player.json"), scene)


def draw_line(page: Page) -> None:
    page.get_by_role("button", name="Line", exact=True).click()
    box = page.locator(".stage .ink").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.8 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.7 * box["height"])
    page.mouse.up()


def test_trainer_and_client_at_once(app: Team, chromium: Browser, tmp_path: Path) -> None:
    trainer, client = newcomer(chromium), newcomer(chromium, **PHONE)
    sign_in(trainer, app, "kim")
    sign_in(client, app, "anna")
    client.get_by_text("Choose a video").wait_for()
    trainer.get_by_role("button", name="Review all 2").wait_for()
    picture(trainer, "day_inbox")
    trainer.locator("[class*=st-key-inbox-]", has_text="Review").first.wait_for()
    row = trainer.get_by_test_id("stHorizontalBlock").filter(has_text="Anna")
    row.get_by_role("button", name="Review").last.click()
    trainer.locator(".player .controls").wait_for()
    assert trainer.locator(".player video").count() == 0  # the skeleton alone is enough for all of this
    review_by_keys(trainer)
    trainer.keyboard.press("Control+Enter")  # and on to Ben's
    trainer.get_by_text("Ben").first.wait_for()

    client.reload()
    client.get_by_text("1 new comment").wait_for()
    picture(client, "day_news")
    client.get_by_role("button", name="Read").click()
    client.get_by_text("Brace <b>first</b>").first.wait_for()
    client.locator(".player .controls").wait_for()
    client.locator(".player .bubble").click()
    expect(client.locator(".player .saying")).to_contain_text("Brace <b>first</b>")
    picture(client, "day_comment")
    client.get_by_text("Done", exact=True).click()
    client.get_by_role("button", name="Answer").click()
    client.get_by_label("Your answer").fill("Next time")
    client.get_by_role("button", name="Send", exact=True).click()
    client.get_by_text("Next time").first.wait_for()
    trainer.goto(app.url)
    trainer.get_by_text("1 new answer").wait_for()
    outside(app, chromium, client, tmp_path)


def review_by_keys(page: Page) -> None:
    """Play, go to the next flag, confirm it, comment and draw: without the mouse but for the drawing."""
    page.keyboard.press(" ")
    page.get_by_role("button", name="Pause").wait_for()
    page.keyboard.press(" ")
    page.get_by_role("button", name="Play", exact=True).wait_for()
    for _ in range(20):
        page.keyboard.press("p")
    page.keyboard.press("n")
    expect(page.locator(".player .said")).to_be_visible()
    page.keyboard.press("y")
    expect(page.get_by_role("button", name="✓ Right")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("c")
    page.get_by_label("Comment", exact=True).fill("Brace <b>first</b>")
    draw_line(page)
    picture(page, "day_drawing")
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_text("draft, not sent yet").wait_for()


def outside(app: Team, chromium: Browser, client: Page, folder: Path) -> None:
    """A guest looks; somebody without a server writes; what they wrote is brought in."""
    client.get_by_text("Show it to somebody else").click()
    client.get_by_role("button", name="Make a guest link").click()
    link = client.get_by_test_id("stCode").inner_text().strip()
    guest = newcomer(chromium)
    guest.goto(link)
    guest.locator(".player .controls").wait_for()
    assert guest.get_by_role("button", name="Comment or draw").count() == 0
    picture(guest, "day_guest")
    guest.goto(f"{app.url}/history")
    guest.wait_for_url("**/sign-in*")
    with client.expect_download() as download:
        client.get_by_role("link", name="Save as one file").click()
    download.value.save_as(folder / "set.html")
    saved = from_one_file(chromium, folder)
    client.locator("input[type=file][accept*=json]").set_input_files(saved)
    client.get_by_role("button", name="Bring them in").click()
    client.get_by_text("1 new comments are here").wait_for()
    store = Store.open(app.folder, migrate=False)
    (kim,) = [a.person_id for a in accounts.everybody(store) if a.email == "kim@example.com"]
    (entry,) = [e for e in inbox.entries(store, kim) if e.client == "Anna"]
    said = comments.of_set(store, kim, entry.set_id)
    assert {(c.author, c.text) for c in said} >= {("Lee (from a file)", "From afar")}
    assert next(c for c in said if c.author == "Kim").strokes[0]["kind"] == "line"
    store.close()


def from_one_file(chromium: Browser, folder: Path) -> Path:
    page = chromium.new_context(offline=True).new_page()
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto((folder / "set.html").as_uri())
    page.locator(".player .controls").wait_for()
    page.keyboard.press("c")
    page.get_by_label("Comment", exact=True).fill("From afar")
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_label("Your name").fill("Lee")
    picture(page, "day_one_file")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save my comments").click()
    download.value.save_as(folder / "comments.json")
    assert all(url.startswith(("file:", "blob:", "data:")) for url in asked)
    assert wrong == []
    return folder / "comments.json"
