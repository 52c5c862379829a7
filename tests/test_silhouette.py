"""The outline of the trunk, read from drawn masks whose edge is known."""

from __future__ import annotations

import time

import numpy as np
import pytest

from formcheck.pose import BLURRED, HIDDEN_BY_ARM, HIDDEN_BY_FRAME, NO_EDGE, SEEN, STATIONS, J
from formcheck.silhouette import outline

SIZE = (640, 360)
TRUNK = 150.0
HIP = (300.0, 100.0)


def joints(lean_deg: float = 0.0, hip: tuple[float, float] = HIP) -> np.ndarray:
    """Hips and shoulders of a trunk that leans to the right; arms far in front, away from the outline."""
    a = np.radians(lean_deg)
    along, ahead = np.array([np.sin(a), np.cos(a)]), np.array([np.cos(a), -np.sin(a)])
    points = np.zeros((33, 3))
    places = {"hip": (0, 0), "shoulder": (1, 0), "elbow": (1.5, 0.8), "wrist": (1.7, 0.9), "index": (1.7, 1)}
    for side in ("left", "right"):
        for name, (s, d) in places.items():
            points[J[f"{side}_{name}"], :2] = hip + TRUNK * (s * along + d * ahead)
    return points


def mask_of(points: np.ndarray, back, front: float = 0.3, softness_px: float = 3.0) -> np.ndarray:
    """A body whose back lies back(s) trunk lengths behind the line hip-shoulder, its front `front` ahead."""
    hip, shoulder = points[J["left_hip"], :2], points[J["left_shoulder"], :2]
    axis = (shoulder - hip) / TRUNK
    y, x = np.mgrid[: SIZE[1], : SIZE[0]] + 0.5
    dx, dy = x - hip[0], (SIZE[1] - y) - hip[1]
    s = (dx * axis[0] + dy * axis[1]) / TRUNK
    ahead = (dx * axis[1] - dy * axis[0]) / TRUNK
    inside = np.minimum(ahead + back(s), front - ahead) * TRUNK
    inside = np.where((s > -0.4) & (s < 1.3), inside, -99)
    return np.clip(inside / softness_px + 0.5, 0, 1).astype(np.float32)


def bump(s):
    return 0.15 + 0.06 * np.sin(np.pi * np.clip(s, 0, 1))


@pytest.mark.parametrize("lean", [-15, 0, 40, 75, 100])
def test_reads_a_known_curve_to_a_fraction_of_a_pixel(lean: float) -> None:
    points = joints(lean)
    back = outline(mask_of(points, bump), points, np.ones(33), SIZE)
    assert back is not None
    assert np.abs(back.depth[0] - bump(STATIONS)).max() * TRUNK < 0.3
    assert (back.blocked[0] == SEEN).all()
    assert np.nanmax(np.abs(back.depth[1] - 0.3)) * TRUNK < 0.3


def test_is_not_tied_to_the_resolution_of_the_mask() -> None:
    points = joints(30)
    whole = outline(mask_of(points, bump), points, np.ones(33), SIZE)
    large = outline(mask_of(points, bump), points * 3, np.ones(33), (SIZE[0] * 3, SIZE[1] * 3))
    assert whole is not None
    assert large is not None
    assert large.depth == pytest.approx(whole.depth, abs=1e-6, nan_ok=True)


def test_a_mirrored_picture_swaps_the_sides() -> None:
    points = joints(50)
    mask = mask_of(points, bump)
    mirrored = points * [-1, 1, 1] + [SIZE[0], 0, 0]
    a = outline(mask, points, np.ones(33), SIZE)
    b = outline(mask[:, ::-1].copy(), mirrored, np.ones(33), SIZE)
    assert a is not None
    assert b is not None
    assert b.depth[::-1] == pytest.approx(a.depth, abs=1e-3, nan_ok=True)


def test_softness_is_that_of_the_edge() -> None:
    points = joints(20)
    for softness in (3.0, 9.0):
        back = outline(mask_of(points, bump, softness_px=softness), points, np.ones(33), SIZE)
        assert back is not None
        assert back.width[0] * TRUNK == pytest.approx(0.7 * softness, abs=0.4)


