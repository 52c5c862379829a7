"""`Frame` -> `Pose`: the only module that runs MediaPipe. No mask leaves it, only the outline of the trunk.

One person is tracked. Every two seconds a scout looks at the whole picture for others: it counts them, and
when somebody else is clearly the lifter (larger, more central) twice running, tracking starts anew on them.
It looks beside the tracker, in a thread, and is heard a few frames later, always the same number of them;
only while nobody is tracked its word is waited for.

mediapipe sends usage metrics to its maker and has no switch for it. Its HTTP client honours proxy variables,
so before the first landmarker is made they are pointed at a dead local port: not even a name is looked up.
FORMCHECK_MEDIAPIPE_METRICS=allow leaves them alone.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, replace
from math import nan
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import ModelError
from formcheck.people import Candidate, candidate, different, preferred
from formcheck.pose import Pose, nobody
from formcheck.silhouette import outline
from formcheck.video import Frame, Image

Array = NDArray[np.float64]
Mask = NDArray[np.float32]

DEAD_PROXY = "http://127.0.0.1:9"  # the discard port: nothing listens there
SCOUT_S = 2.0  # seconds between looks for other people; a look costs about as much as two tracked frames
HEARD_AFTER = 3  # frames from a look to its use: done by then, beside the tracker
MOST_PEOPLE = 4
MARGIN = 0.15  # of the box, kept around a person whom tracking starts on
GREY = np.full(3, 1 / (3 * 255))  # red, green and blue of 0..255 to one grey of 0..1
CUT = 0.09  # `Prepared.change`; footage: cuts 0.17 and up, lifts 0.05 at most


def keep_metrics_home() -> None:
    """Make mediapipe's usage metrics impossible to send from this process, unless the user allows them."""
    if os.environ.get("FORMCHECK_MEDIAPIPE_METRICS") == "allow":
        return
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        os.environ[name] = os.environ[name.upper()] = DEAD_PROXY
    for name in ("no_proxy", "NO_PROXY"):
        os.environ.pop(name, None)


def load_mediapipe() -> Any:
    """The package, without what it loads to draw and to listen: pyplot and PortAudio, 0.3 s.

    Raises ModelError when it cannot be loaded.
    """
    keep_metrics_home()
    without: dict[str, Any] = {name: ModuleType(name) for name in ("matplotlib", "matplotlib.pyplot")}
    without = {name: it for name, it in (without | {"sounddevice": None}).items() if name not in sys.modules}
    sys.modules.update(without)
    try:
        import mediapipe
    except (ImportError, OSError) as e:
        raise ModelError(f"MediaPipe cannot be loaded ({e}); install what is missing.") from e
    finally:
        for name in without:
            del sys.modules[name]
    return mediapipe


@dataclass(frozen=True)
class Prepared:
    """A frame with all that can be known of it before the model sees it, in another thread.

    picture: MediaPipe's copy; grey: (64, 64), 0..1; light: its mean; change: from the frame before, the mean
    of the absolute differences, NaN for the first.
    """

    frame: Frame
    picture: Any
    grey: Array
    light: float
    change: float


@dataclass(frozen=True)
class _Found:
    """A tracked person: (33, 4) as in `_table`, and MediaPipe's picture of the mask."""

    table: Array
    mask: Any


@dataclass(frozen=True)
class _Look:
    """A look of the scout that is under way, and how many frames later than now it is heard."""

    seen: Future[list[Candidate]]
    frames_left: int


@dataclass(frozen=True)
class Sighting:
    """What the model saw in a frame: the pose without its outline, and the mask to measure that in."""

    pose: Pose
    picture: Any = None  # MediaPipe's, which owns the memory of the mask; None where nobody was found
    prepared: Prepared | None = None  # held so that both are freed by who measures, not by the model's thread

    @property
    def mask(self) -> Mask | None:
        """(H, W) 0..1, a view that lives as long as this sighting."""
        if self.picture is None:
            return None
        view: Mask = self.picture.numpy_view()
        return view.reshape(view.shape[:2])

    def measured(self) -> Pose:
        """The pose with the outline of the trunk."""
        mask = self.mask
        if mask is None:
            return self.pose
        back = outline(mask, self.pose.points, self.pose.seen, self.pose.size)
        return replace(self.pose, back=back)


