"""A live session: frames in, the state to show out, from setting up to the end of the set.

    setup --in place, still--> stand --2 s--> [hinge -> ready] -> countdown -> set --walked off--> done
                                   already in the plank: ------------------> set

What is kept, and becomes the track of the set, begins where the lifter first stood still. Frames are
numbered; one that was already taken is ignored, so a client may send again whatever it is not sure of.
"""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field, replace
from math import ceil
from typing import Any, Literal

from formcheck.calibration import Calibration, calibrate
from formcheck.errors import LiveError
from formcheck.kept import Kept
from formcheck.live import wire
from formcheck.live.cues import Cue
from formcheck.live.lifting import Lifting
from formcheck.live.place import Place, hinge_in, in_place
from formcheck.live.setting_up import NOTHING_YET, Item, can_start, check, first_advice
from formcheck.options import Options
from formcheck.pose import CALIBRATED_S, Pose, PoseTrack
from formcheck.report import Report
from formcheck.swaps import SwapRepair

Stage = Literal["setup", "stand", "hinge", "ready", "countdown", "set", "done"]

WINDOW_S = 3.0  # what the check looks at
LOOK_S = 0.25  # between two looks at it: some 20 ms of work each
FEWEST = 8  # poses that a look needs
STAND_S = 2.0  # of standing still, with everything green (issue 7)
ADVICE_S = 6.0  # of standing still, with advice that was not taken (engineering choice)
HINGE_S, READY_S = 25.0, 10.0  # longest waits for a hinge and for taking the place again; then it goes on
COUNTDOWN_S = 3.0
ROUNDING_S = 1e-6
PAUSE_S = 0.5  # between two looks for the hinge, over all that is kept so far

WORDS: dict[str, str] = {
    "setup": "Stand in your place, side on to the camera.",
    "stand": "Stand upright and still.",
    "hinge": "Cross your arms on your chest: one slow bow forward and back up.",
    "ready": "Take your place and stand still.",
    "countdown": "Get ready.",
    "set": "",
    "done": "",
}
PLANK_SETUP = "Get into the plank, side on to the camera, and hold still."


class GapError(LiveError):
    """Frames are missing before this one; send again from the one that is due."""


@dataclass(frozen=True)
class Result:
    """A finished set: its track on its own clock, which began at began_s of the session; the live report."""

    track: PoseTrack
    report: Report
    told: tuple[Cue, ...]
    began_s: float
    hinge_s: tuple[float, float] | None


