"""What is done for each kind of job: check a video, judge a track again, draw the overlay video.

Everything is made in a scratch folder and moved into the media in the transaction that ends the job, so a
stopped or repeated job leaves nothing behind.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, object_session

from formcheck.analysis import Examination, examine
from formcheck.errors import FormcheckError, VideoError
from formcheck.estimator import track_of
from formcheck.jobs import queue
from formcheck.jobs.queue import Claim
from formcheck.model_bundle import find_model
from formcheck.pose import PoseTrack
from formcheck.report import Finding
from formcheck.store import Store, coaching, erasure, notices, sets
from formcheck.store.models import DROPPED, LiftSet, Person
from formcheck.views import folder, pdf, player
from formcheck.views.groups import headline

Tell = Callable[[float, str], None]
"""Called with the share done and what is being done; raises to stop the work."""

LOOKING, DRAWING = "Watching the video", "Writing the report"
TRACK, PLAYER = "pose.npz", "player.json"
PLAYBACK = "playback.mp4"
PAUSES_S = (1.0, 2.0, 4.0, 8.0)  # before a database that is away is asked again to take a result
LOOKING_SHARE = 0.85  # of the time of a check that goes into finding the poses


@dataclass(frozen=True)
class Bench:
    """Where a job works: the store, the claim, an empty folder, and whom to tell.

    most_s: longest video; processes: how many may look at one video.
    """

    store: Store
    claim: Claim
    scratch: Path
    tell: Tell
    most_s: float
    processes: int = 1

    def lift(self) -> LiftSet:
        """The set of the job. Raises LostError when it was deleted."""
        with self.store.begin() as session:
            lift = self._row(session)
            session.expunge(lift)
            return lift

    def owner(self) -> Person:
        """Whose set it is, with their choices about videos and faces as they are now."""
        with self.store.begin() as session:
            owner = session.get_one(Person, self._row(session).owner_id)
            session.expunge(owner)
            return owner

    def _row(self, session: Session) -> LiftSet:
        lift = session.get(LiftSet, self.claim.set_id)
        if lift is None:
            raise queue.LostError
        return lift

    def poses(self, video: Path, name: str) -> PoseTrack:
        """Look at a video, telling how far one is. name: what people call it, not what the store does."""
        self.tell(0.0, LOOKING)
        track = track_of(
            video, model=find_model(), workers=self.processes,
            progress=lambda share: self.tell(LOOKING_SHARE * share, LOOKING),
        )  # fmt: skip
        return replace(track, meta={**track.meta, "source": name})

    @contextmanager
    def media(self, name: str) -> Iterator[Path]:
        """One file of the set, to read."""
        with ExitStack() as stack:
            key = sets.key(self.claim.set_id, name)
            try:
                path = stack.enter_context(self.store.media.local(key, self.scratch))
            except FileNotFoundError as e:
                raise VideoError(f"{name} of this set is not there any more, so it cannot be used.") from e
            yield path


def do(bench: Bench) -> None:
    """Do the job to its end. Raises FormcheckError with a sentence, LostError when it is to be dropped."""
    lift = bench.lift()
    try:
        KINDS[bench.claim.kind](bench, lift)
    except FormcheckError as e:  # the user knows the video by another name than the store
        raise type(e)(str(e).replace(lift.video or "\0", lift.name)) from e


def _check(bench: Bench, lift: LiftSet) -> None:
    """Find the poses, judge them, and make a copy that plays if the video itself does not."""
    with bench.media(lift.video or "") as video:
        with _Copy(video, bench.scratch / PLAYBACK, bench.most_s) as copy:
            track = bench.poses(video, lift.name)
            while copy.busy:
                bench.tell(LOOKING_SHARE, "Making a copy that plays in the browser")
                time.sleep(0.1)
        bench.tell(LOOKING_SHARE, DRAWING)
        examination = examine(track, coaching.options(bench.store, lift), lift.name)
        frames = _frames(bench.owner(), video, track, examination)
        _end(bench, lift, track, examination, frames, PLAYBACK if copy.made else lift.video)


def _judge(bench: Bench, lift: LiftSet) -> None:
    """Judge the stored track again, by the options the set has now; pictures only where there is a video."""
    with bench.media(TRACK) as path:
        track = PoseTrack.load(path)
    bench.tell(0.2, "Judging again")
    examination = examine(track, coaching.options(bench.store, lift), lift.name)
    with bench.media(lift.video) if lift.video else nullcontext() as video:
        frames = _frames(bench.owner(), video, track, examination)
    _end(bench, lift, track, examination, frames, lift.playback)


def _overlay(bench: Bench, lift: LiftSet) -> None:
    """Draw the overlay video of the report as it stands."""
    from formcheck.views.overlay import write_overlay

    if not lift.video:
        raise VideoError("The video of this set is not kept any more, so there is nothing to draw on.")
    with bench.media(TRACK) as path:
        track = PoseTrack.load(path)
    examination = examine(track, coaching.options(bench.store, lift), lift.name)
    made = bench.scratch / folder.OVERLAY
    with bench.media(lift.video) as video:
        write_overlay(
            video, track, examination, made, lambda share: bench.tell(share, "Drawing"),
            hide_faces=bench.owner().blur_faces,
        )  # fmt: skip
    _finish(bench, [made], lambda lift: None)


def _folder(bench: Bench, lift: LiftSet) -> None:
    """All that `formcheck check -o` writes: for videos that come from a folder and go back into one."""
    with bench.media(lift.video or "") as video:
        _refuse_too_long(video, bench.most_s)
        track = bench.poses(video, lift.name)
        bench.tell(LOOKING_SHARE, DRAWING)
        options = sets.options_of(lift)
        examination = examine(track, options, lift.name)
        hide = bench.owner().blur_faces
        frames = folder.key_frames(video, track, examination, hide_faces=hide)

        def drawing(share: float) -> None:
            bench.tell(LOOKING_SHARE + (1 - LOOKING_SHARE) * share, DRAWING)

        files = folder.write_folder(
            bench.scratch / "out", track, examination, frames=frames, height_m=options.height_m,
            overlay_of=video if lift.wanted.get("overlay") else None, progress=drawing,
            hide_faces=hide,
        )  # fmt: skip
    _finish(bench, files, lambda lift: _note(lift, examination))


def _track(bench: Bench, lift: LiftSet) -> None:
    """All that `formcheck judge -o` writes, for the pose track of a report folder."""
    with bench.media(lift.video or "") as path:
        track = PoseTrack.load(path)
    bench.tell(0.2, "Judging again")
    options = sets.options_of(lift)
    examination = examine(track, options, str(track.meta.get("source") or lift.name))
    files = folder.write_folder(bench.scratch / "out", track, examination, height_m=options.height_m)
    _finish(bench, files, lambda lift: _note(lift, examination))


KINDS = {"check": _check, "judge": _judge, "overlay": _overlay, "folder": _folder, "track": _track}


def _frames(
    owner: Person, video: Path | None, track: PoseTrack, examination: Examination
) -> dict[Finding, bytes]:
    """A picture for each finding; of the skeleton alone where there is to be no video of this person."""
    shown = None if owner.video_use == DROPPED else video
    return folder.key_frames(shown, track, examination, hide_faces=owner.blur_faces)


def _end(
    bench: Bench, lift: LiftSet, track: PoseTrack, examination: Examination,
    frames: dict[Finding, bytes], playback: str | None,
) -> None:  # fmt: skip
    """Write every view and end the job with them."""
    out = bench.scratch / "out"
    files = folder.write_folder(
        out, track, examination, frames=frames, height_m=sets.options_of(lift).height_m
    )
    shown = player.scene(track, examination)
    (out / PLAYER).write_text(json.dumps(shown, allow_nan=False, separators=(",", ":")))
    files.append(out / PLAYER)
    (out / "report.pdf").write_bytes(pdf.document(examination.report, frames))
    files.append(out / "report.pdf")
    for finding, jpeg in frames.items():
        picture = out / player.picture_name(finding)
        picture.write_bytes(jpeg)
        files.append(picture)
    if playback == PLAYBACK and (bench.scratch / PLAYBACK).exists():
        files.append(bench.scratch / PLAYBACK)
    bench.tell(1.0, DRAWING)

    def write(lift: LiftSet) -> None:
        _note(lift, examination)
        lift.playback = playback
        if _owner(lift).video_use == DROPPED:
            lift.video = lift.playback = None
        _clear_pictures(bench)

    _finish(bench, files, write)
    erasure.clear_dropped(bench.store, bench.claim.set_id)


def _owner(lift: LiftSet) -> Person:
    """Whose set it is, within the transaction that ends the job."""
    session = object_session(lift)
    assert session is not None
    return session.get_one(Person, lift.owner_id)


def _clear_pictures(bench: Bench) -> None:
    """Remove what was drawn for the report until now, so that none of its faces outlives a choice."""
    for name in bench.store.media.names(sets.folder_of(bench.claim.set_id)):
        if name == folder.OVERLAY or name.endswith(".jpg"):
            bench.store.media.remove(sets.key(bench.claim.set_id, name))


def _note(lift: LiftSet, examination: Examination) -> None:
    report = examination.report
    lift.levels = {code: {str(i): at for i, at in by.items()} for code, by in examination.levels.items()}
    lift.report, lift.headline, lift.exercise = report.to_dict(), headline(report), report.exercise
    lift.judged_s = time.time()


def _finish(bench: Bench, files: list[Path], write: Callable[[LiftSet], None]) -> None:
    """End the job: the files into their places and the row written, both or none."""
    wanted = {sets.key(bench.claim.set_id, path.name): path for path in files}
    with bench.store.media.staged(wanted) as place:

        def end(session: Session, lift: LiftSet) -> None:
            write(lift)
            if bench.claim.kind == "check":
                notices.trainers(session, lift.owner_id, notices.SETS)
            place()

        for pause_s in (*PAUSES_S, None):
            try:
                queue.finish(bench.store, bench.claim, end)
                return
            except DBAPIError:  # away for a moment; a write that did arrive has ended the claim
                if pause_s is None:
                    raise
                bench.tell(1.0, DRAWING)
                time.sleep(pause_s)


class _Copy:
    """Makes the playable copy beside the search for poses, in a thread; stops with the block."""

    def __init__(self, video: Path, copy: Path, most_s: float) -> None:
        from formcheck import playback

        _refuse_too_long(video, most_s)
        self.made = not playback.plays(video)
        self._error: Exception | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(video, copy), name="playback copy")

    def __enter__(self) -> _Copy:
        if self.made:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self.made:
            self._thread.join()

    @property
    def busy(self) -> bool:
        """Whether it is still being made. Raises what went wrong with it."""
        if self._error is not None:
            raise self._error
        return self.made and self._thread.is_alive()

    def _run(self, video: Path, copy: Path) -> None:
        from formcheck.playback import write_copy

        def go_on(_: float) -> None:
            if self._stop.is_set():
                raise queue.LostError

        try:
            write_copy(video, copy, go_on)
        except queue.LostError:
            pass
        except Exception as e:  # handed to the thread that waits for the copy
            self._error = e


def _refuse_too_long(video: Path, most_s: float) -> None:
    from formcheck.video import VideoFile

    with VideoFile(video) as opened:
        seconds = opened.info.duration_s
    if seconds is not None and seconds > most_s:
        raise VideoError(
            f"This video lasts {seconds / 60:.0f} minutes, more than the {most_s / 60:g} that are taken; "
            "cut it down to one set."
        )
