"""JSON becomes a dataclass only when every value has the type that the dataclass declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from formcheck.decode import decode


@dataclass(frozen=True)
class Inner:
    number: int


@dataclass(frozen=True)
class Outer:
    word: Literal["yes", "no"]
    share: float
    pair: tuple[float, float] | None = None
    inner: tuple[Inner, ...] = ()
    named: Mapping[str, float] = field(default_factory=dict)
    free: Any = None


def test_everything_declared_is_read() -> None:
    data = {"word": "yes", "share": 1, "pair": [1, 2.5], "inner": [{"number": 3}], "named": {"a": 1.5}}
    assert decode(Outer, data) == Outer("yes", 1, (1, 2.5), (Inner(3),), {"a": 1.5})
    assert decode(Outer, {"word": "no", "share": 0.5}) == Outer("no", 0.5)


@pytest.mark.parametrize(
    "change",
    [
        {"word": "perhaps"}, {"word": 1}, {"share": "1"}, {"share": True}, {"share": float("nan")},
        {"share": 10**400}, {"share": None}, {"pair": [1]}, {"pair": [1, 2, 3]}, {"pair": "ab"},
        {"inner": {}}, {"inner": [{"number": 1.5}]}, {"inner": [{}]}, {"inner": [None]},
        {"named": {"a": "b"}},
        {"named": []}, {"free": float("inf")}, {"mood": 1},
    ],
)  # fmt: skip
def test_anything_else_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError, OverflowError)):
        decode(Outer, {"word": "yes", "share": 1.0} | change)


def test_half_a_character_is_refused() -> None:
    @dataclass(frozen=True)
    class Said:
        text: str

    with pytest.raises(ValueError, match="surrogates"):
        decode(Said, {"text": "\ud800"})
