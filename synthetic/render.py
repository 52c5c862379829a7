"""A small software rasteriser: triangles lit at their corners, a shadow map, 2x2 supersampling.

Colours are linear light 0..1 until `develop` turns them into the 8-bit picture of a phone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from synthetic.body import Array, Index

Image = NDArray[np.uint8]
SUPER = 2  # samples a pixel, each way
SHADOW_SIDE = 768  # pixels of the shadow map
SHADOW_HALF_M = 1.9  # the map covers this far from the lifter
SHADOW_BIAS_M = 0.025
GROUND_LIGHT = 0.42  # light from below against light from above


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
        a, b, c = triangles[t]
        e, f = vertices[b] - vertices[a], vertices[c] - vertices[a]
        n = np.cross(e, f)
        out[a] += n
        out[b] += n
        out[c] += n
    for i in range(len(out)):
        length = np.sqrt((out[i] ** 2).sum())
        if length > 1e-12:
            out[i] /= length
    return out


@njit(cache=True, fastmath=True)
def _fill(screen: Array, colours: Array, triangles: Index, picture: Array, depth: Array) -> None:
    """Rasterise: screen (N, 3) holds x, y in pixels and distance; nearer wins; depth keeps 1 / distance."""
    height, width = depth.shape
    for t in range(len(triangles)):
        a, b, c = triangles[t]
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
        ia, ib, ic = 1 / za, 1 / zb, 1 / zc
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                px, py = x + 0.5, y + 0.5
                wb = ((px - xa) * (yc - ya) - (xc - xa) * (py - ya)) / area
                wc = ((xb - xa) * (py - ya) - (px - xa) * (yb - ya)) / area
                wa = 1 - wb - wc
                if wa < 0 or wb < 0 or wc < 0:
                    continue
                inverse = wa * ia + wb * ib + wc * ic
                if inverse > depth[y, x]:
                    depth[y, x] = inverse
                    for k in range(3):
                        picture[y, x, k] = wa * colours[a, k] + wb * colours[b, k] + wc * colours[c, k]


@njit(cache=True, fastmath=True)
def _fill_depth(screen: Array, triangles: Index, depth: Array) -> None:
    """Shadow map: keeps the smallest z (distance from the lamp) of each cell."""
    height, width = depth.shape
    for t in range(len(triangles)):
        a, b, c = triangles[t]
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
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                px, py = x + 0.5, y + 0.5
                wb = ((px - xa) * (yc - ya) - (xc - xa) * (py - ya)) / area
                wc = ((xb - xa) * (py - ya) - (px - xa) * (yb - ya)) / area
                wa = 1 - wb - wc
                if wa >= 0 and wb >= 0 and wc >= 0:
                    z = wa * screen[a, 2] + wb * screen[b, 2] + wc * screen[c, 2]
                    depth[y, x] = min(depth[y, x], z)


@njit(cache=True, fastmath=True)
def _lit_share(points: Array, depth: Array, bias: float, soft: int) -> Array:
    """Share of the light each point (N, 3 in map pixels and distance) gets, softened over a few cells."""
    out = np.ones(len(points))
    side = depth.shape[0]
    for i in range(len(points)):
        x, y, seen, dark = int(points[i, 0]), int(points[i, 1]), 0, 0
        if x < soft or y < soft or x >= side - soft or y >= side - soft:
            continue
        for dy in range(-soft, soft + 1):
            for dx in range(-soft, soft + 1):
                seen += 1
                dark += depth[y + dy, x + dx] < points[i, 2] - bias
        out[i] = 1 - dark / seen
    return out


class Shadow:
    """What the lamp sees of a surface."""

    def __init__(self, light: Light, centre: Array) -> None:
        w = np.array(light.towards) / np.linalg.norm(light.towards)
        u = np.cross([0.0, 0, 1], w)
        u /= np.linalg.norm(u)
        self.axes = np.stack([u, np.cross(w, u), -w])
        self.centre = centre
        self.depth = np.zeros((1, 1))

    def _map(self, points: Array) -> Array:
        out = (points - self.centre) @ self.axes.T
        out[:, :2] = (out[:, :2] / SHADOW_HALF_M * 0.5 + 0.5) * SHADOW_SIDE
        return out

    def cast(self, surface: Surface) -> None:
        """Draw the surface into the shadow map."""
        self.depth = np.full((SHADOW_SIDE, SHADOW_SIDE), np.inf)
        _fill_depth(self._map(surface.vertices), surface.triangles, self.depth)

    def share(self, points: Array, soft: int = 2) -> Array:
        """Share of light at points."""
        return np.asarray(_lit_share(self._map(points), self.depth, SHADOW_BIAS_M, soft))


def shade(surface: Surface, light: Light, shadow: Shadow) -> Array:
    """Lit colours of the vertices: sky and ground light, and the lamp where it reaches."""
    assert surface.normals is not None
    towards = np.array(light.towards) / np.linalg.norm(light.towards)
    sky = 0.5 + 0.5 * surface.normals[:, 1]
    facing = np.clip((surface.normals @ towards + 0.15) / 1.15, 0, None)  # a little wrap softens the edge
    lit = shadow.share(surface.vertices + 0.01 * surface.normals)
    # what is close to the floor gets less of the room's light
    near_floor = 0.75 + 0.25 * np.clip(surface.vertices[:, 1] / 0.5, 0, 1)
    level = light.ambient * (GROUND_LIGHT + (1 - GROUND_LIGHT) * sky) * near_floor + light.key * facing * lit
    return np.asarray(surface.colours * level[:, None] * np.array(light.tint))


def draw(surface: Surface, lit: Array, screen: Array, picture: Array) -> None:
    """Rasterise a surface onto a supersampled picture (H, W, 3), in place."""
    depth = np.zeros(picture.shape[:2])
    _fill(screen, lit, surface.triangles, picture, depth)


def develop(picture: Array, noise: float, exposure: float, rng: np.random.Generator) -> Image:
    """Average the samples, expose, apply a film curve and sensor noise (SD in 8-bit levels)."""
    h, w, _ = picture.shape
    small = picture.reshape(h // SUPER, SUPER, w // SUPER, SUPER, 3).mean(axis=(1, 3)) * exposure
    small = small / (1 + 0.18 * small)  # highlights roll off instead of clipping
    out = 255 * np.clip(small, 0, 1) ** (1 / 2.2)
    if noise:
        grain = rng.standard_normal((h // SUPER, w // SUPER, 1)) + 0.4 * rng.standard_normal(
            (h // SUPER, w // SUPER, 3)
        )
        out = out + noise * grain
    return np.asarray(np.clip(out + 0.5, 0, 255).astype(np.uint8))
