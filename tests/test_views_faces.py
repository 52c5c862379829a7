"""Faces in what is exported: nothing of them is left, and where there is doubt, all is hidden."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import factories
import numpy as np
import pytest
from conftest import encode

from formcheck.analysis import Examination, examine
from formcheck.pose import J, PoseTrack
from formcheck.video import Frame, VideoFile
from formcheck.views import overlay
from formcheck.views.faces import BLOCKS, FACE, Faces

TRACK: PoseTrack = factories.squatting(6.0)
WIDTH, HEIGHT = factories.SIZE


def noise(seed: int, scale: int = 1) -> np.ndarray:
    """A picture with detail everywhere."""
    shape = (HEIGHT * scale, WIDTH * scale, 3)
    return np.random.default_rng(seed).integers(0, 255, shape, dtype=np.uint8)


def head(time_s: float, scale: int = 1) -> tuple[slice, slice]:
    """Where the nose, eyes, ears and mouth are in a picture, with nothing around them."""
    row = int(np.abs(TRACK.times_s - time_s).argmin())
    points = TRACK.points[row, FACE, :2] * scale
    left, right = np.nanmin(points[:, 0]), np.nanmax(points[:, 0])
    low, high = np.nanmin(points[:, 1]), np.nanmax(points[:, 1])
    tall = HEIGHT * scale
    return slice(int(tall - high), int(tall - low) + 2), slice(int(left), int(right) + 2)


@pytest.mark.parametrize("scale", [1, 3])
def test_a_face_becomes_a_few_flat_squares_and_the_rest_stays(scale: int) -> None:
    picture = noise(1, scale)
    hidden = Faces.of(TRACK).hidden(picture, 1.0)
    face = hidden[head(1.0, scale)]
    assert len(np.unique(face.reshape(-1, 3), axis=0)) <= BLOCKS**2
    assert np.array_equal(hidden[-50:], picture[-50:])  # the feet
    assert not np.array_equal(picture[head(1.0, scale)], face)


def test_what_is_left_does_not_tell_two_faces_apart() -> None:
    """Two heads with the same few means and all else different become the same picture."""
    one, faces = noise(1), Faces.of(TRACK)
    box = faces._box(1.0, 1.0)
    assert box is not None
    left, top, right, bottom = box
    assert (right - left) >= 4 * (head(1.0)[1].stop - head(1.0)[1].start) / 3  # with hair and chin
    other = one.copy()
    other[top:bottom, left:right] = one[top:bottom, left:right][::-1, ::-1]
    same = np.abs(faces.hidden(one, 1.0).astype(int) - faces.hidden(other, 1.0).astype(int)).max()
    before = np.abs(one.astype(int) - other.astype(int)).max()
    assert same < before / 4


def test_where_the_head_is_not_known_the_whole_picture_is_hidden() -> None:
    gone = TRACK.points.copy()
    gone[:, FACE] = np.nan
    for faces, time_s in ((Faces.of(replace(TRACK, points=gone)), 1.0), (Faces.of(TRACK), 99.0)):
        hidden = faces.hidden(noise(1), time_s)
        assert len(np.unique(hidden.reshape(-1, 3), axis=0)) <= BLOCKS**2


def test_a_head_that_is_lost_for_a_moment_stays_hidden() -> None:
    gone = TRACK.points.copy()
    at = slice(30, 36)
    gone[at, FACE] = np.nan
    hidden = Faces.of(replace(TRACK, points=gone)).hidden(noise(1), float(TRACK.times_s[33]))
    face = hidden[head(float(TRACK.times_s[33]))]
    assert len(np.unique(face.reshape(-1, 3), axis=0)) <= 2 * BLOCKS**2


def test_overlay_and_key_frames_hide_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = encode(tmp_path / "clip.mp4", range(0, 6000, 33), size=factories.SIZE)
    findings = [factories.finding(start_s=1.9, end_s=2.1)]
    examination: Examination = replace(examine(TRACK), report=factories.report(*findings))
    grounds: list[np.ndarray] = []
    plain = overlay.Scene.ground

    def watched(scene: overlay.Scene, frame: Frame) -> np.ndarray:
        out = plain(scene, frame)
        grounds.append(np.abs(out.astype(int) - frame.image.astype(int)).max(axis=(0, 1)))
        return out

    monkeypatch.setattr(overlay.Scene, "ground", watched)
    monkeypatch.setattr(VideoFile, "__iter__", _noisy(VideoFile.__iter__))
    for hide in (True, False):
        grounds.clear()
        list(overlay.key_frames(clip, TRACK, examination, findings, hide_faces=hide))
        overlay.write_overlay(clip, TRACK, examination, tmp_path / "o.mp4", hide_faces=hide)
        assert len(grounds) > 100
        assert all((changed.max() > 50) == hide for changed in grounds)


def _noisy(frames):
    """Every picture of a video with detail in it, so that a change can be seen."""

    def iterate(video):
        for frame in frames(video):
            rng = np.random.default_rng(0)
            yield replace(frame, image=rng.integers(0, 255, frame.image.shape, dtype=np.uint8))

    return iterate


def test_without_a_video_the_skeleton_stands_on_blank_ground() -> None:
    finding = factories.finding(start_s=1.9, end_s=2.1)
    examination = replace(examine(TRACK), report=factories.report(finding))
    ((_, picture),) = overlay.key_frames(None, TRACK, examination, [finding])
    assert max(picture.shape[:2]) == overlay.KEY_SIDE
    blank = (picture == np.array(overlay.drawing.DARK)).all(axis=2)
    assert 0.5 < blank.mean() < 0.99  # mostly ground, and something drawn on it


def test_the_face_ends_with_the_mouth() -> None:
    assert J["mouth_right"] == max(FACE)
    assert J["left_shoulder"] not in FACE