def test_an_arm_over_the_back_hides_what_it_covers() -> None:
    points = joints(60)
    hip, shoulder = points[J["left_hip"], :2], points[J["left_shoulder"], :2]
    axis = shoulder - hip
    behind = np.array([-axis[1], axis[0]])
    points[J["left_elbow"], :2] = hip + 0.55 * axis + 0.2 * behind  # as at the top of a row
    back = outline(mask_of(points, bump), points, np.ones(33), SIZE)
    assert back is not None
    hidden = STATIONS[back.blocked[0] == HIDDEN_BY_ARM]
    assert 0.4 < hidden.min() < hidden.max() < 1.05  # the back goes on to 1.1
    assert np.isnan(back.depth[0][back.blocked[0] == HIDDEN_BY_ARM]).all()
    seen = np.ones(33)
    seen[J["left_elbow"]] = 0.2  # a guessed elbow hides nothing
    guessed = outline(mask_of(points, bump), points, seen, SIZE)
    assert guessed is not None
    assert (guessed.blocked[0] == SEEN).all()


@pytest.mark.parametrize(("off", "hides"), [(0.14, True), (0.3, False)])
def test_the_edge_of_a_strong_arm_is_no_back(off: float, hides: bool) -> None:
    points = joints(40)  # of an upright trunk they hang, and only half a usual arm is hidden
    hip, shoulder = points[J["left_hip"], :2], points[J["left_shoulder"], :2]
    axis = shoulder - hip
    behind = np.array([-axis[1], axis[0]])
    edge = outline(mask_of(points, bump), points, np.ones(33), SIZE)
    assert edge is not None
    middle = float(edge.depth[0][len(STATIONS) // 2])
    points[J["left_elbow"], :2] = hip + 0.45 * axis + (middle - off) * behind
    points[[J["left_wrist"], J["left_index"]], :2] = hip - 0.6 * axis
    back = outline(mask_of(points, bump), points, np.ones(33), SIZE)
    assert back is not None
    assert bool((back.blocked[0] == HIDDEN_BY_ARM).any()) == hides


def test_an_edge_that_fades_out_is_no_back() -> None:
    points = joints(40)
    sharp, soft = mask_of(points, bump), mask_of(points, bump, softness_px=14.0)
    soft[:, 330:] = sharp[:, 330:]  # the hips blur into the wall, the shoulders do not
    back = outline(soft, points, np.ones(33), SIZE)
    assert back is not None
    assert (back.blocked[0][STATIONS < 0.2] == BLURRED).all()
    assert (back.blocked[0][STATIONS > 0.6] == SEEN).all()
    assert np.isnan(back.depth[0][back.blocked[0] == BLURRED]).all()


def test_the_end_of_the_picture_is_no_back() -> None:
    points = joints(0, hip=(15.0, 100.0))
    back = outline(mask_of(points, bump), points, np.ones(33), SIZE)
    assert back is not None
    assert (back.blocked[0] == HIDDEN_BY_FRAME).all()
    assert np.isnan(back.depth[0]).all()


def test_without_a_body_there_is_no_edge() -> None:
    back = outline(np.zeros(SIZE[::-1], dtype=np.float32), joints(30), np.ones(33), SIZE)
    assert back is not None
    assert (back.blocked == NO_EDGE).all()


@pytest.mark.parametrize("spoil", ["nan", "tiny"])
def test_no_trunk_no_outline(spoil: str) -> None:
    points = joints(30)
    mask = mask_of(points, bump)
    if spoil == "nan":
        points[J["left_hip"]] = np.nan
    else:
        points[:, :2] = HIP + 0.05 * (points[:, :2] - HIP)
    assert outline(mask, points, np.ones(33), SIZE) is None


def test_costs_less_than_a_millisecond() -> None:
    points = joints(40)
    mask = mask_of(points, bump)
    spent = []
    for _ in range(50):
        start = time.process_time()
        outline(mask, points, np.ones(33), SIZE)
        spent.append(time.process_time() - start)
    assert np.percentile(spent, 20) < 1e-3
