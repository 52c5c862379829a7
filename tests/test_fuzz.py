"""A small seeded part of the fuzz campaign (`make fuzz` runs it all), and that it sees defects."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from benchmarks import fuzz, fuzz_app, fuzz_files, fuzz_videos
from benchmarks.fuzz_kinds import Kind, Made
from formcheck.errors import TrackError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="measured by fork and wait4")
SLOW = (fuzz_videos.CHUNKS, "zip bombs")  # to make; test_pose has a small bomb


def test_a_case_or_two_of_every_kind_ends_right(tmp_path: Path) -> None:
    kinds = [k for k in fuzz_videos.kinds(tmp_path) + fuzz_files.kinds(tmp_path) if k.name not in SLOW]
    kinds = [k for k in kinds if k.stage != "command"]
    kinds += [k for k in fuzz_app.kinds(tmp_path) if k.name in ("values", "index bytes", "names", "requests")]
    ends = list(fuzz.outcomes(kinds, seed=2, share=0.02, folder=tmp_path))
    assert len(ends) >= 50
    assert [(o.kind.name, o.said) for o in ends if o.end == "defect"] == []
    assert {o.end for o in ends} == {"right", "refused"}


def test_the_command_says_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    wanted = ("judge, flipped", "judge, claims of terabytes")
    kinds = [k for k in fuzz_files.kinds(tmp_path) if k.name in wanted]
    ends = list(fuzz.outcomes(kinds, seed=2, share=0.3, folder=tmp_path))
    assert [o.end for o in ends] == ["refused", "refused"], ends


def hang(made: Made) -> str:
    time.sleep(60)
    return ""


def hoard(made: Made) -> str:
    return str(len(b"x" * (300 << 20)))


def crash(made: Made) -> str:
    os.kill(os.getpid(), signal.SIGKILL)


def blunder(made: Made) -> str:
    return str({}["answer"])  # type: ignore[index]


def ramble(made: Made) -> str:
    raise TrackError("No sentence")


@pytest.mark.parametrize(
    ("judge", "said"),
    [
        (hang, "no answer within 1"), (hoard, "more than 250"), (crash, "died with -9"),
        (blunder, "KeyError at"), (ramble, "not a short sentence"),
        (lambda made: "fine", "refused was expected"),
    ],
)  # fmt: skip
def test_a_defect_is_seen(judge, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(fuzz.JUDGES, "report", judge)
    monkeypatch.setitem(fuzz.SECONDS, "report", 1.0)
    monkeypatch.setitem(fuzz.MEMORY_MB, "report", 250 if judge is hoard else 9000)
    outcome = fuzz.trial(Kind("report", "x", 1, lambda rng, place: Made(place)), 0, Made(tmp_path, "refused"))
    assert outcome.end == "defect"
    assert said in outcome.said
