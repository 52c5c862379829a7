"""The trainer's day in the store: inbox, comments, notes, own limits, guests, notices, agreement."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import factories
import numpy as np
import pytest
import team

from formcheck.agreement import LEAST_SETS, Rep, Table, agreement, kappa, proposal, stricter, student_t
from formcheck.analysis import examine
from formcheck.errors import FormcheckError, TrackError
from formcheck.options import Options
from formcheck.report import Report
from formcheck.store import (
    Store,
    accounts,
    agreements,
    coaching,
    comments,
    consent,
    erasure,
    guests,
    inbox,
    notices,
    people,
    sets,
)
from formcheck.store.comments import Draft
from formcheck.store.models import DROPPED, OWN, LiftSet, new_id
from formcheck.store.review_models import Comment
from formcheck.views.groups import other_limits

LINE = {"kind": "line", "points": [[0.1, 0.2], [0.3, 0.4]]}
ANGLE = {"kind": "angle", "points": [[0, 0], [0.5, 0.5], [1, 0]]}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "data")


@pytest.fixture
def pair(store: Store) -> tuple[str, str]:
    trainer = team.member(store, "kim", trainer=True)
    return trainer, team.member(store, "anna", of=trainer)


def add(store: Store, owner: str, *findings: Any, **changes: Any) -> str:
    report = factories.report(*findings)
    fields = {"name": "set.mp4", "exercise": "squat", "headline": "Squat: 2 reps.", "video": "video.mp4",
              "playback": "video.mp4", "report": report.to_dict()}  # fmt: skip
    with store.begin() as session:
        lift = LiftSet(owner_id=owner, **{**fields, **changes})
        session.add(lift)
        session.flush()
        return lift.id


def draft(**changes: Any) -> Draft:
    return Draft.of({"key": new_id(), "text": "Chest up", "at_s": 1.5, "strokes": [], **changes})


# ---- inbox -------------------------------------------------------------------------------------------


def test_the_inbox_has_the_sets_of_own_clients_the_most_urgent_first(store: Store) -> None:
    kim, lee = (team.member(store, name, trainer=True) for name in ("kim", "lee"))
    anna, ben = (team.member(store, name, of=kim) for name in ("anna", "ben"))
    mild = add(store, anna, factories.finding(confidence=0.3))
    clean = add(store, anna)
    bad = add(store, ben, factories.finding(confidence=0.9))
    add(store, ben, factories.finding(None, "CAM101"), report=None)  # not judged yet
    add(store, team.member(store, "cleo", of=lee), factories.finding())
    found = inbox.entries(store, kim)
    assert [e.set_id for e in found] == [bad, mild, clean]
    assert [e.client for e in found] == ["Ben", "Anna", "Anna"]
    assert {e.state for e in found} == {inbox.NEW}
    assert inbox.waiting(store, kim) == 3
    assert inbox.following(store, kim, bad) == mild


def test_a_set_is_new_then_reviewed_or_sent(store: Store, pair: tuple[str, str]) -> None:
    kim, anna = pair
    quiet, spoken = add(store, anna), add(store, anna)
    comments.add(store, kim, spoken, draft())
    assert inbox.finish(store, kim, quiet) == 0
    assert inbox.finish(store, kim, spoken) == 1
    assert {e.set_id: e.state for e in inbox.entries(store, kim)} == {
        quiet: inbox.REVIEWED, spoken: inbox.SENT,
    }  # fmt: skip
    assert inbox.entries(store, kim, only_new=True) == []
    assert inbox.following(store, kim, quiet) is None
    inbox.reopen(store, kim, quiet)
    assert inbox.waiting(store, kim) == 1


def test_without_consent_coaching_or_an_open_account_the_inbox_is_empty(store: Store) -> None:
    team.member(store, "boss", admin=True)
    for end in ("consent", "coaching", "account"):
        kim = team.member(store, f"kim-{end}", trainer=True)
        anna = team.member(store, f"anna-{end}", of=kim)
        set_id = add(store, anna, factories.finding())
        assert inbox.waiting(store, kim) == 1
        if end == "consent":
            consent.revoke(store, anna)
        elif end == "coaching":
            accounts.part(store, kim, anna)
        else:
            accounts.change(store, kim, admin=False, trainer=True, closed=True)
        assert inbox.entries(store, kim) == []
        assert inbox.waiting(store, kim) == 0
        with pytest.raises(LookupError):
            inbox.finish(store, kim, set_id)


# ---- comments ----------------------------------------------------------------------------------------


def test_a_comment_is_a_draft_until_sent_and_there_once(store: Store, pair: tuple[str, str]) -> None:
    kim, anna = pair
    set_id = add(store, anna)
    one = draft(strokes=[LINE, ANGLE], segment=1)
    assert comments.add(store, kim, set_id, one) == comments.add(store, kim, set_id, one)
    assert comments.of_set(store, anna, set_id) == []
    assert len(comments.of_set(store, kim, set_id)) == 1
    inbox.finish(store, kim, set_id)
    (seen,) = comments.of_set(store, anna, set_id)
    assert (seen.author, seen.text, seen.at_s, seen.segment) == ("Kim", "Chest up", 1.5, 1)
    assert seen.strokes == [LINE, {**ANGLE, "points": [[0.0, 0.0], [0.5, 0.5], [1.0, 0.0]]}]


def test_the_client_sees_answers_and_marks_done(store: Store, pair: tuple[str, str]) -> None:
    kim, anna = pair
    set_id = add(store, anna)
    comment = comments.add(store, kim, set_id, draft())
    with pytest.raises(LookupError):
        comments.set_done(store, anna, comment, True)  # a draft is none of theirs yet
    inbox.finish(store, kim, set_id)
    assert [c.text for c in comments.on_sets_of(store, anna)] == ["Chest up"]
    assert comments.on_sets_of(store, kim) == []
    assert comments.unseen(store, anna) == {set_id: 1}
    comments.saw(store, anna, set_id)
    assert comments.unseen(store, anna) == {}
    comments.add(store, anna, set_id, draft(text="Like this?", reply_to=comment))
    comments.set_done(store, anna, comment, True)
    (entry,) = inbox.entries(store, kim)
    assert entry.answers == 1
    comments.saw(store, kim, set_id)
    assert inbox.entries(store, kim)[0].answers == 0
    first, answer = comments.of_set(store, kim, set_id)
    assert first.done_s is not None
    assert answer.reply_to == first.id
    with pytest.raises(LookupError):
        comments.remove(store, anna, comment)
    comments.remove(store, kim, comment)
    assert comments.of_set(store, anna, set_id) == []  # the answer goes with it


def test_nobody_else_reads_or_writes(store: Store, pair: tuple[str, str]) -> None:
    kim, anna = pair
    set_id = add(store, anna)
    comment = comments.add(store, kim, set_id, draft())
    inbox.finish(store, kim, set_id)
    others = (team.member(store, "lee", trainer=True), team.member(store, "ben", of=kim), people.local(store))
    for other in others:
        assert comments.of_set(store, other, set_id) == []
        for act in (
            lambda other=other: comments.add(store, other, set_id, draft()),
            lambda other=other: comments.take_in(store, other, set_id, "X", [draft()]),
            lambda other=other: comments.set_done(store, other, comment, True),
            lambda other=other: comments.remove(store, other, comment),
            lambda other=other: sets.mark(store, set_id, other, "SQ101", 0, True),
        ):
            with pytest.raises(LookupError):
                act()
        comments.saw(store, other, set_id)
    assert comments.unseen(store, anna) == {set_id: 1}


@pytest.mark.parametrize(
    "raw",
    [
        {}, {"key": "short"}, {"key": None}, {"text": 5}, {"text": "x" * 2001}, {"text": "", "strokes": []},
        {"at_s": -1}, {"at_s": float("nan")}, {"at_s": "1"}, {"at_s": True}, {"segment": -1},
        {"segment": "0"}, {"reply_to": 3}, {"strokes": {}}, {"strokes": "line"}, {"strokes": [LINE] * 41},
        {"strokes": [[]]},
        {"strokes": [{"kind": "script", "points": [[0, 0], [1, 1]]}]},
        {"strokes": [{"kind": "angle", "points": [[0, 0], [1, 1]]}]},
        {"strokes": [{"kind": "line", "points": [[0, 0], [1.2, 1]]}]},
        {"strokes": [{"kind": "line", "points": [[0, 0], [float("nan"), 1]]}]},
        {"strokes": [{"kind": "free", "points": [[0, 0]] * 401}]},
        {"strokes": [{"kind": ["line"], "points": [[0, 0], [1, 1]]}]},
    ],
)  # fmt: skip
def test_hostile_comments_are_refused_in_a_sentence(raw: dict[str, Any]) -> None:
    whole = {"key": "k" * 12, "text": "x", "at_s": None, "strokes": [], **raw} if raw else {}
    with pytest.raises(TrackError) as refused:
        Draft.of(whole)
    assert str(refused.value).count(".") == 1


def test_comments_from_a_file_are_taken_in_once(store: Store) -> None:
    me = people.local(store)
    set_id = add(store, me)
    two = [draft(text="one"), draft(text="two")]
    assert comments.take_in(store, me, set_id, "Kim <b>", [*two, two[0]]) == 2
    assert comments.take_in(store, me, set_id, "Kim", two) == 0
    assert {c.author for c in comments.of_set(store, me, set_id)} == {"Kim <b> (from a file)"}


def test_a_mark_belongs_to_who_made_it(store: Store, pair: tuple[str, str]) -> None:
    kim, anna = pair
    set_id = add(store, anna, factories.finding())
    sets.mark(store, set_id, anna, "SQ101", 0, True)
    sets.mark(store, set_id, kim, "SQ101", 0, False)
    lift = sets.find(store, set_id, anna)
    assert lift is not None
    assert sets.mark_of(lift, anna, "SQ101", 0) is True
    assert sets.mark_of(lift, kim, "SQ101", 0) is False
    sets.mark(store, set_id, kim, "SQ101", 0, None)
    lift = sets.find(store, set_id, anna)
    assert lift is not None
    assert [m.person_id for m in lift.marks] == [anna]


# ---- notes and limits of one person ------------------------------------------------------------------


def test_notes_are_for_the_trainers_of_this_client_only(store: Store, pair: tuple[str, str]) -> None:
    kim, anna = pair
    coaching.add_note(store, kim, anna, "Old ankle sprain, left.")
    assert [n.text for n in coaching.notes(store, kim, anna)] == ["Old ankle sprain, left."]
    lee = team.member(store, "lee", trainer=True)
    for other in (anna, lee, team.member(store, "boss", admin=True)):
        assert coaching.notes(store, other, anna) == []
        with pytest.raises(LookupError):
            coaching.add_note(store, other, anna, "x")


def test_templates_are_the_trainers_own(store: Store, pair: tuple[str, str]) -> None:
    kim, _ = pair
    coaching.add_template(store, kim, "Brace first.")
    lee = team.member(store, "lee", trainer=True)
    (one,) = coaching.templates(store, kim)
    coaching.remove_template(store, lee, one.id)
    assert [t.text for t in coaching.templates(store, kim)] == ["Brace first."]
    assert coaching.templates(store, lee) == []
    coaching.remove_template(store, kim, one.id)
    assert coaching.templates(store, kim) == []


def test_adjusted_limits_are_judged_by_and_stated_with_who_and_why(
    store: Store, pair: tuple[str, str]
) -> None:
    kim, anna = pair
    set_id = add(store, anna)
    lift = sets.find(store, set_id, kim)
    assert lift is not None
    limit = factories.FAULT.limits[0]
    levels = (limit.warn + 5, None if limit.fault is None else limit.fault + 5)
    coaching.adjust(store, kim, anna, factories.FAULT.code, levels, "long thighs")
    options = coaching.options(store, lift)
    assert options.limits == {factories.FAULT.code: levels}
    report = examine(factories.squatting(), options, "x").report
    assert report == Report.from_dict(report.to_dict())
    (sentence,) = other_limits(report)
    for words in ("adjusted for this person by Kim", "long thighs", factories.FAULT.title):
        assert words in sentence
    coaching.restore(store, kim, anna, factories.FAULT.code)
    assert coaching.options(store, lift) == Options()
    (kept,) = coaching.adjusted(store, anna, anna)  # the record stays, and the client may read it
    assert kept.ended_s is not None


def test_what_was_chosen_for_the_set_comes_before_the_persons_limits(
    store: Store, pair: tuple[str, str]
) -> None:
    kim, anna = pair
    set_id = add(store, anna)
    code, limit = factories.FAULT.code, factories.FAULT.limits[0]
    coaching.adjust(store, kim, anna, code, (limit.warn + 5, None), "long thighs")
    sets.want(store, set_id, anna, Options(limits={code: (1.0, None)}))
    lift = sets.find(store, set_id, kim)
    assert lift is not None
    options = coaching.options(store, lift)
    assert options.limits == {code: (1.0, None)}
    assert options.adjusted == {}


def test_limits_without_reason_out_of_order_or_by_a_stranger_are_refused(
    store: Store, pair: tuple[str, str]
) -> None:
    kim, anna = pair
    code, limit = factories.FAULT.code, factories.FAULT.limits[0]
    wrong_way = limit.warn - 1 if limit.more_is_worse else limit.warn + 1
    for code_, levels, why in (
        (code, (limit.warn, None), " "), (code, (limit.warn, wrong_way), "x"), ("XX999", (1.0, None), "x"),
    ):  # fmt: skip
        with pytest.raises(FormcheckError):
            coaching.adjust(store, kim, anna, code_, levels, why)
    for other in (anna, team.member(store, "lee", trainer=True)):
        with pytest.raises(LookupError):
            coaching.adjust(store, other, anna, code, (limit.warn, None), "x")
    assert coaching.adjusted(store, kim, anna) == []


# ---- guests ------------------------------------------------------------------------------------------


def test_a_guest_link_shows_one_set_until_it_is_taken_back(store: Store, pair: tuple[str, str]) -> None:
    _, anna = pair
    set_id = add(store, anna)
    token = guests.make(store, anna, set_id, 7, pictures=True)
    sight = guests.sight(store, token)
    assert sight is not None
    assert sight.lift.id == set_id
    assert [n for n in ("player.json", "video.mp4", "report.json", "pose.npz") if sight.may_fetch(n)] == [
        "player.json", "video.mp4",
    ]  # fmt: skip
    assert guests.sight(store, token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert guests.sight(store, "../x") is None
    (link,) = guests.open_ones(store, anna, set_id)
    assert token not in (link.token_sha256, link.note)
    guests.revoke(store, anna, link.token_sha256)
    assert guests.sight(store, token) is None


def test_a_guest_link_ends_with_its_time_and_with_what_its_maker_may(
    store: Store, pair: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kim, anna = pair
    set_id = add(store, anna)
    with pytest.raises(LookupError):
        guests.make(store, kim, set_id, 7, pictures=True)  # the client has not allowed it
    people.update_profile(store, anna, trainer_may_show=True)
    token = guests.make(store, kim, set_id, 7, pictures=True)
    sight = guests.sight(store, token)
    assert sight is not None
    assert sight.pictures
    people.update_profile(store, anna, video_use=OWN)
    sight = guests.sight(store, token)
    assert sight is not None
    assert not sight.pictures
    people.update_profile(store, anna, trainer_may_show=False)
    assert guests.sight(store, token) is None
    people.update_profile(store, anna, trainer_may_show=True)
    consent.revoke(store, anna)
    assert guests.sight(store, token) is None
    own = guests.make(store, anna, set_id, 1, pictures=True)
    assert guests.sight(store, own) is not None
    monkeypatch.setattr("formcheck.store.guests.time.time", lambda: 1e12)
    assert guests.sight(store, own) is None


def test_a_hidden_face_is_not_shown_to_guests(store: Store, pair: tuple[str, str]) -> None:
    _, anna = pair
    set_id = add(store, anna)
    token = guests.make(store, anna, set_id, 7, pictures=True)
    for values in ({"blur_faces": True}, {"blur_faces": False, "video_use": DROPPED}):
        people.update_profile(store, anna, **values)
        sight = guests.sight(store, token)
        assert sight is not None
        if values.get("blur_faces"):
            assert not sight.pictures
    with pytest.raises(TrackError):
        guests.make(store, anna, set_id, 365, pictures=True)


# ---- notices -----------------------------------------------------------------------------------------


def test_one_mail_of_a_kind_within_the_gap(store: Store, pair: tuple[str, str]) -> None:
    kim, anna = pair
    for _ in range(3):
        with store.begin() as session:
            notices.trainers(session, anna, notices.SETS)
    (letter,) = notices.claim(store, 600)
    assert (letter.kind, letter.email) == (notices.SETS, "kim@example.com")
    assert notices.claim(store, 600) == []
    with store.begin() as session:
        notices.due(session, kim, notices.SETS)
    assert notices.claim(store, 600) == []  # not yet
    assert len(notices.claim(store, -1.0)) == 1
    notices.failed(store, letter)
    assert len(notices.claim(store, -1.0)) == 1


def test_who_wants_no_mail_or_does_not_consent_causes_none(store: Store, pair: tuple[str, str]) -> None:
    kim, anna = pair
    notices.choose(store, kim, False)
    with store.begin() as session:
        notices.trainers(session, anna, notices.SETS)
        notices.due(session, people.LOCAL, notices.SETS)
    assert notices.claim(store, 0) == []
    notices.choose(store, kim, True)
    consent.revoke(store, anna)
    with store.begin() as session:
        notices.trainers(session, anna, notices.SETS)
    assert notices.claim(store, 0) == []


def test_comments_and_answers_cause_notices(store: Store, pair: tuple[str, str]) -> None:
    kim, anna = pair
    set_id = add(store, anna)
    comment = comments.add(store, kim, set_id, draft())
    assert notices.claim(store, 0) == []
    inbox.finish(store, kim, set_id)
    assert [(x.kind, x.email) for x in notices.claim(store, 0)] == [(notices.COMMENTS, "anna@example.com")]
    comments.add(store, anna, set_id, draft(reply_to=comment))
    assert [(x.kind, x.email) for x in notices.claim(store, 0)] == [(notices.ANSWERS, "kim@example.com")]


# ---- agreement ---------------------------------------------------------------------------------------


def test_kappa_is_cohens() -> None:
    assert kappa(np.array([20.0, 5, 10, 15])) == pytest.approx(0.4)  # a textbook table: po 0.7, pe 0.5
    assert kappa(np.array([10.0, 0, 0, 10])) == 1
    assert kappa(np.array([0.0, 10, 10, 0])) == -1
    assert kappa(np.array([10.0, 0, 0, 0])) is None


def test_the_interval_is_that_of_independent_reps_when_they_are_independent() -> None:
    """Against the large-sample error of Fleiss, Cohen and Everitt (1969)."""
    table = np.array([60.0, 15, 10, 115])
    one_each = [
        Table(*row)
        for row, n in zip(np.eye(4, dtype=int).tolist(), table, strict=True)
        for _ in range(int(n))
    ]
    found = agreement(one_each)
    p = table.reshape(2, 2) / table.sum()
    rows, columns, k = p.sum(axis=1), p.sum(axis=0), kappa(table)
    assert k is not None
    pe = rows @ columns
    diagonal = sum(p[i, i] * (1 - (rows[i] + columns[i]) * (1 - k)) ** 2 for i in range(2))
    across = (1 - k) ** 2 * sum(p[i, 1 - i] * (columns[i] + rows[1 - i]) ** 2 for i in range(2))
    error = np.sqrt((diagonal + across - (k - pe * (1 - k)) ** 2) / table.sum()) / (1 - pe)
    assert found.low is not None
    assert found.high is not None
    assert (found.high - found.low) / 2 == pytest.approx(1.97 * error, rel=0.05)


def test_sets_that_are_alike_widen_the_interval_and_few_have_none() -> None:
    apart = [Table(3, 1, 1, 5)] * 10
    alike = [Table(10, 0, 0, 0), Table(0, 0, 0, 10), Table(0, 5, 5, 0), Table(5, 0, 0, 5)] * 3
    narrow, wide = agreement(apart), agreement(alike)
    assert narrow.high == pytest.approx(narrow.low)
    assert wide.high is not None
    assert wide.low is not None
    assert wide.high - wide.low > 0.2
    assert agreement(apart[: LEAST_SETS - 1]).low is None
    assert agreement([]).kappa is None
    assert student_t(4) == pytest.approx(2.776, abs=0.01)
    assert student_t(1000) == pytest.approx(1.962, abs=0.01)


def test_a_limit_is_proposed_from_enough_marks_only() -> None:
    right, wrong = [22.0] * 10 + [17.0], [13.0] * 8 + [16.0]
    better = proposal(right, wrong, 12.0, more_is_worse=True)
    assert better is not None
    assert (better.limit, better.agreed, better.agreed_now, better.n) == (16.0, 20, 11, 20)
    assert proposal(right[:5], wrong, 12.0, more_is_worse=True) is None
    assert proposal([13.0] * 15, [22.0] * 5, 12.0, more_is_worse=True) is None  # raising it loses more
    below = proposal([-22.0] * 15, [-13.0] * 5, -12.0, more_is_worse=False)
    assert below is not None
    assert below.limit == -13.0


def test_a_stricter_limit_is_proposed_where_missed_faults_stand_apart() -> None:
    sets_of = [[Rep(6.0 + i / 10, True), Rep(3.0, False), Rep(2.0, False), Rep(9.0, True)] for i in range(8)]
    better = stricter(sets_of, 7.0, more_is_worse=True)
    assert better is not None
    assert better.limit == 4.5
    assert (better.caught, better.missed, better.alarms) == (8, 8, 0)
    assert better.low == 4.5
    assert better.high == pytest.approx(4.55)
    assert better.gain == (8.0, 8.0)
    mirrored = [[Rep(-rep.level, rep.there) for rep in reps] for reps in sets_of]
    below = stricter(mirrored, -7.0, more_is_worse=False)
    assert below is not None
    assert (below.limit, below.low, below.high) == (-4.5, pytest.approx(-4.55), -4.5)


def test_reps_that_were_let_pass_count_against_a_stricter_limit() -> None:
    sets_of = [[Rep(6.0, True), Rep(6.2, False), Rep(5.0, True), Rep(4.9, True), Rep(3.0, False)]] * 6
    better = stricter(sets_of, 7.0, more_is_worse=True)
    assert better is not None
    assert (better.limit, better.caught, better.alarms) == (3.95, 18, 6)
    assert better.gain == (12.0, 12.0)


@pytest.mark.parametrize(
    "sets_of",
    [
        [[Rep(6.0, True), Rep(3.0, False)]] * (LEAST_SETS - 1),  # too few sets
        [[Rep(6.0, True), Rep(3.0, False)]] * 4 + [[Rep(3.0, False)]] * 6,  # too few missed
        [[Rep(6.0, True), Rep(6.0, False), Rep(3.0, False)]] * 10,  # missed and let pass are alike
        [[Rep(6.0, True)] * 9 + [Rep(3.0, False)]] + [[Rep(3.0, False)]] * 9,  # all of them in one set
        [[Rep(9.0, True), Rep(3.0, False)]] * 10,  # nothing was missed
    ],
)
def test_no_stricter_limit_from_too_little(sets_of: list[list[Rep]]) -> None:
    assert stricter(sets_of, 7.0, more_is_worse=True) is None


def test_a_limit_that_fits_only_the_marks_it_was_chosen_from_is_not_proposed() -> None:
    random = np.random.default_rng(3)

    def by_chance() -> list[Rep]:
        return [Rep(float(random.uniform(0, 7)), bool(random.random() < 0.4)) for _ in range(4)]

    runs = [stricter([by_chance() for _ in range(8)], 7.0, more_is_worse=True) for _ in range(200)]
    assert sum(found is not None for found in runs) <= 10


def test_missed_faults_propose_a_stricter_limit_from_the_levels_of_reviewed_sets(store: Store, pair) -> None:
    kim, anna = pair
    code, limit = factories.FAULT.code, factories.FAULT.limits[0].warn
    for levels in ({"0": limit - 2, "1": limit - 5},) * LEAST_SETS:
        set_id = add(store, anna, levels={code: levels})
        sets.mark(store, set_id, kim, code, 0, False, flagged=False)
        inbox.finish(store, kim, set_id)
    row = next(row for row in agreements.of_trainer(store, kim) if row.code == code)
    assert row.stricter is not None
    assert (row.stricter.limit, row.stricter.caught, row.stricter.alarms) == (limit - 3.5, LEAST_SETS, 0)


def test_agreement_counts_the_reps_of_reviewed_sets(store: Store, pair: tuple[str, str]) -> None:
    kim, anna = pair
    code = factories.FAULT.code
    set_id = add(store, anna, factories.finding(0), factories.finding(1))
    add(store, anna, factories.finding(0))  # not reviewed: not counted
    sets.mark(store, set_id, kim, code, 0, True)
    sets.mark(store, set_id, kim, code, 1, False)
    sets.mark(store, set_id, anna, code, 0, False)  # the client's own opinion is another thing
    other = EXERCISE_FAULTS[1]
    sets.mark(store, set_id, kim, other, 1, False, flagged=False)  # missed
    inbox.finish(store, kim, set_id)
    rows = {row.code: row for row in agreements.of_trainer(store, kim)}
    assert rows[code].agreement.table == Table(1, 1, 0, 0)
    assert rows[code].marked == 2
    assert rows[other].agreement.table == Table(0, 0, 1, 1)
    assert EXERCISE_FAULTS[-1] not in rows  # could not be judged in any rep
    assert agreements.of_trainer(store, anna) == []


EXERCISE_FAULTS = [f.code for f in factories.EXERCISES["squat"].faults]


def test_everything_about_a_client_goes_with_them(store: Store, pair: tuple[str, str]) -> None:
    kim, anna = pair
    team.member(store, "boss", admin=True)
    set_id = add(store, anna)
    comments.add(store, kim, set_id, draft(text="VERY-PRIVATE"))
    inbox.finish(store, kim, set_id)
    coaching.add_note(store, kim, anna, "VERY-PRIVATE")
    coaching.adjust(store, kim, anna, factories.FAULT.code, (50.0, None), "VERY-PRIVATE")
    guests.make(store, anna, set_id, 7, pictures=True, note="VERY-PRIVATE")
    erasure.erase(store, anna, anna)
    with store.begin() as session:
        assert session.query(Comment).count() == 0
    left = b"".join(p.read_bytes() for p in store.folder.rglob("*") if p.is_file())
    assert b"VERY-PRIVATE" not in left