class Landmarker:
    """Finds the lifter's joints, frame by frame, times increasing. A context manager.

    Raises ModelError when the model cannot be loaded.
    """

    def __init__(self, model: Path) -> None:
        self._mp = load_mediapipe()
        self._model = model
        self._aside = ThreadPoolExecutor(1, "scout")
        scout = self._aside.submit(self._landmarker, "IMAGE", MOST_PEOPLE)
        self._forget()
        self._scout = scout.result()

    def _forget(self) -> None:
        self._tracker = self._landmarker("VIDEO", 1)
        self._last_ms = -1
        self._people = self._better = self._shot = 0
        self._before: Prepared | None = None
        self._look_out: _Look | None = None
        self._next_scout_s, self._heard = 0.0, False

    def __enter__(self) -> Landmarker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self._aside.shutdown(cancel_futures=True)
        self._scout.close()

    def close(self) -> None:
        """Let go of the tracker; one that was made with `anew` has nothing else."""
        self._tracker.close()

    def anew(self) -> Landmarker:
        """A landmarker on the same model that has seen nothing yet; it must be closed before this one."""
        other = copy(self)
        other._forget()
        return other

    def detect(self, frame: Frame, size: tuple[int, int]) -> Pose:
        """The pose in a frame, in pixels of the displayed picture of `size` (width, height), y up."""
        return self.see(frame, size).measured()

    def see(self, frame: Frame, size: tuple[int, int]) -> Sighting:
        """As `detect`, with the outline still to be measured."""
        self._before = self.prepared(frame, self._before)
        return self.follow(self._before, size)

    def prepared(self, frame: Frame, before: Prepared | None) -> Prepared:
        """A frame made ready for `follow`, given the one before; in any thread, as nothing changes here."""
        grey = _small(frame.image)
        change = nan if before is None else float(np.abs(grey - before.grey).mean())
        return Prepared(frame, self._picture(frame.image), grey, float(grey.mean()), change)

    def follow(self, prepared: Prepared, size: tuple[int, int]) -> Sighting:
        """As `see`, of a frame made ready before; times increasing."""
        frame, light = prepared.frame, prepared.light
        if self._last_ms >= 0 and prepared.change > CUT:  # not the first that is followed
            self._shot += 1
            self._start_anew()
            self._expect_others()
        found = self._scouted(prepared, self._track(prepared.picture, frame.time_s))
        if found is None:
            return Sighting(nobody(frame.time_s, size, light, self._shot), None, prepared)
        (width, height), table = size, found.table
        points = np.column_stack((table[:, 0] * width, (1 - table[:, 1]) * height, table[:, 2] * width))
        people = max(self._people, 1)
        pose = Pose(frame.time_s, points, table[:, 3], size, people, light, self._shot)
        return Sighting(pose, found.mask, prepared)

    def _track(self, picture: Any, time_s: float) -> _Found | None:
        self._last_ms = max(self._last_ms + 1, round(time_s * 1000))
        result = self._tracker.detect_for_video(picture, self._last_ms)
        if not result.pose_landmarks:
            return None
        return _Found(_table(result.pose_landmarks[0]), next(iter(result.segmentation_masks or ()), None))

    def _scouted(self, prepared: Prepared, found: _Found | None) -> _Found | None:
        """Send the scout when it is time, and hear it; whom to follow from here on."""
        frame = prepared.frame
        if frame.time_s >= self._next_scout_s:
            self._next_scout_s = frame.time_s + SCOUT_S
            waits = found is None or not self._heard
            self._look_out = _Look(
                self._aside.submit(self._people_in, prepared.picture), 0 if waits else HEARD_AFTER
            )
        look = self._look_out
        if look is None:
            return found
        if look.frames_left:
            self._look_out = replace(look, frames_left=look.frames_left - 1)
            return found
        self._look_out, self._heard = None, True
        return self._chosen(frame, found, look.seen.result())

    def _people_in(self, picture: Any) -> list[Candidate]:
        seen = self._scout.detect(picture).pose_landmarks
        return different([candidate(_table(p)) for p in seen])

    def _chosen(self, frame: Frame, found: _Found | None, people: list[Candidate]) -> _Found | None:
        """Count the people; when somebody else is clearly the lifter, follow them from here on."""
        self._people = len(people)
        best = max(people, key=lambda c: c.score, default=None)
        followed = candidate(found.table) if found is not None else None
        if best is None or not preferred(best, followed):
            self._better = 0
            return found
        self._better += 1
        if self._better < 2 and followed is not None:
            self._next_scout_s = frame.time_s + SCOUT_S / 4
            return found
        self._start_anew()
        return self._track(self._picture(_only(frame.image, best.box)), frame.time_s)

    def _expect_others(self) -> None:
        """Have the scout look at the next picture, and wait for its word."""
        self._next_scout_s, self._look_out, self._heard = 0.0, None, False

    def _start_anew(self) -> None:
        self._tracker.close()
        self._tracker = self._landmarker("VIDEO", 1)
        self._better = 0

    def _picture(self, image: Image) -> Any:
        return self._mp.Image(image_format=self._mp.ImageFormat.SRGB, data=image)

    def _landmarker(self, mode: str, people: int) -> Any:
        vision = self._mp.tasks.vision
        options = vision.PoseLandmarkerOptions(
            base_options=self._mp.tasks.BaseOptions(model_asset_path=str(self._model)),
            running_mode=getattr(vision.RunningMode, mode),
            num_poses=people,
            output_segmentation_masks=mode == "VIDEO",
        )
        try:
            return vision.PoseLandmarker.create_from_options(options)
        except (RuntimeError, ValueError) as e:
            raise ModelError(
                f"{self._model} cannot be used as a pose model; "
                "delete it and run 'python -m formcheck.model_bundle'."
            ) from e


def _small(image: Image) -> Array:
    """A grey copy of 64 by 64, 0..1."""
    rows = np.linspace(0, image.shape[0] - 1, 64).astype(int)
    columns = np.linspace(0, image.shape[1] - 1, 64).astype(int)
    grey: Array = image.take(rows, axis=0).take(columns, axis=1) @ GREY
    return grey


def _table(landmarks: Any) -> Array:
    """(33, 4): x, y, z in shares of the picture (y down), visibility."""
    return np.array([(p.x, p.y, p.z, p.visibility) for p in landmarks], dtype=float)


def _only(image: Image, box: tuple[float, float, float, float]) -> Image:
    """The picture with everything outside a box greyed out."""
    height, width = image.shape[:2]
    left, top, right, bottom = box
    dx, dy = MARGIN * (right - left), MARGIN * (bottom - top)
    rows = slice(max(0, int((top - dy) * height)), max(1, int((bottom + dy) * height)))
    columns = slice(max(0, int((left - dx) * width)), max(1, int((right + dx) * width)))
    out = np.full_like(image, 128)
    out[rows, columns] = image[rows, columns]
    return out
