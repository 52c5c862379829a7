"""The room: floor, walls, things standing about, light.

It turns with the camera, which so never meets a wall.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from synthetic.body import Array
from synthetic.camera import Camera, View
from synthetic.gear import RUBBER, STEEL, box, disc, merged
from synthetic.render import SUPER, Light, Surface, draw, join, shade

Colour = tuple[float, float, float]
FLOORS = {"rubber": 0, "wood": 1, "carpet": 2}
Layer = NDArray[np.float32]
SPECKLE_FADES_M = 7.0


@dataclass(frozen=True)
class Room:
    """floor: rubber, wood or carpet; wall, stripe: colours in linear light; behind_m: wall behind the lifter.

    clutter: 0 empty, 1 a few things along the wall, 2 a full gym; people: bystanders behind, 0 to 3.
    light scales lamp and room light; lamp: its direction, right, up and towards the camera; warm: 0 to 1.
    """

    floor: str = "rubber"
    wall: Colour = (0.42, 0.43, 0.42)
    stripe: Colour = (0.10, 0.17, 0.22)
    behind_m: float = 2.4
    half_width_m: float = 4.0
    clutter: int = 1
    people: int = 0
    light: float = 1.0
    lamp: tuple[float, float, float] = (0.35, 1.0, 0.30)
    warm: float = 0.0

    def lamps(self, camera: Camera) -> Light:
        """The light in world axes; the lamp hangs in front of the picture."""
        towards = to_world(camera).T @ np.array([self.lamp[0], self.lamp[1], -self.lamp[2]])
        tint = (1.0, 0.97 - 0.08 * self.warm, 0.93 - 0.22 * self.warm)
        return Light(tuple(towards.tolist()), 0.75 * self.light, 0.48 * self.light, tint)


def to_world(camera: Camera) -> Array:
    """Rows: the room's right, up and away from the camera, in world axes."""
    sign = -1.0 if camera.side == "right" else 1.0
    a = radians(camera.yaw_deg)
    away = -np.array([sign * cos(a), 0.0, sin(a)])
    up = np.array([0.0, 1, 0])
    return np.stack([np.cross(away, up), up, away])


def furniture(room: Room, camera: Camera) -> Surface | None:
    """What stands along the wall, in world axes."""
    z, parts = room.behind_m, []
    if room.clutter >= 1:
        parts += [
            box((-1.75, 0.22, z - 0.35), (0.9, 0.1, 0.3), (0.05, 0.05, 0.055)),
            box((-1.75, 0.1, z - 0.35), (0.1, 0.2, 0.25), STEEL),
        ]
        for level in (0.25, 0.6, 0.95):
            parts.append(box((1.75, level, z - 0.25), (1.1, 0.05, 0.35), (0.06, 0.06, 0.065)))
            parts += [
                box((1.32 + 0.17 * k, level + 0.08, z - 0.27), (0.09, 0.11, 0.24), RUBBER) for k in range(6)
            ]
        parts += [box((x, 0.55, z - 0.25), (0.05, 1.1, 0.3), (0.12, 0.12, 0.13)) for x in (1.2, 2.3)]
    if room.clutter >= 2:
        parts += [box((x, 1.1, z - 0.6), (0.07, 2.2, 0.07), (0.22, 0.03, 0.03)) for x in (-1.05, 0.05)]
        parts += [box((-0.5, 2.2, z - 0.6), (1.17, 0.07, 0.07), (0.22, 0.03, 0.03))]
        for k in range(3):
            plate = disc(-0.025, 0.025, 0.225 - 0.04 * k, RUBBER)
            quarter = plate.vertices[:, [2, 1, 0]] * [-1, 1, 1]
            parts.append(
                Surface(quarter + np.array([0.62, 0.23 + 0.41 * k, z - 0.1]), plate.triangles, plate.colours)
            )
        parts += [box((-2.6, 0.45, z - 0.4), (0.5, 0.9, 0.5), (0.24, 0.13, 0.05))]
    if not parts:
        return None
    whole = merged(parts)
    return Surface(whole.vertices @ to_world(camera), whole.triangles, whole.colours)


