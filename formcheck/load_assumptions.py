"""What the load on the low back rests on, said in sentences: who, which load and where, scale, speed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formcheck.judge import RATE_SLACK
from formcheck.lifter import Lifter, LoadAt
from formcheck.outcome import Outcome
from formcheck.postures import ear_to_ankle, postures
from formcheck.signals import BAR_LEVEL, ON_SHOULDERS
from formcheck.spine_load import Posture

Array = NDArray[np.float64]

ACCELERATION_FPS = 50.0  # below this an acceleration is as large as its noise (biomechanics section 1.1 D)
IN_FRONT = (0.02, 0.25)  # a goblet is this far in front of the trunk, statures (engineering choice)
ON_CHEST = (0.45, 1.3)  # ... and this far up from hip (0) to shoulder (1)
MOST = 0.5  # hands are where they are in most of the frames
SCALE_DOUBT = 0.08  # ear to ankle farther than this from what the height says is worth a word


def place_of_load(exercise: str, outcomes: list[Outcome], lifter: Lifter) -> LoadAt:
    """Where the load is: as the lifter says, or by the exercise and where the hands are (statures)."""
    if exercise == "plank":
        return "none"
    if lifter.load_at is not None:
        return lifter.load_at
    if exercise != "squat":
        return "hands"
    seen = [_hands(postures(o.joints, o.calibration.reference, 1.0), o.table.segment >= 0) for o in outcomes]
    hidden, on_shoulders, on_chest = np.concatenate(seen).mean(axis=0)
    if max(hidden, on_shoulders) > MOST:
        return "high-bar"
    return "goblet" if on_chest > MOST else "none"


def hands_hidden(outcomes: list[Outcome]) -> bool:
    """Whether most frames of the reps do not show the hands: plates on a bar are what hides them."""
    seen = [_hands(postures(o.joints, o.calibration.reference, 1.0), o.table.segment >= 0) for o in outcomes]
    return bool(np.concatenate(seen)[:, 0].mean() > MOST)


def _hands(p: Posture, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """For each frame of the reps: hand hidden, on the shoulder, in front of the chest; (frames, 3)."""
    hip, shoulder, wrist = p.hip[inside], p.shoulder[inside], p.wrist[inside]
    hidden = ~np.isfinite(wrist[:, 0] + shoulder[:, 0] + hip[:, 0])
    off = wrist - shoulder
    on_shoulders = (np.hypot(*off.T) < ON_SHOULDERS) & (np.abs(off[:, 1]) < BAR_LEVEL)
    line, hand = shoulder - hip, wrist - hip
    length = np.linalg.norm(line, axis=1)
    up = (hand * line).sum(axis=1) / length**2
    ahead = (hand[:, 0] * line[:, 1] - hand[:, 1] * line[:, 0]) / length
    on_chest = (up > ON_CHEST[0]) & (up < ON_CHEST[1]) & (ahead > IN_FRONT[0]) & (ahead < IN_FRONT[1])
    return np.stack([hidden, on_shoulders, on_chest], axis=1)


def assumptions(
    exercise: str, outcomes: list[Outcome], lifter: Lifter, at: LoadAt, nominal: Lifter
) -> tuple[str, ...]:
    """The sentences, in the order in which they matter."""
    said = [
        _who(lifter, nominal),
        _load(exercise, outcomes, lifter, at),
        _support(exercise),
        _scale(outcomes, lifter),
        _speed(exercise, outcomes, lifter, at),
    ]
    return tuple(sentence for sentence in said if sentence)


def _who(lifter: Lifter, nominal: Lifter) -> str:
    missing = [w for w, v in (("height", lifter.height_m), ("body mass", lifter.mass_kg)) if v is None]
    height, mass = lifter.height_m or nominal.height_m or 0.0, lifter.mass_kg or nominal.mass_kg
    if missing:
        return (
            f"Without {' and '.join(missing)} only comparisons within the set are shown, worked out for "
            f"somebody of {100 * height:.0f} cm and {mass:.0f} kg."
        )
    mean = "" if lifter.sex else ", with the mean of men's and women's proportions, as no sex was given"
    return f"For {100 * height:.0f} cm and {mass:.0f} kg{mean}."


PLACES = {
    "hands": "in the hands", "high-bar": "high on the back", "low-bar": "low on the back",
    "goblet": "in front of the chest",
}  # fmt: skip


def _load(exercise: str, outcomes: list[Outcome], lifter: Lifter, at: LoadAt) -> str:
    if exercise == "plank":
        return "The body alone; a load on the back is not in it." if lifter.load_kg else ""
    if not lifter.load_kg:
        known = "" if lifter.load_kg is None else ": no load"
        return f"The body alone{known or ', as no load was given'}."
    if at != "none":
        guessed = lifter.load_at is None and exercise == "squat" and hands_hidden(outcomes)
        why = ", as plates seem to hide the hands" if guessed else ""
        return f"The load of {lifter.load_kg:.4g} kg is {'taken to be ' if guessed else ''}{PLACES[at]}{why}."
    if lifter.load_at == "none":
        return f"The load of {lifter.load_kg:.4g} kg is left out, as was said."
    return (
        f"The load of {lifter.load_kg:.4g} kg is left out: the hands are neither at the shoulders nor in "
        "front of the chest; say with --load-at where it is."
    )


def _support(exercise: str) -> str:
    if exercise == "plank":
        return "Toes and hands or forearms carry the body, nothing else."
    return (
        "Nothing else is held or leaned on: with a hand on a bench, cables, bands or a machine the numbers "
        "do not hold."
    )


def _scale(outcomes: list[Outcome], lifter: Lifter) -> str:
    if lifter.height_m is None:
        return ""
    most = max(outcomes, key=lambda o: len(o.table.times_s))
    reference = most.calibration.reference
    pixels = f"{reference.stature_px:.0f} pixels by the length of trunk and legs"
    sized = f"{100 * lifter.height_m:.0f} cm are {pixels}"
    off = ear_to_ankle(postures(most.joints, reference, 1.0)) - 1
    if not np.isfinite(off):
        return f"Scale: {sized}."
    said = f"from ear to ankle, standing, {100 * abs(off):.0f} % {'more' if off > 0 else 'less'}"
    return f"Scale: {sized}; {said}{', so all lengths are doubtful' if abs(off) > SCALE_DOUBT else ''}."


def _speed(exercise: str, outcomes: list[Outcome], lifter: Lifter, at: LoadAt) -> str:
    steps = [np.median(np.diff(o.table.times_s)) for o in outcomes if len(o.table.times_s) > 1]
    if exercise == "plank" or not steps:
        return ""
    if not lifter.load_kg or at == "none":
        return "As if held still: the inertia of the body is not in it."
    fps = 1 / float(np.median(steps))
    if fps * (1 + RATE_SLACK) < ACCELERATION_FPS:
        return (
            f"As if held still: at {fps:.0f} frames a second accelerations are lost in noise; moving adds "
            "19 % on average and 52 % at most (McGill & Norman 1985)."
        )
    return "The inertia of the load is given beside the held-still value; that of the body is not in it."
