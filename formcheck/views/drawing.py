"""Drawing on a picture: skeleton, an angle with its value, text. Sizes follow the picture, points are y up.

A `Canvas` is an RGB picture together with where the displayed video lies in it, so that whole frames and
enlarged cut-outs are drawn alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from math import isnan

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.body import SEEN_MIN, Reference
from formcheck.geometry import Point
from formcheck.pose import BONES, JOINTS, Pose
from formcheck.views.back_edge import Edges
from formcheck.views.judged import Angle

Image = NDArray[np.uint8]
Colour = tuple[int, int, int]

WHITE, DARK, FAR = (255, 255, 255), (22, 28, 30), (150, 162, 166)
CALM, WARN, FAULT = (64, 224, 208), (255, 190, 40), (255, 96, 84)
VERDICT_COLOUR = {"": CALM, "warn": WARN, "fault": FAULT}

LINE_SHARE = 0.004  # of the longer side
ARC_SHARE = 0.4  # of the shorter arm of an angle
GAP_TINT = 0.35  # opacity of the gap between the two edges of the back
SUBPIXEL = 4  # cv2 draws to 1/16 pixel
FONT = cv2.FontFace("sans")


@dataclass(frozen=True)
class Canvas:
    """A picture and the place of the video in it: image (H, W, 3) RGB, drawn on in place.

    scale: canvas pixels a video pixel; left, top: the video pixel (y down) in the canvas' upper left corner;
    height: of the displayed video in its own pixels; text: height of the text in canvas pixels.
    """

    image: Image
    scale: float
    height: float
    text: int
    left: float = 0.0
    top: float = 0.0

    @cached_property
    def line(self) -> int:
        """Width of a line, pixels."""
        return max(2, round(LINE_SHARE * float(max(self.image.shape[:2]))))

    def at(self, point: Point) -> tuple[int, int]:
        """A point of the video (pixels, y up) in sixteenths of a canvas pixel, y down."""
        x = (point[0] - self.left) * self.scale
        y = (self.height - point[1] - self.top) * self.scale
        return round(x * 2**SUBPIXEL), round(y * 2**SUBPIXEL)


def skeleton(canvas: Canvas, pose: Pose, reference: Reference | None) -> None:
    """Bones and joints: the judged side bright, the other side thin and grey."""
    bones, joints = _bones(reference.near if reference else "both")
    seen = _seen(pose)
    for a, b, strong in bones:
        if a in seen and b in seen:
            _bone(canvas, seen[a], seen[b], strong)
    for name in joints:
        if name in seen:
            _disc(canvas, seen[name], 1.3, WHITE)


def angle(canvas: Canvas, shown: Angle, words: str, colour: Colour) -> None:
    """Both arms, the arc between them, and the value beside it."""
    _stroke(canvas, shown.vertex, shown.tip, colour, 1.6)
    if shown.imagined:
        _dashes(canvas, shown.vertex, shown.second, colour)
    else:
        _stroke(canvas, shown.vertex, shown.second, colour, 1.6)
    arc = _arc(shown)
    if shown.arc:
        pixels = np.array([canvas.at(point) for point in arc], dtype=np.int32)
        cv2.polylines(canvas.image, [pixels], False, colour, canvas.line, cv2.LINE_AA, SUBPIXEL)
    if words:
        x, y = (v / 2**SUBPIXEL for v in canvas.at(_beyond(shown.vertex, arc[len(arc) // 2])))
        tag(canvas, words, (x, y), colour)


def back_edges(canvas: Canvas, edges: Edges, colour: Colour) -> None:
    """The measured edge of the back as a line, the expected one dashed, and the gap between them tinted."""
    measured, expected = (_pixels(canvas, points) for points in (edges.measured, edges.expected))
    gap = np.concatenate([measured, expected[::-1]])
    left, top, wide, high = cv2.boundingRect(gap // 2**SUBPIXEL)
    part = canvas.image[max(top - 1, 0) : top + high + 2, max(left - 1, 0) : left + wide + 2]
    if part.size:
        tint = part.copy()
        corner = np.array([max(left - 1, 0), max(top - 1, 0)]) * 2**SUBPIXEL
        cv2.fillPoly(tint, [(gap - corner).astype(np.int32)], colour, cv2.LINE_AA, SUBPIXEL)
        part[:] = cv2.addWeighted(tint, GAP_TINT, part, 1 - GAP_TINT, 0)
    for start, end in zip(edges.expected[:-1:2], edges.expected[1::2], strict=False):
        _stroke(canvas, (start[0], start[1]), (end[0], end[1]), WHITE, 0.9)
    cv2.polylines(canvas.image, [measured], False, DARK, round(2.4 * canvas.line), cv2.LINE_AA, SUBPIXEL)
    cv2.polylines(canvas.image, [measured], False, colour, round(1.4 * canvas.line), cv2.LINE_AA, SUBPIXEL)


def _pixels(canvas: Canvas, points: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.array([canvas.at((x, y)) for x, y in points.tolist()], dtype=np.int32)


def tag(canvas: Canvas, words: str, centre: Point, colour: Colour) -> None:
    """Words on a dark plate around a point of the canvas, kept inside the picture."""
    wide, room = text_width(words, canvas.text, 700), canvas.text // 3
    height, width = canvas.image.shape[:2]
    left = int(np.clip(centre[0] - wide / 2, room, max(width - wide - room, room)))
    base = int(np.clip(centre[1] + canvas.text / 3, canvas.text + room, height - 2 * room))
    corner, end = (left - room, base - canvas.text), (left + wide + room, base + room)
    plate = canvas.image[max(corner[1], 0) : end[1], max(corner[0], 0) : end[0]]
    plate[:] = (0.25 * plate + 0.75 * np.array(DARK)).astype(np.uint8)
    text(canvas.image, words, (left, base), canvas.text, colour, 700)


def text(
    image: Image, words: str, corner: tuple[int, int], size: int, colour: Colour, weight: int = 500
) -> None:
    """Words from the lower left corner on; drawn in place."""
    cv2.putText(image, words, corner, colour, FONT, size, weight)


def text_width(words: str, size: int, weight: int = 500) -> int:
    """Width of the words in pixels."""
    box = cv2.getTextSize((0, 0), words, (0, 0), FONT, size, weight)
    return int(box[2])


def fitting(words: str, size: int, width: int, weight: int = 500) -> str:
    """The words, cut with an ellipsis where they are wider than `width` pixels."""
    if text_width(words, size, weight) <= width:
        return words
    while words and text_width(f"{words}…", size, weight) > width:
        words = words[:-1]
    return f"{words.rstrip()}…"


# ---- strokes ----------------------------------------------------------------------------------------


def _bone(canvas: Canvas, a: Point, b: Point, strong: bool) -> None:
    if strong:
        _stroke(canvas, a, b, DARK, 2.2)
    _stroke(canvas, a, b, WHITE if strong else FAR, 1.0 if strong else 0.7)


def _stroke(canvas: Canvas, a: Point, b: Point, colour: Colour, widths: float) -> None:
    thick = max(1, round(widths * canvas.line))
    cv2.line(canvas.image, canvas.at(a), canvas.at(b), colour, thick, cv2.LINE_AA, SUBPIXEL)


def _dashes(canvas: Canvas, a: Point, b: Point, colour: Colour) -> None:
    ends = np.linspace(0, 1, 14)
    points = [(a[0] + s * (b[0] - a[0]), a[1] + s * (b[1] - a[1])) for s in ends]
    for start, end in zip(points[::2], points[1::2], strict=True):
        _stroke(canvas, start, end, colour, 0.9)


def _disc(canvas: Canvas, centre: Point, widths: float, colour: Colour) -> None:
    radius = round(widths * canvas.line * 2**SUBPIXEL)
    for size, fill in ((1.5, DARK), (1.0, colour)):
        cv2.circle(canvas.image, canvas.at(centre), round(size * radius), fill, -1, cv2.LINE_AA, SUBPIXEL)


def _arc(shown: Angle) -> list[Point]:
    """Points of the arc from the tip's arm to the second one, the short way round."""
    vertex = np.array(shown.vertex)
    arms = np.array([shown.tip, shown.second]) - vertex
    radius = ARC_SHARE * np.linalg.norm(arms, axis=1).min()
    start, end = np.arctan2(arms[:, 1], arms[:, 0])
    turn = (end - start + np.pi) % (2 * np.pi) - np.pi
    steps = start + np.linspace(0, turn, 25)
    return [(float(vertex[0] + radius * np.cos(s)), float(vertex[1] + radius * np.sin(s))) for s in steps]


def _beyond(vertex: Point, middle: Point) -> Point:
    """A point past the middle of the arc, where the value does not hide it."""
    return vertex[0] + 1.6 * (middle[0] - vertex[0]), vertex[1] + 1.6 * (middle[1] - vertex[1])


@cache
def _bones(near: str) -> tuple[list[tuple[str, str, bool]], list[str]]:
    """The bones, those of the judged side last and True; and the joints of these."""
    far = {"left": "right", "right": "left"}.get(near, "neither")
    bones = [(a, b, not a.startswith(far) and not b.startswith(far)) for a, b in BONES]
    joints = dict.fromkeys(name for a, b, strong in bones if strong for name in (a, b))
    return sorted(bones, key=lambda bone: bone[2]), list(joints)


def _seen(pose: Pose) -> dict[str, Point]:
    """Where the joints are that were seen well enough, video pixels."""
    return {
        name: (x, y)
        for name, (x, y, _), seen in zip(JOINTS, pose.points.tolist(), pose.seen.tolist(), strict=True)
        if seen >= SEEN_MIN and not isnan(x)
    }
