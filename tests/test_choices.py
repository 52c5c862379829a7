"""What a person chose about videos, faces and time, in the work that follows it and on the page that asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import factories
import numpy as np
import pytest
import team
from pages import words
from streamlit.testing.v1 import AppTest

from formcheck.jobs import queue, work
from formcheck.sink import VideoSink
from formcheck.store import Store, access, accounts, audit, consent, people, sets, signins
from formcheck.store.models import DROPPED, OWN, Account, Job, LiftSet
from formcheck.views import drawing, folder
from formcheck.web import server as server_module
from formcheck.web import visitor as visitor_module

TRACK = factories.squatting(6.0)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("FORMCHECK_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("FORMCHECK_TEAM", "1")
    server_module.server.cache_clear()
    yield server_module.server().store
    server_module.server.cache_clear()


@pytest.fixture
def client(store: Store) -> str:
    return team.member(store, "client", of=team.member(store, "trainer", trainer=True))


def checked(store: Store, owner: str, scratch: Path) -> str:
    """A set with a video and a track, as a check leaves it, to be judged by limits that flag every rep."""
    with VideoSink(scratch / "video.mp4") as sink:
        for i in range(0, 180, 3):
            sink.write(np.full((600, 400, 3), 110, dtype=np.uint8), i / 30)
    TRACK.save(scratch / "pose.npz")
    with store.begin() as session:
        lift = LiftSet(owner_id=owner, name="a.mp4", video="video.mp4", playback="video.mp4")
        lift.wanted = {"exercise": "squat", "limits": {"SQ101": [-90.0, -80.0]}}
        lift.report, lift.judged_s, lift.headline = factories.report().to_dict(), 1.0, "Squat."
        session.add(lift)
        session.flush()
        set_id = lift.id
    for name in ("video.mp4", "pose.npz"):
        store.media.adopt(sets.key(set_id, name), scratch / name)
    store.media.put(sets.key(set_id, "SQ999-0.jpg"), b"AN OLD FACE")
    return set_id


def judge(store: Store, set_id: str, scratch: Path) -> None:
    with store.begin() as session:
        job_id = queue.enqueue(session, session.get_one(LiftSet, set_id), "judge").id
    claim = queue.claim(store, job_id, "w")
    assert claim is not None
    work.do(work.Bench(store, claim, scratch, lambda share, stage: None, 900.0))


def names(store: Store, set_id: str) -> set[str]:
    return store.media.names(sets.folder_of(set_id))


def test_a_video_that_nobody_is_to_keep_goes_with_the_check(
    store: Store, client: str, tmp_path: Path
) -> None:
    set_id = checked(store, client, tmp_path)
    people.update_profile(store, client, video_use=DROPPED)
    judge(store, set_id, tmp_path)
    (lift,) = sets.of_person(store, client)
    assert (lift.video, lift.playback) == (None, None)
    left = names(store, set_id)
    assert "video.mp4" not in left
    assert {"report.html", "report.pdf", "player.json", "pose.npz"} <= left
    pictures = [name for name in left if name.endswith(".jpg")]
    assert pictures
    for name in pictures:
        data = np.frombuffer(store.media.get(sets.key(set_id, name)), np.uint8)
        picture = cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
        ground = np.abs(picture.astype(int) - np.array(drawing.DARK)).max(axis=2) < 12
        assert ground.mean() > 0.5  # the skeleton alone


@pytest.mark.parametrize("hide", [True, False])
def test_faces_are_hidden_in_what_is_made_and_old_pictures_go(
    store, client, tmp_path, monkeypatch, hide
) -> None:
    told: list[Any] = []
    plain = folder.key_frames

    def watched(*given: Any, **how: Any) -> Any:
        told.append(how["hide_faces"])
        return plain(*given, **how)

    monkeypatch.setattr(folder, "key_frames", watched)
    set_id = checked(store, client, tmp_path)
    people.update_profile(store, client, blur_faces=hide)
    judge(store, set_id, tmp_path)
    assert told == [hide]
    assert "SQ999-0.jpg" not in names(store, set_id)
    assert "video.mp4" in names(store, set_id)


# ---- the page ---------------------------------------------------------------------------------------


def page(store: Store, person: str, monkeypatch: pytest.MonkeyPatch, screen: str) -> AppTest:
    token = team.token(store, person)
    monkeypatch.setattr(visitor_module, "token", lambda: token)
    monkeypatch.setattr("formcheck.web.screens.privacy.token", lambda: token)
    monkeypatch.setattr("formcheck.web.components.signed_in", lambda: None)
    script = f"from formcheck.web.visitor import visitor\nfrom formcheck.web.screens import {screen}\n"
    shown = "ask" if screen == "agreement" else "show"
    app = AppTest.from_string(
        f"{script}who = visitor()\nif who: {screen}.{shown}(who)", default_timeout=30
    ).run()
    assert not app.exception
    return app


def button(app: AppTest, label: str) -> Any:
    return next(b for b in app.button if b.label == label)


def test_consent_says_who_sees_it_and_how_long(store: Store, client: str, monkeypatch) -> None:
    consent.revoke(store, client)
    people.update_profile(store, client, keep_days=90, video_use=OWN)
    app = page(store, client, monkeypatch, "agreement")
    assert "You and Trainer, without the video" in words(app)
    assert "90 days" in words(app)
    button(app, "Yes, I agree").click().run()
    assert consent.given(store, client)


def test_choices_are_kept_written_down_and_carried_out(
    store: Store, client: str, monkeypatch, tmp_path
) -> None:
    set_id = checked(store, client, tmp_path)
    app = page(store, client, monkeypatch, "privacy")
    app.radio[0].set_value(DROPPED)
    app.toggle[0].set_value(True)
    app.selectbox[0].set_value(90)
    button(app, "Save").click().run()
    profile = people.profile(store, client)
    assert (profile.video_use, profile.blur_faces, profile.keep_days) == (DROPPED, True, 90)
    assert names(store, set_id) <= access.WITHOUT_PICTURES
    with store.begin() as session:
        assert [job.kind for job in session.query(Job)] == ["judge"]
    assert audit.CHOSE in [e.action for e in audit.about(store, client)]
    assert "Saved" in words(app)


def test_consent_is_taken_back_and_sign_ins_are_ended_on_the_page(
    store: Store, client: str, monkeypatch
) -> None:
    other = team.token(store, client)
    app = page(store, client, monkeypatch, "privacy")
    button(app, "Take my consent back").click().run()
    assert not consent.given(store, client)
    assert signins.person_of(store, other) == client
    button(app, "Sign out everywhere else").click().run()
    assert signins.person_of(store, other) is None
    assert not app.exception


def test_a_password_is_changed_with_the_old_one_only(store: Store, client: str, monkeypatch) -> None:
    app = page(store, client, monkeypatch, "privacy")
    for old, new, fits in (
        ("wrong old words", "quite new words", False),
        (team.PASSWORD, "quite new words", True),
    ):
        app.text_input[0].set_value(old)
        app.text_input[1].set_value(new)
        button(app, "Change it").click().run()
        assert (accounts.with_password(store, "client@example.com", new) is not None) == fits


def test_deleting_all_sets_leaves_what_one_said_and_you_forgets_it(
    store: Store, client: str, tmp_path, monkeypatch
) -> None:
    checked(store, client, tmp_path)
    said = {"height_m": 1.7654, "mass_kg": 71.0, "sex": "female", "load_kg": 60.0, "asked": True}
    people.update_profile(store, client, **said)
    people.answer_safety(store, client, "doctor", {"numb": "a word to be found"})
    app = page(store, client, monkeypatch, "history")
    assert "What you said about yourself stays" in words(app)
    app.checkbox[0].check().run()
    button(app, "Delete for good").click().run()
    assert not sets.of_person(store, client)
    assert people.profile(store, client).height_m == 1.7654
    assert people.safety(store, client) is not None
    app = page(store, client, monkeypatch, "you")
    button(app, "Forget it").click().run()
    assert not app.exception
    told = people.profile(store, client)
    assert [told.height_m, told.mass_kg, told.sex, told.load_kg, told.asked] == [None] * 4 + [False]
    assert people.safety(store, client) is None
    assert not any(b"a word to be found" in file.read_bytes() for file in store.folder.glob("*.db*"))


def test_somebody_erases_themselves(store: Store, client: str, monkeypatch) -> None:
    app = page(store, client, monkeypatch, "privacy")
    app.checkbox[0].check().run()
    team.member(store, "admin", admin=True)
    button(app, "Delete everything").click().run()
    with store.begin() as session:
        assert session.get(Account, client) is None
    assert not app.exception
