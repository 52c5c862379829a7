"""CSV tables, DataFrames, captions, TRC and MOT: headers, counts, units, blanks for what was not seen."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import replace

import factories
import numpy as np
import pytest

from formcheck.pose import JOINTS, J, PoseTrack
from formcheck.signals import SIGNALS
from formcheck.views import motion, tables
from formcheck.views.webvtt import captions

FAULT = factories.finding()


def rows(lines: Iterable[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(lines))


def test_signals_have_a_row_a_frame_and_blanks_where_not_seen() -> None:
    signals = factories.signals()
    table = rows(tables.signals_csv(signals))
    assert len(table) == len(signals.times_s)
    assert set(table[0]) == {"time_s", "segment", "phase", *signals.values}
    hidden = [row["trunk_inclination"] for row in table if 0.21 < float(row["time_s"]) < 0.39]
    assert hidden
    assert set(hidden) == {""}


def test_findings_and_segments_as_csv() -> None:
    report = factories.report(
        FAULT, segments=(factories.cut(0, 0.0), factories.cut(1, 3.0, counted=False, note="a, b"))
    )
    (found,) = rows(tables.findings_csv(report))
    assert (found["code"], found["value"], found["cue"]) == ("SQ101", "14.2", factories.FAULT.cue)
    first, second = rows(tables.segments_csv(report))
    assert (first["descent_s"], first["counted"], second["note"]) == ("1.2", "True", "a, b")


def test_empty_reports_keep_their_heads() -> None:
    report = factories.report(segments=())
    assert next(tables.findings_csv(report)).startswith("code,name,verdict")
    assert next(tables.segments_csv(report)).startswith("kind,index")


def test_dataframes_hold_the_same() -> None:
    pytest.importorskip("pandas")
    assert list(tables.segments_dataframe(factories.report())["start_s"]) == [0.0, 3.0]
    frame = tables.signals_dataframe(factories.signals())
    assert frame.index.name == "time_s"
    assert frame["trunk_inclination"].isna().any()


def test_captions_can_be_read_and_hold_no_markup() -> None:
    text = captions(factories.report(factories.finding(cue="Push <b>up</b> & out --> now")))
    assert text.startswith("WEBVTT\n\n00:00:02.000 --> 00:00:04.000\nRep 1: hips shoot up, 14° (limit 12°)\n")
    assert "&lt;b&gt;up&lt;/b&gt; &amp; out --&gt; now" in text


def test_filming_problems_are_no_captions() -> None:
    assert captions(factories.report(factories.finding(None, "CAM102", "warn"))) == "WEBVTT\n"


def test_times_of_captions_beyond_an_hour() -> None:
    text = captions(factories.report(factories.finding(start_s=3661.5, end_s=3665.0)))
    assert "01:01:01.500 --> 01:01:05.000" in text


# ---- OpenSim ----------------------------------------------------------------------------------------


def test_trc_counts_and_metres() -> None:
    track = factories.squatting()
    head, names, data = trc(track, 1.8)
    assert head["NumFrames"] == str(len(track)) == str(len(data))
    assert head["NumMarkers"] == "33"
    assert head["Units"] == "m"
    assert names == list(JOINTS)
    tall = data[0][2 + 3 * J["left_ear"] + 1] - data[0][2 + 3 * J["left_ankle"] + 1]
    assert 1.2 < tall < 1.8
    assert all(len(row) == 2 + 3 * len(JOINTS) for row in data)


def test_the_scale_of_trc_follows_the_height() -> None:
    track = factories.squatting()
    assert trc(track, 2.0)[2][0][3] == pytest.approx(trc(track, 1.0)[2][0][3] * 2, abs=1e-4)


def test_unseen_markers_are_blank_in_trc() -> None:
    track = factories.squatting()
    seen = track.seen.copy()
    seen[:, J["left_wrist"]] = 0.1
    hidden = replace(track, seen=seen)
    row = trc(hidden, None)[2][0]
    first = 2 + 3 * J["left_wrist"]
    assert np.isnan(row[first : first + 3]).all()


def test_mot_header_counts_the_time_column_too() -> None:
    track = factories.squatting()
    head, _, body = "".join(motion.mot(track)).partition("endheader\n")
    names, *data = body.strip().split("\n")
    assert f"nRows={len(data)}\n" in head
    assert f"nColumns={len(names.split(chr(9)))}\n" in head
    assert len(data) == len(track)
    assert names.split("\t")[0] == "time"
    assert all(len(row.split("\t")) == len(names.split("\t")) for row in data)


def test_mot_bends_when_the_lifter_does() -> None:
    text = "".join(motion.mot(factories.squatting(reps=1)))
    names, *data = text.partition("endheader\n")[2].strip().split("\n")
    column = next(i for i, name in enumerate(names.split("\t")) if re.fullmatch("knee_angle_[lr]", name))
    knee = np.array([float(row.split("\t")[column]) for row in data])
    assert knee[0] < 15
    assert knee.max() > 60
    assert "knee_angle" in SIGNALS


def trc(track: PoseTrack, height_m: float | None) -> tuple[dict[str, str], list[str], list[list[float]]]:
    """Header, marker names and numbers (NaN where blank) of the TRC text."""
    lines = "".join(motion.trc(track, height_m)).split("\n")
    head = dict(zip(lines[1].split("\t"), lines[2].split("\t"), strict=True))
    names = [name for name in lines[3].split("\t")[2:] if name]
    data = [[float(v) if v else np.nan for v in line.split("\t")] for line in lines[6:] if line]
    return head, names, data