@dataclass
class LiveSession:
    """One session of one lifter. size: of the camera's picture, pixels; hinge: whether one is offered."""

    size: tuple[int, int]
    options: Options = field(default_factory=Options)
    hinge: bool = False
    stage: Stage = "setup"
    next_seq: int = 0
    why: str = ""
    result: Result | None = None
    _items: tuple[Item, ...] = NOTHING_YET
    _repair: SwapRepair = field(default_factory=SwapRepair)
    _window: deque[Pose] = field(default_factory=deque)
    _kept: Kept | None = None
    _lifting: Lifting | None = None
    _now_s: float = 0.0
    _since_s: float = 0.0  # when the stage began
    _looked_s: float = -LOOK_S
    _standing: Calibration | None = None
    _hinge_s: tuple[float, float] | None = None

    def push(self, data: bytes) -> bool:
        """Take a frame as bytes; returns whether it was new. Raises GapError, LiveError if it cannot be."""
        seq = wire.seq_of(data)
        if seq < self.next_seq or self.stage == "done":
            return False
        if seq > self.next_seq:
            raise GapError(f"Frame {self.next_seq} is missing; send again from there.")
        pose = wire.decode(data, self.size).pose
        if seq and not pose.time_s > self._now_s:
            raise LiveError("The camera's clock went backwards; reload the page.")
        self.next_seq += 1
        self.take(pose)
        return True

    def take(self, pose: Pose) -> None:
        """Take the next pose."""
        self._now_s = pose.time_s
        pose = self._repair.mend(pose)
        if self._kept is not None:
            pose = self._kept.add(pose)
        if self.stage in ("setup", "stand", "hinge", "ready"):
            self._set_up(replace(pose, time_s=self._now_s))
        elif self.stage == "countdown" and self._now_s - self._since_s >= COUNTDOWN_S:
            self._begin()
        elif self._lifting is not None:
            self._lifting.push(pose)
            if self._lifting.over:
                self._end(self._lifting.over)

    def start(self) -> None:
        """Start without more waiting: the countdown begins."""
        if self.stage in ("setup", "stand", "hinge", "ready"):
            if self._kept is None:
                self._keep(Place("standing", self._now_s))
            self._to("countdown")

    def stop(self) -> None:
        """End the set, or, before it has begun, the session."""
        if self.stage != "done":
            self._end("The set was ended.")

    def state(self) -> dict[str, Any]:
        """What to show, as JSON values."""
        lifting = self._lifting
        cue = lifting.coach.cue if lifting else None
        left_s = COUNTDOWN_S - (self._now_s - self._since_s)
        return {
            "type": "state",
            "seq": self.next_seq - 1,
            "stage": self.stage,
            "checks": [asdict(item) for item in self._items],
            "countdown": max(1, ceil(left_s - ROUNDING_S)) if self.stage == "countdown" else None,
            "reps": lifting.reps if lifting else 0,
            "hold_s": lifting.hold_s if lifting else None,
            "phase": lifting.phase if lifting else "",
            "exercise": lifting.exercise if lifting else "",
            "cue": None if cue is None else {**asdict(cue), "frame_s": cue.frame_s + self._began_s},
            "stop": bool(lifting and lifting.coach.stop),
            "words": self._words(),
        }

    # ---- before the set -------------------------------------------------------------------------------

    def _set_up(self, pose: Pose) -> None:
        self._window.append(pose)
        while pose.time_s - self._window[0].time_s > WINDOW_S:
            self._window.popleft()
        pause_s = PAUSE_S if self.stage == "hinge" else LOOK_S
        if pose.time_s - self._looked_s < pause_s or len(self._window) < FEWEST:
            return
        self._looked_s = pose.time_s
        window = PoseTrack.stack(list(self._window))
        calibration = calibrate(window)
        self._items = check(window, calibration)
        place = in_place(window, calibration, self.options.exercise)
        if self.stage == "setup":
            self._take_place(place)
        elif self.stage == "stand":
            self._stand(place, calibration)
        elif self.stage == "hinge":
            self._bow()
        elif place is not None or (self._stage_s >= READY_S and can_start(self._items)):
            self._to("countdown")

    def _take_place(self, place: Place | None) -> None:
        if place is None or not can_start(self._items):
            return
        self._keep(place)
        if place.kind == "plank":
            self._begin()
        else:
            self._to("stand")

    def _stand(self, place: Place | None, calibration: Calibration | None) -> None:
        if place is None or not can_start(self._items):
            self._kept = None
            self._to("setup")
        elif self._now_s - self._began_s >= (ADVICE_S if first_advice(self._items) else STAND_S):
            self._standing = calibration
            self._to("hinge" if self.hinge else "countdown")

    def _bow(self) -> None:
        assert self._kept is not None
        if self._standing is not None:
            self._hinge_s = hinge_in(self._kept.track(), self._standing)
        if self._hinge_s is not None or self._stage_s >= HINGE_S:
            self._to("ready")

    def _keep(self, place: Place) -> None:
        """Keep the poses from when the lifter took their place."""
        self._kept = Kept(self.size)
        for pose in self._window:
            if pose.time_s >= place.since_s:
                self._kept.add(pose)

    # ---- the set, and its end -------------------------------------------------------------------------

    def _begin(self) -> None:
        assert self._kept is not None
        self._to("set")
        self._window.clear()
        self._lifting = Lifting(self.options, self._kept, self._hinge_s)
        self._lifting.begin(self._now_s - self._began_s)

    def _end(self, why: str) -> None:
        self._to("done")
        self.why = why
        self._window.clear()
        if self._lifting is not None and self._kept is not None and len(self._kept):
            report = self._lifting.finish()
            until_s = self._lifting.calibrated_s
            meta = {} if until_s is None else {CALIBRATED_S: until_s}
            track = self._kept.track(source="live", **meta)
            self.result = Result(track, report, self._lifting.coach.told, self._began_s, self._hinge_s)

    def _to(self, stage: Stage) -> None:
        self.stage, self._since_s = stage, self._now_s

    @property
    def _began_s(self) -> float:
        """Where on the session's clock that of the set begins."""
        return self._kept.began_s or 0.0 if self._kept is not None else 0.0

    @property
    def _stage_s(self) -> float:
        return self._now_s - self._since_s

    def _words(self) -> str:
        if self.stage == "done":
            return self.why
        if self.stage == "setup" and self.options.exercise == "plank":
            return PLANK_SETUP
        if self.stage == "stand":
            return first_advice(self._items) or WORDS["stand"]
        return WORDS[self.stage]
