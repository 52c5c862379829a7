"""The PDF report opens, has the words that matter, and survives names from everywhere."""

from __future__ import annotations

import factories
import numpy as np

from formcheck.views import overlay, pdf


def test_a_report_becomes_pages_with_its_pictures() -> None:
    finding = factories.finding()
    report = factories.report(finding)
    jpeg = overlay.jpeg(np.full((300, 200, 3), 120, dtype=np.uint8))
    without, with_one = pdf.document(report), pdf.document(report, {finding: jpeg})
    assert without.startswith(b"%PDF-")
    assert b"/Subtype /Image" in with_one
    assert b"/Subtype /Image" not in without


def test_names_from_everywhere_and_markup_do_no_harm() -> None:
    report = factories.report(source="приседания <b>&</b> 深蹲.mp4")
    assert pdf.document(report).startswith(b"%PDF-")


def test_a_set_without_anything_is_still_a_page() -> None:
    assert pdf.document(factories.report(segments=(), exercise="none", unseen=())).startswith(b"%PDF-")
