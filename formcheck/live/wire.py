"""One analysed frame as it comes over the wire, little endian (docs/live.md):

    u32 seq | f64 time_s | u8 people | u8 brightness | u16 0
    33 x 4 float32: x, y (shares of the picture, y down), z, visibility; x NaN: nobody was found
    u16 grid width, grid height | u16 x0, y0, width, height of the crop | u32 n | n bytes: runs

The mask lies on a coarse grid over the whole picture; only the crop around the person is sent, its values in
16 levels, row by row as runs that go on over the ends of rows. A run is a byte, level << 4 | length, of 1 to
15 values; a length of 0 says that the length follows as u16. Nothing that arrives is believed: a frame is
read whole or refused with one sentence.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import LiveError
from formcheck.pose import JOINTS, Pose, nobody
from formcheck.silhouette import Mask, outline

Array = NDArray[np.float64]

HEAD = struct.Struct("<IdBBH")
CROP = struct.Struct("<6HI")
TABLE_BYTES = len(JOINTS) * 4 * 4
LEVELS = 16  # moves the back by 0.6 degrees at most in 95 of 100 frames (docs/live.md)
SHORT_RUN = 15
LONGEST_RUN = 0xFFFF
LARGEST_GRID = 1024  # a side of the mask's grid; MediaPipe's own mask has 256
LARGEST_FRAME = 64 * 1024  # bytes; a frame has 1 to 4 kB
FAR_OUT = 20.0  # pictures away: joints outside the picture are guessed, but not this far off
LONGEST_S = 2 * 3600.0

BROKEN = "A frame from the camera arrived damaged ({why}); reload the page if this goes on."


@dataclass(frozen=True)
class WireFrame:
    """A frame and its place in the session."""

    seq: int
    pose: Pose


def seq_of(data: bytes) -> int:
    """The number of a frame, without reading the rest. Raises LiveError."""
    if not HEAD.size + TABLE_BYTES + CROP.size <= len(data) <= LARGEST_FRAME:
        raise _broken(f"{len(data)} bytes")
    return int(HEAD.unpack_from(data)[0])


def decode(data: bytes, size: tuple[int, int]) -> WireFrame:
    """The frame in these bytes, of a picture of `size` (width, height) pixels. Raises LiveError."""
    seq = seq_of(data)
    _, time_s, people, brightness, _ = HEAD.unpack_from(data)
    if not 0 <= time_s <= LONGEST_S:
        raise _broken(f"time {time_s}")
    light = brightness / 255
    table = np.frombuffer(data, "<f4", len(JOINTS) * 4, HEAD.size).reshape(-1, 4).astype(float)
    mask = _mask(data)
    if np.isnan(table[:, 0]).all():
        return WireFrame(seq, nobody(time_s, size, light))
    with np.errstate(invalid="ignore"):
        if not (np.isfinite(table).all() and (np.abs(table[:, :3]) < FAR_OUT).all()):
            raise _broken("joints that cannot be")
    width, height = size
    points = np.column_stack((table[:, 0] * width, (1 - table[:, 1]) * height, table[:, 2] * width))
    pose = Pose(time_s, points, np.clip(table[:, 3], 0, 1), size, max(people, 1), light)
    if mask is not None:
        pose = replace(pose, back=outline(mask, pose.points, pose.seen, size))
    return WireFrame(seq, pose)


def _mask(data: bytes) -> Mask | None:
    """The mask on its grid, 0..1; None where none was sent."""
    start = HEAD.size + TABLE_BYTES
    grid_w, grid_h, x, y, w, h, n = CROP.unpack_from(data, start)
    runs = data[start + CROP.size :]
    if len(runs) != n:
        raise _broken(f"{len(runs)} bytes of mask for {n}")
    if not grid_w or not grid_h:
        if n or w or h:
            raise _broken("a mask without a grid")
        return None
    if max(grid_w, grid_h) > LARGEST_GRID or x + w > grid_w or y + h > grid_h:
        raise _broken(f"a mask of {w}x{h} at {x},{y} on {grid_w}x{grid_h}")
    mask = np.zeros((grid_h, grid_w), dtype=np.float32)
    mask[y : y + h, x : x + w] = _run_out(runs, w * h).reshape(h, w)
    return mask


def _run_out(runs: bytes, wanted: int) -> NDArray[np.float32]:
    """The values that runs stand for, as many as wanted."""
    levels, lengths = [], []
    i, end, total = 0, len(runs), 0
    while i < end:
        level, length = runs[i] >> 4, runs[i] & 15
        i += 1
        if not length:
            length = int.from_bytes(runs[i : i + 2], "little") if i + 2 <= end else 0
            i += 2
        total += length
        if not length or total > wanted:
            raise _broken("a mask of another size")
        levels.append(level)
        lengths.append(length)
    if total != wanted:
        raise _broken("a mask of another size")
    return np.repeat(np.array(levels, dtype=np.float32) / (LEVELS - 1), lengths)


def _broken(why: str) -> LiveError:
    return LiveError(BROKEN.format(why=why))


# ---- the other side, for cameras on the server and for tests --------------------------------------------


def encode(seq: int, pose: Pose, mask: Mask | None = None) -> bytes:
    """The bytes of a frame; mask: (H, W) 0..1 on any grid over the whole picture."""
    (width, height), points = pose.size, pose.points
    table = np.column_stack(
        (points[:, 0] / width, 1 - points[:, 1] / height, points[:, 2] / width, pose.seen)
    )
    light = 0 if np.isnan(pose.brightness) else round(pose.brightness * 255)
    head = HEAD.pack(seq, pose.time_s, min(pose.people, 255), light, 0)
    return head + table.astype("<f4").tobytes() + _crop(mask)


def _crop(mask: Mask | None) -> bytes:
    levels = None if mask is None else np.round(mask * (LEVELS - 1)).astype(np.uint8)
    if levels is None or not levels.any():
        grid = (0, 0) if levels is None else (levels.shape[1], levels.shape[0])
        return CROP.pack(*grid, 0, 0, 0, 0, 0)
    rows, columns = np.flatnonzero(levels.any(axis=1)), np.flatnonzero(levels.any(axis=0))
    crop = levels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    runs = _runs(crop.ravel())
    place = (int(columns[0]), int(rows[0]), crop.shape[1], crop.shape[0])
    return CROP.pack(levels.shape[1], levels.shape[0], *place, len(runs)) + runs


def _runs(values: NDArray[np.uint8]) -> bytes:
    starts = np.concatenate(([0], np.flatnonzero(np.diff(values)) + 1, [len(values)]))
    out = bytearray()
    for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        level, left = int(values[start]) << 4, end - start
        while left:
            length = min(left, LONGEST_RUN)
            left -= length
            out += bytes([level | length]) if length <= SHORT_RUN else struct.pack("<BH", level, length)
    return bytes(out)
