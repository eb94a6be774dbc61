"""Bars for the chart: merged right, and never too many."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from tradefleet.market.bars import Bars
from tradefleet.market.timeframe import Timeframe
from tradefleet.research.report.candles import BUDGET, at_most, merged, pack_candles

MakeBars = Callable[..., Bars]


@pytest.mark.parametrize("every", ["5m", "1h", "1d", "1w"])
def test_merging_agrees_with_polars(every: str, bars_of: MakeBars) -> None:
    bars = bars_of(30_000, "1m")
    keep = np.random.default_rng(3).random(len(bars)) > 0.3
    columns = [getattr(bars, name)[keep] for name in ("time", "open", "high", "low", "close", "volume")]
    gappy = Bars(*columns, timeframe="1m", symbol="X")
    expected = (
        gappy.to_polars()
        .group_by_dynamic("time", every=every, start_by="window")
        .agg(
            pl.col("open").first(),
            pl.col("high").max(),
            pl.col("low").min(),
            pl.col("close").last(),
            pl.col("volume").sum(),
        )
    )
    found = merged(gappy, Timeframe.parse(every)).to_polars()
    assert found.drop("volume").equals(expected.drop("volume"))
    assert np.allclose(found["volume"].to_numpy(), expected["volume"].to_numpy(), rtol=1e-12)


def test_merging_to_the_same_timeframe_or_of_nothing_changes_nothing(bars_of: MakeBars) -> None:
    bars = bars_of(10)
    assert merged(bars, bars.timeframe) is bars
    assert len(merged(bars[:0], Timeframe.parse("1d"))) == 0


def test_at_most_keeps_bars_that_are_few_and_merges_many(bars_of: MakeBars) -> None:
    bars = bars_of(10_000, "1m")
    assert at_most(bars, 10_000) is bars
    thinned = at_most(bars, 1_500)
    assert len(thinned) <= 1_500
    assert str(thinned.timeframe) == "15m"
    assert thinned.high.max() == bars.high.max()


def test_bars_beyond_the_budget_are_merged_until_they_fit(bars_of: MakeBars) -> None:
    bars = bars_of(60_000, "1m")
    whole = pack_candles(bars)
    assert whole["timeframe"] == whole["source"] == "1m"
    few = pack_candles(bars, 100_000)
    assert (few["timeframe"], few["source"], few["source_bars"]) == ("5m", "1m", 60_000)
    assert _size(few) < 110_000


@pytest.mark.slow
def test_a_million_minutes_with_many_decimals_still_fit(bars_of: MakeBars) -> None:
    packed = pack_candles(bars_of(1_000_000, "1m", decimals=None))
    assert _size(packed) < 1.05 * BUDGET


def test_prices_keep_their_decimals_up_to_seven_digits(bars_of: MakeBars) -> None:
    assert pack_candles(bars_of(100, decimals=1))["decimals"] == 1
    assert pack_candles(bars_of(100, decimals=None))["decimals"] in (3, 4)


def _size(packed: dict[str, object]) -> int:
    return sum(len(column["data"]) for column in packed.values() if isinstance(column, dict))
