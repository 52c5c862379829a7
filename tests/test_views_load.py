"""How the load on the low back is said: compared, with its range, and never as safe or unsafe."""

from __future__ import annotations

import re
from dataclasses import replace

import factories
import numpy as np
import pytest

from formcheck.report import Load, Price, Report, SegmentLoad
from formcheck.signals import SignalTable
from formcheck.views import html, load_words, overlay, plots, tables
from formcheck.views.groups import not_judged
from formcheck.views.text import text

LOAD = factories.load()
REP = LOAD.segments[0]
OTHER = replace(
    REP, segment=1, moment_nm=232.0, percent_of_lowest=100.0, prices=(replace(REP.prices[0], moment_pct=4.0),)
)
BOTH = replace(LOAD, segments=(REP, OTHER), unseen=())


def report(load: Load | None = LOAD) -> Report:
    return factories.report(factories.finding(), load=load)


def table_with_load() -> SignalTable:
    table = factories.signals()
    wave = np.where(table.times_s < 3, 100 + 50 * np.sin(table.times_s), np.nan)
    load = {
        "low_back_moment_pct": wave,
        "low_back_moment_nm": 2 * wave,
        "low_back_dynamic_moment_nm": 2.2 * wave,
    }
    return replace(table, values={**table.values, **load})


def test_the_hardest_rep_is_named_with_what_it_is_worth() -> None:
    assert load_words.summary(report(BOTH)) == (
        "Rep 1 was the hardest, 12 % more than rep 2, the easiest; 261 Nm of turning force (210 to 313), up "
        "to 291 with the load's inertia, squeezing it with about 3.5 to 6 kN."
    )


def test_reps_alike_are_not_ranked() -> None:
    alike = replace(BOTH, segments=(replace(REP, percent_of_lowest=101.0), OTHER))
    assert load_words.summary(report(alike)).startswith("All 2 reps load it alike; ")


def test_without_height_or_mass_there_are_no_newtons() -> None:
    said = text(report(factories.load(absolute=False)))
    flat = " ".join(said.split())
    assert "One rep has nothing to be compared with. Give body mass for numbers in newton metres." in flat
    assert not re.search(r"\d Nm|\d kN", said.partition("FAULT")[0])


def test_a_fault_names_its_price() -> None:
    words = " ".join(text(report(BOTH)).split())
    assert (
        "Price: 4 to 16 % more turning force than with the trunk as at the bottom, notable; most in rep 1 "
        "(36 Nm)." in words
    )
    free = replace(
        LOAD,
        segments=(
            replace(REP, prices=(Price("SQ101", 2.0, "the trunk as at the bottom", -2.0, -0.8, "small"),)),
        ),
    )
    assert (
        load_words.price_of(report(free), "SQ101")
        == "no more turning force than with the trunk as at the bottom"
    )
    assert load_words.price_of(report(BOTH), "SQ102") == ""


def test_what_could_not_be_computed_is_not_judged() -> None:
    assert ("Load on the low back", f"{LOAD.unseen[0].why} (rep 2)") in not_judged(report())


@pytest.mark.parametrize("load", [LOAD, BOTH, factories.load(absolute=False)], ids=["one", "two", "relative"])
def test_no_number_is_called_safe_or_unsafe(load: Load) -> None:
    page = html.page(report(load), table_with_load())
    section = page.partition("<h2>Load on the low back</h2>")[2].partition("<footer>")[0]
    assert section
    for words in (section, text(report(load)).partition("FAULT")[0]):
        assert not re.search(r"\b(un)?safe|danger|injur|3\.4 kN|6\.4 kN", words)
        assert "comparing your own reps" in words or load.basis == "relative"


def test_the_page_draws_both_curves_and_a_row_a_rep() -> None:
    page = html.page(report(BOTH), table_with_load())
    assert page.count('class="curve beside"') == 1
    assert "thin: with the load&#39;s own inertia" in page
    for cell in ("261 Nm (210 to 313)", "112 %", "291 Nm", "411 Nm·s", "For 178 cm and 80 kg."):
        assert cell in page
    assert "Load on the low back</h2>" not in html.page(report(None), factories.signals())


def test_a_plank_says_what_rests_on_the_arms() -> None:
    held = SegmentLoad(0, 2.0, 100.0, 126.0, (115.0, 137.0), None, None, None, 1300.0, 66.8)
    plank = factories.report(exercise="plank", load=replace(LOAD, segments=(held,)))
    assert load_words.summary(plank) == (
        "126 Nm of turning force (115 to 137) hollow the back; 67 % of body weight rests on the arms."
    )
    head, (row,) = load_words.table(plank)
    assert head == ("set", "peak at", "turning force", "of the easiest", "on the arms", "dose")
    assert row == (True, ("rep 1", "0:02.0", "126 Nm (115 to 137)", "100 %", "67 % of weight", "1300 Nm·s"))


def test_tables_have_the_load_of_each_rep_and_the_price_of_each_finding() -> None:
    first, second = tables.segments_dataframe(report()).to_dict("records")
    assert (first["low_back_moment_nm"], first["low_back_compression_low_n"]) == (261.3, 4050.0)
    assert np.isnan(second["low_back_moment_nm"])
    assert list(tables.findings_csv(report()))[1].rstrip().endswith(",36.2,16.1")
    assert list(tables.findings_csv(report(None)))[1].rstrip().endswith(",,")


def test_the_curve_that_is_drawn() -> None:
    drawn = plots.load_plot(table_with_load(), report())
    assert drawn is not None
    assert (drawn.unit, drawn.beside is None) == ("Nm", False)
    relative = replace(table_with_load(), values={"low_back_moment_pct": np.ones(180)})
    drawn = plots.load_plot(relative, report())
    assert drawn is not None
    assert (drawn.unit, drawn.beside) == ("%", None)
    assert plots.load_plot(factories.signals(), report()) is None


def test_the_gauge_stands_in_the_strip_while_a_rep_lasts() -> None:
    track = factories.squatting()
    scenes = [
        overlay.Scene.of(track, factories.Examined(report(), t))  # type: ignore[arg-type]
        for t in (factories.signals(), table_with_load())
    ]
    picture = np.full((*track.size[::-1], 3), 120, dtype=np.uint8)
    bare, gauged = (overlay.overlaid(picture, 1.0, s) for s in scenes)
    changed = (bare != gauged).any(axis=2)
    assert changed[track.size[1] :].any()
    assert not changed[: track.size[1]].any()
    assert (overlay.overlaid(picture, 5.0, scenes[0]) == overlay.overlaid(picture, 5.0, scenes[1])).all()
    now = scenes[1].low_back(1.0)
    assert now is not None
    assert now == (pytest.approx((100 + 50 * np.sin(1.0)) / 150, abs=0.01), "284 Nm")


def test_a_report_that_does_not_say_what_was_given_asks_for_it() -> None:
    load = replace(factories.load(), lifter={})
    assert "Give height, body mass and load" in load_words.hint(factories.report(load=load))
