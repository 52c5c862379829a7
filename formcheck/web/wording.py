"""How the pages say names, dates and weights."""

from __future__ import annotations

import re
from datetime import datetime

from formcheck.lifter import INCH_M, POUND_KG

CM_PER_INCH = 100 * INCH_M
INCHES_PER_FOOT = 12


def plain(text: str) -> str:
    """User text that Markdown leaves alone."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])", r"\\\1", " ".join(text.split()))


def day(seconds: float) -> str:
    """A moment as a date and time of this machine's zone: 3 May 2026, 18:05."""
    moment = datetime.fromtimestamp(seconds)
    return f"{moment.day} {moment:%B %Y, %H:%M}"


def mass(kg: float, unit: str) -> str:
    """A mass in the unit the person reads: 80 kg, 176 lb."""
    return f"{kg / POUND_KG:.0f} lb" if unit == "lb" else f"{kg:g} kg"


def left(seconds: float) -> str:
    """How long it will still take, roughly."""
    if seconds > 90:
        return f"about {seconds / 60:.0f} minutes left"
    return f"about {max(5, 5 * round(seconds / 5)):.0f} seconds left"


def span(seconds: float) -> str:
    """A length of time in its largest sensible unit: 4 s, 12 min, 3 h, 2 days."""
    for most, size, unit in ((100, 1, "s"), (6000, 60, "min"), (2 * 86400, 3600, "h")):
        if seconds < most:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86400:.0f} days"
