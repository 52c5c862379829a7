"""Findings as WebVTT captions: any player shows each fault while it happens.

A caption stays for at least `READ_S` so that it can be read; captions may overlap, players stack them.
"""

from __future__ import annotations

from formcheck.report import Finding, Report
from formcheck.views.groups import against, label_of
from formcheck.words import readable

READ_S = 2.0  # seconds that it takes to read a caption (engineering choice)


def captions(report: Report) -> str:
    """The text of a .vtt file with one cue a finding of the lifting."""
    cues = [_cue(report, f) for f in sorted(report.faults, key=lambda f: f.start_s)]
    return "\n\n".join(["WEBVTT", *cues]) + "\n"


def _cue(report: Report, finding: Finding) -> str:
    end_s = max(finding.end_s, finding.start_s + READ_S)
    words = f"{label_of(report, finding.segment)}: {readable(finding.name)}, {against(finding)}"
    return f"{_stamp(finding.start_s)} --> {_stamp(end_s)}\n{_safe(words.capitalize())}\n{_safe(finding.cue)}"


def _stamp(time_s: float) -> str:
    """hh:mm:ss.mmm"""
    ms = round(max(time_s, 0.0) * 1000)
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"


def _safe(words: str) -> str:
    """Text as WebVTT wants it: no markup, no arrow, one line."""
    escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return " ".join(escaped.split())
