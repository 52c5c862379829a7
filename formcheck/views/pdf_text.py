"""Words of any script for the PDF: an embedded font as far as it goes, small drawn pictures of the rest.

The font is DejaVu Sans (free; Latin, Greek, Cyrillic and more), which comes with matplotlib, which comes with
MediaPipe; a file of it is read, the package is not imported. What it lacks, such as Chinese, Japanese and
Korean, is drawn by OpenCV, whose own font has those; a script that neither has becomes question marks.
"""

from __future__ import annotations

import base64
import importlib.util
from functools import cache
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

import cv2
import numpy as np
from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from formcheck.views import drawing

REGULAR, BOLD = "formcheck", "formcheck-bold"
FILES = {REGULAR: ("DejaVuSans.ttf", "Vera.ttf"), BOLD: ("DejaVuSans-Bold.ttf", "VeraBd.ttf")}
"""Font -> its file in matplotlib, and that of ReportLab's own which takes its place where there is none."""
NOBODY = ["nobody.invalid"]  # without any trusted host ReportLab 5 cannot read data: addresses either
SHARPNESS = 5  # pixels of a drawn character a point
BELOW = 0.28  # of its size that a drawn line reaches below the base line


@cache
def fonts() -> dict[str, frozenset[int]]:
    """Make the fonts known to ReportLab, and let it read data: addresses; name -> the characters each has."""
    rl_config.trustedHosts = NOBODY
    found = importlib.util.find_spec("matplotlib")
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" if found and found.origin else Path()
    covered = {}
    for name, (file, instead) in FILES.items():
        path = folder / file
        font = TTFont(name, str(path) if path.is_file() else instead)
        pdfmetrics.registerFont(font)
        covered[name] = frozenset(font.face.charToGlyph)
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    return covered


def markup(words: str, size: float, colour: str, weight: int = 500) -> str:
    """ReportLab's mark-up of plain words in a text of this size in points; colour as #rrggbb."""
    known = fonts()[REGULAR]
    parts = []
    for there, run in groupby(words, key=lambda c: ord(c) in known or c.isspace()):
        text = "".join(run)
        parts.append(escape(text) if there else _drawn(text, size, colour, weight))
    return "".join(parts)


@cache
def _drawn(words: str, size: float, colour: str, weight: int) -> str:
    """The words as a picture within the line."""
    pixels = round(SHARPNESS * size)
    wide, high = drawing.text_width(words, pixels, weight) + 2, round(1.3 * pixels)
    ink = np.zeros((high, wide, 3), dtype=np.uint8)
    drawing.text(ink, words, (1, round(high - BELOW * pixels)), pixels, drawing.WHITE, weight)
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    picture = np.empty((high, wide, 4), dtype=np.uint8)
    picture[...] = (blue, green, red, 0)
    picture[:, :, 3] = ink[:, :, 0]
    png = cv2.imencode(".png", picture)[1].tobytes()
    return (
        f'<img src="data:image/png;base64,{base64.b64encode(png).decode()}" width="{wide / SHARPNESS:.2f}" '
        f'height="{high / SHARPNESS:.2f}" valign="{-BELOW * size:.2f}"/>'
    )
