"""Every message can be shown: one line, nothing a terminal obeys, not endless."""

from __future__ import annotations

import pytest

from formcheck.errors import LONGEST, ConfigError, VideoError


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("two\nlines", "two lines"), ("\x1b[31mred", r"\x1b[31mred"), ("\udcff", r"\udcff"),
        ("\u202egnp", r"\u202egnp"), ("ü日本語 it's", "ü日本語 it's"),
    ],
)  # fmt: skip
def test_names_from_outside_are_shown_and_not_obeyed(name: str, shown: str) -> None:
    assert str(VideoError(f"There is no {name}.mp4.")) == f"There is no {shown}.mp4."


def test_the_middle_of_an_endless_message_is_left_out() -> None:
    said = str(ConfigError(f"{'x' * 9000} is not a number; write 5."))
    assert len(said) <= LONGEST
    assert said.startswith("xxx")
    assert said.endswith("is not a number; write 5.")
