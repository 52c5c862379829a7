"""What to say while the set goes on: a pure function of findings and time.

Worst first, one at a time, each kept for at least two seconds, never two in a rep, silence when all is well.
When faults of the top severity come in two reps of a set it says stop, and nothing else any more. A hold is
one long segment: there the next cue, and the next fault that counts towards stopping, come after a while.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from formcheck.exercises import EXERCISES
from formcheck.report import Finding

HELD_S = 2.0  # a cue stays this long: shorter cannot be read in passing (issue 7)
AGAIN_S = 8.0  # in a hold: a cue, and time to follow it, before the next (engineering choice)
TOP_SEVERITY, ENOUGH = 3, 2  # a fault of this severity in so many reps ends the set
STOP = "stop"
STOP_WORDS = {"rep": "Stop. Put the weight down.", "hold": "Stop. Rest."}
SPOKEN = {fault.code: fault.spoken for exercise in EXERCISES.values() for fault in exercise.faults}


@dataclass(frozen=True)
class Cue:
    """What is said: code of the fault, few words, severity 1 to 3, and the frame that gave rise to it."""

    code: str
    words: str
    severity: int
    frame_s: float


@dataclass(frozen=True)
class Occasion:
    """A rep in which something was said or went badly wrong; in a hold also when."""

    segment: int
    time_s: float


@dataclass(frozen=True)
class Coach:
    """The cue on show, and what was said and seen before. kind: of the segments, "rep" or "hold"."""

    kind: str = "rep"
    cue: Cue | None = None
    said: Occasion | None = None
    grave: tuple[Occasion, ...] = ()
    told: tuple[Cue, ...] = ()

    @property
    def stop(self) -> bool:
        """Whether the set is to be ended."""
        return len(self.grave) >= ENOUGH

    def hear(self, findings: list[Finding], time_s: float) -> Coach:
        """The coach after what was found at this moment: wrong now, or certain because of this frame."""
        coach = self._weigh(findings, time_s)
        if coach.stop:
            return coach if self.stop else coach._say(_stop(self.kind, time_s), None)
        if self.cue is not None and time_s - self.cue.frame_s < HELD_S:
            return coach
        fresh = [f for f in findings if f.segment is not None and self._is_new(self.said, f.segment, time_s)]
        if fresh:
            worst = max(fresh, key=_weight)
            assert worst.segment is not None
            cue = Cue(worst.code, SPOKEN[worst.code], worst.severity, time_s)
            return coach._say(cue, Occasion(worst.segment, time_s))
        if self.cue is not None and self.cue.code not in {f.code for f in findings}:
            return replace(coach, cue=None)
        return coach

    def _weigh(self, findings: list[Finding], time_s: float) -> Coach:
        grave = self.grave
        for finding in findings:
            if finding.verdict != "fault" or finding.severity < TOP_SEVERITY or finding.segment is None:
                continue
            if all(self._is_new(before, finding.segment, time_s) for before in grave):
                grave = (*grave, Occasion(finding.segment, time_s))
        return replace(self, grave=grave[:ENOUGH])

    def _is_new(self, before: Occasion | None, segment: int, time_s: float) -> bool:
        """Whether this is another occasion than an earlier one."""
        if before is None or (self.kind == "rep" and segment != before.segment):
            return True
        return self.kind == "hold" and time_s - before.time_s >= AGAIN_S

    def _say(self, cue: Cue, occasion: Occasion | None) -> Coach:
        return replace(self, cue=cue, said=occasion or self.said, told=(*self.told, cue))


def _stop(kind: str, time_s: float) -> Cue:
    return Cue(STOP, STOP_WORDS[kind], TOP_SEVERITY, time_s)


def _weight(finding: Finding) -> tuple[bool, int, float]:
    """What is said first: faults before warnings, then by severity, then how sure it is; as in the report."""
    return finding.verdict == "fault", finding.severity, finding.confidence
