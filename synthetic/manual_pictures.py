"""`python -m synthetic.manual_pictures [NAME ...]`: the pictures of the manual, by default all of them.

One WebP for each exercise and fault, and manual.json with their captions; manual_scenes says what they show.
A green tick stands on what should be, an orange cross on what should not.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from synthetic.body import Array
from synthetic.camera import Camera
from synthetic.faults import Faults
from synthetic.film import Film
from synthetic.manual_scenes import FILMED, SHOWN, SQUAT, At, Change, Course, Filming, Pair, Strip
from synthetic.render import Image
from synthetic.scenario import Scenario, load
from synthetic.studio import Take, perform
from synthetic.truth import points

FOLDER = Path(__file__).parent.parent / "formcheck" / "web" / "assets"
CAPTIONS = "manual.json"
HIGH, LOW = 340, 240  # pixels of one of two pictures, and of one of several in a row
QUALITY = 72  # of the WebP
GAP = 6  # pixels between two
AROUND = 1.42  # a picture is this many times as wide as the lifter's joints
GREEN, ORANGE, WHITE = (32, 128, 84), (206, 88, 24), (255, 255, 255)
MISSING = 214  # grey of a picture that is not there
STRIP_S = 1.0  # what a strip of pictures lasts
STRIP_FROM_S = 1.4
Part = tuple[int, int, int, int]
"""Left, top, width and height of a part of the picture, pixels."""


class Set:
    """One performed set, with what is changed in each of its moments."""

    def __init__(self, scenario: Scenario, changed: Change | None = None) -> None:
        self.take: Take = perform(scenario)
        if changed:
            instants = tuple(changed(i) for i in self.take.performance.instants)
            performance = replace(self.take.performance, instants=instants)
            posed = [self.take.poser.solve(i.stance) for i in instants]
            self.take = replace(self.take, performance=performance, posed=posed)

    @cached_property
    def joints(self) -> Array:
        """The joints of every frame, (T, J, 3) metres."""
        return np.array([list(points(p).values()) for p in self.take.posed])

    @cached_property
    def _film(self) -> Film:
        return self.take.film()

    def row(self, at: At, later_s: float = 0.0) -> int:
        """The frame at a phase of the first rep, so much later."""
        name, share = at
        start, end = next((a, b) for n, a, b in self.take.performance.reps[0].phases if n == name)
        row = round((start + share * (end - start) + later_s) * self.take.performance.fps)
        return min(row, len(self.take.posed) - 1)

    def picture(self, row: int) -> Image:
        """The whole picture of a frame."""
        posed, instants = self.take.posed, self.take.performance.instants
        now, then = ((posed[r], instants[r], self.take.shot[r]) for r in (row, min(row + 1, len(posed) - 1)))
        return np.asarray(self._film.picture(row, *now, following=then))

    def empty(self) -> Image:
        """The room without anybody."""
        return np.asarray(self._film.picture(0, None, None, self.take.shot[0]))

    def spread(self, rows: Iterable[int]) -> NDArray[np.float64]:
        """Where the joints of these frames are in the picture, x and y down, (N, 2)."""
        high = self.take.scenario.camera.height
        at = np.concatenate([self.take.shot[r].pixels_up(self.joints[r]) for r in rows])
        return np.stack([at[:, 0], high - at[:, 1]], axis=1)


def main(names: Sequence[str]) -> int:
    """Draw the named ones, and write all captions."""
    for name in names or SHOWN:
        picture = drawn(SHOWN[name])
        path = FOLDER / f"manual-{name}.webp"
        cv2.imwrite(str(path), picture[:, :, ::-1], [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
        sys.stdout.write(f"{path.name} {path.stat().st_size}\n")
    captions = json.dumps({name: caption(s) for name, s in SHOWN.items()}, indent=1, ensure_ascii=False)
    (FOLDER / CAPTIONS).write_text(captions + "\n", encoding="utf-8")
    return 0


def drawn(shown: Pair | Course | Filming | Strip) -> Image:
    """The picture."""
    if isinstance(shown, Pair):
        return _pair(shown)
    if isinstance(shown, Course):
        return _course(shown)
    return _filming(shown) if isinstance(shown, Filming) else _strip(shown)


def caption(shown: Pair | Course | Filming | Strip) -> str:
    """What is said below it."""
    if isinstance(shown, Course):
        return shown.said()
    return FILMED if isinstance(shown, Filming) else shown.words


def _pair(shown: Pair) -> Image:
    good = Set(shown.scenario(Faults()))
    if shown.faults == Faults() and shown.changed is None:
        row = len(good.take.posed) // 2
        return _part(good.picture(row), _around([good.spread([row])], good), HIGH)
    bad = Set(shown.scenario(shown.faults), shown.changed)
    rows = (good.row(shown.at), bad.row(shown.at)) if shown.at else (_differ_most(good, bad),) * 2
    part = _around([good.spread([rows[0]]), bad.spread([rows[1]])], good)
    both = [_part(s.picture(r), part, HIGH) for s, r in zip((good, bad), rows, strict=True)]
    return _beside([_marked(both[0], right=True), _marked(both[1], right=False)])


def _differ_most(good: Set, bad: Set) -> int:
    """The frame in which the joints of the two are farthest apart."""
    length = min(len(good.joints), len(bad.joints))
    apart = np.linalg.norm(bad.joints[:length] - good.joints[:length], axis=2)
    return int(apart.sum(axis=1).argmax())


def _course(shown: Course) -> Image:
    kinds = (Faults(), shown.faults) if shown.faults != Faults() else (Faults(),)
    sets = [Set(shown.scenario(faults)) for faults in kinds]
    rows = [[s.row(shown.at, k * shown.step_s) for k in range(shown.count)] for s in sets]
    part = _around([s.spread(r) for s, r in zip(sets, rows, strict=True)], sets[0])
    lines = [[_part(s.picture(r), part, LOW) for r in numbers] for s, numbers in zip(sets, rows, strict=True)]
    if len(lines) > 1:
        lines = [[_marked(p, right=not k) for p in line] for k, line in enumerate(lines)]
    return _below([_beside(line) for line in lines])


def _filming(shown: Filming) -> Image:
    base = load(SQUAT)
    good = Set(replace(base, camera=_clean(base.camera), reps=(Faults(),)))
    camera, room = replace(_clean(base.camera), **shown.camera), replace(base.room, **shown.room)
    bad = Set(replace(base, camera=camera, room=room, reps=(Faults(),)))
    row = good.row(("down", 0.6))
    wrong = bad.empty() if shown.empty else bad.picture(row)
    if shown.spoilt:
        wrong = shown.spoilt(wrong)
    pictures = [_marked(_scaled(good.picture(row)), right=True), _marked(_scaled(wrong), right=False)]
    return _beside(pictures)


def _strip(shown: Strip) -> Image:
    """The upper row: all pictures of a stretch; the lower one: those that are there, or others."""
    base = load(SQUAT)
    good = Set(replace(base, camera=_clean(base.camera), reps=(Faults(),)))
    other = load("deadlift_good")
    strange = Set(replace(other, camera=replace(_clean(other.camera), yaw_deg=70.0), reps=(Faults(),)))
    fps = good.take.performance.fps
    rows = [round(fps * (STRIP_FROM_S + STRIP_S * k / (shown.count - 1))) for k in range(shown.count)]
    upper = [_scaled(good.picture(r), LOW) for r in rows]
    lower = []
    for k, row in enumerate(rows):
        if k in shown.elsewhere:
            lower.append(_scaled(strange.picture(row), LOW))
        else:
            lower.append(upper[k] if k in shown.there else np.full_like(upper[k], MISSING))
    return _below([
        _beside([_marked(p, right=True) for p in upper]), _beside([_marked(p, right=False) for p in lower]),
    ])  # fmt: skip


def _clean(camera: Camera) -> Camera:
    return replace(camera, fps=10.0, noise=0.0, shake=0.0)


# ---- pixels ------------------------------------------------------------------------------------------


def _around(spreads: list[NDArray[np.float64]], one: Set) -> Part:
    """The part of the picture that holds all of these points with air around; square where there is room."""
    at = np.concatenate(spreads)
    low, high = at.min(axis=0), at.max(axis=0)
    camera = one.take.scenario.camera
    whole = np.array([camera.width, camera.height])
    size = np.minimum(AROUND * float((high - low).max()), whole)
    left, top = np.clip((low + high - size) / 2, 0, whole - size)
    return int(left), int(top), int(size[0]), int(size[1])


def _part(picture: Image, part: Part, high: int) -> Image:
    left, top, width, height = part
    return _scaled(picture[top : top + height, left : left + width], high)


def _scaled(picture: Image, high: int = HIGH) -> Image:
    width = round(picture.shape[1] * high / picture.shape[0])
    return np.asarray(cv2.resize(picture, (width, high), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _marked(picture: Image, *, right: bool) -> Image:
    """With a tick or a cross in its corner: shape as well as colour tells them apart."""
    out, unit = picture.copy(), len(picture) // 24
    middle = (2 * unit, 2 * unit)

    def line(*corners: tuple[float, float]) -> None:
        at = np.array([[(middle[0] + x * unit) * 16, (middle[1] + y * unit) * 16] for x, y in corners])
        cv2.polylines(out, [at.astype(np.int32)], False, WHITE, max(2, unit // 4), cv2.LINE_AA, 4)

    cv2.circle(out, middle, round(1.5 * unit), GREEN if right else ORANGE, -1, cv2.LINE_AA)
    if right:
        line((-0.7, 0.05), (-0.15, 0.6), (0.75, -0.55))
    else:
        line((-0.6, -0.6), (0.6, 0.6))
        line((-0.6, 0.6), (0.6, -0.6))
    return out


def _beside(pictures: list[Image]) -> Image:
    gap = np.full((len(pictures[0]), GAP, 3), 255, np.uint8)
    return np.hstack([part for picture in pictures for part in (picture, gap)][:-1])


def _below(lines: list[Image]) -> Image:
    gap = np.full((GAP, lines[0].shape[1], 3), 255, np.uint8)
    return np.vstack([part for line in lines for part in (line, gap)][:-1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
