"""What the user chose: formcheck.toml first, the command line over it.

    # formcheck.toml, in the folder where formcheck is run, or given with --config
    exercise = "squat"            # auto, squat, deadlift, row, plank
    select = ["SQ1", "SQ2"]       # only these codes (or beginnings of codes)
    ignore = ["CAM"]
    height_m = 1.78               # or "178 cm", "5ft10in"
    mass_kg = 80                  # or "176 lb"
    sex = "female"                # or "male"; leave it out for the mean of both
    load_kg = 100                 # bar and plates together, or "225 lb"
    load_at = "hands"             # hands, high-bar, low-bar, goblet, none; left out: by the exercise
    model = "models/pose_landmarker_heavy.task"

    [limits]
    SQ101 = [8, 14]               # warn, fault
    SQ102 = 50                    # a warning only, never a fault

A name that does not exist is an error that says which name is near.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from formcheck.errors import ConfigError
from formcheck.exercise import Fault
from formcheck.exercises import EXERCISES
from formcheck.lifter import Lifter, height_m, kilograms
from formcheck.manual import every_fault, nearest
from formcheck.options import Options

FILE_NAME = "formcheck.toml"
MOST_BYTES = 2**20  # of a settings file: far more than every key and limit there is
LIFTER_KEYS = ("height_m", "mass_kg", "sex", "load_kg", "load_at")
KEYS = ("exercise", "select", "ignore", "limits", *LIFTER_KEYS, "model")


@dataclass(frozen=True)
class Settings:
    """Options of the analysis, and which pose model to use (None: the provisioned one)."""

    options: Options = field(default_factory=Options)
    model: Path | None = None


def load(path: Path | None = None) -> Settings:
    """Settings from the given file, or from formcheck.toml in the current folder if there is one."""
    if path is None:
        path = Path(FILE_NAME)
        if not path.is_file():
            return Settings()
    return from_mapping(_toml(path), str(path))


def _toml(path: Path) -> dict[str, Any]:
    """What a settings file holds. Raises ConfigError when it cannot be read or is not TOML."""
    try:
        if path.exists() and not path.is_file():
            raise ConfigError(f"{path} is not a file; give the {FILE_NAME} to read.")
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise ConfigError(f"{path} is too large for a settings file; give the {FILE_NAME} to read.")
        data = tomllib.loads(text.decode("utf-8"))
        repr(data)  # a ValueError where a value could not be quoted: a number of more than 4,300 digits
        return data
    except OSError as e:
        raise ConfigError(f"Cannot read the settings {path} ({e.strerror}); check the path.") from e
    except (ValueError, RecursionError) as e:  # of 5,000 digits, of a thousand brackets
        raise ConfigError(f"{path} is not valid TOML ({e}); correct that line.") from e


def from_mapping(data: Mapping[str, Any], where: str) -> Settings:
    """Settings from the keys of a configuration file. Raises ConfigError naming key and file."""
    for key in data:
        if key not in KEYS:
            raise ConfigError(f"{where}: there is no setting {key!r}{_near(key, KEYS)}")
    limits = data.get("limits", {})
    if not isinstance(limits, Mapping):
        raise ConfigError(f"{where}: [limits] must be a table such as SQ101 = [8, 14].")
    options = Options(
        exercise=exercise_name(data.get("exercise", "auto")),
        select=codes(data.get("select", ())),
        ignore=codes(data.get("ignore", ())),
        limits=dict(_limit(code, _levels(code, value)) for code, value in limits.items()),
        lifter=with_words(Lifter(), {key: data[key] for key in LIFTER_KEYS if key in data}),
    )
    model = data.get("model")
    if model is not None and not isinstance(model, str):
        raise ConfigError(f"{where}: model must be the path of a .task file, got {model!r}.")
    return Settings(options, Path(model) if model else None)


def with_choices(
    settings: Settings,
    *,
    exercise: str | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    limits: Sequence[str] = (),
    lifter: Mapping[str, object] | None = None,
    hinge: str | None = None,
    toe_touch: str | None = None,
    model: Path | None = None,
) -> Settings:
    """The settings with what the command line says over them; what it does not say stays."""
    old = settings.options
    options = replace(
        old,
        exercise=exercise_name(exercise) if exercise else old.exercise,
        select=codes(select) or old.select,
        ignore=codes(ignore) or old.ignore,
        limits={**old.limits, **dict(parse_limit(text) for text in limits)},
        lifter=with_words(old.lifter, lifter or {}),
        hinge_s=stretch_s(hinge) if hinge else old.hinge_s,
        toe_touch_s=stretch_s(toe_touch) if toe_touch else old.toe_touch_s,
    )
    return Settings(options, model or settings.model)


# ---- single values ----------------------------------------------------------------------------------


def stretch_s(text: str) -> tuple[float, float]:
    """Start and end in seconds of a stretch of the video, from text such as 2-8 or 0:02-0:08."""
    from formcheck.video import parse_time

    start, dash, end = text.partition("-")
    if not dash or not parse_time(start) < parse_time(end):
        raise ConfigError(f"{text!r} is not a stretch of time; write from-to, such as 2-8 or 0:02-0:08.")
    return parse_time(start), parse_time(end)


def exercise_name(value: object) -> str:
    """`auto` or the name of an exercise."""
    known = ("auto", *EXERCISES)
    if value not in known:
        raise ConfigError(f"There is no exercise {value!r}{_near(str(value), known)}")
    return str(value)


def codes(value: object) -> tuple[str, ...]:
    """Fault codes or beginnings of codes, each of which some fault has. Commas separate within a string."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, Sequence) or not all(isinstance(v, str) for v in value):
        raise ConfigError(f"A list of fault codes is needed, such as ['SQ1', 'DL2'], got {value!r}.")
    wanted = tuple(code.strip().upper() for text in value for code in text.split(",") if code.strip())
    known = every_fault()
    for code in wanted:
        if not any(name.startswith(code) for name in known):
            raise ConfigError(f"No fault has the code {code!r}{nearest(code, known)}")
    return wanted


