"""The check before the set, item by item, by the very limits that the report's filming problems have."""

from __future__ import annotations

from dataclasses import dataclass

from formcheck.calibration import Calibration
from formcheck.exercises.filming import FILMING, Footage
from formcheck.pose import PoseTrack

ITEMS = {
    "person": ("CAM101",),
    "whole-body": ("CAM102", "CAM103"),
    "distance": ("CAM104",),
    "side-on": ("CAM201",),
    "light": ("CAM301",),
    "frames": ("CAM302",),
    "people": ("CAM401",),
    "steady": ("CAM202",),
}
"""Item -> the filming problems that turn it red."""
NEEDED = ("person", "whole-body", "distance")
"""Without these nothing can be judged; the others are advice, which delays the start but does not stop it."""
WORDS = {"CAM302": "Few pictures a second get through: close other programs and tabs."}
"""Where what to do live is something else than for the next recording."""
PROBLEMS = {problem.code: problem for problem in FILMING}


@dataclass(frozen=True)
class Item:
    """One thing to set up. ok: None while it is not known; words: what to do, empty unless it is not ok."""

    key: str
    ok: bool | None
    words: str = ""


NOTHING_YET = tuple(Item(key, None) for key in ITEMS)


def check(track: PoseTrack, calibration: Calibration | None) -> tuple[Item, ...]:
    """The items as the last few seconds show them."""
    footage = Footage(track, [] if calibration is None else [calibration], lifting=True)
    return tuple(_item(key, codes, footage) for key, codes in ITEMS.items())


def _item(key: str, codes: tuple[str, ...], footage: Footage) -> Item:
    readings = {code: PROBLEMS[code].reading(footage)[1] for code in codes}
    for code, broken in readings.items():
        if broken:
            return Item(key, False, WORDS.get(code, PROBLEMS[code].cue))
    return Item(key, None if None in readings.values() else True)


def can_start(items: tuple[Item, ...]) -> bool:
    """Whether everything that is needed is there."""
    return all(item.ok for item in items if item.key in NEEDED)


def first_advice(items: tuple[Item, ...]) -> str:
    """What to do first; empty when nothing is red."""
    return next((item.words for item in items if item.ok is False), "")
