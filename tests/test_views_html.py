"""The HTML report: complete, self-contained, and safe with whatever a file is called."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import factories
import numpy as np

from formcheck.exercise import at, level
from formcheck.exercises import EXERCISES
from formcheck.views import html, plots, text
from formcheck.views.plots import Plot, svg
from formcheck.words import DISCLAIMER

FAULT = factories.finding()
SIGNALS = factories.signals()


class Tags(HTMLParser):
    """Collects tags and attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_page_says_what_the_report_says() -> None:
    page = html.page(factories.report(FAULT), SIGNALS)
    for words in (
        "Next set, one thing",
        factories.FAULT.cue,
        "rep 1 at 0:02.0: 14° (limit 12°)",
        "Could not judge",
    ):
        assert words in page
    assert DISCLAIMER in page


def test_the_page_says_the_limits_that_were_judged_by() -> None:
    chosen = factories.report(FAULT, made_with={"limits": {"SQ101": [8.0, None]}})
    assert "warning above 8°, never more than a warning" in html.page(chosen, SIGNALS)


def test_the_page_needs_no_network_and_no_scripts() -> None:
    tags = Tags(html.page(factories.report(FAULT), SIGNALS, {FAULT: b"jpeg"}))
    assert "script" not in {tag for tag, _ in tags.found}
    assert "link" not in {tag for tag, _ in tags.found}
    sources = [attributes["src"] for _, attributes in tags.found if "src" in attributes]
    assert sources == ["data:image/jpeg;base64,anBlZw=="]
    assert not re.search(r"https?://|@import|url\(", html.page(factories.report(FAULT), SIGNALS))


def test_a_picture_replaces_the_line_of_its_finding() -> None:
    again = factories.finding(1, start_s=5.0)
    page = html.page(factories.report(FAULT, again), SIGNALS, {FAULT: b"jpeg"})
    assert page.count("<figure>") == 1
    assert "rep 2 at 0:05.0" in page


def test_file_names_cannot_inject() -> None:
    page = html.page(factories.report(FAULT, source='<script>alert("x")</script>.mp4'), SIGNALS)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_report_without_anything_is_still_a_page() -> None:
    report = factories.report(
        exercise="none", segments=(), unseen=(), view="unknown", yaw_deg=None, measures={}
    )
    page = html.page(report, factories.SignalTable(np.array([]), {}, np.array([]), np.array([])))
    assert "None of the four exercises" in page
    assert "<svg" not in page


def test_measures_that_repeat_the_tempo_are_left_out() -> None:
    table = html.segment_table(factories.report())
    assert table.head == ("set", "time", "descent", "bottom", "ascent", "depth", "note")
    assert table.rows[0][1][0] == "rep 1"


# ---- plots ------------------------------------------------------------------------------------------


def test_gaps_stay_gaps() -> None:
    drawn = svg(plots.signal_plot("trunk_inclination", SIGNALS, factories.report()))
    assert drawn.count("<polyline") == 2


def test_reps_are_shaded_and_only_those_that_count_are_numbered() -> None:
    cuts = (factories.cut(0, 0.0, counted=False, note="x"), factories.cut(1, 3.0))
    drawn = svg(plots.signal_plot("trunk_inclination", SIGNALS, factories.report(segments=cuts)))
    assert drawn.count('class="rep') == 2
    assert re.findall(r'class="tag"[^>]*>([^<]*)<', drawn) == ["", "1"]


def test_limits_are_drawn_where_they_are() -> None:
    limit = EXERCISES["squat"].faults[0].limits[0]
    plot = plots.limit_plot(limit, "Hips shoot up", [FAULT], SIGNALS, factories.report(FAULT))
    assert dict(plot.limits) == {"warning": 7, "fault": 12}
    assert svg(plot).count('class="mark fault"') == 1


def test_another_limit_is_drawn_as_it_was_judged() -> None:
    found = factories.finding(limit=20.0)
    limit = EXERCISES["squat"].faults[0].limits[0]
    assert (
        dict(plots.limit_plot(limit, "", [found], SIGNALS, factories.report(found)).limits)["fault"] == 20.0
    )


def test_numbers_once_a_rep_are_dots() -> None:
    from formcheck.exercise import Limit

    plot = plots.limit_plot(
        Limit(at("trunk_inclination", "turn"), 45, 55, "deg"), "", [], SIGNALS, factories.report()
    )
    assert [time_s for time_s, _ in plot.dots] == [1.5, 4.5]
    assert svg(plot).count("<circle") == 2


def test_signals_that_are_not_there_give_no_plot() -> None:
    from formcheck.exercise import Limit

    assert (
        svg(plots.limit_plot(Limit(level("nothing"), 1, 2, "deg"), "", [], SIGNALS, factories.report())) == ""
    )


def test_a_flat_curve_can_be_drawn() -> None:
    times = np.arange(10.0)
    assert "<polyline" in svg(Plot("flat", "deg", times, np.zeros(10), ()))


def test_titles_are_escaped() -> None:
    times = np.arange(10.0)
    assert "<b>" not in svg(Plot('"><b>', "deg", times, times, ()))


def test_a_fault_that_this_version_does_not_know_is_shown_for_what_it_is() -> None:
    report = factories.report(factories.finding(code="SQ999", name="knees-sing"))
    for said in (html.page(report, SIGNALS), text.text(report)):
        assert "SQ999 knees sing" in said
        assert "does not know this fault" in said
        assert "14° (limit 12°)" in said