def parse_limit(text: str) -> tuple[str, tuple[float, float | None]]:
    """CODE=WARN or CODE=WARN,FAULT as code and levels. WARN alone means: never more than a warning."""
    code, equals, levels = text.partition("=")
    if not equals:
        raise ConfigError(f"A limit is written CODE=WARN[,FAULT], such as SQ101=8,14; got {text!r}.")
    return _limit(code.strip().upper(), [_number(part, text) for part in levels.split(",")])


def with_words(lifter: Lifter, words: Mapping[str, object]) -> Lifter:
    """The lifter with what the words say over it, key by key of LIFTER_KEYS; None says nothing."""
    said = {key: READ[key](value) for key, value in words.items() if value is not None}
    return replace(lifter, **said)


READ: Mapping[str, Callable[[object], Any]] = {
    "height_m": height_m, "mass_kg": kilograms, "sex": str, "load_kg": kilograms, "load_at": str,
}  # fmt: skip


def _levels(code: str, value: object) -> list[float]:
    numbers = value if isinstance(value, list) else [value]
    return [_number(n, f"{code} = {value}") for n in numbers]


def _limit(code: str, levels: list[float]) -> tuple[str, tuple[float, float | None]]:
    """Code and (warn, fault), in the direction in which that fault gets worse."""
    known = every_fault()
    fault = known.get(code)
    if fault is None:
        raise ConfigError(f"No fault has the code {code!r}{nearest(code, known)}")
    if not isinstance(fault, Fault) or not fault.limits:
        raise ConfigError(f"{code} has no limit that can be set; leave it out with --ignore {code} instead.")
    if len(levels) not in (1, 2):
        raise ConfigError(f"{code} takes one level (warn) or two (warn, fault), got {len(levels)}.")
    if len(levels) == 1:
        return code, (levels[0], None)
    warn, worse = levels
    if (worse > warn) != fault.limits[0].more_is_worse or worse == warn:
        side = "above" if fault.limits[0].more_is_worse else "below"
        raise ConfigError(
            f"{code}: the fault level must lie {side} the warn level, got {warn:g} and {worse:g}."
        )
    return code, (warn, worse)


def _number(value: object, where: str) -> float:
    try:
        if isinstance(value, bool):
            raise ValueError
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise ConfigError(f"A number is needed in {where!r}, got {value!r}.") from None
    if not abs(number) < float("inf"):
        raise ConfigError(f"A finite number is needed in {where!r}.")
    return number


def _near(word: str, known: Sequence[str]) -> str:
    """The end of a sentence about an unknown word; all the names when none is near."""
    hint = nearest(word, known)
    return hint if "did you mean" in hint else f"; choose from {', '.join(known)}."
