"""The browser writes the frames that the engine reads: the same bytes from both sides."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest

from formcheck.live import wire
from formcheck.pose import JOINTS, Pose, nobody

SCRIPT = Path(__file__).resolve().parents[1] / "formcheck" / "web" / "assets" / "live_wire.js"
SIZE = (640, 480)
RUN = """
import { readFileSync } from "node:fs";
import { code, pack } from %s;
const [seq, time, people, light, points, mask] = JSON.parse(readFileSync(0, "utf8"));
const values = mask && code(Float32Array.from(mask.values), mask.wide, mask.high);
const frame = pack(seq, time, people, light, points && Float32Array.from(points), values);
process.stdout.write(Buffer.from(frame).toString("hex"));
"""


def in_javascript(*arguments: object) -> bytes:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    script = RUN % json.dumps(SCRIPT.as_uri())
    command = [node, "--input-type=module", "-e", script]
    done = subprocess.run(
        command, input=json.dumps(arguments), capture_output=True, text=True, timeout=60, check=True
    )
    return bytes.fromhex(done.stdout)


def somebody(rng: np.random.Generator) -> tuple[Pose, list[float]]:
    """A pose, and its joints as the model gives them."""
    table = rng.uniform(0, 1, (len(JOINTS), 4)).astype(np.float32).astype(float)
    width, height = SIZE
    points = np.column_stack((table[:, 0] * width, (1 - table[:, 1]) * height, table[:, 2] * width))
    return Pose(1.25, points, table[:, 3], SIZE, 2, 0.4), table.ravel().tolist()


@pytest.mark.parametrize("shape", ["blob", "rows", "noise"])
def test_a_frame_has_the_same_bytes(shape: str) -> None:
    rng = np.random.default_rng(5)
    pose, joints = somebody(rng)
    grid = np.zeros((120, 160), dtype=np.float32)
    part = grid[30:110, 40:90]
    if shape == "blob":
        y, x = np.mgrid[-1:1:80j, -1:1:50j]
        part[:] = np.clip(3.3 - 3.1 * np.hypot(x, y), 0, 1)  # soft edges, long runs inside
    elif shape == "rows":
        grid[20:100] = 1.0  # runs that go on over the ends of rows, and are long
    else:
        part[:] = rng.uniform(0, 1, part.shape)
    fine = np.repeat(np.repeat(grid, 2, axis=0), 2, axis=1)  # the model's mask, which the browser halves
    mask = {"values": fine.ravel().tolist(), "wide": 320, "high": 240}
    sent = in_javascript(7, pose.time_s, 2, 0.4, joints, mask)
    expected = wire.encode(7, pose, grid)
    assert sent[:12] == expected[:12]
    head, table = wire.HEAD.size, wire.HEAD.size + wire.TABLE_BYTES
    ours, theirs = (np.frombuffer(data[head:table], "<f4") for data in (sent, expected))
    np.testing.assert_allclose(ours, theirs, atol=1e-6)  # the engine's go through pixels and back
    assert sent[12:head] + sent[table:] == expected[12:head] + expected[table:]
    assert wire.decode(sent, SIZE).seq == 7


def test_a_frame_with_nobody_is_one_to_the_engine() -> None:
    sent = in_javascript(0, 0.5, 0, 0.2, None, None)
    frame = wire.decode(sent, SIZE)
    assert np.isnan(frame.pose.points).all()
    assert frame.pose.time_s == nobody(0.5, SIZE, 0.2).time_s
    assert struct.unpack_from("<I", sent)[0] == frame.seq == 0
