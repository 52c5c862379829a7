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
from functools import cached_property, lru_cache
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
# Trunk lengths hidden in one piece: filling 0.3 costs 3 degrees on rendered lifters. Standing, an elbow often
# hides that much, and a worse reading to compare with is better than none: its error is measured so
LONGEST_GAP, LONGEST_STANDING_GAP = 0.2, 0.3
ARMS_HANG_DEG = 15.0  # arms hang along a trunk more upright than this (10 to 25 measure alike)
SOFTEST = 0.034  # trunk lengths, median edge of the mask; softer ones were not measured (here 6 degrees off)
EDGE_SD = 0.006  # trunk lengths, of the outline about a smooth curve (rendered lifters)
MOST = 80.0  # degrees that spines of the fit bent by (50 lumbar, 30 thoracic); beyond, the model guesses
PELVIS, WAIST, NECK = -0.9, -0.5, -0.1  # places of tangents: top of the sacrum, T12, T4 (biomechanics 2.3)


@dataclass(frozen=True)
class Posture:
    """What else bends the outline than the spine, degrees.

    trunk: inclination of the line from mid-hip to mid-shoulder; hip: its flexion, 0 standing; arm: upper arm
    forward of the trunk line, 0 along it; yaw: of the camera, for the whole take.
    """

    trunk: float
    hip: float
    arm: float
    yaw: float

    @cached_property
    def numbers(self) -> Array:
        """(11,): t, t2, h, h2, th, r, r2, rt, and what the camera's angle makes of t, t2 and h."""
        t, h, r, y = self.scaled
        return np.array([t, t * t, h, h * h, t * h, r, r * r, r * t, y * t, y * t * t, y * h])

    @cached_property
    def scaled(self) -> tuple[float, float, float, float]:
        """Trunk, hip, arm and yaw about one in size, held where rendered lifters were."""
        t, h, r, y = map(_held, (self.trunk, self.hip, self.arm, self.yaw), POSTURES)
        return t, h, r, y


POSTURES = ((-25, 120, 50), (-25, 150, 60), (-90, 150, 60), (-25, 25, 10))
"""Least, most and unit of each angle of the posture."""
CURVED = 5  # of the coefficients weigh otherwise where the trunk leans or the arms are raised


def _held(angle: float, way: tuple[int, int, int]) -> float:
    low, high, unit = way
    return min(max(angle, low), high) / unit if angle == angle else angle


@dataclass(frozen=True)
class Weights:
    """Of a reading, degrees.

    outline: (9,) on the coefficients of the curve; by_trunk, by_arms: (5,) more on the first of them, by the
    angle of trunk and arms; posture: (11,).
    """

    outline: Array
    by_trunk: Array
    by_arms: Array
    posture: Array
    offset: float

    @staticmethod
    def of(values: Array, offset: float = 0.0) -> Weights:
        """From one row of all (30,) weights, in the order of `features`."""
        outline, by_trunk, by_arms, posture = np.split(values, np.cumsum([ORDER + 1, CURVED, CURVED]))
        return Weights(outline, by_trunk, by_arms, posture, offset)

    def on_curve(self, posture: Posture) -> Array:
        """(9,) degrees by each coefficient in a posture."""
        trunk, _, arm, _ = posture.scaled
        weights = self.outline.copy()
        weights[:CURVED] += trunk * self.by_trunk + arm * self.by_arms
        return weights

    def read(self, curve: Array, posture: Posture) -> float:
        """Degrees."""
        return float(curve @ self.on_curve(posture) + posture.numbers @ self.posture + self.offset)


def features(curve: Array, posture: Posture) -> Array:
    """(30,): what the weights are for."""
    trunk, _, arm, _ = posture.scaled
    return np.concatenate([curve, trunk * curve[:CURVED], arm * curve[:CURVED], posture.numbers])


@dataclass(frozen=True)
class BackModel:
    """What benchmarks/back_outline.py measured.

    mean (9,), spread (9, 9): coefficients of usual outlines; weights by reading; errors: kind of reference ->
    RMSE in degrees, per reading.
    """

    mean: Array
    spread: Array
    weights: Mapping[str, Weights]
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

    def rounding(self, reading: float, trunk_deg: float) -> float:
        """The reading over what is expected at this inclination, held within MOST."""
        return believable(reading - self.expected(trunk_deg))

    def expected(self, trunk_deg: float) -> float:
        """The reading at this inclination of the trunk; NaN in, NaN out."""
        t = min(max(trunk_deg, self.low), self.high) / 50 if trunk_deg == trunk_deg else trunk_deg
        return self.curve[0] + self.curve[1] * t + self.curve[2] * t * t


WEIGHTS = ("outline", "by_trunk", "by_arms", "posture")


