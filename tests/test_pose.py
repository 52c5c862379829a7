"""Poses and tracks: shapes are checked at the door, and a saved track comes back as it was."""

from __future__ import annotations

import json
import os
import pickle
import struct
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import stick

from formcheck import arrays
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


def rewritten(path: Path, name: str, data: bytes) -> Path:
    """A saved track with other bytes in the place of an array."""
    TRACK.save(path)
    with zipfile.ZipFile(path) as file:
        parts = {n: file.read(n) for n in file.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for n, old in parts.items():
            file.writestr(n, data if n == f"{name}.npy" else old)
    return path


def npy(descr: str, shape: tuple[int, ...], body: bytes = b"") -> bytes:
    """An array file that claims a type and a shape, whatever is in it."""
    head = repr({"descr": descr, "fortran_order": False, "shape": shape}).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + body


@pytest.mark.parametrize("shape", [(10**12, 33, 3), (2**62,), (10**30,), (2**64, 0), (-1, 33, 3)])
def test_a_claim_of_terabytes_is_one_sentence(tmp_path: Path, shape: tuple[int, ...]) -> None:
    path = rewritten(tmp_path / "p.npz", "points", npy("<f8", shape, bytes(64)))
    with pytest.raises(TrackError, match="not a formcheck pose track"):
        PoseTrack.load(path)


@pytest.mark.parametrize("lying", [False, True], ids=["honest", "the directory understates it"])
def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lying: bool) -> None:
    path = rewritten(tmp_path / "p.npz", "points", npy("<f8", (10**6, 33, 3)) + bytes(100 << 20))
    if lying:
        data = path.read_bytes()
        size = struct.pack("<I", len(npy("<f8", (10**6, 33, 3))) + (100 << 20))
        assert data.count(size) == 2
        path.write_bytes(data.replace(size, struct.pack("<I", 1000)))
    monkeypatch.setattr(arrays, "MOST_BYTES", 50 << 20)
    tracemalloc.start()
    try:
        with pytest.raises(TrackError, match="not a formcheck pose track"):
            PoseTrack.load(path)
        assert tracemalloc.get_traced_memory()[1] < 20 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("data", [b"\x93NUMPY\x01\x00\x06\x00{(((\n ", b"\x93NUMPY\x02\x00", b"", bytes(200)])
def test_an_array_that_is_none_is_one_sentence(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(TrackError, match="not a formcheck pose track"):
        PoseTrack.load(rewritten(tmp_path / "p.npz", "seen", data))


def test_a_damaged_stream_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "p.npz"
    TRACK.save(path)
    data = bytearray(path.read_bytes())
    data[400:600] = bytes(b ^ 0xFF for b in data[400:600])
    path.write_bytes(data)
    with pytest.raises(TrackError, match="not a formcheck pose track"):
        PoseTrack.load(path)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("points", np.inf), ("points", 1e30), ("seen", np.nan), ("seen", 7.0), ("seen", -1.0),
        ("people", np.nan), ("people", -1.0), ("brightness", 9.0), ("shots", np.inf), ("times_s", 1e15),
        ("times_s", -5.0),
    ],
)  # fmt: skip
def test_values_that_cannot_be_are_named(tmp_path: Path, column: str, value: float) -> None:
    values = getattr(TRACK, column).copy()
    values.reshape(-1)[-1 if value > 0 else 0] = value
    with pytest.raises(TrackError, match="is damaged: "):
        PoseTrack.load(saved(tmp_path / "p.npz", **{column: values}))


@pytest.mark.parametrize(
    "head",
    [
        {"size": [0, 5]}, {"size": [5, -1]}, {"size": [1e9, 1]}, {"size": [1]}, {"size": None},
        {"meta": None}, {"meta": {"skipped_frames": {}}}, {"meta": {"frames": -1}},
        {"meta": {"fps": float("nan")}},
        {"size": [float("inf"), 1]},
    ],
)  # fmt: skip
def test_a_header_that_cannot_be_is_one_sentence(tmp_path: Path, head: dict[str, object]) -> None:
    text = json.dumps({"schema": SCHEMA, "size": [640, 480], "meta": {}} | head)
    with pytest.raises(TrackError, match=r"is damaged: its pictures|not a formcheck pose track"):
        PoseTrack.load(saved(tmp_path / "p.npz", header=np.array(text)))


def test_a_header_too_deep_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(TrackError, match="not a formcheck pose track"):
        PoseTrack.load(saved(tmp_path / "p.npz", header=np.array("[" * 100_000)))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "p.npz")
    with pytest.raises(TrackError, match="not a formcheck pose track"):
        PoseTrack.load(tmp_path / "p.npz")
