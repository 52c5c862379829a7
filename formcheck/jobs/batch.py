"""A whole folder through the queue: `formcheck check FOLDER -o OUT`, and `judge` for the reports of one.

    OUT/summary.csv      one line a video or track, whatever became of it
    OUT/batch.json       what is done: an unchanged video is not checked again
    OUT/<video>/...      what `check -o` or `judge -o` writes

The queue is one of its own in OUT/.formcheck with workers of this machine, or that of a cluster. Either way
each is copied into the store as a set, its results are fetched, and the set is removed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from formcheck.errors import ConfigError, FormcheckError, TrackError
from formcheck.files import atomic_write
from formcheck.jobs import queue
from formcheck.jobs.inputs import Inputs
from formcheck.jobs.supervisor import Supervisor
from formcheck.jobs.transport import Transport
from formcheck.options import Options
from formcheck.report import Report
from formcheck.store import Store, sets
from formcheck.store.models import CANCELLED, DONE, FAILED, Job, LiftSet, Person, new_id
from formcheck.store.settings import AppSettings
from formcheck.version import __version__
from formcheck.views.folder import prepare
from formcheck.views.groups import headline

INDEX, SUMMARY, QUEUE = "batch.json", "summary.csv", ".formcheck"
SCHEMA = 1
LOOK_S = 0.3  # between two looks at the jobs
MOST_OUT = 32  # sets in the store at a time: enough for many workers, little to copy
ANY_LENGTH_MINUTES = 24 * 60.0  # a folder of one's own has no limit that an upload has
COLUMNS = ("video", "state", "exercise", "reps", "faults", "headline", "error", "folder")


@dataclass(frozen=True)
class Wish:
    """How the videos are to be judged, and what is to be written beside the report."""

    options: Options
    overlay: bool = True
    hide_faces: bool = False

    def as_json(self) -> dict[str, Any]:
        """As a set keeps it."""
        return sets.wanted_of(self.options) | {"overlay": self.overlay}


@dataclass(frozen=True)
class Line:
    """What became of one video. state: done, failed; report: where it is done."""

    video: str
    state: str
    exercise: str = ""
    reps: int = 0
    faults: int = 0
    headline: str = ""
    error: str = ""
    folder: str = ""
    fingerprint: str = ""

    @staticmethod
    def of(video: str, report: Report, folder: str, fingerprint: str) -> Line:
        """The line of a video that was checked."""
        return Line(
            video, DONE, report.exercise, len(report.counted), len(report.faults), headline(report),
            folder=folder, fingerprint=fingerprint,
        )  # fmt: skip


@contextmanager
def own_queue(out: Path, workers: int, *, poses: bool = True) -> Iterator[tuple[Store, Callable[[], None]]]:
    """A queue in the output folder, with so many workers on this machine; gone when everything is done.

    poses: whether they look at videos, for which they need the pose model.
    """
    prepare(out)
    folder = out / QUEUE
    settings = AppSettings(folder, workers=workers, max_minutes=ANY_LENGTH_MINUTES)
    store = Store.of(settings)
    supervisor = Supervisor(store, settings, poses=poses)
    supervisor.start()
    try:
        yield store, lambda: supervisor.send("")
    finally:
        supervisor.stop()
        store.close()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def cluster_queue(out: Path, settings: AppSettings) -> Iterator[tuple[Store, Callable[[], None]]]:
    """The queue of a cluster, whose workers take the videos. Raises ConfigError without a bucket."""
    if not settings.media:
        raise ConfigError("Workers of other machines need FORMCHECK_MEDIA, the bucket that they share.")
    prepare(out)
    with tempfile.TemporaryDirectory(prefix="formcheck-") as scratch:
        mine = Store.open(Path(scratch), database=settings.database, media=settings.media)
        transport = Transport(mine.folder, settings.messages)
        try:
            yield mine, transport.send
        finally:
            mine.close()


class Batch:
    """The videos or tracks of a folder on their way through a queue; iterate for what becomes of each."""

    def __init__(self, store: Store, wake: Callable[[], None], inputs: Inputs, out: Path, wish: Wish) -> None:
        self._store, self._wake, self._inputs, self._out, self._wish = store, wake, inputs, out, wish
        self._index = _read_index(out / INDEX)
        self._person = ""
        self._under_way: dict[str, tuple[Path, str, str]] = {}  # set -> video, fingerprint, job

    def run(self, videos: list[Path]) -> Iterator[Line]:
        """Check what is new or has changed; a line for each as it ends, unchanged ones first."""
        waiting = []
        for video in videos:
            known = self._index.get(self._inputs.name(video)) if self._inputs.changed_only else None
            if known and known.state == DONE and known.fingerprint == self._fingerprint(video) and (
                self._out / known.folder / "report.json"
            ).is_file():  # fmt: skip
                yield known
            else:
                waiting.append(video)
        try:
            self._begin()
            yield from self._through(waiting)
        finally:
            self._end()
            self._write_summary(videos)

    def _through(self, waiting: list[Path]) -> Iterator[Line]:
        while waiting or self._under_way:
            while waiting and len(self._under_way) < MOST_OUT:
                refused = self._send(waiting.pop(0))
                if refused:
                    yield self._keep(refused)
            for line in self._ended():
                yield self._keep(line)
            if self._under_way:
                time.sleep(LOOK_S)

    def _begin(self) -> None:
        """Somebody in the store to whom these sets belong; what an earlier run left is removed first."""
        left = self._index_person()
        with self._store.begin() as session:
            known = session.get(Person, left) if left else None
            if known is None:
                known = Person(id=new_id(), name="a folder")
                session.add(known)
            known.blur_faces = self._wish.hide_faces
            self._person = known.id
        sets.remove_all(self._store, self._person)
        self._write_index()

    def _end(self) -> None:
        if self._person:
            sets.remove_all(self._store, self._person)
            with self._store.begin() as session:
                session.execute(delete(Person).where(Person.id == self._person))
            self._person = ""
        self._write_index()

    def _send(self, video: Path) -> Line | None:
        """Put one video into the queue; its line when it is no video at all."""
        fingerprint = self._fingerprint(video)
        try:
            name, set_id = self._inputs.stored(video), new_id()
            with tempfile.TemporaryDirectory(prefix=".formcheck-", dir=self._store.folder) as scratch:
                copy = Path(scratch) / name
                _copy(video, copy)
                self._store.media.adopt(sets.key(set_id, name), copy)
            with self._store.begin() as session:
                lift = LiftSet(
                    id=set_id, owner_id=self._person, name=Path(self._inputs.name(video)).name, video=name,
                    lifter=sets.known(self._wish.options.lifter), wanted=self._wish.as_json(),
                )  # fmt: skip
                session.add(lift)
                session.flush()
                job_id = queue.enqueue(session, lift, self._inputs.job, queue.WHEN_FREE).id
        except (FormcheckError, OSError) as e:
            why = str(e) if isinstance(e, FormcheckError) else f"{video.name} cannot be read ({e.strerror})."
            return Line(self._inputs.name(video), FAILED, error=why, fingerprint=fingerprint)
        self._under_way[set_id] = (video, fingerprint, job_id)
        self._wake()
        return None

    def _ended(self) -> Iterator[Line]:
        jobs = [job_id for _, _, job_id in self._under_way.values()]
        over = select(Job.set_id, Job.state, Job.error).where(
            Job.id.in_(jobs), Job.state.in_((DONE, FAILED, CANCELLED))
        )
        with self._store.begin() as session:
            rows = session.execute(over).all()
        for set_id, state, error in rows:
            video, fingerprint, _ = self._under_way.pop(set_id)
            if state == DONE:
                yield self._fetch(set_id, video, fingerprint)
            else:
                why = error or "Cancelled."
                yield Line(self._inputs.name(video), FAILED, error=why, fingerprint=fingerprint)
            sets.remove(self._store, set_id, self._person)

    def _fetch(self, set_id: str, video: Path, fingerprint: str) -> Line:
        """Bring the results of a set home, file by file, the report last."""
        at = self._inputs.folder(video)
        folder = self._out / at
        folder.mkdir(parents=True, exist_ok=True)
        media = self._store.media
        names = media.names(sets.folder_of(set_id)) - {self._inputs.stored(video)}
        with tempfile.TemporaryDirectory(prefix=".formcheck-", dir=folder) as scratch:
            for name in sorted(names, key=lambda n: n == "report.json"):
                media.fetch(sets.key(set_id, name), Path(scratch) / name)
                (Path(scratch) / name).replace(folder / name)
        report = Report.from_dict(json.loads((folder / "report.json").read_text(encoding="utf-8")))
        return Line.of(self._inputs.name(video), report, at, fingerprint)

    def _keep(self, line: Line) -> Line:
        self._index[line.video] = line
        self._write_index()
        return line

    # ---- names and files ----------------------------------------------------------------------------

    def _fingerprint(self, video: Path) -> str:
        """Changes with the video, the way of judging, and the version."""
        at = video.stat()
        lifter = sets.known(self._wish.options.lifter)
        what = [at.st_size, at.st_mtime_ns, self._wish.as_json(), self._wish.hide_faces, lifter, __version__]
        return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:16]

    def _index_person(self) -> str:
        path = self._out / INDEX
        return str(json.loads(path.read_text(encoding="utf-8")).get("person", "")) if path.is_file() else ""

    def _write_index(self) -> None:
        videos = [asdict(line) for line in self._index.values()]
        index = {"schema": SCHEMA, "person": self._person, "videos": videos}
        atomic_write(self._out / INDEX, json.dumps(index, indent=1))

    def _write_summary(self, videos: list[Path]) -> None:
        words = io.StringIO()
        table = csv.DictWriter(words, COLUMNS, extrasaction="ignore", lineterminator="\n")
        table.writeheader()
        for video in videos:
            line = self._index.get(self._inputs.name(video))
            if line:
                table.writerow(asdict(line))
        atomic_write(self._out / SUMMARY, words.getvalue())


def _read_index(path: Path) -> dict[str, Line]:
    if not path.is_file():
        return {}
    try:
        index: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if index["schema"] != SCHEMA:
            return {}  # another version: everything is checked again
        return {line["video"]: Line(**line) for line in index["videos"]}
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        raise TrackError(f"{path} is damaged; remove it, and everything is checked again.") from e


def _copy(video: Path, copy: Path) -> None:
    """A second name for the file where that is possible, else a copy."""
    try:
        os.link(video.resolve(), copy)
    except OSError:
        shutil.copyfile(video, copy)
