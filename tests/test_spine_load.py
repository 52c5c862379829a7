"""The low-back model: figures worked out before, laws that hold for any posture, published measurements."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import spine_load as benchmark
from benchmarks.mannequin import Mannequin
from formcheck.anthropometry import FEMALE, MALE, UNKNOWN, build
from formcheck.spine_load import GRAVITY, Posture, l5s1, load_point, low_back, lower_body, plank, upper_body

MAN, WOMAN = Mannequin(80, 1.78), Mannequin(65, 1.65, "female")
TRUNKS = st.floats(5, 90)
LOADS = st.floats(1, 200)
ROUNDED = 0.5  # the figures are printed without decimals


def moment(who: Mannequin, posture: Posture, load_kg: float = 0.0, at: str = "hands", **more: float) -> float:
    return float(low_back(posture, who.body, who.mass_kg, load_kg, at, **more).moment_nm)  # type: ignore[arg-type]


# ---- figures worked out before ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "load_kg", "nm", "kn"),
    [
        (MAN, 0, 127, (2.0, 2.3, 2.7)), (MAN, 20, 194, (3.0, 3.5, 4.1)), (MAN, 40, 261, (4.1, 4.7, 5.5)),
        (MAN, 60, 328, (5.1, 5.9, 7.0)), (MAN, 100, 462, (7.2, 8.3, 9.8)),
        (WOMAN, 0, 88, (1.4, 1.6, 1.9)), (WOMAN, 40, 198, (3.1, 3.6, 4.2)),
    ],
)  # fmt: skip
def test_deadlift_figures(who: Mannequin, load_kg: float, nm: float, kn: tuple[float, ...]) -> None:
    lifted = low_back(who.bent(65, -0.05), who.body, who.mass_kg, load_kg, "hands")
    assert float(lifted.moment_nm) == pytest.approx(nm, rel=0.01)
    for arm_m, expected in zip((0.07, 0.06, 0.05), kn, strict=True):
        assert float(lifted.compression_n(arm_m)) / 1000 == pytest.approx(expected, rel=0.01, abs=0.06)


@pytest.mark.parametrize(("trunk", "nm"), [(20, 133), (30, 216), (40, 292), (50, 359)])
def test_squat_figures(trunk: float, nm: float) -> None:
    assert moment(MAN, MAN.under_bar(trunk), 80, "high-bar") == pytest.approx(nm, rel=0.01)


@pytest.mark.parametrize(("trunk", "nm"), [(45, 220), (60, 270), (75, 301), (90, 312)])
def test_row_figures(trunk: float, nm: float) -> None:
    assert moment(MAN, MAN.bent(trunk), 40) == pytest.approx(nm, rel=0.01)


@pytest.mark.parametrize("body", [MALE, FEMALE, UNKNOWN])
def test_the_parts_are_the_whole_body(body: object) -> None:
    everything = [*upper_body(MAN.bent(40), body), *lower_body(MAN.bent(40), body)]  # type: ignore[arg-type]
    assert sum(share for share, _ in everything) == pytest.approx(1.0, abs=2e-4)


def test_half_the_body_is_above_the_joint() -> None:
    assert MALE.above_l5s1 == pytest.approx(0.532, abs=5e-4)
    assert FEMALE.above_l5s1 == pytest.approx(0.503, abs=5e-3)
    assert FEMALE.above_l5s1 < build(None).above_l5s1 < MALE.above_l5s1


# ---- laws -------------------------------------------------------------------------------------------


@given(TRUNKS, LOADS, LOADS)
def test_more_load_is_more_moment(trunk: float, load_kg: float, more_kg: float) -> None:
    posture = MAN.bent(trunk, 0.1)
    assert moment(MAN, posture, load_kg + more_kg) > moment(MAN, posture, load_kg)


@given(TRUNKS, LOADS, st.floats(-0.2, 0.2), st.floats(0.01, 0.2))
def test_hands_farther_away_are_more_moment(trunk: float, load_kg: float, ahead: float, more: float) -> None:
    near, far = (MAN.bent(trunk, ahead).reaching(x) for x in (0.0, more))
    extra = moment(MAN, far, load_kg) - moment(MAN, near, load_kg)
    assert extra >= load_kg * GRAVITY * more - 1e-9  # at least the load times the way it moved


@given(TRUNKS, LOADS, st.sampled_from(["hands", "high-bar", "low-bar", "goblet"]))
def test_resting_is_static_and_lifting_costs_more(trunk: float, load_kg: float, at: str) -> None:
    posture = MAN.bent(trunk, 0.1)
    still = moment(MAN, posture, load_kg, at)
    assert moment(MAN, posture, load_kg, at, acceleration=0.0) == still
    lever = float(load_point(posture, at)[0] - l5s1(posture, MAN.body)[0])  # type: ignore[arg-type]
    lifting = moment(MAN, posture, load_kg, at, acceleration=3.0)
    assert lifting - still == pytest.approx(load_kg * 3.0 * lever)
    assert lifting > still or lever <= 0
    falling = low_back(posture, MAN.body, 80, load_kg, at, acceleration=-50.0)  # type: ignore[arg-type]
    assert float(falling.weight_n) == pytest.approx(MAN.body.above_l5s1 * 80 * GRAVITY)


@given(TRUNKS, LOADS, st.floats(0.5, 2.0))
def test_moment_grows_with_size_alone(trunk: float, load_kg: float, size: float) -> None:
    posture = MAN.bent(trunk)
    assert moment(MAN, posture.scaled(size), load_kg) == pytest.approx(size * moment(MAN, posture, load_kg))


@given(TRUNKS, st.floats(-40, 40))
def test_leaning_turns_the_trunk_about_the_hip(trunk: float, more: float) -> None:
    before = MAN.bent(trunk, 0.05)
    after = before.leaning(more)
    assert float(after.trunk_deg) == pytest.approx(trunk + more)
    assert after.hip == pytest.approx(before.hip)
    assert after.grip - after.shoulder == pytest.approx(before.grip - before.shoulder)


def test_a_bar_on_the_back_is_behind_the_shoulder() -> None:
    upright = MAN.under_bar(0.0)
    assert load_point(upright, "high-bar") - upright.shoulder == pytest.approx([-0.05, 0.03])
    assert load_point(upright, "low-bar") - upright.shoulder == pytest.approx([-0.07, -0.03])
    assert np.isnan(load_point(upright, "none")).all()


def test_a_hidden_head_and_hidden_arms_are_taken_to_hang() -> None:
    posture, unseen = MAN.bent(50), np.full(2, np.nan)
    hidden = replace(posture, ear=unseen, elbow=unseen, wrist=unseen, grip=unseen)
    assert moment(MAN, hidden) == pytest.approx(moment(MAN, posture), rel=0.01)
    assert np.isnan(moment(MAN, hidden, 60, "hands"))


def test_many_postures_at_once() -> None:
    trunks = np.linspace(10, 80, 8)
    together = low_back(MAN.bent(trunks), MAN.body, 80, 60, "hands", np.linspace(0, 2, 8))
    alone = [
        moment(MAN, MAN.bent(t), 60, acceleration=a)
        for t, a in zip(trunks, np.linspace(0, 2, 8), strict=True)
    ]
    assert together.moment_nm == pytest.approx(alone)


@pytest.mark.parametrize("who", [MAN, WOMAN], ids=["man", "woman"])
@pytest.mark.parametrize("on_forearms", [True, False], ids=["forearm", "high"])
def test_hands_carry_two_thirds_of_a_plank(who: Mannequin, on_forearms: bool) -> None:
    held = plank(who.plank(on_forearms), who.body, who.mass_kg, on_forearms)
    assert 100 * float(held.hands_share) == pytest.approx(71.95, abs=8)
    assert 40 < float(held.moment_nm) < 180


# ---- published measurements -------------------------------------------------------------------------


@pytest.mark.parametrize("row", benchmark.rows(), ids=lambda r: f"{r.name} {r.source}")
def test_published_measurements(row: benchmark.Row) -> None:
    if row.misfit:
        assert not row.holds  # if it ever holds, the page that calls it a misfit is wrong
    else:
        assert not row.broken


def test_the_benchmark_fails_when_a_row_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert benchmark.main() == 0
    assert {row.name for row in benchmark.rows()} == {f"V{n}" for n in range(1, 17)} | {"E1", "E2", "E3"}
    bad = benchmark.Row("V1", "made up", "1 Nm", "2 Nm", "exact", holds=False)
    monkeypatch.setattr(benchmark, "rows", lambda: [bad])
    assert benchmark.main() == 1
    assert "DOES NOT HOLD" in capsys.readouterr().out


def test_the_page_shows_the_table_of_today() -> None:
    page = (Path(__file__).parents[1] / "docs" / "spine_load.md").read_text(encoding="utf-8")
    assert page == benchmark.written(page, benchmark.rows()), (
        "python benchmarks/spine_load.py --write docs/spine_load.md"
    )
