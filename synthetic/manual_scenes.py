"""What each picture of the manual shows: which set, what is wrong in it, in which moment, from where.

Pair: two lifters in the same moment, without and with the fault. Course: some moments of both, one below the
other, for faults of time. Filming: a picture as it should be and one to avoid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from synthetic.faults import Faults
from synthetic.motion import Instant, vec
from synthetic.render import Image
from synthetic.scenario import Scenario, load

Change = Callable[[Instant], Instant]
At = tuple[str, float]
"""A phase of the first rep, and how far into it, 0 to 1."""

SAME_MOMENT = "Left as it should be, right with the fault, in the same moment."
FILMED = "Left as it should be, right what to avoid."


@dataclass(frozen=True)
class Pair:
    """changed: what is done to each moment of the faulty set beside its faults; at None: differing most."""

    set: str
    faults: Faults = field(default_factory=Faults)
    yaw_deg: float = 0.0
    changed: Change | None = None
    style: str = ""
    at: At | None = None
    words: str = SAME_MOMENT

    def scenario(self, faults: Faults) -> Scenario:
        """The set with these faults in its one rep, as a clean slow film."""
        return _of_one(self.set, faults, self.yaw_deg, self.style)


@dataclass(frozen=True)
class Course:
    """Moments from `at` on, step_s apart; the upper row without the faults, the lower one with them.

    Of a set without any fault there is one row.
    """

    set: str
    faults: Faults
    at: At
    step_s: float
    count: int = 4
    words: str = ""

    def scenario(self, faults: Faults) -> Scenario:
        """The set with these faults in its one rep, quick enough to tell the moments apart."""
        return _of_one(self.set, faults, 0.0, "", fps=50.0)

    def said(self) -> str:
        """The caption."""
        if self.words:
            return self.words
        return f"Above as it should be, below with the fault: a picture every {self.step_s:g} seconds."


@dataclass(frozen=True)
class Filming:
    """camera, room: what differs in the wrong picture; spoilt: what happens to it; empty: nobody is there."""

    camera: Mapping[str, float] = field(default_factory=dict)
    room: Mapping[str, float] = field(default_factory=dict)
    spoilt: Callable[[Image], Image] | None = None
    empty: bool = False


@dataclass(frozen=True)
class Strip:
    """A second of film: which of its `count` pictures are there in the wrong one, or come from elsewhere."""

    there: tuple[int, ...]
    elsewhere: tuple[int, ...] = ()
    count: int = 5
    words: str = ""


def _of_one(name: str, faults: Faults, yaw_deg: float, style: str, fps: float = 10.0) -> Scenario:
    base = load(name)
    camera = replace(base.camera, yaw_deg=yaw_deg, fps=fps, noise=0.0, shake=0.0)
    return replace(base, camera=camera, reps=(faults,), style=style or base.style)


# ---- what the lifters cannot do wrong by themselves ---------------------------------------------------


def _head_back(deg: float) -> Change:
    return lambda i: replace(i, stance=replace(i.stance, neck_deg=i.stance.neck_deg - deg))


def _shoulders_tilted(deg: float) -> Change:
    def tilted(i: Instant) -> Instant:
        left, right = i.stance.hands
        drop = vec(0, np.sin(np.radians(deg)) * 0.4, 0)
        hands = (replace(left, wrist=left.wrist - drop), replace(right, wrist=right.wrist + drop))
        return replace(i, stance=replace(i.stance, roll_deg=deg, hands=hands), bar_tilt_deg=-deg)

    return tilted


def _bar_tilted(deg: float) -> Change:
    def tilted(i: Instant) -> Instant:
        left, right = i.stance.hands
        rise = vec(0, np.sin(np.radians(deg)) * 0.27, 0)
        hands = (replace(left, wrist=left.wrist + rise), replace(right, wrist=right.wrist - rise))
        return replace(i, stance=replace(i.stance, roll_deg=-deg / 2, hands=hands), bar_tilt_deg=deg)

    return tilted


def _hips_aside(metres: float) -> Change:
    return lambda i: replace(
        i, stance=replace(i.stance, hips=i.stance.hips + vec(metres, 0, 0), roll_deg=-60 * metres)
    )


def _away_from_the_bar(metres: float) -> Change:
    def away(i: Instant) -> Instant:
        back = vec(0, 0, -metres)
        left, right = (replace(foot, ball=foot.ball + back) for foot in i.stance.feet)
        return replace(i, stance=replace(i.stance, hips=i.stance.hips + back, feet=(left, right)))

    return away


def _hips_twisted(deg: float) -> Change:
    return lambda i: replace(i, stance=replace(i.stance, hip_twist_deg=deg))


def _dark(image: Image) -> Image:
    return np.asarray(image * 0.24, dtype=np.uint8)


def _smeared(image: Image) -> Image:
    """As a decoder leaves a damaged picture: blocks out of place, the rest filled with the line above."""
    out, block = image.copy(), 32
    chance = np.random.default_rng(3)
    top = int(0.42 * len(out))
    for y in range(top, len(out) - block, block):
        for x in range(0, out.shape[1] - block, block):
            if chance.random() < 0.4:
                dx = int(chance.integers(0, out.shape[1] - block))
                out[y : y + block, x : x + block] = image[y : y + block, dx : dx + block]
    bottom = int(0.74 * len(out))
    out[bottom:] = out[bottom - 1]
    return out


# ---- the pictures ------------------------------------------------------------------------------------

SQUAT, DEADLIFT, ROW, PLANK = "squat_good", "deadlift_good", "row_good", "plank_good"
OVER_TIME = "Left at the start, right later in the set."
AT_THE_END = Faults(rounding_lumbar_deg=50, rounding_thoracic_deg=32)
ROUND = Faults(rounding_lumbar_deg=35, rounding_thoracic_deg=25)

SHOWN: dict[str, Pair | Course | Filming | Strip] = {
    "squat": Course(SQUAT, Faults(), ("down", 0.0), 1.1, 3, "A squat: standing, going down, at the bottom."),
    "deadlift": Course(DEADLIFT, Faults(), ("pull", 0.0), 0.65, 3, "A deadlift: floor, knees, upright."),
    "row": Course(ROW, Faults(), ("pull", 0.0), 0.45, 3, "A bent-over row: arms long, pulling, at the body."),
    "plank": Pair(PLANK, words="A plank on the forearms."),
    "SQ101": Pair(SQUAT, Faults(hips_shoot_up_deg=22)),
    "SQ102": Pair(SQUAT, Faults(lean_deg=24)),
    "SQ103": Pair(SQUAT, Faults(lean_back_deg=15)),
    "SQ104": Pair(SQUAT, Faults(bar_forward_pct=7), style="barbell"),
    "SQ105": Pair(SQUAT, changed=_head_back(45), at=("bottom", 0.5)),
    "SQ106": Pair(SQUAT, Faults(rounding_lumbar_deg=35, rounding_thoracic_deg=20), at=("up", 0.25)),
    "SQ107": Pair(SQUAT, Faults(rounding_lumbar_deg=35, rounding_thoracic_deg=20)),
    "SQ108": Pair(SQUAT, Faults(butt_wink_deg=28)),
    "SQ109": Pair(SQUAT, AT_THE_END, at=("bottom", 0.5)),
    "SQ201": Pair(SQUAT, Faults(heels_lift_deg=22)),
    "SQ202": Pair(SQUAT, Faults(knees_in_deg=22), 90),
    "SQ301": Course(SQUAT, Faults(dive_s=1.4), ("down", 0.0), 0.5),
    "SQ302": Course(SQUAT, Faults(bounce_deg=24), ("bottom", 0.0), 0.1),
    "SQ401": Pair(SQUAT, Faults(shift_pct=25), 90),
    "SQ402": Pair(SQUAT, yaw_deg=90, changed=_shoulders_tilted(9), style="barbell", at=("bottom", 0.5)),
    "DL101": Pair(DEADLIFT, ROUND, at=("pull", 0.3)),
    "DL102": Pair(DEADLIFT, Faults(bar_forward_pct=9)),
    "DL103": Pair(DEADLIFT, Faults(hips_shoot_up_deg=20)),
    "DL104": Pair(DEADLIFT, Faults(lean_back_deg=16)),
    "DL105": Pair(DEADLIFT, changed=_head_back(45), at=("pull", 0.0)),
    "DL106": Pair(DEADLIFT, changed=_away_from_the_bar(0.14), at=("pull", 0.0)),
    "DL107": Pair(DEADLIFT, ROUND, at=("pull", 0.0)),
    "DL108": Pair(DEADLIFT, Faults(rounding_lumbar_deg=-38), at=("pull", 0.0)),
    "DL109": Pair(DEADLIFT, AT_THE_END, at=("pull", 0.0)),
    "DL201": Pair(DEADLIFT, Faults(hips_low_deg=30), at=("pull", 0.0)),
    "DL202": Pair(DEADLIFT, Faults(hips_low_deg=-30), at=("pull", 0.0)),
    "DL203": Pair(DEADLIFT, Faults(arms_bend_deg=45)),
    "DL301": Course(DEADLIFT, Faults(jerk_cm=14), ("pull", 0.0), 0.12),
    "DL302": Course(DEADLIFT, Faults(dive_s=1.2), ("lower", 0.0), 0.35),
    "DL303": Pair(DEADLIFT, Faults(short_lockout_deg=25)),
    "DL401": Pair(DEADLIFT, yaw_deg=90, changed=_bar_tilted(9), at=("pull", 0.5)),
    "DL402": Pair(DEADLIFT, yaw_deg=90, changed=_hips_aside(0.09), at=("pull", 0.5)),
    "RW101": Pair(ROW, Faults(torso_rise_deg=22)),
    "RW102": Course(ROW, Faults(torso_rise_deg=34, knees_bounce_deg=24), ("pull", 0.0), 0.25),
    "RW103": Pair(ROW, Faults(upright_deg=25), at=("pull", 0.0)),
    "RW104": Pair(ROW, Faults(bar_forward_pct=11), at=("pull", 0.0)),
    "RW105": Pair(ROW, Faults(twist_deg=40), 40, at=("top", 0.5)),
    "RW106": Pair(ROW, changed=_head_back(45), at=("pull", 0.0)),
    "RW107": Pair(ROW, ROUND, at=("pull", 0.0)),
    "RW108": Pair(ROW, ROUND, at=("pull", 0.0), words=OVER_TIME),
    "RW109": Pair(ROW, AT_THE_END, at=("pull", 0.0)),
    "RW201": Pair(ROW, Faults(knees_bounce_deg=30)),
    "RW301": Course(ROW, Faults(jerk_deg=30), ("pull", 0.0), 0.14),
    "PL101": Pair(PLANK, Faults(sag_deg=20)),
    "PL102": Pair(PLANK, Faults(pike_deg=30)),
    "PL103": Pair(PLANK, Faults(sag_deg=13), words=OVER_TIME),
    "PL104": Pair(PLANK, Faults(head_deg=35)),
    "PL105": Pair(PLANK, Faults(stack_deg=22)),
    "PL106": Pair(PLANK, Faults(stack_deg=24), style="high"),
    "PL107": Pair(PLANK, Faults(rounding_lumbar_deg=-25)),
    "PL108": Pair(PLANK, Faults(rounding_lumbar_deg=22, rounding_thoracic_deg=30), words=OVER_TIME),
    "PL201": Pair(PLANK, Faults(knees_bent_deg=35)),
    "PL401": Pair(PLANK, yaw_deg=50, changed=_hips_twisted(26), at=("hold", 0.5)),
    "CAM101": Filming(empty=True),
    "CAM102": Filming(camera={"look_m": 1.3, "distance_m": 2.5}),
    "CAM103": Filming(camera={"look_m": 0.2, "distance_m": 2.6}),
    "CAM104": Filming(camera={"distance_m": 11.0, "look_m": 1.2}),
    "CAM201": Filming(camera={"yaw_deg": 75.0}),
    "CAM202": Filming(camera={"shake": 3.0, "shutter": 1.0}),
    "CAM301": Filming(spoilt=_dark),
    "CAM302": Strip((0, 4), words="One movement: above with enough pictures a second, below with too few."),
    "CAM401": Filming(room={"people": 3}),
    "CAM402": Strip((0, 1, 2, 3, 4), (2, 3, 4), words="Above filmed in one go, below cut from two films."),
    "CAM403": Filming(spoilt=_smeared),
}  # fmt: skip
"""Name of an exercise or code of a fault -> its picture."""
