"""The report as a PDF to print or mail: the same words and pictures as the HTML page, on A4."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from formcheck.report import Finding, Report
from formcheck.views import load_words, pdf_text
from formcheck.views.groups import (
    Group,
    by_fault,
    filmed_from,
    filming,
    headline,
    label_of,
    name_of,
    not_judged,
    other_limits,
    seen_at,
    tempo,
)
from formcheck.views.pdf_text import BOLD, REGULAR
from formcheck.words import DISCLAIMER, span

MARGIN = 18 * mm
WIDTH = A4[0] - 2 * MARGIN
PICTURES_A_ROW, PICTURE_HIGH = 3, 62 * mm
TEAL, SOFT, LINE = colors.HexColor("#0b6e69"), colors.HexColor("#5a676b"), colors.HexColor("#d9dfe0")
TEXT = ParagraphStyle("text", fontName=REGULAR, fontSize=10, leading=14, spaceAfter=4)
SMALL = ParagraphStyle("small", parent=TEXT, fontSize=8.5, leading=11, textColor=SOFT)
TITLE = ParagraphStyle("title", parent=TEXT, fontName=BOLD, fontSize=17, leading=21, spaceAfter=6)
HEAD = ParagraphStyle(
    "head", parent=TEXT, fontName=BOLD, fontSize=12.5, leading=16, spaceBefore=10
)
CUE = ParagraphStyle(
    "cue", parent=TEXT, fontName=BOLD, fontSize=13, leading=17, textColor=colors.white,
    backColor=TEAL, borderPadding=8, spaceBefore=8, spaceAfter=14,
)  # fmt: skip


def document(report: Report, frames: Mapping[Finding, bytes] | None = None) -> bytes:
    """The whole document. frames: a JPEG for each finding that has a key frame."""
    pdf_text.fonts()
    out = io.BytesIO()
    pages = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
        title=f"{name_of(report)}, {report.source}", author="formcheck",
    )  # fmt: skip
    pages.build([*_top(report), *_faults(report, frames or {}), *_rest(report)])
    return out.getvalue()


def _top(report: Report) -> Iterator[Flowable]:
    about = " · ".join(part for part in (report.source, filmed_from(report)) if part)
    yield _words(about, SMALL)
    yield _words(headline(report), TITLE)
    for sentence in other_limits(report):
        yield _words(sentence, SMALL)
    groups = by_fault(report.faults)
    if groups:
        yield _words(f"Next set, one thing: {groups[0].fault.cue}", CUE)


def _faults(report: Report, frames: Mapping[Finding, bytes]) -> Iterator[Flowable]:
    for group in by_fault(report.faults):
        verdict = "Fault" if group.worst.verdict == "fault" else "Warning"
        yield KeepTogether([
            _words(f"{verdict}: {group.fault.title}", HEAD), _words(group.fault.see),
            *_pictures(report, group, frames),
        ])  # fmt: skip
        for finding in group.findings:
            if finding not in frames:
                yield _words(f"• {seen_at(report, finding)}")
        price = load_words.price_of(report, group.fault.code)
        said = (
            ("What it cost", price), ("Why it matters", group.fault.why), ("Cue", group.fault.cue),
            ("What it cannot tell", group.fault.cannot_tell),
        )  # fmt: skip
        yield from (_titled(title, words) for title, words in said if words)
        yield _words(group.fault.source, SMALL)


def _pictures(report: Report, group: Group, frames: Mapping[Finding, bytes]) -> Iterator[Flowable]:
    shown = [(_picture(frames[f]), _words(seen_at(report, f), SMALL)) for f in group.findings if f in frames]
    for at in range(0, len(shown), PICTURES_A_ROW):
        row = shown[at : at + PICTURES_A_ROW]
        yield Table(
            [[p for p, _ in row], [c for _, c in row]], colWidths=WIDTH / PICTURES_A_ROW, hAlign="LEFT"
        )


def _picture(jpeg: bytes) -> Image:
    picture = Image(io.BytesIO(jpeg))
    scale = min(PICTURE_HIGH / picture.imageHeight, (WIDTH / PICTURES_A_ROW - 4 * mm) / picture.imageWidth)
    picture.drawWidth, picture.drawHeight = scale * picture.imageWidth, scale * picture.imageHeight
    return picture


def _rest(report: Report) -> Iterator[Flowable]:
    if report.segments:
        yield _words("Every rep" if report.segments[0].kind == "rep" else "Every hold", HEAD)
        rows = [
            (label_of(report, c.index), span(c.start_s, c.end_s), tempo(c) if c.counted else c.note)
            for c in report.segments
        ]
        yield _table(("set", "time", "tempo"), rows)
    if summary := load_words.summary(report):
        yield _words("Load on the low back", HEAD)
        yield _words(f"{summary} {load_words.hint(report)}")
        head, load_rows = load_words.table(report)
        yield _table(head, [cells for _, cells in load_rows])
        yield _words(load_words.caveat(report), SMALL)
    if reasons := not_judged(report):
        yield _words("Could not judge", HEAD)
        yield from (_titled(titles, why) for titles, why in reasons)
    if problems := filming(report):
        yield _words("Filming", HEAD)
        yield from (_titled(g.fault.title, g.fault.cue) for g in problems)
    yield Spacer(1, 6 * mm)
    yield _words(DISCLAIMER, SMALL)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    cells = [[_words(cell, SMALL) for cell in row] for row in (head, *rows)]
    return Table(
        cells, hAlign="LEFT", repeatRows=1,
        style=[("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE), ("VALIGN", (0, 0), (-1, -1), "TOP")],
    )  # fmt: skip


def _titled(title: str, words: str) -> Paragraph:
    return Paragraph(f"<b>{_markup(title, TEXT)}.</b> {_markup(words[:1].upper() + words[1:], TEXT)}", TEXT)


def _words(words: str, style: ParagraphStyle = TEXT) -> Paragraph:
    return Paragraph(_markup(words, style), style)


def _markup(words: str, style: ParagraphStyle) -> str:
    bold = style.fontName == BOLD
    return pdf_text.markup(words, style.fontSize, f"#{style.textColor.hexval()[2:]}", 700 if bold else 500)
