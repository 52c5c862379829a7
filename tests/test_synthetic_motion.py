"""Rendered lifters move as told: what is planted stays, bones keep their length, angles are as chosen."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

pytest.importorskip("numba", reason="the extra 'synthetic' is not installed (make test installs it)")
pytest.importorskip("scipy", reason="the extra 'synthetic' is not installed (make test installs it)")

from synthetic.body import MissingDataError, data_dir
from synthetic.curves import ease
from synthetic.scenario import Scenario, parse
from synthetic.studio import Take, perform

try:
    data_dir()
except MissingDataError as e:
    pytest.skip(str(e), allow_module_level=True)

FPS = 8.0
STYLES = [
    ("squat", "bodyweight"), ("squat", "goblet"), ("squat", "barbell"), ("deadlift", "conventional"),
    ("deadlift", "romanian"), ("row", "barbell"), ("row", "dumbbells"), ("plank", "forearm"),
    ("plank", "high"),
]  # fmt: skip
BODIES = [
    {"sex": "female", "height_m": 1.58, "weight": 0.8},
    {"sex": "male", "height_m": 1.92, "muscle": 0.8, "weight": -0.5},
]
LINKS = [("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist")]


def scenario(exercise: str, style: str, body: int = 0, **fault: float) -> Scenario:
    table: dict[str, Any] = {
        "exercise": exercise,
        "style": style,
        "body": BODIES[body],
        "camera": {"fps": FPS},
    }
    if exercise == "plank":
        table["options"] = {"hold_s": 12.0}
    return parse("test", table | ({"fault": [fault]} if fault else {}))


@cache
def take(exercise: str, style: str, body: int = 0, **fault: float) -> Take:
    return perform(scenario(exercise, style, body, **fault))


@cache
def truth(exercise: str, style: str, body: int = 0, **fault: float) -> dict[str, Any]:
    return take(exercise, style, body, **fault).truth()


def joint(of: dict[str, Any], name: str) -> np.ndarray:
    return np.array(of["joints"][name]["m"])


def angle(of: dict[str, Any], name: str) -> np.ndarray:
    return np.array(of["angles_deg"][name])


def within(of: dict[str, Any], phase: str) -> np.ndarray:
    """Frames of a phase of the first repetition."""
    p = next(p for p in of["reps"][0]["phases"] if p["name"] == phase)
    t = np.array(of["times_s"])
    return (t >= p["start_s"]) & (t <= p["end_s"])


@pytest.mark.parametrize("body", [0, 1])
@pytest.mark.parametrize(("exercise", "style"), STYLES)
def test_bones_keep_their_length(exercise: str, style: str, body: int) -> None:
    of = truth(exercise, style, body)
    for side in ("left", "right"):
        for a, b in LINKS:
            length = np.linalg.norm(joint(of, f"{side}_{a}") - joint(of, f"{side}_{b}"), axis=1)
            assert np.ptp(length) < 0.004, (side, a, b)


@pytest.mark.parametrize("body", [0, 1])
@pytest.mark.parametrize(("exercise", "style"), STYLES)
def test_feet_stay_where_they_are_planted(exercise: str, style: str, body: int) -> None:
    of = truth(exercise, style, body)
    for side in ("left", "right"):
        toes = joint(of, f"{side}_foot")
        assert np.ptp(toes, axis=0).max() < 0.003
        heel = joint(of, f"{side}_heel")
        if exercise != "plank":
            assert np.ptp(heel, axis=0).max() < 0.003
        assert min(toes[:, 1].min(), heel[:, 1].min()) > -0.003, "a foot sinks into the floor"


@pytest.mark.parametrize("style", ["forearm", "high"])
@pytest.mark.parametrize("fault", [{}, {"sag_deg": 15.0}, {"pike_deg": 20.0}, {"drift_deg": 10.0}])
def test_what_carries_a_plank_stays_on_the_floor(style: str, fault: dict[str, float]) -> None:
    of = truth("plank", style, **fault)
    for side in ("left", "right"):
        for name in ("wrist",) if style == "high" else ("wrist", "elbow"):
            at = joint(of, f"{side}_{name}")
            assert np.ptp(at, axis=0).max() < 0.01, (side, name)
            assert 0.02 < at[:, 1].min() < 0.08


@pytest.mark.parametrize("body", [0, 1])
@pytest.mark.parametrize(("exercise", "style"), STYLES)
def test_hip_shoulder_line_has_the_chosen_inclination(exercise: str, style: str, body: int) -> None:
    performed = take(exercise, style, body)
    chosen = [i.stance.trunk_deg for i in performed.performance.instants]
    assert angle(truth(exercise, style, body), "trunk_inclination") == pytest.approx(chosen, abs=0.15)


@pytest.mark.parametrize("body", [0, 1])
@pytest.mark.parametrize(("lumbar", "thoracic"), [(0, 0), (35, 0), (0, 25), (30, 20), (-20, 0)])
def test_flexion_changes_and_the_trunk_does_not(body: int, lumbar: float, thoracic: float) -> None:
    performed = take("deadlift", "romanian", body)
    stance = performed.performance.instants[len(performed.posed) // 2].stance
    bent = replace(stance, lumbar_deg=lumbar, thoracic_deg=thoracic)
    posed = performed.poser.solve(bent)
    hip, shoulder = ((posed.at(f"{b}.L") + posed.at(f"{b}.R")) / 2 for b in ("upperleg01", "upperarm01"))
    assert np.degrees(np.arctan2(shoulder[2] - hip[2], shoulder[1] - hip[1])) == pytest.approx(
        stance.trunk_deg, abs=1e-6
    )
    turn = [posed.rotations[posed.body.bones.index(b)] for b in ("spine05", "spine02", "spine01")]
    pitches = [np.degrees(np.arctan2(r[2, 1], r[1, 1])) for r in turn]
    assert pitches[1] - pitches[0] == pytest.approx(lumbar + 0.35 * thoracic, abs=1e-6)
    assert pitches[2] - pitches[0] == pytest.approx(lumbar + thoracic, abs=1e-6)


@pytest.mark.parametrize("body", [0, 1])
@pytest.mark.parametrize(
    ("exercise", "style", "grip"),
    [("deadlift", "conventional", 0.27), ("deadlift", "romanian", 0.27), ("row", "barbell", 0.29),
     ("squat", "barbell", None)],
)  # fmt: skip
def test_hands_hold_the_bar(exercise: str, style: str, grip: float | None, body: int) -> None:
    performed, of = take(exercise, style, body), truth(exercise, style, body)
    bar = np.array(of["bar"]["m"])
    held = np.ones(len(bar), dtype=bool)
    if style == "conventional":
        held = np.array(of["times_s"]) >= of["reps"][0]["start_s"]
    for sign, side in ((1, "left"), (-1, "right")):
        out = grip or performed.poser.shoulder_half + 0.20
        reach = np.linalg.norm(joint(of, f"{side}_wrist") - (bar + np.array([sign * out, 0, 0])), axis=1)[
            held
        ]
        assert reach == pytest.approx(np.hypot(0.092, 0.028), abs=0.012), side


@pytest.mark.parametrize("body", [0, 1])
@pytest.mark.parametrize(("exercise", "style"), STYLES)
def test_knees_and_elbows_bend_the_right_way(exercise: str, style: str, body: int) -> None:
    of = truth(exercise, style, body)
    for side in ("left", "right"):
        hip, knee, ankle = (joint(of, f"{side}_{j}") for j in ("hip", "knee", "ankle"))
        along = ankle - hip
        share = ((knee - hip) * along).sum(axis=1) / (along**2).sum(axis=1)
        off = knee - (hip + share[:, None] * along)
        forward = -off[:, 1] if exercise == "plank" else off[:, 2]
        assert forward.min() > -0.002


SQUAT, PULL = ("squat", "bodyweight"), ("deadlift", "conventional")
ROW, PLANK = ("row", "barbell"), ("plank", "forearm")


def extreme(of: dict[str, Any], name: str, sign: int) -> float:
    return float((sign * angle(of, name)).max() * sign)


@pytest.mark.parametrize(
    ("way", "fault", "size", "name", "sign", "slack"),
    [
        (SQUAT, "lean_deg", 15, "trunk_inclination", 1, 0.3),
        (SQUAT, "rounding_lumbar_deg", 25, "lumbar_flexion", 1, 0.2),
        (SQUAT, "rounding_thoracic_deg", 20, "thoracic_flexion", 1, 0.2),
        (SQUAT, "butt_wink_deg", 20, "lumbar_flexion", 1, 0.2),
        (SQUAT, "heels_lift_deg", 15, "left_foot_pitch", 1, 0.7),
        (SQUAT, "shallow_deg", 20, "left_thigh_angle", -1, 1.0),
        (PULL, "rounding_lumbar_deg", 30, "lumbar_flexion", 1, 0.2),
        (PULL, "rounding_lumbar_deg", -25, "lumbar_flexion", -1, 13.5),  # 12 of a good start count against it
        (ROW, "upright_deg", 20, "trunk_inclination", 1, 0.3),
        (PLANK, "sag_deg", 15, "body_line", -1, 0.3),
        (PLANK, "pike_deg", 20, "body_line", 1, 0.3),
        (PLANK, "drift_deg", 12, "body_line", -1, 0.3),
    ],
)
def test_a_fault_moves_its_angle_by_its_size(
    way: tuple[str, str], fault: str, size: float, name: str, sign: int, slack: float
) -> None:
    moved = extreme(truth(*way, **{fault: size}), name, sign) - extreme(truth(*way), name, sign)
    falls = {"shallow_deg": size, "upright_deg": -size}
    wanted = falls.get(fault, sign * abs(size))
    assert moved == pytest.approx(wanted, abs=slack)


def difference(way: tuple[str, str], fault: str, size: float, name: str, phase: str) -> np.ndarray:
    good, bad = truth(*way), truth(*way, **{fault: size})
    rows = within(good, phase)
    return (angle(bad, name) - angle(good, name))[rows]


@pytest.mark.parametrize(
    ("way", "fault", "size", "name", "phase", "sign"),
    [
        (SQUAT, "hips_shoot_up_deg", 12, "trunk_inclination", "up", 1),
        (PULL, "hips_shoot_up_deg", 12, "trunk_inclination", "pull", 1),
        (PULL, "short_lockout_deg", 15, "trunk_inclination", "lockout", 1),
        (PULL, "lean_back_deg", 10, "trunk_inclination", "lockout", -1),
        (ROW, "torso_rise_deg", 15, "trunk_inclination", "pull", -1),
        (ROW, "knees_bounce_deg", 15, "left_knee_angle", "pull", 1),
        (ROW, "jerk_deg", 8, "trunk_inclination", "pull", -1),
    ],
)
def test_a_passing_fault_reaches_its_size_in_its_phase(
    way: tuple[str, str], fault: str, size: float, name: str, phase: str, sign: int
) -> None:
    moved = (sign * difference(way, fault, size, name, phase)).max()
    assert size * 0.8 < moved < size * 1.15


@pytest.mark.parametrize("way", [("squat", "barbell"), PULL, ROW])
def test_a_bar_that_drifts_forward_is_so_far_in_front(way: tuple[str, str]) -> None:
    bars = [np.array(truth(*way, **f)["bar"]["m"])[:, 2] for f in ({}, {"bar_forward_pct": 5.0})]
    assert (bars[1] - bars[0]).max() == pytest.approx(0.05 * BODIES[0]["height_m"], abs=0.006)


def test_hips_shift_by_a_share_of_the_stance() -> None:
    of = truth(*SQUAT, shift_pct=12.0)
    hips = (joint(of, "left_hip") + joint(of, "right_hip"))[:, 0] / 2
    stance = joint(of, "left_ankle")[0, 0] - joint(of, "right_ankle")[0, 0]
    assert hips.max() / stance == pytest.approx(0.12, abs=0.01)


def test_knees_cave_in_on_both_sides() -> None:
    good, bad = truth(*SQUAT), truth(*SQUAT, knees_in_deg=15.0)
    gaps = [(joint(of, "left_knee") - joint(of, "right_knee"))[:, 0].min() for of in (good, bad)]
    assert gaps[1] < gaps[0] - 0.03


def test_arms_bend_in_the_pull() -> None:
    of = truth(*PULL, arms_bend_deg=25.0)
    assert angle(of, "left_elbow_angle")[within(of, "pull")].min() == pytest.approx(180 - 25, abs=5)


@pytest.mark.parametrize(
    ("exercise", "fault", "least_g"),
    [("squat", {"bounce_deg": 6.0}, 0.25), ("deadlift", {"jerk_cm": 3.0}, 0.12)],
)
def test_bounces_and_jerks_accelerate(exercise: str, fault: dict[str, float], least_g: float) -> None:
    tempo = {"stand_s": 0.1, "down_s": 1.5, "up_s": 1.5}
    peaks = []
    for entry in ([], [fault]):
        of = perform(
            parse("t", {"exercise": exercise, "tempo": tempo, "camera": {"fps": 50.0}, "fault": entry})
        ).truth()
        name = "left_hip" if exercise == "squat" else "left_wrist"
        height = joint(of, name)[np.array(of["times_s"]) > of["reps"][0]["start_s"] - 0.1, 1]
        peaks.append((height[10:] - 2 * height[5:-5] + height[:-10]).max() * 100 / 9.81)
    assert peaks[0] < 0.35
    assert peaks[1] > peaks[0] + least_g


def test_a_dive_is_shorter_by_its_size() -> None:
    spans = [np.diff([truth(*SQUAT, **f)["reps"][0]["phases"][0][k] for k in ("start_s", "end_s")])
             for f in ({}, {"dive_s": 1.2})]  # fmt: skip
    assert spans[0] - spans[1] == pytest.approx(1.2, abs=1e-3)


def test_a_low_back_can_sag_in_a_straight_line() -> None:
    of = truth(*PLANK, rounding_lumbar_deg=-20.0)
    assert abs(angle(of, "body_line")).max() < 0.3
    assert angle(of, "lumbar_flexion").min() == pytest.approx(-20, abs=0.1)


@pytest.mark.parametrize("style", ["forearm", "high"])
def test_slanting_arms_and_bent_knees_in_a_plank(style: str) -> None:
    of = truth("plank", style, stack_deg=15.0)
    low = joint(of, "left_elbow" if style == "forearm" else "left_wrist")[-1]
    off = joint(of, "left_shoulder")[-1] - low
    assert np.degrees(np.arctan2(off[2], off[1])) == pytest.approx(15, abs=1.5)
    bent = truth("plank", style, knees_bent_deg=30.0)
    assert angle(bent, "left_knee_angle")[-1] == pytest.approx(180 - 30 - 9, abs=4)


def test_a_twist_turns_the_shoulders_against_the_hips() -> None:
    of = truth(*ROW, twist_deg=25.0)
    line = joint(of, "left_shoulder") - joint(of, "right_shoulder")
    hips = joint(of, "left_hip") - joint(of, "right_hip")
    turned = np.degrees(
        np.arccos((line * hips).sum(1) / np.linalg.norm(line, axis=1) / np.linalg.norm(hips, axis=1))
    )
    assert turned.max() == pytest.approx(25, abs=2)
    assert (line[:, 1])[turned.argmax()] > 0.05, "the left shoulder goes up"


# ---- the unloaded bends before a set ----------------------------------------------------------------


@cache
def bending(body: int, **options: int) -> dict[str, Any]:
    table = {"exercise": "deadlift", "body": BODIES[body], "camera": {"fps": FPS}, "options": options}
    return perform(parse("test", table)).truth()


def of_bend(of: dict[str, Any], name: str) -> np.ndarray:
    """Frames of a bend."""
    [span] = [u for u in of["unloaded"] if u["name"] == name]
    t = np.array(of["times_s"])
    return (t >= span["start_s"]) & (t < span["end_s"])


def test_bends_come_before_the_set_and_are_no_reps() -> None:
    plain, of = bending(0), bending(0, hinge=1, toe_touch=1)
    assert "unloaded" not in plain
    assert [u["name"] for u in of["unloaded"]] == ["hinge", "toe_touch"]
    assert len(of["reps"]) == len(plain["reps"])
    lead_s = of["times_s"][-1] - plain["times_s"][-1]
    for rep, alone in zip(of["reps"], plain["reps"], strict=True):
        for key in ("start_s", "turn_s", "end_s"):
            assert rep[key] - alone[key] == pytest.approx(lead_s, abs=1e-3)
        for span, before in zip(rep["phases"], alone["phases"], strict=True):
            assert span["start_s"] - before["start_s"] == pytest.approx(lead_s, abs=1e-3)
    assert of["unloaded"][-1]["end_s"] < lead_s < of["reps"][0]["start_s"]
    for name in ("hinge", "toe_touch"):
        assert [u["name"] for u in bending(0, **{name: 1})["unloaded"]] == [name]


@pytest.mark.parametrize("body", [0, 1])
def test_a_hinge_has_crossed_arms_and_the_toes_are_touched_with_a_fully_bent_spine(body: int) -> None:
    of = bending(body, hinge=1, toe_touch=1)
    hinge, touch = of_bend(of, "hinge"), of_bend(of, "toe_touch")
    trunk, spine = angle(of, "trunk_inclination"), angle(of, "lumbar_flexion") + angle(of, "thoracic_flexion")
    assert (trunk[hinge].max(), spine[hinge].max()) == pytest.approx((75, 16), abs=0.5)
    assert (trunk[touch].max(), spine[touch].max()) == pytest.approx((116, 80), abs=0.5)
    assert angle(of, "left_knee_angle")[touch].min() > 160
    bent = hinge & (trunk > 25)
    for side, other in (("left", "right"), ("right", "left")):
        apart = np.linalg.norm(joint(of, f"{side}_wrist") - joint(of, f"{other}_shoulder"), axis=1)
        assert apart[bent].max() < 0.25, "a hand is before the other shoulder"
        low = joint(of, f"{side}_wrist")[touch]
        lowest = 0.15 * BODIES[body]["height_m"]  # type: ignore[operator]
        assert 0.12 < low[:, 1].min() < lowest, "fingers come to the feet and do not sink into the floor"
    assert np.abs(trunk[~hinge & ~touch & (np.array(of["times_s"]) < of["unloaded"][-1]["end_s"])]).max() < 5


@pytest.mark.parametrize("body", [0, 1])
def test_who_bends_before_the_set_stays_whole_on_planted_feet_and_never_jumps(body: int) -> None:
    of = bending(body, hinge=1, toe_touch=1)
    for side in ("left", "right"):
        assert np.ptp(joint(of, f"{side}_foot"), axis=0).max() < 0.003
        assert np.ptp(joint(of, f"{side}_heel"), axis=0).max() < 0.003
        for a, b in LINKS:
            assert np.ptp(np.linalg.norm(joint(of, f"{side}_{a}") - joint(of, f"{side}_{b}"), axis=1)) < 0.004
        for name in ("wrist", "shoulder", "hip"):
            speed = np.linalg.norm(np.diff(joint(of, f"{side}_{name}"), axis=0), axis=1) * FPS
            assert speed.max() < 3, (side, name)


def test_who_sets_the_back_anew_is_round_before_the_bar_moves() -> None:
    table = {"exercise": "deadlift", "reps": 2, "camera": {"fps": 30.0}, "body": BODIES[0]}
    fault = [{"reps": [2], "rounding_lumbar_deg": 30.0}]
    steps, starts = [], []
    for reset in (0, 1):
        of = perform(parse("test", {**table, "fault": fault, "options": {"reset": reset}})).truth()
        lumbar, t = angle(of, "lumbar_flexion"), np.array(of["times_s"])
        first, second = of["reps"]
        steps.append(np.abs(np.diff(lumbar)).max())
        starts.append(lumbar[np.searchsorted(t, second["start_s"]) - 1])
        assert lumbar[t < first["end_s"]].max() == pytest.approx(12, abs=0.2)
        assert (
            np.ptp(np.array(of["bar"]["m"])[(t > first["end_s"]) & (t < second["start_s"])], axis=0).max()
            < 0.02
        )
    assert starts == pytest.approx([12, 42], abs=0.5)
    assert steps[1] < 5 < steps[0]


def test_easing_never_goes_beyond_its_ends() -> None:
    """A depth a rounding error below 0 has no real powers."""
    shares = [*np.linspace(0, 1, 101), *(1 - np.arange(1, 6000) * 1e-9)]
    assert all(0.0 <= ease(float(s)) <= 1.0 for s in shares)
