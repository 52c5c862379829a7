"""`python -m synthetic.manual_pictures`: a picture for each fault of the manual that the lifters can show.

Two lifters side by side in the same moment, left without the fault, right with it. The moment is the one in
which the two bodies differ most. Faults of time alone (a dive, a jerk) have no picture.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from synthetic.faults import Faults
from synthetic.render import Image
from synthetic.scenario import Scenario, load
from synthetic.studio import Take, perform
from synthetic.truth import points

FOLDER = Path(__file__).parent.parent / "formcheck" / "web" / "assets"
HIGH = 300  # pixels of the picture
QUALITY = 70  # of the WebP
GAP = 6  # pixels between the two

SHOWN: dict[str, tuple[str, Faults, float]] = {
    "SQ101": ("squat_good", Faults(hips_shoot_up_deg=22), 0),
    "SQ102": ("squat_good", Faults(lean_deg=24), 0),
    "SQ103": ("squat_good", Faults(lean_back_deg=15), 0),
    "SQ106": ("squat_good", Faults(rounding_lumbar_deg=35, rounding_thoracic_deg=20), 0),
    "SQ107": ("squat_good", Faults(rounding_lumbar_deg=35, rounding_thoracic_deg=20), 0),
    "SQ108": ("squat_good", Faults(butt_wink_deg=28), 0),
    "SQ201": ("squat_good", Faults(heels_lift_deg=22), 0),
    "SQ202": ("squat_good", Faults(knees_in_deg=22), 90),
    "SQ401": ("squat_good", Faults(shift_pct=25), 90),
    "DL101": ("deadlift_good", Faults(rounding_lumbar_deg=35, rounding_thoracic_deg=25), 0),
    "DL102": ("deadlift_good", Faults(bar_forward_pct=9), 0),
    "DL103": ("deadlift_good", Faults(hips_shoot_up_deg=20), 0),
    "DL104": ("deadlift_good", Faults(lean_back_deg=16), 0),
    "DL107": ("deadlift_good", Faults(rounding_lumbar_deg=35, rounding_thoracic_deg=25), 0),
    "DL201": ("deadlift_good", Faults(hips_low_deg=30), 0),
    "DL203": ("deadlift_good", Faults(arms_bend_deg=45), 0),
    "DL303": ("deadlift_good", Faults(short_lockout_deg=25), 0),
    "RW101": ("row_good", Faults(torso_rise_deg=22), 0),
    "RW103": ("row_good", Faults(upright_deg=25), 0),
    "RW107": ("row_good", Faults(rounding_lumbar_deg=35, rounding_thoracic_deg=25), 0),
    "RW201": ("row_good", Faults(knees_bounce_deg=30), 0),
    "PL101": ("plank_good", Faults(sag_deg=20), 0),
    "PL102": ("plank_good", Faults(pike_deg=30), 0),
    "PL104": ("plank_good", Faults(head_deg=35), 0),
    "PL105": ("plank_good", Faults(stack_deg=22), 0),
    "PL107": ("plank_good", Faults(rounding_lumbar_deg=-25), 0),
    "PL201": ("plank_good", Faults(knees_bent_deg=35), 0),
}
"""Code -> the set to change, what to change in it, and the yaw of the camera."""


def main() -> int:
    """Draw them all, and one good moment of each exercise."""
    for code, (name, faults, yaw) in SHOWN.items():
        good, bad = (_take(load(name), f, yaw) for f in (Faults(), faults))
        row = _differ_most(good, bad)
        _write(code, np.hstack([_part(good, row), np.full((HIGH, GAP, 3), 255, np.uint8), _part(bad, row)]))
    for name in ("squat", "deadlift", "row", "plank"):
        take = _take(load(f"{name}_good"), Faults(), 0)
        _write(name, _part(take, _differ_most(take, take, still=take)))
    return 0


def _take(scenario: Scenario, faults: Faults, yaw: float) -> Take:
    camera = replace(scenario.camera, yaw_deg=yaw, fps=10.0, noise=0.0)
    return perform(replace(scenario, camera=camera, reps=(faults,)))


def _differ_most(good: Take, bad: Take, still: Take | None = None) -> int:
    """The frame in which the joints of the two are farthest apart; of one take: farthest from its first."""
    one = np.array([list(points(p).values()) for p in bad.posed])
    other = one[:1] if still else np.array([list(points(p).values()) for p in good.posed])
    length = min(len(one), max(len(other), 2)) if not still else len(one)
    apart = np.linalg.norm(one[:length] - (other if still else other[:length]), axis=2)
    return int(apart.sum(axis=1).argmax())


def _part(take: Take, row: int) -> Image:
    """One frame, cut to the lifter, HIGH pixels high."""
    film = take.film()
    moment = (take.posed[row], take.performance.instants[row], take.shot[row])
    picture = film.picture(row, *moment, following=moment)
    at = take.shot[row].pixels_up(np.array(list(points(take.posed[row]).values())))
    x, y = at[:, 0], picture.shape[0] - at[:, 1]
    side = 1.42 * max(np.ptp(x), np.ptp(y), 1.0)
    left = int(np.clip((x.min() + x.max() - side) / 2, 0, max(picture.shape[1] - side, 0)))
    top = int(np.clip((y.min() + y.max() - side) / 2, 0, max(picture.shape[0] - side, 0)))
    part = picture[top : int(top + side), left : int(left + side)]
    width = round(part.shape[1] * HIGH / part.shape[0])
    return np.asarray(cv2.resize(part, (width, HIGH), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _write(name: str, picture: Image) -> None:
    path = FOLDER / f"manual-{name}.webp"
    cv2.imwrite(str(path), picture[:, :, ::-1], [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
    sys.stdout.write(f"{path.name} {path.stat().st_size}\n")


if __name__ == "__main__":
    sys.exit(main())
