"""All views of a set in one folder, whole or not at all.

Everything is made in a hidden folder inside the target and moved into place at the end, file by file; an
interrupt or an error removes the hidden folder and leaves what was there before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from formcheck.analysis import Examination
from formcheck.errors import OutputError
from formcheck.files import hidden_folder
from formcheck.pose import PoseTrack
from formcheck.report import Finding
from formcheck.views import html, motion, tables, webvtt

FILES = (
    "report.json", "pose.npz", "report.html", "faults.vtt", "signals.csv", "findings.csv", "segments.csv",
    "motion.trc", "motion.mot",
)  # fmt: skip
"""What every folder gets; overlay.mp4 comes on top where there is a video."""

OVERLAY = "overlay.mp4"
Progress = Callable[[float], None]


def prepare(folder: Path) -> None:
    """See that the folder can be written, or made, before any long work. Raises OutputError."""
    place = next((p for p in (folder, *folder.absolute().parents) if p.exists()), folder)
    try:
        with hidden_folder(place):
            pass
    except OSError as e:
        raise OutputError(f"Cannot write into {folder} ({e.strerror}); choose another folder with -o.") from e


def key_frames(
    video: Path | None, track: PoseTrack, examination: Examination, *, hide_faces: bool = False
) -> dict[Finding, bytes]:
    """A JPEG for each finding of the lifting, with the judged angle drawn. Decodes the video once.

    video: None draws on blank ground; hide_faces: make the lifter's head unrecognisable.
    """
    if not examination.report.faults:
        return {}
    from formcheck.views import overlay

    faults = examination.report.faults
    pictures = overlay.key_frames(video, track, examination, faults, hide_faces=hide_faces)
    return {finding: overlay.jpeg(picture) for finding, picture in pictures}


def write_folder(
    folder: Path,
    track: PoseTrack,
    examination: Examination,
    *,
    frames: Mapping[Finding, bytes] | None = None,
    overlay_of: Path | None = None,
    height_m: float | None = None,
    progress: Progress | None = None,
    hide_faces: bool = False,
) -> list[Path]:
    """Write every view; returns the paths. overlay_of: the video to draw on, None for no overlay.mp4."""
    prepare(folder)
    with _hidden(folder) as workshop:
        _write_views(workshop, track, examination, frames or {}, height_m)
        if overlay_of is not None:
            from formcheck.views.overlay import write_overlay

            made = workshop / OVERLAY
            write_overlay(overlay_of, track, examination, made, progress, hide_faces=hide_faces)
        return _moved(workshop, folder)


def _write_views(
    folder: Path,
    track: PoseTrack,
    examination: Examination,
    frames: Mapping[Finding, bytes],
    height_m: float | None,
) -> None:
    report, signals = examination.report, examination.signals
    report.save(folder / "report.json")
    track.save(folder / "pose.npz")
    texts: dict[str, Callable[[], Iterable[str]]] = {
        "report.html": lambda: (html.page(report, signals, frames),),
        "faults.vtt": lambda: (webvtt.captions(report),),
        "signals.csv": lambda: tables.signals_csv(signals),
        "findings.csv": lambda: tables.findings_csv(report),
        "segments.csv": lambda: tables.segments_csv(report),
        "motion.trc": lambda: motion.trc(track, height_m),
        "motion.mot": lambda: motion.mot(track),
    }
    for name, lines in texts.items():
        with (folder / name).open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(lines())  # line by line: those of an hour together take hundreds of megabytes


@contextmanager
def _hidden(folder: Path) -> Iterator[Path]:
    """A hidden folder inside the target, gone afterwards whatever happens; a target left empty goes too."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with hidden_folder(folder) as workshop:
            yield workshop
    except (OSError, OutputError) as e:
        cause = e if isinstance(e, OSError) else e.__cause__
        why = getattr(cause, "strerror", None) or e
        raise OutputError(f"Cannot write into {folder} ({why}); free some disk space and try again.") from e
    finally:
        with suppress(OSError):  # what is in it stays
            folder.rmdir()


def _moved(workshop: Path, folder: Path) -> list[Path]:
    """Put every finished file into place."""
    return [made.replace(folder / made.name) for made in sorted(workshop.iterdir())]
