"""A scenario: one small TOML file that says everything about a clip; scenarios/ holds the samples."""

from __future__ import annotations

import tomllib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from synthetic.body import Shape
from synthetic.camera import Camera
from synthetic.clothing import Outfit
from synthetic.faults import Faults
from synthetic.motion import Tempo
from synthetic.scene import Room

FOLDER = Path(__file__).parent / "scenarios"
STYLES = {
    "squat": ("bodyweight", "goblet", "barbell"),
    "deadlift": ("conventional", "romanian"),
    "row": ("barbell", "dumbbells"),
    "plank": ("forearm", "high"),
    "talk": ("standing",),
}
"""Exercise -> its styles; the first is meant when none is named."""
OPTIONS = {
    "squat": ("stance_m", "toes_deg", "trunk_deg", "thigh_deg"),
    "deadlift": (
        "stance_m", "toes_deg", "trunk_deg", "grip_m", "floor_bar_m", "stand_up", "hinge", "toe_touch",
        "reset",
    ),
    "row": ("stance_m", "toes_deg", "trunk_deg", "knee_deg", "grip_m"),
    "plank": ("hold_s",),
    "talk": ("seconds",),
}  # fmt: skip
CHOICES = {
    "sex": ("female", "male"), "side": ("left", "right"), "floor": ("rubber", "wood", "carpet"),
    "fit": ("tight", "normal", "loose"), "top": ("shirt", "hoodie"), "plate_cm": (28, 35, 45),
    "hinge": (0, 1), "toe_touch": (0, 1), "reset": (0, 1),
}  # fmt: skip
LIMITS = {
    "reps": (1, 30), "hold_s": (1, 120), "seconds": (0.5, 120),
    "body.height_m": (1.4, 2.1), "body.muscle": (-1, 1), "body.weight": (-1, 2),
    "camera.width": (64, 1920), "camera.height": (64, 1920), "camera.fps": (5, 120),
    "camera.fov_deg": (20, 110), "camera.distance_m": (1, 12), "camera.height_m": (0.05, 3),
    "camera.crf": (0, 51), "camera.distortion": (0, 0.2), "camera.shutter": (0, 1), "camera.shake": (0, 3),
    "room.clutter": (0, 2), "room.people": (0, 3), "room.light": (0.05, 3),
    "tempo.down_s": (0.3, 20), "tempo.up_s": (0.3, 20), "tempo.pause_s": (0, 20), "tempo.rest_s": (0, 30),
    "tempo.stand_s": (0, 30),
}  # fmt: skip
"""Least and most of a number, by table and word."""
TABLES: dict[str, Any] = {"body": Shape, "outfit": Outfit, "tempo": Tempo, "camera": Camera, "room": Room}
T = TypeVar("T")


class ScenarioError(ValueError):
    """A scenario file says something that cannot be done."""


@dataclass(frozen=True)
class Scenario:
    """exercise, style: see STYLES; reps: faults of each repetition, or of each part of a plank.

    plate_cm: size of the plates; options: numbers of the exercise (see the exercise's module).
    """

    name: str
    exercise: str
    about: str = ""
    reps: tuple[Faults, ...] = (Faults(),)
    style: str = ""
    plate_cm: int = 28
    body: Shape = field(default_factory=Shape)
    outfit: Outfit = field(default_factory=Outfit)
    tempo: Tempo = field(default_factory=Tempo)
    camera: Camera = field(default_factory=Camera)
    room: Room = field(default_factory=Room)
    options: Mapping[str, float] = field(default_factory=dict)

    @property
    def way(self) -> tuple[str, str]:
        """Exercise and style."""
        return self.exercise, self.style or STYLES[self.exercise][0]

    @property
    def seed(self) -> int:
        """The one source of chance in a clip."""
        return zlib.crc32(self.name.encode())


def names() -> list[str]:
    """Names of the scenarios in the folder."""
    return sorted(p.stem for p in FOLDER.glob("*.toml"))


