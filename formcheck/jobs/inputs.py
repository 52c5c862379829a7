"""What a batch works on: the videos of a folder, or the pose tracks of its reports, to judge them again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from formcheck.errors import ConfigError
from formcheck.jobs.intake import stored_name
from formcheck.jobs.work import TRACK

SUFFIXES = (
    ".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".ts", ".m2ts", ".mts", ".flv", ".mpg", ".mpeg", ".ogv",
    ".3gp",
)  # fmt: skip


class Inputs(Protocol):
    """The files below a folder that are each worth a report, and how they are called."""

    @property
    def job(self) -> str:
        """The kind of job for each."""

    @property
    def looks(self) -> bool:
        """Whether that job looks at a video."""

    @property
    def changed_only(self) -> bool:
        """Whether one that was done is left alone until it changes."""

    def below(self, leave_out: Path) -> list[Path]:
        """All of them but those in a folder to leave out, in order. Raises ConfigError for none."""

    def stored(self, path: Path) -> str:
        """Under which name one is kept in the store. Raises VideoError when it cannot be one."""

    def name(self, path: Path) -> str:
        """What people call it: in the table, and in its report."""

    def folder(self, path: Path) -> str:
        """Where its report goes, below that of all reports."""


@dataclass(frozen=True)
class Videos:
    """Every file that is named like a video."""

    source: Path
    job = "folder"
    looks = True
    changed_only = True

    def below(self, leave_out: Path) -> list[Path]:
        """Every video."""
        named = (path for path in self.source.rglob("*") if path.suffix.lower() in SUFFIXES)
        if found := _shown(self.source, named, leave_out):
            return found
        raise ConfigError(
            f"There is no video in {self.source}; give a folder with MP4, MOV, WebM or MKV files."
        )

    def stored(self, path: Path) -> str:
        """By what is in it."""
        return stored_name(path)

    def name(self, path: Path) -> str:
        """Where it is in the folder."""
        return path.relative_to(self.source).as_posix()

    def folder(self, path: Path) -> str:
        """Like the video without its ending, unless another one would be called the same."""
        relative = path.relative_to(self.source)
        twins = [p for p in path.parent.glob(f"{_escaped(path.stem)}.*") if p.suffix.lower() in SUFFIXES]
        return (relative if len(twins) > 1 else relative.with_suffix("")).as_posix()


@dataclass(frozen=True)
class Tracks:
    """The pose.npz of every report folder. Judging is cheap and rules change: each is judged every time."""

    source: Path
    job = "track"
    looks = False
    changed_only = False

    def below(self, leave_out: Path) -> list[Path]:
        """Every pose track."""
        if leave_out.resolve() == self.source.resolve():
            raise ConfigError(
                "Give another folder with -o: reports that are judged again have no pictures, "
                "and those that are there may have some."
            )
        if found := _shown(self.source, self.source.rglob(TRACK), leave_out):
            return found
        raise ConfigError(f"There is no {TRACK} in {self.source}; give a folder that check -o has written.")

    def stored(self, path: Path) -> str:
        """Not as the result is called: it may be another name of the very file that lies there."""
        return "judged.npz"

    def name(self, path: Path) -> str:
        """Its report folder."""
        at = path.parent.relative_to(self.source).as_posix()
        return at if at != "." else self.source.resolve().name

    def folder(self, path: Path) -> str:
        """As it was called."""
        return path.parent.relative_to(self.source).as_posix()


def _shown(source: Path, paths: Iterable[Path], leave_out: Path) -> list[Path]:
    """The files among these that are not hidden, nor in the folder to leave out."""
    return sorted(
        path
        for path in paths
        if not any(part.startswith(".") for part in path.relative_to(source).parts)
        and not path.resolve().is_relative_to(leave_out.resolve())
        and path.is_file()
    )


def _escaped(stem: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in stem)
