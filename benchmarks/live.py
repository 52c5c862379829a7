"""The figures of live sets on the server's side; those of the browser come from `make test-live`.

    python benchmarks/live.py [--write docs/live.md]

mask     how far the outline of the back moves when the mask is sent coarsely, in few levels; bytes a frame
answer   milliseconds from sending a frame over a real socket to its answer, one session and two at once
memory   what a set of 20 minutes at 15 frames a second adds to the memory of the server
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from websockets.sync.client import connect

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import stick
from live_client import coarse, led_in, shots_of

from formcheck.body import Body
from formcheck.calibration import calibrate
from formcheck.live import wire
from formcheck.live.session import LiveSession
from formcheck.options import Options
from formcheck.pose import Pose, PoseTrack
from formcheck.signals import SIGNALS
from formcheck.silhouette import outline
from formcheck.store import Store, people
from formcheck.store.tokens import new_token
from formcheck.web import guard
from formcheck.web.guard import Guard, Identity
from formcheck.web.live_socket import LiveSocket

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ("squat_good", "deadlift_rounded", "row_torso_rises")
EVERY = 5  # frames between two whose mask is compared
GRIDS, LEVELS = (160, 320, 640), (2, 4, 8, 16)
SENT = (320, 16)
BEGIN, END = "<!-- figures of benchmarks/live.py -->", "<!-- end of figures -->"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", type=Path, help="Markdown page that holds the figures")
    page = parser.parse_args().write
    lines = [*mask_table(), "", *answers(), "", memory()]
    print("\n".join(lines))
    if page:
        text = page.read_text(encoding="utf-8")
        new = f"{BEGIN}\n" + "\n".join(lines) + f"\n{END}"
        page.write_text(re.sub(f"{BEGIN}.*?{END}", lambda _: new, text, flags=re.DOTALL), encoding="utf-8")


# ---- mask ---------------------------------------------------------------------------------------------


def mask_table() -> list[str]:
    """Rows of a table: grid, levels, error of the outline and of the back, bytes."""
    rows: dict[tuple[int, int], list[tuple[float, float, float]]] = {}
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        for name in SAMPLES:
            found = process.submit(compared, ROOT / "sample_videos" / f"{name}.mp4").result()
            for key, values in found.items():
                rows.setdefault(key, []).extend(values)
    lines = [
        "| grid, longer side | levels | outline off, % of the trunk: median, p95 "
        "| back off, degrees: median, p95 | bytes a frame |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for (grid, levels), values in sorted(rows.items()):
        depth, back, size = (np.array(column) for column in zip(*values, strict=True))
        depth, back = depth[np.isfinite(depth)], back[np.isfinite(back)]
        shown = (f"**{grid}**", f"**{levels}**") if (grid, levels) == SENT else (str(grid), str(levels))
        lines.append(
            f"| {shown[0]} | {shown[1]} | {100 * np.median(depth):.2f}, {100 * np.percentile(depth, 95):.2f} "
            f"| {np.median(back):.2f}, {np.percentile(back, 95):.2f} | {size.mean():.0f} |"
        )
    return lines


def compared(video: Path) -> dict[tuple[int, int], list[tuple[float, float, float]]]:
    """Grid and levels -> for some frames: median error of the outline, of the back, and the frame's bytes."""
    from formcheck.estimator import LONG_SIDE
    from formcheck.landmarker import Landmarker
    from formcheck.model_bundle import find_model
    from formcheck.video import VideoFile

    seen: list[tuple[Pose, np.ndarray | None]] = []
    with VideoFile(video, long_side=LONG_SIDE) as frames, Landmarker(find_model(None)) as landmarker:
        size = (frames.info.width, frames.info.height)
        for i, frame in enumerate(frames):
            sighting = landmarker.see(frame, size)
            keep = i % EVERY == 0 and sighting.mask is not None
            seen.append((sighting.measured(), sighting.mask.copy() if keep else None))  # type: ignore[union-attr]
    calibration = calibrate(PoseTrack.stack([pose for pose, _ in seen]))
    assert calibration is not None
    out: dict[tuple[int, int], list[tuple[float, float, float]]] = {}
    row = 0 if calibration.reference.facing > 0 else 1

    def curve(pose: Pose) -> float:
        return SIGNALS["back_curve"].of(Body(pose, calibration.reference))

    for pose, mask in seen:
        if mask is None or pose.back is None:
            continue
        for grid in GRIDS:
            small = coarse(mask, grid)
            for levels in LEVELS:
                rough = np.round(small * (levels - 1)) / (levels - 1)
                back = outline(rough.astype(np.float32), pose.points, pose.seen, size)
                if back is None:
                    continue
                off = np.abs(back.depth[row] - pose.back.depth[row])
                moved = float(np.median(off[np.isfinite(off)])) if np.isfinite(off).any() else np.nan
                degrees = abs(curve(replace(pose, back=back)) - curve(pose))
                out.setdefault((grid, levels), []).append((moved, degrees, len(wire.encode(0, pose, rough))))
    return out


