"""Pose tracks, reports and settings that nobody meant: the kinds of cases for what is not video."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from benchmarks.fuzz_kinds import DAMAGE, Kind, Made
from formcheck.analysis import examine
from formcheck.pose import JOINTS, J, PoseTrack

Arrays = dict[str, np.ndarray]
COLUMNS = ("times_s", "points", "seen", "people", "brightness", "shots")
STRANGE: tuple[Any, ...] = (
    None, True, 0, -1, 10**400, 1e308, float("nan"), float("inf"), "", "x" * 3000, "\x00\x1b[31m\n", "NaN", [], {},
    [[]], [None], {"a": {}}, "SQ101", [1, 2, 3], -0.0, 1e-320,
)  # fmt: skip
SETTINGS = """exercise = "squat"
select = ["SQ1", "SQ2"]
ignore = ["CAM"]
height_m = 1.78
mass_kg = 80
sex = "female"
load_kg = "225 lb"
load_at = "low-bar"
model = "models/pose_landmarker_heavy.task"

[limits]
SQ101 = [8, 14]
SQ102 = 50
"""
TOML_VALUES = (
    "nan", "inf", "-inf", "-1", "0", "true", '""', "[]", "{}", "[[1]]", "9" * 400, "9" * 5000, "1e999", "1979-05-27",
    "'" + "x" * 3000 + "'", '"\\u0000"', "0x" + "f" * 400, "[1, 2, 3]", "[nan, 1]", "['SQ101', 1]", "07:32:00", "{a = 1}",
    "[" * 3000 + "]" * 3000, "[" * 90 + "]" * 90, '"""\n\n"""', "[14, 8]", "[8, 8]", "'SQ'", "'auto'", "'5ft10in'",
)  # fmt: skip


class Bomb:
    """What a pickle does to whoever opens it."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return (os._exit, (66,))


def squatting(reps: int = 2, fps: float = 30.0) -> PoseTrack:
    """A flat figure that squats, seen from the side: enough of a lifter to be judged."""
    times = np.arange(0, 2.0 + 3.0 * reps, 1 / fps)
    down = (times > 1) & (times < 1 + 3 * reps)
    depth = np.where(down, 0.5 - 0.5 * np.cos(2 * np.pi * (times - 1) / 3), 0)
    ankle = np.tile((300.0, 50.0), (len(times), 1))
    knee = ankle + 110 * _leaning(30 * depth)
    hip = knee + 115 * _leaning(-85 * depth)
    shoulder = hip + 140 * _leaning(40 * depth)
    offsets = {
        "elbow": (25, -50), "wrist": (15, -5), "index": (20, 5), "pinky": (20, 2), "thumb": (22, 4),
    }  # fmt: skip
    where = {name: shoulder + np.array(by) for name, by in offsets.items()}
    where |= {"ankle": ankle, "knee": knee, "hip": hip, "shoulder": shoulder}
    where |= {"heel": ankle + np.array((-15, -15)), "foot": ankle + np.array((45, -18))}
    points = np.zeros((len(times), len(JOINTS), 3))
    for name, i in J.items():
        points[:, i, :2] = where.get(name.split("_")[-1], shoulder + np.array((8, 45)))
        points[:, i, 2] = -10 if name.startswith("left") else 10
    one = np.ones(len(times))
    seen = np.full(points.shape[:2], 0.95)
    return PoseTrack(times, points, seen, one, 0.5 * one, 0 * one, (640, 480), {"source": "squat.mp4"})


def _leaning(degrees: np.ndarray) -> np.ndarray:
    """(T, 2) of unit length, this far off the vertical."""
    return np.stack([np.sin(np.radians(degrees)), np.cos(np.radians(degrees))], axis=1)


