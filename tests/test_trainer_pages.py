"""The trainer's pages and the client's side of them, each with somebody signed in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import factories
import pytest
import team
from pages import button, one_screen, opened, words
from streamlit.testing.v1 import AppTest

from formcheck.store import Store, coaching, comments, guests, inbox, people, sets
from formcheck.store.comments import Draft
from formcheck.store.models import LiftSet, new_id
from formcheck.web import server as server_module
from formcheck.web import visitor as visitor_module
from formcheck.web.screens import safety
from formcheck.words import with_unit


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("FORMCHECK_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("FORMCHECK_TEAM", "1")
    monkeypatch.setattr("formcheck.web.components.signed_in", lambda: None)
    server_module.server.cache_clear()
    yield server_module.server().store
    server_module.server.cache_clear()


@pytest.fixture
def pair(store: Store) -> tuple[str, str]:
    trainer = team.member(store, "kim", trainer=True)
    pair = trainer, team.member(store, "anna", of=trainer)
    for person in pair:
        people.answer_safety(store, person, safety.GO, {})
        people.update_profile(store, person, asked=True)
    return pair


def add(store: Store, owner: str, *findings: Any, **changes: Any) -> str:
    fields = {
        "name": "my_*set*.mp4", "video": "video.mp4", "playback": "video.mp4", "exercise": "squat",
        "headline": "Squat: 2 reps; 1 fault.", "judged_s": 1.0,
        "report": factories.report(*(findings or (factories.finding(),))).to_dict(),
    }  # fmt: skip
    with store.begin() as session:
        lift = LiftSet(owner_id=owner, **{**fields, **changes})
        session.add(lift)
        session.flush()
        return lift.id


def page(
    monkeypatch: pytest.MonkeyPatch,
    store: Store,
    person: str,
    screen: str = "",
    call: str = "show",
    **query: str,
) -> AppTest:
    token = team.token(store, person)
    monkeypatch.setattr(visitor_module, "token", lambda: token)
    return opened(one_screen(screen, call) if screen else "", **query)


def draft(**changes: Any) -> Draft:
    return Draft.of({"key": new_id(), "text": "Chest <b>up</b>", "at_s": 1.5, "strokes": [], **changes})


def test_the_inbox_is_a_line_a_client_and_filters(store: Store, pair, monkeypatch) -> None:
    kim, anna = pair
    ben = team.member(store, "ben", of=kim)
    for _ in range(3):
        add(store, anna)
    add(store, ben, factories.finding(None, "CAM101"), headline="Squat: nothing seen.")
    app = page(monkeypatch, store, kim)  # it is the first page
    assert "Inbox" in words(app)
    assert app.session_state["pages"]["inbox"].title == "Inbox (4)"
    assert len([b for b in app.button if b.label == "Review"]) == 2
    assert "and 2 more" in words(app)
    assert button(app, "Review all 4")
    app.toggle[0].set_value(True).run()
    assert len([b for b in app.button if b.label == "Review"]) == 1
    app.toggle[0].set_value(False).run()
    app.selectbox[0].set_value(ben).run()
    assert "Anna" not in words(app)
    app.selectbox[2].set_value("sent").run()
    assert "No set is like that" in words(app)


def test_a_review_is_ended_from_its_page(store: Store, pair, monkeypatch) -> None:
    kim, anna = pair
    set_id = add(store, anna)
    monkeypatch.setattr("formcheck.web.links.go", lambda page, **query: None)
    comments.add(store, kim, set_id, draft())
    app = page(monkeypatch, store, kim, "review", set=set_id)
    assert "draft, not sent yet" in words(app)
    assert "Chest <b>up</b>" in [t.value for t in app.text]  # as text, not as HTML
    button(app, "Send 1 comment").click().run()
    app.run()
    assert inbox.state(store, kim, set_id) == inbox.SENT
    assert button(app, "Have it as new again")


def test_the_client_reads_answers_and_marks_done(store: Store, pair, monkeypatch) -> None:
    kim, anna = pair
    set_id = add(store, anna)
    comments.add(store, kim, set_id, draft())
    inbox.finish(store, kim, set_id)
    app = page(monkeypatch, store, anna)
    assert "1 new comment" in words(app)
    assert app.session_state["pages"]["history"].title == "History ● 1"
    app = page(monkeypatch, store, anna, "review", set=set_id)
    assert "Chest <b>up</b>" in [t.value for t in app.text]
    next(c for c in app.checkbox if c.label == "Done").check().run()
    next(a for a in app.text_area if a.label == "Your answer").set_value("Will do")
    next(b for b in app.button if b.label == "Send").click().run()
    first, answer = comments.of_set(store, kim, set_id)
    assert first.done_s is not None
    assert answer.text == "Will do"
    assert comments.unseen(store, anna) == {}
    assert "1 new answer" in words(page(monkeypatch, store, kim, "inbox"))


def test_a_trainers_mark_is_their_own(store: Store, pair, monkeypatch) -> None:
    kim, anna = pair
    set_id = add(store, anna)
    app = page(monkeypatch, store, kim, "review", set=set_id)
    button(app, "Wrong").click().run()
    lift = sets.find(store, set_id, kim)
    assert lift is not None
    assert [(m.person_id, m.right) for m in lift.marks] == [(kim, False)]


def test_notes_and_limits_on_the_clients_page(store: Store, pair, monkeypatch) -> None:
    kim, anna = pair
    add(store, anna)
    app = page(monkeypatch, store, kim, "clients", "show_one", client=anna)
    next(a for a in app.text_area if a.label == "New note").set_value("Old *ankle*")
    next(b for b in app.button if b.label == "Keep").click().run()
    assert "Old *ankle*" in [t.value for t in app.text]
    assert "the client does not" in words(app)
    button(app, "Set it").click().run()
    assert "Say why" in words(app)
    next(t for t in app.text_input if t.label == "Why").set_value("long thighs")
    button(app, "Set it").click().run()
    assert "long thighs" in words(app)
    assert len(coaching.adjusted(store, kim, anna)) == 1
    assert "long thighs" in words(page(monkeypatch, store, anna, "you"))
    button(app, "The standard limit again").click().run()
    assert coaching.adjusted(store, kim, anna)[0].ended_s is not None


def test_sentences_are_kept_on_the_page_of_the_clients(store: Store, pair, monkeypatch) -> None:
    kim, _ = pair
    app = page(monkeypatch, store, kim, "clients")
    next(t for t in app.text_input if t.label == "New sentence").set_value("Brace first.")
    button(app, "Keep it").click().run()
    assert [t.text for t in coaching.templates(store, kim)] == ["Brace first."]


def test_agreement_is_shown_once_there_are_reviews(store: Store, pair, monkeypatch) -> None:
    kim, anna = pair
    assert "Review some sets first" in words(page(monkeypatch, store, kim, "trainer_and_tool"))
    set_id = add(store, anna)
    sets.mark(store, set_id, kim, factories.FAULT.code, 0, False)
    inbox.finish(store, kim, set_id)
    app = page(monkeypatch, store, kim, "trainer_and_tool")
    table = app.dataframe[0].value
    row = table[table["Fault"] == factories.FAULT.title].iloc[0]
    assert (row["Reps"], row["Only formcheck"], row["Both"]) == (2, 1, 0)
    assert "too few marks" in words(app)


def test_missed_faults_name_a_stricter_limit(store: Store, pair, monkeypatch) -> None:
    kim, anna = pair
    limit, clean = factories.FAULT.limits[0].warn, factories.report().to_dict()
    for _ in range(6):
        levels = {factories.FAULT.code: {"0": limit - 2, "1": limit - 5}}
        set_id = add(store, anna, levels=levels, report=clean)
        sets.mark(store, set_id, kim, factories.FAULT.code, 0, False, flagged=False)
        inbox.finish(store, kim, set_id)
    said = words(page(monkeypatch, store, kim, "trainer_and_tool"))
    assert f"a warning at {with_unit(limit - 3.5, 'deg')} instead of {with_unit(limit, 'deg')}" in said
    assert "would have flagged 6 of the 6 that you marked as missed, and 0 that you let pass" in said
    assert "6 to 6 more reps" in said


def test_a_guest_link_is_made_and_taken_back(store: Store, pair, monkeypatch) -> None:
    kim, anna = pair
    set_id = add(store, anna)
    assert "needs the client's permission" in words(page(monkeypatch, store, kim, "review", set=set_id))
    app = page(monkeypatch, store, anna, "review", set=set_id)
    button(app, "Make a guest link").click().run()
    token = app.code[0].value.rpartition("/g/")[2]
    assert guests.sight(store, token) is not None
    button(app, "Take it back").click().run()
    assert guests.sight(store, token) is None
