"""formcheck finds the faults that load the spine in videos of squats, deadlifts, rows and planks.

    from formcheck import analyze
    report = analyze("squats.mp4")
    for finding in report.findings: print(finding)

Importing it does no input or output and loads neither MediaPipe nor OpenCV; each name is loaded when it is
first used, so that `formcheck --version` answers at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from formcheck.version import __version__

if TYPE_CHECKING:
    from formcheck.analysis import Analysis, analyze
    from formcheck.exercises import EXERCISES
    from formcheck.options import Options
    from formcheck.pose import Pose, PoseTrack
    from formcheck.report import Finding, Report

__all__ = [
    "EXERCISES",
    "Analysis",
    "Finding",
    "Options",
    "Pose",
    "PoseTrack",
    "Report",
    "__version__",
    "analyze",
]

_MODULES = {
    "Analysis": "analysis", "analyze": "analysis", "EXERCISES": "exercises", "Options": "options",
    "Pose": "pose", "PoseTrack": "pose", "Finding": "report", "Report": "report",
}  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module 'formcheck' has no attribute {name!r}")
    return getattr(import_module(f"formcheck.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