def kinds(folder: Path) -> list[Kind]:
    """Every kind of case that is no video."""
    track = squatting()
    report = examine(track).report.to_dict()
    bomb = cache(lambda: _bomb(folder))
    tracks: list[tuple[str, int, Callable[[Random, Path], Made]]] = [
        *(
            (change.__name__, 90, partial(_changed_bytes, _saved(track), change, "pose.npz"))
            for change in DAMAGE
        ),
        ("array bytes", 60, partial(inside_out, track)),
        ("shapes and types", 80, partial(misshapen, track)),
        ("claims of terabytes", 40, partial(claims, track)),
        ("values", 100, partial(valued, track)),
        ("header", 60, partial(headed, track)),
        ("pickles", 30, partial(pickled, track)),
        ("zip bombs", 12, partial(bombed, bomb)),
        ("not a file", 15, not_a_file),
    ]
    return [
        *(Kind("track", *t) for t in tracks),
        *(Kind("command", f"judge, {name}", 3, partial(_judge, make)) for name, _, make in tracks),
        Kind("report", "values", 240, partial(reported, report)),
        Kind("report", "bytes", 60, partial(_changed_text, json.dumps(report).encode(), "report.json")),
        Kind("settings", "values", 200, settings),
        Kind("settings", "bytes", 120, partial(_changed_text, SETTINGS.encode(), "formcheck.toml")),
        Kind("settings", "not a file", 10, not_a_file),
    ]


def _judge(make: Callable[[Random, Path], Made], rng: Random, place: Path) -> Made:
    made = make(rng, place)
    return Made(made.path, made.want, command=("judge",))


def _changed_bytes(
    data: bytes, change: Callable[[Random, bytes], bytes], name: str, rng: Random, place: Path
) -> Made:
    (place / name).write_bytes(change(rng, data))
    return Made(place / name)


def _changed_text(data: bytes, name: str, rng: Random, place: Path) -> Made:
    return _changed_bytes(data, rng.choice(DAMAGE), name, rng, place)


def not_a_file(rng: Random, place: Path) -> Made:
    """A folder, a pipe, an endless device, nothing."""
    path, how = place / "x", rng.randrange(5)
    if how == 0:
        path.mkdir()
    elif how == 1:
        os.mkfifo(path)
    elif how < 4:
        path.symlink_to(("/dev/zero", "/dev/full")[how - 2])
    return Made(path, "refused")


# ---- tracks -----------------------------------------------------------------------------------------


def _saved(track: PoseTrack) -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, **_arrays(track))
    return out.getvalue()


def _arrays(track: PoseTrack, **head: object) -> Arrays:
    header = {"schema": 1, "size": list(track.size), "meta": dict(track.meta)} | head
    return {"header": np.array(json.dumps(header)), **{name: getattr(track, name) for name in COLUMNS}}


def _write(place: Path, arrays: Arrays) -> Path:
    path = place / "pose.npz"
    np.savez(path, **arrays)
    return path


