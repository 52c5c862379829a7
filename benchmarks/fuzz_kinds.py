"""What a fuzz case is, and the ways to damage bytes that all formats share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal


@dataclass(frozen=True)
class Made:
    """One input. want: how it must end; pictures: how many a right answer has, None if unknown."""

    path: Path
    want: Literal["right", "refused", "either"] = "either"
    pictures: int | None = None
    command: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A family of cases. stage: what reads them, see `JUDGES`; make: writes a case into an empty folder."""

    stage: Literal["video", "track", "report", "settings", "bundle", "upload", "command"]
    name: str
    cases: int
    make: Callable[[Random, Path], Made]


WORDS = (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFF0, 0x00010000)
"""Numbers that break arithmetic with 32 bits."""


def truncated(rng: Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def flipped(rng: Random, data: bytes) -> bytes:
    """Between one and a few hundred single bits turned over."""
    out = bytearray(data)
    for _ in range(int(10 ** rng.uniform(0, 2.5))):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def overwritten(rng: Random, data: bytes, start: int = 0, end: int | None = None) -> bytes:
    """A few 32-bit words between start and end replaced by the extremes and by chance."""
    out, end = bytearray(data), min(end or len(data), len(data)) - 4
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(start, max(start + 1, end))
        word = rng.choice((*WORDS, rng.getrandbits(32)))
        out[at : at + 4] = word.to_bytes(4, "big")
    return bytes(out)


def shuffled(rng: Random, data: bytes) -> bytes:
    """A stretch left out, doubled, blanked, or changed for another one."""
    a, b = sorted(rng.randrange(len(data)) for _ in range(2))
    c = rng.randrange(len(data))
    part = data[a:b]
    changes = (b"", part + part, bytes(len(part)), data[c : c + len(part)], rng.randbytes(len(part)))
    return data[:a] + rng.choice(changes) + data[b:]


DAMAGE = (truncated, flipped, overwritten, shuffled)
