"""People of a team in the store: accounts, links, sign-ins, lock-out, consent, audit, erasing, old data."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import factories
import pytest
import stores
import team
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from formcheck.store import (
    Store,
    access,
    accounts,
    audit,
    consent,
    erasure,
    invitations,
    lockout,
    people,
    sets,
    signins,
)  # fmt: skip
from formcheck.store.accounts import AccountError
from formcheck.store.database import DATABASE, MIGRATIONS
from formcheck.store.invitations import LinkError
from formcheck.store.models import DROPPED, OWN, Account, LiftSet, OneTimeLink, SignIn


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return stores.fresh(tmp_path / "data")


@pytest.fixture
def trainer(store: Store) -> str:
    return team.member(store, "trainer", trainer=True)


@pytest.fixture
def client(store: Store, trainer: str) -> str:
    return team.member(store, "client", of=trainer)


def add(store: Store, owner: str, content: bytes = b"VIDEO") -> str:
    with store.begin() as session:
        lift = LiftSet(owner_id=owner, name="a.mp4", video="video.mp4", playback="video.mp4")
        lift.report = factories.report(factories.finding()).to_dict()
        session.add(lift)
        session.flush()
        for name in ("video.mp4", "player.json", "report.html", "frame-1.jpg"):
            store.media.put(sets.key(lift.id, name), content)
        return lift.id


# ---- accounts and passwords -------------------------------------------------------------------------


def test_an_account_opens_with_its_password_only(store: Store, client: str) -> None:
    found = accounts.with_password(store, " Client@Example.com ", team.PASSWORD)
    assert found is not None
    assert (found.person_id, found.person.name, found.role) == (client, "Client", "client")
    assert accounts.with_password(store, "client@example.com", "three other words") is None
    assert accounts.with_password(store, "nobody@example.com", team.PASSWORD) is None
    raw = stores.remains(store)
    assert team.PASSWORD.encode() not in raw


def test_an_unknown_address_takes_as_long_as_a_wrong_password(store: Store, client: str) -> None:
    def seconds(email: str) -> float:
        accounts.with_password(store, email, "warm up once")
        times = []
        for _ in range(5):
            began = time.process_time()
            accounts.with_password(store, email, "not the password")
            times.append(time.process_time() - began)
        return min(times)

    assert 0.5 < seconds("nobody@example.com") / seconds("client@example.com") < 2.0


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaa", "weak@example.com", "x" * 201])
def test_weak_passwords_are_refused(weak: str) -> None:
    with pytest.raises(AccountError, match="password"):
        accounts.hash_password(weak, "weak@example.com")


def test_a_team_always_keeps_an_admin(store: Store) -> None:
    boss = team.member(store, "boss", admin=True)
    with pytest.raises(AccountError, match="last admin"):
        accounts.change(store, boss, admin=False, trainer=True, closed=False)
    with pytest.raises(AccountError, match="last admin"):
        erasure.erase(store, boss, boss)
    team.member(store, "second", admin=True)
    accounts.change(store, boss, admin=False, trainer=True, closed=False)


# ---- links ------------------------------------------------------------------------------------------


def test_the_first_admin_takes_over_what_was_there_and_the_link_works_once(store: Store) -> None:
    people.local(store)
    set_id = add(store, people.LOCAL)
    token = invitations.owner_link(store)
    assert token is not None
    owner = invitations.join(store, token, "me@example.com", "Me", team.PASSWORD, trains=True)
    account = accounts.of(store, owner)
    assert account is not None
    assert account.admin
    assert account.trainer
    assert sets.find(store, set_id, owner) is not None
    with pytest.raises(LinkError):
        invitations.join(store, token, "you@example.com", "You", team.PASSWORD)
    assert invitations.owner_link(store) is None


def test_an_invited_client_gets_the_trainer_and_the_link_works_once(store: Store, trainer: str) -> None:
    token = invitations.invite(store, trainer, trainer=False, email="New@example.com")
    with pytest.raises(AccountError, match=r"new@example\.com"):
        invitations.join(store, token, "other@example.com", "Other", team.PASSWORD)
    person = invitations.join(store, token, "new@example.com", "New", team.PASSWORD)
    assert [c.person_id for c in accounts.clients(store, trainer)] == [person]
    assert [t.person_id for t in accounts.trainers(store, person)] == [trainer]
    with pytest.raises(LinkError):
        invitations.join(store, token, "third@example.com", "Third", team.PASSWORD)
    assert invitations.open_ones(store, trainer) == []


def test_two_who_use_a_link_at_once_make_one_account(store: Store, trainer: str) -> None:
    token = invitations.invite(store, trainer, trainer=False)
    done: list[str] = []

    def use(number: int) -> None:
        try:
            done.append(invitations.join(store, token, f"n{number}@example.com", "N", team.PASSWORD))
        except LinkError:
            done.append("")

    threads = [threading.Thread(target=use, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(bool, done)) == [False, False, False, True]


def test_links_grow_old_and_can_be_withdrawn(store: Store, trainer: str) -> None:
    old, gone = (invitations.invite(store, trainer, trainer=False) for _ in range(2))
    with store.begin() as session:
        session.get_one(OneTimeLink, invitations.hashed(old)).expires_s = time.time() - 1
    invitations.withdraw(store, trainer, invitations.hashed(gone))
    for token in (old, gone, "never-made"):
        with pytest.raises(LinkError):
            invitations.look(store, token)
        with pytest.raises(LinkError):
            invitations.join(store, token, "a@example.com", "A", team.PASSWORD)


def test_who_may_invite_whom(store: Store, trainer: str, client: str) -> None:
    boss = team.member(store, "boss", admin=True)
    invitations.invite(store, boss, trainer=True)
    for maker, invites_trainer in ((boss, False), (trainer, True), (client, False), (client, True)):
        with pytest.raises(AccountError):
            invitations.invite(store, maker, trainer=invites_trainer)


def test_a_client_of_one_trainer_may_take_a_second_one(store: Store, client: str, trainer: str) -> None:
    second = team.member(store, "second", trainer=True)
    token = invitations.invite(store, second, trainer=False)
    invitations.accept(store, token, client)
    assert {t.person_id for t in accounts.trainers(store, client)} == {trainer, second}
    with pytest.raises(LinkError):
        invitations.accept(store, token, client)


def test_a_new_password_comes_from_ones_trainer_or_an_admin_and_ends_every_sign_in(
    store: Store, trainer: str, client: str
) -> None:
    stranger = team.member(store, "stranger", trainer=True)
    boss = team.member(store, "boss", admin=True)
    for maker, whose in ((stranger, client), (client, trainer), (trainer, boss), (trainer, stranger)):
        with pytest.raises(AccountError):
            invitations.reset_link(store, maker, whose)
    cookie = team.token(store, client)
    token = invitations.reset_link(store, trainer, client)
    with pytest.raises(AccountError):
        invitations.renew(store, token, "short")
    invitations.renew(store, token, "some new words")
    assert signins.person_of(store, cookie) is None
    assert accounts.with_password(store, "client@example.com", "some new words") is not None
    with pytest.raises(LinkError):
        invitations.renew(store, token, "some newer words")
    invitations.reset_link(store, boss, trainer)


# ---- sign-ins and lock-out --------------------------------------------------------------------------


def test_a_sign_in_lasts_until_it_is_ended_revoked_or_too_old(
    store: Store, client: str, trainer: str
) -> None:
    first, second, third = (team.token(store, client) for _ in range(3))
    assert signins.person_of(store, first) == client
    assert signins.person_of(store, "unknown") is signins.person_of(store, None) is None
    assert first.encode() not in stores.remains(store)
    signins.revoke(store, trainer, signins.hashed(first))  # somebody else's
    assert signins.person_of(store, first) == client
    signins.end(store, first)
    assert signins.person_of(store, first) is None
    signins.revoke_all(store, client, but=second)
    assert [signins.person_of(store, t) for t in (second, third)] == [client, None]
    with store.begin() as session:
        session.get_one(SignIn, signins.hashed(second)).expires_s = time.time() - 1
    assert signins.person_of(store, second) is None


def test_a_closed_account_is_out_at_once(store: Store, client: str) -> None:
    team.member(store, "boss", admin=True)
    cookie = team.token(store, client)
    accounts.change(store, client, admin=False, trainer=False, closed=True)
    assert signins.person_of(store, cookie) is None
    assert accounts.with_password(store, "client@example.com", team.PASSWORD) is None


def test_guessing_is_locked_for_that_address_and_account_only(store: Store) -> None:
    locks = [lockout.failed(store, "a@example.com", "1.2.3.4") for _ in range(lockout.MOST_HERE)]
    assert locks == [False] * (lockout.MOST_HERE - 1) + [True]
    assert 0 < lockout.wait_s(store, "A@example.com", "1.2.3.4") <= lockout.WINDOW_S
    assert lockout.wait_s(store, "a@example.com", "5.6.7.8") == 0  # its owner elsewhere is not locked out
    assert lockout.wait_s(store, "b@example.com", "1.2.3.4") == 0
    lockout.forgive(store, "a@example.com", "1.2.3.4")
    assert lockout.wait_s(store, "a@example.com", "1.2.3.4") == 0


def test_guessing_from_many_addresses_or_at_many_accounts_is_locked_too(store: Store) -> None:
    for n in range(lockout.MOST_ACCOUNT):
        lockout.failed(store, "a@example.com", f"10.0.0.{n}")
    assert lockout.wait_s(store, "a@example.com", "9.9.9.9") > 0
    for n in range(lockout.MOST_ADDRESS):
        lockout.failed(store, f"{n}@example.com", "7.7.7.7")
    assert lockout.wait_s(store, "new@example.com", "7.7.7.7") > 0


# ---- who sees what ----------------------------------------------------------------------------------


def test_a_trainer_sees_their_clients_only_and_changes_nothing(
    store: Store, trainer: str, client: str
) -> None:
    set_id = add(store, client)
    boss = team.member(store, "boss", admin=True)
    other_trainer = team.member(store, "other", trainer=True)
    other_client = team.member(store, "another", of=trainer)
    assert sets.find(store, set_id, trainer) is not None
    assert [lift.id for lift in sets.of_client(store, trainer, client)] == [set_id]
    last = sets.newest_of_client(store, trainer, client)
    assert last is not None
    assert (last.set_id, last.count) == (set_id, 1)
    assert sets.newest_of_client(store, other_trainer, client) is None
    for stranger in (boss, other_trainer, other_client, None):
        assert sets.find(store, set_id, stranger) is None
    assert sets.of_client(store, other_trainer, client) == []
    with pytest.raises(LookupError):
        sets.remove(store, set_id, trainer)


def test_consent_coaching_and_account_must_all_hold(store: Store, trainer: str, client: str) -> None:
    set_id = add(store, client)
    consent.revoke(store, client)
    assert sets.find(store, set_id, trainer) is None
    assert sets.find(store, set_id, client) is not None
    consent.give(store, client)
    assert sets.find(store, set_id, trainer) is not None
    accounts.part(store, trainer, client)
    assert sets.find(store, set_id, trainer) is None
    assert [bool(c.revoked_s) for c in consent.history(store, client)] == [False, True]


def test_a_new_text_asks_again(store: Store, client: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent, "VERSION", consent.VERSION + 1)
    assert not consent.given(store, client)


def test_without_the_video_a_trainer_gets_numbers_only(store: Store, trainer: str, client: str) -> None:
    set_id = add(store, client)

    def may(viewer: str, name: str) -> bool:
        with store.begin() as session:
            return access.may_fetch(session, viewer, session.get_one(LiftSet, set_id), name)

    assert may(trainer, "video.mp4")
    people.update_profile(store, client, video_use=OWN)
    names = (
        "player.json",
        "signals.csv",
        "video.mp4",
        "playback.mp4",
        "report.html",
        "report.pdf",
        "frame-1.jpg",
    )
    assert [may(trainer, name) for name in names] == [True, True, False, False, False, False, False]
    assert all(may(client, name) for name in names)


# ---- audit, retention, erasing ----------------------------------------------------------------------


def test_who_looked_is_written_down_once_a_visit(store: Store, trainer: str, client: str) -> None:
    set_id = add(store, client)
    for _ in range(3):
        audit.note_visit(store, trainer, client, set_id, audit.OPENED)
    audit.note_visit(store, client, client, set_id, audit.OPENED)
    seen = [e for e in audit.about(store, client) if e.action == audit.OPENED]
    assert [(e.actor, e.set_id) for e in seen] == [("Trainer", set_id)]


def test_sets_past_their_time_are_gone_from_disk_and_the_log_says_so(store: Store, client: str) -> None:
    people.update_profile(store, client, keep_days=30)
    old, fresh = add(store, client), add(store, client)
    with store.begin() as session:
        session.get_one(LiftSet, old).created_s -= 31 * 86400
    assert erasure.sweep(store, None) == 1
    assert [lift.id for lift in sets.of_person(store, client)] == [fresh]
    assert store.media.names(sets.folder_of(old)) == set()
    assert [e.set_id for e in audit.about(store, client) if e.action == audit.EXPIRED] == [old]


@pytest.mark.parametrize(
    ("own", "configured", "holds"), [(30, 90, 30), (90, 30, 30), (None, 5, 5), (None, None, None)]
)
def test_the_shorter_retention_time_holds(own: int | None, configured: int | None, holds: int | None) -> None:
    assert erasure.shortest(own, configured) == holds


def test_dropped_videos_leave_numbers_only(store: Store, client: str) -> None:
    people.update_profile(store, client, video_use=DROPPED)
    set_id = add(store, client, b"FACE")
    assert erasure.drop_videos(store, client) == [set_id]
    assert store.media.names(sets.folder_of(set_id)) == {"player.json"}
    (lift,) = sets.of_person(store, client)
    assert (lift.video, lift.playback) == (None, None)


def test_a_video_left_behind_by_a_crash_is_swept(store: Store, client: str) -> None:
    people.update_profile(store, client, video_use=DROPPED)
    set_id = add(store, client)
    with store.begin() as session:
        session.get_one(LiftSet, set_id).video = None
    erasure.sweep(store, None)
    assert "video.mp4" not in store.media.names(sets.folder_of(set_id))


def test_an_erased_person_is_gone_altogether(store: Store, trainer: str, client: str) -> None:
    team.member(store, "boss", admin=True)
    add(store, client, b"VERY-PRIVATE")
    cookie = team.token(store, client)
    audit.note_visit(store, trainer, client, "s", audit.OPENED)
    with pytest.raises(LookupError):
        erasure.erase(store, trainer, client)
    erasure.erase(store, client, client)
    store.shred()
    left = stores.remains(store)
    assert b"VERY-PRIVATE" not in left
    assert b"client@example.com" not in left
    assert client.encode() not in left
    assert signins.person_of(store, cookie) is None
    assert accounts.clients(store, trainer) == []
    with store.begin() as session:
        assert session.get(Account, client) is None


# ---- databases from before there were teams ----------------------------------------------------------


def test_an_old_database_becomes_one_persons_and_loses_no_set(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / DATABASE}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for person, height, number in (("a", 1.7, 1), ("b", 1.8, 2), ("c", "NULL", 0)):
            connection.execute(
                text(
                    f"INSERT INTO people VALUES ('{person}', 1.0, {height}, NULL, NULL, NULL, 'cm', 'kg', 1)"
                )
            )
            connection.execute(text(f"INSERT INTO browsers VALUES ('{person}', '{person}', 1.0)"))
            connection.execute(
                text(f"INSERT INTO safety_answers VALUES ('{person}', '{person}', 1e12, 'go', '{{}}')")
            )
            for n in range(number):
                connection.execute(
                    text(
                        "INSERT INTO sets (id, owner_id, name, created_s, wanted, lifter) "
                        f"VALUES ('{person}{n}', '{person}', 'x', 1.0, '{{}}', '{{}}')"
                    )
                )
    engine.dispose()
    store = Store.open(tmp_path)
    me = people.local(store)
    assert {lift.id for lift in sets.of_person(store, me)} == {"a0", "b0", "b1"}
    assert people.profile(store, me).height_m == 1.8
    answer = people.safety(store, me)
    assert answer is not None
    assert answer.id == "b"
    with store.begin() as session:
        assert session.execute(text("SELECT count(*) FROM people")).scalar() == 1


def test_marks_from_before_there_were_trainers_are_the_owners(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / DATABASE}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    report = '{"findings": [{"code": "SQ101", "severity": 4, "confidence": 0.5}]}'
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.execute(
            text(
                "INSERT INTO people (id, created_s, length_unit, mass_unit, asked) "
                "VALUES ('local', 1.0, 'cm', 'kg', 1)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO sets (id, owner_id, name, created_s, wanted, lifter, report) "
                "VALUES ('s', 'local', 'x', 1.0, '{}', '{}', :report)"
            ),
            {"report": report},
        )
        connection.execute(text("INSERT INTO flag_marks VALUES ('m', 's', 'SQ101', 0, 0, 1.0)"))
    engine.dispose()
    lift = sets.find(Store.open(tmp_path), "s", people.LOCAL)
    assert lift is not None
    assert lift.worst == 2.0
    assert [(m.person_id, m.right, m.flagged) for m in lift.marks] == [(people.LOCAL, False, True)]
