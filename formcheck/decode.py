"""JSON back into frozen dataclasses, by their annotations: every value has its declared type."""

from __future__ import annotations

import json
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, Union

T = TypeVar("T")


def decode(kind: type[T], data: object) -> T:
    """An instance of a dataclass from a JSON object; keys may be missing where there is a default.

    Raises TypeError or ValueError that name what was found and what it should be.
    """
    if not isinstance(data, Mapping):
        raise TypeError(f"{kind.__name__} must be an object, got {data!r}")
    hints = _hints(kind)  # type: ignore[arg-type]
    if unknown := sorted(str(key) for key in data.keys() - hints.keys()):
        raise ValueError(f"unknown keys: {', '.join(unknown)}")
    for f in fields(kind):  # type: ignore[arg-type]
        if f.name not in data and f.default is MISSING and f.default_factory is MISSING:
            raise ValueError(f"{kind.__name__} lacks {f.name}")
    return kind(**{name: _value(hints[name], value, name) for name, value in data.items()})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _value(hint: Any, value: object, name: str) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        json.dumps(value, allow_nan=False)  # a ValueError for what to_dict could not write again
        return value
    if is_dataclass(hint) and isinstance(hint, type):
        return decode(hint, value)
    if origin in (Union, types.UnionType):
        some = next(a for a in args if a is not type(None))
        return None if value is None else _value(some, value, name)
    if origin is tuple and isinstance(value, list | tuple):
        return _row(args, value, name)
    if origin is Literal and isinstance(value, str) and value in args:
        return value
    if origin is Mapping and isinstance(value, Mapping):
        return {str(key): _value(args[1], v, name) for key, v in value.items()}
    if origin is None and _plain(hint, value):
        return value
    raise TypeError(f"{name} cannot be {value!r}")


def _row(args: tuple[Any, ...], values: list[Any] | tuple[Any, ...], name: str) -> tuple[Any, ...]:
    """A tuple: of any length when declared with an ellipsis, else exactly as declared."""
    wanted = (args[0],) * len(values) if args[-1] is Ellipsis else args
    if len(wanted) != len(values):
        raise ValueError(f"{name} needs {len(wanted)} values, got {len(values)}")
    return tuple(_value(hint, v, name) for hint, v in zip(wanted, values, strict=True))


def _plain(hint: Any, value: object) -> bool:
    """Whether a value is what text, truth and numbers are declared as; numbers are finite."""
    if isinstance(value, str):
        value.encode()  # half a surrogate pair is a ValueError: it could not be written again
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, hint) and (hint is bool or not isinstance(value, bool))
