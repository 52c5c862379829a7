"""How numbers, times and lists are said to people. Units as in the signals: deg, %H, H, %, s, 1, ..."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

DISCLAIMER = (
    "formcheck looks at movement in a video. It cannot see pain, discs or muscles and is not a medical "
    "device. No flag does not mean safe."
)

UNIT_WORDS = {
    "deg": "°",
    "deg/s": "°/s",
    "%": " %",
    "%H": " % of height",
    "%H/s": " % of height/s",
    "H": " × height",
    "1": "",
    "": "",
}
"""What follows the number; a unit that is not listed stands as it is, after a space."""

FINE_UNITS = ("1", "", "s", "H", "m/s", "g")
"""Units whose second decimal matters."""


def with_unit(value: float, unit: str) -> str:
    """A value with its unit, as short as it is still telling: 12°, 3.4 % of height, 0.82 s."""
    if not isfinite(value):
        return "not seen"
    if unit in FINE_UNITS:
        number = f"{value:.2f}"
    elif unit.startswith("deg"):
        number = f"{value:.0f}"
    else:
        number = f"{value:.1f}"
    return f"{number}{UNIT_WORDS.get(unit, f' {unit}')}".replace("-", "\u2212")


def clock(time_s: float) -> str:
    """A moment of the video as m:ss.t."""
    tenths = round(max(time_s, 0.0) * 10)
    return f"{tenths // 600}:{tenths % 600 / 10:04.1f}"


def span(start_s: float, end_s: float) -> str:
    """A stretch of the video; a single moment when it is shorter than a tenth of a second."""
    a, b = clock(start_s), clock(end_s)
    return a if a == b else f"{a}\u2013{b}"


def listed(words: Iterable[str]) -> str:
    """a; a and b; a, b and c."""
    *most, last = list(words) or [""]
    return f"{', '.join(most)} and {last}" if most else last


def counted(number: int, word: str) -> str:
    """1 rep, 3 reps."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


MEASURE_UNITS = (
    ("_pct_height_per_s", "%H/s"),
    ("_pct_height", "%H"),
    ("_m_per_s", "m/s"),
    ("_pct", "%"),
    ("_deg", "deg"),
    ("_m", "m"),
    ("_s", "s"),
)
"""How a measure's name ends -> its unit; the first that fits."""


def readable(name: str) -> str:
    """A key of the report as words: knee_at_turn_deg -> knee at turn, hips-shoot-up -> hips shoot up."""
    ending = next((end for end, _ in MEASURE_UNITS if name.endswith(end)), "")
    return name.removesuffix(ending).replace("_", " ").replace("-", " ")


def measure_unit(name: str) -> str:
    """The unit that a measure's name ends in, "" when it has none: depth_deg -> deg, speed_m_per_s -> m/s."""
    return next((unit for end, unit in MEASURE_UNITS if name.endswith(end)), "")


def printable(text: str) -> str:
    """Text from outside, such as the name of a file, as it can be shown and written: nothing in it acts."""
    return "".join(
        c if c.isprintable() else " " if c.isspace() else c.encode("unicode_escape").decode() for c in text
    )
