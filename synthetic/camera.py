"""The phone: where it stands, how it is held, what it records."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin, tan

import numpy as np

from synthetic.body import Array

LENS_STEPS = 8  # of the fixed-point iteration that inverts the lens


@dataclass(frozen=True)
class Camera:
    """yaw_deg: 0 side-on, + towards the lifter's front (90: facing), - towards the back.

    side: which side of the lifter is filmed; height_m of the lens; distance_m to the lifter; look_m height
    it points at; ahead_m how far along the lifter's Z it points; roll_deg + tilts the picture clockwise;
    shake: SD of hand movement in degrees; fov_deg across the longer side; distortion: share by which the lens
    draws the corner of the picture in (barrel; 0.03: a phone's wide lens); shutter: share of the time between
    two frames it is open (0: no motion blur); noise in 8-bit levels; crf: x264 quality (larger is worse).
    """

    yaw_deg: float = 0.0
    side: str = "right"
    height_m: float = 0.95
    distance_m: float = 3.2
    look_m: float = 0.88
    ahead_m: float = 0.1
    roll_deg: float = 0.0
    shake: float = 0.0
    width: int = 480
    height: int = 640
    fov_deg: float = 46.0
    distortion: float = 0.0
    shutter: float = 0.0
    fps: float = 30.0
    noise: float = 2.0
    exposure: float = 1.25
    crf: int = 25


@dataclass(frozen=True)
class View:
    """A camera at one moment. place: (3,) metres; axes: rows right, down, forward; focal in pixels.

    distortion: a point at r (1 is the corner) of the picture shows what a pinhole would show at
    r (1 + d r^2) / (1 + d).
    """

    place: Array
    axes: Array
    focal: float
    size: tuple[int, int]
    distortion: float = 0.0

    def project(self, points: Array) -> Array:
        """Points (N, 3) to x right, y down in pixels of a pinhole camera, and metres along its axis."""
        seen = (points - self.place) @ self.axes.T
        far = seen[:, 2]
        return np.stack([
            self.size[0] / 2 + self.focal * seen[:, 0] / far,
            self.size[1] / 2 + self.focal * seen[:, 1] / far,
            far,
        ], axis=1)  # fmt: skip

    def pixels_up(self, points: Array) -> Array:
        """Points (N, 3) to pixels of the picture as the lens draws it: origin lower left, y up."""
        middle = np.array(self.size) / 2
        off = self.project(points)[:, :2] - middle
        wanted = np.linalg.norm(off, axis=1) / np.linalg.norm(middle)
        r = wanted.copy()
        for _ in range(LENS_STEPS):
            r = wanted * (1 + self.distortion) / (1 + self.distortion * r**2)
        scale = np.divide(r, wanted, out=np.ones_like(r), where=wanted > 0)
        out = middle + off * scale[:, None]
        return np.stack([out[:, 0], self.size[1] - out[:, 1]], axis=1)

    def lens_map(self) -> tuple[Array, Array] | None:
        """Where a pinhole camera has every pixel of the picture, x and y (H, W); None without distortion."""
        if not self.distortion:
            return None
        w, h = self.size
        x, y = np.meshgrid(np.arange(w) + 0.5 - w / 2, np.arange(h) + 0.5 - h / 2)
        r2 = (x**2 + y**2) / (w**2 + h**2) * 4
        scale = (1 + self.distortion * r2) / (1 + self.distortion)
        return x * scale + w / 2 - 0.5, y * scale + h / 2 - 0.5

    def turned_to(self, other: View, margin: int = 0) -> Array:
        """Homography (3, 3) from the other view's pixels to this one's, which has `margin` pixels around it.

        Both cameras stand in the same place; pixel indices are those of pixel middles less one half.
        """

        def lens(v: View, edge: int) -> Array:
            cx, cy = v.size[0] / 2 - 0.5 + edge, v.size[1] / 2 - 0.5 + edge
            return np.array([[v.focal, 0, cx], [0, v.focal, cy], [0, 0, 1.0]])

        return np.asarray(lens(self, margin) @ self.axes @ other.axes.T @ np.linalg.inv(lens(other, 0)))


def views(camera: Camera, count: int, seed: int) -> list[View]:
    """Where the camera is in every frame; the shake is smooth noise, the same for the same seed."""
    rng = np.random.default_rng([seed, 7])
    wobble = _smooth(rng.standard_normal((count, 3)), camera.fps) * camera.shake
    return _views(camera, wobble)


def steady(camera: Camera) -> View:
    """The view of a camera that does not shake."""
    return _views(camera, np.zeros((1, 3)))[0]


def _views(camera: Camera, wobble: Array) -> list[View]:
    sign = -1.0 if camera.side == "right" else 1.0
    a = radians(camera.yaw_deg)
    out = np.array([sign * cos(a), 0.0, sin(a)])
    target = np.array([0.0, camera.look_m, camera.ahead_m])
    place = np.array([0, camera.height_m, camera.ahead_m]) + out * camera.distance_m
    focal = max(camera.width, camera.height) / 2 / tan(radians(camera.fov_deg / 2))
    return [_view(place, target, focal, camera, row) for row in wobble]


def _view(place: Array, target: Array, focal: float, camera: Camera, wobble: Array) -> View:
    forward = (target - place) / np.linalg.norm(target - place)
    right = np.cross(forward, [0.0, 1, 0])
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    forward = forward + radians(wobble[0]) * right + radians(wobble[1]) * down
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, [0.0, 1, 0])
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    r = radians(camera.roll_deg + wobble[2])
    right, down = cos(r) * right - sin(r) * down, sin(r) * right + cos(r) * down
    size = (camera.width, camera.height)
    return View(place, np.stack([right, down, forward]), focal, size, camera.distortion)


def _smooth(noise: Array, fps: float) -> Array:
    """Low-passed noise (about 1 Hz) at SD one."""
    width = max(1, int(fps * 0.6))
    kernel = np.hanning(width + 2)[1:-1]
    padded = np.concatenate([noise, noise[: len(kernel)]]) if len(noise) > len(kernel) else noise
    smooth = np.stack(
        [np.convolve(padded[:, k], kernel, mode="same")[: len(noise)] for k in range(3)], axis=1
    )
    return np.asarray(smooth / np.linalg.norm(kernel))
