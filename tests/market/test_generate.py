"""The generated market behaves like one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError
from tradefleet.market.generate import generate_bars
from tradefleet.market.time import HOUR

SEEDS = [1, 2, 3, 4]


def moves_of(bars: Bars) -> Any:
    return np.diff(np.log(bars.close))


def test_same_arguments_give_the_same_bars() -> None:
    assert generate_bars("1h", days=30, seed=5) == generate_bars("1h", days=30, seed=5)
    assert generate_bars("1h", days=30, seed=5) != generate_bars("1h", days=30, seed=6)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**31),
    st.sampled_from(["1m", "5m", "1h", "4h", "1d", "1w"]),
    st.sampled_from([0.05, 1.0, 100.0, 60_000.0]),
)
def test_bars_of_any_seed_are_valid_and_on_the_tick(seed: int, timeframe: str, price: float) -> None:
    # Bars validates; what is checked here is what it does not.
    days = {"1m": 1, "5m": 5, "1h": 40, "4h": 100, "1d": 400, "1w": 3000}[timeframe]
    bars = generate_bars(timeframe, days=days, seed=seed, price=price)
    assert len(bars) == int(days * 24 * HOUR // bars.timeframe.nanoseconds)
    assert np.all(np.diff(bars.time) == bars.timeframe.nanoseconds)
    for column in (bars.open, bars.high, bars.low, bars.close):
        np.testing.assert_array_equal(column, np.round(column * 100) / 100)
    assert np.all(bars.open[1:] == bars.close[:-1])
    assert np.all(bars.volume > 0)


def test_start_is_the_period_that_holds_it() -> None:
    assert generate_bars("1h", days=1, start="2020-02-03T04:30").first == "2020-02-03T04:00:00Z"
    assert generate_bars("1w", days=21, start="2024-05-15").first == "2024-05-13T00:00:00Z"


def test_price_begins_where_it_is_told() -> None:
    assert generate_bars("1h", days=1, price=250.0).open[0] == 250.0


@pytest.mark.parametrize("seed", SEEDS)
def test_volatility_clusters(seed: int) -> None:
    size = np.abs(moves_of(generate_bars("1h", days=365, seed=seed)))
    for lag in (1, 6, 12, 24):
        assert np.corrcoef(size[:-lag], size[lag:])[0, 1] > 0.05, lag


@pytest.mark.parametrize("seed", SEEDS)
def test_moves_themselves_do_not_repeat(seed: int) -> None:
    moves = moves_of(generate_bars("1h", days=365, seed=seed))
    assert abs(np.corrcoef(moves[:-1], moves[1:])[0, 1]) < 0.05


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("timeframe", "days"), [("5m", 60), ("1h", 365)])
def test_tails_are_fat(seed: int, timeframe: str, days: int) -> None:
    moves = moves_of(generate_bars(timeframe, days=days, seed=seed))
    scores = (moves - moves.mean()) / moves.std()
    assert np.mean(scores**4) > 3.5


@pytest.mark.parametrize("seed", SEEDS)
def test_afternoons_are_busier_than_nights(seed: int) -> None:
    bars = generate_bars("1h", days=365, seed=seed)
    hour = (bars.time // HOUR % 24)[1:]
    size = np.abs(moves_of(bars))
    assert size[(hour >= 13) & (hour <= 17)].mean() > 1.3 * size[(hour >= 1) & (hour <= 5)].mean()
    volume = bars.volume[1:]
    assert volume[(hour >= 13) & (hour <= 17)].mean() > 1.1 * volume[(hour >= 1) & (hour <= 5)].mean()


@pytest.mark.parametrize("seed", SEEDS)
def test_volume_follows_the_moves(seed: int) -> None:
    bars = generate_bars("1h", days=365, seed=seed)
    assert np.corrcoef(np.abs(moves_of(bars)), bars.volume[1:])[0, 1] > 0.2


@pytest.mark.parametrize("seed", SEEDS)
def test_daily_moves_are_some_percent_and_years_stay_believable(seed: int) -> None:
    bars = generate_bars("1d", days=3650, seed=seed)
    assert 0.015 < moves_of(bars).std() < 0.06
    assert bars.low.min() > 1.0 and bars.high.max() < 10_000.0


@pytest.mark.parametrize("seed", SEEDS)
def test_bars_have_wicks(seed: int) -> None:
    bars = generate_bars("1h", days=60, seed=seed)
    body = np.abs(bars.close - bars.open)
    assert np.mean(bars.high - bars.low > body) > 0.8


@pytest.mark.parametrize("days", [0, -1, 0.01])
def test_less_than_a_bar_is_refused(days: float) -> None:
    with pytest.raises(ParameterError, match=f"days is {days}, less than one bar of 1h"):
        generate_bars("1h", days=days)
