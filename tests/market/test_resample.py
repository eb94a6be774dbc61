from __future__ import annotations

import json
import lzma
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError
from tradefleet.market.resample import resample
from tradefleet.market.time import parse_time
from tradefleet.market.timeframe import Timeframe

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "nfi-binance-5m"
MINUTE = 60 * 10**9
NAMES = ("time", "open", "high", "low", "close", "volume")


def minutes(count: int, start: str = "2018-01-01") -> Bars:
    time = parse_time(start) + np.arange(count, dtype=np.int64) * MINUTE
    price = 100.0 + np.arange(count)
    return Bars(time, price, price + 2, price - 1, price + 1, np.ones(count), timeframe="1m", symbol="X")


def test_five_minutes_become_one_bar():
    five = resample(minutes(10), "5m")
    assert five.timeframe == Timeframe.parse("5m")
    assert five.time.tolist() == [parse_time("2018-01-01"), parse_time("2018-01-01T00:05")]
    assert (five.open[1], five.high[1], five.low[1], five.close[1], five.volume[1]) == (105, 111, 104, 110, 5)


def test_periods_count_from_midnight_and_absent_ones_stay_absent():
    bars = minutes(60, start="2018-01-01T03:58")
    gap = Bars.concat([bars[:10], bars[50:]])
    four = resample(gap, "4m")
    assert four.first == "2018-01-01T03:56:00Z"
    assert [t // MINUTE % 60 for t in four.time.tolist()] == [56, 0, 4, 48, 52, 56]


def test_weeks_start_on_monday():
    weeks = resample(resample(minutes(60 * 24 * 9, start="2018-01-05"), "1d"), "1w")
    assert [weeks.first, weeks.last] == ["2018-01-01T00:00:00Z", "2018-01-08T00:00:00Z"]
    assert weeks.volume.tolist() == [3 * 1440, 6 * 1440]


@pytest.mark.parametrize(("count", "kept"), [(10, 2), (11, 2), (14, 2), (15, 3)])
def test_last_period_is_dropped_on_request_while_its_last_bar_is_absent(count, kept):
    assert len(resample(minutes(count), "5m")) == -(-count // 5)
    assert len(resample(minutes(count), "5m", drop_partial=True)) == kept


def test_same_timeframe_and_no_bars():
    bars = minutes(7)
    assert resample(bars, "1m") == bars
    assert len(resample(bars[:0], "5m")) == 0
    assert resample(bars[:0], "5m").timeframe == Timeframe.parse("5m")
    assert len(resample(bars[:2], "5m", drop_partial=True)) == 0


@pytest.mark.parametrize("timeframe", ["90s", "30s", "1s"])
def test_only_whole_multiples(timeframe):
    with pytest.raises(ParameterError, match=f"{Timeframe.parse(timeframe)} bars cannot be made from 1m") as caught:
        resample(minutes(5), timeframe)
    assert "whole multiple of 1m" in caught.value.cure


@pytest.mark.parametrize(
    ("timeframe", "cure"), [("7m", "choose 6m or 8m"), ("5h", "choose 4h or 6h"), ("36h", "choose 1d")]
)
@pytest.mark.parametrize("count", [0, 10])
def test_lengths_that_do_not_divide_a_day_are_refused(timeframe, cure, count):
    with pytest.raises(ParameterError, match=f"{timeframe} does not divide a day") as caught:
        resample(minutes(10)[:count], timeframe)
    assert caught.value.cure == cure


@pytest.mark.parametrize("timeframe", ["6m", "8m", "90m", "8h", "1d"])
def test_no_bar_opens_before_the_first_day_of_the_data(timeframe):
    assert resample(minutes(3000), timeframe).first == "2018-01-01T00:00:00Z"


def test_bars_that_do_not_divide_a_day_still_make_whole_days():
    bars = minutes(1)
    seven = Bars(*(getattr(bars, n) for n in NAMES), timeframe="7m", symbol="X")
    assert len(resample(seven, "7m")) == len(resample(seven, "1w")) == 1
    with pytest.raises(ParameterError) as caught:
        resample(seven, "14m")
    assert caught.value.cure == "choose 1w"


def test_instrument_is_kept():
    bars = minutes(5)
    assert resample(bars, "5m").instrument is bars.instrument


@settings(deadline=None)
@given(
    steps=st.lists(st.integers(1, 400), min_size=1, max_size=80),
    start=st.integers(-10_000, 30_000_000),
    timeframe=st.sampled_from(["2m", "5m", "8m", "1h", "4h", "1d", "3d", "1w", "2w"]),
    seed=st.integers(0, 1000),
)
def test_resample_is_what_polars_groups(steps, start, timeframe, seed):
    time = (start + np.cumsum(steps, dtype=np.int64)) * MINUTE
    random = np.random.default_rng(seed)
    low, opened, close, high = np.sort(random.integers(1, 100, (4, len(time))).astype(float), axis=0)
    volume = random.integers(0, 100, len(time)).astype(float)
    bars = Bars(time, opened, high, low, close, volume, timeframe="1m", symbol="X")
    longer = Timeframe.parse(timeframe)
    # Whole numbers of volume: any order of adding gives one sum.
    expected = (
        bars.to_polars()
        .with_columns(period=pl.Series([longer.start(t) for t in time.tolist()]))
        .group_by("period", maintain_order=True)
        .agg(
            pl.col("open").first(),
            pl.col("high").max(),
            pl.col("low").min(),
            pl.col("close").last(),
            pl.col("volume").sum(),
        )
    )
    made = resample(bars, timeframe)
    assert made.time.tolist() == expected["period"].to_list()
    for name in ("open", "high", "low", "close", "volume"):
        assert getattr(made, name).tolist() == expected[name].to_list()


@settings(deadline=None)
@given(
    steps=st.lists(st.integers(1, 400), min_size=1, max_size=80),
    start=st.integers(0, 30_000_000),
    timeframe=st.sampled_from(["2m", "5m", "1h", "4h", "1d", "1w"]),
)
def test_periods_are_those_of_polars_group_by_dynamic(steps, start, timeframe):
    time = (start + np.cumsum(steps, dtype=np.int64)) * MINUTE
    one = np.ones(len(time))
    bars = Bars(time, one, one, one, one, one, timeframe="1m", symbol="X")
    grouped = bars.to_polars().group_by_dynamic("time", every=timeframe).agg(pl.col("volume").sum())
    made = resample(bars, timeframe)
    assert made.time.tolist() == grouped["time"].dt.epoch("ns").to_list()
    assert made.volume.tolist() == grouped["volume"].to_list()


def test_real_five_minutes_make_the_real_hours():
    if not SHARED.is_dir():
        pytest.skip(f"the real data is not at {SHARED}")
    five, hours = (load(SHARED / f"BTC_USDT-{timeframe}.json.xz", timeframe) for timeframe in ("5m", "1h"))
    made = resample(five, "1h", drop_partial=True)
    shared = len(hours)
    assert made.time[:shared].tolist() == hours.time.tolist()
    for name in ("high", "low", "close"):
        assert getattr(made, name)[:shared].tolist() == getattr(hours, name).tolist()


def load(path: Path, timeframe: str) -> Bars:
    rows = np.array(json.loads(lzma.decompress(path.read_bytes())))
    return Bars(rows[:, 0].astype(np.int64) * 10**6, *rows[:, 1:].T, timeframe=timeframe, symbol="BTC/USDT")
