"""Where the joints are, frame by frame: `Pose`, and `PoseTrack`, the seam of formcheck.

Left of a pose there is video and MediaPipe; right of it there is neither. Conventions, fixed once in
`landmarker.py`: pixels of the displayed picture (rotation applied, square pixels), origin at the lower
left corner, x to the right, **y up**; z is MediaPipe's depth guess in the same pixels, towards the camera
negative, good for nothing but telling which side of the body is near. NaN means "not seen".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import read_arrays
from formcheck.errors import TrackError
from formcheck.files import atomic_path

Array = NDArray[np.float64]

JOINTS: tuple[str, ...] = (
    "nose", "left_eye_inner", "left_eye", "left_eye_outer",
    "right_eye_inner", "right_eye", "right_eye_outer",
    "left_ear", "right_ear", "mouth_left", "mouth_right",
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
    "left_pinky", "right_pinky", "left_index", "right_index", "left_thumb", "right_thumb",
    "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
    "left_heel", "right_heel", "left_foot", "right_foot",
)  # fmt: skip
"""Names of the 33 BlazePose joints in their order; left and right are the lifter's own."""

J = {name: i for i, name in enumerate(JOINTS)}
_LIMBS = (
    ("shoulder", "elbow"), ("elbow", "wrist"), ("wrist", "index"), ("shoulder", "hip"),
    ("hip", "knee"), ("knee", "ankle"), ("ankle", "heel"), ("heel", "foot"), ("ankle", "foot"),
)  # fmt: skip
BONES: tuple[tuple[str, str], ...] = (
    *((f"{side}_{a}", f"{side}_{b}") for side in ("left", "right") for a, b in _LIMBS),
    ("left_shoulder", "right_shoulder"),
    ("left_hip", "right_hip"),
)
"""Pairs of joints to draw as a skeleton."""

SCHEMA = 2
OLDEST_SCHEMA = 1  # schema 1 knows no outline of the back

STATIONS = np.linspace(-0.25, 1.15, 41)
"""Where the outline of the back is measured: shares of the way from the hips (0) to the shoulders (1)."""
LARGEST_SIDE = 2**16  # pixels of a picture shown: twice the largest one read, with its pixels made square
FARTHEST = 1e6  # pixels: a joint outside the picture is guessed, but not further away than this
LONGEST_S = 7 * 24 * 3600.0  # nobody films one set for a week
MOST_COUNTED = 1e9  # people, cuts, frames
ROUNDING = 1e-3  # of a share kept in single or half precision
"""Bounds of what is believed when a saved track is read (engineering choices)."""
COUNTS = ("frames", "skipped_frames", "thinned_frames", "swaps_repaired")
"""Keys of `PoseTrack.meta` that are counts."""
CALIBRATED_S = "calibrated_s"
"""Key of `PoseTrack.meta` of a set followed live: up to when it gave what the rest was judged by."""

SEEN, HIDDEN_BY_FRAME, HIDDEN_BY_ARM, NO_EDGE, BLURRED = range(5)
"""Why a station of the outline has a depth or none: see BackProfile.blocked."""


@dataclass(frozen=True, slots=True)
class BackProfile:
    """The outline of the trunk on both sides of the line from mid-hip to mid-shoulder, in one frame.

    depth: (2, 41) distance of the outline from that line at `STATIONS`, in lengths of the line, NaN where
    something is in the way; row 0 is the side to the left when looking from the hips to the shoulders, row 1
    the right one. Which of them is the back is known from the whole take, not from one frame.
    blocked: (2, 41) SEEN, HIDDEN_BY_FRAME (the picture ends), HIDDEN_BY_ARM, NO_EDGE (the mask has none),
    BLURRED (the mask fades out);
    width: (2,) how soft the edge of the mask is, median over the stations, in the same unit.
    """

    depth: Array
    blocked: NDArray[np.uint8]
    width: Array

    def __post_init__(self) -> None:
        want = (2, len(STATIONS))
        if self.depth.shape != want or self.blocked.shape != want or self.width.shape != (2,):
            raise ValueError(f"a back profile needs depth and blocked {want} and width (2,)")


@dataclass(frozen=True, slots=True)
class Pose:
    """One person in one frame.

    points: (33, 3) pixels, y up, NaN where not seen; seen: (33,) visibility 0..1; size: (width, height) of
    the displayed picture in pixels; people: how many people the picture showed when last counted;
    brightness: mean luma 0..1 of the picture (NaN if unknown); shot: counts up at every cut of the video;
    back: the outline of the trunk, None where it was not measured.
    """

    time_s: float
    points: Array
    seen: Array
    size: tuple[int, int]
    people: int = 1
    brightness: float = float("nan")
    shot: int = 0
    back: BackProfile | None = None

    def __post_init__(self) -> None:
        if self.points.shape != (len(JOINTS), 3) or self.seen.shape != (len(JOINTS),):
            raise ValueError(
                f"a pose needs points (33, 3) and seen (33,), got {self.points.shape} and {self.seen.shape}"
            )

    @property
    def found(self) -> bool:
        """Whether a person was found in this frame at all."""
        return bool(np.isfinite(self.points[:, :2]).any())

    def joint(self, name: str) -> tuple[float, float]:
        """x, y of a joint in pixels (y up), NaN where not seen."""
        x, y = self.points[J[name], :2]
        return float(x), float(y)


