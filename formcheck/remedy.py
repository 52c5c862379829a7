"""A fault taken away: the same rep with the bar over the middle of the foot, the trunk as at the bottom, ...

What a fault costs the low back is the moment as it was minus the moment with its remedy. An exercise declares
the remedy beside the fault; a fault without one has no price that a static moment can show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from formcheck.segments import Segment
from formcheck.spine_load import Posture, load_point

EVENT_S = 0.07  # an event is read as the median over +- this (about 2 frames at 30 fps)


@dataclass(frozen=True)
class Remedy:
    """The postures (n frames) of a segment without the fault.

    words: completes "with ..."; of(segment, postures, limit): limit is the warning level of the fault;
    still: the fault is in the acceleration, so that the moving load is compared with the load at rest.
    """

    words: str
    of: Callable[[Segment, Posture, float], Posture]
    still: bool = False


def trunk_as_at(event: str) -> Remedy:
    """The trunk inclined as at an event of the rep."""

    def of(segment: Segment, p: Posture, limit: float) -> Posture:
        return p.leaning(segment.at("trunk_inclination", event, EVENT_S) - p.trunk_deg)

    return Remedy(f"the trunk as at the {event}", of)


def trunk_at_limit() -> Remedy:
    """The trunk inclined no more than the limit allows."""

    def of(segment: Segment, p: Posture, limit: float) -> Posture:
        return p.leaning(np.minimum(limit - p.trunk_deg, 0.0))

    return Remedy("the trunk at the limit", of)


def hands_over_midfoot() -> Remedy:
    """The hands, and what they hold, over the middle of the foot."""

    def of(segment: Segment, p: Posture, limit: float) -> Posture:
        seen = np.isfinite(segment.values["grip_forward"])  # without feet there is no middle of the foot
        return p.reaching(np.where(seen, -p.grip[..., 0], np.nan))

    return Remedy("the bar over the middle of the foot", of)


def bar_back_as_at(event: str) -> Remedy:
    """The trunk so much more upright that a bar on the shoulders is where it was at an event."""

    def of(segment: Segment, p: Posture, limit: float) -> Posture:
        i = segment.event(event)
        bar = load_point(p, "high-bar")
        line = bar - p.hip
        wanted = (np.nan if i is None else bar[i, 0]) - p.hip[..., 0]
        share = np.clip(wanted / np.linalg.norm(line, axis=-1), -1.0, 1.0)
        turn = np.degrees(np.arcsin(share) - np.arctan2(line[..., 0], line[..., 1]))
        return p.leaning(np.minimum(turn, 0.0))

    return Remedy(f"the bar where it was at the {event}", of)


def no_acceleration() -> Remedy:
    """The load held still, as slowly as it could be lifted."""
    return Remedy("the load lifted without a jerk", lambda segment, p, limit: p, still=True)
