"""From an outline of the back to degrees: signals, the lifter's own reference, the faults and their gates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import stick
from backs import OUTLINE_SIGNALS, trunk_of, with_back

from formcheck import back
from formcheck.analysis import Analysis, examine
from formcheck.body import Body
from formcheck.calibration import calibrate
from formcheck.exercises import EXERCISES
from formcheck.options import Options
from formcheck.own_back import NATURAL_DEG
from formcheck.pose import STATIONS, PoseTrack
from formcheck.report import Report
from formcheck.signals import SIGNALS
from formcheck.views.text import text


def column(track: PoseTrack, name: str) -> np.ndarray:
    calibration = calibrate(track)
    assert calibration is not None
    return np.array([SIGNALS[name].of(Body(p, calibration.reference)) for p in track])


def natural(track: PoseTrack) -> np.ndarray:
    """Flexion of a good lifter: a little more the further one bends."""
    return NATURAL_DEG * np.clip(trunk_of(track) / 65, 0, 1)


# ---- the outline in numbers -------------------------------------------------------------------------


@pytest.mark.parametrize("stretch", [0.85, 1.0, 1.1])
def test_a_wandering_hip_landmark_does_not_stretch_the_outline(stretch: float) -> None:
    def true(place: np.ndarray) -> np.ndarray:
        return 0.2 + 0.1 * np.sin(3 * place)

    seen = back.laid_out(true((STATIONS - 1) * stretch) / stretch, stretch)
    inside = np.isfinite(seen)
    assert inside.mean() > 0.8
    assert np.abs(seen - true(back.GRID))[inside].max() < 0.002


def test_what_is_hidden_is_filled_by_what_is_usual() -> None:
    usual = back.model()
    whole = back.BASIS @ usual.mean
    holed = whole.copy()
    holed[20:26] = np.nan
    assert back.enough(holed, 60.0)
    assert back.coefficients(holed, usual.mean, usual.spread) == pytest.approx(usual.mean, abs=1e-6)


def test_a_difference_no_spine_has_is_not_said() -> None:
    assert [back.believable(d) for d in (103.8, 30.0, -120.0)] == [80.0, 30.0, -80.0]
    assert np.isnan(back.believable(float("nan")))


def test_too_little_of_the_back_is_no_back() -> None:
    outline = np.full(back.COUNT, 0.2)
    assert back.enough(outline, 60.0)
    for first, last in ((8, 18), (20, 40)):
        holed = outline.copy()
        holed[first:last] = np.nan
        assert not back.enough(holed, 60.0)
    assert not back.enough(np.full(back.COUNT, np.nan), 60.0)


def test_standing_an_elbow_may_hide_more_of_the_back_than_bent_over() -> None:
    holed = np.full(back.COUNT, 0.2)
    holed[14:23] = np.nan
    assert back.enough(holed, 2.0)
    assert not back.enough(holed, 60.0)


def test_a_bulge_reads_rounder_and_a_hollow_less_round() -> None:
    usual = back.model()
    bulge = 0.03 * np.cos(np.pi * (back.GRID + 0.5) / 1.2)
    change = np.linalg.lstsq(back.BASIS, bulge, rcond=None)[0]
    flat, round_, hollow = (
        back.reading("whole", usual.mean + k * change, back.Posture(60, 80, 60, 0)) for k in (0.0, 1.0, -1.0)
    )
    assert hollow + 5 < flat < round_ - 5
    assert back.bow(usual.mean + change) > back.bow(usual.mean) > back.bow(usual.mean - change)


def test_the_tangent_is_that_of_the_curve() -> None:
    line = np.linalg.lstsq(back.BASIS, 0.2 + 0.1 * back.GRID, rcond=None)[0]
    assert back.tangent(line, -0.5) == pytest.approx(np.degrees(np.arctan(0.1)), abs=0.01)
    assert back.height(line, -0.5) == pytest.approx(0.15, abs=1e-6)


@pytest.mark.parametrize("facing", [1, -1])
def test_signals_read_the_back_and_not_the_belly(facing: int) -> None:
    track = stick.deadlift(reps=1, facing=facing, noise=0.0)
    wanted = 10 + 0.3 * trunk_of(track)
    read = column(with_back(track, wanted), "back_curve")
    assert read == pytest.approx(wanted, abs=1.0)


def test_without_an_outline_every_signal_of_it_is_unseen() -> None:
    track = stick.deadlift(reps=1)
    for name in OUTLINE_SIGNALS:
        assert np.isnan(column(track, name)).all(), name
    for spoilt in (with_back(track, 0.0, width=0.06), with_back(track, 0.0, hidden=True)):
        assert np.isnan(column(spoilt, "back_curve")).all()


# ---- what it is compared with -----------------------------------------------------------------------


def test_standing_is_the_reference_where_there_is_no_hinge() -> None:
    track = stick.deadlift(reps=2)
    calibration = calibrate(with_back(track, 35 + natural(track)))
    assert calibration is not None
    assert calibration.back.reference.kind == "standing"
    assert calibration.back.reference.expected(0.0) == pytest.approx(35, abs=1.5)
    assert calibration.standing["back_rounding"] == pytest.approx(0, abs=1.5)


def test_who_never_stands_is_compared_with_what_is_usual_and_less_surely() -> None:
    bent = stick.deadlift(reps=1)
    low = np.flatnonzero(trunk_of(bent) > 30)
    part = bent.part(slice(int(low[0]), int(low[0]) + 45))
    unsure, sure = calibrate(with_back(part, 20.0)), calibrate(with_back(bent, 20.0))
    assert unsure is not None
    assert sure is not None
    assert unsure.back.reference.kind == "usual"
    assert unsure.back.error["back_rounding"] > 1.5 * sure.back.error["back_rounding"]


def hinging(up: float = 0.25, before: float = 0.03) -> PoseTrack:
    """One slow hinge, the hands so far up and before the trunk: on the hips, or crossed before the chest."""
    path = stick.Path().then("stand", 1.2, 0).then("bend", 2.0, 1).then("rise", 2.0, 0).then("stand", 1, 0)
    t = stick.Film().times(path.seconds)
    u = path.read(t).u
    low = (0.0, 30.0, 67.0)
    figure = stick.stand_on(*(a + (b - a) * u for a, b in zip(stick.STANDING, low, strict=True)))
    way = figure.shoulder - figure.hip
    ahead = np.column_stack([way[:, 1], -way[:, 0]]) / np.linalg.norm(way, axis=1)[:, None]
    figure = stick.reach_to(figure, figure.hip + up * way + before * ahead)
    return figure.filmed(t)


@pytest.mark.parametrize(
    ("up", "before"), [(0.25, 0.03), (0.85, 0.12)], ids=["hands on hips", "arms crossed"]
)
def test_an_unloaded_hinge_is_found_and_preferred(up: float, before: float) -> None:
    track = hinging(up, before)
    own = 25 + 0.4 * trunk_of(track)
    calibration = calibrate(with_back(track, own))
    assert calibration is not None
    assert calibration.back.reference.kind == "hinge"
    assert calibration.back.reference.expected(50.0) == pytest.approx(45, abs=1.5)
    rounding = column(with_back(track, own), "back_rounding")
    assert np.abs(rounding[trunk_of(track) > 30]).max() < 4


def test_a_hinge_whose_elbows_hide_the_back_is_no_reference() -> None:
    track = hinging()
    trunk = trunk_of(track)
    calibration = calibrate(with_back(track, 25 + 0.4 * trunk, hidden=trunk > 35))
    assert calibration is not None
    assert calibration.back.hinge_s is not None
    assert calibration.back.reference.kind == "standing"


def test_bending_with_a_bar_on_the_back_is_no_hinge() -> None:
    track = stick.squat(reps=1, depth=0.35, leans_forward=90)
    trunk = trunk_of(track)
    assert trunk.min() < 20 < 45 < trunk.max()
    calibration = calibrate(with_back(track, 20.0))
    assert calibration is not None
    assert calibration.back.hinge_s is None


def test_a_deadlift_is_not_taken_for_a_hinge_but_can_be_called_one() -> None:
    track = stick.romanian(reps=2)
    track = with_back(track, 10 + 0.5 * trunk_of(track))
    plain, told = calibrate(track), calibrate(track, (1.0, 5.0))
    assert plain is not None
    assert told is not None
    assert plain.back.reference.kind == "standing"
    assert told.back.reference.kind == "hinge"


# ---- faults, each with one that flags and one that stays silent -------------------------------------


def flagged(track: PoseTrack, code: str) -> set[str]:
    report = examine(track, Options(select=(code,))).report
    return {f.verdict for f in report.faults if f.code == code}


def rising(track: PoseTrack, size: float) -> np.ndarray:
    """Flexion that is gained while the bar is lifted: over the first degrees of rising from the floor."""
    trunk = trunk_of(track)
    most = trunk.max()
    lifted = np.clip((most - 2 - trunk) / 8, 0, 1) * (trunk > 20)
    return natural(track) + size * lifted


@pytest.mark.parametrize(("size", "verdict"), [(0, set()), (20, {"warn"}), (32, {"fault"})])
def test_a_back_that_rounds_in_the_lift(size: float, verdict: set[str]) -> None:
    track = stick.deadlift(reps=2, pull_s=2.4)
    assert flagged(with_back(track, rising(track, size)), "DL101") == verdict


@pytest.mark.parametrize(("size", "verdict"), [(0, set()), (12, set()), (29, {"warn"}), (45, {"fault"})])
def test_a_back_that_is_rounder_than_the_own(size: float, verdict: set[str]) -> None:
    track = stick.deadlift(reps=2)
    degrees = 20 + natural(track) + size * np.clip((trunk_of(track) - 10) / 20, 0, 1)
    assert flagged(with_back(track, degrees), "DL107") == verdict


@pytest.mark.parametrize(("size", "verdict"), [(0, set()), (-30, {"warn"}), (-45, {"fault"})])
def test_a_back_that_is_over_arched(size: float, verdict: set[str]) -> None:
    track = stick.deadlift(reps=2)
    degrees = 20 + natural(track) + size * np.clip((trunk_of(track) - 10) / 20, 0, 1)
    assert flagged(with_back(track, degrees), "DL108") == verdict


@pytest.mark.parametrize(("size", "verdict"), [(0, set()), (45, {"fault"})])
def test_a_round_back_at_the_bottom_of_a_squat(size: float, verdict: set[str]) -> None:
    track = stick.squat(reps=2, hands="forward")
    trunk = trunk_of(track)
    degrees = 20 + natural(track) + size * np.clip((trunk - 10) / 15, 0, 1)
    assert flagged(with_back(track, degrees), "SQ107") == verdict


@pytest.mark.parametrize(("size", "verdict"), [(0, set()), (30, {"fault"})])
def test_a_squat_that_rounds_on_the_way_up(size: float, verdict: set[str]) -> None:
    track = stick.squat(reps=2, hands="forward", hips_shoot_up=0)
    turn = [c.turn_s for c in examine(track).report.counted]
    since = np.min([np.where(track.times_s >= t, track.times_s - t, 99) for t in turn if t], axis=0)
    degrees = 20 + natural(track) + size * ((since > 0.12) & (since < 0.9))
    assert flagged(with_back(track, degrees), "SQ106") == verdict


@pytest.mark.parametrize(("size", "verdict"), [(0, set()), (45, {"fault"})])
def test_a_row_with_a_round_back(size: float, verdict: set[str]) -> None:
    track = stick.row(reps=2)
    degrees = 20 + natural(track) + size * np.clip((trunk_of(track) - 20) / 20, 0, 1)
    assert flagged(with_back(track, degrees), "RW107") == verdict


@pytest.mark.parametrize(("size", "verdict"), [(0, set()), (30, {"fault"})])
def test_a_row_whose_back_gives_way(size: float, verdict: set[str]) -> None:
    track = stick.row(reps=3)
    middle = examine(track).report.counted[1].start_s
    degrees = 20 + natural(track) + size * np.clip((track.times_s - middle - 0.6) / 0.5, 0, 1)
    assert flagged(with_back(track, degrees), "RW108") == verdict


@pytest.mark.parametrize(("code", "reading", "size"), [("PL107", "lumbar", -30), ("PL108", "whole", 30)])
def test_a_plank_whose_back_changes(code: str, reading: str, size: float) -> None:
    track = stick.plank()
    late = np.clip((track.times_s - 6) / 1.0, 0, 1)
    assert flagged(with_back(track, 5 + 0 * late, reading=reading), code) == set()
    assert flagged(with_back(track, 5 + size * late, reading=reading), code) == {"fault"}


def toe_touch() -> PoseTrack:
    """A slow toe-touch on straight legs, hands at the feet."""
    path = stick.Path().then("stand", 1.2, 0).then("bend", 2.0, 1).then("hold", 0.6, 1).then("rise", 2.0, 0)
    t = stick.Film().times(path.then("stand", 1.5, 0).seconds)
    u = path.read(t).u
    figure = stick.stand_on(*(a + (b - a) * u for a, b in zip(stick.STANDING, (2, 6, 112), strict=True)))
    feet = np.array([0.08, 0.02])
    return stick.reach_to(figure, figure.hip * 0 + feet + (1 - u[:, None]) * [0.0, 0.35]).filmed(t)


def touching(then: PoseTrack) -> PoseTrack:
    """A toe-touch, and a set after it."""
    return joined(toe_touch(), then)


def bent(track: PoseTrack, share: float) -> np.ndarray:
    """Flexion of 80 degrees in the toe-touch, and of a share of it in the set."""
    trunk = trunk_of(track)
    full = track.times_s < 7.0
    return 20 + 80 * np.where(full, np.clip(trunk / 100, 0, 1), share * np.clip((trunk - 8) / 15, 0, 1))


SETS = {
    "DL109": lambda: stick.deadlift(reps=2),
    "SQ109": lambda: stick.squat(reps=2, hands="forward"),
    "RW109": lambda: stick.row(reps=2),
}


@pytest.mark.parametrize("code", SETS)
@pytest.mark.parametrize(
    ("share", "verdict"), [(0.5, set()), (0.65, set()), (0.82, {"warn"}), (1.0, {"fault"})]
)
def test_a_back_near_its_own_full_bend(code: str, share: float, verdict: set[str]) -> None:
    track = touching(SETS[code]())
    assert flagged(with_back(track, bent(track, share)), code) == verdict


def test_the_toe_touch_is_measured_and_not_counted() -> None:
    for make in SETS.values():
        alone, track = make(), touching(make())
        assert len(examine(track).report.counted) == len(examine(alone).report.counted)
        calibration = calibrate(with_back(track, bent(track, 0.5)))
        assert calibration is not None
        assert calibration.back.toe_touch_s == pytest.approx((1.9, 5.2), abs=0.6)
        full = calibration.reference.back.full_bend
        assert full is not None
        assert full.range_deg == pytest.approx(80, abs=6)


def test_why_the_share_of_the_full_bend_is_not_known() -> None:
    plain = stick.deadlift(reps=1)
    track = touching(plain)
    deep = trunk_of(track) > 90
    cases = {
        "no slow toe-touch": with_back(plain, 20.0),
        "hardly reads rounder": with_back(track, 20.0),
        "not seen at the bottom": with_back(track, bent(track, 0.5), hidden=deep),
    }
    for words, spoilt in cases.items():
        report = examine(spoilt, Options(select=("DL109",))).report
        assert not report.faults
        assert words in " ".join(u.why for u in report.unseen), words


def test_a_stiff_legged_deadlift_is_no_toe_touch_but_can_be_called_one() -> None:
    track = stick.romanian(reps=3)
    track = with_back(track, 10 + 0.9 * trunk_of(track))
    plain, told = calibrate(track), calibrate(track, None, (1.0, 5.0))
    assert plain is not None
    assert told is not None
    assert plain.back.toe_touch_s is None
    assert told.reference.back.full_bend is not None
    assert len(examine(track, Options(toe_touch_s=(1.0, 5.0))).report.counted) == 2


ROUND = {
    "from the floor": ("conventional", lambda: stick.deadlift(reps=2)),
    "from the top": ("romanian", lambda: stick.romanian(reps=2)),
}


@pytest.mark.parametrize("name", ROUND)
@pytest.mark.parametrize(("size", "codes"), [(0.0, set()), (80.0, {"DL107"})])
def test_a_round_back_is_told_in_the_rep_it_is_in(name: str, size: float, codes: set[str]) -> None:
    variant, build = ROUND[name]
    track = build()
    track = with_back(track, natural(track) + size * (trunk_of(track) > 30))
    calibration = calibrate(track)
    assert calibration is not None
    live = Analysis(EXERCISES["deadlift"], calibration, Options(select=("DL107",)), variant)
    told: dict[int, float] = {}
    for pose in track:
        live.push(pose)
        for finding in live.peek():
            told.setdefault(finding.segment, pose.time_s)
    live.close()
    assert {f.code for f in live.findings} == codes
    assert set(told) == {f.segment for f in live.findings}, "nothing said is taken back"
    for cut in (s for s in live.segments if s.index in told):
        assert cut.end is not None
        assert told[cut.index] < cut.times_s[cut.end]


def test_butt_wink_is_a_possibility_never_a_fault() -> None:
    track = stick.squat(reps=2, hands="forward")
    deep = np.array([c.turn_s for c in examine(track).report.counted])
    near = np.abs(track.times_s[:, None] - deep).min(axis=1)
    tucked = np.clip((0.35 - near) / 0.2, 0, 1)
    still = with_back(track, 20.0, reading="lumbar")
    assert flagged(still, "SQ108") == set()
    assert flagged(with_back(track, 20.0 + 70 * tucked, reading="lumbar"), "SQ108") == {"warn"}


def test_every_fault_of_the_outline_is_tested_here() -> None:
    declared = {f.code for e in EXERCISES.values() for f in e.faults if f.signals & OUTLINE_SIGNALS}
    here = Path(__file__).read_text(encoding="utf-8")
    assert {code for code in declared if f'"{code}"' not in here} == set()


# ---- gates and words --------------------------------------------------------------------------------


def report_of(track: PoseTrack) -> Report:
    return examine(track, Options(exercise="deadlift", select=("DL101", "DL107"))).report


def test_why_it_was_not_judged() -> None:
    track = stick.deadlift(reps=1)
    reasons = {
        "no outline": (track, "no outline of the back"),
        "arm": (with_back(track, 20.0, hidden=True), "arm is in front"),
        "blurred": (with_back(track, 20.0, width=0.06), "blurred"),
        "turned": (with_back(stick.deadlift(reps=1, yaw=40), 20.0), "film square from the side"),
    }
    for name, (spoilt, words) in reasons.items():
        report = report_of(spoilt)
        assert {u.code for u in report.unseen} == {"DL101", "DL107"}, name
        assert all(words in u.why for u in report.unseen), (name, report.unseen)
        assert not report.faults


def test_a_squat_is_never_compared_with_what_is_usual() -> None:
    track = stick.squat(reps=1)
    unknown = with_back(track, 90.0, hidden=trunk_of(track) < 25)  # nothing is seen of the back in standing
    report = examine(unknown, Options(exercise="squat", select=("SQ107",))).report
    assert not report.faults
    assert any("nothing to compare" in u.why for u in report.unseen)


def test_a_reading_carries_its_error_and_a_flag_needs_more() -> None:
    track = stick.deadlift(reps=1)
    [finding] = report_of(with_back(track, 20 + natural(track) + 40 * (trunk_of(track) > 30))).faults
    assert finding.code == "DL107"
    assert finding.error > 5
    assert finding.value - finding.limit > finding.error


def test_the_report_says_what_the_back_was_compared_with() -> None:
    track = stick.deadlift(reps=1)
    seen = text(report_of(with_back(track, 20 + natural(track))))
    assert "compared with your own standing" in seen
    assert "Back (± " in seen
    assert "Back (" not in text(report_of(track)), "nothing was compared without an outline"


def test_a_mirrored_lifter_gets_the_same_verdict() -> None:
    values = []
    for facing in (1, -1):
        track = stick.deadlift(reps=1, facing=facing, noise=0.0)
        [finding] = report_of(with_back(track, 20 + natural(track) + 40 * (trunk_of(track) > 30))).faults
        values.append(finding.value)
    assert values[0] == pytest.approx(values[1], abs=0.5)


def test_what_is_said_claims_no_health() -> None:
    from formcheck.manual import every_fault

    for code, fault in every_fault().items():
        words = " ".join(str(getattr(fault, k)) for k in ("see", "why", "cue", "title")).lower()
        assert "neutral spine" not in words, code
        assert "safe" not in words, code


def test_old_tracks_are_judged_without_the_back() -> None:
    track = replace(with_back(stick.deadlift(reps=2), 20.0), back=None)
    report = examine(track).report
    assert len(report.counted) == 2
    assert any("no outline" in u.why for u in report.unseen)


# ---- the unloaded hinge in a set --------------------------------------------------------------------


def joined(first: PoseTrack, second: PoseTrack) -> PoseTrack:
    """One track after the other, as one take."""
    shift = first.times_s[-1] + 1 / 30 - second.times_s[0]
    poses = [*first, *(replace(p, time_s=p.time_s + shift) for p in second)]
    return PoseTrack.stack(poses, first.meta)


def test_the_hinge_is_measured_and_not_counted() -> None:
    track = joined(hinging(), stick.romanian(reps=2))
    own = 25 + 0.4 * trunk_of(track)
    loaded = own + 35 * (track.times_s > hinging().times_s[-1] + 0.5) * (trunk_of(track) > 30)
    report = examine(with_back(track, loaded)).report
    assert len(report.counted) == 2
    assert {f.segment for f in report.faults if f.code == "DL107"} == {c.index for c in report.counted}
    assert not [f for f in examine(with_back(track, own)).report.faults if f.code == "DL107"]


def test_a_hinge_that_is_told_is_not_counted_either() -> None:
    track = stick.romanian(reps=3)
    track = with_back(track, 10 + 0.5 * trunk_of(track))
    assert len(examine(track).report.counted) == 3
    assert len(examine(track, Options(hinge_s=(1.0, 5.0))).report.counted) == 2
