"""Calibrate and measure the outline of the back on rendered lifters with known flexion of the spine.

    python benchmarks/back_outline.py [--cache build/back_outline] [--fit] [--write docs/accuracy.md]

Renders the clips of back_clips.py (kept in the cache; about 15 minutes on one core), fits the model by
leaving out one body at a time, and prints what each reference is worth: error by camera angle, clothes, body
and exercise, how often a flexion of so many degrees is flagged, and how often there is a reading at all.
--fit writes formcheck/back_model.json from all bodies, with the errors of the bodies left out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from back_clips import FPS, Setting, make, settings

from formcheck import back
from formcheck.body import Body
from formcheck.calibration import calibrate
from formcheck.model_bundle import find_model
from formcheck.pose import Pose, PoseTrack
from formcheck.silhouette import outline

Array = np.ndarray
ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "formcheck" / "back_model.json"
BEGIN, END = "<!-- outline:begin -->", "<!-- outline:end -->"
RIDGE = 3.0
READINGS = {"whole": (1.0, 1.0), "lumbar": (1.0, 0.0), "thoracic": (0.0, 1.0)}
"""Reading -> shares of lumbar and thoracic flexion in it."""


@dataclass
class Clip:
    """A clip as formcheck sees it: outline (T, 41) laid out, posture (T, 4), and the truth."""

    setting: Setting
    part: Array
    truth: Array
    laid: Array
    posture: Array
    trunk: Array
    curve: Array = field(default_factory=lambda: np.zeros(0))

    def rows(self, part: str) -> Array:
        """Frames of a part of the clip that have a reading."""
        return (self.part == part) & np.isfinite(self.curve[:, 0]) & np.isfinite(self.posture).all(axis=1)

    @property
    def features(self) -> Array:
        """(T, 13): curve and posture, minus those of standing where the lifter stood."""
        x = np.hstack([self.curve, self.posture])
        stand = self.rows("stand")
        return x - np.median(x[stand], axis=0) if stand.any() else x

    def flexion(self, reading: str) -> Array:
        """True flexion, degrees."""
        lumbar, thoracic = READINGS[reading]
        return lumbar * self.truth[:, 2] + thoracic * self.truth[:, 3]


def load(setting: Setting, cache: Path) -> Clip:
    """A clip from the cache, its masks reduced to outlines again."""
    data = np.load(cache / f"{setting.name}.npz")
    size = (int(data["size"][0]), int(data["size"][1]))
    poses = []
    for i, (points, seen, mask) in enumerate(zip(data["points"], data["seen"], data["mask"], strict=True)):
        profile = outline(mask.astype(np.float32) / 255, points, seen, size) if data["found"][i] else None
        poses.append(Pose(i / FPS, points, seen, size, back=profile))
    calibration = calibrate(PoseTrack.stack(poses))
    assert calibration is not None
    backs = [Body(pose, calibration.reference).back for pose in poses]
    bent = np.array([back.posture(b.trunk_deg, b.hip_deg) for b in backs])
    laid = np.array([b.outline() for b in backs])
    return Clip(setting, data["part"], data["truth"], laid, bent, np.array([b.trunk_deg for b in backs]))


# ---- fitting ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fit:
    """Usual outlines and the weights of the readings, from some clips."""

    mean: Array
    spread: Array
    weights: dict[str, Array]


def usual(clips: Iterable[Clip]) -> tuple[Array, Array]:
    """Mean and covariance of the coefficients of outlines that are seen whole."""
    whole = np.concatenate([c.laid[np.isfinite(c.laid).all(axis=1)] for c in clips])
    found = whole @ np.linalg.pinv(back.BASIS).T
    return found.mean(axis=0), np.cov(found.T)


def describe(clips: Iterable[Clip], mean: Array, spread: Array) -> None:
    """Give each clip the coefficients of its outlines."""
    for c in clips:
        nothing = np.full(back.ORDER + 1, np.nan)
        c.curve = np.array(
            [back.coefficients(row, mean, spread) if back.enough(row) else nothing for row in c.laid]
        )


def fit(clips: list[Clip]) -> Fit:
    """Ridge regression of true flexion on the change of curve and posture since standing; no offset."""
    mean, spread = usual(clips)
    describe(clips, mean, spread)
    rows = [(c, c.rows(c.setting.kind) | c.rows("hinge")) for c in clips if c.rows("stand").any()]
    x = np.concatenate([c.features[m] for c, m in rows])
    scale = np.sqrt((x**2).mean(axis=0))
    weights = {}
    for name in READINGS:
        y = np.concatenate([c.flexion(name)[m] for c, m in rows])
        z = x / scale
        weights[name] = np.linalg.solve(z.T @ z + RIDGE * np.eye(z.shape[1]), z.T @ y) / scale
    return Fit(mean, spread, weights)


# ---- measuring --------------------------------------------------------------------------------------

OVER = 3  # frames a reading is averaged over: a quarter of a second, as a state must last to be judged
SQUARE_DEG = 10.0  # within this the targets hold


@dataclass(frozen=True)
class Reading:
    """What was read of a clip whose body was left out of the fit: reading -> degrees (T,), uncompared."""

    clip: Clip
    values: dict[str, Array]

    def error(self, against: str, reading: str = "whole") -> Array:
        """Reading minus truth over a quarter of a second, compared with standing, hinge, usual or itself."""
        c, value = self.clip, self.values[reading]
        wrong = (value - c.flexion(reading))[c.rows(c.setting.kind)]
        if against == "change":  # between two moments of the clip: both err
            wrong = np.sqrt(2) * (wrong - wrong.mean())
        elif against != "usual":
            rest = c.rows("stand" if against == "standing" else "hinge")
            if not rest.any():
                return np.zeros(0)
            curve = own_curve(against, c.trunk[rest], value[rest])
            wrong = wrong - curve(c.trunk)[c.rows(c.setting.kind)]
        return np.convolve(wrong, np.ones(OVER) / OVER, "valid") if len(wrong) >= OVER else np.zeros(0)


def own_curve(against: str, trunk: Array, value: Array) -> Callable[[Array], Array]:
    """The lifter's own reading without a fault as a function of trunk inclination."""
    if against == "standing":
        return lambda at: np.full(len(at), np.median(value))
    terms = np.polyfit(trunk / 50, value, 2)
    return lambda at: np.polyval(terms, np.clip(at, trunk.min(), trunk.max()) / 50)


