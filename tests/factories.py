"""Made-up tracks, signals and reports for the tests of the views, the command line and the app."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from formcheck.exercises import EXERCISES
from formcheck.pose import JOINTS, J, PoseTrack
from formcheck.report import Cut, Finding, Load, LoadUnseen, Phase, Price, Report, SegmentLoad, Unseen
from formcheck.signals import SignalTable

SIZE = (400, 600)
STANDING = {
    "nose": (215, 540), "ear": (205, 540), "shoulder": (200, 480), "elbow": (205, 410), "wrist": (225, 350),
    "index": (232, 335), "pinky": (228, 333), "thumb": (230, 340), "hip": (200, 310), "knee": (205, 180),
    "ankle": (200, 50), "heel": (185, 32), "foot": (250, 30),
}  # fmt: skip
"""Joints of a lifter who faces right, side on, in pixels with y up."""

FAULT = EXERCISES["squat"].faults[0]


@dataclass(frozen=True)
class Examined:
    """What `examine` returns, as far as the views read it."""

    report: Report
    signals: SignalTable


def squatting(seconds: float = 6.0, fps: float = 30.0, reps: int = 2) -> PoseTrack:
    """A track of a jointed figure that goes down and up."""
    times = np.arange(0, seconds, 1 / fps)
    depth = 0.5 - 0.5 * np.cos(2 * np.pi * reps * times / seconds)
    points = np.zeros((len(times), len(JOINTS), 3))
    for name, i in J.items():
        base = name.removeprefix("left_").removeprefix("right_")
        x, y = STANDING.get(base, STANDING["nose"])
        drop = {"hip": 110, "knee": 10}.get(base, 0 if base in ("ankle", "heel", "foot") else 110)
        lean = {"hip": -70, "knee": 50}.get(base, 0 if base in ("ankle", "heel", "foot") else 20)
        points[:, i, 0] = x + lean * depth + (3 if name.startswith("left") else -3)
        points[:, i, 1] = y - drop * depth
    seen = np.full((len(times), len(JOINTS)), 0.95)
    one = np.ones(len(times))
    return PoseTrack(times, points, seen, one, 0.5 * one, 0 * one, SIZE, {"source": "squat.mp4"})


def signals(seconds: float = 6.0, fps: float = 30.0) -> SignalTable:
    """Two reps of every signal that the squat reads, with a gap in the trunk."""
    times = np.arange(0, seconds, 1 / fps)
    wave = 0.5 - 0.5 * np.cos(2 * np.pi * 2 * times / seconds)
    values = {name: 10 + 40 * wave for name in sorted(EXERCISES["squat"].signals)}
    values["trunk_inclination"] = np.where((times > 0.2) & (times < 0.4), np.nan, 5 + 40 * wave)
    segment = np.where(times < seconds / 2, 0, 1)
    return SignalTable(times, values, np.where(wave > 0.9, "bottom", "descent"), segment)


def cut(index: int, start_s: float, *, counted: bool = True, note: str = "") -> Cut:
    """A rep of three seconds."""
    phases = (
        Phase("descent", start_s, start_s + 1.2),
        Phase("bottom", start_s + 1.2, start_s + 1.8),
        Phase("ascent", start_s + 1.8, start_s + 3),
    )
    return Cut("rep", index, counted, start_s, start_s + 1.5, start_s + 3, phases, {"depth_deg": -4.2}, note)


def finding(
    segment: int | None = 0, code: str = FAULT.code, verdict: str = "fault", **changes: object
) -> Finding:
    """A finding of the first squat fault."""
    fields = {
        "code": code, "name": FAULT.name, "verdict": verdict, "severity": FAULT.severity, "segment": segment,
        "value": 14.2, "limit": 12.0, "unit": "deg", "start_s": 2.0, "end_s": 2.2,
        "cue": FAULT.cue, "confidence": 0.9,
    }  # fmt: skip
    return Finding(**{**fields, **changes})  # type: ignore[arg-type]


def report(*findings: Finding, **changes: object) -> Report:
    """A report of two squats with the given findings."""
    fields = {
        "source": "squat.mp4", "exercise": "squat", "variant": "", "exercise_confidence": 0.97,
        "view": "side", "yaw_deg": 4.0, "segments": (cut(0, 0.0), cut(1, 3.0)), "findings": findings,
        "unseen": (Unseen(EXERCISES["squat"].faults[-1].code, "filmed from the side; film from the front"),),
        "measures": {"velocity_loss_pct": 12.0}, "coverage": {"frames": 1.0},
        "made_with": {"formcheck": "0.1.0"},
    }  # fmt: skip
    return Report(**{**fields, **changes})  # type: ignore[arg-type]


def load(*, absolute: bool = True) -> Load:
    """The low back in the two squats of `report`: the first with a price, the second not computed."""
    rep = SegmentLoad(
        segment=0, peak_s=1.4, percent_of_lowest=112.4, moment_nm=261.3, moment_range_nm=(210.1, 312.9),
        dynamic_moment_nm=291.0, compression_n=(4050.0, 5540.0), compression_range_n=(3710.0, 6120.0),
        dose_nm_s=411.0, hands_share_pct=None,
        prices=(Price(FAULT.code, 2.1, "the trunk as at the bottom", 36.2, 16.1, "notable"),),
    )  # fmt: skip
    if not absolute:
        rep = replace(
            rep, moment_nm=None, moment_range_nm=None, dynamic_moment_nm=None, compression_n=None,
            compression_range_n=None, dose_nm_s=None, prices=(replace(rep.prices[0], moment_nm=None),),
        )  # fmt: skip
    return Load(
        basis="absolute" if absolute else "relative",
        lifter={"height_m": 1.78, "mass_kg": 80.0 if absolute else None, "sex": None, "load_kg": 40.0},
        load_at="high-bar",
        assumed=("For 178 cm and 80 kg.", "The load of 40 kg is high on the back."),
        segments=(rep,),
        dose_nm_s=411.0 if absolute else None,
        unseen=(LoadUnseen("the hands could not be seen in enough frames (covered or cut off)", (1,)),),
    )
