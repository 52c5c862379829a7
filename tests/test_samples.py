"""What formcheck says about the sample videos, against the truth beside them, through the real pose model.

`make test-samples` takes all of them; `make test` the few in QUICK.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from formcheck.analysis import examine
from formcheck.estimator import track_of
from formcheck.report import Report

SAMPLES = Path(__file__).parent.parent / "sample_videos"
QUICK = ("nobody_exercising", "plank_sags", "squat_faults")
ALL = sorted(p.name.removesuffix(".truth.json") for p in SAMPLES.glob("*.truth.json"))
MEANT = {
    ("squat", "hips_shoot_up_deg"): {"SQ101"},
    ("squat", "heels_lift_deg"): {"SQ201"},
    ("squat", "knees_in_deg"): {"SQ202"},
    ("deadlift", "hips_shoot_up_deg"): {"DL103"},
    ("deadlift", "bar_forward_pct"): {"DL102", "DL106"},
    ("deadlift", "rounding_lumbar_deg"): {"DL101", "DL107", "DL109"},
    ("deadlift", "rounding_thoracic_deg"): {"DL101", "DL107", "DL109"},
    ("row", "torso_rise_deg"): {"RW101", "RW102"},
    ("plank", "sag_deg"): {"PL101"},
}
"""Fault of the renderer -> codes that may name it; one of them must."""
EARLY_S = 0.5  # a rep is cut this much earlier or later than it truly begins and ends


def truth_of(name: str) -> dict[str, Any]:
    return json.loads((SAMPLES / f"{name}.truth.json").read_text())


def codes_within(report: Report, start_s: float, end_s: float) -> set[str]:
    return {
        f.code
        for f in report.findings
        if f.segment is not None and start_s - EARLY_S < (f.start_s + f.end_s) / 2 < end_s + EARLY_S
    }


@pytest.mark.parametrize("name", ALL)
def test_formcheck_finds_what_is_wrong_and_nothing_else(name: str) -> None:
    if name not in QUICK and not os.environ.get("FORMCHECK_ALL_SAMPLES"):
        pytest.skip("make test-samples checks this one")
    truth, track = truth_of(name), track_of(SAMPLES / f"{name}.mp4")
    assert len(track) == len(truth["times_s"])
    assert np.isfinite(track.points[:, :, 0]).any(axis=1).all(), "somebody is seen in every frame"
    report = examine(track).report
    assert report.exercise == (truth["exercise"] or "none")
    assert len(report.counted) == len(truth["reps"])
    for rep in truth["reps"]:
        meant = [MEANT[truth["exercise"], fault] for fault in rep["faults"]]
        found = codes_within(report, rep["start_s"], rep["end_s"])
        assert all(found & codes for codes in meant), (rep, found)
        assert found <= set().union(*meant), (rep, found)


@pytest.mark.parametrize("name", ALL)
def test_a_sample_is_small_and_plays_everywhere(name: str) -> None:
    path = SAMPLES / f"{name}.mp4"
    assert path.stat().st_size < 1_000_000
    with av.open(str(path)) as video:
        stream = video.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")


def test_the_readme_names_every_sample() -> None:
    text = (SAMPLES / "README.md").read_text()
    assert [n for n in ALL if f"`{n}.mp4`" not in text] == []
    assert len(ALL) >= 10