@njit(cache=True, fastmath=True)
def _hash(x: int, y: int) -> float:
    n = (x * 374761393 + y * 668265263) & 0xFFFFFFFF
    n = ((n ^ (n >> 13)) * 1274126177) & 0xFFFFFFFF
    return ((n ^ (n >> 16)) & 0xFFFF) / 65535.0


@njit(cache=True, fastmath=True)
def _soft(x: float, y: float) -> float:
    """Value noise 0..1 of about one unit."""
    i, j = int(np.floor(x)), int(np.floor(y))
    u, v = x - i, y - j
    u, v = u * u * (3 - 2 * u), v * v * (3 - 2 * v)
    a, b = _hash(i, j), _hash(i + 1, j)
    c, d = _hash(i, j + 1), _hash(i + 1, j + 1)
    return a + (b - a) * u + (c - a) * v + (a - b - c + d) * u * v


@njit(cache=True, fastmath=True)
def _floor_colour(kind: int, x: float, z: float, far: float, out: Array) -> None:
    fade = max(0.0, 1 - far / SPECKLE_FADES_M)
    if kind == 0:
        level = 0.060 + 0.02 * _soft(3 * x, 3 * z)
        fleck = _hash(int(np.floor(x * 140)), int(np.floor(z * 140)))
        level += fade * (0.10 if fleck > 0.95 else 0.0)
        if abs(x - np.round(x)) < 0.005 or abs(z - np.round(z)) < 0.005:
            level *= 0.55
        out[0], out[1], out[2] = level, level * 1.02, level * 1.08
    elif kind == 1:
        plank = int(np.floor(z / 0.13))
        shade = 0.75 + 0.4 * _hash(plank, int(np.floor(x / 1.1 + 0.37 * plank)))
        shade *= 0.9 + 0.2 * _soft(5 * x, 60 * z)
        if abs(z / 0.13 - np.round(z / 0.13)) < 0.03:
            shade *= 0.6
        out[0], out[1], out[2] = 0.30 * shade, 0.18 * shade, 0.09 * shade
    else:
        level = 0.20 * (0.85 + 0.3 * _soft(2 * x, 2 * z)) * (1 + fade * 0.25 * (_soft(90 * x, 90 * z) - 0.5))
        out[0], out[1], out[2] = level, level * 0.98, level * 0.93


@njit(cache=True, fastmath=True)
def _wall_colour(wall: Array, stripe: Array, along: float, up: float, poster: bool, out: Array) -> None:
    level = 0.93 + 0.1 * _soft(1.5 * along, 1.5 * up)
    for k in range(3):
        out[k] = 0.05 if up < 0.1 else stripe[k] if 1.15 < up < 1.35 else wall[k] * level
    if poster and 0.25 < along < 1.0 and 1.5 < up < 2.1:
        out[0], out[1], out[2] = 0.35, 0.12 + 0.3 * (up - 1.5), 0.05


@njit(cache=True, fastmath=True)
def _room(
    place: Array,
    axes: Array,
    focal: float,
    kind: int,
    wall: Array,
    stripe: Array,
    behind: float,
    half: float,
    clutter: int,
    picture: Array,
    floor: Array,
) -> None:
    """Cast every ray of the picture at the room; floor (H, W) gets 1 where the floor is seen."""
    height, width, _ = picture.shape
    colour = np.zeros(3)
    for y in range(height):
        for x in range(width):
            u, v = (x + 0.5 - width / 2) / focal, (y + 0.5 - height / 2) / focal
            dx = axes[0, 0] * u + axes[1, 0] * v + axes[2, 0]
            dy = axes[0, 1] * u + axes[1, 1] * v + axes[2, 1]
            dz = axes[0, 2] * u + axes[1, 2] * v + axes[2, 2]
            back = (behind - place[2]) / dz if dz > 1e-9 else 1e9
            side = ((half if dx > 0 else -half) - place[0]) / dx if abs(dx) > 1e-9 else 1e9
            down = -place[1] / dy if dy < -1e-9 else 1e9
            t = min(back, side, down)
            px, py, pz = place[0] + t * dx, place[1] + t * dy, place[2] + t * dz
            if t == down:
                _floor_colour(kind, px, pz, t, colour)
                floor[y, x] = 1
                gloom = 0.9 - 0.35 * np.exp(-(behind - pz) * 4)
            else:
                _wall_colour(wall, stripe, px if t == back else pz, py, clutter > 0 and t == back, colour)
                gloom = (0.72 + 0.12 * py) * (1.0 if t == back else 0.8)
            for k in range(3):
                picture[y, x, k] = colour[k] * gloom


