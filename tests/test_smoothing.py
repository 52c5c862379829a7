"""The smoother: no phase, a fixed delay in seconds, nothing invented, nothing changed afterwards."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from formcheck.smoothing import LAG_S, Smoother, smooth_at


def smoothed(times: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    smoother, out = Smoother(), []
    for t, v in zip(times, values, strict=True):
        out += smoother.push(float(t), np.atleast_1d(v))
    out += smoother.finish()
    return np.array([t for t, _ in out]), np.array([row for _, row in out]).squeeze(axis=1)


def irregular(seconds: float, fps: float, seed: int = 0) -> np.ndarray:
    steps = np.random.default_rng(seed).uniform(0.5, 1.5, int(seconds * fps)) / fps
    return np.cumsum(steps)


@pytest.mark.parametrize("fps", [15, 30, 60, 240])
def test_a_straight_line_goes_through_unchanged_whatever_the_frame_rate(fps: float) -> None:
    times = irregular(2, fps)
    _, out = smoothed(times, 3 + 2 * times)
    np.testing.assert_allclose(out, 3 + 2 * times, atol=1e-6)


def test_it_has_no_phase() -> None:
    """A bump stays where it is; a causal filter would move it."""
    times = np.arange(121) / 60
    _, out = smoothed(times, np.exp(-0.5 * ((times - 1) / 0.1) ** 2))
    assert times[out.argmax()] == pytest.approx(1.0, abs=1 / 120)
    np.testing.assert_allclose(out, out[::-1], atol=1e-9)


def test_movement_of_a_lift_stays_and_jitter_goes() -> None:
    times = np.arange(0, 4, 1 / 60)
    inner = slice(12, -12)
    for hertz, least, most in ((1.0, 0.95, 1.0), (12.0, 0.0, 0.1)):
        _, out = smoothed(times, np.sin(2 * np.pi * hertz * times))
        assert least <= np.abs(out[inner]).max() <= most


@pytest.mark.parametrize("fps", [15, 30, 60])
def test_a_sample_leaves_once_its_future_has_arrived(fps: float) -> None:
    smoother = Smoother()
    for t in np.arange(0, 1, 1 / fps):
        for emitted, _ in smoother.push(float(t), np.zeros(1)):
            assert LAG_S - 1e-9 <= t - emitted < LAG_S + 1 / fps + 1e-9


def test_every_sample_comes_out_once_and_in_order() -> None:
    times = irregular(3, 30, seed=4)
    out, _ = smoothed(times, np.zeros(len(times)))
    np.testing.assert_array_equal(out, times)


def test_a_short_gap_is_bridged_and_nothing_is_extrapolated() -> None:
    times = np.arange(0, 2, 1 / 30)
    values = np.where((times > 0.5) & (times < 0.6), np.nan, times)
    values[times > 1.5] = np.nan
    _, out = smoothed(times, values)
    np.testing.assert_allclose(out[times < 1.5], times[times < 1.5], atol=1e-6)
    assert np.isnan(out[times > 1.5]).all()


def test_in_the_middle_of_a_long_gap_nothing_is_seen() -> None:
    times = np.arange(0, 2, 1 / 30)
    _, out = smoothed(times, np.where((times > 0.5) & (times < 1.2), np.nan, 1.0))
    assert np.isnan(out[(times > 0.61) & (times < 1.09)]).all()


def test_one_hidden_signal_does_not_hide_another() -> None:
    rows = np.column_stack([np.full(20, np.nan), np.arange(20.0)])
    smoother = Smoother()
    out = [r for t, row in enumerate(rows) for _, r in smoother.push(t / 30, row)]
    assert np.isnan(np.array(out)[:, 0]).all()
    assert np.isfinite(np.array(out)[:, 1]).all()


def test_a_single_sample_is_its_own_answer() -> None:
    assert smooth_at(np.array([0.0]), np.array([[7.0]]))[0] == 7.0
    assert smoothed(np.array([0.0]), np.array([7.0]))[1].tolist() == [7.0]


@settings(max_examples=30, deadline=None)
@given(arrays(float, st.integers(1, 40), elements=st.floats(-1e3, 1e3) | st.just(np.nan)), st.integers(0, 99))
def test_what_left_never_depends_on_what_comes_later(values: np.ndarray, seed: int) -> None:
    times = irregular(2, 30, seed)[: len(values)]
    whole, part = Smoother(), Smoother()
    half = len(values) // 2
    first = [
        row
        for t, v in zip(times[:half], values[:half], strict=True)
        for row in part.push(float(t), np.array([v]))
    ]
    all_rows = [
        row for t, v in zip(times, values, strict=True) for row in whole.push(float(t), np.array([v]))
    ]
    for (ta, a), (tb, b) in zip(first, all_rows, strict=False):
        assert ta == tb
        np.testing.assert_array_equal(a, b)


def test_it_keeps_only_what_it_needs() -> None:
    smoother = Smoother()
    for i in range(3000):
        smoother.push(i / 30, np.zeros(3))
    assert len(smoother._rows) < 12
