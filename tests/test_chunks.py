"""Chunks of a video: any number of workers gives the same poses, counts and cuts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from conftest import MakeClip, encode

from formcheck import estimator
from formcheck.chunks import WARM_S, Grid, Stop, same_person
from formcheck.estimator import watch
from formcheck.landmarker import Prepared, Sighting
from formcheck.pose import JOINTS, Pose, PoseTrack, nobody
from formcheck.video import Frame
from formcheck.watching import Counted, Warm, Watch

SIZE = (100, 100)
GRID = Grid(0.0, 2.0)
SAMPLE = Path(__file__).parents[1] / "sample_videos" / "row_good.mp4"


# ---- the grid ---------------------------------------------------------------------------------------


def test_a_picture_at_the_boundary_belongs_to_the_later_chunk() -> None:
    grid = Grid(5.0, 2.0)
    assert [grid.chunk(t) for t in (5.0, 6.999, 7.0, 8.999, 9.0)] == [0, 0, 1, 1, 2]
    assert grid.warming(7.0 - WARM_S) == 1
    assert grid.warming(6.99 - WARM_S) == 0
    assert grid.start_s(2) == 9.0


@pytest.mark.parametrize("whole_s", [0.0, 0.9, 5.0, 31.0, 61.0, 3600.0])
@pytest.mark.parametrize("workers", [1, 2, 3, 8])
def test_stretches_start_with_the_video_and_are_never_more_than_asked(whole_s: float, workers: int) -> None:
    stretches = Grid(0.0, 30.0).stretches(whole_s, workers)
    assert stretches[0] == 0
    assert stretches == sorted(set(stretches))
    assert len(stretches) <= workers
    assert whole_s == 0 or Grid(0.0, 30.0).start_s(stretches[-1]) < whole_s
    assert len(stretches) == workers or whole_s < 30 * workers


# ---- handing over -----------------------------------------------------------------------------------


def standing(time_s: float, x: float, shot: int = 0) -> Pose:
    """Somebody 40 pixels tall at x."""
    points = np.zeros((len(JOINTS), 3))
    points[:, 0], points[:, 1] = x, np.linspace(20, 60, len(JOINTS))
    return Pose(time_s, points, np.ones(len(JOINTS)), SIZE, shot=shot)


def test_who_is_the_same_person() -> None:
    here = standing(1.0, 50)
    assert same_person(here, standing(1.0, 55))
    assert not same_person(here, standing(1.0, 80))
    assert not same_person(here, nobody(1.0, SIZE)), "a newcomer that sees nobody does not take over"
    assert same_person(nobody(1.0, SIZE), here)
    assert same_person(None, here)
    assert same_person(here, None)
    assert same_person(here, standing(1.1, 80)), "poses of two moments cannot be compared"


@dataclass
class Scripted:
    """Stands in for a landmarker: the n-th one made follows whoever is at follows[n], else at 50."""

    follows: dict[int, float] = field(default_factory=dict)
    cuts: tuple[float, ...] = ()
    made: list[Scripted] = field(default_factory=list)
    number: int = -1
    seen: list[float] = field(default_factory=list)
    closed: bool = False

    def anew(self) -> Scripted:
        self.made.append(Scripted(self.follows, self.cuts, number=len(self.made)))
        return self.made[-1]

    def follow(self, prepared: Prepared, size: tuple[int, int]) -> Sighting:
        frame = prepared.frame
        last = self.seen[-1] if self.seen else frame.time_s
        self.seen.append(frame.time_s)
        self.shot = getattr(self, "shot", 0) + sum(last < c <= frame.time_s for c in self.cuts)
        return Sighting(standing(frame.time_s, self.follows.get(self.number, 50.0), self.shot))

    def close(self) -> None:
        self.closed = True


def pictures(times_s: list[float]) -> list[Counted]:
    image, grey = np.zeros((2, 2, 3), dtype=np.uint8), np.zeros((64, 64))
    frames = [
        Counted(Prepared(Frame(i, t, image), None, grey, 0.0, 0.0), i // 10, 0) for i, t in enumerate(times_s)
    ]
    return [*frames, Counted(None, len(times_s) // 10, 0)]


def seen(
    scripted: Scripted, times_s: list[float], first: int = 0, stops: tuple[int, ...] = ()
) -> list[object]:
    return list(Watch(scripted, SIZE, GRID, first, stops).over(pictures(times_s)))  # type: ignore[arg-type]


def poses(items: list[object]) -> list[Pose]:
    return [i.pose for i in items if isinstance(i, Sighting)]


TIMES = [0.1 * i for i in range(60)]  # 6 s: three chunks


def test_each_chunk_has_a_landmarker_that_was_warmed_up() -> None:
    scripted = Scripted()
    items = seen(scripted, TIMES)
    assert [p.time_s for p in poses(items)] == TIMES
    assert items[-1] == Stop(60, 6, 0, more=False)
    assert len(scripted.made) == 3 + 1, "the last one is for a chunk that never comes"
    for chunk, landmarker in enumerate(scripted.made[:3]):
        start, end = GRID.start_s(chunk), GRID.start_s(chunk + 1)
        assert landmarker.seen[0] == pytest.approx(max(0.0, start - WARM_S), abs=0.101)
        assert landmarker.seen[-1] == pytest.approx(end, abs=0.101)
    assert all(landmarker.closed for landmarker in scripted.made)


def test_a_stretch_in_the_middle_gives_what_the_whole_gives_there() -> None:
    scripted = Scripted(cuts=(0.5, 1.75, 2.5))
    whole = poses(seen(scripted, TIMES))
    items = seen(Scripted(cuts=(0.5, 1.75, 2.5)), TIMES, first=1, stops=(1, 2))
    warm, stop = items[0], next(i for i in items if isinstance(i, Stop))
    assert isinstance(warm, Warm)
    assert warm.pose is not None
    assert warm.pose.time_s == pytest.approx(1.9)
    assert stop == Stop(20, 2, 0, more=True)
    part = poses(items)[:20]
    same = [p for p in whole if GRID.chunk(p.time_s) == 1]
    assert [p.time_s for p in part] == [p.time_s for p in same]
    assert [p.shot + 2 for p in part] == [p.shot for p in same] == [2] * 5 + [3] * 15


def test_a_newcomer_that_follows_somebody_else_does_not_take_over() -> None:
    scripted = Scripted(follows={1: 90.0})
    at = {p.time_s: p.points[0, 0] for p in poses(seen(scripted, TIMES))}
    assert set(at.values()) == {50.0}
    assert scripted.made[0].seen[-1] == pytest.approx(4.0, abs=0.101), "it went on for a second chunk"


def test_after_a_gap_somebody_new_may_be_followed() -> None:
    times = [t for t in TIMES if not 1.2 < t < 2.0]
    scripted = Scripted(follows={1: 90.0})
    at = {p.time_s: p.points[0, 0] for p in poses(seen(scripted, times))}
    assert at[min(t for t in times if t >= 2)] == 90.0, "as a worker that starts there would"
    assert scripted.made[1].seen[0] >= 2.0


# ---- real workers -----------------------------------------------------------------------------------


def watched(clip: Path, model: Path, chunk_s: float, workers: int, **part: float) -> PoseTrack:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(estimator, "CHUNK_S", chunk_s)
        return watch(clip, model=model, workers=workers, **part)  # type: ignore[arg-type]


def assert_same(a: PoseTrack, b: PoseTrack) -> None:
    for name in ("times_s", "points", "seen", "people", "brightness", "shots"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), name)
    assert (a.back is None) == (b.back is None)
    if a.back is not None and b.back is not None:
        for name in ("depth", "blocked", "width"):
            np.testing.assert_array_equal(getattr(a.back, name), getattr(b.back, name), name)
    assert dict(a.meta) == dict(b.meta)


def test_one_and_three_workers_see_the_same_lift(model: Path) -> None:
    one, three = (watched(SAMPLE, model, 2.0, n, start_s=1.0, end_s=7.0) for n in (1, 3))
    assert one.points[:, 0, 0].std() > 1
    assert one.back is not None
    assert_same(one, three)


def test_chunks_change_the_joints_by_less_than_a_pixel(model: Path) -> None:
    chunked, whole = (watched(SAMPLE, model, s, 1, end_s=6.0) for s in (2.0, 1e6))
    np.testing.assert_array_equal(chunked.times_s, whole.times_s)
    off = np.linalg.norm(chunked.points[..., :2] - whole.points[..., :2], axis=-1)
    assert np.median(off[:40]) == 0, "until the first newcomer takes over"
    assert 0 < np.median(off[61:]) < 1


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv", "clip.ts", "clip.avi"])
def test_any_container_and_any_clock(make_clip: MakeClip, model: Path, tmp_path: Path, name: str) -> None:
    """Fast and slow stretches, a gap, pictures exactly at a boundary; without an index, too."""
    ms = [*range(0, 2000, 8), *range(2000, 5000, 40), *range(7300, 10_000, 100)]
    kind = {"clip.mkv": "matroska", "clip.ts": "mpegts", "clip.avi": "avi"}.get(name, "mp4")
    if kind == "avi":  # it knows frame rates only
        encode(tmp_path / name, range(0, 9000, 40), container="avi", codec="mpeg4")
    else:
        make_clip(name, ms, container=kind, keys_every=50)
    one, three = (watched(tmp_path / name, model, 1.5, n) for n in (1, 3))
    assert_same(one, three)
    assert kind == "avi" or one.meta["thinned_frames"] + one.meta["frames"] == len(ms)
    assert len(one) == one.meta["frames"]


def test_a_video_that_claims_to_be_longer_than_it_is(
    make_clip: MakeClip, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = make_clip(pts_ms=range(0, 3000, 40))
    whole = watched(clip, model, 1.0, 1)
    monkeypatch.setattr(estimator, "CHILD", estimator.CHILD.replace("serve(**job)", (
        "import formcheck.video as v\n"
        "v.VideoFile._duration = lambda self: 9.0\n"
        "serve(**job)"
    )))  # fmt: skip
    longer = watched(clip, model, 1.0, 3)
    np.testing.assert_array_equal(whole.times_s, longer.times_s)
    assert longer.meta["frames"] == 75


def test_a_worker_goes_on_where_the_next_one_follows_somebody_else(
    make_clip: MakeClip, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One worker and three agree, also where no newcomer may take over."""
    patched = estimator.CHILD.replace("serve(**job)", (
        "import formcheck.watching as w\n"
        "w.same_person = lambda a, b: False\n"
        "serve(**job)"
    ))  # fmt: skip
    monkeypatch.setattr(estimator, "CHILD", patched)
    monkeypatch.setattr(estimator, "same_person", lambda a, b: False)
    one, three = (watched(SAMPLE, model, 1.0, n, end_s=3.5) for n in (1, 3))
    assert_same(one, three)