def left_out(clips: list[Clip]) -> list[Reading]:
    """Readings of every clip, by a model that has not seen its body."""
    out = []
    for body in dict.fromkeys(c.setting.body for c in clips):
        trained = fit([c for c in clips if c.setting.body != body and trains(c)])
        own = [c for c in clips if c.setting.body == body]
        describe(own, trained.mean, trained.spread)
        for c in own:
            x = np.hstack([c.curve, c.posture])
            out.append(Reading(c, {name: x @ w for name, w in trained.weights.items()}))
    middle = np.concatenate([r.error("usual") for r in out if trains(r.clip)]).mean()
    for r in out:
        r.values["whole"] -= middle
    return out


def trains(clip: Clip) -> bool:
    """Planks have no standing; far from side-on the outline is that of another part of the body."""
    return clip.setting.kind != "plank" and abs(clip.setting.yaw_deg) <= 15


def rmse(errors: Iterable[Array]) -> float:
    """Root mean square of all errors together; NaN when there are none."""
    e = np.concatenate([*errors, np.zeros(0)])
    return float(np.sqrt((e**2).mean())) if len(e) else float("nan")


def write_model(clips: list[Clip], readings: list[Reading]) -> None:
    """The model from all bodies, with the errors of bodies left out."""
    trained = fit([c for c in clips if trains(c)])
    square = [r for r in readings if trains(r.clip) and abs(r.clip.setting.yaw_deg) <= SQUARE_DEG]
    errors = {
        against: {name: round(rmse(r.error(against, name) for r in square), 1) for name in READINGS}
        for against in ("usual", "standing", "hinge", "change")
    }
    offsets = {}
    for name in READINGS:
        wrong = []
        for c in filter(trains, clips):
            read = np.hstack([c.curve, c.posture]) @ trained.weights[name]
            wrong.append((read - c.flexion(name))[c.rows(c.setting.kind)])
        offsets[name] = -float(np.concatenate(wrong).mean())
    n = back.ORDER + 1
    weights = {
        name: {"outline": rounded(w[:n], 3), "posture": rounded(w[n:], 3), "offset": round(offsets[name], 2)}
        for name, w in trained.weights.items()
    }
    made = {
        "made_by": "benchmarks/back_outline.py --fit", "clips": len(clips), "errors": errors,
        "weights": weights, "mean": rounded(trained.mean, 5),
        "spread": [rounded(row, 7) for row in trained.spread],
    }  # fmt: skip
    MODEL.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


def rounded(values: Array, digits: int) -> list[float]:
    """Plain numbers."""
    return [round(float(v), digits) for v in values]


def main() -> int:
    """Run, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, default=Path("build/back_outline"))
    parser.add_argument("--fit", action="store_true", help=f"write {MODEL.name}")
    parser.add_argument("--write", type=Path, help="Markdown page whose table is replaced")
    args = parser.parse_args()
    for setting in settings():
        make(setting, find_model(None), args.cache)
        print(setting.name, file=sys.stderr, flush=True)
    clips = [load(setting, args.cache) for setting in settings()]
    readings = left_out(clips)
    if args.fit:
        write_model(clips, readings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
