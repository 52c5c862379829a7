"""Outline of the back -> degrees of flexion, by a linear model measured on rendered lifters of known flexion.

    h |      ___          The outline is laid out from mid-shoulder (0) towards the hips (-1), both axes in
      |   __/   \\__       trunk lengths of this lifter (a fixed share of stature, so that neither a wandering
      |__/         \\      hip nor a bent trunk stretches it). A smooth curve, Legendre polynomials to the
    -1.1 hips     0.1     eighth, is fitted to what is seen of it; what is hidden is filled by what bodies
                          usually look like. Flexion is a weighted sum of its coefficients and the posture.

A reading means little by itself: bodies differ by more than backs bend. Only differences do, against the same
lifter standing, hinging or at the start of the rep. The weights are in back_model.json, which
benchmarks/back_outline.py writes together with the errors it measured.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import atan, degrees
from typing import Literal

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

from formcheck.geometry import distance, inclination, midpoint
from formcheck.pose import STATIONS, J, Pose

Array = NDArray[np.float64]

TRUNK = 0.288  # statures from hip to shoulder (Drillis & Contini 1966, from memory)
FIRST, LAST, COUNT = -1.1, 0.1, 41  # where the curve is read, trunk lengths from the shoulders
ORDER = 8
NEEDED = (-0.95, -0.05)  # of this stretch ...
SEEN_SHARE = 0.65  # ... so much must be seen, or there is no reading (engineering choice)
LONGEST_GAP = 0.3  # trunk lengths hidden in one piece: filling that costs 3 degrees on rendered lifters
SOFTEST = 0.045  # trunk lengths; wider edges of the mask are guesses (rendered: good 0.02, bad from 0.032 on)
EDGE_SD = 0.006  # trunk lengths, of the outline about a smooth curve (rendered lifters)
PELVIS, WAIST, NECK = -0.9, -0.5, -0.1  # places of tangents: top of the sacrum, T12, T4 (biomechanics 2.3)


@dataclass(frozen=True)
class BackModel:
    """What benchmarks/back_outline.py measured.

    mean (9,), spread (9, 9): coefficients of usual outlines; weights: reading -> ((9,) on the coefficients,
    (4,) on the posture, offset); errors: kind of reference -> RMSE in degrees, per reading.
    """

    mean: Array
    spread: Array
    weights: Mapping[str, tuple[Array, Array, float]]
    errors: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class FullBend:
    """What the outline of a lifter's back reads standing and in an unloaded toe-touch, degrees."""

    upright: float
    full: float

    @property
    def range_deg(self) -> float:
        """From standing to fully bent."""
        return self.full - self.upright


@dataclass(frozen=True)
class BackReference:
    """What the outline of a lifter's back reads without a fault, in degrees of the whole reading.

    kind: own hinge, own standing, or what is usual; curve: quadratic in trunk inclination / 50 degrees, held
    within low..high degrees; full_bend: standing and fully bent, None where there was no toe-touch.
    """

    kind: Literal["hinge", "standing", "usual"] = "usual"
    curve: tuple[float, float, float] = (0.0, 0.0, 0.0)
    low: float = 0.0
    high: float = 0.0
    full_bend: FullBend | None = None

    def share(self, reading: float) -> float:
        """Per cent of the own full flexion: 0 standing, 100 in the toe-touch; NaN where that is not known."""
        bent = self.full_bend
        return 100 * (reading - bent.upright) / bent.range_deg if bent else float("nan")

    def expected(self, trunk_deg: float) -> float:
        """The reading at this inclination of the trunk; NaN in, NaN out."""
        t = min(max(trunk_deg, self.low), self.high) / 50 if trunk_deg == trunk_deg else trunk_deg
        return self.curve[0] + self.curve[1] * t + self.curve[2] * t * t


@lru_cache(maxsize=1)
def model() -> BackModel:
    """The model that comes with formcheck."""
    data = json.loads(files("formcheck").joinpath("back_model.json").read_text(encoding="utf-8"))
    weights = {
        name: (np.array(w["outline"]), np.array(w["posture"]), float(w["offset"]))
        for name, w in data["weights"].items()
    }
    return BackModel(np.array(data["mean"]), np.array(data["spread"]), weights, data["errors"])


