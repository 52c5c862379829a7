"""Rendered lifters with known flexion of the spine, as the real pose model sees them: to measure the outline.

A clip is one body in one outfit before one camera. It stands, hinges slowly without a load (the lifter's
own reference), in some clips touches its toes with a fully bent spine, and then wanders smoothly through
postures: inclination of the trunk, knee angle, lumbar and thoracic flexion change independently, so that no
posture gives the flexion away. Every frame is kept with its joints, its mask and its picture as JPEG, in
one .npz a clip.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from formcheck.landmarker import Landmarker
from formcheck.video import Frame
from synthetic.body import Shape, build
from synthetic.camera import Camera, views
from synthetic.clothing import SOLE_M, Outfit, dress
from synthetic.faults import Faults
from synthetic.film import Film
from synthetic.gear import barbell
from synthetic.lift import hips_from_leg
from synthetic.motion import Instant, feet, gripping, swung_arms, vec
from synthetic.plank import posture as plank_posture
from synthetic.pose import GRIP_ALONG, Hand, Poser, Stance, unit
from synthetic.scene import Room
from synthetic.unloaded import crossed_arms, ease_down_and_up, hinged, touched, trunk_axes

FPS = 12.0
LOOKS = 3  # times the model sees each picture, 30 a second: it smooths over time, and lifters are slower
JPEG_QUALITY = 60
STAND, HINGE, TOUCH, WANDER, PLANK = 8, 18, 30, 52, 36  # frames of each part of a clip

BODIES = {
    "average man": Shape("male", 1.78, 0.2, 0.0), "slim man": Shape("male", 1.75, -0.3, -0.8),
    "heavy man": Shape("male", 1.80, 0.0, 1.5), "strong man": Shape("male", 1.86, 1.0, 0.4),
    "tall man": Shape("male", 1.96, 0.0, -0.2), "average woman": Shape("female", 1.65, 0.0, 0.0),
    "slim woman": Shape("female", 1.72, 0.0, -0.8), "heavy woman": Shape("female", 1.66, 0.0, 1.4),
    "strong woman": Shape("female", 1.68, 0.9, 0.1), "short woman": Shape("female", 1.54, 0.1, 0.3),
}  # fmt: skip
DRAWN, OTHERS, MORE, FRESH = range(13), range(16, 23), range(30, 38), range(50, 57)
"""Seeds of bodies by chance. To fit with: two groups, in shirts of two sets of colours (the others were not
fitted to until they had been looked at), and more in fewer clips. Never fitted to: fresh ones."""
GROUPS = {"drawn": DRAWN, "unseen": OTHERS, "more": MORE, "fresh": FRESH}
ON_HIPS = frozenset(f"drawn {i}" for i in range(1, 8))
SHIRTS = ((0.05, 0.13, 0.32), (0.35, 0.05, 0.05), (0.55, 0.55, 0.53), (0.03, 0.03, 0.035), (0.10, 0.25, 0.10))
OTHER_SHIRTS = ((0.30, 0.22, 0.04), (0.12, 0.02, 0.16), (0.05, 0.22, 0.24), (0.45, 0.30, 0.26))
FRESH_SHIRTS = ((0.24, 0.03, 0.14), (0.02, 0.18, 0.10), (0.62, 0.42, 0.10), (0.18, 0.18, 0.30))
WALLS = ((0.42, 0.43, 0.42), (0.60, 0.58, 0.54), (0.20, 0.22, 0.26), (0.35, 0.28, 0.22))


@dataclass(frozen=True)
class Setting:
    """One clip to make. kind: lift (hinge and deadlift postures), squat or plank.

    touches: the toes, before the postures.
    """

    name: str
    body: str
    kind: str = "lift"
    fit: str = "normal"
    yaw_deg: float = 0.0
    bar: int = 0
    touches: bool = False

    @property
    def unseen(self) -> bool:
        """Whether the body and its shirts are never fitted to, nor looked at to choose a model."""
        return self.body.startswith("fresh")

    @property
    def on_hips(self) -> bool:
        """Whether a body by chance hinges with the hands on the hips; the others cross their arms."""
        return self.body in ON_HIPS

    @property
    def seed(self) -> int:
        """The one source of chance."""
        return zlib.crc32(self.name.encode())


def settings() -> list[Setting]:
    """Every clip of the calibration: each body in all fits and from several angles."""
    made = []
    for i, body in enumerate(BODIES):
        turns = (10.0, -10.0, 20.0, -20.0, 30.0, -30.0, 15.0, -15.0)
        cases = [
            ("lift", "normal", 0.0, 0), ("lift", "tight", 0.0, 28), ("lift", "loose", 0.0, 0),
            ("lift", "normal", turns[i % 2], 28), ("lift", "loose", -turns[i % 2], 0),
            ("lift", "normal", turns[2 + i % 6], 0), ("squat", ("normal", "tight")[i % 2], 0.0, 0),
            ("plank", ("tight", "normal")[i % 2], 0.0, 0),
        ]  # fmt: skip
        for order, (kind, fit, yaw, bar) in enumerate(cases):
            name = f"{body}_{kind}_{fit}_{yaw:+.0f}_{bar}".replace(" ", "-")
            made.append((order, Setting(name, body, kind, fit, yaw, bar)))
    return [setting for _, setting in sorted(made, key=lambda m: m[0])]


def drawn() -> list[Setting]:
    """Clips of bodies by chance: square-on, another angle, and a squat; some without the first."""
    made = []
    for group, seeds in GROUPS.items():
        for number, i in enumerate(seeds, 1):
            rng = np.random.default_rng([i, 4])
            cases = [("lift", 0.0), ("lift", rng.uniform(-10, 10)), ("squat", rng.uniform(-8, 8))]
            for kind, yaw in cases[group == "more" :]:
                fit, bar = ("tight", "normal", "loose")[rng.integers(3)], 28 * int(rng.integers(2))
                bar *= kind == "lift"
                name = f"{group} {number}_{kind}_{fit}_{yaw:+.0f}_{bar}".replace(" ", "-")
                made.append(Setting(name, f"{group} {number}", kind, fit, round(float(yaw), 1), bar))
    return made


def touching() -> list[Setting]:
    """Clips with a toe-touch, one of each named body."""
    made = []
    for i, body in enumerate(BODIES):
        fit, yaw, bar = ("tight", "normal", "loose")[i % 3], (0.0, -6.0, 6.0)[i % 3], 28 * (i % 2)
        name = f"{body}_touch_{fit}_{yaw:+.0f}_{bar}".replace(" ", "-")
        made.append(Setting(name, body, "lift", fit, yaw, bar, touches=True))
    return made


def shape_of(body: str) -> Shape:
    """The shape of a named body, or of one by chance."""
    if body in BODIES:
        return BODIES[body]
    group, number = body.split()
    first = GROUPS[group].start
    rng = np.random.default_rng([int(number) + first, 5])
    sex, mean = (("male", 1.78), ("female", 1.66))[rng.integers(2)]
    return Shape(sex, mean + 0.08 * float(rng.uniform(-1.5, 1.5)), *rng.uniform((-0.7, -0.9), (1.0, 1.5)))


# ---- postures ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Truth:
    """What is true of a frame: part of the clip, and angles in degrees."""

    part: str
    trunk: float
    knee: float
    lumbar: float
    thoracic: float
    arms: float | None = None  # forward of hanging; None: where they go by themselves


def smooth(rng: np.random.Generator, count: int, low: float, high: float, turns: float) -> np.ndarray:
    """A wandering course within low..high that uses the whole range."""
    t = np.linspace(0, 1, count)
    waves = sum(a * np.sin(2 * np.pi * (f * turns * t + rng.random())) for a, f in ((1, 1), (0.6, 2.3)))
    waves = (waves - waves.min()) / (waves.max() - waves.min())
    return low + (high - low) * waves


def course(setting: Setting) -> list[Truth]:
    """The postures of a clip, frame by frame."""
    rng = np.random.default_rng(setting.seed)
    if setting.kind == "plank":
        lumbar, thoracic = smooth(rng, PLANK, -25, 25, 3.1), smooth(rng, PLANK, -5, 20, 2.2)
        return [Truth("plank", 90.0, 180.0, a, b) for a, b in zip(lumbar, thoracic, strict=True)]
    stand = [Truth("stand", 2.0, 172.0, 0.0, 0.0)] * STAND
    way = 0.5 - 0.5 * np.cos(2 * np.pi * np.linspace(0, 1, HINGE))
    hinge = [Truth("hinge", *astuple(hinged(share))) for share in way]
    touch = [Truth("touch", *astuple(touched(share))) for share in ease_down_and_up(TOUCH) if setting.touches]
    deep = setting.kind == "squat"
    knee = smooth(rng, WANDER, 62 if deep else 100, 168, 2.3)
    lumbar, thoracic = smooth(rng, WANDER, -10, 48, 2.9), smooth(rng, WANDER, -5, 28, 1.9)
    if deep:
        trunk = smooth(rng, WANDER, -14, 14, 3.3) + 6 + (172 - knee) * 0.36
    else:
        trunk = smooth(rng, WANDER, 22, 86, 3.7)
    arms: Any = [None] * WANDER
    if setting.body not in BODIES:
        arms = smooth(rng, WANDER, -15, 85 if deep else 45, 2.7)
    rows = zip(trunk, knee, lumbar, thoracic, arms, strict=True)
    ease = np.minimum(1, np.arange(WANDER) / 5)
    wander = [
        Truth(setting.kind, 2 + (a - 2) * e, 172 + (k - 172) * e, b * e, c * e, r)
        for (a, k, b, c, r), e in zip(rows, ease, strict=True)
    ]
    return stand + hinge + touch + wander


def instant(poser: Poser, truth: Truth, setting: Setting) -> Instant:
    """The posture of a frame."""
    if truth.part == "plank":
        line = -0.9 * truth.lumbar if truth.lumbar < 0 else 0.3 * truth.lumbar
        bent = Faults(rounding_lumbar_deg=truth.lumbar, rounding_thoracic_deg=truth.thoracic)
        made = plank_posture(poser, min(0.0, -abs(line)) * 0.5, bent, 0.0)
        return Instant(replace(made.stance, lumbar_deg=truth.lumbar))
    planted = feet(0.15, 12.0)
    shank = 5 + (172 - truth.knee) * (0.27 if setting.kind == "squat" else 0.12)
    hips = hips_from_leg(poser, shank, truth.knee, planted[0])
    shoulders = poser.shoulders(hips, truth.trunk, truth.lumbar, truth.thoracic)
    bar = None
    if truth.part == "hinge" and setting.body not in BODIES:
        hands = (hands_on_hips if setting.on_hips else crossed_arms)(poser, hips, shoulders)
    elif truth.arms is not None and not setting.bar:
        hands = swung_arms(poser, shoulders, truth.arms, 0.04)
    elif setting.kind == "squat":
        hands = swung_arms(poser, shoulders, 4 + 70 * np.clip((172 - truth.knee) / 60, 0, 1))
    elif setting.bar and truth.part == "lift":
        reach = poser.lengths["arm"] + GRIP_ALONG - 0.004
        bar = shoulders + vec(0, -np.sqrt(reach**2 - 0.08**2 - 0.06**2), 0.06)
        hands = gripping(shoulders, bar, 0.27)
    else:
        hanging = 10 + (-0.12 if truth.part == "touch" else 0.1) * truth.trunk
        hands = swung_arms(poser, shoulders, hanging, 0.04)
    stance = Stance(hips, truth.trunk, planted, hands, truth.lumbar, truth.thoracic, -0.45 * truth.trunk)
    return Instant(stance, bar)


def hands_on_hips(poser: Poser, hips: np.ndarray, shoulders: np.ndarray) -> tuple[Hand, Hand]:
    """The thumbs at the waist, elbows out and behind: they hide the back."""
    up, forward = trunk_axes(hips, shoulders)
    hands = []
    for s in (1, -1):
        wrist = hips + vec(s * (poser.hip_half + 0.10), 0, 0) + 0.09 * up - 0.02 * forward
        along = 0.7 * forward - 0.5 * up + vec(-s * 0.4, 0, 0)
        hands.append(Hand(wrist, unit(along), vec(-s, 0, 0), unit(vec(s, 0, 0) - 0.8 * forward), 0.3))
    return hands[0], hands[1]


# ---- pictures ---------------------------------------------------------------------------------------


def pictures(setting: Setting) -> Iterator[tuple[np.ndarray, Truth, float]]:
    """JPEG pictures of a clip with the truth, and the true inclination of the trunk."""
    rng = np.random.default_rng([setting.seed, 1])
    poser = Poser(build(shape_of(setting.body)), SOLE_M)
    shirts = {"unseen": OTHER_SHIRTS, "fresh": FRESH_SHIRTS}.get(setting.body.split()[0], SHIRTS)
    outfit = Outfit(shirt=shirts[rng.integers(len(shirts))], fit=setting.fit)
    room = Room(
        wall=WALLS[rng.integers(len(WALLS))], clutter=int(rng.integers(0, 2)),
        light=float(rng.uniform(0.7, 1.1)), floor=("rubber", "wood", "carpet")[rng.integers(3)],
    )  # fmt: skip
    low = setting.kind == "plank"
    camera = Camera(
        setting.yaw_deg, ("right", "left")[rng.integers(2)], 0.45 if low else 0.95,
        float(rng.uniform(2.8, 3.6)), 0.35 if low else 0.86, 0.1 - 0.4 * low,
        width=640 if low else 480, height=480 if low else 640, fps=FPS,
    )  # fmt: skip
    gear = [barbell(setting.bar)] if setting.bar else []
    film = Film(dress(poser.body, outfit), gear, room, camera, setting.seed)
    truths = course(setting)
    for i, (truth, view) in enumerate(zip(truths, views(camera, len(truths), setting.seed), strict=True)):
        moment = instant(poser, truth, setting)
        image = film.picture(i, poser.solve(moment.stance), moment, view)
        _, picture = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        yield picture, truth, moment.stance.trunk_deg


def make(setting: Setting, model: Path, folder: Path) -> Path:
    """Render a clip and look at it with the pose model; kept from an earlier run if it is there."""
    kept = folder / f"{setting.name}.npz"
    if kept.is_file():
        return kept
    columns = ("points", "seen", "mask", "picture", "truth", "part", "found")
    rows: dict[str, list[Any]] = {k: [] for k in columns}
    with Landmarker(model) as landmarker:
        for i, (picture, truth, trunk) in enumerate(pictures(setting)):
            image = np.ascontiguousarray(cv2.imdecode(picture, cv2.IMREAD_COLOR)[:, :, ::-1])
            size = (image.shape[1], image.shape[0])
            for look in range(i * LOOKS, (i + 1) * LOOKS):
                sighting = landmarker.see(Frame(look, look / 30, image), size)
            pose = sighting.measured()
            mask = np.zeros(image.shape[:2]) if sighting.mask is None else sighting.mask
            rows["points"].append(pose.points)
            rows["seen"].append(pose.seen)
            rows["mask"].append(np.round(255 * mask).astype(np.uint8))
            rows["picture"].append(picture.tobytes())
            rows["truth"].append((trunk, truth.knee, truth.lumbar, truth.thoracic))
            rows["part"].append(truth.part)
            rows["found"].append(pose.found)
    sizes = np.array([len(p) for p in rows["picture"]])
    packed = np.frombuffer(b"".join(rows.pop("picture")), dtype=np.uint8)
    folder.mkdir(parents=True, exist_ok=True)
    draft = kept.with_suffix(".part.npz")
    made = {k: np.array(v) for k, v in rows.items()}
    np.savez_compressed(draft, **made, pictures=packed, picture_sizes=sizes, size=np.array(size))
    return draft.replace(kept)
