"""Sample videos through the real pose model and the real WebSocket: live says what the file says.

`make test-samples` takes all of them; `make test` the few in QUICK.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from live_client import Shot, camera, led_in, watched
from starlette.testclient import TestClient
from test_live_socket import app, client, store  # noqa: F401 (fixtures)
from test_samples import ALL, SAMPLES, truth_of

from formcheck.analysis import examine
from formcheck.pose import PoseTrack
from formcheck.report import Report
from formcheck.store import Store, people, sets

QUICK = ("squat_faults",)
LEAD_S = {"squat_front_knees_cave": 10.0, "squat_oblique": 10.0, "plank_good": 0.0, "plank_sags": 0.0}
"""Standing still before it: longer where the camera is not at the side, none in the plank."""


@pytest.fixture(scope="session")
def sample(model: Path):
    """sample(name): its shots as the model sees them, once a session, in a process of its own."""
    seen: dict[str, list[Shot]] = {}
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:

        def of(name: str) -> list[Shot]:
            if name not in seen:
                seen[name] = process.submit(watched, SAMPLES / f"{name}.mp4").result()
            return seen[name]

        yield of


def in_reps(report: Report, verdict: str = "") -> set[tuple[str, int]]:
    """Which fault in which counted rep, of one verdict or of both."""
    order = {cut.index: i for i, cut in enumerate(report.counted)}
    found = [f for f in report.faults if f.segment in order and f.verdict.startswith(verdict)]
    return {(f.code, order[f.segment]) for f in found}


@pytest.mark.parametrize("every", [1, 2], ids=["30 frames/s", "15 frames/s"])
@pytest.mark.parametrize("name", ALL)
def test_live_says_what_the_file_says(
    name: str, every: int, sample, client: TestClient, store: Store  # noqa: F811
) -> None:  # fmt: skip
    if name not in QUICK and not os.environ.get("FORMCHECK_ALL_SAMPLES"):
        pytest.skip("make test-samples checks this one")
    shots = sample(name)
    of_file = examine(PoseTrack.stack([pose for pose, _ in shots])).report
    with camera(client) as mine:
        mine.hello(shots[0][0].size)
        mine.play(led_in(shots[::every], LEAD_S.get(name, 7.0), 30 / every))
        last = mine.tell(type="stop")
    if of_file.exercise == "none":
        assert (last["reps"], mine.cues) == (0, [])
        return
    lift = sets.find(store, mine.done["set"], people.LOCAL)
    live = sets.report_of(lift) if lift else None
    assert live is not None
    assert (live.exercise, live.variant) == (of_file.exercise, of_file.variant)
    assert len(live.counted) == len(of_file.counted)
    assert last["reps"] == sum(cut.kind == "rep" for cut in live.counted)
    if every == 1:
        assert in_reps(live) == in_reps(of_file)
    assert in_reps(of_file, "fault") <= in_reps(live) <= in_reps(of_file), "but for warnings at their limit"
    said = [code for code, _ in mine.cues if code != "stop"]
    assert set(said) <= {f.code for f in live.faults}
    assert len(said) == len({f.segment for f in live.faults}), "one cue in every rep with a fault"


@pytest.mark.skipif(not os.environ.get("FORMCHECK_ALL_SAMPLES"), reason="make test-samples checks this")
@pytest.mark.parametrize("exercise", ["auto", "deadlift"])
def test_after_an_own_bend_in_the_set_a_cue_comes_in_the_rep_it_is_about(
    exercise: str, sample, client: TestClient  # noqa: F811
) -> None:  # fmt: skip
    name, lead_s = "deadlift_own_back", 7.0
    shots, [_, rounded] = sample(name), truth_of(name)["reps"]
    with camera(client) as mine:
        mine.hello(shots[0][0].size, exercise=exercise)
        mine.play(led_in(shots, lead_s))
        mine.tell(type="stop")
    [(code, frame_s)] = mine.cues
    assert code in ("DL107", "DL109")
    assert rounded["start_s"] < frame_s - lead_s < rounded["end_s"]
