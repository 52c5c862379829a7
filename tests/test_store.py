"""The store: tables match their migrations, people see only what is theirs, deleted is gone from disk."""

from __future__ import annotations

from pathlib import Path

import factories
import pytest
import stores
import team
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from formcheck.errors import ConfigError, OutputError
from formcheck.options import Options
from formcheck.store import Store, people, sets
from formcheck.store.models import Base, LiftSet
from formcheck.store.settings import from_environment


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return stores.fresh(tmp_path / "data")


def add(store: Store, owner: str, name: str = "squat.mp4", content: bytes = b"VIDEO-BYTES") -> str:
    with store.begin() as session:
        lift = LiftSet(owner_id=owner, name=name, video="video.mp4")
        lift.report = factories.report(factories.finding()).to_dict()
        session.add(lift)
        session.flush()
        store.media.put(sets.key(lift.id, "video.mp4"), content)
        return lift.id


def test_the_migrations_make_exactly_the_tables_of_the_models(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_opening_twice_changes_nothing(tmp_path: Path) -> None:
    first = Store.open(tmp_path)
    person = people.local(first)
    first.close()
    assert people.profile(Store.open(tmp_path), person).length_unit == "cm"


def test_a_folder_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="FORMCHECK_DATA"):
        Store.open(tmp_path / "file")


def test_nobody_gets_at_the_sets_of_another(store: Store) -> None:
    me, you = people.local(store), team.person(store)
    set_id = add(store, me)
    assert sets.find(store, set_id, me) is not None
    assert sets.find(store, set_id, you) is None
    assert sets.find(store, set_id, None) is None
    assert sets.of_person(store, you) == []
    for act in (
        lambda: sets.remove(store, set_id, you),
        lambda: sets.mark(store, set_id, you, "SQ101", 0, True),
        lambda: sets.want(store, set_id, you, Options()),
    ):
        with pytest.raises(LookupError):
            act()
    assert sets.find(store, set_id, me) is not None


def test_a_deleted_set_is_gone_from_disk(store: Store) -> None:
    me = people.local(store)
    gone = add(store, me, "VERY-PRIVATE-NAME.mp4", b"VERY-PRIVATE-BYTES")
    kept = add(store, me, "kept.mp4")
    sets.remove(store, gone, me)
    assert [lift.id for lift in sets.of_person(store, me)] == [kept]
    left = stores.remains(store)
    assert b"VERY-PRIVATE" not in left
    assert store.media.names(sets.folder_of(gone)) == set()
    sets.remove_all(store, me)
    assert stores.objects(store) == []


def test_a_mark_is_kept_changed_and_taken_back(store: Store) -> None:
    me = people.local(store)
    set_id = add(store, me)

    def marks() -> list[tuple[str, int, bool]]:
        lift = sets.find(store, set_id, me)
        assert lift is not None
        return [(m.code, m.segment, m.right) for m in lift.marks]

    sets.mark(store, set_id, me, "SQ101", 0, True)
    sets.mark(store, set_id, me, "CAM01", None, False)
    assert sorted(marks()) == [("CAM01", -1, False), ("SQ101", 0, True)]
    sets.mark(store, set_id, me, "SQ101", 0, False)
    sets.mark(store, set_id, me, "CAM01", None, None)
    assert marks() == [("SQ101", 0, False)]


def test_limits_and_lifter_survive_the_database(store: Store) -> None:
    me = people.local(store)
    set_id = add(store, me)
    wanted = Options.of(exercise="squat", limits={"SQ101": (8.0, None)}, height_m=1.8, load_kg=100.0)
    sets.want(store, set_id, me, wanted)
    lift = sets.find(store, set_id, me)
    assert lift is not None
    assert sets.options_of(lift) == wanted
    assert sets.report_of(lift) == factories.report(factories.finding())


def test_safety_answers_hold_for_a_while(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    me = people.local(store)
    assert people.safety(store, me) is None
    people.answer_safety(store, me, "doctor", {"warning": True})
    people.answer_safety(store, me, "go", {"warning": False})
    answer = people.safety(store, me)
    assert answer is not None
    assert answer.outcome == "go"
    monkeypatch.setattr(people, "ASK_AGAIN_S", -1.0)
    assert people.safety(store, me) is None


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    given = {
        "FORMCHECK_DATA": str(tmp_path),
        "FORMCHECK_MAX_MINUTES": "2.5",
        "FORMCHECK_HOSTS": "a.lan, b.lan",
    }
    settings = from_environment(given)
    assert (settings.folder, settings.max_minutes, settings.hosts) == (tmp_path, 2.5, ("a.lan", "b.lan"))
    assert from_environment({}).folder.name == "formcheck"
    with pytest.raises(ConfigError, match="FORMCHECK_WORKERS"):
        from_environment({"FORMCHECK_WORKERS": "none"})
