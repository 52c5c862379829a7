"""Jobs: one claim wins, a dead worker's job is done again once, a stopped one leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import factories
import numpy as np
import pytest

from formcheck.errors import VideoError
from formcheck.jobs import intake, queue, work, worker
from formcheck.jobs.supervisor import Supervisor
from formcheck.store import Store, people, sets
from formcheck.store.models import Job, LiftSet
from formcheck.store.settings import AppSettings
from formcheck.video import VideoSink

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "data")


@pytest.fixture
def me(store: Store) -> str:
    return people.local(store)


def video(folder: Path, seconds: float = 6.0) -> Path:
    with VideoSink(folder / "clip.mp4") as sink:
        for i in range(0, int(30 * seconds), 3):
            sink.write(np.full((120, 80, 3), 90, dtype=np.uint8), i / 30)
    return folder / "clip.mp4"


def taken(store: Store, me: str, folder: Path) -> tuple[str, str]:
    return intake.take(store, me, "my set.mp4", video(folder), exercise="squat")


def real(folder: Path) -> Path:
    """A copy of a sample, with somebody in it."""
    return Path(shutil.copy(ROOT / "sample_videos" / "squat_good.mp4", folder / "real.mp4"))


def job(store: Store, job_id: str) -> Job:
    with store.begin() as session:
        found = session.get_one(Job, job_id)
        session.expunge(found)
        return found


def wait(until: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


# ---- the table --------------------------------------------------------------------------------------


def test_of_many_claims_one_wins(store: Store, me: str, tmp_path: Path) -> None:
    _, job_id = taken(store, me, tmp_path)
    won: list[queue.Claim] = []
    start = threading.Barrier(6)

    def claim(name: str) -> None:
        start.wait()
        found = queue.claim(store, job_id, name)
        if found:
            won.append(found)

    threads = [threading.Thread(target=claim, args=(f"w{i}",)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert job(store, job_id).attempt == 1


def test_a_lapsed_claim_cannot_write(store: Store, me: str, tmp_path: Path, monkeypatch) -> None:
    _, job_id = taken(store, me, tmp_path)
    monkeypatch.setattr(queue, "LEASE_S", -1.0)
    first = queue.claim(store, job_id, "w1")
    assert first
    assert queue.reap(store)
    second = queue.claim(store, job_id, "w2")
    assert second

    def write(session: object, lift: LiftSet) -> None:
        lift.headline = "by the first"

    with pytest.raises(queue.LostError):
        queue.finish(store, first, write)
    with pytest.raises(queue.LostError):
        queue.beat(store, first, 0.5, "late")
    queue.fail(store, first, "late")
    assert job(store, job_id).state == "running"
    lift = sets.find(store, second.set_id, me)
    assert lift is not None
    assert lift.headline is None


def test_three_broken_attempts_are_enough(store: Store, me: str, tmp_path: Path) -> None:
    _, job_id = taken(store, me, tmp_path)
    for n in range(queue.MOST_ATTEMPTS):
        assert queue.claim(store, job_id, f"w{n}")
        queue.reap(store, f"w{n}")
    assert job(store, job_id).state == "failed"
    assert "broke off 3 times" in (job(store, job_id).error or "")


def test_cancel_at_once_when_queued_and_at_the_next_beat_when_running(store, me, tmp_path) -> None:
    _, waiting = taken(store, me, tmp_path)
    queue.cancel(store, waiting)
    assert job(store, waiting).state == "cancelled"
    _, running = taken(store, me, tmp_path)
    claim = queue.claim(store, running, "w")
    assert claim
    queue.beat(store, claim, 0.2, "at it")
    queue.cancel(store, running)
    with pytest.raises(queue.LostError):
        queue.beat(store, claim, 0.3, "at it")
    queue.drop(store, claim)
    assert job(store, running).state == "cancelled"


def test_being_stopped_costs_no_attempt(store: Store, me: str, tmp_path: Path) -> None:
    _, job_id = taken(store, me, tmp_path)
    claim = queue.claim(store, job_id, "w")
    assert claim
    queue.drop(store, claim)
    assert (job(store, job_id).state, job(store, job_id).attempt) == ("queued", 0)


# ---- the work ---------------------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Poses without a model."""

    def track_of(path: Path, *, model, workers, progress):
        progress(0.5)
        return factories.squatting(6.0)

    monkeypatch.setattr(work, "track_of", track_of)


def run(store: Store, job_id: str, most_s: float = 900.0) -> None:
    claim = queue.claim(store, job_id, "w")
    if claim is not None:
        worker.work_on(store, claim, most_s, threading.Event())


