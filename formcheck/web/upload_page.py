"""The one page of the app: choose or upload a set, see the report, take it home."""

from __future__ import annotations

import io
from pathlib import Path
from typing import BinaryIO

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.exercises import EXERCISES
from formcheck.lifter import Lifter
from formcheck.options import Options
from formcheck.report import Report
from formcheck.views.groups import (
    Group,
    by_fault,
    filmed_from,
    filming,
    headline,
    not_judged,
    seen_at,
)
from formcheck.views.html import segment_table
from formcheck.web import safety_notice
from formcheck.web.checking import SUFFIXES, Checked, check
from formcheck.words import DISCLAIMER

CHECKED = "checked"  # key of the last result in the session
UPLOAD, SAMPLE = "My own video", "A sample"
DOWNLOADS = (
    ("report.html", "Report (HTML)", "text/html"),
    ("overlay.mp4", "Overlay video", "video/mp4"),
    ("report.json", "Report (JSON)", "application/json"),
    ("findings.csv", "Findings (CSV)", "text/csv"),
)


def show(samples: Path) -> None:
    """The page. samples: folder with videos to try."""
    st.title("formcheck")
    st.write("Film a set of squats, deadlifts, rows or a plank from the side and see what loads your spine.")
    if not safety_notice.understood():
        return
    name, video = _choose(samples)
    options = _options()
    if st.button("Check this set", type="primary", disabled=video is None) and video is not None:
        st.session_state[CHECKED] = _run(video, name, options)
    checked: Checked | None = st.session_state.get(CHECKED)
    if checked is not None:
        _report(checked)
    st.caption(DISCLAIMER)


# ---- the set ----------------------------------------------------------------------------------------


def _choose(samples: Path) -> tuple[str, BinaryIO | None]:
    """Name and content of the chosen video; None while nothing is chosen."""
    videos = {path.stem.replace("_", " "): path for path in sorted(samples.glob("*.mp4"))}
    kind = st.radio("Video", [UPLOAD, SAMPLE], horizontal=True) if videos else UPLOAD
    if kind == SAMPLE:
        path = videos[st.selectbox("Sample", list(videos))]
        st.video(str(path))
        return path.name, io.BytesIO(path.read_bytes())
    upload = st.file_uploader("One set, whole body in the picture", type=[s[1:] for s in SUFFIXES])
    with st.expander("How to film"):
        st.write("\n".join(f"- **{e.title}**: {e.film_it}" for e in EXERCISES.values()))
    return (upload.name, upload) if upload else ("", None)


def _options() -> Options:
    titles = {"auto": "Recognise it", **{e.name: e.title for e in EXERCISES.values()}}
    left, right = st.columns(2)
    exercise = left.selectbox("Exercise", list(titles), format_func=lambda name: titles[name])
    height_cm = right.number_input(
        "Height in cm (optional)",
        min_value=90,
        max_value=250,
        value=None,
        help="For speeds in metres a second.",
    )
    return Options(exercise=exercise, lifter=Lifter(height_m=height_cm / 100 if height_cm else None))


def _run(video: BinaryIO, name: str, options: Options) -> Checked | None:
    """The checked set; None, and a sentence on the page, when it could not be read."""
    bar = st.progress(0.0, "Opening the video")
    try:
        video.seek(0)  # a second check of the same upload reads it again
        return check(video, name, options, lambda share, what: _advance(bar, share, what))
    except FormcheckError as e:
        st.error(str(e))
        return None
    finally:
        bar.empty()


def _advance(bar: st.delta_generator.DeltaGenerator, share: float, what: str) -> None:
    bar.progress(min(max(share, 0.0), 1.0), what)


# ---- the report -------------------------------------------------------------------------------------


def _report(checked: Checked) -> None:
    report = checked.report
    groups = by_fault(report.faults)
    st.divider()
    st.header(headline(report))
    st.text(", ".join(part for part in (report.source, filmed_from(report)) if part))
    if groups:
        st.success(f"Next set, one thing: **{groups[0].fault.cue}**")
    for group in groups:
        _fault(report, group, checked)
    if "overlay.mp4" in checked.files:
        st.video(checked.files["overlay.mp4"])
    _set(report)
    _not_judged(report)
    _downloads(checked)


def _fault(report: Report, group: Group, checked: Checked) -> None:
    """One fault: what was seen, when, with a picture of each, and why it matters."""
    with st.container(border=True):
        verdict = "Fault" if group.worst.verdict == "fault" else "Warning"
        st.subheader(f"{verdict}: {group.fault.title}")
        st.write(group.fault.see)
        pictured = [f for f in group.findings if f in checked.frames]
        for row in range(0, len(pictured), 2):
            for column, finding in zip(st.columns(2), pictured[row : row + 2], strict=False):
                column.image(checked.frames[finding], caption=seen_at(report, finding))
        for finding in group.findings:
            if finding not in checked.frames:
                st.write(f"- {seen_at(report, finding)}")
        st.write(f"**Why it matters.** {group.fault.why}")
        st.write(f"**Cue.** {group.fault.cue}")
        with st.expander("Source, and what this cannot tell"):
            st.write(f"{group.fault.source}\n\n{group.fault.cannot_tell}")


def _set(report: Report) -> None:
    if report.segments:
        st.subheader("Set")
        table = segment_table(report)
        st.dataframe([dict(zip(table.head, cells, strict=True)) for _, cells in table.rows], hide_index=True)


def _not_judged(report: Report) -> None:
    reasons = [f"- **{titles}**: {why}" for titles, why in not_judged(report)]
    if reasons:
        st.subheader("Could not judge")
        st.write("\n".join(reasons))
    problems = [f"- **{g.fault.title}**: {g.fault.cue}" for g in filming(report)]
    if problems:
        st.subheader("Filming")
        st.write("\n".join(problems))


def _downloads(checked: Checked) -> None:
    st.subheader("Take it home")
    with st.container(horizontal=True):
        for name, words, mime in DOWNLOADS:
            if name in checked.files:
                st.download_button(words, checked.files[name], name, mime, on_click="ignore")
        archive = ("formcheck.zip", "application/zip")
        st.download_button("Everything (ZIP)", checked.archive, *archive, on_click="ignore")
