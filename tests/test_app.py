"""The app's pages, each with somebody behind the cookie: what they show and what their buttons do."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import factories
import pytest
import team
from pages import button, one_screen, opened, words
from streamlit.testing.v1 import AppTest

from formcheck.exercises import EXERCISES
from formcheck.manual import every_fault
from formcheck.store import people, sets
from formcheck.store.models import FAILED, Job, LiftSet
from formcheck.store.tokens import new_token
from formcheck.web import server as server_module
from formcheck.web import visitor as visitor_module
from formcheck.web.media_routes import ASSETS
from formcheck.web.screens import live_webrtc, manual, safety
from formcheck.web.server import Server

TOKEN = new_token()


@pytest.fixture
def app_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("FORMCHECK_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(visitor_module, "token", lambda: TOKEN)
    server_module.server.cache_clear()
    yield server_module.server()
    server_module.server.cache_clear()


@pytest.fixture
def me(app_server: Server) -> str:
    person = people.local(app_server.store)
    people.answer_safety(app_server.store, person, safety.GO, {})
    people.update_profile(app_server.store, person, asked=True)
    return person


def page(screen: str = "", **query: str) -> AppTest:
    """The whole app as it opens, or one of its screens alone."""
    return opened(one_screen(screen) if screen else "", **query)


def add(server: Server, owner: str, *findings: Any, **changes: Any) -> str:
    report = factories.report(*findings)
    fields = {
        "name": "my_*set*.mp4", "video": "video.mp4", "playback": "video.mp4", "exercise": "squat",
        "headline": "Squat: 2 reps; 1 fault.", "report": report.to_dict(), "judged_s": 1.0,
    }  # fmt: skip
    with server.store.begin() as session:
        lift = LiftSet(owner_id=owner, **{**fields, **changes})
        session.add(lift)
        session.flush()
        return lift.id


# ---- safety -----------------------------------------------------------------------------------------


def test_without_a_cookie_nothing_is_shown(app_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor_module, "token", lambda: None)
    assert "Allow cookies" in words(page())


def test_safety_stands_before_everything_and_lets_the_healthy_through(app_server: Server) -> None:
    app = page()
    assert "Before your first set" in words(app)
    for sign in ("bladder", "cancer", "below the knee"):
        assert sign in words(app)
        button(app, "None of these").click()
        app.run()
    assert "A few numbers, if you like" in words(app)
    button(app, "Not now").click().run()
    assert "Check a set" in words(app)
    assert "Check a set" in words(page())  # asked once


def test_an_emergency_stops(app_server: Server) -> None:
    app = page()
    button(app, "At least one").click().run()
    assert "Get emergency care now" in words(app)
    app = page()
    assert "Get emergency care now" in words(app)
    assert [b.label for b in app.button] == ["That was a mistake, or it is over: answer again"]


def test_a_warning_sign_waits_for_a_doctor(app_server: Server) -> None:
    app = page()
    button(app, "None of these").click().run()
    button(app, "At least one").click().run()
    assert "See a doctor" in words(app)
    button(app, "A doctor has said").click().run()
    assert "A few numbers" in words(app)


def test_pain_today_means_go_easy(app_server: Server) -> None:
    app = page()
    for label in ("None of these", "None of these", "At least one"):
        button(app, label).click().run()
    button(app, "Not now").click().run()
    assert "Go easy today" in words(app)


# ---- check ------------------------------------------------------------------------------------------


def test_a_running_check_is_shown_with_its_time_left_and_can_be_cancelled(app_server, me) -> None:
    set_id = add(app_server, me, report=None, headline=None)
    with app_server.store.begin() as session:
        session.add(
            Job(
                set_id=set_id,
                kind="check",
                state="running",
                share=0.5,
                stage="Watching the video",
                started_s=1.0,
            )
        )
    app = page()
    assert "my\\_\\*set\\*\\.mp4" in words(app)
    button(app, "Cancel").click().run()
    assert sets.find(app_server.store, set_id, me).jobs[0].cancel
    assert not app.exception


def test_a_failed_check_says_why_and_can_be_removed(app_server, me) -> None:
    set_id = add(app_server, me, report=None, headline=None)
    with app_server.store.begin() as session:
        session.add(
            Job(set_id=set_id, kind="check", state=FAILED, error="The file is damaged; copy it again.")
        )
    app = page()
    assert "The file is damaged" in words(app)
    button(app, "Remove").click().run()
    assert sets.find(app_server.store, set_id, me) is None


def test_a_sample_can_be_checked(app_server, me) -> None:
    app = page()
    button(app, "Check this sample").click().run()
    (lift,) = sets.of_person(app_server.store, me)
    assert lift.name.endswith(".mp4")
    assert [job.kind for job in lift.jobs] == ["check"]


# ---- review -----------------------------------------------------------------------------------------


def test_the_review_says_what_to_change_and_why(app_server, me) -> None:
    set_id = add(app_server, me, factories.finding())
    app = page("review", set=set_id)
    text = words(app)
    assert f"Next set, one thing: **{factories.FAULT.cue}**" in text
    assert "rep 1 at 0:02.0: 14° (limit 12°)" in text
    assert factories.FAULT.why in text
    assert "Could not judge" in text


def test_a_flag_can_be_called_wrong_and_that_taken_back(app_server, me) -> None:
    set_id = add(app_server, me, factories.finding())
    app = page("review", set=set_id)
    button(app, "Wrong").click().run()
    assert [(m.code, m.right) for m in sets.find(app_server.store, set_id, me).marks] == [("SQ101", False)]
    button(app, "Wrong").click().run()
    assert sets.find(app_server.store, set_id, me).marks == []


def test_the_set_of_somebody_else_is_not_shown(app_server, me) -> None:
    other = team.person(app_server.store)
    set_id = add(app_server, other, factories.finding())
    text = words(page("review", set=set_id))
    assert "There is no such set here" in text
    assert "Next set" not in text


def test_another_limit_starts_a_new_judgement(app_server, me) -> None:
    set_id = add(app_server, me, factories.finding())
    app = page("review", set=set_id)
    field = next(n for n in app.number_input if n.key == f"warn-{set_id}-SQ101")
    field.set_value(3.0)
    button(app, "Judge again").click().run()
    lift = sets.find(app_server.store, set_id, me)
    assert lift.wanted["limits"]["SQ101"][0] == 3.0
    assert [job.kind for job in lift.jobs] == ["judge"]


def test_load_and_its_place_can_be_changed_afterwards(app_server, me) -> None:
    set_id = add(app_server, me, factories.finding())
    app = page("review", set=set_id)
    next(n for n in app.number_input if n.key == f"again-load-{set_id}").set_value(60.0)
    next(s for s in app.selectbox if s.key == f"again-place-{set_id}").set_value("low-bar")
    button(app, "Judge again").click().run()
    lift = sets.find(app_server.store, set_id, me)
    assert lift.lifter == {"load_kg": 60.0, "load_at": "low-bar"}


def test_the_place_of_the_load_is_asked_once_there_is_a_load(app_server, me) -> None:
    app = page()
    assert not [s for s in app.selectbox if s.label == "Where is the load?"]
    next(n for n in app.number_input if n.key == "load").set_value(40.0)
    app.run()
    assert [s for s in app.selectbox if s.label == "Where is the load?"]
    assert not app.exception


def test_a_fault_of_another_version_is_shown_for_what_it_is(app_server, me) -> None:
    strange = factories.finding(code="SQ999", name="knees-sing", cue="Oil them.")
    set_id = add(app_server, me, strange, factories.finding())
    text = words(page("review", set=set_id))
    assert "SQ999 knees sing" in text
    assert "does not know this fault" in text
    assert "14° (limit 12°)" in text
    assert "SQ999" in next(s for s in page("history").selectbox if s.label == "With the flag").options[-1]


# ---- history, manual, you ---------------------------------------------------------------------------


def test_the_history_lists_and_deletes(app_server, me) -> None:
    set_id = add(app_server, me, factories.finding())
    app = page("history")
    assert "Squat: 2 reps; 1 fault." in words(app)
    next(b for b in app.button if b.key == f"delete-{set_id}").click().run()
    assert sets.of_person(app_server.store, me) == []


def test_the_history_is_filtered_by_date(app_server, me) -> None:
    add(app_server, me, headline="An old one.", created_s=time.time() - 40 * 86400)
    add(app_server, me, headline="A new one.")
    app = page("history")
    assert "An old one." in words(app)
    next(s for s in app.selectbox if s.label == "When").set_value("The last 30 days").run()
    assert "An old one." not in words(app)
    assert "A new one." in words(app)


def test_several_trends_are_shown_at_once(app_server, me) -> None:
    for _ in range(2):
        add(app_server, me, factories.finding())
    app = page("history")
    (chooser,) = app.multiselect
    assert len(chooser.value) > 1
    for name in chooser.value:
        assert name in words(app)


def test_the_manual_has_every_exercise(app_server, me) -> None:
    app = page("manual")
    assert "Film it" in words(app)
    assert "What it cannot tell" in words(app)


def test_every_exercise_and_fault_has_a_picture_with_a_caption() -> None:
    for name in (*EXERCISES, *every_fault()):
        picture = cv2.imread(str(ASSETS / f"manual-{name}.webp"))
        assert picture is not None, f"render it: python -m synthetic.manual_pictures {name}"
        assert picture.std() > 10  # something is to be seen
        assert len(manual.captions()[name]) > 10
    assert set(manual.captions()) == {*EXERCISES, *every_fault()}


def test_the_profile_keeps_pounds_and_feet_as_kilograms_and_metres(app_server, me) -> None:
    people.update_profile(app_server.store, me, length_unit="ft", mass_unit="lb")
    app = page("you")
    for label, value in (("Height (feet)", 5), ("and inches", 10), ("Body weight (lb)", 176.4)):
        next(n for n in app.number_input if n.label == label).set_value(value)
    button(app, "Save").click().run()
    profile = people.profile(app_server.store, me)
    assert profile.height_m == pytest.approx(1.778)
    assert profile.mass_kg == pytest.approx(80.0, abs=0.1)


# ---- the queue ----------------------------------------------------------------------------------------


def test_the_queue_says_what_waits_what_failed_and_that_nobody_works(app_server, me) -> None:
    set_id = add(app_server, me, name="annas squat.mp4")
    with app_server.store.begin() as session:
        session.add(Job(set_id=set_id, kind="check"))
        error = "annas squat.mp4 is damaged; copy it again."
        session.add(Job(set_id=set_id, kind="check", state=FAILED, error=error, ended_s=1.0, attempt=3))
    app = page("queue")
    shown = words(app) + app.dataframe[0].value.to_csv()
    assert [metric.value for metric in app.metric] == ["1", "0", "0 s", "0"]
    assert "No worker is running" in app.warning[0].value
    assert "the video is damaged; copy it again." in shown
    assert "annas" not in shown
    button(app, "Judge every set again").click().run()
    assert "1 sets are to be judged again." in app.success[0].value
    assert page("queue").metric[1].value == "1"


# ---- live -------------------------------------------------------------------------------------------


def test_live_without_the_web_build_says_so_and_offers_both_ways(
    app_server: Server, me: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from formcheck import web_build
    from formcheck.errors import ModelError

    def missing() -> Path:
        raise ModelError("MediaPipe's web build is not installed.")

    monkeypatch.setattr(web_build, "find", missing)
    app = page("live")
    assert "film the set and upload the video" in words(app)
    assert [b.label for b in app.button][:2] == ["Check a set instead", "Fetch it now (10 MB)"]
    monkeypatch.setattr(web_build, "provision", lambda _: missing())
    button(app, "Fetch it now").click().run()
    assert "not installed" in words(app)


def test_live_offers_every_exercise_and_what_to_do_with_the_video(
    app_server: Server, me: str, monkeypatch: pytest.MonkeyPatch, model: Path
) -> None:
    from formcheck import web_build

    monkeypatch.setattr(web_build, "find", lambda: Path())
    app = page("live")
    for exercise in ("squat", "deadlift", "row", "plank", "auto"):
        app.session_state["live-exercise"] = exercise
        app.run()
        assert not app.exception
        assert "Where the camera goes" in words(app)
    assert {"Record the video", "One slow hinge first", "Voice", "Tones"} == {t.label for t in app.toggle}


def test_the_server_looks_where_the_extra_is_installed(
    app_server: Server, me: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_webrtc, "available", lambda: False)
    assert "formcheck[webrtc]" in words(page("live_webrtc"))
    assert not [b for b in page("live").button if "server" in b.label]
    monkeypatch.setattr(live_webrtc, "available", lambda: True)
    assert [b for b in page("live").button if "server" in b.label]


def test_a_live_set_says_where_live_and_the_check_differ(app_server: Server, me: str) -> None:
    set_id = add(app_server, me, factories.finding(), video="video.mp4")
    live = {"schema": 1, "began_s": 0.0, "offset_s": 0.0, "told": [], "report": factories.report().to_dict()}
    app_server.store.media.put(sets.key(set_id, "live.json"), json.dumps(live).encode())
    app = page("review", set=set_id)
    assert [e.label for e in app.expander if "differ" in e.label] == ["Where live and the check differ (1)"]
    assert "live nothing, afterwards a" in words(app)
    same = add(app_server, me, factories.finding())
    live["report"] = factories.report(factories.finding()).to_dict()
    app_server.store.media.put(sets.key(same, "live.json"), json.dumps(live).encode())
    assert not [e for e in page("review", set=same).expander if "differ" in e.label]
