"""Poses and tracks: shapes are checked at the door, and a saved track comes back as it was."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import stick

from formcheck.errors import TrackError
from formcheck.pose import SCHEMA, Pose, PoseTrack, nobody

TRACK = stick.squat(1)


def test_a_saved_track_comes_back(tmp_path: Path) -> None:
    TRACK.save(tmp_path / "pose.npz")
    back = PoseTrack.load(tmp_path / "pose.npz")
    np.testing.assert_array_equal(back.times_s, TRACK.times_s)
    np.testing.assert_allclose(back.points, TRACK.points, atol=1e-3)
    np.testing.assert_allclose(back.seen, TRACK.seen, atol=1e-6)
    for name in ("people", "shots"):
        np.testing.assert_array_equal(getattr(back, name), getattr(TRACK, name))
    assert (back.size, dict(back.meta)) == (TRACK.size, dict(TRACK.meta))


def test_stacking_the_poses_of_a_track_gives_the_track() -> None:
    again = PoseTrack.stack(list(TRACK), TRACK.meta)
    np.testing.assert_array_equal(again.points, TRACK.points)
    np.testing.assert_array_equal(again.times_s, TRACK.times_s)
    assert len(TRACK.part(slice(3, 7))) == 4


def test_no_frames_make_no_track() -> None:
    with pytest.raises(TrackError, match="no frames"):
        PoseTrack.stack([])


def test_nobody_is_a_pose_in_which_nobody_is_found() -> None:
    assert not nobody(0.0, (640, 480)).found
    assert TRACK[0].found


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"33, 3"):
        Pose(0.0, np.zeros((32, 3)), np.zeros(33), (1, 1))
    with pytest.raises(TrackError, match="seen has shape"):
        replace(TRACK, seen=TRACK.seen[:, :-1])


@pytest.mark.parametrize("times", [[0, 1, 1], [0, 2, 1], [0, np.nan, 2]])
def test_times_must_increase(times: list[float]) -> None:
    with pytest.raises(TrackError, match="times do not increase"):
        replace(TRACK.part(slice(0, 3)), times_s=np.array(times, dtype=float))


def saved(path: Path, **changes: object) -> Path:
    """A saved track with some of its arrays replaced or (None) left out."""
    TRACK.save(path)
    with np.load(path) as data:
        arrays = {**{k: data[k] for k in data.files}, **changes}
    np.savez(path, **{k: v for k, v in arrays.items() if v is not None})
    return path


def test_a_track_of_another_schema_says_so(tmp_path: Path) -> None:
    head = json.dumps({"schema": SCHEMA + 1, "size": [1, 1], "meta": {}})
    with pytest.raises(TrackError, match="another version"):
        PoseTrack.load(saved(tmp_path / "p.npz", header=np.array(head)))


@pytest.mark.parametrize(
    "changes",
    [{"points": None}, {"header": np.array("no json")}, {"header": None}, {"points": np.array(["a"])}],
)
def test_a_damaged_track_is_one_sentence(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(TrackError, match="not a formcheck pose track"):
        PoseTrack.load(saved(tmp_path / "p.npz", **changes))


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x03\x04 half a zip", pickle.dumps({"a": 1})])
def test_anything_else_is_one_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "p.npz").write_bytes(data)
    with pytest.raises(TrackError, match="not a formcheck pose track"):
        PoseTrack.load(tmp_path / "p.npz")


def test_a_truncated_track_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "p.npz"
    TRACK.save(path)
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(TrackError, match="not a formcheck pose track"):
        PoseTrack.load(path)


class Bomb:
    """What a pickle does to whoever opens it."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (Path("exploded"),))


def test_a_pickle_in_a_track_is_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = saved(tmp_path / "p.npz", points=np.array([Bomb()], dtype=object))
    with pytest.raises(TrackError):
        PoseTrack.load(path)
    assert not (tmp_path / "exploded").exists()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrackError, match=r"no file .*gone\.npz"):
        PoseTrack.load(tmp_path / "gone.npz")
