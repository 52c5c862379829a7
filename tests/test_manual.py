"""The manual: every fault has all its sections, generated pages are fresh, wrong codes name the near one."""

from __future__ import annotations

from pathlib import Path

import pytest

from formcheck import manual
from formcheck.errors import ConfigError
from formcheck.exercise import Fault
from formcheck.exercises import EXERCISES

DOCS = Path(__file__).resolve().parents[1] / "docs"
FAULTS = manual.every_fault()


@pytest.mark.parametrize("code", FAULTS)
def test_every_page_has_every_section(code: str) -> None:
    page = manual.explain(code)
    sections = ["What one sees", "Why it matters", "Limits", "Cue", "Source of the limits"]
    if isinstance(FAULTS[code], Fault):
        sections.append("What it cannot tell")
    for section in sections:
        assert f"**{section}.**" in page


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_found_by_code_and_name_in_any_case(code: str) -> None:
    assert manual.find(code.lower()) is FAULTS[code]
    assert manual.find(FAULTS[code].name.upper()).name == FAULTS[code].name


def test_limits_are_said_with_unit_phase_and_view() -> None:
    page = manual.explain("SQ101")
    assert "warning above 7°, fault above 12°" in page
    assert "for at least 0.15 s, filmed from the side" in page


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_has_a_page(name: str) -> None:
    page = manual.explain(name)
    assert EXERCISES[name].film_it in page
    for fault in EXERCISES[name].faults:
        assert fault.code in page


def test_an_unknown_code_names_the_near_one() -> None:
    with pytest.raises(ConfigError, match=r"SQ1O1.*did you mean SQ101\?"):
        manual.explain("SQ1O1")
    with pytest.raises(ConfigError, match="'formcheck rules' lists them all"):
        manual.explain("zzzzzzzzzz")


def test_the_list_has_a_line_for_every_fault() -> None:
    lines = manual.rules_list().splitlines()
    assert [line.split()[0] for line in lines] == list(FAULTS)


@pytest.mark.parametrize(
    ("name", "page"), [("rules.md", manual.rules_page), ("signals.md", manual.signals_page)]
)
def test_the_generated_pages_are_up_to_date(name: str, page) -> None:
    assert (DOCS / name).read_text() == page(), f"docs/{name} is stale; run 'make docs' and commit it"


def test_write_docs(tmp_path: Path) -> None:
    rules, signals = manual.write_docs(tmp_path)
    assert rules.read_text().startswith("# Rules")
    assert "trunk_inclination" in signals.read_text()
