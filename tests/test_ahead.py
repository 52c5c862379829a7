"""Stages in threads: same items, the stage's own errors, and no thread that stays behind a full buffer."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from formcheck.ahead import ahead


def counted(n: int, made: list[int], closed: list[bool]) -> Iterator[int]:
    try:
        for i in range(n):
            made.append(i)
            yield i
    finally:
        closed.append(True)


def test_every_item_in_order_also_through_two_stages() -> None:
    with ahead(range(1000), 3) as first, ahead((2 * i for i in first), 1) as second:
        assert list(second) == [2 * i for i in range(1000)]


def test_it_works_ahead_but_not_farther_than_asked() -> None:
    made: list[int] = []
    with ahead(counted(100, made, []), 3) as items:
        assert next(items) == 0
        end = time.monotonic() + 5
        while len(made) < 5 and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.05)
        assert len(made) == 5, "one taken, three waiting, one in hand"


@pytest.mark.parametrize("error", [ValueError("broken"), KeyboardInterrupt()], ids=["error", "interrupt"])
def test_an_error_comes_after_the_items_before_it(error: BaseException) -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise error

    with ahead(failing(), 5) as items:
        assert next(items) == 1
        with pytest.raises(type(error)):
            next(items)


def test_leaving_early_closes_the_stage_and_ends_its_thread() -> None:
    made: list[int] = []
    closed: list[bool] = []
    before = threading.active_count()
    with ahead(counted(100, made, closed), 2) as items:
        next(items)
    assert closed == [True]
    assert len(made) <= 4
    assert threading.active_count() == before


def test_an_error_of_the_taker_never_hangs_on_a_full_buffer() -> None:
    closed: list[bool] = []
    before = threading.active_count()

    def taker() -> None:
        with ahead(counted(200, [], closed), 1) as first, ahead((i for i in first), 1) as second:
            for i in second:
                if i == 3:
                    raise RuntimeError("the taker fails on its third item")

    with pytest.raises(RuntimeError, match="third"):
        taker()
    assert closed == [True]
    assert threading.active_count() == before


LEFT_OPEN = """
from formcheck.ahead import ahead
def count():
    while True:
        yield 1
def taken():
    with ahead(count(), 2) as items:
        yield from items
walk = taken()
next(walk)
raise SystemExit(3)
"""


def test_a_program_that_ends_in_mid_walk_does_not_wait_for_a_thread_that_stands_still() -> None:
    assert subprocess.run([sys.executable, "-c", LEFT_OPEN], check=False, timeout=60).returncode == 3