def nobody(time_s: float, size: tuple[int, int], brightness: float = float("nan"), shot: int = 0) -> Pose:
    """The pose of a frame in which no person was found: all NaN."""
    empty = np.full((len(JOINTS), 3), np.nan)
    return Pose(time_s, empty, np.zeros(len(JOINTS)), size, 0, brightness, shot)


@dataclass(frozen=True)
class BackTrack:
    """The back profiles of a clip, stacked: depth, blocked (T, 2, 41), width (T, 2); NaN where none was.

    depth: in half precision where it comes from a file, a quarter of the memory; a profile has it in double.
    """

    depth: NDArray[np.floating]
    blocked: NDArray[np.uint8]
    width: Array

    def __post_init__(self) -> None:
        want = (len(self.depth), 2, len(STATIONS))
        if self.depth.shape != want or self.blocked.shape != want or self.width.shape != want[:2]:
            raise TrackError(
                f"The pose track is damaged: its outline of the back has shape {self.depth.shape}, "
                f"expected {want}."
            )

    def __getitem__(self, i: int) -> BackProfile | None:
        left, right = self.width[i].tolist()
        if left != left and right != right:
            return None
        return BackProfile(self.depth[i].astype(float, copy=False), self.blocked[i], self.width[i])

    def part(self, rows: slice) -> BackTrack:
        """Some frames of it only."""
        return BackTrack(self.depth[rows], self.blocked[rows], self.width[rows])

    @staticmethod
    def stack(poses: list[Pose]) -> BackTrack | None:
        """The profiles of poses in time order; None when there is not one."""
        if not any(p.back for p in poses):
            return None
        none = BackProfile(
            np.full((2, len(STATIONS)), np.nan),
            np.full((2, len(STATIONS)), NO_EDGE, dtype=np.uint8),
            np.full(2, np.nan),
        )
        backs = [p.back or none for p in poses]
        return BackTrack(
            np.stack([b.depth for b in backs]),
            np.stack([b.blocked for b in backs]),
            np.stack([b.width for b in backs]),
        )


