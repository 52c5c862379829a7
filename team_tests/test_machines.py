"""Several worker machines on PostgreSQL, a bucket and Redis, and what breaks: nothing lost or done twice."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import stores

from benchmarks.month import simulation, stand_in
from formcheck.jobs import queue, supervisor
from formcheck.jobs.supervisor import Supervisor
from formcheck.jobs.transport import Transport
from formcheck.model_bundle import provision
from formcheck.store import Store, sets
from formcheck.store.models import Job, LiftSet, Person
from formcheck.store.settings import AppSettings, to_environment
from team_tests.servers import BUCKET, Bucket, Postgres, Redis, Server

ROOT = Path(__file__).resolve().parents[1]
AWAY_S = 4.0


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers whose analysis is a stand-in."""
    monkeypatch.setattr(supervisor, "WORKER", supervisor.WORKER)  # the simulation sets it
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture(scope="module")
def breakable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Postgres, Bucket]]:
    """A database and a bucket of one's own, to kill."""
    folder = Path("/tmp") / tmp_path_factory.mktemp("breakable").name
    folder.mkdir(mode=0o755)
    database, bucket = Postgres(folder / "pg"), Bucket(folder / "s3")
    database.start()
    bucket.start()
    yield database, bucket
    database.kill(signal.SIGKILL)
    bucket.kill()
    shutil.rmtree(folder, ignore_errors=True)


def away(server: Server) -> Callable[[list[Supervisor]], None]:
    def act(_: list[Supervisor]) -> None:
        server.kill()
        threading.Timer(AWAY_S, server.start).start()

    return act


def kill_all(machines: list[Supervisor]) -> None:
    for pid in (pid for machine in machines for pid in machine.pids()):
        os.kill(pid, signal.SIGKILL)


def test_four_days_with_a_fault_each_lose_nothing_and_do_nothing_twice(
    stand_ins, breakable, tmp_path, monkeypatch
) -> None:
    database, bucket = breakable
    for name, value in bucket.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(simulation, "POISONED", 1 / 50)
    settings = AppSettings(
        tmp_path, workers=2, database=f"{database.url}/postgres", media=f"s3://{BUCKET}/days"
    )
    faults = {
        "worker": simulation.kill_a_worker, "workers": kill_all,
        "database": away(database), "bucket": away(bucket),
    }  # fmt: skip
    tally = simulation.run(settings, 4, 80, 2, faults)
    assert tally.sets == tally.done + tally.failed == 320
    assert (tally.lost, tally.twice, tally.wrong) == (0, 0, 0)
    assert tally.failed == tally.poisoned


