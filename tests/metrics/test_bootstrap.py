"""Intervals that hold the truth as often as they say, and say nothing where nothing is known."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradefleet.market.errors import ParameterError
from tradefleet.metrics import MEASURES, Performance, figures_of
from tradefleet.metrics import bootstrap as module
from tradefleet.metrics.bootstrap import OF_DAYS, OF_TRADES, block_length, confidence

EVERY = OF_DAYS + OF_TRADES


def account(seed: int, days: int, mean: float, deviation: float, trades: int = 0) -> Performance:
    random = np.random.default_rng(seed)
    returns = random.normal(mean, deviation, days)
    return Performance.from_days(100.0, 100.0 * np.cumprod(1 + returns), random.normal(1.0, 5.0, trades))


def covered(truth: float, name: str, runs: int, **options: float) -> float:
    hits = 0
    for seed in range(runs):
        low, high = confidence(account(seed, 250, 0.001, 0.02, 120), [name], resamples=300, **options)[name]
        hits += low <= truth <= high
    return hits / runs


# The truth of the simulated days: mean over deviation, a year of 365; the expected growth of 250 days by its median.
@pytest.mark.parametrize(
    ("name", "truth"),
    [
        ("sharpe", 0.001 / 0.02 * math.sqrt(365)),
        ("total_return", math.exp(250 * (math.log1p(0.001) - 0.5 * 0.02**2)) - 1),
        ("expectancy", 1.0),
        ("average_trade", 0.01),
        ("win_rate", 0.5 * (1 + math.erf(1.0 / 5.0 / math.sqrt(2)))),
    ],
)
def test_interval_covers_the_truth_about_as_often_as_it_says(name: str, truth: float) -> None:
    assert 0.90 <= covered(truth, name, 200) <= 0.98


def test_lower_level_covers_less_often() -> None:
    assert 0.40 <= covered(1.0, "expectancy", 200, level=0.5) <= 0.60


def test_days_that_hang_together_get_wider_intervals_than_shuffled_ones() -> None:
    random = np.random.default_rng(3)
    noise = random.normal(0, 0.01, 1_500)
    returns = np.empty(1_500)
    returns[0] = noise[0]
    for day in range(1, 1_500):
        returns[day] = 0.6 * returns[day - 1] + noise[day]
    widths = []
    for order in (np.arange(1_500), random.permutation(1_500)):
        run = Performance.from_days(100.0, 100.0 * np.cumprod(1 + returns[order]))
        low, high = confidence(run, ["sharpe"])["sharpe"]
        widths.append(high - low)
    # The deviation of a mean doubles at an autocorrelation of 0.6: sqrt(1.6 / 0.4).
    assert 1.4 < widths[0] / widths[1] < 2.2


def test_statistics_of_a_resample_are_the_measures(monkeypatch: pytest.MonkeyPatch) -> None:
    # When every resample is the days as they were, an interval's values are the measures themselves.
    run = account(5, 300, 0.001, 0.02)
    monkeypatch.setattr(module, "_blocks", lambda random, days, rows: np.tile(np.arange(days), (rows, 1)))
    found = module._by_days(run, 7, 0)
    for name in OF_DAYS:
        assert found[name] == pytest.approx([MEASURES[name](figures_of(run))] * 7, rel=1e-9), name


def test_sums_of_trades_are_the_measures_when_all_are_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    class Once:
        def integers(self, low: int, high: int, size: tuple[int, int]) -> np.ndarray:
            return np.tile(np.arange(high), (size[0], 1))

    monkeypatch.setattr(module, "_random", lambda seed, family: Once())
    for count in (50, 4_321):
        run = account(6, 3, 0.0, 0.1, count)
        found = module._by_trades(run, 3, 0)
        for name in OF_TRADES:
            assert found[name] == pytest.approx([MEASURES[name](figures_of(run))] * 3, rel=1e-9), name


def test_blocks_have_the_promised_length_and_reach_every_day_alike() -> None:
    days, rows = 729, 3_000
    places = module._blocks(np.random.default_rng(0), days, rows)
    assert places.shape == (rows, days) and places.min() >= 0 and places.max() < 2 * days
    breaks = (np.diff(places, axis=1) != 1).mean()
    # A new block goes on by chance one time in 729.
    assert breaks == pytest.approx((1 / block_length(days)) * (1 - 1 / days), rel=0.02)
    counts = np.bincount(places.ravel() % days)
    assert counts.min() > 0.8 * rows and counts.max() < 1.2 * rows


def test_grouping_many_trades_leaves_the_width_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    run = account(7, 3, 0.0, 0.1, 9_000)
    few = confidence(run, OF_TRADES)
    monkeypatch.setattr(module, "_GROUPS", 9_000)
    all_ = confidence(run, OF_TRADES)
    for name in OF_TRADES:
        assert few[name].high - few[name].low == pytest.approx(all_[name].high - all_[name].low, rel=0.12), name


def test_seed_decides_everything(big_run: Performance) -> None:
    assert confidence(big_run, resamples=200, seed=5) == confidence(big_run, resamples=200, seed=5)
    other = confidence(big_run, resamples=200, seed=6)
    assert all(other[name] != interval for name, interval in confidence(big_run, resamples=200, seed=5).items())


def test_interval_does_not_depend_on_which_others_are_asked_for(big_run: Performance) -> None:
    every = confidence(big_run, resamples=100)
    assert list(every) == list(EVERY)
    for name in EVERY:
        assert confidence(big_run, [name], resamples=100) == {name: every[name]}


@pytest.mark.parametrize("equity", [[], [101.0], [101, 102], [100.0] * 50, [100 * 1.01**day for day in range(1, 60)]])
@pytest.mark.parametrize("profit", [[], [1.0], [1.0, -1.0], [3.0] * 20])
def test_too_little_or_too_even_says_nothing(equity: list[float], profit: list[float]) -> None:
    for interval in confidence(Performance.from_days(100, equity, profit), resamples=50).values():
        assert math.isnan(interval.low) and math.isnan(interval.high)


def test_without_a_loss_only_the_ratio_to_losses_is_unknown() -> None:
    found = confidence(Performance.from_days(100, [], [1.0, 2.0, 3.0, 4.0]), OF_TRADES)
    assert math.isnan(found["profit_factor"].low) and math.isnan(found["win_rate"].low)
    assert 1.0 <= found["expectancy"].low < 2.5 < found["expectancy"].high <= 4.0


def test_ruin_is_a_loss_of_everything_and_not_of_more() -> None:
    found = confidence(Performance.from_days(100, [120, 110, 130, -50]), OF_DAYS)
    assert found["total_return"].low == -1.0
    assert found["max_drawdown"].high == 1.0
    assert found["cagr"].low == -1.0


@settings(max_examples=40)
@given(
    st.lists(st.floats(-1e9, 1e9), max_size=12),
    st.lists(st.floats(-1e9, 1e9), max_size=12),
)
def test_any_account_gives_ordered_intervals_or_none(equity: list[float], profit: list[float]) -> None:
    for low, high in confidence(Performance.from_days(1_000.0, equity, profit), resamples=20).values():
        assert low < high or (math.isnan(low) and math.isnan(high))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"names": ["fees"]}, "fees has no confidence interval; ask for one of total_return"),
        ({"level": 1.0}, "level is 1.0"),
        ({"level": 0.0}, "level is 0.0"),
        ({"resamples": 0}, "resamples is 0"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, object], told: str, big_run: Performance) -> None:
    with pytest.raises(ParameterError, match=told):
        confidence(big_run, **options)


def test_memory_stays_bounded(make: Callable[..., Performance]) -> None:
    assert max(part.stop - part.start for part in module._chunks(2_000, 3_000)) * 3_000 <= 65_536
    assert sum(part.stop - part.start for part in module._chunks(2_000, 3_000)) == 2_000
    assert len(module._chunks(5, 10**6)) == 5
