"""Shirt, shorts, shoes and hair: shells cut out of MakeHuman's `helper-tights`, pushed off the skin.

Where a garment ends is a function of the unshaped body, so hems look the same on every shape. Shells take
the skin weights of the skin next to them, and skin deep under cloth is left out, so nothing pokes through.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

from synthetic.body import Array, Body, Index, load_mesh
from synthetic.render import vertex_normals

Colour = tuple[float, float, float]
SOLE_M = 0.022  # a trainer's sole under the foot
HIDDEN = 0.02  # skin this far inside a garment, in statures, is left out
SOLE_TOP_M = 0.006  # the light band of a trainer ends this far above the foot's underside
HOODIE_M, HOODIE_SLEEVE = 0.008, 1.86  # thicker than a loose shirt; sleeves to the wrist
WAIST = 0.014  # statures above the hip joints: under the hem of the shirt


@dataclass(frozen=True)
class Outfit:
    """Colours in linear light 0..1; fit: tight, normal or loose; top: shirt or hoodie (long and wide).

    sleeve: share of the upper arm (1.9: to the wrist); leg: share of the thigh (1.8: to the ankle).
    """

    shirt: Colour = (0.05, 0.13, 0.32)
    shorts: Colour = (0.035, 0.035, 0.04)
    shoes: Colour = (0.16, 0.16, 0.18)
    soles: Colour = (0.62, 0.62, 0.60)
    skin: Colour = (0.50, 0.30, 0.21)
    hair: Colour = (0.035, 0.022, 0.015)
    fit: str = "normal"
    top: str = "shirt"
    sleeve: float = 0.55
    leg: float = 0.72


CLEARANCE_M = {"tight": 0.006, "normal": 0.012, "loose": 0.024}
Field = Callable[[Array], NDArray[np.float64]]


@dataclass(frozen=True)
class Figure:
    """A dressed body at rest: points (N, 3) metres, skin weights (N, B), triangles, colours (N, 3)."""

    body: Body
    points: Array
    weights: sparse.csr_matrix
    triangles: Index
    colours: Array


@dataclass(frozen=True)
class _Places:
    """Joints of the unshaped body, in statures."""

    shoulder: Array
    elbow: Array
    hip: Array
    knee: Array
    neck: Array
    ankle: Array


def dress(body: Body, outfit: Outfit) -> Figure:
    """Body and clothes as one skinned mesh."""
    base, at = _statures(body)
    skin_ids = np.unique(body.mesh.quads["body"])
    skin_points = body.vertices[skin_ids]
    skin_normals = vertex_normals(body.vertices, _triangles(body.mesh.quads["body"]))[skin_ids]
    near = cKDTree(skin_points)
    hooded = outfit.top == "hoodie"
    gap = CLEARANCE_M["loose" if hooded else outfit.fit] + (HOODIE_M if hooded else 0)
    shirt, shorts, shoe = _shirt(at, outfit), _shorts(at, outfit), _shoe(at)
    garments = (
        (shirt, gap + 0.003, outfit.shirt, 6),
        (shorts, max(gap, 0.009), outfit.shorts, 4),
        (shoe, 0.006, outfit.shoes, 2),
    )
    parts = [_skin(body, base, outfit, lambda p: np.maximum(np.maximum(shirt(p), shorts(p)), shoe(p)))]
    for field, clearance, colour, smoothing in garments:
        points, triangles = _cut(body, base, field)
        points = _push(points, triangles, near, skin_points, skin_normals, clearance, smoothing)
        if field is shirt and hooded:
            points = points + _hood(points / body.shape.height_m, at)
        if field is shoe:
            points = _sole(points)
        _, nearest = near.query(points, k=6)
        weights = body.weights[skin_ids[nearest].ravel()]
        mean = sparse.kron(sparse.eye(len(points)), np.full((1, 6), 1 / 6), format="csr")
        colours = np.tile(colour, (len(points), 1))
        if field is shoe:
            colours[points[:, 1] < SOLE_TOP_M] = outfit.soles
        parts.append((points, sparse.csr_matrix(mean @ weights), triangles, colours))
    offsets = np.cumsum([0] + [len(p[0]) for p in parts])
    return Figure(
        body, np.concatenate([p[0] for p in parts]), sparse.csr_matrix(sparse.vstack([p[1] for p in parts])),
        np.concatenate([p[2] + o for p, o in zip(parts, offsets[:-1], strict=True)]),
        np.concatenate([p[3] for p in parts]),
    )  # fmt: skip


def _triangles(quads: Index) -> Index:
    both = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    return both[(both[:, 0] != both[:, 2]) & (both[:, 1] != both[:, 2]) & (both[:, 0] != both[:, 1])]


def _statures(body: Body) -> tuple[Array, _Places]:
    mesh = load_mesh()
    skin = mesh.vertices[np.unique(mesh.quads["body"])]
    low, tall = skin[:, 1].min(), np.ptp(skin[:, 1])
    base = (mesh.vertices - [0, low, 0]) / tall

    def cube(name: str) -> Array:
        return np.asarray(base[np.unique(mesh.quads[f"joint-{name}"])].mean(axis=0))

    names = ("l-shoulder", "l-elbow", "l-upper-leg", "l-knee", "neck", "l-ankle")
    return base, _Places(*[cube(n) for n in names])


def _is_arm(p: Array, at: _Places) -> NDArray[np.bool_]:
    """Beside the line from the armpit outward and down."""
    limit = at.shoulder[0] + 0.012 + 0.35 * np.clip(at.shoulder[1] - 0.045 - p[:, 1], 0, None)
    return np.asarray(np.abs(p[:, 0]) > limit)


def _hood(p: Array, at: _Places) -> Array:
    """How far the hood on the shoulders stands off, metres: a roll behind the neck; p in statures."""
    off = (p - at.neck - np.array([0, -0.018, -0.03])) / np.array([0.075, 0.030, 0.055])
    size = 0.05 * np.exp(-((off**2).sum(axis=1)))
    return np.asarray(size[:, None] * np.array([0, 0.35, -1.0]))


def _shirt(at: _Places, outfit: Outfit) -> Field:
    hooded = outfit.top == "hoodie"
    length = HOODIE_SLEEVE if hooded else outfit.sleeve
    up, down = (0.012, 0.035) if hooded else (0.0, 0.0)

    def field(p: Array) -> Array:
        side = np.stack([np.abs(p[:, 0]), p[:, 1], p[:, 2]], axis=1)
        arm = at.elbow - at.shoulder
        along = (side - at.shoulder) @ arm / (arm @ arm)
        sleeve = np.where(_is_arm(p, at), (length - along) * np.linalg.norm(arm), 1.0)
        # a round neck: lower in front, and no limit out on the shoulders
        wide = 0.7 * np.clip(side[:, 0] - 0.036, 0, None)
        collar = at.neck[1] + up - 0.016 - 0.35 * (p[:, 2] - at.neck[2]) + wide - p[:, 1]
        hem = np.where(_is_arm(p, at), 1.0, p[:, 1] - (at.hip[1] - 0.02 - down))
        return np.asarray(np.minimum(np.minimum(sleeve, collar), hem))

    return field


def _shorts(at: _Places, outfit: Outfit) -> Field:
    def field(p: Array) -> Array:
        end = at.hip[1] + outfit.leg * (at.knee[1] - at.hip[1])
        inside = np.minimum(p[:, 1] - end, at.hip[1] + WAIST - p[:, 1])
        return np.asarray(np.where(_is_arm(p, at), -1.0, inside))

    return field


def _shoe(at: _Places) -> Field:
    def field(p: Array) -> Array:
        return np.asarray(at.ankle[1] + 0.012 + 0.12 * (at.ankle[2] - p[:, 2]).clip(-0.05, 0) - p[:, 1])

    return field


def _cut(body: Body, base: Array, field: Field) -> tuple[Array, Index]:
    """The part of the tights where the field is positive; edges cut exactly at zero."""
    triangles = _triangles(body.mesh.quads["helper-tights"])
    value = field(base)
    points: list[Array] = []
    known: dict[tuple[int, int], int] = {}

    def corner(i: int, j: int) -> int:
        key = (min(i, j), max(i, j))
        if key not in known:
            a, b = key
            t = 0.0 if a == b else value[a] / (value[a] - value[b])
            points.append(body.vertices[a] * (1 - t) + body.vertices[b] * t)
            known[key] = len(points) - 1
        return known[key]

    out = []
    for tri in triangles:
        ring: list[int] = []
        for i, j in zip(tri, np.roll(tri, -1), strict=True):
            if value[i] > 0:
                ring.append(corner(i, i))
            if (value[i] > 0) != (value[j] > 0):
                ring.append(corner(i, j))
        out += [[ring[0], ring[k], ring[k + 1]] for k in range(1, len(ring) - 1)]
    return np.array(points), np.array(out, dtype=np.int64)


def _push(
    points: Array,
    triangles: Index,
    near: cKDTree,
    skin: Array,
    normals: Array,
    clearance: float,
    smoothing: int,
) -> Array:
    """Smooth the shell, then keep it at least `clearance` metres off the nearest skin."""
    count = len(points)
    pairs = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    rows, columns = np.concatenate([pairs, pairs[:, ::-1]]).T
    links = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(count, count))
    links.data[:] = 1
    mean = sparse.diags(1 / np.asarray(links.sum(axis=1)).ravel()) @ links
    for _ in range(smoothing):
        points = 0.5 * points + 0.5 * (mean @ points)
        for _ in range(2):
            _, i = near.query(points)
            inside = clearance - ((points - skin[i]) * normals[i]).sum(axis=1)
            points = points + np.clip(inside, 0, None)[:, None] * normals[i]
    return points


def _sole(points: Array) -> Array:
    """Flat soles: what is lowest in a shoe goes down to the sole's underside."""
    out = points.copy()
    low = out[:, 1] < 0.008
    out[low, 1] = -SOLE_M
    return out