@lru_cache(maxsize=1)
def model() -> BackModel:
    """The model that comes with formcheck."""
    data = json.loads(files("formcheck").joinpath("back_model.json").read_text(encoding="utf-8"))
    weights = {
        name: Weights.of(np.concatenate([w[key] for key in WEIGHTS]), float(w["offset"]))
        for name, w in data["weights"].items()
    }
    return BackModel(np.array(data["mean"]), np.array(data["spread"]), weights, data["errors"])


class Back:
    """The outline of the back in one pose.

    Read with guessed joints too, whatever their visibility: side on the far ones are always guesses, a knee
    is one behind a plate, and the model was measured so. stretch: the line from mid-hip to mid-shoulder over
    the lifter's trunk length.
    """

    __slots__ = ("_curve", "_pose", "_readings", "_row", "posture", "stretch")

    def __init__(self, pose: Pose, facing: int, near: str, stature_px: float, yaw_deg: float) -> None:
        self._pose, self._row = pose, 0 if facing > 0 else 1
        side = "left" if near == "left" else "right"
        x, y = ((c / stature_px).tolist() for c in (pose.points[:, 0] * facing, pose.points[:, 1]))
        hip, shoulder = (
            midpoint((x[a], y[a]), (x[b], y[b]))
            for a, b in ((J[f"left_{j}"], J[f"right_{j}"]) for j in ("hip", "shoulder"))
        )
        knee, elbow, joint = (J[f"{side}_{j}"] for j in ("knee", "elbow", "shoulder"))
        trunk = inclination(hip, shoulder)
        thigh = inclination((x[knee], y[knee]), hip)
        arm = _turned(trunk - inclination((x[elbow], y[elbow]), (x[joint], y[joint])))
        self.posture = Posture(trunk, trunk - thigh, arm, yaw_deg if yaw_deg == yaw_deg else 0.0)
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
    def trunk_deg(self) -> float:
        """Inclination of the line from mid-hip to mid-shoulder."""
        return self.posture.trunk

    @property
    def curve(self) -> Array:
        """Coefficients of the smooth outline; NaN where too little of it is seen."""
        if self._curve is None:
            outline, usual = self.outline(), model()
            nothing = np.full(ORDER + 1, np.nan)
            seen = enough(outline, self.trunk_deg)
            self._curve = coefficients(outline, usual.mean, usual.spread) if seen else nothing
        return self._curve

    def flexion(self, name: str) -> float:
        """`reading` of this pose: whole, lumbar or thoracic, in degrees."""
        if name not in self._readings:
            self._readings[name] = reading(name, self.curve, self.posture)
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


def enough(outline: Array, trunk_deg: float) -> bool:
    """Whether so much of the outline is seen, at an inclination, that a reading is worth something."""
    seen = np.isfinite(outline[JUDGED])
    if np.count_nonzero(seen) / len(seen) < SEEN_SHARE:
        return False
    longest = max(map(len, seen.tobytes().split(b"\x01")))  # a byte a station, 1 where it is seen
    most = LONGEST_STANDING_GAP if abs(trunk_deg) < ARMS_HANG_DEG else LONGEST_GAP
    return bool(longest * (GRID[1] - GRID[0]) <= most)


def coefficients(outline: Array, mean: Array, spread: Array) -> Array:
    """The nine coefficients of the smooth curve: what is seen, completed by what is usual."""
    seen = np.isfinite(outline)
    prior = _inverse(spread.tobytes())
    precision = _from(seen.tobytes()) + prior
    right = BASIS[seen].T @ outline[seen] / EDGE_SD**2 + prior @ mean
    return np.asarray(np.linalg.solve(precision, right))


@lru_cache(maxsize=1024)
def _from(seen: bytes) -> Array:
    """What stations that are seen tell of the coefficients; mostly the same ones frame after frame."""
    basis = BASIS[np.frombuffer(seen, dtype=bool)]
    return np.asarray(basis.T @ basis / EDGE_SD**2)


@lru_cache(maxsize=4)
def _inverse(spread: bytes) -> Array:
    """The inverse of a spread, which stays the same frame after frame."""
    return np.asarray(np.linalg.inv(np.frombuffer(spread).reshape(ORDER + 1, ORDER + 1)))


def reading(name: str, curve: Array, posture: Posture) -> float:
    """whole, lumbar or thoracic flexion in degrees, + rounder; NaN when the posture is not seen."""
    return model().weights[name].read(curve, posture)


def believable(degrees_more: float) -> float:
    """A difference in flexion, held within what the spines of the fit did; NaN in, NaN out."""
    return min(max(degrees_more, -MOST), MOST) if degrees_more == degrees_more else degrees_more


def changed(curve: Array, posture: Posture, by_deg: float, name: str = "whole") -> Array:
    """The likeliest outline, as bodies go, that reads this many degrees more in the same posture."""
    outline = model().weights[name].on_curve(posture)
    way = model().spread @ outline
    return np.asarray(curve + way * by_deg / float(outline @ way))


def _turned(angle: float) -> float:
    return (angle + 180) % 360 - 180


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
