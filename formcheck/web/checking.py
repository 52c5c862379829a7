"""From an uploaded video to everything the page shows and offers; the video itself is not kept.

The analysis works in a temporary folder of its own, which is gone when it ends, fails or is interrupted.
What stays is in memory, with the session, and goes with it.
"""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from formcheck import model_bundle
from formcheck.analysis import examine
from formcheck.estimator import track_of
from formcheck.options import Options
from formcheck.report import Finding, Report
from formcheck.views import folder

SUFFIXES = (".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm")
WATCHING = 0.8  # share of the time that goes into finding the poses, for the progress bar
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Checked:
    """One set: the report, a key frame (JPEG) for each finding, every file of `formcheck check -o`."""

    report: Report
    frames: Mapping[Finding, bytes]
    files: Mapping[str, bytes]

    @property
    def archive(self) -> bytes:
        """All files as a .zip."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in self.files.items():
                archive.writestr(name, data)
        return out.getvalue()


def check(video: BinaryIO, name: str, options: Options, progress: Progress) -> Checked:
    """Check one video. name: as the user knows it. Raises FormcheckError with a sentence for the user."""
    with tempfile.TemporaryDirectory(prefix="formcheck-") as workshop:
        suffix = Path(name).suffix.lower()
        path = Path(workshop) / f"set{suffix if suffix in SUFFIXES else '.mp4'}"
        with path.open("wb") as copy:
            shutil.copyfileobj(video, copy)
        track = track_of(
            path,
            model=model_bundle.ready(None, lambda line: progress(0.0, line)),
            progress=lambda share: progress(WATCHING * share, "Watching the video"),
        )
        examination = examine(track, options, Path(name).name)
        frames = folder.key_frames(path, track, examination)
        files = folder.write_folder(
            Path(workshop) / "out",
            track,
            examination,
            frames=frames,
            overlay_of=path,
            height_m=options.height_m,
            progress=lambda share: progress(WATCHING + (1 - WATCHING) * share, "Drawing the overlay"),
        )
        return Checked(examination.report, frames, {file.name: file.read_bytes() for file in files})
