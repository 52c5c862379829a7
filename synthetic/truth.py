"""What is true of a clip, frame by frame: truth.json, described by truth.schema.json.

2D is in pixels of the picture, origin lower left, y up (as formcheck's poses); 3D in metres of the world:
X to the lifter's left, Y up, Z forward. Angles are degrees with formcheck's signs.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache
from math import atan2, degrees
from typing import Any

import numpy as np

from synthetic.body import Array, Body
from synthetic.camera import View
from synthetic.motion import Performance, Rep
from synthetic.pose import Posed
from synthetic.scenario import Scenario

SCHEMA = 1
BONES = {
    "shoulder": "upperarm01", "elbow": "lowerarm01", "wrist": "wrist", "hip": "upperleg01",
    "knee": "lowerleg01", "ankle": "foot", "index": "finger2-1", "pinky": "finger5-1", "thumb": "finger1-2",
}  # fmt: skip


@lru_cache(maxsize=4)
def marks(body: Body) -> dict[str, tuple[str, Array]]:
    """Named points of the body at rest and the bone that carries each."""
    out = {f"{word}_{joint}": (f"{bone}.{s}", body.head(f"{bone}.{s}"))
           for joint, bone in BONES.items() for s, word in (("L", "left"), ("R", "right"))}  # fmt: skip
    skin = body.vertices[np.unique(body.mesh.quads["body"])]
    head = skin[skin[:, 1] > 0.86 * body.shape.height_m]
    out["nose"] = ("head", head[np.argmax(head[:, 2])])
    for s, word, sign in (("L", "left", 1), ("R", "right", -1)):
        out[f"{word}_ear"] = ("head", head[np.argmax(sign * head[:, 0])])
        foot = skin[(skin[:, 1] < 0.03) & (sign * skin[:, 0] > 0)]
        out[f"{word}_heel"] = (f"foot.{s}", foot[np.argmin(foot[:, 2])])
        out[f"{word}_foot"] = (f"toe1-1.{s}", foot[np.argmax(foot[:, 2])])
    out["l5s1"] = ("spine04", body.head("spine04"))
    return out


def points(posed: Posed) -> dict[str, Array]:
    """Named points in world axes."""
    return {name: posed.carried(bone, rest) for name, (bone, rest) in marks(posed.body).items()}


def angles(posed: Posed, at: dict[str, Array]) -> dict[str, float]:
    """Angles of a posture, degrees: limbs in 3D, both sides; inclinations as seen from the side."""
    middle = {j: (at[f"left_{j}"] + at[f"right_{j}"]) / 2 for j in ("shoulder", "hip")}
    flat_pitch = _foot_rest(posed.body)
    out = {
        "trunk_inclination": _lean(middle["hip"], middle["shoulder"]),
        "lumbar_flexion": posed.stance.lumbar_deg,
        "thoracic_flexion": posed.stance.thoracic_deg,
    }
    for s in ("left", "right"):
        hip, knee, ankle = at[f"{s}_hip"], at[f"{s}_knee"], at[f"{s}_ankle"]
        out[f"{s}_hip_angle"] = _corner(at[f"{s}_shoulder"], hip, knee)
        out[f"{s}_knee_angle"] = _corner(hip, knee, ankle)
        out[f"{s}_ankle_angle"] = _corner(knee, ankle, at[f"{s}_foot"])
        out[f"{s}_elbow_angle"] = _corner(at[f"{s}_shoulder"], at[f"{s}_elbow"], at[f"{s}_wrist"])
        out[f"{s}_shank_inclination"] = _lean(ankle, knee)
        out[f"{s}_thigh_angle"] = degrees(atan2(hip[1] - knee[1], abs(hip[2] - knee[2])))
        out[f"{s}_foot_pitch"] = _pitch(at[f"{s}_heel"], posed.at(f"toe1-1.{s[0].upper()}")) - flat_pitch
    line = 180 - _corner(middle["shoulder"], middle["hip"], (at["left_ankle"] + at["right_ankle"]) / 2)
    out["body_line"] = line * _side(
        middle["shoulder"], middle["hip"], (at["left_ankle"] + at["right_ankle"]) / 2
    )
    return out


def _foot_rest(body: Body) -> float:
    return _pitch(marks(body)["left_heel"][1], body.head("toe1-1.L"))


def _pitch(heel: Array, ball: Array) -> float:
    return degrees(atan2(heel[1] - ball[1], np.hypot(*(ball - heel)[[0, 2]])))


def _lean(low: Array, high: Array) -> float:
    return degrees(atan2(high[2] - low[2], high[1] - low[1]))


def _corner(a: Array, b: Array, c: Array) -> float:
    u, v = a - b, c - b
    return degrees(np.arccos(np.clip(u @ v / np.linalg.norm(u) / np.linalg.norm(v), -1, 1)))


def _side(shoulder: Array, hip: Array, ankle: Array) -> float:
    """+1 when the hip is above the line shoulder-ankle."""
    share = (hip[2] - shoulder[2]) / (ankle[2] - shoulder[2]) if abs(ankle[2] - shoulder[2]) > 1e-6 else 0.5
    return 1.0 if hip[1] >= shoulder[1] + share * (ankle[1] - shoulder[1]) else -1.0


def gather(
    scenario: Scenario, performance: Performance, posed: list[Posed], shot: list[View]
) -> dict[str, Any]:
    """Everything, as JSON values; truth.schema.json says what they are."""
    frames = [points(p) for p in posed]
    measured = [angles(p, f) for p, f in zip(posed, frames, strict=True)]
    return {
        "schema": SCHEMA,
        "scenario": asdict(scenario) | {"reps": [r.present() for r in scenario.reps]},
        "exercise": None if scenario.exercise == "talk" else scenario.exercise,
        "style": scenario.way[1],
        "size": [scenario.camera.width, scenario.camera.height],
        "fps": performance.fps,
        "times_s": [round(i / performance.fps, 4) for i in range(len(posed))],
        "reps": [_rep(r) for r in performance.reps],
        **({"unloaded": [_span(*u) for u in performance.unloaded]} if performance.unloaded else {}),
        "joints": {name: _placed([f[name] for f in frames], shot) for name in frames[0]},
        "angles_deg": {k: [round(float(m[k]), 1) for m in measured] for k in measured[0]},
        "bar": _bar(performance, shot),
        "camera": _camera(scenario, shot[0]),
    }


def _placed(where: list[Array], shot: list[View]) -> dict[str, Any]:
    return {
        "m": [_round(p, 3) for p in where],
        "px": [_round(v.pixels_up(p[None])[0], 1) for p, v in zip(where, shot, strict=True)],
    }


def _rep(rep: Rep) -> dict[str, Any]:
    return {
        "start_s": round(rep.start_s, 3),
        "turn_s": None if rep.turn_s is None else round(rep.turn_s, 3),
        "end_s": round(rep.end_s, 3),
        "phases": [_span(*phase) for phase in rep.phases],
        "faults": rep.faults.present(),
    }


def _span(name: str, start_s: float, end_s: float) -> dict[str, Any]:
    return {"name": name, "start_s": round(start_s, 3), "end_s": round(end_s, 3)}


def _bar(performance: Performance, shot: list[View]) -> dict[str, Any] | None:
    """The middle of the bar, or of the two dumbbells; None without."""
    bars = [i.bar for i in performance.instants if i.bar is not None]
    if len(bars) < len(shot):
        return None
    tilts = [round(i.bar_tilt_deg, 1) for i in performance.instants]
    return _placed(bars, shot) | {"tilt_deg": tilts}


def _camera(scenario: Scenario, first: View) -> dict[str, Any]:
    return asdict(scenario.camera) | {"place_m": _round(first.place, 4), "focal_px": round(first.focal, 2)}


def _round(values: Array, digits: int) -> list[float]:
    return [round(float(v), digits) for v in values]
