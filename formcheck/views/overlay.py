"""The set as a video with the skeleton, the angle that matters, rep and phase, and each flag while it lasts.

+-------------------------+
|   video with skeleton   |     Nothing is written over the picture but the value of the angle: rep,
|   and the angle         |     phase, time and flag stand in a strip below it, so feet and heels
+-------------------------+     stay in sight.
| Rep 2 · up [===] 0:04.3 |     The bar is the load on the low back, against the set's highest.
| Hips shoot up first 14° |
+-------------------------+
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.ahead import ahead
from formcheck.analysis import Examination
from formcheck.body import Reference
from formcheck.manual import documented
from formcheck.pose import PoseTrack
from formcheck.report import Cut, Finding, Report
from formcheck.signals import SIGNALS
from formcheck.sink import QUICK, VideoSink
from formcheck.video import Frame, VideoFile
from formcheck.views import drawing
from formcheck.views.back_edge import edges, judged_spans, reads_outline
from formcheck.views.drawing import Canvas, Image
from formcheck.views.faces import Faces
from formcheck.views.groups import against
from formcheck.views.judged import MAIN, angles, signal_of
from formcheck.views.plots import LOAD_CURVES
from formcheck.views.references import references
from formcheck.words import clock, readable, with_unit

EVERY_S = 1 / 31  # up to 30 pictures a second: more show no flag better, and cost time
LONG_SIDE = 1280  # most pixels of the video part: full quality on a phone, quick to encode
AHEAD = 4  # frames decoded, and drawn, before they are wanted
FLAG_S = 1.0  # a flag stays at least this long so that it can be read (engineering choice)
SAME_FRAME_S = 0.1  # a pose farther than this from a frame is not drawn on it
TEXT_SHARE = 0.032  # of the width: still readable where a phone shows the picture 390 points wide
SAME_VALUE = 0.2  # a number this much off the judged one, as a share of it, is another quantity
STRIP_LINES = 3.4  # height of the strip in heights of its text
GAUGE_TEXTS = 4  # length of the gauge of the low back, in heights of the text
KEY_SIDE = 640  # longer side of a key frame, pixels
KEY_TEXT = 32  # pixels; key frames are shown small, several in a row
KEY_ROOM = 0.12  # around the lifter in a key frame, share of the lifter's size


@dataclass(frozen=True)
class Scene:
    """What is to be drawn when: the track, the signals and the report of one examined video.

    back_s: from when to when the outline of the back was judged; faces: where to hide the head, if at all.
    """

    track: PoseTrack
    examination: Examination
    references: tuple[Reference | None, ...]
    back_s: tuple[tuple[float, float], ...] = ()
    faces: Faces | None = None

    @staticmethod
    def of(track: PoseTrack, examination: Examination, *, hide_faces: bool = False) -> Scene:
        """The scene of a video. Each take has its own reference."""
        report, faces = examination.report, Faces.of(track) if hide_faces else None
        spans = judged_spans(report)
        return Scene(track, examination, references(track, report.made_with), spans, faces)

    def ground(self, frame: Frame) -> Image:
        """What is drawn on: the picture, with the head hidden if that is wanted."""
        return frame.image if self.faces is None else self.faces.hidden(frame.image, frame.time_s)

    @property
    def report(self) -> Report:
        """The report of the video."""
        return self.examination.report

    def row(self, time_s: float) -> int | None:
        """The frame of the track at a time, None when there is none near."""
        times = self.track.times_s
        i = int(np.searchsorted(times, time_s))
        sides = [k for k in (i - 1, i) if 0 <= k < len(times) and abs(times[k] - time_s) <= SAME_FRAME_S]
        return min(sides, key=lambda k: abs(times[k] - time_s), default=None)

    def flag(self, time_s: float) -> Finding | None:
        """The worst finding of the lifting that is shown at a time."""
        now = [f for f in self.report.faults if f.start_s <= time_s <= max(f.end_s, f.start_s + FLAG_S)]
        return max(now, key=lambda f: (f.verdict == "fault", f.severity, f.start_s), default=None)

    def low_back(self, time_s: float) -> tuple[float, str] | None:
        """Moment on the low back at a time: share of the set's highest, and in words; None if not known."""
        values = self.examination.signals.values
        name = next((n for n in LOAD_CURVES if n in values), "")
        row = self.row(time_s)
        if not name or row is None or not np.isfinite(values[name][row]):
            return None
        now, most = max(float(values[name][row]), 0.0), float(np.nanmax(values[name]))
        unit = LOAD_CURVES[name][1]
        return (now / most if most > 0 else 0.0), f"{now:.0f} {unit}"

    def draw(self, canvas: Canvas, row: int, flag: Finding | None) -> None:
        """Skeleton of one frame of the track, and the angle that the flag is about, or else the main one."""
        pose, reference = self.track[row], self.references[row]
        drawing.skeleton(canvas, pose, reference)
        if reference is None:
            return
        exercise = self.report.exercise
        seen_from_side = reference.near != "both"
        signal = signal_of(flag, exercise) if flag else MAIN.get(exercise, "") if seen_from_side else ""
        colour = drawing.VERDICT_COLOUR[flag.verdict if flag else ""]
        about_back = flag is not None and reads_outline(flag)
        for i, angle in enumerate([] if about_back else angles(signal, pose, reference)):
            drawing.angle(canvas, angle, self._value(signal, pose.time_s, flag) if i == 0 else "", colour)
        judged_now = any(start <= pose.time_s <= end for start, end in self.back_s)
        if judged_now and (both := edges(pose, reference)):
            drawing.back_edges(canvas, both, colour if about_back else drawing.CALM)

    def _value(self, signal: str, time_s: float, flag: Finding | None) -> str:
        """The signal as words; while a flag is shown only where it is the number that was judged.

        A fault may judge the change since an event: then the angle itself would contradict the flag.
        """
        table = self.examination.signals
        if signal not in table.values:
            return ""
        value = float(table.values[signal][int(np.abs(table.times_s - time_s).argmin())])
        other = flag is not None and abs(value - flag.value) > SAME_VALUE * max(abs(flag.value), 1.0)
        return "" if other or not np.isfinite(value) else with_unit(value, SIGNALS[signal].unit)


