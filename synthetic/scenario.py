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
EXERCISES = ("squat", "deadlift", "row", "plank", "talk")
T = TypeVar("T")


class ScenarioError(ValueError):
    """A scenario file says something that cannot be done."""


@dataclass(frozen=True)
class Scenario:
    """exercise: one of EXERCISES; reps: faults of each repetition; gear: none, barbell or dumbbells.

    plate_cm: size of the plates; options: numbers of the exercise (see the exercise's module).
    """

    name: str
    exercise: str
    about: str = ""
    reps: tuple[Faults, ...] = (Faults(),)
    gear: str = "none"
    plate_cm: int = 28
    body: Shape = field(default_factory=Shape)
    outfit: Outfit = field(default_factory=Outfit)
    tempo: Tempo = field(default_factory=Tempo)
    camera: Camera = field(default_factory=Camera)
    room: Room = field(default_factory=Room)
    options: Mapping[str, float] = field(default_factory=dict)

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
    """A scenario out of the tables of its file."""
    rest = dict(table)
    exercise = rest.pop("exercise", "")
    if exercise not in EXERCISES:
        raise ScenarioError(f"{name}: exercise must be one of {', '.join(EXERCISES)}, not {exercise!r}.")
    count = int(rest.pop("reps", 1))
    reps: list[dict[str, float]] = [{} for _ in range(count)]
    for entry in rest.pop("fault", []):
        sizes = dict(entry)
        for i in sizes.pop("reps", range(1, count + 1)):
            if not 1 <= i <= count:
                raise ScenarioError(f"{name}: there is no rep {i}; the set has {count}.")
            reps[i - 1].update(sizes)
    made: dict[str, Any] = {
        key: _made(cls, rest.pop(key, {}), name, key)
        for key, cls in (
            ("body", Shape),
            ("outfit", Outfit),
            ("tempo", Tempo),
            ("camera", Camera),
            ("room", Room),
        )
    }
    plain = {key: rest.pop(key) for key in ("about", "gear", "plate_cm", "options") if key in rest}
    if rest:
        raise ScenarioError(f"{name}: unknown keys {', '.join(sorted(rest))}.")
    return Scenario(
        name, exercise, reps=tuple(_made(Faults, r, name, "fault") for r in reps), **plain, **made
    )


def _made(cls: type[T], table: Mapping[str, Any], name: str, key: str) -> T:
    known = {f.name for f in fields(cls)}  # type: ignore[arg-type]
    if unknown := set(table) - known:
        raise ScenarioError(
            f"{name}: [{key}] knows {', '.join(sorted(known))}, not {', '.join(sorted(unknown))}."
        )
    return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in table.items()})
