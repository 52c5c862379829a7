"""Which exercise is it, while it is being done? `recognise` is asked whenever a rep or hold may be over.

To notice that, the engines of all exercises that come into question run along; nothing they judge is used.
"""

from __future__ import annotations

import numpy as np

from formcheck.analysis import Analysis, without_unloaded
from formcheck.calibration import calibrate
from formcheck.exercises import EXERCISES
from formcheck.options import Options
from formcheck.pose import Pose, PoseTrack
from formcheck.recognise import Recognition, recognise

LOOK_S = 1.0  # between two questions: each takes some 0.2 ms a pose
LOOK_BACK_S = 30.0  # about the poses of so long
ENOUGH = {"squat": 1.0, "deadlift": 2.0, "row": 1.0, "plank": 0.9}
"""Reps' worth of evidence to believe in; a bar that is rowed is lifted off the floor once before it."""
SURE = 0.75  # ... with at least this confidence: half a squat may be half a deadlift
ENOUGH_TOLD = 0.9  # the same where the exercise is known, and only its variant is not


class Recogniser:
    """Tells the exercise once it has been shown. wanted: its name where only the variant is to be found."""

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted
        self._candidates: list[Analysis] = []
        self._counted = 0
        self._looked_s = -LOOK_S

    def begin(self, track: PoseTrack) -> None:
        """Start with the poses so far."""
        calibration = calibrate(track)
        if calibration is None:
            return
        names = EXERCISES if self._wanted == "auto" else (self._wanted,)
        self._candidates = [
            Analysis(EXERCISES[name], calibration, Options(select=("none",)), variant)
            for name in names
            for variant in EXERCISES[name].variants or ("",)
        ]
        for pose in track:
            self._watch(pose)

    def due(self, pose: Pose) -> bool:
        """Take the next pose; returns whether it is time to ask."""
        self._watch(pose)
        counted = sum(s.counted for engine in self._candidates for s in engine.segments)
        held = any(s is not None and s.kind == "hold" for s in (engine.open() for engine in self._candidates))
        if (counted == self._counted and not held) or pose.time_s - self._looked_s < LOOK_S:
            return False
        self._counted, self._looked_s = counted, pose.time_s
        return True

    def ask(
        self, track: PoseTrack, hinge_s: tuple[float, float] | None, *, last: bool = False
    ) -> Recognition | None:
        """The exercise that the poses show, None while that is not certain; last: nothing more will come."""
        recent = track.part(slice(int(np.searchsorted(track.times_s, track.times_s[-1] - LOOK_BACK_S)), None))
        recent = track if last else recent
        calibration = calibrate(recent, hinge_s)
        if calibration is None:
            return None
        what = recognise([(without_unloaded(recent, calibration), calibration)], self._wanted)
        if what.exercise is None:
            return None
        enough, sure = ENOUGH[what.exercise.name], SURE
        if self._wanted != "auto":
            enough, sure = ENOUGH_TOLD, 0.0
        return what if last or (what.evidence >= enough and what.confidence >= sure) else None

    def _watch(self, pose: Pose) -> None:
        for engine in self._candidates:
            engine.push(pose)