def write_overlay(
    video: Path,
    track: PoseTrack,
    examination: Examination,
    path: Path,
    progress: Callable[[float], None] | None = None,
    *,
    hide_faces: bool = False,
) -> None:
    """Draw on the stretch of the video that the track covers, and write an H.264 .mp4 that starts at 0.

    Decoding, drawing and encoding run side by side.
    Raises VideoError when the video cannot be decoded, OutputError when the file cannot be written.
    """
    scene = Scene.of(track, examination, hide_faces=hide_faces)
    start_s, end_s = float(track.times_s[0]), float(track.times_s[-1])
    first_s: float | None = None
    with (
        VideoFile(video, start_s - SAME_FRAME_S, end_s + SAME_FRAME_S, LONG_SIDE, EVERY_S) as opened,
        VideoSink(path, QUICK) as sink,
        ahead(opened, AHEAD) as frames,
        ahead(((f.time_s, overlaid(scene.ground(f), f.time_s, scene)) for f in frames), AHEAD) as pictures,
    ):
        for time_s, picture in pictures:
            first_s = time_s if first_s is None else first_s
            sink.write(picture, time_s - first_s)
            if progress is not None and end_s > start_s:
                progress((time_s - start_s) / (end_s - start_s))


def overlaid(image: Image, time_s: float, scene: Scene) -> Image:
    """One frame with skeleton and angle, and the strip below it: a new picture."""
    height, width = image.shape[:2]
    size = max(12, round(TEXT_SHARE * width))
    strip = round(STRIP_LINES * size)
    out = np.empty((height + strip + (height + strip) % 2, width, 3), dtype=np.uint8)
    out[:height], out[height:] = image, drawing.DARK
    canvas = Canvas(out[:height], height / scene.track.size[1], scene.track.size[1], size)
    row, flag = scene.row(time_s), scene.flag(time_s)
    if row is not None:
        scene.draw(canvas, row, flag)
    gauge = scene.low_back(time_s)
    _strip(out[height:], status(scene.report, time_s), clock(time_s), flag, size, gauge)
    return out