class Back:
    """The outline of the back in one pose.

    Read with guessed joints too, whatever their visibility: side on the far ones are always guesses, a knee
    is one behind a plate, and the model was measured so. trunk_deg: inclination of the line from mid-hip to
    mid-shoulder; hip_deg: flexion of the hip, 0 standing.
    """

    __slots__ = ("_curve", "_pose", "_readings", "_row", "hip_deg", "stretch", "trunk_deg")

    def __init__(self, pose: Pose, facing: int, near: str, stature_px: float) -> None:
        self._pose, self._row = pose, 0 if facing > 0 else 1
        x, y = pose.points[:, 0] * facing / stature_px, pose.points[:, 1] / stature_px
        hip, shoulder = (
            midpoint((x[a], y[a]), (x[b], y[b]))
            for a, b in ((J[f"left_{j}"], J[f"right_{j}"]) for j in ("hip", "shoulder"))
        )
        knee = J["left_knee" if near == "left" else "right_knee"]
        self.trunk_deg = inclination(hip, shoulder)
        self.hip_deg = self.trunk_deg - inclination((x[knee], y[knee]), hip)
        self.stretch = distance(hip, shoulder) / TRUNK if near != "both" else float("nan")
        self._curve: Array | None = None
        self._readings: dict[str, float] = {}

    def outline(self) -> Array:
        """The outline laid out at GRID; NaN where hidden, all NaN where the mask is not to be trusted."""
        profile = self._pose.back
        if profile is None or self.stretch != self.stretch or not profile.width[self._row] <= SOFTEST:
            return np.full(COUNT, np.nan)
        return laid_out(profile.depth[self._row], self.stretch)

    def points(self, curve: Array) -> Array:
        """A smooth outline in pixels of the picture, y up, (N, 2) from the hips to the shoulders."""
        places = GRID[JUDGED]
        hip, shoulder = (
            self._pose.points[[J[f"left_{j}"], J[f"right_{j}"]], :2].mean(axis=0) for j in ("hip", "shoulder")
        )
        trunk = (shoulder - hip) / self.stretch  # one trunk length of the lifter, along the line
        behind = np.array([-trunk[1], trunk[0]]) * (1 if self._row == 0 else -1)
        heights = np.array([height(curve, float(p)) for p in places])
        return np.asarray(shoulder + places[:, None] * trunk + heights[:, None] * behind)

    @property
    def curve(self) -> Array:
        """Coefficients of the smooth outline; NaN where too little of it is seen."""
        if self._curve is None:
            outline, usual = self.outline(), model()
            nothing = np.full(ORDER + 1, np.nan)
            self._curve = coefficients(outline, usual.mean, usual.spread) if enough(outline) else nothing
        return self._curve

    def flexion(self, name: str) -> float:
        """`reading` of this pose: whole, lumbar or thoracic, in degrees."""
        if name not in self._readings:
            self._readings[name] = reading(name, self.curve, self.trunk_deg, self.hip_deg)
        return self._readings[name]


GRID = np.linspace(FIRST, LAST, COUNT)
JUDGED = (NEEDED[0] <= GRID) & (NEEDED[1] >= GRID)
BASIS = legendre.legvander(np.linspace(-1, 1, COUNT), ORDER)
SLOPE = 2 / (LAST - FIRST)  # d(Legendre variable) / d(position)


def laid_out(depth: Array, stretch: float) -> Array:
    """The outline at GRID, trunk lengths of the lifter; NaN where hidden.

    depth: (41,) at STATIONS, in lengths of the line hip-shoulder; stretch: that length over the lifter's own
    trunk length.
    """
    places = (STATIONS - 1) * stretch
    out = np.interp(GRID, places, depth * stretch, left=np.nan, right=np.nan)
    return np.asarray(out)


def enough(outline: Array) -> bool:
    """Whether so much of the outline is seen that a reading is worth something."""
    seen = np.isfinite(outline[JUDGED])
    if seen.mean() < SEEN_SHARE:
        return False
    padded = np.concatenate(([True], seen, [True]))
    longest = int(np.diff(np.flatnonzero(padded)).max()) - 1
    return bool(longest * (GRID[1] - GRID[0]) <= LONGEST_GAP)


def coefficients(outline: Array, mean: Array, spread: Array) -> Array:
    """The nine coefficients of the smooth curve: what is seen, completed by what is usual."""
    seen = np.isfinite(outline)
    basis = BASIS[seen]
    prior = _inverse(spread.tobytes())
    precision = basis.T @ basis / EDGE_SD**2 + prior
    return np.asarray(np.linalg.solve(precision, basis.T @ outline[seen] / EDGE_SD**2 + prior @ mean))


@lru_cache(maxsize=4)
def _inverse(spread: bytes) -> Array:
    """The inverse of a spread, which stays the same frame after frame."""
    return np.asarray(np.linalg.inv(np.frombuffer(spread).reshape(ORDER + 1, ORDER + 1)))


def posture(trunk_deg: float, hip_flexion_deg: float) -> Array:
    """What the posture alone does to the outline is a sum of these four."""
    t, h = trunk_deg / 50, hip_flexion_deg / 60
    return np.array([t, t * t, h, h * h])


def reading(name: str, curve: Array, trunk_deg: float, hip_flexion_deg: float) -> float:
    """whole, lumbar or thoracic flexion in degrees, + rounder; NaN when the posture is not seen."""
    outline, bent, offset = model().weights[name]
    return float(curve @ outline + posture(trunk_deg, hip_flexion_deg) @ bent + offset)


def changed(curve: Array, by_deg: float) -> Array:
    """The likeliest outline, as bodies go, that reads this many degrees more in the same posture."""
    outline, _, _ = model().weights["whole"]
    way = model().spread @ outline
    return np.asarray(curve + way * by_deg / float(outline @ way))


def height(curve: Array, place: float) -> float:
    """The curve at a place, trunk lengths."""
    return float(_at(place) @ curve)


@lru_cache(maxsize=COUNT)
def _at(place: float) -> Array:
    """The values of the polynomials at a place."""
    return np.asarray(legendre.legvander((place - FIRST) * SLOPE - 1, ORDER)[0])


@lru_cache(maxsize=COUNT)
def _steepness(place: float) -> Array:
    """The slopes of the polynomials at a place."""
    slopes = legendre.legval((place - FIRST) * SLOPE - 1, legendre.legder(np.eye(ORDER + 1)))
    return np.asarray(SLOPE * slopes)


def tangent(curve: Array, place: float) -> float:
    """Slope of the curve at a place as an angle in degrees: + when it rises towards the head."""
    return degrees(atan(float(_steepness(place) @ curve)))


def bow(curve: Array) -> float:
    """How far the outline bulges over the chord from the pelvis to the neck, per cent of the trunk."""
    return 100 * (height(curve, WAIST) - (height(curve, PELVIS) + height(curve, NECK)) / 2)
