"""A jointed stick figure with known angles, lifting in front of a made-up camera: tracks with known faults.

Body axes, in statures: x forward, y up from the height of the ankles, z towards the lifter's own left; the
ankles stand at the origin. `trunk` is from the vertical, + forward; `shank` + knee forward; `thigh` + hip
behind the knee, so that the knee angle is 180 - shank - thigh. A motion is a `Path` (one number over time)
turned into angles; every fault is a keyword, its size in the unit of the limit, 0 for good form.
Film keywords (`Film`) go to any builder: squat(reps=2, hips_shoot_up=15, yaw=10, facing=-1, fps=50).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.pose import JOINTS, J, PoseTrack

Array = NDArray[np.float64]

SHANK, THIGH, TRUNK = 0.246, 0.245, 0.288
UPPER_ARM, FOREARM, HAND = 0.186, 0.146, 0.06
NECK = 0.12
ANKLE_UP, HEEL_BACK, TOE_AHEAD = 0.039, 0.05, 0.10
MIDFOOT = (TOE_AHEAD - HEEL_BACK) / 2
GRIP = 0.8 * HAND  # where formcheck takes the bar to be, beyond the wrist
WIDTH = {"shoulder": 0.105, "hip": 0.06, "knee": 0.085, "ankle": 0.09, "hand": 0.13, "ear": 0.04}
BAR_FLOOR = 0.09  # bar over the ankles with 45 cm plates
BAR_X = 0.03
HIGH_BAR = (-0.029, 0.017)


@dataclass(frozen=True)
class Film:
    """How the figure is filmed. yaw 0 is side on, 90 from the front; facing +1 looks to the right."""

    yaw: float = 0.0
    facing: int = 1
    fps: float = 30.0
    noise: float = 0.5
    seed: int = 0
    drop: float = 0.0
    start_s: float = 0.0
    stature: float = 500.0
    at: tuple[float, float] = (640.0, 80.0)
    size: tuple[int, int] = (1280, 720)

    def times(self, seconds: float) -> Array:
        """Frame times; `drop` of them are missing."""
        t = np.arange(0.0, seconds, 1 / self.fps)
        keep = np.random.default_rng(self.seed + 1).random(len(t)) >= self.drop
        return np.asarray(t[keep])


@dataclass
class Path:
    """One number over time, in eased steps: (name, seconds, target). `sharp` 0 eases in and out of a step,
    1 ends a step called "down" and starts one called "up" at full speed."""

    steps: list[tuple[str, float, float, int]] = field(default_factory=list)
    sharp: float = 0.0

    def then(self, name: str, seconds: float, target: float, rep: int = -1) -> Path:
        self.steps.append((name, seconds, target, rep))
        return self

    @property
    def seconds(self) -> float:
        return sum(s[1] for s in self.steps)

    def read(self, t: Array) -> Moment:
        u, way = np.zeros(len(t)), np.zeros(len(t))
        name, rep = np.full(len(t), "", dtype="<U12"), np.full(len(t), -1)
        start, level = 0.0, self.steps[0][2]
        for step, seconds, target, number in self.steps:
            rows = t >= start
            p = np.clip((t[rows] - start) / max(seconds, 1e-9), 0, 1)
            eased = 0.5 - 0.5 * np.cos(np.pi * p)
            hard = {"down": p**2, "up": 1 - (1 - p) ** 2, "pull": p}.get(step, eased)
            u[rows] = level + (target - level) * (eased + self.sharp * (hard - eased))
            way[rows], name[rows], rep[rows] = p, step, number
            start, level = start + seconds, target
        return Moment(u, way, name, rep)


@dataclass(frozen=True)
class Moment:
    """A path read at all frame times: level u, way 0..1 through the step, its name, its rep."""

    u: Array
    way: Array
    step: NDArray[np.str_]
    rep: NDArray[np.int64]

    def on(self, *steps: str) -> NDArray[np.bool_]:
        return np.isin(self.step, steps)

    def reps(self, faulty: Iterable[int] | None) -> Array:
        """1 in the reps that have the fault, 0 elsewhere."""
        return np.ones(len(self.u)) if faulty is None else np.isin(self.rep, list(faulty)).astype(float)


def ramp(x: Array, a: float, b: float) -> Array:
    """0 up to a, 1 from b on, straight between."""
    return np.clip((x - a) / (b - a), 0, 1)


def vec(x: Any, y: Any) -> Array:
    """(T, 2) from two columns."""
    return np.stack(np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float)), axis=-1)


def arrow(length: float, angle: Any) -> Array:
    """A bone that leans `angle` degrees forward from the vertical."""
    a = np.radians(np.asarray(angle, float))
    return vec(length * np.sin(a), length * np.cos(a))


def knee_between(a: Array, c: Array, first: float, second: float, side: float) -> Array:
    """The middle joint of two bones from a to c; side +1 bends it clockwise of the line a-c."""
    line = c - a
    reach = np.linalg.norm(line, axis=-1)
    d = np.clip(reach, abs(first - second) + 1e-6, first + second - 1e-9)
    share = (first**2 - second**2 + d**2) / (2 * d)
    off = np.sqrt(np.maximum(first**2 - share**2, 0))
    unit = line / np.maximum(reach, 1e-9)[..., None]
    normal = vec(unit[..., 1], -unit[..., 0])
    return np.asarray(a + unit * share[..., None] + side * normal * off[..., None])


def chord(first: float, second: float, angle: Any) -> Array:
    """Distance between the ends of two bones with this included angle."""
    return np.sqrt(first**2 + second**2 - 2 * first * second * np.cos(np.radians(np.asarray(angle, float))))


@dataclass
class Figure:
    """Where the joints are, (T, 2) each in the plane of the lift, plus how the sides differ.

    shift: everything above the ankles to the left; tilts in degrees, + left side up; cave: each knee inward.
    """

    ankle: Array
    heel: Array
    foot: Array
    knee: Array
    hip: Array
    shoulder: Array
    ear: Array
    elbow: Array
    wrist: Array
    knuckles: Array
    shift: Any = 0.0
    shoulder_tilt: Any = 0.0
    hip_tilt: Any = 0.0
    hands_tilt: Any = 0.0
    cave: Any = 0.0

    def filmed(self, t: Array, **film: Any) -> PoseTrack:
        return picture(self, t, Film(**film))


def legs(shank: Any, thigh: Any, heel_up: Any = 0.0) -> tuple[Array, Array, Array, Array, Array]:
    """ankle, heel, foot, knee, hip over planted toes; heel_up degrees turns the foot about the toes."""
    shank = np.asarray(shank, float)
    up = np.radians(np.asarray(heel_up, float))
    toe = vec(TOE_AHEAD + 0 * shank, -ANKLE_UP)
    back, rise = TOE_AHEAD + HEEL_BACK, ANKLE_UP
    heel = toe + vec(-back * np.cos(up), back * np.sin(up))
    ankle = toe + vec(-TOE_AHEAD * np.cos(up) + rise * np.sin(up), TOE_AHEAD * np.sin(up) + rise * np.cos(up))
    knee = ankle + arrow(SHANK, shank)
    return ankle, heel, toe, knee, knee + arrow(THIGH, -np.asarray(thigh, float))


def stand_on(shank: Any, thigh: Any, trunk: Any, neck: Any = 0.0, heel_up: Any = 0.0, **sides: Any) -> Figure:
    """A standing figure with hanging arms."""
    ankle, heel, foot, knee, hip = legs(shank, thigh, heel_up)
    shoulder = hip + arrow(TRUNK, trunk)
    ear = shoulder + arrow(NECK, np.asarray(trunk, float) + neck)
    figure = Figure(ankle, heel, foot, knee, hip, shoulder, ear, shoulder, shoulder, shoulder, **sides)
    return hang(figure, 0.0)


def hang(figure: Figure, slant: Any, elbow: Any = 180.0) -> Figure:
    """Arms as lines from the shoulder down, `slant` degrees back from the vertical."""
    return reach_to(figure, figure.shoulder - arrow(1.0, slant) * _arm(elbow)[..., None], elbow)


def _arm(elbow: Any) -> Array:
    """Shoulder to grip, with this elbow angle."""
    return np.asarray(chord(UPPER_ARM, FOREARM, elbow)) + GRIP


def hold_bar(figure: Figure, bar_x: Any, elbow: Any = 180.0) -> Figure:
    """Arms of this elbow angle to a bar at bar_x, as low as they reach."""
    dx = figure.shoulder[:, 0] - bar_x
    dy = np.sqrt(np.maximum(_arm(elbow) ** 2 - dx**2, 1e-6))
    return reach_to(figure, figure.shoulder - vec(dx, dy), elbow)


def reach_to(figure: Figure, grip: Array, elbow: Any = None) -> Figure:
    """Arms to a grip; the hand continues the line from the shoulder."""
    line = grip - figure.shoulder
    unit = line / np.maximum(np.linalg.norm(line, axis=-1), 1e-9)[..., None]
    figure.wrist = grip - unit * GRIP
    figure.elbow = knee_between(figure.shoulder, figure.wrist, UPPER_ARM, FOREARM, 1.0)
    figure.knuckles = figure.wrist + unit * HAND
    return figure


def bar_on_back(figure: Figure) -> Figure:
    """Hands on a high bar, elbows below it."""
    figure.wrist = figure.shoulder + np.array([0.03, 0.03])
    figure.elbow = figure.shoulder + np.array([-0.05, -0.15])
    figure.knuckles = figure.wrist + np.array([0.0, HAND])
    return figure


def picture(f: Figure, t: Array, film: Film) -> PoseTrack:
    """Project the figure into a track: orthographic, turned by yaw, left and right joints apart."""
    points, yaw = np.zeros((len(t), len(JOINTS), 3)), np.radians(film.yaw)
    places = {side: _side(f, sign, len(t)) for side, sign in (("left", 1.0), ("right", -1.0))}
    for name, i in J.items():
        x, y, z = places["right" if "right" in name else "left"][_part(name)].T
        if name == "nose":
            z = 0 * z
        points[:, i, 0] = film.facing * x * np.cos(yaw) + z * np.sin(yaw)
        points[:, i, 1] = y + ANKLE_UP
        points[:, i, 2] = film.facing * z * np.cos(yaw) - x * np.sin(yaw)
    points *= film.stature
    points[:, :, :2] += np.array(film.at)
    points[:, :, :2] += np.random.default_rng(film.seed).normal(0, film.noise, points[:, :, :2].shape)
    seen = np.full((len(t), len(JOINTS)), 0.95)
    far = [i for name, i in J.items() if name.startswith("left" if film.facing > 0 else "right")]
    seen[:, far] -= 0.05 * np.cos(yaw) ** 2
    one = np.ones(len(t))
    return PoseTrack(t + film.start_s, points, seen, one, 0.5 * one, 0 * one, film.size, {"source": "stick"})


def _part(joint: str) -> str:
    part = joint.replace("left_", "").replace("right_", "").replace("_left", "").replace("_right", "")
    return {"eye_inner": "eye", "eye_outer": "eye"}.get(part, part)


def _side(f: Figure, sign: float, n: int) -> dict[str, Array]:
    """Joints of one side of the body, (T, 3) in body axes."""

    def at(plane: Array, width: Any, slope: Any = 0.0, moves: bool = True) -> Array:
        flat = np.broadcast_to(plane, (n, 2))
        a = np.radians(np.broadcast_to(np.asarray(slope, float), n))
        z = sign * np.broadcast_to(np.asarray(width, float), n)
        shift = np.broadcast_to(np.asarray(f.shift, float), n) if moves else 0.0
        return np.column_stack([flat[:, 0], flat[:, 1] + z * np.sin(a), z * np.cos(a) + shift])

    head = np.array([0.05, 0.0])
    out = {
        "shoulder": at(f.shoulder, WIDTH["shoulder"], f.shoulder_tilt),
        "hip": at(f.hip, WIDTH["hip"], f.hip_tilt),
        "knee": at(f.knee, WIDTH["knee"] - np.asarray(f.cave)) - [0, 0, 0.5] * at(f.knee, 0.0),
        "ankle": at(f.ankle, WIDTH["ankle"], moves=False),
        "heel": at(f.heel, WIDTH["ankle"], moves=False),
        "foot": at(f.foot, WIDTH["ankle"] + 0.02, moves=False),
        "ear": at(f.ear, WIDTH["ear"]),
        "eye": at(f.ear + head * 0.8 + [0, 0.01], WIDTH["ear"] * 0.6),
        "mouth": at(f.ear + head * 0.8 - [0, 0.03], WIDTH["ear"] * 0.4),
        "nose": at(f.ear + head, 0.0),
        "elbow": at(f.elbow, WIDTH["hand"], f.shoulder_tilt),
        "wrist": at(f.wrist, WIDTH["hand"], f.hands_tilt),
    }
    for finger in ("pinky", "index", "thumb"):
        out[finger] = at(f.knuckles, WIDTH["hand"], f.hands_tilt)
    return out


# ---- squat ------------------------------------------------------------------------------------------


def squat(
    reps: int = 3, *, faulty: Iterable[int] | None = None, fails: bool = False, hands: str = "bar",
    down_s: float = 2.0, up_s: float = 1.2, rest_s: float = 0.8, ends_s: float = 1.2, depth: float = 1.0,
    hips_shoot_up: float = 0, leans_forward: float = 0, leans_back: float = 0, bar_forward: float = 0,
    heels_lift: float = 0, knees_cave: float = 0, bounce: float = 0, shift: float = 0, tilt: float = 0,
    head: float = 0, **film: Any,
) -> PoseTrack:  # fmt: skip
    """Squats with a bar on the back. knees_cave: per cent of the knee gap; shift: per cent of the stance;
    bounce: 0..1 from a smooth to a hard turn; fails: the last rep does not get up."""
    path = Path(sharp=bounce).then("stand", ends_s, 0)
    for r in range(reps):
        path.then("down", down_s, depth, r).then("hold", 0.15 * (1 - bounce), depth, r)
        if fails and r == reps - 1:
            path.then("up", up_s, 0.55, r).then("sink", up_s, depth, r).then("sit", 1.0, depth, r)
        else:
            path.then("up", up_s, 0, r).then("top", rest_s, 0, r)
    if not fails:
        path.then("stand", ends_s, 0)
    t = Film(**film).times(path.seconds)
    m = path.read(t)
    w, u = m.reps(faulty), m.u
    shank, thigh = 5 + 25 * u, 2 + 83 * u
    hip_x = SHANK * np.sin(np.radians(shank)) - THIGH * np.sin(np.radians(thigh))
    up, forward = TRUNK + HIGH_BAR[1], -HIGH_BAR[0]
    aim = (MIDFOOT - 0.005 + w * bar_forward / 100 * ramp(u, 0.1, 0.7) - hip_x) / np.hypot(up, forward)
    trunk = np.degrees(np.arcsin(np.clip(aim, -1, 1)) + np.arctan2(forward, up)) + leans_forward * u * w
    if hips_shoot_up:
        tipped = trunk[np.argmax(u)] + hips_shoot_up * ramp(m.way, 0, 0.25)
        share = m.on("up") * (1 - ramp(m.way, 0.55, 0.9)) * w
        trunk = share * tipped + (1 - share) * trunk
    trunk -= leans_back * w * (m.on("up") * ramp(m.way, 0.7, 0.95) + m.on("top") * (1 - ramp(m.way, 0.6, 1)))
    deep = ramp(u, 0.15, 0.4) * w
    figure = stand_on(
        shank, thigh, trunk, neck=-10 - head * deep, heel_up=heels_lift * deep,
        shift=shift / 100 * 2 * WIDTH["ankle"] * deep, shoulder_tilt=tilt * deep,
        cave=WIDTH["knee"] * knees_cave / 100 * deep - 0.015 * u,
    )  # fmt: skip
    figure = bar_on_back(figure) if hands == "bar" else reach_to(figure, figure.shoulder + vec(0.35, 0.0))
    return figure.filmed(t, **film)


# ---- deadlift ---------------------------------------------------------------------------------------

STANDING = (3.0, 1.0, 3.0)  # shank, thigh, trunk


def floor_angles(trunk: float) -> tuple[float, float, float]:
    """shank, thigh and trunk with straight arms on a bar on the floor, for this trunk."""
    shoulder = np.array([[BAR_X + 0.015, BAR_FLOOR + _arm(180.0)]])
    hip = shoulder - arrow(TRUNK, [trunk])
    knee = knee_between(np.zeros((1, 2)), hip, SHANK, THIGH, 1.0)
    dx, dy = (hip - knee)[0]
    return (
        float(np.degrees(np.arctan2(*knee[0]))),
        float(np.degrees(np.arctan2(-dx, dy))),
        trunk,
    )


def deadlift(
    reps: int = 3, *, faulty: Iterable[int] | None = None, fails: bool = False, approach: bool = True,
    pull_s: float = 1.4, lower_s: float = 1.8, top_s: float = 0.5, floor_s: float = 0.8,
    trunk_at_floor: float = 66, jerk: float = 0, bar_drift: float = 0, bar_far: float = 0,
    hips_shoot_up: float = 0, leans_back: float = 0, head: float = 0, arms_bend: float = 0,
    short_of_lockout: float = 0, bar_tilt: float = 0, shift: float = 0, **film: Any,
) -> PoseTrack:  # fmt: skip
    """Deadlifts from the floor; u is 0 on the floor and 1 at the lockout. fails: the last bar stops at the
    knees and goes down again. jerk: 0..1; trunk_at_floor: low for low hips, high for stiff legs."""
    path = Path(sharp=jerk)
    if approach:
        path.then("stand", 1.2, 1).then("bend", 2.0, 0)
    path.then("floor", floor_s, 0)
    for r in range(reps):
        if fails and r == reps - 1:
            path.then("pull", pull_s, 0.55, r).then("lower", lower_s, 0, r).then("floor", 1.0, 0)
        else:
            path.then("pull", pull_s, 1, r).then("lockout", top_s, 1, r)
            path.then("lower", lower_s, 0, r).then("floor", floor_s, 0)
    t = Film(**film).times(path.seconds)
    m = path.read(t)
    w, u = m.reps(faulty) * (m.rep >= 0), m.u
    low, top = floor_angles(trunk_at_floor), STANDING
    shank, thigh = (a + (b - a) * u for a, b in zip(low[:2], top[:2], strict=True))
    trunk = low[2] + (top[2] - low[2]) * u**1.7  # the legs lift first, then the trunk comes up
    if hips_shoot_up:
        share = m.on("pull") * (1 - ramp(u, 0.5, 0.8)) * w
        trunk = share * (low[2] + hips_shoot_up * ramp(u, 0, 0.35)) + (1 - share) * trunk
    trunk = trunk + (short_of_lockout - leans_back) * w * ramp(u, 0.8, 1.0)
    lifted = ramp(u, 0.1, 0.35) * w
    figure = stand_on(
        shank, thigh, trunk, neck=-10 - head * lifted,
        shift=shift / 100 * 2 * WIDTH["ankle"] * lifted * (1 - ramp(u, 0.8, 1)),
        hands_tilt=bar_tilt * lifted * (1 - ramp(u, 0.8, 1)),
    )  # fmt: skip
    bar_x = BAR_X + bar_far / 100 + bar_drift / 100 * lifted
    return hold_bar(figure, bar_x, 179 - arms_bend * lifted).filmed(t, **film)


def romanian(
    reps: int = 3, *, faulty: Iterable[int] | None = None, down_s: float = 2.0, up_s: float = 1.2,
    bar_drift: float = 0, leans_back: float = 0, **film: Any,
) -> PoseTrack:  # fmt: skip
    """Romanian deadlifts: from standing to just under the knees."""
    path = Path().then("stand", 1.2, 0)
    for r in range(reps):
        path.then("down", down_s, 1, r).then("hold", 0.15, 1, r).then("up", up_s, 0, r).then("top", 0.8, 0, r)
    t = Film(**film).times(path.then("stand", 1.2, 0).seconds)
    m = path.read(t)
    w, u = m.reps(faulty) * (m.rep >= 0), m.u
    shank, thigh, trunk = (a + (b - a) * u for a, b in zip(STANDING, (0.0, 35.0, 67.0), strict=True))
    back = m.on("up") * ramp(m.way, 0.7, 0.95) + m.on("top") * (1 - ramp(m.way, 0.6, 1))
    figure = stand_on(shank, thigh, trunk - leans_back * w * back, neck=-10.0)
    return hold_bar(figure, BAR_X + bar_drift / 100 * w * ramp(u, 0.1, 0.4), 179.0).filmed(t, **film)


# ---- row --------------------------------------------------------------------------------------------


def row(
    reps: int = 3, *, faulty: Iterable[int] | None = None, pull_s: float = 1.0, lower_s: float = 1.4,
    trunk_bent: float = 60, torso_rises: float = 0, body_lifts: float = 0, bar_forward: float = 0,
    twist: float = 0, head: float = 0, knees_bounce: float = 0, jerk: float = 0, stands: bool = True,
    **film: Any,
) -> PoseTrack:  # fmt: skip
    """Bent-over rows. jerk: degrees a second of the trunk at the start of the pull; body_lifts: degrees the
    hips straighten with the pull."""
    path = Path()
    if stands:
        path.then("stand", 1.2, 0).then("hinge", 1.8, 0)
    path.then("hang", 0.8, 0)
    for r in range(reps):
        path.then("pull", pull_s, 1, r).then("top", 0.25, 1, r).then("return", lower_s, 0, r)
        path.then("hang", 0.6, 0)
    if stands:
        path.then("unhinge", 1.8, 0).then("stand", 1.2, 0)
    t = Film(**film).times(path.seconds)
    m = path.read(t)
    w, u = m.reps(faulty) * (m.rep >= 0), m.u
    ease = 0.5 - 0.5 * np.cos(np.pi * m.way)
    bent = np.where(m.on("stand"), 0, np.where(m.on("hinge"), ease, np.where(m.on("unhinge"), 1 - ease, 1)))
    bottom = (5.0, 100.0 - trunk_bent if trunk_bent >= 50 else 25.0, float(trunk_bent))
    shank, thigh, trunk = (a + (b - a) * bent for a, b in zip(STANDING, bottom, strict=True))
    trunk = trunk - (torso_rises + body_lifts) * ramp(u, 0, 0.6) * w
    if jerk:
        trunk = trunk - jerk * 0.4 * ramp(m.way * pull_s, 0, 0.4) * m.on("pull") * w
        trunk = trunk - jerk * 0.4 * (m.on("top") + m.on("return") * (1 - ease)) * w
    bounce = (knees_bounce * u + 0.5 * body_lifts * ramp(u, 0, 0.6)) * w
    figure = stand_on(
        shank, thigh - bounce, trunk, neck=-5 - head * ramp(u, 0.1, 0.3) * w,
        shoulder_tilt=twist * ramp(u, 0, 0.6) * w,
    )  # fmt: skip
    down = hold_bar(figure, BAR_X + bar_forward / 100 * bent, 176.0)
    start = down.wrist + (down.knuckles - down.wrist) * 0.8
    belly = figure.hip + 0.35 * (figure.shoulder - figure.hip) + [0.04, -0.06]
    return reach_to(figure, start + (belly - start) * u[:, None]).filmed(t, **film)


# ---- plank ------------------------------------------------------------------------------------------


def plank(
    seconds: float = 12.0, *, high: bool = False, bend: float = 4, sink: float = 0, head: float = 0,
    arms_slant: float = 0, knees: float = 178, hips_twist: float = 0, **film: Any,
) -> PoseTrack:  # fmt: skip
    """A plank. bend: + hips up, - hips sag, degrees; sink: degrees the hips lose between 6 and 7 s;
    head, hips_twist: degrees, from 4 s on; arms_slant: shoulders in front of the elbows or hands."""
    t = Film(**film).times(seconds)
    late = ramp(t, 4, 4.5)
    b = np.radians(bend - sink * ramp(t, 6, 7))
    leg = chord(SHANK, THIGH, knees)
    arm = (UPPER_ARM + FOREARM - 0.001 if high else UPPER_ARM) * np.cos(np.radians(arms_slant))
    elbow_y = 0.0 if high else 0.02
    toe_y, ankle_y = 0.0, 0.08
    drop = elbow_y + arm - ankle_y
    p, q = TRUNK + leg * np.cos(b), leg * np.sin(b)
    slope = np.arcsin(drop / np.hypot(p, q)) - np.arctan2(q, p)
    shoulder = vec(0 * t, elbow_y + arm)
    hip = shoulder - vec(TRUNK * np.cos(slope), TRUNK * np.sin(slope))
    ankle = hip - vec(leg * np.cos(slope + b), leg * np.sin(slope + b))
    knee = knee_between(ankle, hip, SHANK, THIGH, 1.0)
    heel, foot = ankle + vec(-0.04, 0.02), vec(ankle[:, 0] + 0.04, toe_y)
    along = 90 - np.degrees(slope)
    ear = shoulder + arrow(NECK, along - 10 - head * late)
    back = np.sin(np.radians(arms_slant)) * (UPPER_ARM + (FOREARM if high else 0))
    base = shoulder + vec(-back + 0 * t, -arm)
    if high:
        wrist, elbow = base, shoulder + 0.56 * (base - shoulder)
        knuckles = wrist + vec(HAND, -0.01)
    else:
        elbow, wrist = base, base + vec(FOREARM, 0.0)
        knuckles = wrist + vec(HAND, 0.0)
    figure = Figure(
        ankle, heel, foot, knee, hip, shoulder, ear, elbow, wrist, knuckles, hip_tilt=hips_twist * late
    )
    return figure.filmed(t, **film)


# ---- none of the four -------------------------------------------------------------------------------


def standing(seconds: float = 8.0, **film: Any) -> PoseTrack:
    """Somebody standing still."""
    t = Film(**film).times(seconds)
    return stand_on(3 + 0 * t, 1 + 0 * t, 3 + 0 * t).filmed(t, **film)


def walking(seconds: float = 8.0, **film: Any) -> PoseTrack:
    """Somebody walking across the picture."""
    t = Film(**film).times(seconds)
    swing = 25 * np.sin(2 * np.pi * t)
    figure = stand_on(8 + 0.5 * swing, -4 - swing, 4 + 0 * t)
    figure = hang(figure, swing)
    ahead = vec(0.12 * (t - seconds / 2), 0)
    for f in fields(figure)[:10]:
        setattr(figure, f.name, getattr(figure, f.name) + ahead)
    return figure.filmed(t, **film)


def curling(reps: int = 5, **film: Any) -> PoseTrack:
    """Arm curls, standing."""
    path = Path().then("stand", 1.2, 0)
    for r in range(reps):
        path.then("up", 1.0, 1, r).then("down", 1.2, 0, r).then("stand", 0.4, 0)
    t = Film(**film).times(path.seconds)
    u = path.read(t).u
    figure = stand_on(3 + 0 * t, 1 + 0 * t, 3 + 0 * t)
    figure.elbow = figure.shoulder - arrow(UPPER_ARM, -2)
    figure.wrist = figure.elbow - arrow(FOREARM, -5 - 135 * u)
    figure.knuckles = figure.wrist - arrow(HAND, -5 - 135 * u)
    return figure.filmed(t, **film)


def sitting(seconds: float = 8.0, **film: Any) -> PoseTrack:
    """Somebody sitting on a chair, moving the trunk a little."""
    t = Film(**film).times(seconds)
    figure = stand_on(0 * t, 88 + 0 * t, 10 + 8 * np.sin(t))
    return reach_to(figure, figure.knee + vec(0.0, 0.05)).filmed(t, **film)