def status(report: Report, time_s: float) -> str:
    """Rep and phase at a moment: Rep 2 of 5 · up."""
    total = len(report.counted)
    now = next((c for c in report.segments if c.start_s <= time_s <= c.end_s), None)
    if now is not None:
        now_in = (p.name for p in now.phases if p.start_s <= time_s <= p.end_s and p.name != now.kind)
        phase = next(now_in, "")
        return " · ".join(w for w in (_label(report, now, time_s, total), readable(phase)) if w)
    done = sum(c.end_s <= time_s for c in report.counted)
    reps = any(c.kind == "rep" for c in report.counted)
    return f"Rep {done} of {total}" if reps else ""


def key_frames(
    video: Path | None,
    track: PoseTrack,
    examination: Examination,
    findings: Iterable[Finding],
    *,
    hide_faces: bool = False,
) -> Iterator[tuple[Finding, Image]]:
    """For each finding the frame in its middle, cut out around the lifter, with the judged angle drawn.

    As they come in the video, so that an hour of them need not be held. Without a video the skeleton stands
    on blank ground.
    """
    scene = Scene.of(track, examination, hide_faces=hide_faces)
    about: dict[int, list[Finding]] = {}
    for finding in findings:
        if (row := scene.row((finding.start_s + finding.end_s) / 2)) is not None:
            about.setdefault(row, []).append(finding)
    rows = sorted(about)
    for row, picture in _pictures(video, scene, rows) if video else _blank(scene, rows):
        for finding in about[row]:
            yield finding, _key_frame(picture, row, finding, scene)


def jpeg(image: Image, quality: int = 82) -> bytes:
    """An RGB picture as JPEG."""
    _, data = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(data)


# ---- parts ------------------------------------------------------------------------------------------


