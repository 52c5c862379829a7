"""What a caller may choose: exercise, which faults, other limits, the lifter's height."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Options:
    """How to analyse a set.

    exercise: "auto" or a name in EXERCISES. select / ignore: fault codes or their beginnings ("SQ", "SQ1");
    nothing selected means all. limits: code -> (warn, fault), fault None for "never more than a warning";
    they replace the first limit of that fault. height_m: for speeds and distances in metres, None if unknown.
    """

    exercise: str = "auto"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    limits: Mapping[str, tuple[float, float | None]] = field(default_factory=dict)
    height_m: float | None = None

    def wants(self, code: str) -> bool:
        """Whether the fault of this code is to be judged."""
        picked = not self.select or any(code.startswith(s) for s in self.select)
        return picked and not any(code.startswith(s) for s in self.ignore)
