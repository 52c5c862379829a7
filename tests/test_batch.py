"""A folder of videos through the queue: a line each, reports where they belong, nothing done twice."""

from __future__ import annotations

import csv
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import factories
import pytest
import stores

from formcheck import cli
from formcheck.errors import ConfigError
from formcheck.jobs import batch, overview, queue, work, worker
from formcheck.jobs.batch import Batch, Line, Wish
from formcheck.jobs.inputs import Tracks, Videos
from formcheck.options import Options
from formcheck.pose import PoseTrack
from formcheck.store import Store, sets
from formcheck.store.models import Job, LiftSet, Machine, Person
from formcheck.store.settings import to_environment
from formcheck.views.folder import FILES


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Poses without a model; the names of the videos that were looked at."""
    names: list[str] = []

    def track_of(path: Path, *, model, workers, progress):
        progress(0.5)
        names.append(path.name)
        return factories.squatting(6.0)

    monkeypatch.setattr(work, "track_of", track_of)
    monkeypatch.setattr(batch, "LOOK_S", 0.02)
    return names


@pytest.fixture
def store(tmp_path: Path, looked: list[str]) -> Iterator[Store]:
    """A store with a worker, in a thread."""
    store, stopping = stores.fresh(tmp_path / "data"), threading.Event()

    def work_off() -> None:
        while not stopping.wait(0.02):
            claim = queue.claim_next(store, "w")
            if claim:
                worker.work_on(store, claim, 900.0, stopping)

    thread = threading.Thread(target=work_off)
    thread.start()
    yield store
    stopping.set()
    thread.join()


@pytest.fixture
def videos(tmp_path: Path, make_clip: Callable[..., Path]) -> Path:
    folder = tmp_path / "in"
    (folder / "legs").mkdir(parents=True)
    for name in ("a.mp4", "legs/b.mov"):
        make_clip("clip.mp4", range(0, 6000, 100)).replace(folder / name)
    (folder / "c.mp4").write_bytes(b"no video")
    (folder / "notes.txt").write_text("not looked at")
    return folder


def run(store: Store, videos: Path, out: Path, wish: Wish | None = None) -> list[Line]:
    out.mkdir(exist_ok=True)
    wish = wish or Wish(Options(exercise="squat"), overlay=False)
    inputs = Videos(videos)
    return list(Batch(store, lambda: None, inputs, out, wish).run(inputs.below(out)))


def test_every_video_gets_its_folder_and_its_line(store, videos, tmp_path) -> None:
    out = tmp_path / "out"
    lines = {line.video: line for line in run(store, videos, out)}
    assert {name: line.state for name, line in lines.items()} == {
        "a.mp4": "done", "legs/b.mov": "done", "c.mp4": "failed",
    }  # fmt: skip
    assert lines["a.mp4"].exercise == "squat"
    assert lines["a.mp4"].reps > 0
    assert "c.mp4 is not a video" in lines["c.mp4"].error
    assert PoseTrack.load(out / "legs" / "b" / "pose.npz").meta["source"] == "b.mov"
    for folder in ("a", "legs/b"):
        assert {"report.json", "report.html", "pose.npz"} <= {p.name for p in (out / folder).iterdir()}
    table = list(csv.DictReader((out / "summary.csv").open()))
    assert [row["video"] for row in table] == ["a.mp4", "c.mp4", "legs/b.mov"]
    assert table[0]["reps"] == str(lines["a.mp4"].reps)
    with store.begin() as session:
        assert session.query(LiftSet).count() == session.query(Person).count() == 0
    assert stores.objects(store) == []


def test_what_is_done_is_not_done_again_unless_it_changed(store, videos, tmp_path, looked) -> None:
    out = tmp_path / "out"
    first = {line.video: line for line in run(store, videos, out)}
    looked.clear()
    again = {line.video: line for line in run(store, videos, out)}
    assert looked == []
    assert again["a.mp4"] == first["a.mp4"]
    (videos / "a.mp4").write_bytes((videos / "a.mp4").read_bytes() + b"\0" * 8)
    run(store, videos, out)
    assert looked == ["video.mp4"]
    looked.clear()
    run(store, videos, out, Wish(Options(exercise="squat", limits={"SQ301": (5.0, 4.0)}), overlay=False))
    assert len(looked) == 2


def test_a_run_that_was_killed_leaves_nothing_in_the_store(store, videos, tmp_path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with store.begin() as session:
        somebody = Person(name="a folder")
        session.add(somebody)
        session.flush()
        left = LiftSet(owner_id=somebody.id, name="left.mp4", video="video.mp4")
        session.add(left)
        session.flush()
        store.media.put(sets.key(left.id, "video.mp4"), b"left")
        index = {"schema": 1, "person": somebody.id, "videos": []}
    (out / "batch.json").write_text(json.dumps(index))
    run(store, videos, out)
    assert stores.objects(store) == []
    with store.begin() as session:
        assert session.query(LiftSet).count() == 0


def test_two_videos_of_one_name_get_two_folders(store, videos, tmp_path, make_clip) -> None:
    make_clip("clip.mp4", range(0, 6000, 100)).replace(videos / "a.mov")
    lines = {line.video: line.folder for line in run(store, videos, tmp_path / "out")}
    assert (lines["a.mp4"], lines["a.mov"]) == ("a.mp4", "a.mov")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """What `check -o` writes for two videos, as far as judging again needs it; and a track that is none."""
    folder = tmp_path / "library"
    for name in ("anna/monday", "ben", "torn"):
        (folder / name).mkdir(parents=True)
    factories.squatting(6.0).save(folder / "anna" / "monday" / "pose.npz")
    factories.squatting(12.0, reps=3).save(folder / "ben" / "pose.npz")
    (folder / "torn" / "pose.npz").write_bytes(b"no track")
    return folder


def test_a_library_is_judged_again_without_a_video_as_often_as_asked(store, library, tmp_path) -> None:
    out, tracks = tmp_path / "out", Tracks(library)
    out.mkdir()
    kept = {path: path.read_bytes() for path in library.rglob("*.npz")}

    def judged(**limits: tuple[float, float]) -> dict[str, Line]:
        wish = Wish(Options(exercise="squat", limits=limits), overlay=False)
        batch = Batch(store, lambda: None, tracks, out, wish)
        return {line.video: line for line in batch.run(tracks.below(out))}

    first = judged()
    assert {name: (line.state, line.reps) for name, line in first.items()} == {
        "anna/monday": ("done", 2), "ben": ("done", 3), "torn": ("failed", 0),
    }  # fmt: skip
    assert "torn is not a formcheck pose track" in first["torn"].error
    assert {p.name for p in (out / "anna" / "monday").iterdir()} == set(FILES)
    assert json.loads((out / "ben" / "report.json").read_text())["source"] == "squat.mp4"
    assert judged()["ben"] == first["ben"]
    stricter = judged(SQ301=(5.0, 4.0))
    assert stricter["ben"].faults > first["ben"].faults
    assert [row["video"] for row in csv.DictReader((out / "summary.csv").open())] == [*first]
    assert {path: path.read_bytes() for path in library.rglob("*.npz")} == kept
    assert stores.objects(store) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["{library}"], "Say with -o"),
        (["{library}", "-o", "{library}"], "another folder with -o"),
        (["{library}", "{library}/ben/pose.npz", "-o", "{out}"], "one folder of reports"),
        (["{in}", "-o", "{out}"], "no pose.npz"),
        (["{library}/ben/pose.npz", "--workers", "postgresql://x@127.0.0.1:1/y"], "one folder of reports"),
    ],
)
def test_what_cannot_be_judged_is_a_sentence(words, sentence, library, tmp_path, capsys) -> None:
    (tmp_path / "in").mkdir()
    places = {"in": tmp_path / "in", "out": tmp_path / "out", "library": library}
    assert cli.main(["judge", *(word.format(**places) for word in words)]) == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_command_judges_a_folder_with_workers_of_its_own(library, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("FORMCHECK_MODEL", str(tmp_path / "none"))  # nobody needs it
    out = tmp_path / "out"
    words = ["--exercise", "squat", "--workers", "1", "--format", "json"]
    assert cli.main(["judge", str(library), "-o", str(out), *words]) == 2
    said = capsys.readouterr()
    lines = {line["video"]: line for line in map(json.loads, said.out.splitlines())}
    assert lines["ben"]["report"]["exercise"] == "squat"
    assert "not a formcheck pose track" in lines["torn"]["error"]
    assert "3 set(s) in" in said.err
    assert not (out / ".formcheck").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["{in}"], "Say with -o"),
        (["{in}", "-o", "{out}", "--from", "3"], "--from and --to are for one video"),
        (["{in}", "{in}/a.mp4", "-o", "{out}"], "one folder of videos"),
        (["{out}", "-o", "{out}"], "no video"),
        (["{in}", "-o", "{out}", "--workers", "postgresql://x@127.0.0.1:1/y"], "FORMCHECK_MEDIA"),
    ],
)
def test_what_cannot_be_is_a_sentence(words, sentence, videos, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.delenv("FORMCHECK_MEDIA", raising=False)
    (tmp_path / "out").mkdir()
    given = [word.format(**{"in": videos, "out": tmp_path / "out"}) for word in words]
    assert cli.main(["check", *given]) == 2
    assert sentence in capsys.readouterr().err


def test_workers_are_a_number_or_an_address(capsys) -> None:
    for wrong in ("0", "many", "http://x"):
        with pytest.raises(SystemExit):
            cli.main(["check", "a.mp4", "--workers", wrong])
        assert "a whole number or an address" in capsys.readouterr().err


def test_a_folder_without_videos_says_so(tmp_path) -> None:
    with pytest.raises(ConfigError, match="no video"):
        Videos(tmp_path).below(tmp_path / "out")


# ---- the queue from outside ---------------------------------------------------------------------------


def test_the_overview_counts_and_names_nobody(tmp_path, capsys, monkeypatch) -> None:
    settings = stores.settings(tmp_path / "data")
    store = Store.of(settings)
    with store.begin() as session:
        somebody = Person()
        session.add(somebody)
        session.flush()
        lift = LiftSet(owner_id=somebody.id, name="annas squat.mp4", report={"made": "up"})
        session.add(lift)
        session.flush()
        ids = [queue.enqueue(session, lift, "check", rank).id for rank in (0, 0, 1)]
        session.get_one(Job, ids[0]).queued_s -= 100.0
        session.add(Machine(name="rack-1", workers=3, started_s=0.0, seen_s=time.time()))
    claim = queue.claim_next(store, "rack-1-w")
    assert claim is not None
    assert claim.job_id == ids[0]
    queue.fail(store, claim, "annas squat.mp4 is damaged; copy it again.")
    now = overview.overview(store)
    assert (now.waiting, now.waiting_when_free, now.failed, now.workers) == (1, 1, 1, 3)
    assert [f.why for f in now.failures] == ["the video is damaged; copy it again."]
    done = queue.claim_next(store, "rack-1-w")
    assert done is not None
    assert overview.overview(store).running[0].worker == "rack-1-w"
    queue.finish(store, done, lambda session, lift: None)
    spent = overview.overview(store).spent[0]
    assert (spent.kind, spent.done) == ("check", 1)
    assert overview.judge_all(store) == 1
    assert overview.judge_all(store) == 0
    assert overview.overview(store).waiting_when_free == 2
    for name, value in to_environment(settings).items():
        monkeypatch.setenv(name, value)
    assert cli.main(["jobs", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["waiting_when_free"] == 2
    assert cli.main(["jobs"]) == 0
    words = capsys.readouterr().out
    assert "rack-1: 3" in words
    assert "annas" not in words


def test_people_come_before_the_library_and_what_broke_off_comes_last(tmp_path) -> None:
    store = stores.fresh(tmp_path / "data")
    with store.begin() as session:
        somebody = Person()
        session.add(somebody)
        session.flush()
        lift = LiftSet(owner_id=somebody.id, name="a.mp4")
        session.add(lift)
        session.flush()
        library, first, second = (queue.enqueue(session, lift, "judge", rank).id for rank in (1, 0, 0))
    poisoned = queue.claim_next(store, "w1")
    assert poisoned is not None
    assert poisoned.job_id == first
    queue.reap(store, "w1")
    order = [claim.job_id for _ in range(3) if (claim := queue.claim_next(store, "w2"))]
    assert order == [second, first, library]
    assert queue.claim_next(store, "w2") is None
