"""The same clips, disturbed: verdicts and counts should stay.

Each disturbance is a function of the decoded frames (RGB, with their times); the result is encoded again and
goes through the whole pipeline, and is compared with the undisturbed clip.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.rendered.clips import Cache, Timed, decoded, digest, shoot, sources
from benchmarks.rendered.matrix import BASES, Case
from formcheck.analysis import examine
from formcheck.report import Report
from synthetic.faults import Faults

Image = NDArray[np.uint8]
GREY = (104, 104, 104)
TICK = Fraction(1, 12800)


@dataclass(frozen=True)
class Disturbance:
    """What is done to the frames, and how hard the result is compressed (x264 CRF)."""

    name: str
    of: Callable[[list[Timed]], list[Timed]]
    crf: int = 22


def each(change: Callable[[Image, np.random.Generator], Image]) -> Callable[[list[Timed]], list[Timed]]:
    """A change of every picture, the same chance every time."""

    def of(frames: list[Timed]) -> list[Timed]:
        rng = np.random.default_rng(5)
        return [(t, np.ascontiguousarray(change(image, rng))) for t, image in frames]

    return of


def padded(image: Image, left: float, right: float, top: float, bottom: float) -> Image:
    """The picture with borders, in shares of its size; minus cuts off."""
    h, w = image.shape[:2]
    x, y = (int(s * w) for s in (left, right)), (int(s * h) for s in (top, bottom))
    (before, after), (above, below) = tuple(x), tuple(y)
    cut = image[max(0, -above) : h - max(0, -below), max(0, -before) : w - max(0, -after)]
    return cv2.copyMakeBorder(
        cut, max(0, above), max(0, below), max(0, before), max(0, after), cv2.BORDER_CONSTANT, value=GREY
    )


def landscape(image: Image) -> Image:
    """With borders left and right, 16 to 9."""
    side = max(0.0, 8 / 9 * image.shape[0] / image.shape[1] - 0.5)
    return padded(image, side, side, 0, 0)


def resized(image: Image, x: float, y: float) -> Image:
    """Scaled across and along."""
    return cv2.resize(image, None, fx=x, fy=y, interpolation=cv2.INTER_AREA)


def noisy(image: Image, rng: np.random.Generator) -> Image:
    """Sensor noise of 14 levels, as in a dark room."""
    return np.clip(image + rng.normal(0, 14, image.shape), 0, 255).astype(np.uint8)


def dropped(frames: list[Timed]) -> list[Timed]:
    """A fifth of the frames missing, at random."""
    rng = np.random.default_rng(5)
    return [f for i, f in enumerate(frames) if i in (0, len(frames) - 1) or rng.random() > 0.2]


DISTURBANCES = (
    Disturbance("encoded again", each(lambda p, _: p)),
    Disturbance("mirrored", each(lambda p, _: p[:, ::-1])),
    Disturbance("lifter at the edge (shifted by a fifth)", each(lambda p, _: padded(p, -0.2, 0.2, 0, 0))),
    Disturbance("half the size", each(lambda p, _: padded(resized(p, 0.5, 0.5), 0.5, 0.5, 0.5, 0.5))),
    Disturbance(
        "landscape 16:9",
        each(lambda p, _: landscape(p)),
    ),
    Disturbance("15 frames a second", lambda frames: frames[::2]),
    Disturbance("a fifth of the frames dropped", dropped),
    Disturbance("compressed hard (CRF 40)", each(lambda p, _: p), crf=40),
    Disturbance("darker (a third of the light)", each(lambda p, _: (p * 0.6).astype(np.uint8))),
    Disturbance("noisier (14 levels)", each(noisy)),
)
RENDERED = ("60 frames a second", "somebody stands behind")
"""Disturbances that the renderer makes."""


@dataclass(frozen=True)
class Trial:
    """A clip and its report, undisturbed and under each disturbance."""

    case: Case
    plain: Report
    reports: dict[str, Report]


def cases() -> list[Case]:
    """A good clip of every exercise and one with a clear fault."""
    clear = {
        "squat": ("SQ101", Faults(hips_shoot_up_deg=24.0)), "deadlift": ("DL104", Faults(lean_back_deg=18.0)),
        "row": ("RW101", Faults(torso_rise_deg=22.0)), "plank": ("PL101", Faults(sag_deg=22.0)),
    }  # fmt: skip
    out = []
    for exercise, base in BASES.items():
        out.append(Case("good", "", replace(base, name=f"{exercise}_robust_good")))
        code, faults = clear[exercise]
        out.append(
            Case("clear fault", "", replace(base, name=f"{exercise}_robust_fault", reps=(faults,)), code)
        )
    return out


def trial(case: Case, cache: Cache) -> Trial:
    """The clip under every disturbance."""
    shot, reports = shoot(case, cache), {}
    frames = list(decoded(shot.video))
    version = digest(sources("benchmarks/rendered/robustness.py"))
    for d in DISTURBANCES:
        video = shot.video.with_name(f"{shot.video.stem}-{digest(d.name.encode())}-{version}.mp4")
        if not video.is_file():
            encoded(video, d.of(frames), d.crf)
        reports[d.name] = examine(cache.poses(video)).report
    camera, room = case.scenario.camera, case.scenario.room
    again = replace(case.scenario, name=case.name + "_60", camera=replace(camera, fps=60.0))
    crowd = replace(case.scenario, name=case.name + "_behind", room=replace(room, people=2))
    for name, scenario in zip(RENDERED, (again, crowd), strict=True):
        reports[name] = examine(shoot(replace(case, scenario=scenario), cache).track).report
    return Trial(case, shot.report, reports)


def encoded(video: Path, frames: list[Timed], crf: int) -> None:
    """Write frames with their own times."""
    height, width = (s - s % 2 for s in frames[0][1].shape[:2])
    work = video.with_suffix(".part")
    with av.open(str(work), "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=60)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = TICK
        stream.options = {"crf": str(crf), "preset": "veryfast", "threads": "1"}
        for time_s, image in frames:
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(image[:height, :width]), format="rgb24")
            picture.pts, picture.time_base = round(time_s / TICK), TICK
            out.mux(stream.encode(picture))
        out.mux(stream.encode())
    work.replace(video)


def changes(trial: Trial, name: str) -> list[str]:
    """In words, what a disturbance changed: exercise, count, warnings and faults that came or went."""
    a, b = trial.plain, trial.reports[name]
    if a.exercise != b.exercise:
        return [f"taken for {b.exercise}"]
    out = [] if len(a.counted) == len(b.counted) else [f"{len(b.counted)} instead of {len(a.counted)}"]
    return out + [f"{code} {x} to {y}" for code, x, y in _moved(a, b) if {x, y} & {"warn", "fault"}]


def sight(trial: Trial, name: str) -> list[str]:
    """Faults that are judged, and found to be in order, only with or only without the disturbance."""
    quiet = [m for m in _moved(trial.plain, trial.reports[name]) if not set(m[1:]) & {"warn", "fault"}]
    return [f"{code} {'no longer' if after == 'unseen' else 'now'} judged" for code, _, after in quiet]


def _moved(a: Report, b: Report) -> list[tuple[str, str, str]]:
    """Code, verdict before, verdict after, where they differ."""
    before, after = _worst(a), _worst(b)
    codes = sorted(set(before) | set(after))
    pairs = [(c, before.get(c, "ok"), after.get(c, "ok")) for c in codes]
    return [p for p in pairs if p[1] != p[2]]


def _worst(report: Report) -> dict[str, str]:
    """Code -> its worst verdict; "unseen" where it was never judged."""
    out = {u.code: "unseen" for u in report.unseen}
    for f in sorted(report.faults, key=lambda f: f.verdict == "fault"):
        out[f.code] = f.verdict
    return out
