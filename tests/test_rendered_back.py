"""A rendered lifter with a known back through the real pose model: one flat rep, one round one."""

from __future__ import annotations

from pathlib import Path

import pytest

from formcheck.analysis import examine
from formcheck.estimator import track_of
from formcheck.pose import PoseTrack

CLIP = Path(__file__).resolve().parents[1] / "sample_videos" / "deadlift_rounded.mp4"


@pytest.mark.skipif(not CLIP.is_file(), reason=f"{CLIP.name} is not rendered; run make samples")
def test_the_round_rep_is_told_from_the_flat_one(model: Path, tmp_path: Path) -> None:
    track = track_of(CLIP, model=model)
    track.save(tmp_path / "pose.npz")
    assert (tmp_path / "pose.npz").stat().st_size < 2_000_000
    report = examine(PoseTrack.load(tmp_path / "pose.npz")).report
    flat, round_ = report.counted
    flagged = {f.segment for f in report.faults if f.code == "DL107"}
    assert flagged == {round_.index}
    assert not [u for u in report.unseen if u.code == "DL107" and flat.index in u.segments]
    assert report.made_with["back"]["compared_with"] == "standing"