def wait(until: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def enqueue(store: Store, owner: str, content: bytes) -> str:
    with store.begin() as session:
        lift = LiftSet(owner_id=owner, name="my set.mp4", video="video.mp4")
        session.add(lift)
        session.flush()
        store.media.put(sets.key(lift.id, "video.mp4"), content)
        return queue.enqueue(session, lift, "check").id


def somebody(store: Store) -> str:
    with store.begin() as session:
        person = Person()
        session.add(person)
        session.flush()
        return person.id


def job(store: Store, job_id: str) -> Job:
    with store.begin() as session:
        found = session.get_one(Job, job_id)
        session.expunge(found)
        return found


def test_a_poisoned_video_fails_with_a_sentence_and_blocks_nobody(stand_ins, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(supervisor, "WORKER", (str(ROOT / "benchmarks" / "month" / "stand_in.py"),))
    settings = stores.settings(tmp_path, workers=1)
    store = Store.of(settings)
    owner = somebody(store)
    poison = enqueue(store, owner, stand_in.POISON)
    others = [enqueue(store, owner, b"fine") for _ in range(20)]
    machine = Supervisor(store, settings)
    machine.start()
    wait(lambda: job(store, poison).state == "failed" and all(job(store, o).state == "done" for o in others))
    machine.stop()
    assert "broke off 3 times" in (job(store, poison).error or "")
    assert job(store, poison).attempt == 3
    finished = [job(store, other).ended_s or 0.0 for other in others]
    assert max(finished) < (job(store, poison).ended_s or 0.0)


def test_a_machine_that_vanishes_is_taken_over_by_another(stand_ins, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(queue, "LEASE_S", 2.0)
    settings = stores.settings(tmp_path / "second", workers=1)
    store = Store.of(settings)
    job_id = enqueue(store, somebody(store), b"fine")
    assert queue.claim_next(store, "of a machine that lost its power")
    monkeypatch.setattr(supervisor, "WORKER", (str(ROOT / "benchmarks" / "month" / "stand_in.py"),))
    machine = Supervisor(store, settings)
    machine.start()
    wait(lambda: job(store, job_id).state == "done")
    machine.stop()
    assert job(store, job_id).attempt == 2


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    server = Redis(tmp_path / "redis")
    server.start()
    yield server
    server.kill()


@pytest.mark.parametrize("carrier", ["redis", "postgresql"])
def test_a_message_wakes_a_worker_on_another_machine_at_once(carrier, redis, tmp_path, monkeypatch) -> None:
    address = redis.url if carrier == "redis" else stores.settings(tmp_path / "a").database
    here, there = Transport(tmp_path / "a", address), Transport(tmp_path / "b", address)
    monkeypatch.setattr("formcheck.jobs.transport.ASK_S", 20.0)
    woken: list[float] = []

    def listen() -> None:
        there.wait(threading.Event())
        woken.append(time.monotonic())

    listener = threading.Thread(target=listen)
    listener.start()
    time.sleep(1.0)
    assert woken == []
    sent = time.monotonic()
    here.send()
    listener.join(10.0)
    assert woken[0] - sent < 1.0


def test_without_the_carrier_of_messages_jobs_are_done_all_the_same(
    stand_ins, redis, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(supervisor, "WORKER", (str(ROOT / "benchmarks" / "month" / "stand_in.py"),))
    settings = replace(stores.settings(tmp_path, workers=1), queue=redis.url)
    store = Store.of(settings)
    machine = Supervisor(store, settings)
    machine.start()
    redis.kill()
    job_id = enqueue(store, somebody(store), b"fine")
    machine.send(job_id)
    wait(lambda: job(store, job_id).state == "done")
    machine.stop()


def test_a_folder_is_checked_by_the_workers_of_a_cluster(tmp_path) -> None:
    provision(lambda line: print(line, file=sys.stderr))
    settings = stores.settings(tmp_path / "machine", workers=2)
    store = Store.of(settings)
    videos = tmp_path / "in"
    videos.mkdir()
    for name in ("squat_good", "row_good"):
        shutil.copy(ROOT / "sample_videos" / f"{name}.mp4", videos)
    (videos / "broken.mp4").write_bytes(b"no video")
    worker = subprocess.Popen(
        [sys.executable, "-m", "formcheck", "worker", "--workers", "2"],
        env=os.environ | to_environment(settings), cwd=ROOT,
    )  # fmt: skip

    def formcheck(command: str, source: Path, out: str, *more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "formcheck", command, str(source), "-o", str(tmp_path / out),
             "--workers", settings.database, "--format", "json", *more],
            env=os.environ | {"FORMCHECK_MEDIA": settings.media, "FORMCHECK_DATABASE": ""}, cwd=ROOT,
            capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip

    try:
        done = formcheck("check", videos, "out", "--no-overlay")
        again = formcheck("judge", tmp_path / "out", "again")
    finally:
        worker.terminate()
        assert worker.wait(30) == 143
    assert done.returncode == 2, done.stderr
    lines = {line["video"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert lines["squat_good.mp4"]["report"]["exercise"] == "squat"
    assert lines["row_good.mp4"]["report"]["exercise"] == "row"
    assert "not a video" in lines["broken.mp4"]["error"]
    assert again.returncode in (0, 1), again.stderr
    judged = {line["video"]: line["report"] for line in map(json.loads, again.stdout.splitlines())}
    assert judged == {name: lines[f"{name}.mp4"]["report"] for name in ("row_good", "squat_good")}
    assert stores.objects(store) == []
    with store.begin() as session:
        assert session.query(LiftSet).count() == session.query(Person).count() == 0
