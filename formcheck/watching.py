"""One landmarker after the other over the chunks of a stretch of video; see `chunks` for why and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from formcheck.chunks import Grid, Stop, same_person
from formcheck.landmarker import Landmarker, Prepared, Sighting
from formcheck.pose import Pose


@dataclass(frozen=True)
class Counted:
    """A picture, None after the last, and how many before it were skipped and thinned out."""

    picture: Prepared | None
    skipped: int
    thinned: int


@dataclass(frozen=True)
class Warm:
    """The last pose of the warm-up before a stretch, None if there was no picture."""

    pose: Pose | None


class Watch:
    """Watches one stretch of chunks: pictures in, `Warm` before it, `Sighting`s, `Stop`s at the end out.

    first: its first chunk; stops: chunks at which it stops to be told whether to go on, as others may have
    watched from there.
    """

    def __init__(
        self, landmarker: Landmarker, size: tuple[int, int], grid: Grid, first: int, stops: Iterable[int]
    ) -> None:
        self._fresh, self._size, self._grid = landmarker, size, grid
        self._first, self._chunk, self._stops = first, first - 1, {s for s in stops if s > first}
        self._now: _Runner | None = None
        self._coming: _Runner | None = None
        self._beside = ThreadPoolExecutor(1, "newcomer")
        self._shown: list[Future[None]] = []  # to the newcomer, beside
        self._shot = self._frames = self._skipped = self._thinned = 0

    def over(self, pictures: Iterable[Counted]) -> Iterator[Warm | Sighting | Stop]:
        """What is seen in pictures, in their order."""
        try:
            for counted in pictures:
                if counted.picture is None:
                    yield self._stop(counted, more=False)
                elif self._grid.warming(counted.picture.frame.time_s) >= self._first:
                    yield from self._see(counted, counted.picture)
        finally:
            self._beside.shutdown()
            for runner in (self._now, self._coming):
                if runner is not None:
                    runner.close()

    def _see(self, counted: Counted, picture: Prepared) -> Iterator[Warm | Sighting | Stop]:
        time_s = picture.frame.time_s
        chunk, newest = self._grid.chunk(time_s), self._grid.warming(time_s)
        if chunk > self._chunk:
            yield from self._enter(chunk, counted)
        if newest > chunk and newest not in self._stops:
            self._warm(picture, newest)
        if self._now is not None:
            sighting = self._now.see(picture, self._size)
            self._shot = sighting.pose.shot
            self._frames += 1
            yield sighting

    def _warm(self, picture: Prepared, chunk: int) -> None:
        """Show the picture to the newcomer of a chunk, in a thread of its own."""
        if self._coming is None:
            self._coming = _Runner(self._fresh, chunk)
        self._shown.append(self._beside.submit(self._coming.warm, picture, self._size))

    def _enter(self, chunk: int, counted: Counted) -> Iterator[Warm | Stop]:
        """Cross into a chunk: hand over to the newcomer."""
        stopped = any(c in self._stops for c in range(self._chunk + 1, chunk + 1))
        shown, self._shown = self._shown, []
        for done in shown:
            done.result()
        coming, self._coming = self._coming, None
        if coming is not None and coming.chunk != chunk:  # no picture lies in its chunk
            coming.close()
            coming = None
        if self._now is None and self._first:
            yield Warm(coming.last if coming else None)
            self._skipped, self._thinned = counted.skipped, counted.thinned
        if stopped:
            yield self._stop(counted, more=True)
        elif coming is None:
            self._take_over(_Runner(self._fresh, chunk))
        elif self._now is None or same_person(self._now.last, coming.last):
            self._take_over(coming)
        else:
            coming.close()
        self._chunk = chunk

    def _take_over(self, newcomer: _Runner) -> None:
        newcomer.shots = self._shot - (newcomer.last.shot if newcomer.last else 0)
        if self._now is not None:
            self._now.close()
        self._now = newcomer

    def _stop(self, counted: Counted, more: bool) -> Stop:
        skipped, thinned = counted.skipped - self._skipped, counted.thinned - self._thinned
        stop = Stop(self._frames, skipped, thinned, more)
        self._frames, self._skipped, self._thinned = 0, counted.skipped, counted.thinned
        return stop


@dataclass
class _Runner:
    """The landmarker of a chunk, what it saw last, and how many cuts came before those it counts itself.

    It is made, which takes as long as five pictures, in the thread that shows it its first one.
    """

    fresh: Landmarker
    chunk: int
    last: Pose | None = None
    shots: int = 0
    landmarker: Landmarker | None = None

    def see(self, picture: Prepared, size: tuple[int, int]) -> Sighting:
        if self.landmarker is None:
            self.landmarker = self.fresh.anew()
        seen = self.landmarker.follow(picture, size)
        self.last = seen.pose
        return replace(seen, pose=replace(seen.pose, shot=seen.pose.shot + self.shots))

    def warm(self, picture: Prepared, size: tuple[int, int]) -> None:
        """As `see`, for its memory only."""
        self.see(picture, size)

    def close(self) -> None:
        if self.landmarker is not None:
            self.landmarker.close()
