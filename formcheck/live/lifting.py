"""The set itself: poses into the one engine, out of it reps, phase, cues, and when the set is over.

The engine needs to know the exercise and its variant. Where they are not given, poses wait until a movement
shows them, then all of them go through the engine at once: nothing is lost, and the reps so far are judged.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from formcheck.analysis import Analysis, examine, without_unloaded
from formcheck.body import Body
from formcheck.calibration import calibrate
from formcheck.exercise import Exercise
from formcheck.exercises import EXERCISES
from formcheck.kept import Kept
from formcheck.live.cues import Coach
from formcheck.live.recognising import Recogniser
from formcheck.options import Options
from formcheck.pose import Pose
from formcheck.report import Finding, Report

GONE_S = 3.0  # nobody seen for so long: walked off (engineering choices, all of these)
AWAY_S, AWAY_H = 2.0, 0.7  # as far from their place, in statures, for so long: walked off
REST_S = 15.0  # nothing done after the last rep
UP_S = 4.0  # a hold is over and not taken up again
IDLE_S = 180.0  # nothing done at all
LONGEST_S = 25 * 60.0


@dataclass
class Lifting:
    """One set. kept: the poses since the lifter took their place; hinge_s: where in them the hinge is.

    calibrated_s: up to when the poses told what the rest is judged by, None before.
    """

    options: Options
    kept: Kept
    hinge_s: tuple[float, float] | None = None
    coach: Coach = field(default_factory=Coach)
    over: str = ""
    phase: str = ""
    hold_s: float | None = None
    calibrated_s: float | None = None
    _engine: Analysis | None = None
    _recogniser: Recogniser | None = None
    _seen_s: float = 0.0
    _there_s: float = 0.0
    _busy_s: float = 0.0
    _place_x: float | None = None

    def begin(self, now_s: float) -> None:
        """The set begins now; the poses kept so far belong to it."""
        self._seen_s = self._there_s = self._busy_s = now_s
        wanted = EXERCISES.get(self.options.exercise)
        if wanted is not None and not wanted.variants:
            self._start(wanted, "")
        if self._engine is None:
            self._recogniser = Recogniser(self.options.exercise)
            self._recogniser.begin(self.kept.track())

    @property
    def exercise(self) -> str:
        """Name of the exercise, empty while it is not known."""
        return self._engine.exercise.name if self._engine else ""

    @property
    def reps(self) -> int:
        """Reps that count so far."""
        return sum(s.counted and s.kind == "rep" for s in self._engine.segments) if self._engine else 0

    def push(self, pose: Pose) -> None:
        """Take the next pose, as it was kept."""
        if self._engine is not None:
            self._judge(self._engine.push(pose), pose.time_s)
        elif self._recogniser is not None and self._recogniser.due(pose):
            self._recognise(pose.time_s)
        self._watch(pose)

    def finish(self) -> Report:
        """The report on the set as it was judged live."""
        if self._engine is None and self._recogniser is not None:
            what = self._recogniser.ask(self.kept.track(), self.hinge_s, last=True)
            if what is not None and what.exercise is not None:
                self._start(what.exercise, what.variant)
        if self._engine is None:
            return examine(self.kept.track(), self.options, "live").report
        return self._engine.finish()

    # ---- what is going on -----------------------------------------------------------------------------

    def _recognise(self, now_s: float) -> None:
        assert self._recogniser is not None
        what = self._recogniser.ask(self.kept.track(), self.hinge_s)
        if what is not None and what.exercise is not None:
            found = self._start(what.exercise, what.variant)
            self._busy_s = now_s  # what it was recognised by has only just been done
            last = max((f.segment for f in found if f.segment is not None), default=None)
            self._judge([f for f in found if f.segment == last], now_s)

    def _start(self, exercise: Exercise, variant: str) -> list[Finding]:
        """Start the engine, and give it the poses so far; returns what is certain because of them."""
        track = self.kept.track()
        calibration = calibrate(track, self.hinge_s)
        if calibration is None:
            return []
        self.calibrated_s = float(track.times_s[-1])
        self._engine = engine = Analysis(exercise, calibration, self.options, variant)
        self.coach = Coach(kind="hold" if exercise.name == "plank" else "rep")
        return [f for pose in without_unloaded(track, calibration) for f in engine.push(pose)]

    def _judge(self, certain: list[Finding], now_s: float) -> None:
        if self._engine is None:
            return
        segment = self._engine.open()
        wrong = [] if segment is None else self._engine.wrong_in(segment)
        self.coach = self.coach.hear([*certain, *wrong], now_s)
        self.phase = str(segment.phase[-1]) if segment is not None else ""
        if segment is not None:
            self._busy_s = now_s
            if segment.kind == "hold":
                self.hold_s = float(segment.times_s[-1] - segment.times_s[0])

    def _watch(self, pose: Pose) -> None:
        """Whether the set is over, and why."""
        now_s = pose.time_s
        if pose.found:
            self._seen_s = now_s
            if not self._is_away(pose):
                self._there_s = now_s
        done = self._engine is not None and any(s.counted for s in self._engine.segments)
        idle_s = now_s - self._busy_s
        if now_s - self._seen_s > GONE_S or (pose.found and now_s - self._there_s > AWAY_S):
            self.over = "You walked off, so the set is over."
        elif done and idle_s > (UP_S if self.coach.kind == "hold" else REST_S):
            self.over = "No more reps came, so the set is over."
        elif not done and idle_s > IDLE_S:
            self.over = "No rep or hold was seen for three minutes, so this was ended."
        elif now_s > LONGEST_S:
            self.over = f"A set is followed for {LONGEST_S / 60:.0f} minutes at most, so it was ended."

    def _is_away(self, pose: Pose) -> bool:
        """Whether the hips are far from where they were when the set began."""
        if self._engine is None:
            return False
        x, _ = Body(pose, self._engine.calibration.reference)("hip")
        if x != x:
            return False
        if self._place_x is None:
            self._place_x = x
        return abs(x - self._place_x) > AWAY_H
