"""The report as text: what was done, one cue, each finding with its evidence, and what was not judged."""

from __future__ import annotations

from dataclasses import replace

import factories

from formcheck.report import Unseen
from formcheck.views.groups import by_fault, headline, labels, not_judged
from formcheck.views.text import text
from formcheck.words import DISCLAIMER

FAULT = factories.finding()
WARNING = factories.finding(
    1, "SQ201", "warn", name="heels-lift", value=2.4, limit=2.0, unit="%H", start_s=4.0
)
CROPPED = factories.finding(
    None, "CAM102", "warn", name="feet-cropped", value=0.3, limit=0.5, unit="of frames"
)


def test_a_finding_says_rep_time_value_limit_why_and_cue() -> None:
    words = text(factories.report(FAULT))
    assert "FAULT  SQ101" in words
    assert "rep 1 at 0:02.0: 14° (limit 12°)" in words
    flat = " ".join(words.split())
    for part in (factories.FAULT.see, factories.FAULT.why, factories.FAULT.cue):
        assert part in flat


def test_the_limits_are_those_that_were_judged_by() -> None:
    words = "change of trunk inclination since the turn: warning above {}°, fault above {}°"
    assert words.format(7, 12) in " ".join(text(factories.report(FAULT)).split())
    chosen = factories.report(FAULT, made_with={"limits": {"SQ101": [8.0, 13.0]}})
    assert words.format(8, 13) in " ".join(text(chosen).split())


def test_there_is_one_cue_for_the_set_and_it_is_the_worst_ones() -> None:
    words = text(factories.report(WARNING, FAULT))
    assert words.count("Next set, one thing") == 1
    assert f"Next set, one thing: {factories.FAULT.cue}" in words


def test_every_report_ends_with_the_disclaimer() -> None:
    for report in (
        factories.report(),
        factories.report(FAULT),
        factories.report(exercise="none", segments=()),
    ):
        assert " ".join(text(report).split()).endswith(DISCLAIMER)


def test_a_clean_set_is_not_called_safe() -> None:
    said = headline(factories.report())
    assert said == "Squat: 2 reps; no fault was seen in what could be judged."


def test_other_movements_are_an_answer() -> None:
    report = factories.report(
        exercise="none", exercise_confidence=0.9, segments=(), unseen=(), view="unknown"
    )
    assert "None of the four exercises was recognised" in text(report)
    assert "filmed from" not in text(report)


def test_nobody_counts_zero_reps_as_a_rep() -> None:
    attempt = factories.cut(0, 0.0, counted=False, note="not completed")
    words = text(factories.report(segments=(attempt,)))
    assert "no reps counted" in words
    assert "[not counted: not completed]" in " ".join(words.split())


def test_failed_attempts_do_not_shift_the_numbers_of_the_reps() -> None:
    cuts = (
        factories.cut(0, 0.0),
        factories.cut(1, 3.0, counted=False, note="not completed"),
        factories.cut(2, 6.0),
    )
    assert labels(factories.report(segments=cuts)) == {0: "rep 1", 1: "attempt after rep 1", 2: "rep 2"}


def test_a_hold_says_how_long() -> None:
    hold = replace(factories.cut(0, 1.0), kind="hold", turn_s=None, end_s=31.0, phases=())
    report = factories.report(exercise="plank", variant="forearm", segments=(hold,), unseen=())
    assert headline(report) == "Forearm plank: 1 hold of 30 s; no fault was seen in what could be judged."


def test_filming_problems_stand_apart() -> None:
    words = text(factories.report(CROPPED))
    assert "Filming\n  CAM102" in words
    assert "Next set" not in words


def test_what_was_not_judged_is_gathered_by_reason() -> None:
    why = "the camera was at the side; film from the front"
    report = factories.report(
        unseen=(
            Unseen("SQ401", why),
            Unseen("SQ402", why, (0, 1)),
            Unseen("SQ201", "feet out of the picture", (1,)),
        )
    )
    assert not_judged(report) == [
        ("Shift to one side and Shoulders tilt", why),
        ("Heels lift", "feet out of the picture (rep 2)"),
    ]


def test_faults_come_before_warnings_and_many_before_few() -> None:
    again = replace(WARNING, segment=0, start_s=1.0)
    shown = [g.fault.code for g in by_fault([WARNING, FAULT, again])]
    assert shown == ["SQ101", "SQ201"]
    assert [f.start_s for f in by_fault([WARNING, again])[0].findings] == [1.0, 4.0]
