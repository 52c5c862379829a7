"""A small software rasteriser: triangles lit at their corners, a shadow map, 2x2 supersampling.

Colours are linear light 0..1 until `develop` turns them into the 8-bit picture of a phone. Pictures are
(H, W, 3) float32, row 0 at the top. Only the part of a picture that a surface covers is supersampled.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from synthetic.body import Array, Index

Image = NDArray[np.uint8]
Light3 = NDArray[np.float32]  # a picture in linear light
SUPER = 2  # samples a pixel, each way
SHADOW_SIDE = 512  # pixels of the shadow map
SHADOW_HALF_M = 2.1  # the map covers this far from the lifter
SHADOW_BIAS_M = 0.025
FLOOR_SIDE, FLOOR_HALF_M = 320, 2.4  # cells of the map of shade on the floor, and how far it reaches
PENUMBRA = 7  # cells over which the edge of a shadow on the floor is softened
CONTACT_M, CONTACT_SHADE = 0.16, 0.45  # what is closer to the floor than this darkens it, by up to this share
GROUND_LIGHT = 0.42  # light from below against light from above
CURVE_STEPS = 4096
GRAIN_SLACK = 64  # pixels by which the noise is shifted from frame to frame
ROLL_OFF = 0.18  # highlights roll off instead of clipping


@dataclass(frozen=True)
class Surface:
    """Triangles (M, 3) over vertices (N, 3), a colour (N, 3) each; normals are computed when None."""

    vertices: Array
    triangles: Index
    colours: Array
    normals: Array | None = None


@dataclass(frozen=True)
class Light:
    """towards: direction of the lamp; key, ambient: strength; tint: its colour."""

    towards: tuple[float, float, float] = (0.3, 1.0, 0.45)
    key: float = 0.75
    ambient: float = 0.45
    tint: tuple[float, float, float] = (1.0, 0.97, 0.92)


def join(surfaces: list[Surface]) -> Surface:
    """One surface of many, with its normals."""
    offsets = np.cumsum([0, *[len(s.vertices) for s in surfaces]])
    normals = [
        s.normals if s.normals is not None else vertex_normals(s.vertices, s.triangles) for s in surfaces
    ]
    return Surface(
        np.concatenate([s.vertices for s in surfaces]),
        np.concatenate([s.triangles + o for s, o in zip(surfaces, offsets[:-1], strict=True)]),
        np.concatenate([s.colours for s in surfaces]),
        np.concatenate(normals),
    )


@njit(cache=True)
def vertex_normals(vertices: Array, triangles: Index) -> Array:
    """Outward unit normals, area weighted."""
    out = np.zeros_like(vertices)
    for t in range(len(triangles)):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        x, y, z = vertices[a, 0], vertices[a, 1], vertices[a, 2]
        ex, ey, ez = vertices[b, 0] - x, vertices[b, 1] - y, vertices[b, 2] - z
        fx, fy, fz = vertices[c, 0] - x, vertices[c, 1] - y, vertices[c, 2] - z
        nx, ny, nz = ey * fz - ez * fy, ez * fx - ex * fz, ex * fy - ey * fx
        for i in (a, b, c):
            out[i, 0] += nx
            out[i, 1] += ny
            out[i, 2] += nz
    for i in range(len(out)):
        length = np.sqrt(out[i, 0] ** 2 + out[i, 1] ** 2 + out[i, 2] ** 2)
        if length > 1e-12:
            out[i] /= length
    return out


@njit(cache=True, fastmath=True)
def _fill(screen: Array, colours: Array, triangles: Index, picture: Light3, depth: Light3) -> None:
    """Rasterise: screen (N, 3) holds x, y in pixels and distance; nearer wins; depth keeps 1 / distance."""
    height, width = depth.shape
    for t in range(len(triangles)):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        za, zb, zc = screen[a, 2], screen[b, 2], screen[c, 2]
        if za < 0.1 or zb < 0.1 or zc < 0.1:
            continue
        xa, ya, xb, yb, xc, yc = (
            screen[a, 0],
            screen[a, 1],
            screen[b, 0],
            screen[b, 1],
            screen[c, 0],
            screen[c, 1],
        )
        area = (xb - xa) * (yc - ya) - (xc - xa) * (yb - ya)
        if abs(area) < 1e-9:
            continue
        left, right = max(0, int(min(xa, xb, xc))), min(width - 1, int(max(xa, xb, xc)) + 1)
        top, bottom = max(0, int(min(ya, yb, yc))), min(height - 1, int(max(ya, yb, yc)) + 1)
        ia, ib, ic, share = 1 / za, 1 / zb, 1 / zc, 1 / area
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                px, py = x + 0.5, y + 0.5
                wb = ((px - xa) * (yc - ya) - (xc - xa) * (py - ya)) * share
                wc = ((xb - xa) * (py - ya) - (px - xa) * (yb - ya)) * share
                wa = 1 - wb - wc
                if wa < 0 or wb < 0 or wc < 0:
                    continue
                inverse = wa * ia + wb * ib + wc * ic
                if inverse > depth[y, x]:
                    depth[y, x] = inverse
                    for k in range(3):
                        picture[y, x, k] = wa * colours[a, k] + wb * colours[b, k] + wc * colours[c, k]


@njit(cache=True, fastmath=True)
def _fill_depth(screen: Array, triangles: Index, depth: Light3) -> None:
    """Shadow map: keeps the smallest z (distance from the lamp) of each cell."""
    height, width = depth.shape
    for t in range(len(triangles)):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        xa, ya, xb, yb, xc, yc = (
            screen[a, 0],
            screen[a, 1],
            screen[b, 0],
            screen[b, 1],
            screen[c, 0],
            screen[c, 1],
        )
        area = (xb - xa) * (yc - ya) - (xc - xa) * (yb - ya)
        if abs(area) < 1e-9:
            continue
        left, right = max(0, int(min(xa, xb, xc))), min(width - 1, int(max(xa, xb, xc)) + 1)
        top, bottom = max(0, int(min(ya, yb, yc))), min(height - 1, int(max(ya, yb, yc)) + 1)
        share = 1 / area
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                px, py = x + 0.5, y + 0.5
                wb = ((px - xa) * (yc - ya) - (xc - xa) * (py - ya)) * share
                wc = ((xb - xa) * (py - ya) - (px - xa) * (yb - ya)) * share
                wa = 1 - wb - wc
                if wa >= 0 and wb >= 0 and wc >= 0:
                    z = wa * screen[a, 2] + wb * screen[b, 2] + wc * screen[c, 2]
                    depth[y, x] = min(depth[y, x], z)


@njit(cache=True, fastmath=True)
def _lit_share(points: Array, depth: Light3, bias: float, soft: int) -> Array:
    """Share of the light each point (N, 3 in map pixels and distance) gets, softened over a few cells."""
    out = np.ones(len(points))
    side = depth.shape[0]
    for i in range(len(points)):
        x, y, seen, dark = int(points[i, 0]), int(points[i, 1]), 0, 0
        if x < soft or y < soft or x >= side - soft or y >= side - soft:
            continue
        limit = points[i, 2] - bias
        for dy in range(-soft, soft + 1):
            for dx in range(-soft, soft + 1):
                seen += 1
                dark += depth[y + dy, x + dx] < limit
        out[i] = 1 - dark / seen
    return out


class Shadow:
    """What the lamp sees of a surface, and the shade it casts on the floor around `centre`."""

    def __init__(self, light: Light, centre: Array) -> None:
        w = np.array(light.towards) / np.linalg.norm(light.towards)
        u = np.cross([0.0, 0, 1], w)
        u /= np.linalg.norm(u)
        self.axes = np.stack([u, np.cross(w, u), -w])
        self.centre = centre
        self.depth = np.zeros((1, 1), dtype=np.float32)
        self.grid = self._map(_floor_grid(centre))

    def _map(self, points: Array) -> Array:
        out = (points - self.centre) @ self.axes.T
        out[:, :2] = (out[:, :2] * (0.5 / SHADOW_HALF_M) + 0.5) * SHADOW_SIDE
        return out

    def cast(self, surface: Surface) -> None:
        """Draw the surface into the shadow map."""
        self.depth = np.full((SHADOW_SIDE, SHADOW_SIDE), np.inf, dtype=np.float32)
        _fill_depth(self._map(surface.vertices), surface.triangles, self.depth)

    def share(self, points: Array, soft: int = 2) -> Array:
        """Share of light at points."""
        return np.asarray(_lit_share(self._map(points), self.depth, SHADOW_BIAS_M, soft))

    def floor(self, surface: Surface) -> Light3:
        """(FLOOR_SIDE, FLOOR_SIDE) share of light on the floor around the centre, rows along Z."""
        lit = _lit_share(self.grid, self.depth, SHADOW_BIAS_M, 0).reshape(FLOOR_SIDE, FLOOR_SIDE)
        lamp = cv2.blur(lit.astype(np.float32), (PENUMBRA, PENUMBRA), borderType=cv2.BORDER_REPLICATE)
        touch = _contacts(surface.vertices, self.centre, FLOOR_SIDE)
        soft = cv2.GaussianBlur(touch, (0, 0), 2.2)
        return (0.42 + 0.58 * lamp) * (1 - CONTACT_SHADE * np.minimum(1.0, 1.6 * soft))


def _floor_grid(centre: Array) -> Array:
    step = (np.arange(FLOOR_SIDE) + 0.5) / FLOOR_SIDE * 2 * FLOOR_HALF_M - FLOOR_HALF_M
    x, z = np.meshgrid(step + centre[0], step + centre[2])
    return np.stack([x.ravel(), np.zeros(x.size), z.ravel()], axis=1)


@njit(cache=True)
def _contacts(points: Array, centre: Array, side: int) -> Light3:
    """How close the lowest point over each cell is to the floor: 1 on it, 0 from CONTACT_M up."""
    out = np.zeros((side, side), dtype=np.float32)
    for i in range(len(points)):
        x = int((points[i, 0] - centre[0] + FLOOR_HALF_M) / (2 * FLOOR_HALF_M) * side)
        z = int((points[i, 2] - centre[2] + FLOOR_HALF_M) / (2 * FLOOR_HALF_M) * side)
        if 0 <= x < side and 0 <= z < side:
            out[z, x] = max(out[z, x], 1 - points[i, 1] / CONTACT_M)
    return out


def shade(surface: Surface, light: Light, shadow: Shadow | None) -> Array:
    """Lit colours of the vertices: sky, ground, and the lamp where it reaches (None: everywhere)."""
    assert surface.normals is not None
    towards = np.array(light.towards) / np.linalg.norm(light.towards)
    sky = 0.5 + 0.5 * surface.normals[:, 1]
    facing = np.clip((surface.normals @ towards + 0.15) / 1.15, 0, None)  # a little wrap softens the edge
    lit = 1.0 if shadow is None else shadow.share(surface.vertices + 0.01 * surface.normals)
    # what is close to the floor gets less of the room's light
    near_floor = 0.75 + 0.25 * np.clip(surface.vertices[:, 1] / 0.5, 0, 1)
    level = light.ambient * (GROUND_LIGHT + (1 - GROUND_LIGHT) * sky) * near_floor + light.key * facing * lit
    return np.asarray(surface.colours * level[:, None] * np.array(light.tint))


def draw(screen: Array, triangles: Index, lit: Array, picture: Light3) -> None:
    """Rasterise onto a picture, in place: screen (N, 3) holds pixels and distance, lit (N, 3) colours."""
    height, width = picture.shape[:2]
    ahead = screen[screen[:, 2] > 0.1]
    low = np.clip(np.floor(ahead[:, :2].min(axis=0)).astype(int) - 1, 0, (width, height))
    high = np.clip(np.ceil(ahead[:, :2].max(axis=0)).astype(int) + 1, 0, (width, height))
    if (high <= low).any():
        return
    part = picture[low[1] : high[1], low[0] : high[0]]
    fine = np.repeat(np.repeat(part, SUPER, axis=0), SUPER, axis=1)
    moved = screen.copy()
    moved[:, :2] = (moved[:, :2] - low) * SUPER
    _fill(moved, lit, triangles, fine, np.zeros(fine.shape[:2], dtype=np.float32))
    part[:] = cv2.resize(fine, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_AREA)


def grain(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """Sensor noise of SD one, mostly grey, larger than the picture by GRAIN_SLACK."""
    w, h = size[0] + GRAIN_SLACK, size[1] + GRAIN_SLACK
    one, three = (rng.standard_normal((h, w, n), dtype=np.float32) for n in (1, 3))
    return np.asarray(one + np.float32(0.4) * three)


def develop(picture: Light3, exposure: float, noise: NDArray[np.float32]) -> Image:
    """Expose, apply a film curve, and add noise (H, W, 3) in 8-bit levels."""
    return np.asarray(_develop(picture, exposure, noise, _curve()))


def _curve() -> NDArray[np.float32]:
    light = np.arange(CURVE_STEPS) / (CURVE_STEPS - 1)
    return (255 * light ** (1 / 2.2)).astype(np.float32)


@njit(cache=True, fastmath=True)
def _develop(
    picture: Light3, exposure: float, noise: NDArray[np.float32], curve: NDArray[np.float32]
) -> Image:
    out = np.empty(picture.shape, dtype=np.uint8)
    for y in range(picture.shape[0]):
        for x in range(picture.shape[1]):
            for k in range(3):
                v = picture[y, x, k] * exposure
                v = min(v / (1 + ROLL_OFF * v), 1.0)
                level = curve[int(v * (CURVE_STEPS - 1) + 0.5)] + noise[y, x, k] + 0.5
                out[y, x, k] = np.uint8(min(max(level, 0.0), 255.0))
    return out
