"""The numbers behind docs/accuracy.md, on made-up ones."""

from __future__ import annotations

import pytest

pytest.importorskip("numba", reason="the extra 'synthetic' is not installed (make test installs it)")
pytest.importorskip("scipy", reason="the extra 'synthetic' is not installed (make test installs it)")

from benchmarks.rendered.matrix import faulty, good, held_out
from benchmarks.rendered.measure import half_point


def test_the_half_point_lies_where_the_rates_pass_one_half() -> None:
    sizes = [0, 0, 4, 4, 8, 8]
    assert half_point(sizes, [False, False, False, False, True, True]) == pytest.approx(6)
    assert half_point(sizes, [False, False, True, False, True, True]) == pytest.approx(4)
    assert half_point(sizes, [True, True, True, True, True, True]) == 0
    assert half_point(sizes, [False] * 6) is None


def test_the_matrix_is_the_same_every_time_and_no_clip_is_in_it_twice() -> None:
    once, again = ([*good(), *faulty(), *held_out()] for _ in range(2))
    assert once == again
    assert len({c.name for c in once}) == len(once)


def test_half_of_the_held_out_clips_have_a_fault() -> None:
    codes = [c.code for c in held_out()]
    assert sum(map(bool, codes)) == len(codes) / 2