def inside_out(track: PoseTrack, rng: Random, place: Path) -> Made:
    """Damage within an array's own bytes; the archive around it is sound."""
    path = place / "pose.npz"
    name = rng.choice((*COLUMNS, "header"))
    with zipfile.ZipFile(io.BytesIO(_saved(track))) as old, zipfile.ZipFile(path, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            if info.filename == f"{name}.npy":
                cut = rng.choice((200, len(data)))
                data = rng.choice(DAMAGE)(rng, data[:cut]) + data[cut:]
            new.writestr(info.filename, data)
    return Made(path)


def misshapen(track: PoseTrack, rng: Random, place: Path) -> Made:
    """Arrays too long, too short, flat, empty, of text, of dates, of complex numbers."""
    arrays = _arrays(track)
    name = rng.choice(COLUMNS)
    a = arrays[name]
    arrays[name] = rng.choice((
        lambda: a[:-1], lambda: a[:0], lambda: a.ravel()[:7], lambda: a[None], lambda: np.array(3.0),
        lambda: a.astype(complex), lambda: a.astype("U8"), lambda: a.astype("S8"),
        lambda: a.astype("i8").astype("M8[s]"),
        lambda: a.astype(bool), lambda: np.zeros(len(a), [("x", "f8")]), lambda: a.astype(">f4"),
        lambda: a.astype(np.longdouble), lambda: np.asfortranarray(a), lambda: np.zeros((len(a), 0)),
        lambda: np.concatenate([a, a]), lambda: a.astype("f2"), lambda: a.astype("V8"),
    ))()  # fmt: skip
    if rng.random() < 0.15:
        rows = rng.choice((0, 1, 2))
        arrays = {k: v[:rows] if k != "header" else v for k, v in _arrays(track).items()}
    if rng.random() < 0.1:
        del arrays[name]
    return Made(_write(place, arrays))


def claims(track: PoseTrack, rng: Random, place: Path) -> Made:
    """An array whose header promises terabytes, or a directory that does."""
    path, name = place / "pose.npz", rng.choice(COLUMNS)
    shape = rng.choice(
        ((10**12, 33, 3), (2**62,), (2**31, 33), (10**9, 33, 3), (-1, 33, 3), (10**30,), (2**64, 0))
    )
    descr = rng.choice(("<f8", "<f4", "<U9999999", "|V2147483647"))
    head = repr({"descr": descr, "fortran_order": False, "shape": shape}).encode()
    head += b" " * (63 - (10 + len(head)) % 64) + b"\n"
    npy = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + bytes(64)
    if rng.random() < 0.2:
        path.write_bytes(npy)
        return Made(path, "refused")
    with zipfile.ZipFile(path, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as file:
        for key, a in _arrays(track).items():
            out = io.BytesIO()
            np.save(out, a)
            file.writestr(f"{key}.npy", npy if key == name else out.getvalue())
    if rng.random() < 0.4:
        data = bytearray(path.read_bytes())
        at = data.rindex(b"PK\x01\x02")
        data[at + 20 : at + 28] = struct.pack("<II", 0xFFFFFFF0, 0xFFFFFFF0)
        path.write_bytes(data)
    return Made(path, "refused")


def valued(track: PoseTrack, rng: Random, place: Path) -> Made:
    """Numbers that are none, without end, absurd, or in the wrong order."""
    arrays = {k: v.copy() for k, v in _arrays(track).items()}
    a = arrays[rng.choice(COLUMNS)].reshape(-1)
    value = rng.choice((np.nan, np.inf, -np.inf, 1e308, -1e308, 1e30, 1e12, 0.0, -1.0, 1e-300))
    rows = rng.choice((slice(None), slice(0, 1), slice(-1, None), slice(None, None, 7), slice(20, 90)))
    a[rows] = value
    times = track.times_s
    changes = (times[::-1], times * 0, times * 1e-9, times * 1e9, times + 1e15, -times[::-1], times**9, times)
    arrays["times_s"] = rng.choice(changes) if rng.random() < 0.3 else arrays["times_s"]
    return Made(_write(place, arrays))


def headed(track: PoseTrack, rng: Random, place: Path) -> Made:
    """The JSON beside the arrays: sizes of 0, of minus one, of infinity; texts, depths, strange keys."""
    arrays = _arrays(
        track,
        **{
            rng.choice(("schema", "size", "meta")): rng.choice(
                (*STRANGE, [0, 0], [-1, 5], [1, 1], [1e9, 1e9])
            )
        },
    )
    if rng.random() < 0.3:
        arrays = _arrays(
            track,
            meta={rng.choice(("source", "fps", "frames", "skipped_frames", "width")): rng.choice(STRANGE)},
        )
    if rng.random() < 0.2:
        arrays["header"] = np.array(
            rng.choice(("[" * 50_000, "{}", "null", "[]", "\x00", '{"schema": 1}', "1e999"))
        )
    return Made(_write(place, arrays))


def pickled(track: PoseTrack, rng: Random, place: Path) -> Made:
    """Objects that run code when they are unpickled; opening one ends the process, which is a defect."""
    path, arrays = place / "pose.npz", _arrays(track)
    if rng.random() < 0.3:
        path.write_bytes(pickle.dumps(Bomb(), protocol=rng.randrange(6)))
    elif rng.random() < 0.3:
        with path.open("wb") as file:
            np.save(file, np.array([Bomb()], dtype=object), allow_pickle=True)
    else:
        arrays[rng.choice((*COLUMNS, "header"))] = np.array([Bomb()] * rng.choice((1, 3)), dtype=object)
        _write(place, arrays)
    return Made(path, "refused")


def _bomb(folder: Path) -> Path:
    """Two gigabytes of zeros that say they are points, in two megabytes."""
    path, rows = folder / "bomb.npz", 2 * 2**30 // (33 * 3 * 8)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr("header.npy", _npy(np.array(json.dumps({"schema": 1, "size": [640, 480], "meta": {}}))))
        with file.open("points.npy", "w", force_zip64=True) as member:
            np.lib.format.write_array_header_1_0(
                member, {"descr": "<f8", "fortran_order": False, "shape": (rows, 33, 3)}
            )
            left = rows * 33 * 3 * 8
            while left:
                left -= member.write(bytes(min(left, 2**24)))
        for name in ("times_s", "seen", "people", "brightness", "shots"):
            file.writestr(
                f"{name}.npy", _npy(np.arange(rows, dtype="f4") if name == "times_s" else np.zeros(1))
            )
    return path


def _npy(a: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, a)
    return out.getvalue()


def bombed(bomb: Callable[[], Path], rng: Random, place: Path) -> Made:
    """The bomb, or a header of many megabytes; sometimes with a directory that understates it."""
    path = place / "pose.npz"
    if rng.random() < 0.3:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name in (*COLUMNS, "header"):
                file.writestr(f"{name}.npy", bytes(150 << 20) if name == "header" else b"")
        return Made(path, "refused")
    data = bytearray(bomb().read_bytes())
    if rng.random() < 0.5:
        at = data.find(b"PK\x01\x02", data.find(b"PK\x01\x02") + 4)
        data[at + 24 : at + 28] = struct.pack("<I", 1000)
    path.write_bytes(data)
    return Made(path, "refused")


# ---- reports and settings ---------------------------------------------------------------------------


def reported(report: dict[str, Any], rng: Random, place: Path) -> Made:
    """A value replaced, a key left out, added or renamed, an entry doubled: anywhere in the report."""
    data = json.loads(json.dumps(report))
    for _ in range(rng.choice((0, 1, 1, 1, 2, 5))):
        spots = list(_spots(data))
        holder, key = rng.choice(spots)
        how = rng.randrange(4)
        if how == 0 and isinstance(holder, dict):
            holder[rng.choice(("mood", "", "self", "__class__", "schema"))] = holder.pop(key)
        elif how == 0:
            holder.append(holder[key])
        elif how == 1:
            del holder[key]
        else:
            holder[key] = rng.choice(STRANGE)
        if not isinstance(data, dict) or not data:
            break
    (place / "report.json").write_text(json.dumps(data))
    return Made(place / "report.json")


def _spots(data: Any) -> Any:
    """Every (container, key) in a JSON value."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield data, key
        yield from _spots(value)


def settings(rng: Random, place: Path) -> Made:
    """Values of other types, without end, too deep; keys twice and of nothing."""
    lines = SETTINGS.splitlines()
    for _ in range(rng.randint(1, 3)):
        at = rng.choice([i for i, line in enumerate(lines) if "=" in line])
        key = lines[at].split("=")[0].strip()
        key = rng.choice((key, key, key, key, "limits", '""', "squat", "SQ999", '"\\u001b[2J"', "PL101"))
        lines[at] = f"{key} = {rng.choice(TOML_VALUES)}"
    (place / "formcheck.toml").write_text("\n".join(lines), encoding="utf-8")
    return Made(place / "formcheck.toml")
