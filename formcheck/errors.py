"""The errors a caller may see. Every message is one sentence: what happened, and what to do next.

Messages quote names and values that came from outside, so every message is made fit to be shown: one line,
nothing that a terminal would obey, and not longer than one reads.
"""

from __future__ import annotations

from formcheck.words import printable

LONGEST = 400  # characters of a message; the middle of a longer one is left out, so what to do next stays


class FormcheckError(Exception):
    """Something the user can act on. The command line prints the message and exits with code 2."""

    def __init__(self, sentence: str) -> None:
        super().__init__(presentable(sentence))


def presentable(sentence: str) -> str:
    """A sentence in one line of printable characters, at most `LONGEST` of them."""
    line = " ".join(sentence.split())
    if len(line) > LONGEST:
        line = f"{line[: LONGEST // 2]} ... {line[-LONGEST // 2 + 5 :]}"
    return printable(line)


class VideoError(FormcheckError):
    """The video cannot be read (wrong type, empty, damaged, no pictures in it)."""


class ModelError(FormcheckError):
    """The pose model is missing, damaged, or cannot be provisioned."""


class TrackError(FormcheckError):
    """A pose track or report on disk is not what it claims to be."""


class ConfigError(FormcheckError):
    """An option or configuration key has a wrong name or value."""


class OutputError(FormcheckError):
    """A result cannot be written (folder missing, no permission, disk full)."""


class LiveError(FormcheckError):
    """A live session was sent something that is no frame or message of it."""
