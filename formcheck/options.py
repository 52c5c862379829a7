"""What a caller may choose: exercise, which faults, other limits, and who lifts what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from formcheck.lifter import Lifter


@dataclass(frozen=True)
class Adjusted:
    """Why a person has other limits of a fault than everybody: who set them, and on which day (ISO)."""

    by: str
    why: str
    on: str


@dataclass(frozen=True)
class Options:
    """How to analyse a set.

    exercise: "auto" or a name in EXERCISES. select / ignore: fault codes or their beginnings ("SQ", "SQ1");
    nothing selected means all. limits: code -> (warn, fault), fault None for "never more than a warning";
    they replace the first limit of that fault. lifter: for speeds in metres and the load on the low back.
    hinge_s, toe_touch_s: from when to when the lifter hinges slowly, and touches the toes, without a load;
    None to look for it. adjusted: for codes in limits, why they hold for this person; only for the report.
    """

    exercise: str = "auto"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    limits: Mapping[str, tuple[float, float | None]] = field(default_factory=dict)
    lifter: Lifter = field(default_factory=Lifter)
    hinge_s: tuple[float, float] | None = None
    toe_touch_s: tuple[float, float] | None = None
    adjusted: Mapping[str, Adjusted] = field(default_factory=dict)

    @staticmethod
    def of(**choices: Any) -> Options:
        """Options from the names of its fields and of those of `Lifter`."""
        about = {f.name: choices.pop(f.name) for f in fields(Lifter) if f.name in choices}
        return replace(Options(**choices), lifter=Lifter(**about)) if about else Options(**choices)

    @property
    def height_m(self) -> float | None:
        """Standing height of the lifter in metres, None if unknown."""
        return self.lifter.height_m

    def wants(self, code: str) -> bool:
        """Whether the fault of this code is to be judged."""
        picked = not self.select or any(code.startswith(s) for s in self.select)
        return picked and not any(code.startswith(s) for s in self.ignore)
