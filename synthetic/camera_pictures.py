"""`python -m synthetic.camera_pictures`: where the camera goes, a picture for each exercise of the live page.

The lifter in the middle of a good set, seen from the front, and the phone that films them: at their side, at
the distance and height that the exercise asks for, with what it sees marked on the floor.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import cv2
import numpy as np

from synthetic.body import Array
from synthetic.camera import View
from synthetic.faults import Faults
from synthetic.manual_pictures import FOLDER, QUALITY
from synthetic.render import Image
from synthetic.scenario import Scenario, load
from synthetic.studio import Take, perform
from synthetic.truth import points

SIZE = (1080, 640)
CUT = (slice(100, 520), slice(140, 760))  # of the picture: the rest is floor and wall
PLACES = {"squat": (3.0, 0.95), "deadlift": (3.5, 0.95), "row": (3.0, 0.95), "plank": (3.0, 0.35)}
"""Exercise -> how far away from the lifter the phone is, and how high, metres; as its `film_it` says."""
PHONE = (0.17, 0.34)  # metres, wide and high: larger than life, to be seen
WHITE, DARK, MARK = (255, 255, 255), (26, 36, 38), (64, 224, 208)
NEAR = 0.4  # metres from the lifter at which the marks on the floor end: they lie in front of the feet
SEES = 0.42  # how far what the phone sees goes to both sides, as a share of the distance


def main() -> int:
    """Draw them all."""
    for name, (away, high) in PLACES.items():
        picture = _scene(load(f"{name}_good"), away, high)
        path = FOLDER / f"camera-{name}.webp"
        cv2.imwrite(str(path), picture[CUT][:, :, ::-1], [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
        sys.stdout.write(f"{path.name} {path.stat().st_size}\n")
    return 0


def _scene(scenario: Scenario, away: float, high: float) -> Image:
    camera = replace(
        scenario.camera, side="left", yaw_deg=52, height_m=1.75, distance_m=6.2, look_m=0.62, ahead_m=0,
        width=SIZE[0], height=SIZE[1], fov_deg=58, fps=10.0, noise=0.0, shake=0.0,
    )  # fmt: skip
    take = perform(replace(scenario, camera=camera, reps=(Faults(),)))
    row = _deepest(take)
    moment = (take.posed[row], take.performance.instants[row], take.shot[row])
    picture = take.film().picture(row, *moment, following=moment).copy()
    _draw(picture, take.shot[row], away, high)
    return picture


def _deepest(take: Take) -> int:
    """The frame in which the lifter is farthest from how they began."""
    at = np.array([list(points(p).values()) for p in take.posed])
    return int(np.linalg.norm(at - at[0], axis=2).sum(axis=1).argmax())


def _draw(picture: Image, view: View, away: float, high: float) -> None:
    """The phone on its stand, the line to the lifter, and what the phone sees."""
    wide = SEES * (away - NEAR)

    def at(*places: tuple[float, float, float]) -> Array:
        seen = view.pixels_up(np.array(places, dtype=float))
        return np.stack([seen[:, 0], SIZE[1] - seen[:, 1]], axis=1)

    floor = np.round(at((-away, 0, 0), (-NEAR, 0, -wide), (-NEAR, 0, wide))).astype(np.int32)
    seen = picture.copy()
    cv2.fillPoly(seen, [floor], MARK, cv2.LINE_AA)
    picture[:] = cv2.addWeighted(seen, 0.28, picture, 0.72, 0)
    _dashes(picture, at(*((-away + (away - NEAR) * k / 24, 0.0, 0.0) for k in range(25))))
    top = (-away, high, 0.0)
    for foot in ((-away - 0.2, 0.0, 0.0), (-away + 0.15, 0.0, 0.22), (-away + 0.15, 0.0, -0.22)):
        _line(picture, at(top, foot), DARK, 4)
    w, h = PHONE[0] / 2, PHONE[1] / 2
    corners = at(*((-away, high + y, z) for z, y in ((-w, -h), (w, -h), (w, h), (-w, h))))
    cv2.fillPoly(picture, [np.round(corners).astype(np.int32)], DARK, cv2.LINE_AA)
    cv2.polylines(picture, [np.round(corners).astype(np.int32)], True, WHITE, 2, cv2.LINE_AA)
    middle = at((-away / 2, 0.0, 0.0))[0]
    _words(picture, f"{away:g} m", middle[0] - 30, middle[1] + 40)
    above = at((-away, high, 0.0))[0]
    _words(picture, f"{round(100 * high)} cm high", above[0], above[1] - 52)


def _dashes(picture: Image, along: Array) -> None:
    for k in range(0, len(along) - 1, 2):
        _line(picture, along[k : k + 2], WHITE, 3)


def _line(picture: Image, ends: Array, colour: tuple[int, int, int], thick: int) -> None:
    (x0, y0), (x1, y1) = np.round(ends).astype(int).tolist()
    cv2.line(picture, (x0, y0), (x1, y1), colour, thick, cv2.LINE_AA)


def _words(picture: Image, words: str, x: float, y: float) -> None:
    """Words on a dark ground, centred."""
    (wide, high), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, 0.75, 2)
    left, base = round(x - wide / 2), round(y + high / 2)
    cv2.rectangle(
        picture, (left - 8, base - high - 8), (left + wide + 8, base + 9), DARK, cv2.FILLED, cv2.LINE_AA
    )
    cv2.putText(picture, words, (left, base), cv2.FONT_HERSHEY_SIMPLEX, 0.75, WHITE, 2, cv2.LINE_AA)


if __name__ == "__main__":
    sys.exit(main())
