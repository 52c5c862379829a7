"""What a right answer is, for each way that an input gets into formcheck: says what it found, or asserts."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.fuzz_app import taken_in, uploaded
from benchmarks.fuzz_kinds import Made
from formcheck import cli, config
from formcheck.analysis import examine
from formcheck.errors import FormcheckError
from formcheck.estimator import LONG_SIDE
from formcheck.inference import MOST_FPS
from formcheck.pose import PoseTrack
from formcheck.report import Report
from formcheck.video import VideoFile

NEVER_SAID = ("Traceback", "Unexpected", "report this", "Warning", "Error:")


def watched(made: Made) -> str:
    """Pictures of one size and of no more than the model is fed, at times that increase."""
    times: list[float] = []
    with VideoFile(made.path, None, None, LONG_SIDE, 1 / MOST_FPS) as video:
        for frame in video:
            height, width = frame.image.shape[:2]
            assert frame.image.dtype == np.uint8, frame.image.dtype
            assert frame.image.shape[2:] == (3,), frame.image.shape
            assert max(height, width) <= LONG_SIDE, frame.image.shape
            assert math.isfinite(frame.time_s), frame.time_s
            assert not times or frame.time_s > times[-1], (times[-1], frame.time_s)
            times.append(frame.time_s)
    if made.pictures is not None:
        assert len(times) == made.pictures, f"{len(times)} pictures, not {made.pictures}"
    return f"{len(times)} pictures"


def judged(made: Made) -> str:
    """A report that goes through JSON and back, and can be read by people."""
    from formcheck.views.text import text

    track = PoseTrack.load(made.path)
    examination = examine(track)
    data = json.loads(json.dumps(examination.report.to_dict(), allow_nan=False))
    assert Report.from_dict(data).to_dict() == data
    text(examination.report)
    return f"{len(track)} poses, {examination.report.exercise}"


def reported(made: Made) -> str:
    """A report that says again what was read, and can be read by people."""
    from formcheck.views.text import text

    try:
        data = json.loads(made.path.read_bytes())
    except (ValueError, RecursionError):
        data = None  # no JSON: what its reader gets is no report either
    report = Report.from_dict(data)
    assert _holds(report.to_dict(), data), "what was read is not what is said"
    text(report)
    return f"{len(report.findings)} findings"


def _holds(whole: Any, part: Any) -> bool:
    """Whether everything in `part` is in `whole`, which may say more where something had a default."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and _holds(whole[key], value) for key, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) == len(whole) and all(map(_holds, whole, part))
    return bool(whole == part)


def configured(made: Made) -> str:
    """Settings that an analysis can be run with: limits are finite, names known."""
    options = config.load(made.path).options
    assert all(math.isfinite(v) for pair in options.limits.values() for v in pair if v is not None)
    replace(options.lifter)
    return f"{options.exercise}, {len(options.limits)} limits"


def commanded(made: Made) -> str:
    """The whole command: 0 or 1 with a report, 2 with a sentence a line; nothing half-written."""
    place = made.path.parent
    out, words, answer = place / "out", place / "stderr", place / "stdout"
    for path, stream in ((answer, 1), (words, 2)):
        os.dup2(os.open(path, os.O_CREAT | os.O_WRONLY), stream)
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w", 1, errors="backslashreplace")
    code = cli.main([*made.command, "--format", "json", "-o", str(out), "--", str(made.path)])
    said = words.read_text(errors="backslashreplace")
    assert not any(word in said for word in NEVER_SAID), said
    left = [p.name for p in out.rglob("*")] if out.exists() else []
    assert not any(name.startswith(".") for name in left), left
    if code == cli.COULD_NOT_RUN:
        sentences = [line for line in said.splitlines() if line.startswith("formcheck: ")]
        assert len(sentences) == 1, said
        assert not left, left
        raise FormcheckError(sentences[0])
    assert code in (cli.CLEAN, cli.FOUND), code
    report = Report.from_dict(json.loads(answer.read_bytes()))
    assert json.loads((out / "report.json").read_bytes()) == report.to_dict()
    return f"exit code {code}"


JUDGES: dict[str, Callable[[Made], str]] = {
    "video": watched, "track": judged, "report": reported, "settings": configured, "bundle": taken_in,
    "upload": uploaded, "command": commanded,
}  # fmt: skip
