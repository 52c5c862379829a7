"""Which clips are rendered: one thing varied at a time, faults by size, and a random mix held out.

The limits and corrections of formcheck may be chosen by looking at the first two groups. The held-out mix is
for counting mistakes only: nothing is tuned on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from synthetic.body import Shape
from synthetic.camera import Camera
from synthetic.clothing import Outfit
from synthetic.faults import Faults
from synthetic.motion import Tempo
from synthetic.scenario import Scenario
from synthetic.scene import Room

UPRIGHT = Camera(width=360, height=480)
LYING = Camera(width=480, height=360, look_m=0.42, height_m=0.55, ahead_m=-0.15, distance_m=2.9)
BASES = {
    "squat": Scenario("squat", "squat", tempo=Tempo(1.6, 0.2, 1.1, 0.5, 1.0), camera=UPRIGHT),
    "deadlift": Scenario(
        "deadlift", "deadlift", tempo=Tempo(1.5, 0.35, 1.3, 0.5, 1.0), camera=UPRIGHT,
        options={"floor_bar_m": 0.25}, outfit=Outfit(shirt=(0.30, 0.05, 0.06)),
    ),
    "row": Scenario(
        "row", "row", tempo=Tempo(1.2, 0.2, 0.9, 0.4, 1.0), camera=UPRIGHT,
        outfit=Outfit(shirt=(0.06, 0.24, 0.12)),
    ),
    "plank": Scenario(
        "plank", "plank", camera=LYING, options={"hold_s": 4.0}, outfit=Outfit(shirt=(0.22, 0.22, 0.24)),
        room=Room(floor="wood"),
    ),
}  # fmt: skip
"""One good repetition of each exercise, or one hold, filmed side on at 30 frames a second."""

SHAPES = {
    "woman": Shape("female", 1.65),
    "slim woman": Shape("female", 1.72, 0.2, -0.8),
    "heavy man": Shape("male", 1.80, 0.2, 1.5),
    "strong man": Shape("male", 1.86, 1.0, 0.4),
}
YAWS = (-45, -30, -20, -10, 10, 20, 30, 45, 90)


@dataclass(frozen=True)
class Sweep:
    """A fault by true size: the renderer's fault, the code that should find it, sizes, the camera's yaw."""

    exercise: str
    fault: str
    code: str
    sizes: tuple[float, ...]
    yaw_deg: float = 0.0


SWEEPS = (
    Sweep("squat", "hips_shoot_up_deg", "SQ101", (5, 10, 15, 20, 25)),
    Sweep("squat", "lean_deg", "SQ102", (6, 12, 18, 24, 30)),
    Sweep("squat", "lean_back_deg", "SQ103", (4, 8, 12, 16, 20)),
    Sweep("squat", "heels_lift_deg", "SQ201", (5, 10, 15, 20, 25)),
    Sweep("squat", "knees_in_deg", "SQ202", (8, 16, 24, 32, 40), 85),
    Sweep("squat", "dive_s", "SQ301", (0.3, 0.6, 0.8, 1.0, 1.2)),
    Sweep("squat", "shift_pct", "SQ401", (4, 8, 12, 16, 20), 85),
    Sweep("deadlift", "bar_forward_pct", "DL102", (2, 3.5, 5, 7, 9)),
    Sweep("deadlift", "hips_shoot_up_deg", "DL103", (4, 8, 12, 16, 20)),
    Sweep("deadlift", "lean_back_deg", "DL104", (4, 8, 12, 16, 20)),
    Sweep("deadlift", "hips_low_deg", "DL201", (8, 16, 24, 32)),
    Sweep("row", "torso_rise_deg", "RW101", (4, 8, 12, 16, 22)),
    Sweep("row", "knees_bounce_deg", "RW201", (8, 16, 24)),
    Sweep("plank", "sag_deg", "PL101", (4, 8, 12, 16, 22)),
    Sweep("plank", "pike_deg", "PL102", (8, 16, 24, 32, 40)),
)
MARGIN = {"DL102": ("DL106",), "RW101": ("RW102", "RW301"), "SQ301": ("SQ302",), "DL103": ("DL202",),
          "SQ101": ("SQ102",), "SQ102": ("SQ101",), "SQ401": ("SQ402",)}  # fmt: skip
"""Codes that may rightly come along with a fault: it is no false alarm when they do."""


@dataclass(frozen=True)
class Case:
    """One clip: its group, what was varied and to what, and the code its faults should get ("": none)."""

    group: str
    level: str
    scenario: Scenario
    code: str = ""

    @property
    def name(self) -> str:
        return self.scenario.name


def good() -> Iterator[Case]:
    """Good sets, one thing varied at a time."""
    for exercise, base in BASES.items():
        for group, level, scenario in _variants(base):
            yield Case(group, level, _named(scenario, exercise, group, level))
    left = replace(BASES["deadlift"], options={**BASES["deadlift"].options, "stand_up": 1.0})
    yield Case("end", "stands up without the bar", _named(left, "deadlift", "end", "stands-up"))


def _variants(base: Scenario) -> Iterator[tuple[str, str, Scenario]]:
    camera, outfit, room = base.camera, base.outfit, base.room
    yield "base", "", base
    for yaw in YAWS:
        yield "yaw", f"{yaw:+d}", replace(base, camera=replace(camera, yaw_deg=float(yaw)))
    yield "side", "left", replace(base, camera=replace(camera, side="left"))
    for label, shape in SHAPES.items():
        yield "body", label, replace(base, body=shape)
    for fit in ("loose", "tight"):
        yield "clothes", fit, replace(base, outfit=replace(outfit, fit=fit))
    yield "clothes", "like the wall", replace(base, outfit=replace(outfit, shirt=room.wall))
    yield "light", "dim", replace(base, room=replace(room, light=0.35))
    yield "room", "cluttered", replace(base, room=replace(room, clutter=2))
    for fps in (15, 60):
        yield "frames a second", str(fps), replace(base, camera=replace(camera, fps=float(fps)))
    yield "camera", "in the hand", replace(base, camera=replace(camera, shake=0.25))
    yield "camera", "high, 1.7 m", replace(base, camera=replace(camera, height_m=1.7))


def faulty() -> Iterator[Case]:
    """Faults by size. The first repetition is good; a plank is one hold, so it has a clip for every size."""
    for sweep in SWEEPS:
        for who, scenario in _performers(BASES[sweep.exercise], sweep):
            for label, reps in _doses(sweep):
                level = f"{who} {label}".strip()
                name = _named(replace(scenario, reps=reps), sweep.exercise, sweep.fault, level)
                yield Case(sweep.fault, level, name, sweep.code)


def _performers(base: Scenario, sweep: Sweep) -> Iterator[tuple[str, Scenario]]:
    straight = replace(base.camera, yaw_deg=sweep.yaw_deg)
    yield "man", replace(base, camera=straight)
    turned = replace(base.camera, side="left", yaw_deg=sweep.yaw_deg + (12 if sweep.yaw_deg == 0 else -15))
    outfit = replace(base.outfit, fit="loose", shirt=(0.25, 0.25, 0.05))
    yield "woman", replace(base, body=SHAPES["woman"], camera=turned, outfit=outfit)


def _doses(sweep: Sweep) -> Iterator[tuple[str, tuple[Faults, ...]]]:
    doses = [Faults(**{sweep.fault: float(size)}) for size in sweep.sizes]
    if sweep.exercise != "plank":
        yield "", (Faults(), *doses)
        return
    for size, dose in zip(sweep.sizes, doses, strict=True):
        yield f"{size:g}", (dose,)


HELD_OUT, SEED = 32, 20251126


def held_out() -> Iterator[Case]:
    """A random mix of everything at once, from side on or nearly; every other four have a fault in rep 2."""
    for i in range(HELD_OUT):
        rng = np.random.default_rng([SEED, i])
        exercise = tuple(BASES)[i % 4]
        sweeps = [s for s in SWEEPS if s.exercise == exercise and not s.yaw_deg]
        sweep = sweeps[rng.integers(len(sweeps))] if i // 4 % 2 else None
        scenario = _mixed(BASES[exercise], rng)
        if sweep:
            dose = Faults(**{sweep.fault: round(float(rng.uniform(0.3, 1.1)) * sweep.sizes[-1], 2)})
            scenario = replace(scenario, reps=(dose,) if exercise == "plank" else (Faults(), dose))
        level = str(i)
        yield Case(
            "held out", level, _named(scenario, exercise, "held-out", level), sweep.code if sweep else ""
        )


def _mixed(base: Scenario, rng: np.random.Generator) -> Scenario:
    """Random body, clothes, light, room, camera and tempo."""

    def pick(low: float, high: float) -> float:
        return round(float(rng.uniform(low, high)), 3)

    body = Shape(str(rng.choice(["female", "male"])), pick(1.56, 1.92), pick(-0.3, 1), pick(-0.6, 1.2))
    shirt, shorts = ((pick(0.02, 0.5), pick(0.02, 0.5), pick(0.02, 0.5)) for _ in range(2))
    tone = pick(0.25, 1.1)
    outfit = Outfit(shirt, shorts, skin=(0.5 * tone, 0.30 * tone, 0.21 * tone),
                    fit=str(rng.choice(["tight", "normal", "loose"])))  # fmt: skip
    room = Room(
        str(rng.choice(["rubber", "wood", "carpet"])), clutter=int(rng.integers(3)), light=pick(0.45, 1.2)
    )
    camera = replace(
        base.camera, side=str(rng.choice(["left", "right"])), yaw_deg=pick(-25, 25),
        height_m=base.camera.height_m + pick(-0.2, 0.35), distance_m=base.camera.distance_m * pick(1, 1.25),
        fps=float(rng.choice([24, 25, 30, 50])), shake=pick(0, 0.15), noise=pick(1, 5),
        crf=int(rng.integers(22, 34)),
    )  # fmt: skip
    tempo = replace(
        base.tempo, down_s=base.tempo.down_s * pick(0.9, 1.4), up_s=base.tempo.up_s * pick(0.9, 1.4)
    )
    return replace(base, body=body, outfit=outfit, room=room, camera=camera, tempo=tempo)


def _named(scenario: Scenario, *words: str) -> Scenario:
    name = "_".join(w for w in words if w).replace(" ", "-").replace(",", "").replace("+", "p")
    return replace(scenario, name=name)
