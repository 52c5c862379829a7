"""Who is in the picture, and who of them is the lifter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.pose import J

Array = NDArray[np.float64]

CLEARLY_BETTER = 1.3  # somebody else must suit this much better, twice running, before they are followed
SAME_PERSON = 0.5  # centres closer than this share of a body's height are one person


@dataclass(frozen=True)
class Candidate:
    """A person the scout saw: centre and box in shares of the picture, y down, and how well they suit."""

    centre: tuple[float, float]
    box: tuple[float, float, float, float]
    score: float


def candidate(table: Array) -> Candidate:
    """The person of a (33, 4) table: large and central ones suit best."""
    left, top = table[:, :2].min(axis=0)
    right, bottom = table[:, :2].max(axis=0)
    trunk = table[[J["left_shoulder"], J["right_shoulder"], J["left_hip"], J["right_hip"]], :2].mean(axis=0)
    size = float(np.hypot(right - left, bottom - top))
    off_centre = min(1.0, 2 * abs(float(trunk[0]) - 0.5))
    box = (float(left), float(top), float(right), float(bottom))
    return Candidate((float(trunk[0]), float(trunk[1])), box, size * (1 - 0.5 * off_centre))


def preferred(best: Candidate, followed: Candidate | None) -> bool:
    """Whether tracking should change to the best candidate."""
    if followed is None:
        return True
    return not _same(best, followed) and best.score >= CLEARLY_BETTER * followed.score


def _same(a: Candidate, b: Candidate) -> bool:
    size = max(a.box[2] - a.box[0], a.box[3] - a.box[1])
    return bool(np.hypot(a.centre[0] - b.centre[0], a.centre[1] - b.centre[1]) < SAME_PERSON * size)


def different(seen: list[Candidate]) -> list[Candidate]:
    """Each person once: the scout may see one twice."""
    people: list[Candidate] = []
    for one in sorted(seen, key=lambda c: -c.score):
        if not any(_same(one, p) for p in people):
            people.append(one)
    return people