# ---- answers --------------------------------------------------------------------------------------------


@contextmanager
def served() -> Iterator[int]:
    """A server with the live route alone; gives its port."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder))
        people.local(store)
        workers: Any = SimpleNamespace(send=lambda *_: None)
        app = Starlette(
            routes=LiveSocket(store, workers).routes(),
            middleware=[Middleware(Guard, identity=Identity(store, False), hosts=())],
        )
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield server.servers[0].sockets[0].getsockname()[1]
        server.should_exit = True
        thread.join()
        store.close()


def answers() -> list[str]:
    """Rows of a table: milliseconds to the answer in the set, at 15 frames a second."""
    lines = ["| sessions at once | frame to answer, ms: median, p95, longest |", "|---|---|"]
    with served() as port:
        for sessions in (1, 2):
            with ThreadPoolExecutor(sessions) as threads:
                waits = [w for one in threads.map(lambda _: talk(port), range(sessions)) for w in one]
            lines.append(
                f"| {sessions} | {np.median(waits):.1f}, {np.percentile(waits, 95):.1f}, {max(waits):.0f} |"
            )
    return lines


def talk(port: int) -> list[float]:
    """One session in real time; milliseconds of every answer while the set goes on."""
    shots = list(led_in(shots_of(stick.squat(3, hips_shoot_up=20, faulty=(1,), fps=15)), 7, 15))
    size = shots[0][0].size
    headers = {"cookie": f"{guard.COOKIE}={new_token()}"}
    waits = []
    with connect(f"ws://127.0.0.1:{port}/live/ws", additional_headers=headers) as socket:
        socket.send(json.dumps({"type": "hello", "session": None, "exercise": "squat", "size": list(size)}))
        socket.recv()
        socket.recv()
        began = time.perf_counter()
        for seq, (pose, _) in enumerate(shots):
            time.sleep(max(0.0, began + pose.time_s - time.perf_counter()))
            sent = time.perf_counter()
            socket.send(wire.encode(seq, pose))
            state = json.loads(socket.recv())
            if state["stage"] == "set":
                waits.append(1000 * (time.perf_counter() - sent))
    return waits


# ---- memory -----------------------------------------------------------------------------------------------


def memory() -> str:
    """A sentence: what 20 minutes add, and what a frame takes of a core."""
    track = stick.squat(4, fps=15)
    live = LiveSession(track.size, Options(exercise="squat"))
    for pose, _ in led_in(shots_of(track), 7, 15):
        live.take(pose)
    before, start_s, frames = resident_mb(), live.state()["seq"], 20 * 60 * 15
    last_s, began = len(track) / 15 + 7, time.perf_counter()
    assert start_s == -1, "poses were taken, not frames"
    for i in range(frames):
        live.take(replace(track[i % len(track)], time_s=last_s + (i + 1) / 15))
        if i % 100 == 0:
            live.state()
    cost = 1000 * (time.perf_counter() - began) / frames
    assert live.stage == "set"
    return (
        f"A set of 20 minutes at 15 frames a second ({live.state()['reps']} reps) adds "
        f"{resident_mb() - before:.0f} MB to the memory of the server and takes {cost:.1f} ms a frame."
    )


def resident_mb() -> float:
    """Most memory that this process had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
