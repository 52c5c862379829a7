"""What can be wrong with the filming: findings of the same shape as faults, with codes CAM..."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.body import SEEN_MIN
from formcheck.calibration import Calibration
from formcheck.exercise import Exercise, Severity
from formcheck.pose import J, PoseTrack
from formcheck.report import Finding


@dataclass(frozen=True)
class Footage:
    """What the filming is judged by; lifting: whether one of the exercises is done in it."""

    track: PoseTrack
    calibrations: list[Calibration]
    lifting: bool

    def seen_share(self, *joints: str) -> float:
        """Share of the frames with a person in which any of the joints is seen inside the picture."""
        rows = np.isfinite(self.track.points[:, :, 0]).any(axis=1)
        if not rows.any():
            return float("nan")
        columns = [J[j] for j in joints]
        points, seen = self.track.points[rows][:, columns, :2], self.track.seen[rows][:, columns]
        inside = ((points >= 0) & (points <= np.array(self.track.size))).all(axis=2) & (seen >= SEEN_MIN)
        return float(inside.any(axis=1).mean())


@dataclass(frozen=True)
class FilmingProblem:
    """One thing that can be wrong with the filming; `watch` gives a number, limits as in `exercise.Limit`."""

    code: str
    name: str
    title: str
    severity: Severity
    see: str
    why: str
    cue: str
    source: str
    cannot_tell: str
    watch: Callable[[Footage], float]
    warn: float
    unit: str
    more_is_worse: bool

    def reading(self, footage: Footage) -> tuple[float, bool | None]:
        """What `watch` gives, and whether it breaks the limit; None where it is not known."""
        value = self.watch(footage)
        if np.isnan(value):
            return value, None
        return value, value > self.warn if self.more_is_worse else value < self.warn


def filming_problems(
    track: PoseTrack, calibrations: list[Calibration], exercise: Exercise | None
) -> list[Finding]:
    """Everything wrong with the filming of a clip."""
    footage = Footage(track, calibrations, exercise is not None)
    end = float(track.times_s[-1]) if len(track) else 0.0
    found = []
    for p in FILMING:
        value, broken = p.reading(footage)
        if broken:
            found.append(
                Finding(
                    p.code, p.name, "warn", p.severity, None, round(value, 3), p.warn, p.unit, 0.0, end, p.cue
                )
            )
    return found


def _person_share(f: Footage) -> float:
    return float(np.isfinite(f.track.points[:, :, 0]).any(axis=1).mean())


def _feet(f: Footage) -> float:
    return f.seen_share("left_foot", "right_foot", "left_heel", "right_heel", "left_ankle", "right_ankle")


def _head(f: Footage) -> float:
    return f.seen_share("nose", "left_ear", "right_ear")


def _size(f: Footage) -> float:
    tall = [c.reference.stature_px for c in f.calibrations]
    return 100 * max(tall) / max(f.track.size) if tall else float("nan")


def _turn(f: Footage) -> float:
    if not f.lifting or not f.calibrations:
        return float("nan")
    return float(np.nanmedian([abs(c.yaw_deg) for c in f.calibrations]))


def _brightness(f: Footage) -> float:
    light = f.track.brightness[np.isfinite(f.track.brightness)]
    return float(np.median(light)) if len(light) else float("nan")


def _rate(f: Footage) -> float:
    steps = np.diff(f.track.times_s)
    return float(1 / np.median(steps)) if len(steps) else float("nan")


def _shake(f: Footage) -> float:
    """High-frequency movement common to all joints, per cent of stature: the camera's, not the lifter's."""
    if not f.calibrations or len(f.track) < 10:
        return float("nan")
    parts = (f.track.part(slice(i, i + AT_ONCE)) for i in range(0, len(f.track), AT_ONCE))
    middle = np.concatenate([_middle(part) for part in parts])
    second = np.linalg.norm(np.diff(middle, 2, axis=0), axis=1)
    second = second[np.isfinite(second)]
    tall = float(np.median([c.reference.stature_px for c in f.calibrations]))
    return 100 * float(np.median(second)) / tall if len(second) else float("nan")


def _middle(track: PoseTrack) -> NDArray[np.float64]:
    """(T, 2) median of the joints seen in each frame, NaN where there was none."""
    points = np.where(track.seen[:, :, None] >= SEEN_MIN, track.points[:, :, :2], np.nan)
    middle = np.full((len(points), 2), np.nan)
    rows = np.isfinite(points[:, :, 0]).any(axis=1)
    middle[rows] = np.nanmedian(points[rows], axis=1)
    return middle


AT_ONCE = 2048  # frames: the medians of an hour at once would take 300 MB


def _people(f: Footage) -> float:
    return float(np.mean(f.track.people > 1)) if len(f.track) else 0.0


def _damaged(f: Footage) -> float:
    frames, skipped = (float(f.track.meta.get(key, 0)) for key in ("frames", "skipped_frames"))
    return skipped / (frames + skipped) if frames + skipped else float("nan")


def _cuts(f: Footage) -> float:
    return float(len(f.calibrations))


FILMING: tuple[FilmingProblem, ...] = (
    FilmingProblem(
        "CAM101", "nobody-there", "Nobody in the picture", 3, "In most of the clip no person was found.",
        "Nothing can be judged.", "Step back until your whole body is in the picture.", "Engineering choice.",
        "Whether someone is there but too dark or too small.", _person_share, 0.5, "of frames", False,
    ),
    FilmingProblem(
        "CAM102", "feet-cropped", "Feet not in the picture", 2, "The feet are cut off or covered in most frames.",
        "Heels, balance and the bar's place over the foot cannot be judged.",
        "Move the camera back, or tilt it down, until the feet are in the picture.", "Engineering choice.",
        "Feet hidden by plates from feet out of the picture.", _feet, 0.5, "of frames", False,
    ),
    FilmingProblem(
        "CAM103", "head-cropped", "Head not in the picture", 1, "The head is cut off in most frames.",
        "The neck cannot be judged, and the person is harder to follow.",
        "Move the camera back until the head stays in the picture.", "Engineering choice.",
        "A head hidden by plates from one out of the picture.", _head, 0.5, "of frames", False,
    ),
    FilmingProblem(
        "CAM104", "too-far", "Too far away", 2, "The lifter is small in the picture.",
        "A few pixels of error become many degrees.", "Come closer: your body should fill two thirds of the picture.",
        "Engineering choice: a quarter of the longer side.", "", _size, 25, "% of the picture", False,
    ),
    FilmingProblem(
        "CAM201", "not-from-the-side", "Not filmed from the side", 2, "The camera stands in front of or behind the lifter.",
        "Most faults that load the spine show from the side only; what cannot be judged from here is listed.",
        "Put the camera at your side, square to the direction you face.",
        "Beyond 30 degrees the trunk angle is off by more than 4 degrees (computed).", "", _turn, 30, "deg", True,
    ),
    FilmingProblem(
        "CAM202", "shaky", "Shaky camera", 1, "The whole picture trembles.",
        "Speeds and small movements cannot be trusted.", "Lean the phone against something, or use a stand.",
        "Engineering choice.", "", _shake, 2.5, "%H", True,
    ),
    FilmingProblem(
        "CAM301", "too-dark", "Too dark", 1, "The picture is very dark.", "The body is harder to find.",
        "Switch on a light in front of you, or turn away from the window.", "Engineering choice.",
        "A dark wall behind a well-lit lifter.", _brightness, 0.12, "of full", False,
    ),
    FilmingProblem(
        "CAM302", "too-few-frames", "Too few frames a second", 1, "Fewer than 20 frames a second.",
        "Quick faults fall between the frames.", "Record at 30 frames a second or more.", "Engineering choice.", "",
        _rate, 20, "frames/s", False,
    ),
    FilmingProblem(
        "CAM401", "several-people", "Several people", 1, "More than one person is in the picture.",
        "The largest and most central one is followed; it may not be you.", "Film with nobody else in the picture.",
        "Engineering choice: in more than a fifth of the frames.", "", _people, 0.2, "of frames", True,
    ),
    FilmingProblem(
        "CAM402", "cuts", "The clip is edited", 1, "The picture jumps to another place or person.",
        "Each part is judged by itself, with less to compare with.", "Upload one set as it was filmed.",
        "Engineering choice.", "A jump of the tracker from a cut of the video.", _cuts, 1, "takes", True,
    ),
    FilmingProblem(
        "CAM403", "damaged", "The video is damaged", 1, "Some pictures of the file could not be read and were left out.",
        "What happened in them was not seen, and pictures beside them may be smeared.",
        "Copy or export the video again.", "Engineering choice: more than one picture in fifty.", "",
        _damaged, 0.02, "of frames", True,
    ),
)  # fmt: skip