@dataclass(frozen=True)
class PoseTrack:
    """The poses of one clip, stacked. Iterating gives `Pose`s; `save` and `load` keep it as .npz.

    times_s: (T,) strictly increasing seconds from the start of the video; points: (T, 33, 3); seen: (T, 33);
    people, shots: (T,) whole numbers; brightness: (T,) 0..1; size: (width, height) pixels; meta: what made it
    (source name, video facts, model, counts), JSON values only; back: outlines, None if not measured.
    """

    times_s: Array
    points: Array
    seen: Array
    people: Array
    brightness: Array
    shots: Array
    size: tuple[int, int]
    meta: Mapping[str, Any] = field(default_factory=dict)
    back: BackTrack | None = None

    def __post_init__(self) -> None:
        n, j = len(self.times_s), len(JOINTS)
        expected = {
            "times_s": (n,),
            "points": (n, j, 3),
            "seen": (n, j),
            "people": (n,),
            "brightness": (n,),
            "shots": (n,),
        }
        for name, shape in expected.items():
            got = getattr(self, name).shape
            if got != shape:
                raise TrackError(f"The pose track is damaged: {name} has shape {got}, expected {shape}.")
        if self.back is not None and len(self.back.depth) != n:
            raise TrackError(f"The pose track is damaged: {len(self.back.depth)} outlines for {n} poses.")
        if n and (not np.isfinite(self.times_s).all() or (np.diff(self.times_s) <= 0).any()):
            raise TrackError(
                "The pose track is damaged: its times do not increase; make it again from the video."
            )

    def __len__(self) -> int:
        return len(self.times_s)

    def __getitem__(self, i: int) -> Pose:
        return Pose(
            float(self.times_s[i]), self.points[i], self.seen[i], self.size,
            int(self.people[i]), float(self.brightness[i]), int(self.shots[i]),
            None if self.back is None else self.back[i],
        )  # fmt: skip

    def __iter__(self) -> Iterator[Pose]:
        return (self[i] for i in range(len(self)))

    def part(self, rows: slice) -> PoseTrack:
        """The same track, some frames of it only."""
        return PoseTrack(
            self.times_s[rows], self.points[rows], self.seen[rows],
            self.people[rows], self.brightness[rows], self.shots[rows], self.size, self.meta,
            None if self.back is None else self.back.part(rows),
        )  # fmt: skip

    @staticmethod
    def stack(poses: list[Pose], meta: Mapping[str, Any] | None = None) -> PoseTrack:
        """A track of poses in time order. Raises TrackError when there are none."""
        if not poses:
            raise TrackError(
                "There are no frames to stack into a pose track; check the video and the time range."
            )
        return PoseTrack(
            np.array([p.time_s for p in poses], dtype=float),
            np.stack([p.points for p in poses]).astype(float),
            np.stack([p.seen for p in poses]).astype(float),
            np.array([p.people for p in poses], dtype=float),
            np.array([p.brightness for p in poses], dtype=float),
            np.array([p.shot for p in poses], dtype=float),
            poses[0].size,
            dict(meta or {}),
            BackTrack.stack(poses),
        )

    def save(self, path: Path) -> None:
        """Write the track as a compressed .npz (no pickle), whole or not at all."""
        head = {"schema": SCHEMA, "size": list(self.size), "meta": dict(self.meta)}
        with atomic_path(path) as temporary, temporary.open("wb") as file:
            np.savez_compressed(
                file, header=np.array(json.dumps(head)), times_s=self.times_s,
                points=self.points.astype(np.float32), seen=self.seen.astype(np.float32),
                people=self.people.astype(np.int16), brightness=self.brightness.astype(np.float32),
                shots=self.shots.astype(np.int32), **_packed(self.back),
            )  # fmt: skip

    @staticmethod
    def load(path: Path) -> PoseTrack:
        """Read a track that `save` wrote; schema 1 has no outlines. Raises TrackError for anything else."""
        try:
            arrays = read_arrays(path)
            head = json.loads(str(arrays["header"]))
            if not OLDEST_SCHEMA <= head["schema"] <= SCHEMA:
                raise TrackError(
                    f"{path.name} was written by another version of formcheck (schema {head['schema']}, "
                    f"this one reads {OLDEST_SCHEMA} to {SCHEMA}); make it again from the video."
                )
            track = _unpacked(arrays, head)
        except FileNotFoundError:
            raise TrackError(f"There is no file {path}; give the pose.npz of an earlier check.") from None
        except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as e:
            raise TrackError(
                f"{path.name} is not a formcheck pose track; give a pose.npz that 'formcheck check -o' wrote."
            ) from e
        if wrong := track.unbelievable():
            raise TrackError(f"{path.name} is damaged: {wrong}; make it again from the video.")
        return track

    def unbelievable(self) -> str:
        """What no pose model can have seen in any video, in words; empty if there is nothing such."""
        if not 1 <= min(self.size) <= max(self.size) <= LARGEST_SIDE:
            return f"its pictures have {self.size[0]} by {self.size[1]} pixels"
        if len(self) and not 0 <= self.times_s[0] <= self.times_s[-1] <= LONGEST_S:
            return "its times are beyond a week"
        within = {
            "points": (-FARTHEST, FARTHEST), "seen": (0, 1 + ROUNDING), "brightness": (0, 1 + ROUNDING),
            "people": (0, MOST_COUNTED), "shots": (0, MOST_COUNTED),
        }  # fmt: skip
        for name, (low, high) in within.items():
            column = getattr(self, name)
            unknown = np.isnan(column) if name in ("points", "brightness") else np.False_
            if not (unknown | ((low <= column) & (column <= high))).all():
                return f"its {name} hold values that cannot be"
        return ""


def _unpacked(arrays: dict[str, Any], head: Mapping[str, Any]) -> PoseTrack:
    """The track in the arrays of a file and its header. Raises what the values make it raise."""
    width, height = (int(v) for v in head["size"])
    meta = dict(head["meta"])
    json.dumps(meta, allow_nan=False)  # a ValueError for what no report could say again
    if not all(0 <= meta.get(key, 0) <= MOST_COUNTED for key in COUNTS):
        raise ValueError("counts that cannot be")
    if not 0 <= meta.get(CALIBRATED_S, 0) <= LONGEST_S:
        raise ValueError("a calibration at a time that cannot be")
    names = ("times_s", "points", "seen", "people", "brightness", "shots")
    columns = {name: arrays.pop(name).astype(float) for name in names}  # one by one: an hour is 85 MB packed
    back = None
    if "back_depth" in arrays:
        depth, edge = _floats(arrays["back_depth"]), arrays["back_width"].astype(float)
        back = BackTrack(depth, arrays["back_blocked"].astype(np.uint8, copy=False), edge)
    return PoseTrack(**columns, size=(width, height), meta=meta, back=back)


def _floats(values: NDArray[Any]) -> NDArray[np.floating]:
    """The same numbers, as they are if they are fractions already."""
    return values if values.dtype.kind == "f" else values.astype(float)


def _packed(back: BackTrack | None) -> dict[str, Any]:
    """The columns of the outlines in a saved track; half precision is a hundredth of a pixel."""
    if back is None:
        return {}
    depth, width = back.depth.astype(np.float16, copy=False), back.width.astype(np.float16)
    return {"back_depth": depth, "back_blocked": back.blocked, "back_width": width}
