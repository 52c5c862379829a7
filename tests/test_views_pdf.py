"""The PDF report opens, has the words that matter, and survives names from everywhere."""

from __future__ import annotations

import base64

import cv2
import factories
import numpy as np
import pytest

from formcheck.views import overlay, pdf, pdf_text


def test_a_report_becomes_pages_with_its_pictures() -> None:
    finding = factories.finding()
    report = factories.report(finding)
    jpeg = overlay.jpeg(np.full((300, 200, 3), 120, dtype=np.uint8))
    without, with_one = pdf.document(report), pdf.document(report, {finding: jpeg})
    assert without.startswith(b"%PDF-")
    assert b"/Subtype /Image" in with_one
    assert b"/Subtype /Image" not in without


def test_names_from_everywhere_and_markup_do_no_harm() -> None:
    written = pdf.document(factories.report(source="приседания <b>&</b> 深蹲.mp4"))
    assert written.startswith(b"%PDF-")
    assert b"/FontFile2" in written  # the letters travel with the file
    assert b"/Subtype /Image" in written  # those that the font lacks as a picture


@pytest.mark.parametrize("name", ["приседания", "Ωραία στάση", "Žižka přisedá", "Squat nº 3 ±1 °"])
def test_what_the_font_has_stays_text(name: str) -> None:
    assert pdf_text.markup(name, 10, "#000000") == name


@pytest.mark.parametrize("name", ["深蹲", "スクワット", "스쿼트"])
def test_what_the_font_lacks_is_drawn(name: str) -> None:
    said = pdf_text.markup(f"a{name}b", 10, "#0b6e69")
    assert said.startswith("a<img")
    assert said.endswith("/>b")
    data = base64.b64decode(said.partition("base64,")[2].partition('"')[0])
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture[0, 0].tolist() == [0x69, 0x6E, 0x0B, 0]  # its colour, and nothing of it in the corner
    columns = (picture[:, :, 3] > 128).any(axis=0)
    assert columns.mean() > 0.5  # ink all along the line, not one question mark


def test_a_fault_that_this_version_does_not_know_is_shown() -> None:
    strange = factories.finding(code="SQ999", name="knees-sing")
    assert pdf.document(factories.report(strange)).startswith(b"%PDF-")


def test_a_set_without_anything_is_still_a_page() -> None:
    assert pdf.document(factories.report(segments=(), exercise="none", unseen=())).startswith(b"%PDF-")