def test_a_check_ends_with_a_report_and_its_files(quick, store, me, tmp_path) -> None:
    set_id, job_id = taken(store, me, tmp_path)
    run(store, job_id)
    assert job(store, job_id).state == "done"
    lift = sets.find(store, set_id, me)
    assert lift.exercise == "squat"
    assert lift.playback == "video.mp4"
    names = store.media.names(sets.folder_of(set_id))
    assert {"video.mp4", "pose.npz", "player.json", "report.html", "report.json"} <= names
    assert list((store.folder / "scratch").iterdir()) == []
    run(store, job_id)
    assert job(store, job_id).attempt == 1


def test_judging_again_needs_no_video(quick, store, me, tmp_path) -> None:
    set_id, job_id = taken(store, me, tmp_path)
    run(store, job_id)
    store.media.remove(sets.key(set_id, "video.mp4"))
    with store.begin() as session:
        lift = session.get_one(LiftSet, set_id)
        lift.video = lift.playback = None
        lift.wanted = {"exercise": "squat", "limits": {"SQ301": [5.0, 4.0]}}
        again = queue.enqueue(session, lift, "judge").id
    store.media.put(sets.key(set_id, "overlay.mp4"), b"of the old report")
    run(store, again)
    assert job(store, again).state == "done"
    assert "overlay.mp4" not in store.media.names(sets.folder_of(set_id))
    lift = sets.find(store, set_id, me)
    assert {(f.code, f.limit) for f in sets.report_of(lift).findings} == {("SQ301", 4.0)}


def test_the_overlay_is_drawn_when_asked_for(quick, store, me, tmp_path) -> None:
    set_id, job_id = taken(store, me, tmp_path)
    run(store, job_id)
    with store.begin() as session:
        overlay = queue.enqueue(session, session.get_one(LiftSet, set_id), "overlay").id
    run(store, overlay)
    assert job(store, overlay).state == "done"
    assert "overlay.mp4" in store.media.names(sets.folder_of(set_id))


def test_a_bad_video_fails_with_its_sentence(store, me, tmp_path, monkeypatch) -> None:
    def track_of(*_: object, **__: object):
        raise VideoError("video.mp4 is damaged; copy it again.")

    monkeypatch.setattr(work, "track_of", track_of)
    _, job_id = taken(store, me, tmp_path)
    run(store, job_id)
    assert (job(store, job_id).state, job(store, job_id).error) == (
        "failed", "my set.mp4 is damaged; copy it again.",
    )  # fmt: skip


def test_a_video_that_is_too_long_is_refused(quick, store, me, tmp_path) -> None:
    _, job_id = taken(store, me, tmp_path)
    run(store, job_id, most_s=3.0)
    assert "cut it down to one set" in job(store, job_id).error


def test_a_set_deleted_while_it_is_checked_leaves_nothing(store, me, tmp_path, monkeypatch) -> None:
    set_id, job_id = taken(store, me, tmp_path)

    def track_of(path: Path, *, model, workers, progress):
        sets.remove(store, set_id, me)
        return factories.squatting(6.0)

    monkeypatch.setattr(work, "track_of", track_of)
    run(store, job_id)
    assert not (store.folder / "media" / "sets" / set_id).exists()
    assert list((store.folder / "scratch").iterdir()) == []


# ---- the processes ----------------------------------------------------------------------------------


@pytest.fixture
def app(store: Store, tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(store, AppSettings(store.folder))
    supervisor.start()
    yield supervisor
    supervisor.stop()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_worker_killed_in_mid_job_is_replaced_and_the_job_done_once(
    app, store, me, tmp_path, model
) -> None:
    set_id, job_id = intake.take(store, me, "my set.mp4", real(tmp_path))
    app.send(job_id)
    wait(lambda: job(store, job_id).share > 0.02)
    (pid,) = app.pids()
    os.kill(pid, signal.SIGKILL)
    wait(lambda: job(store, job_id).state == "done", 60.0)
    assert job(store, job_id).attempt == 2
    assert app.pids() != [pid]
    lift = sets.find(store, set_id, me)
    assert [j.state for j in lift.jobs] == ["done"]
    assert "report.json" in store.media.names(sets.folder_of(set_id))


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_workers_end_with_the_app_and_a_lost_message_loses_nothing(store, me, tmp_path, model) -> None:
    _, job_id = intake.take(store, me, "my set.mp4", real(tmp_path))  # and no message is sent
    supervisor = Supervisor(store, AppSettings(store.folder))
    supervisor.start()
    wait(lambda: job(store, job_id).state == "done", 60.0)
    pids = supervisor.pids()
    supervisor.stop()
    assert not any(alive(pid) for pid in pids)
