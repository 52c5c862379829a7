"""What the review player is told about the back: both edges, and only while it is judged."""

from __future__ import annotations

import base64

import numpy as np
import stick
from backs import trunk_of, with_back

from formcheck.analysis import examine
from formcheck.views.back_edge import edges, judged_spans
from formcheck.views.player import scene
from formcheck.views.references import references


def numbers(text: str, kind: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype=kind)


def test_both_edges_of_the_back_while_it_is_judged() -> None:
    track = stick.deadlift(reps=1)
    track = with_back(track, 20 + 45 * (trunk_of(track) > 30))
    examination = examine(track)
    told = scene(track, examination)
    rows = numbers(told["back"]["rows"], "<i4")
    points = numbers(told["back"]["points"], "<i2").reshape(len(rows), 2, told["back"]["count"], 2)
    spans = judged_spans(examination.report)
    within = [any(a - 0.01 <= t <= b + 0.01 for a, b in spans) for t in track.times_s]
    assert 0 < len(rows) < len(track)
    assert set(rows) <= set(np.flatnonzero(within))
    row = rows[0]
    wanted = edges(track[int(row)], references(track)[row])  # type: ignore[arg-type]
    assert wanted is not None
    drawn = points[0, 0] * told["unit"]
    assert np.abs(drawn[:, 0] - wanted.measured[::2, 0]).max() < 0.1
    assert np.abs(track.size[1] - drawn[:, 1] - wanted.measured[::2, 1]).max() < 0.1
    assert np.abs(points[0, 0] - points[0, 1]).max() * told["unit"] > 2, "a round back is off the own one"
    assert {f["code"] for f in told["flags"] if f["back"]} >= {"DL107"}


def test_no_back_where_none_was_judged() -> None:
    track = stick.deadlift(reps=1)
    for spoilt in (track, with_back(track, 20.0, width=0.06)):
        assert scene(spoilt, examine(spoilt))["back"] is None