def backdrop(room: Room, camera: Camera, view: View, margin: int) -> Layer:
    """The empty room with its furniture, lit: (H, W, 4) with `margin` pixels more on every side.

    The fourth channel is 1 where the floor is seen and 0 elsewhere.
    """
    turn = to_world(camera)
    width, height = view.size[0] + 2 * margin, view.size[1] + 2 * margin
    fine, floor = np.zeros((height * SUPER, width * SUPER, 3)), np.zeros((height * SUPER, width * SUPER))
    _room(
        turn @ view.place, view.axes @ turn.T, view.focal * SUPER, FLOORS[room.floor], np.array(room.wall),
        np.array(room.stripe), room.behind_m, room.half_width_m, room.clutter, fine, floor,
    )  # fmt: skip
    light = room.lamps(camera)
    fine *= (light.ambient + 0.62 * light.key) * np.array(light.tint)
    both = np.concatenate([fine, floor[..., None]], axis=2).astype(np.float32)
    out = cv2.resize(both, (width, height), interpolation=cv2.INTER_AREA)
    things = furniture(room, camera)
    if things is not None:
        whole = join([things])
        screen = view.project(whole.vertices)
        screen[:, :2] += margin
        picture, bare = np.ascontiguousarray(out[..., :3]), np.repeat(out[..., 3:], 3, axis=2)
        draw(screen, whole.triangles, shade(whole, light, None), picture)
        draw(screen, whole.triangles, np.zeros_like(whole.vertices), bare)
        out = np.concatenate([picture, bare[..., :1]], axis=2)
    return np.asarray(out)


@njit(cache=True, fastmath=True)
def shade_floor(
    layer: Layer, view_place: Array, axes: Array, focal: float, share: Layer, half: float, centre: Array
) -> None:
    """Darken the floor of a layer, in place: share (N, N) of light, rows along Z, `half` metres around."""
    height, width, _ = layer.shape
    side = share.shape[0]
    for y in range(height):
        v = (y + 0.5 - height / 2) / focal
        for x in range(width):
            floor = layer[y, x, 3]
            if floor <= 0:
                continue
            u = (x + 0.5 - width / 2) / focal
            dy = axes[0, 1] * u + axes[1, 1] * v + axes[2, 1]
            if dy > -1e-6:
                continue
            t = -view_place[1] / dy
            px = view_place[0] + t * (axes[0, 0] * u + axes[1, 0] * v + axes[2, 0]) - centre[0]
            pz = view_place[2] + t * (axes[0, 2] * u + axes[1, 2] * v + axes[2, 2]) - centre[2]
            gx, gz = (px / half + 1) * 0.5 * side - 0.5, (pz / half + 1) * 0.5 * side - 0.5
            i, j = int(np.floor(gx)), int(np.floor(gz))
            if i < 0 or j < 0 or i >= side - 1 or j >= side - 1:
                continue
            a, b = gx - i, gz - j
            top = share[j, i] * (1 - a) + share[j, i + 1] * a
            low = share[j + 1, i] * (1 - a) + share[j + 1, i + 1] * a
            light = 1 + floor * (top * (1 - b) + low * b - 1)
            for k in range(3):
                layer[y, x, k] *= light
