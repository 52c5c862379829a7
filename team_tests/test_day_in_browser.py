"""The trainer's day in a real browser: trainer and client at once, a guest, a reader without a server."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import factories
import pytest
import team
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from browser_tests.browsing import picture, settled
from formcheck.analysis import examine
from formcheck.exercises import EXERCISES
from formcheck.options import Options
from formcheck.store import Store, accounts, coaching, comments, inbox, people, sets
from formcheck.store.models import FlagMark, LiftSet
from formcheck.views import player
from formcheck.views.groups import headline
from formcheck.web.screens import safety
from team_tests.test_access_in_browser import PHONE, Team, newcomer, sign_in

CLIENTS = ("anna", "ben")
SENTENCES = ("Brace before you move.", "Push the floor away.")
BROKEN_BY_ALL = {
    f.code: (-400.0, -399.0) if f.limits[0].more_is_worse else (1000.0, 900.0)
    for f in EXERCISES["squat"].faults
}  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    served = Team(tmp_path_factory.mktemp("day") / "data")
    with served.store() as store:
        fill(store)
    served.start()
    yield served
    served.stop()


def fill(store: Store) -> None:
    """A trainer who has kept sentences, and two clients with a set each that has flags."""
    trainer = team.member(store, "kim", trainer=True)
    team.member(store, "boss", admin=True)
    for text in SENTENCES:
        coaching.add_template(store, trainer, text)
    for name in CLIENTS:
        add_set(store, team.member(store, name, of=trainer))


def trainer_id(store: Store) -> str:
    (kim,) = [a.person_id for a in accounts.everybody(store) if a.email == "kim@example.com"]
    return kim


def add_set(store: Store, person: str) -> str:
    """A judged set with flags of somebody who shares the skeleton alone."""
    track = factories.squatting()
    examination = examine(track, Options(exercise="squat", limits=BROKEN_BY_ALL), "squat.mp4")
    assert examination.report.faults
    people.answer_safety(store, person, safety.GO, {})
    people.update_profile(store, person, asked=True)
    with store.begin() as session:
        lift = LiftSet(
            owner_id=person, name="squat.mp4", exercise="squat", headline=headline(examination.report),
            report=examination.report.to_dict(), judged_s=1.0,
        )  # fmt: skip
        session.add(lift)
        session.flush()
        scene = json.dumps(player.scene(track, examination), allow_nan=False).encode()
        store.media.put(sets.key(lift.id, "player.json"), scene)
        return lift.id


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


REVIEW_S = 30.0  # most that the machine may take for a review; it is well under half of this on two cores


class Keys:
    """The keyboard of a page, counting."""

    def __init__(self, page: Page) -> None:
        self._page, self.pressed = page, 0

    def press(self, key: str) -> None:
        self._page.keyboard.press(key)
        self.pressed += 1


def test_a_whole_review_takes_two_keys_a_flag_four_more_and_seconds(app: Team, chromium: Browser) -> None:
    with app.store() as store:
        cleo = team.member(store, "cleo", of=trainer_id(store))
        judged = add_set(store, cleo)
        flags = json.loads(store.media.get(sets.key(judged, "player.json")))["flags"]
    assert any(
        a is not b and b["start"] < (a["start"] + a["end"]) / 2 < b["end"] for a in flags for b in flags
    ), "no flag hides another"
    trainer = newcomer(chromium)
    sign_in(trainer, app, "kim")
    trainer.get_by_label("Client").click()
    trainer.get_by_role("option", name="Cleo").click()
    trainer.get_by_role("button", name="Review it").wait_for()
    settled(trainer)
    keys, began_s = Keys(trainer), time.monotonic()
    keys.press("Control+Enter")
    trainer.get_by_text("Cleo").first.wait_for()
    trainer.locator(".player .controls").wait_for()
    right = trainer.get_by_role("button", name="✓ Right")
    wrong = trainer.get_by_role("button", name="✗ Wrong")
    for n in range(len(flags)):
        if n:
            keys.press("n")
        expect(right).to_have_attribute("aria-pressed", "false")
        expect(wrong).to_have_attribute("aria-pressed", "false")
        keys.press("x" if n % 2 else "y")
        expect(wrong if n % 2 else right).to_have_attribute("aria-pressed", "true")
    keys.press("t")
    expect(trainer.get_by_label("A sentence kept for this")).to_be_focused()
    keys.press("2")
    expect(trainer.get_by_label("Comment", exact=True)).to_have_value(SENTENCES[1])
    keys.press("Control+Enter")
    trainer.get_by_text("draft, not sent yet").wait_for()
    trainer.get_by_role("button", name="Send 1 comment").wait_for()
    keys.press("Control+Enter")
    trainer.wait_for_url(lambda address: judged not in address)
    took_s = time.monotonic() - began_s
    print(f"{len(flags)} flags: {keys.pressed} key presses, {took_s:.1f} s of the machine")
    assert keys.pressed == 2 * len(flags) + 4
    assert took_s < REVIEW_S
    with app.store() as store:
        kim = trainer_id(store)
        assert inbox.state(store, kim, judged) == inbox.SENT
        assert [c.text for c in comments.of_set(store, cleo, judged)] == [SENTENCES[1]]
        with store.begin() as session:
            said = select(FlagMark.code, FlagMark.segment, FlagMark.right).where(FlagMark.set_id == judged)
            marks = session.execute(said).all()
        assert {(code, segment) for code, segment, _ in marks} == {(f["code"], f["segment"]) for f in flags}
        assert sum(right for _, _, right in marks) == (len(flags) + 1) // 2


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
    with app.store() as store:
        kim = trainer_id(store)
        (entry,) = [e for e in inbox.entries(store, kim) if e.client == "Anna"]
        said = comments.of_set(store, kim, entry.set_id)
    assert {(c.author, c.text) for c in said} >= {("Lee (from a file)", "From afar")}
    assert next(c for c in said if c.author == "Kim").strokes[0]["kind"] == "line"


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
