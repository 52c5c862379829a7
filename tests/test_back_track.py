"""Outlines of the back in the saved pose track."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from factories import squatting

from formcheck.errors import TrackError
from formcheck.pose import STATIONS, BackProfile, BackTrack, PoseTrack


def profile(depth: float) -> BackProfile:
    columns = np.full((2, len(STATIONS)), depth)
    columns[1, :5] = np.nan
    blocked = np.zeros((2, len(STATIONS)), dtype=np.uint8)
    blocked[1, :5] = 2
    return BackProfile(columns, blocked, np.array([0.02, 0.03]))


def with_backs() -> PoseTrack:
    backs = (profile(0.1 + 0.001 * i) if i % 3 else None for i in range(30))
    poses = [replace(p, back=b) for p, b in zip(squatting(1.0), backs, strict=True)]
    return PoseTrack.stack(poses, {"source": "a.mp4"})


def test_saved_and_loaded_unchanged(tmp_path: Path) -> None:
    track = with_backs()
    track.save(tmp_path / "pose.npz")
    again = PoseTrack.load(tmp_path / "pose.npz")
    assert again.back is not None
    for old, new in zip(track, again, strict=True):
        assert (old.back is None) == (new.back is None)
        if old.back and new.back:
            assert new.back.depth == pytest.approx(old.back.depth, abs=1e-4, nan_ok=True)
            assert (new.back.blocked == old.back.blocked).all()
            assert new.back.width == pytest.approx(old.back.width, abs=1e-4)


def test_a_part_keeps_its_own_outlines() -> None:
    part = with_backs().part(slice(4, 9))
    assert part.back is not None
    assert len(part.back.depth) == len(part) == 5
    assert part[0].back is not None
    assert part[0].back.depth[0, 0] == pytest.approx(0.104)


def test_tracks_of_schema_1_have_no_outlines(tmp_path: Path) -> None:
    path = tmp_path / "pose.npz"
    with_backs().save(path)
    with np.load(path) as data:
        columns = {k: data[k] for k in data.files if not k.startswith("back")}
    head = json.loads(str(columns["header"])) | {"schema": 1}
    np.savez_compressed(path, **{**columns, "header": np.array(json.dumps(head))})
    old = PoseTrack.load(path)
    assert old.back is None
    assert all(p.back is None for p in old)
    np.savez_compressed(path, **{**columns, "header": np.array(json.dumps(head | {"schema": 99}))})
    with pytest.raises(TrackError, match="another version of formcheck"):
        PoseTrack.load(path)


def test_outlines_of_another_length_are_damage() -> None:
    track = with_backs()
    assert track.back is not None
    with pytest.raises(TrackError, match="outlines"):
        replace(track, back=track.back.part(slice(0, 3)))
    with pytest.raises(TrackError, match="outline of the back"):
        BackTrack(track.back.depth, track.back.blocked[:, :, :5], track.back.width)
