"""Candles, trades and statistics of the tape, against the bars they come from."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import real_data

from tradefleet.exchange.engine.amounts import from_float
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.replay import bar_path, intervals
from tradefleet.exchange.replay.bars import BarMarket
from tradefleet.exchange.replay.prices import INTERVALS, Candle, PublicTrade
from tradefleet.exchange.replay.tape import MarketTape, aggregated
from tradefleet.market.bars import Bars
from tradefleet.market.generate import generate_bars
from tradefleet.market.instrument import Instrument
from tradefleet.market.resample import resample
from tradefleet.market.time import DAY, HOUR, MINUTE, parse_time
from tradefleet.market.timeframe import Timeframe

from .stand import Stand

BTC = "BTCUSDT"


def bars_of(timeframe: str = "1m", days: float = 2, **options: Any) -> Bars:
    made = generate_bars(timeframe, days=days, price=300.0, **options)
    columns = (getattr(made, name) for name in ("time", "open", "high", "low", "close", "volume"))
    return Bars(*columns, timeframe=timeframe, symbol=Instrument("BTC/USDT", tick="0.01", lot="0.0001"))  # type: ignore[arg-type]


def tape_of(bars: Bars, start: str | int | None = None) -> MarketTape:
    """The tape when a market of these bars is about to play the bar at `start`."""
    stand = Stand(BarMarket({"BTC/USDT": bars}, start=start))
    return stand.exchange.tapes[Market.SPOT]  # type: ignore[return-value]


def assert_same(candles: list[Candle], bars: Bars, tick: Decimal, lot: Decimal) -> None:
    assert [candle.open_time for candle in candles] == bars.time.tolist()
    for name in ("open", "high", "low", "close"):
        assert [getattr(c, name) for c in candles] == [from_float(v, tick) for v in getattr(bars, name).tolist()]
    for candle, volume in zip(candles, bars.volume.tolist(), strict=True):
        # Longer bars add up floats, candles add up lots.
        assert abs(float(candle.volume) - volume) <= 1e-9 * volume + float(lot) / 2


@pytest.mark.parametrize("interval", ["1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "1w"])
def test_candles_of_longer_intervals_are_the_resampled_bars(interval: str) -> None:
    bars = bars_of(days=9)
    tape = tape_of(bars, int(bars.time[-1]))
    candles = tape.candles(BTC, interval, limit=20_000)
    assert_same(candles, resample(bars[:-1], interval), Decimal("0.01"), Decimal("0.0001"))


def test_months_go_by_the_calendar_and_three_days_from_the_epoch() -> None:
    bars = bars_of("1d", days=120, start="2024-01-15")
    tape = tape_of(bars, int(bars.time[-1]))
    months = tape.candles(BTC, "1M", limit=10)
    assert [candle.open_time for candle in months[:3]] == [parse_time(f"2024-0{n}-01") for n in (1, 2, 3)]
    assert months[1].close_time == parse_time("2024-03-01") - 1_000_000
    february = bars.between("2024-02-01", "2024-03-01")
    assert months[1].high == from_float(float(february.high.max()), Decimal("0.01"))
    assert months[1].open == from_float(float(february.open[0]), Decimal("0.01"))
    three = tape.candles(BTC, "3d", limit=100)
    assert all(candle.open_time % (3 * DAY) == 0 for candle in three)
    assert sum(candle.volume for candle in three) == sum(candle.volume for candle in months)


def test_intervals_that_bars_cannot_make_are_empty() -> None:
    tape = tape_of(bars_of("1h", days=30))
    assert tape.candles(BTC, "1m") == [] == tape.candles(BTC, "30m")
    assert tape.candles(BTC, "1h") != [] and tape.candles(BTC, "2h") != []
    assert tape.candles("NONE", "1h") == []


def test_paging_goes_forward_from_a_start_and_backward_from_an_end() -> None:
    bars = bars_of(days=1)
    tape = tape_of(bars, int(bars.time[1000]))
    first = int(bars.time[0])

    def places(**options: int) -> list[int]:
        return [(candle.open_time - first) // MINUTE for candle in tape.candles(BTC, "1m", **options)]

    assert places(limit=3) == [997, 998, 999]
    assert places(since=first + 10 * MINUTE, limit=3) == [10, 11, 12]
    assert places(since=first + 10 * MINUTE + 1, limit=2) == [11, 12]
    assert places(until=first + 10 * MINUTE, limit=3) == [8, 9, 10]
    assert places(since=first + 10 * MINUTE, until=first + 12 * MINUTE) == [10, 11, 12]
    assert places(since=first + 10 * MINUTE, until=first + 90 * MINUTE, limit=2) == [10, 11]
    assert places(since=first + 5000 * MINUTE) == []
    assert places(until=first - 1) == []
    assert places(since=first + 20 * MINUTE, until=first + 10 * MINUTE) == []
    five = [candle.open_time for candle in tape.candles(BTC, "5m", since=first + MINUTE, limit=2)]
    assert five == [first + 5 * MINUTE, first + 10 * MINUTE]


@pytest.mark.parametrize("interval", ["1m", "5m", "1h"])
def test_the_running_candle_is_the_last_one(interval: str) -> None:
    bars = bars_of(days=1)
    stand = Stand(BarMarket({"BTC/USDT": bars}, start=int(bars.time[123])))
    tape = stand.exchange.tapes[Market.SPOT]
    before = tape.candles(BTC, interval)
    phases = stand.market.phases()
    for moment in phases:
        stand.clock.allow(moment.time)
        if moment.hold:
            break
    after = tape.candles(BTC, interval)
    opened = from_float(float(bars.open[123]), Decimal("0.01"))
    assert after[-1].close == opened == tape.last_price(BTC)
    assert after[-1].open_time == intervals.start(interval, int(bars.time[123]))
    # Bar 123 opens a new minute, but goes on with the five minutes and the hour that bars 120 to 122 began.
    assert len(after) == len(before) + (interval == "1m")
    assert tape.candles(BTC, interval, until=after[-1].open_time, limit=2) == after[-2:]
    assert tape.candles(BTC, interval, until=after[-1].open_time - 1, limit=2) == after[-3:-1]
    assert tape.candles(BTC, interval, since=after[-2].open_time) == after[-2:]
    assert tape.candles(BTC, interval, since=after[-2].open_time, limit=1) == after[-2:-1]


prices = st.integers(1, 10**7)


@settings(max_examples=300, deadline=None)
@given(st.lists(prices, min_size=4, max_size=4), st.one_of(st.integers(0, 8), st.integers(0, 10**13)))
def test_the_trades_of_a_bar_give_the_bar_back(four: list[int], lots: int) -> None:
    low, *inner, high = sorted(four)
    path = bar_path.points(0, MINUTE, (inner[0], high, low, inner[1]), lots)
    assert sum(point.lots for point in path) == lots
    assert path[0].price == inner[0] and path[-1].price == inner[1]
    assert max(point.price for point in path) == high and min(point.price for point in path) == low
    assert [point.time for point in path] == sorted(point.time for point in path)
    assert all(0 <= point.time < MINUTE for point in path)
    told = [point for point in path if point.lots]
    assert len(told) == min(lots, 4)
    columns = [np.array([value]) for value in (0, inner[0], high, low, inner[1], lots)]
    row = bar_path.rows(0, *columns)[0]  # type: ignore[arg-type]
    bought = [point for point in told if not point.buyer_is_maker]
    assert row.trades == len(told) and row.quote == sum(point.price * point.lots for point in told)
    assert row.taker == sum(point.lots for point in bought)
    assert row.taker_quote == sum(point.price * point.lots for point in bought)


def rebuilt(trades: list[PublicTrade], length: int) -> dict[int, tuple[Any, ...]]:
    made: dict[int, list[PublicTrade]] = {}
    for trade in trades:
        made.setdefault(trade.time // length * length, []).append(trade)
    return {
        time: (
            part[0].price,
            max(t.price for t in part),
            min(t.price for t in part),
            part[-1].price,
            sum(t.quantity for t in part),
            sum(t.quote for t in part),
            len(part),
            sum(t.quantity for t in part if not t.buyer_is_maker),
            sum(t.quote for t in part if not t.buyer_is_maker),
        )
        for time, part in made.items()
    }


def told(candle: Candle) -> tuple[Any, ...]:
    return (
        candle.open, candle.high, candle.low, candle.close, candle.volume, candle.quote_volume, candle.trades,
        candle.taker_volume, candle.taker_quote_volume,
    )  # fmt: skip


def test_candles_rebuilt_from_all_trades_are_the_candles() -> None:
    bars = bars_of(days=0.5)
    stand = Stand(BarMarket({"BTC/USDT": bars})).run()
    tape = stand.exchange.tapes[Market.SPOT]
    trades = tape.trades(BTC, limit=10**6)
    assert len({trade.id for trade in trades}) == len(trades) == 4 * len(bars)
    for interval, length in (("1m", MINUTE), ("1h", HOUR)):
        candles = {candle.open_time: told(candle) for candle in tape.candles(BTC, interval, limit=10**6)}
        assert candles == rebuilt(trades, length)


def test_a_bar_without_volume_is_a_candle_without_trades() -> None:
    bars = Bars(
        np.arange(4) * MINUTE, [10.0] * 4, [12.0] * 4, [9.0] * 4, [11.0] * 4, [5.0, 0.0, 0.0003, 0.0],
        timeframe="1m", symbol=Instrument("BTC/USDT", tick="0.01", lot="0.0001"),
    )  # type: ignore[arg-type]  # fmt: skip
    stand = Stand(BarMarket({"BTC/USDT": bars}, start=int(bars.time[1]))).run()
    tape = stand.exchange.tapes[Market.SPOT]
    candles = tape.candles(BTC, "1m")
    assert [(c.high, c.low, c.close, c.trades) for c in candles] == [(12, 9, 11, n) for n in (4, 0, 3, 0)]
    assert [trade.quantity for trade in tape.trades(BTC, limit=3)] == [Decimal("0.0001")] * 3
    assert tape.last_price(BTC) == 11


def test_trades_are_paged_by_id_and_by_time() -> None:
    bars = bars_of(days=0.2)
    stand = Stand(BarMarket({"BTC/USDT": bars}, start=int(bars.time[100]))).run(50)
    tape = stand.exchange.tapes[Market.SPOT]
    everything = tape.trades(BTC, limit=10**6)
    assert tape.trades(BTC, limit=7) == everything[-7:]
    assert tape.trades(BTC, limit=9, from_id=everything[30].id) == everything[30:39]
    # From history into what has been played, and beyond the end.
    assert tape.trades(BTC, limit=500, from_id=everything[390].id) == everything[390:][:500]
    assert tape.trades(BTC, from_id=everything[-1].id + 1) == []
    since, until = everything[41].time, everything[62].time
    expected = [trade.id for trade in everything if since <= trade.time <= until]
    found = tape.aggregate_trades(BTC, since=since, until=until)
    assert [trade.first_id for trade in found] == expected
    assert [t.id for t in tape.aggregate_trades(BTC, limit=5)] == [t.id for t in everything[-5:]]


def test_trades_of_one_moment_price_and_side_are_one_aggregate() -> None:
    def trade(number: int, time: int, price: int, maker: bool) -> PublicTrade:
        return PublicTrade(number, time, Decimal(price), Decimal(2), Decimal(2 * price), maker)

    trades = [trade(1, 5, 10, True), trade(2, 5, 10, True), trade(3, 5, 10, False), trade(4, 5, 11, False)]
    made = aggregated([*trades, trade(5, 2_000_000, 11, False)])
    assert [(a.id, a.quantity, a.first_id, a.last_id) for a in made] == [
        (1, 4, 1, 2), (3, 2, 3, 3), (4, 2, 4, 4), (5, 2, 5, 5),
    ]  # fmt: skip


def test_statistics_are_those_of_the_last_day() -> None:
    bars = bars_of(days=3)
    stand = Stand(BarMarket({"BTC/USDT": bars}, start=int(bars.time[2000]))).run(100)
    day = stand.exchange.tapes[Market.SPOT].day(BTC)
    assert day is not None
    now = stand.clock.now()
    part = bars[:2100].between(now - DAY + 1)
    tick = Decimal("0.01")
    assert (day.open, day.last) == (from_float(float(part.open[0]), tick), from_float(float(part.close[-1]), tick))
    assert (day.high, day.low) == (from_float(float(part.high.max()), tick), from_float(float(part.low.min()), tick))
    assert abs(float(day.volume) - part.volume.sum()) < 0.001
    before = bars.index_of(int(part.time[0])) - 1
    assert day.previous_close == from_float(float(bars.close[before]), tick)
    assert day.count == 4 * len(part) == day.last_id - day.first_id + 1
    assert abs(Fraction(day.weighted_average) - Fraction(day.quote_volume) / Fraction(day.volume)) < Fraction(1, 10**8)


def test_hourly_candles_of_real_bars_are_the_resampled_ones() -> None:
    bars = real_data.bitcoin_minutes(4000)
    tape = tape_of_dollars(bars)
    lot = Decimal("0.000001")
    candles = tape.candles("BTCUSD", "1h", limit=1500)
    assert_same(candles, resample(bars[:-1], "1h"), Decimal("0.01"), 60 * lot)


def tape_of_dollars(bars: Bars) -> MarketTape:
    stand = Stand(BarMarket({"BTC/USD": bars}, start=int(bars.time[-1])))
    return stand.exchange.tapes[Market.SPOT]  # type: ignore[return-value]


def test_real_bars_with_absent_minutes_are_played_as_they_are() -> None:
    bars = real_data.bitcoin_minutes(1200, skip=15_500)
    assert len(bars) < (bars.time[-1] - bars.time[0]) // MINUTE + 1
    stand = Stand(BarMarket({"BTC/USD": bars})).run()
    candles = stand.exchange.tapes[Market.SPOT].candles("BTCUSD", "1m", limit=10**4)
    assert_same(candles, bars, Decimal("0.01"), Decimal("0.000001"))
    assert sum(candle.trades for candle in candles) == len(stand.exchange.tapes[Market.SPOT].trades("BTCUSD", 10**5))


@given(st.integers(0, 2**61), st.sampled_from(INTERVALS))
def test_periods_hold_their_times(time: int, interval: str) -> None:
    start = intervals.start(interval, time)
    end = intervals.end(interval, start)
    assert start <= time < end
    assert intervals.start(interval, end - 1) == start and intervals.start(interval, end) == end
    assert intervals.starts(interval, np.array([time]))[0] == start


def test_intervals_of_a_base() -> None:
    assert intervals.made_from(Timeframe.parse("1m"))[0] == "1m"
    assert intervals.made_from(Timeframe.parse("1s")) == INTERVALS
    assert intervals.made_from(Timeframe.parse("5h")) == ()
    assert intervals.made_from(Timeframe.parse("1w")) == ("1w",)
