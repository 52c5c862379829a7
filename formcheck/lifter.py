"""Who lifts and what: standing height, body mass, sex, the load and where it is held.

Everything may be unknown (None). Values are metres and kilograms; `height_m` and `kilograms` read what people
write: 178, 1.78 m, 5ft10in; 80, 80 kg, 176 lb. A value that no lifter has is a ConfigError with the range.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from formcheck.anthropometry import Sex
from formcheck.errors import ConfigError

LoadAt = Literal["hands", "high-bar", "low-bar", "goblet", "none"]
LOAD_PLACES: tuple[str, ...] = get_args(LoadAt)
SEXES: tuple[str, ...] = get_args(Sex)

# What is believed: wide enough for everybody who lifts (engineering choice).
HEIGHT_M = (0.9, 2.5)
MASS_KG = (20.0, 350.0)
LOAD_KG = (0.0, 600.0)  # the heaviest squats and deadlifts on record are between 500 and 600 kg
CM_FROM = 50  # a height above this is in centimetres: nobody is 50 m tall
FOOT_M, INCH_M, POUND_KG = 0.3048, 0.0254, 0.45359237


@dataclass(frozen=True)
class Lifter:
    """The lifter as far as known. load_kg: the whole load, bar included, both hands together.

    load_at: None lets the exercise decide. Raises ConfigError for a value that cannot be.
    """

    height_m: float | None = None
    mass_kg: float | None = None
    sex: Sex | None = None
    load_kg: float | None = None
    load_at: LoadAt | None = None

    def __post_init__(self) -> None:
        _height_within(self.height_m)
        _within("body mass", self.mass_kg, MASS_KG, "kg", "give it as 80, 80 kg or 176 lb")
        _within("load", self.load_kg, LOAD_KG, "kg", "give bar and plates together as 100, 100 kg or 225 lb")
        _one_of("sex", self.sex, SEXES)
        _one_of("load_at", self.load_at, LOAD_PLACES)


def height_m(text: object) -> float:
    """Standing height in metres from 178, 178cm, 1.78, 1.78 m, 5ft10in, 5'10"."""
    words = _plain(text)
    feet = re.fullmatch(r"(\d+) ?(?:ft|feet|foot|') ?(?:(\d+(?:\.\d+)?) ?(?:in|inch|inches|\"|'')?)?", words)
    if feet:
        metres = int(feet[1]) * FOOT_M + float(feet[2] or 0) * INCH_M
    else:
        number = _number(words, ("cm", "m"), text, "a height such as 178, 1.78 m or 5ft10in")
        metres = number / 100 if words.endswith("cm") or number > CM_FROM else number
    _height_within(metres)
    return metres


def kilograms(text: object) -> float:
    """A mass in kilograms from 100, 100kg, 225 lb."""
    words = _plain(text)
    number = _number(words, ("kg", "lbs", "lb"), text, "a mass such as 100, 100 kg or 225 lb")
    return number * POUND_KG if words.endswith(("lb", "lbs")) else number


def _plain(text: object) -> str:
    return str(text).lower().replace(",", ".").strip()


def _number(words: str, units: tuple[str, ...], text: object, wanted: str) -> float:
    for unit in units:
        if words.endswith(unit):
            words = words.removesuffix(unit).strip()
            break
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", words):
        raise ConfigError(f"A number is needed in {text!r}: give {wanted}.")
    return float(words)


def _height_within(metres: float | None) -> None:
    _within("standing height", metres, HEIGHT_M, "m", "give it as 178, 1.78 m or 5ft10in")


def _within(what: str, value: float | None, limits: tuple[float, float], unit: str, how: str) -> None:
    low, high = limits
    if value is not None and not low <= value <= high:
        raise ConfigError(
            f"A {what} of {value:g} {unit} is not believable; {low:g} to {high:g} {unit} is accepted, {how}."
        )


def _one_of(what: str, value: str | None, known: tuple[str, ...]) -> None:
    if value is not None and value not in known:
        raise ConfigError(f"{what} cannot be {value!r}; choose from {', '.join(known)}.")