def _strip(
    strip: Image, words: str, time: str, flag: Finding | None, size: int, gauge: tuple[float, str] | None
) -> None:
    """Status, gauge and time on the first line, the flag on the second; drawn in place."""
    width, room = strip.shape[1], size // 2
    first, second = round(1.35 * size), round(2.75 * size)
    drawing.text(strip, words, (room, first), size, drawing.WHITE, 700)
    right = width - room - drawing.text_width(time, size)
    drawing.text(strip, time, (right, first), size, drawing.FAR)
    if gauge is not None:
        left = 2 * room + drawing.text_width(words, size, 700)
        _gauge(strip, *gauge, (left, right - 2 * room), first, size)
    if flag is not None:
        colour = drawing.VERDICT_COLOUR[flag.verdict]
        cv2.rectangle(strip, (0, round(1.7 * size)), (room // 2, strip.shape[0]), colour, -1)
        said = f"{documented(flag.code, flag).title}: {against(flag)}"
        fitted = drawing.fitting(said, size, width - 2 * room, 600)
        drawing.text(strip, fitted, (room, second), size, colour, 600)


def _gauge(strip: Image, share: float, words: str, between: tuple[int, int], base: int, size: int) -> None:
    """The load on the low back as a bar with its value, at the right of the room; left out if narrow."""
    left, right = between
    label, long = "low back", GAUGE_TEXTS * size
    told, said = drawing.text_width(words, size), drawing.text_width(label, size)
    bar = right - told - size // 2 - long
    if bar < left:
        return
    top, bottom = base - round(0.7 * size), base
    cv2.rectangle(strip, (bar, top), (bar + long, bottom), drawing.FAR, 1)
    cv2.rectangle(strip, (bar, top), (bar + round(min(share, 1.0) * long), bottom), drawing.CALM, -1)
    drawing.text(strip, words, (right - told, base), size, drawing.WHITE)
    if bar - said - size // 2 >= left:
        drawing.text(strip, label, (bar - said - size // 2, base), size, drawing.FAR)


def _label(report: Report, cut: Cut, time_s: float, total: int) -> str:
    if cut.kind == "hold":
        return f"Hold {time_s - cut.start_s:.0f} s"
    if not cut.counted:
        return "Not counted"
    return f"Rep {report.counted.index(cut) + 1} of {total}"


def _pictures(video: Path, scene: Scene, rows: Sequence[int]) -> Iterator[tuple[int, Image]]:
    """Each of the rows of the track, ascending, with the video frame nearest to it, if one is near."""
    times = scene.track.times_s[list(rows)]
    if not len(times):
        return

    def near(time_s: float) -> bool:
        return bool(_beside(times, time_s))

    waiting: dict[int, Frame] = {}
    with VideoFile(
        video, times[0] - SAME_FRAME_S, times[-1] + SAME_FRAME_S, LONG_SIDE, wanted=near
    ) as frames:
        for frame in frames:
            for i in [i for i in waiting if times[i] < frame.time_s - SAME_FRAME_S]:
                yield rows[i], scene.ground(waiting.pop(i))
            for i in _beside(times, frame.time_s):
                if i not in waiting or abs(frame.time_s - times[i]) < abs(waiting[i].time_s - times[i]):
                    waiting[i] = frame
    yield from ((rows[i], scene.ground(frame)) for i, frame in waiting.items())


def _beside(times: NDArray[np.float64], time_s: float) -> range:
    """Which of some ascending times are so near that one frame shows them."""
    first = np.searchsorted(times, time_s - SAME_FRAME_S, "left")
    return range(int(first), int(np.searchsorted(times, time_s + SAME_FRAME_S, "right")))


def _blank(scene: Scene, rows: Iterable[int]) -> Iterator[tuple[int, Image]]:
    """Blank ground of the size of the video for each of the rows."""
    width, height = scene.track.size
    scale = min(1.0, LONG_SIDE / max(width, height))
    shape = (max(1, round(scale * height)), max(1, round(scale * width)), 3)
    yield from ((row, np.full(shape, drawing.DARK, dtype=np.uint8)) for row in rows)


def _key_frame(image: Image, row: int, finding: Finding, scene: Scene) -> Image:
    """A cut-out around the lifter, at most KEY_SIDE long, with skeleton and angle."""
    pose, (width, height) = scene.track[row], scene.track.size
    reference = scene.references[row]
    both = edges(pose, reference) if reference and reads_outline(finding) else None
    points = pose.points[:, :2] if both is None else np.concatenate([pose.points[:, :2], both.measured])
    left, top, right, bottom = _around(points, width, height)
    shown = image.shape[1] / width
    part = image[round(top * shown) : round(bottom * shown), round(left * shown) : round(right * shown)]
    scale = KEY_SIDE / max(right - left, bottom - top)
    size = (max(2, round((right - left) * scale)), max(2, round((bottom - top) * scale)))
    smooth = cv2.INTER_AREA if scale < shown else cv2.INTER_CUBIC
    enlarged = np.ascontiguousarray(cv2.resize(part, size, interpolation=smooth), dtype=np.uint8)
    scene.draw(Canvas(enlarged, scale, height, KEY_TEXT, left, top), row, finding)
    return enlarged


def _around(points: NDArray[np.float64], width: int, height: int) -> tuple[float, float, float, float]:
    """left, top, right, bottom (video pixels, y down) of a box around points, with some room."""
    x, y = points[:, 0], height - points[:, 1]
    if not np.isfinite(x).any():
        return 0.0, 0.0, float(width), float(height)
    room = KEY_ROOM * max(float(np.nanmax(x) - np.nanmin(x)), float(np.nanmax(y) - np.nanmin(y)))
    left, right = np.clip([np.nanmin(x) - room, np.nanmax(x) + room], 0, width)
    top, bottom = np.clip([np.nanmin(y) - room, np.nanmax(y) + room], 0, height)
    return float(left), float(top), float(right), float(bottom)
