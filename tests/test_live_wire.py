"""Frames on the wire: what goes in comes out, and nothing that arrives can do harm."""

from __future__ import annotations

import struct
from dataclasses import replace

import numpy as np
import pytest
import stick
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.errors import LiveError
from formcheck.live import wire
from formcheck.pose import nobody
from formcheck.silhouette import outline

POSE = replace(stick.squat(1)[10], brightness=0.5)
SIZE = POSE.size
CROP_AT = wire.HEAD.size + wire.TABLE_BYTES


def person(width: int = 320, height: int = 180) -> np.ndarray:
    """A soft-edged slab where the figure's trunk is, on a coarse grid."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    middle = POSE.points[11:25, 0].mean() / SIZE[0] * width
    return np.clip(12.5 - np.abs(x - middle), 0, 1).astype(np.float32) * (y > 20)


def frame(**parts: object) -> bytes:
    """A frame without a mask, in which some parts of the head of the crop are replaced."""
    data = bytearray(wire.encode(7, POSE))
    grid = {"grid_w": 0, "grid_h": 0, "x": 0, "y": 0, "w": 0, "h": 0, "n": 0, **parts}
    runs = grid.pop("runs", b"")
    data[CROP_AT:] = wire.CROP.pack(*grid.values()) + runs
    return bytes(data)


def test_a_pose_comes_back_in_pixels_with_y_up() -> None:
    back = wire.decode(wire.encode(7, POSE), SIZE)
    assert back.seq == 7
    assert back.pose.time_s == POSE.time_s
    np.testing.assert_allclose(back.pose.points, POSE.points, atol=1e-3)
    np.testing.assert_allclose(back.pose.seen, POSE.seen, atol=1e-6)
    assert (back.pose.people, round(back.pose.brightness, 2)) == (1, 0.5)


def test_the_outline_is_that_of_the_mask() -> None:
    mask = np.round(person() * 15) / 15
    back = wire.decode(wire.encode(0, POSE, person()), SIZE).pose.back
    wanted = outline(mask.astype(np.float32), POSE.points, POSE.seen, SIZE)
    assert back is not None
    assert wanted is not None
    np.testing.assert_allclose(back.depth, wanted.depth, atol=1e-4)
    assert np.isfinite(back.depth).any()


def test_nobody_is_nobody() -> None:
    back = wire.decode(wire.encode(0, nobody(1.0, SIZE)), SIZE).pose
    assert not back.found
    assert back.people == 0


RUN = st.tuples(st.integers(0, 15), st.integers(1, 40))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.lists(RUN, max_size=30))
def test_every_mask_survives_the_runs(width: int, height: int, runs: list[tuple[int, int]]) -> None:
    values = np.repeat([level for level, _ in runs], [n for _, n in runs])
    levels = np.resize(values, width * height) if len(values) else np.zeros(width * height, dtype=int)
    mask = levels.reshape(height, width).astype(np.float32) / 15
    read = wire._mask(wire.encode(0, POSE, mask))
    assert read is not None
    np.testing.assert_allclose(read, mask, atol=1e-6)


def test_the_bytes_are_those_of_the_protocol() -> None:
    """As the browser writes them: a run of 3 at level 15, one of 300 at level 0, across the ends of rows."""
    runs = bytes([0xF3, 0x00]) + struct.pack("<H", 300) + bytes([0x81])
    read = wire._mask(frame(grid_w=40, grid_h=20, x=2, y=1, w=38, h=8, n=len(runs), runs=runs))
    assert read is not None
    assert read.shape == (20, 40)
    assert (read[1, 2:5] == 1).all()
    assert read[8, 39] == pytest.approx(8 / 15)
    assert np.count_nonzero(read) == 4


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"grid_w": 5000, "grid_h": 5000, "w": 5000, "h": 5000}, "a mask of"),
        ({"grid_w": 40, "grid_h": 20, "x": 39, "w": 2, "h": 1, "n": 1, "runs": b"\xf2"}, "a mask of"),
        ({"grid_w": 40, "grid_h": 20, "w": 2, "h": 2, "n": 1, "runs": b"\xf2"}, "another size"),
        ({"grid_w": 40, "grid_h": 20, "w": 2, "h": 2, "n": 1, "runs": b"\xff"}, "another size"),
        ({"grid_w": 40, "grid_h": 20, "w": 2, "h": 2, "n": 3, "runs": b"\xf0\x00\x00"}, "another size"),
        ({"grid_w": 40, "grid_h": 20, "w": 2, "h": 2, "n": 2, "runs": b"\xf0\x04"}, "another size"),
        ({"grid_w": 40, "grid_h": 20, "w": 2, "h": 2, "n": 9, "runs": b"\xf4"}, "bytes of mask"),
        ({"w": 2, "h": 2, "n": 1, "runs": b"\xf4"}, "without a grid"),
    ],
)
def test_a_mask_that_cannot_be_is_refused(parts: dict[str, object], why: str) -> None:
    with pytest.raises(LiveError, match=why):
        wire.decode(frame(**parts), SIZE)


@pytest.mark.parametrize("time_s", [float("nan"), float("inf"), -1.0, 1e9])
def test_a_time_that_cannot_be_is_refused(time_s: float) -> None:
    with pytest.raises(LiveError, match="time"):
        wire.decode(wire.encode(0, replace(POSE, time_s=time_s)), SIZE)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e9])
def test_joints_that_cannot_be_are_refused(value: float) -> None:
    points = POSE.points.copy()
    points[5, 1] = value
    with pytest.raises(LiveError, match="joints"):
        wire.decode(wire.encode(0, replace(POSE, points=points)), SIZE)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=900), st.integers(0, 700), st.booleans())
def test_garbage_is_read_or_refused_in_one_sentence(noise: bytes, at: int, inside: bool) -> None:
    whole = bytearray(wire.encode(3, POSE, person()))
    if inside:
        whole[at : at + len(noise)] = noise
    try:
        points = wire.decode(bytes(whole) if inside else noise, SIZE).pose.points
    except LiveError as e:
        words, points = str(e), POSE.points
        assert words.endswith("."), words
    assert points.shape == (33, 3)


def test_too_long_is_refused_before_it_is_read() -> None:
    with pytest.raises(LiveError, match="bytes"):
        wire.decode(wire.encode(0, POSE) + bytes(wire.LARGEST_FRAME), SIZE)
