"""What a caller may choose."""

from __future__ import annotations

import pytest
import stick

from formcheck.analysis import examine
from formcheck.options import Options

LEANING = stick.squat(hips_shoot_up=9.5, reps=2)


@pytest.mark.parametrize(
    ("select", "ignore", "wanted"),
    [
        ((), (), True), (("SQ",), (), True), (("SQ1",), (), True), (("SQ101",), (), True),
        (("DL",), (), False),
        ((), ("SQ1",), False), (("SQ",), ("SQ101",), False), ((), ("SQ2",), True),
    ],
)  # fmt: skip
def test_codes_are_selected_by_their_beginnings_and_ignored_over_that(
    select: tuple[str, ...], ignore: tuple[str, ...], wanted: bool
) -> None:
    assert Options(select=select, ignore=ignore).wants("SQ101") is wanted


def test_what_is_not_wanted_is_neither_found_nor_unseen() -> None:
    report = examine(LEANING, Options(select=("SQ3",))).report
    assert report.findings == ()
    assert {u.code[:3] for u in report.unseen} <= {"SQ3"}


@pytest.mark.parametrize(
    ("limits", "verdict"),
    [((12.0, 15.0), None), ((7.0, 12.0), "warn"), ((4.0, 6.0), "fault"), ((4.0, None), "warn")],
)
def test_other_limits_change_the_verdict(limits: tuple[float, float | None], verdict: str | None) -> None:
    report = examine(LEANING, Options(limits={"SQ101": limits})).report
    found = {f.verdict for f in report.findings if f.code == "SQ101"}
    assert found == ({verdict} if verdict else set())
    assert report.made_with["limits"] == {"SQ101": list(limits)}


def test_the_limit_reported_is_the_one_that_was_broken() -> None:
    for limits, broken in (((4.0, 6.0), 6.0), ((4.0, 20.0), 4.0)):
        report = examine(LEANING, Options(limits={"SQ101": limits})).report
        assert {f.limit for f in report.findings if f.code == "SQ101"} == {broken}
