"""Jobs: one claim wins, a dead worker's job is done again once, a stopped one leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import factories
import numpy as np
import pytest
import stores
from sqlalchemy import select

from formcheck.errors import ModelError, VideoError
from formcheck.jobs import intake, queue, work, worker
from formcheck.jobs import supervisor as supervisor_module
from formcheck.jobs.supervisor import Supervisor
from formcheck.sink import VideoSink
from formcheck.store import Store, people, sets
from formcheck.store.models import Job, LiftSet, Machine
from formcheck.store.settings import AppSettings

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def settings(tmp_path: Path) -> AppSettings:
    return stores.settings(tmp_path / "data")


@pytest.fixture
def store(settings: AppSettings) -> Store:
    return Store.of(settings)


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


def lease(store: Store, job_id: str, from_now_s: float) -> None:
    """What a lease looks like after the clock jumped: forward when it lapsed, back when it is far off."""
    with store.begin() as session:
        session.get_one(Job, job_id).lease_until_s = time.time() + from_now_s


def test_a_lease_given_before_the_clock_was_put_back_runs_out(store: Store, me: str, tmp_path: Path) -> None:
    _, job_id = taken(store, me, tmp_path)
    claimed = queue.claim(store, job_id, "w1")
    assert claimed
    assert not queue.reap(store)
    lease(store, job_id, 86400.0)
    queue.beat(store, claimed, 0.5, "alive")
    assert not queue.reap(store), "a worker that lives has renewed it"
    lease(store, job_id, 86400.0)
    assert queue.reap(store)
    assert job(store, job_id).state == "queued"


@pytest.mark.parametrize("noticed", [True, False])
def test_a_clock_that_jumps_takes_no_work_away(noticed: bool, store, me, tmp_path, monkeypatch) -> None:
    _, job_id = taken(store, me, tmp_path)
    claimed = queue.claim(store, job_id, "w1")
    assert claimed
    monkeypatch.setattr(supervisor_module, "REAP_S", 0.05)
    monkeypatch.setattr(supervisor_module, "LOOK_S", 0.05)
    monkeypatch.setattr(supervisor_module, "JUMP_S", 2.0 if noticed else 1e9)
    supervisor = Supervisor(store, AppSettings(store.folder, workers=0), keeps=False)
    supervisor.start()
    wait(lambda: machines(store))
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 3600)  # not that of the database: the lease says it
    try:
        time.sleep(0.5)
        lease(store, job_id, -3700.0)
        if noticed:
            time.sleep(0.5)
            queue.beat(store, claimed, 0.5, "alive")
            time.sleep(0.5)
            assert (job(store, job_id).state, job(store, job_id).attempt) == ("running", 1)
        else:
            wait(lambda: job(store, job_id).state == "queued")
    finally:
        supervisor.stop()


def machines(store: Store) -> int:
    with store.begin() as session:
        return len(session.scalars(select(Machine)).all())


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
    assert lift.levels["SQ301"].keys() == {"0", "1"}
    assert max(lift.levels["SQ301"].values()) < 5.0  # seconds on the way down: fewer are worse


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
    assert store.media.names(sets.folder_of(set_id)) == set()
    assert list((store.folder / "scratch").iterdir()) == []


def test_work_that_needs_too_much_memory_says_so(store, me, tmp_path, monkeypatch) -> None:
    def track_of(*_: object, **__: object):
        raise MemoryError

    monkeypatch.setattr(work, "track_of", track_of)
    _, job_id = taken(store, me, tmp_path)
    run(store, job_id)
    assert "more memory than an analysis may take" in job(store, job_id).error


class Hang:
    """Work that hangs: `begun` once it does, `ended` when the worker would be ended."""

    def __init__(self) -> None:
        self.begun, self.ended = threading.Event(), threading.Event()


@pytest.fixture
def hung(monkeypatch: pytest.MonkeyPatch) -> Hang:
    """Work that hangs until the worker would be ended, which is only noted here."""
    hang = Hang()
    monkeypatch.setattr(worker, "end", hang.ended.set)
    monkeypatch.setattr(worker, "BEAT_S", 0.02)

    def track_of(*_: object, **__: object):
        hang.begun.set()
        assert hang.ended.wait(60)
        raise queue.LostError

    monkeypatch.setattr(work, "track_of", track_of)
    return hang


def test_work_that_comes_to_a_halt_is_ended_with_a_sentence(hung, store, me, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(worker, "STALLED_S", 0.2)
    _, job_id = taken(store, me, tmp_path)
    run(store, job_id)
    assert hung.ended.is_set()
    assert "came to a halt" in job(store, job_id).error


def test_work_that_takes_too_long_is_ended_with_a_sentence(hung, store, me, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(worker, "SLOWEST", -1.0)  # its 600 s less the 900 s that the longest video may last
    _, job_id = taken(store, me, tmp_path)
    run(store, job_id)
    assert hung.ended.is_set()
    assert "hours" in job(store, job_id).error


def test_work_that_does_not_stop_when_cancelled_is_ended(hung, store, me, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(worker, "STUCK_S", 0.1)
    _, job_id = taken(store, me, tmp_path)
    working = threading.Thread(target=run, args=(store, job_id))
    working.start()
    assert hung.begun.wait(60)  # before that, work that is cancelled stops by itself
    queue.cancel(store, job_id)
    working.join(60)
    assert hung.ended.is_set()
    assert job(store, job_id).state == "cancelled"


# ---- the processes ----------------------------------------------------------------------------------


@pytest.fixture
def app(store: Store, settings: AppSettings) -> Iterator[Supervisor]:
    supervisor = Supervisor(store, settings)
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
def test_workers_end_with_the_app_and_a_lost_message_loses_nothing(
    store, settings, me, tmp_path, model
) -> None:
    _, job_id = intake.take(store, me, "my set.mp4", real(tmp_path))  # and no message is sent
    supervisor = Supervisor(store, settings)
    supervisor.start()
    wait(lambda: job(store, job_id).state == "done", 60.0)
    pids = supervisor.pids()
    supervisor.stop()
    assert not any(alive(pid) for pid in pids)


def test_workers_wait_for_the_model_which_the_app_fetches(store, me, tmp_path, monkeypatch) -> None:
    _, job_id = taken(store, me, tmp_path)
    tries: list[int] = []

    def ready(explicit: object, say: Callable[[str], None]) -> None:
        say("Fetching the pose model")
        tries.append(1)
        if len(tries) == 1:
            raise ModelError("The pose model could not be fetched; connect to the network.")

    monkeypatch.setattr(supervisor_module.model_bundle, "ready", ready)
    monkeypatch.setattr(supervisor_module, "AGAIN_S", 0.5)
    supervisor = Supervisor(store, AppSettings(store.folder))
    supervisor.start()
    wait(lambda: "connect to the network" in job(store, job_id).stage)
    assert supervisor.pids() == []
    wait(supervisor.pids)
    assert len(tries) == 2
    supervisor.stop()


# ---- what a worker may not do ------------------------------------------------------------------------


def confined(code: str, *before: str) -> subprocess.CompletedProcess[str]:
    """Run Python code behind locked doors."""
    lock = "; ".join(("from formcheck import confined", *before))
    return subprocess.run(
        [sys.executable, "-c", f"{lock}\n{code}"], capture_output=True, text=True, cwd=ROOT, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip


CONNECT = """
import socket
try:
    socket.create_connection(("127.0.0.1", {port}), 2).close()
    print("connected")
except OSError as e:
    print(e)
"""


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_worker_has_no_network(listening: int) -> None:
    code = CONNECT.format(port=listening)
    assert confined(code).stdout.strip() == "connected"  # else the next line would prove nothing
    assert "no network" in confined(code, "confined.leave_network()").stdout


def test_nor_have_the_programs_it_starts(listening: int) -> None:
    done = confined(
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', {CONNECT.format(port=listening)!r}])",
        "confined.leave_network()",
        "import os; print(os.getuid(), flush=True)",
    )
    user, said = done.stdout.splitlines()
    assert int(user) == os.getuid()
    if not namespaces():
        pytest.skip("this system gives no network namespaces")
    assert said != "connected"


def namespaces() -> bool:
    before, after = (
        confined("import os; print(os.readlink('/proc/self/ns/net'))", *lock).stdout
        for lock in ((), ("confined.leave_network()",))
    )
    return before != after


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep to the limit")
def test_a_worker_may_not_take_all_memory() -> None:
    assert confined("x = bytearray(400 * 2**20)").returncode == 0
    done = confined("x = bytearray(400 * 2**20)", "confined.limit_memory(300)")
    assert "MemoryError" in done.stderr