def _skin(
    body: Body, base: Array, outfit: Outfit, covered: Field
) -> tuple[Array, sparse.csr_matrix, Index, Array]:
    """Skin, hair and eyes; what lies well under cloth is left out."""
    groups = [body.mesh.quads[g] for g in ("body", "helper-l-eye", "helper-r-eye")]
    triangles = _triangles(np.concatenate(groups))
    hidden = covered(base) > HIDDEN
    triangles = triangles[~hidden[triangles].all(axis=1)]
    used, compact = np.unique(triangles, return_inverse=True)
    colours = np.tile(outfit.skin, (len(base), 1))
    normals = vertex_normals(body.vertices, _triangles(body.mesh.quads["body"]))
    points = body.vertices.copy()
    hair = _hair(base)
    colours += hair[:, None] * (np.array(outfit.hair) - colours)
    points += normals * (hair * 0.014)[:, None]
    for group in groups[1:]:
        ids = np.unique(group)
        front = base[ids, 2] > np.quantile(base[ids, 2], 0.72)
        colours[ids] = np.where(front[:, None], (0.05, 0.03, 0.02), (0.75, 0.72, 0.7))
    under = np.clip(covered(base) / HIDDEN, 0, 1) * 0.008  # skin under a hem steps back
    points -= normals * under[:, None]
    return points[used], body.weights[used], compact.reshape(-1, 3), colours[used]


def _hair(base: Array) -> Array:
    """1 on the scalp, 0 elsewhere: above a line from the forehead over the ears to the nape."""
    y, z = base[:, 1], base[:, 2]
    head = base[load_head()]
    top, front, back = head[:, 1].max(), head[:, 2].max(), head[:, 2].min()
    depth = (z - back) / (front - back)
    line = top - 0.105 + 0.062 * np.clip((depth - 0.35) / 0.5, 0, 1)
    return np.clip((y - line) / 0.006, 0, 1)


def load_head() -> Index:
    """Vertices of the upper head of the base mesh."""
    mesh = load_mesh()
    skin = np.unique(mesh.quads["body"])
    y = mesh.vertices[skin, 1]
    return np.asarray(skin[y > y.max() - 0.13 * np.ptp(y)])
