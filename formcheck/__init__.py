"""formcheck finds the faults that load the spine in videos of squats, deadlifts, rows and planks.

    from formcheck import analyze
    report = analyze("squats.mp4")
    for finding in report.findings: print(finding)

Importing it does no input or output and loads neither MediaPipe nor OpenCV.
"""

from formcheck.analysis import Analysis, analyze
from formcheck.exercises import EXERCISES
from formcheck.options import Options
from formcheck.pose import Pose, PoseTrack
from formcheck.report import Finding, Report
from formcheck.version import __version__

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