def load(name: str) -> Scenario:
    """A scenario by the name of a sample or the path of a TOML file. Raises ScenarioError in words."""
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        raise ScenarioError(
            f"There is no scenario {name}; known are {', '.join(names())}, or give a .toml file."
        )
    try:
        return parse(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as e:
        raise ScenarioError(f"{path.name} is not valid TOML: {e}.") from e


def parse(name: str, table: Mapping[str, Any]) -> Scenario:
    """A scenario out of the tables of its file. Raises ScenarioError in words."""
    rest = dict(table)
    exercise = rest.pop("exercise", "")
    if exercise not in STYLES:
        raise ScenarioError(f"{name}: exercise must be one of {', '.join(STYLES)}, not {exercise!r}.")
    style = rest.pop("style", STYLES[exercise][0])
    if style not in STYLES[exercise]:
        raise ScenarioError(f"{name}: style must be one of {', '.join(STYLES[exercise])}, not {style!r}.")
    sizes = _sizes(name, rest.pop("reps", 1), rest.pop("fault", []))
    made: dict[str, Any] = {key: _made(cls, rest.pop(key, {}), name, key) for key, cls in TABLES.items()}
    options = rest.pop("options", {})
    if not isinstance(options, dict) or set(options) - set(OPTIONS[exercise]):
        raise ScenarioError(f"{name}: the options of a {exercise} are {', '.join(OPTIONS[exercise])}.")
    if style == "romanian" and (options.get("hinge") or options.get("toe_touch")):
        raise ScenarioError(f"{name}: a Romanian deadlift has the bar in the hands: no hinge, no toe_touch.")
    plain = {key: rest.pop(key) for key in ("about", "plate_cm") if key in rest}
    _check(name, {**options, **plain})
    if rest:
        raise ScenarioError(f"{name}: unknown keys {', '.join(sorted(rest))}.")
    reps = tuple(_made(Faults, s, name, "fault") for s in sizes)
    return Scenario(name, exercise, style=style, reps=reps, options=options, **plain, **made)


def _sizes(name: str, count: Any, entries: Any) -> list[dict[str, Any]]:
    """Sizes of the faults of every repetition; a [[fault]] without reps is in all of them."""
    _check(name, {"reps": count})
    sizes: list[dict[str, Any]] = [{} for _ in range(int(count))]
    for entry in entries:
        faults = dict(entry)
        for i in faults.pop("reps", range(1, len(sizes) + 1)):
            if i not in range(1, len(sizes) + 1):
                raise ScenarioError(f"{name}: there is no rep {i}; the set has {len(sizes)}.")
            sizes[i - 1].update(faults)
    return sizes


def _made(cls: type[T], table: Any, name: str, key: str) -> T:
    if not isinstance(table, Mapping):
        raise ScenarioError(f"{name}: [{key}] must be a table.")
    known = {f.name: f.default for f in fields(cls)}  # type: ignore[arg-type]
    if unknown := set(table) - set(known):
        raise ScenarioError(
            f"{name}: [{key}] knows {', '.join(sorted(known))}, not {', '.join(sorted(unknown))}."
        )
    for word, value in table.items():
        if _kind(value) != _kind(known[word]):
            raise ScenarioError(f"{name}: [{key}] {word} must be like {known[word]!r}, not {value!r}.")
    _check(name, table, f"{key}.")
    return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in table.items()})


def _kind(value: Any) -> str:
    """Number, text, or a list of so many numbers."""
    if isinstance(value, (list, tuple)):
        return f"{len(value)} of {_kind(value[0]) if value else 'nothing'}"
    return "number" if isinstance(value, (int, float)) else type(value).__name__


def _check(name: str, table: Mapping[str, Any], key: str = "") -> None:
    """Values within CHOICES and LIMITS; key: the name of the table and a dot."""
    for word, value in table.items():
        if word in CHOICES and value not in CHOICES[word]:
            known = ", ".join(str(c) for c in CHOICES[word])
            raise ScenarioError(f"{name}: {word} must be one of {known}, not {value!r}.")
        low, high = LIMITS.get(key + word, (None, None))
        if low is not None and not (isinstance(value, (int, float)) and low <= value <= high):
            raise ScenarioError(f"{name}: {key}{word} must be between {low} and {high}, not {value!r}.")
