"""A market of bars: what it tells, what it quotes, what it pays, and who it leaves alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.exchange.engine.book import UNLIMITED
from tradefleet.exchange.engine.events import BalancesChanged, CandleChanged, MarkChanged, Printed
from tradefleet.exchange.engine.orders import Side
from tradefleet.exchange.engine.symbols import Market, make_symbol
from tradefleet.exchange.replay.bar_path import points
from tradefleet.exchange.replay.bars import BarMarket
from tradefleet.exchange.replay.funding import Funding
from tradefleet.exchange.replay.liquidity import Liquidity
from tradefleet.exchange.replay.listing import symbol_of
from tradefleet.market.bars import Bars
from tradefleet.market.errors import DataError, ParameterError
from tradefleet.market.generate import generate_bars
from tradefleet.market.time import HOUR, MINUTE, parse_time

from .stand import Stand, d

BTC = "BTCUSDT"


def flat(minutes: list[int], price: float = 10.0, **options: Any) -> Bars:
    count = len(minutes)
    columns = ([price] * count, [price + 2] * count, [price - 1] * count, [price + 1] * count, [8.0] * count)
    return Bars(np.array(minutes) * MINUTE, *columns, timeframe="1m", **options)


def told(stand: Stand, kind: Market = Market.SPOT) -> list[tuple[str, int, bool]]:
    events = (event for event in stand.of(CandleChanged) if event.market is kind)
    return [(event.interval, event.time // MINUTE, event.closed) for event in events]


def test_candles_are_told_at_the_open_in_the_middle_and_when_they_close() -> None:
    stand = Stand(BarMarket({"BTC/USDT": flat(list(range(10, 16)))}, start=10 * MINUTE))
    stand.market.tapes[Market.SPOT].wanted = lambda symbol, interval: interval in ("1m", "5m")
    stand.run(1)
    events = [event for event in stand.of(CandleChanged) if event.interval == "1m"]
    assert [(event.time - 10 * MINUTE) * 2 // MINUTE for event in events] == [0, 1, 1]
    assert [(event.high, event.low, event.close) for event in events] == [(10, 10, 10), (12, 9, 12), (12, 9, 11)]
    stand.run(5)
    closed = [(name, minute) for name, minute, is_closed in told(stand) if is_closed]
    assert closed == [("1m", 11), ("1m", 12), ("1m", 13), ("1m", 14), ("1m", 15), ("5m", 15), ("1m", 16)]
    # The last five minutes have begun and never end.
    assert ("5m", 15, False) in told(stand)


def test_no_events_are_made_for_candles_that_nobody_wants() -> None:
    stand = Stand(BarMarket({"BTC/USDT": flat(list(range(10)))})).run()
    assert stand.of(CandleChanged) == []


def test_a_candle_closes_on_time_where_the_next_bars_are_absent() -> None:
    stand = Stand(BarMarket({"BTC/USDT": flat([0, 1, 8, 9])}, start=MINUTE))
    stand.market.tapes[Market.SPOT].wanted = lambda symbol, interval: interval in ("1m", "5m")
    stand.run(2)
    assert [(n, m) for n, m, closed in told(stand) if closed] == [("1m", 2), ("5m", 8)]


def test_prints_and_quotes_go_by_the_bar() -> None:
    stand = Stand(BarMarket({"BTC/USDT": flat([0, 1, 2])}, start=MINUTE)).run(1)
    prints = [event for event in stand.of(Printed) if event.market is Market.SPOT]
    assert [(event.price, event.quantity) for event in prints] == [
        (10, Decimal("0.01")),
        (9, Decimal("2.66")),
        (12, Decimal("2.66")),
        (11, Decimal("2.67")),
    ]
    assert [event.time for event in prints] == [MINUTE, MINUTE * 3 // 2, MINUTE * 3 // 2, 2 * MINUTE - 1_000_000]
    assert stand.spot.last_price(BTC) == 11
    assert stand.spot.book(BTC).asks(1)[0][0] == 11


def test_a_symbol_without_a_bar_is_left_alone() -> None:
    market = BarMarket({"BTC/USDT": flat([0, 1, 2, 3]), "ETH/USDT": flat([0, 1, 3])}, start=MINUTE)
    stand = Stand(market).run(2)
    prints = [event for event in stand.of(Printed) if event.market is Market.SPOT and event.time >= 2 * MINUTE]
    assert {event.symbol for event in prints} == {"BTCUSDT"}
    stand.run(1)
    assert len(stand.exchange.tapes[Market.SPOT].candles("ETHUSDT", "1m")) == 3


def test_one_series_serves_both_markets_unless_both_are_given() -> None:
    dear, cheap = flat([0, 1], price=20.0), flat([0, 1])
    stand = Stand(BarMarket({"BTC/USDT": cheap, "BTC/USDT:USDT": dear, "ETH/USDT:USDT": cheap})).run()
    spot, perpetual = (stand.exchange.tapes[kind] for kind in Market)
    assert (spot.last_price("BTCUSDT"), perpetual.last_price("BTCUSDT")) == (11, 21)
    assert spot.last_price("ETHUSDT") == perpetual.last_price("ETHUSDT") == 11


def test_it_starts_after_a_tenth_or_a_thousand_bars() -> None:
    assert BarMarket({"BTC/USDT": flat(list(range(50)))}).start_time == 5 * MINUTE
    assert BarMarket({"BTC/USDT": flat(list(range(20_000)))}).start_time == 1000 * MINUTE
    assert BarMarket({"BTC/USDT": flat([0, 1, 5])}, start=2 * MINUTE).start_time == 5 * MINUTE


def test_series_that_cannot_be_played_are_refused() -> None:
    with pytest.raises(ParameterError, match="BTC/USDT"):
        BarMarket({"BTCUSDT": flat([0, 1])})
    with pytest.raises(ParameterError, match="BTC/USDT:USDT"):
        BarMarket({"BTC/USDT:BTC": flat([0, 1])})
    with pytest.raises(DataError, match="no bars"):
        BarMarket({})
    with pytest.raises(ParameterError, match="after the last bar"):
        BarMarket({"BTC/USDT": flat([0, 1])}, start=MINUTE * 5)
    with pytest.raises(ParameterError, match="one timeframe"):
        BarMarket({"BTC/USDT": flat([0, 1]), "ETH/USDT": generate_bars("1h", days=1)})


def test_ticks_and_lots_are_the_finest_that_bars_show() -> None:
    bars = Bars([0], [0.1234], [0.2], [0.1], [0.15], [12.5], timeframe="1m", symbol="X")
    symbol = symbol_of(Market.SPOT, "X", "USDT", bars)
    assert (symbol.tick, symbol.lot) == (d("0.0001"), d("0.1"))
    dear = Bars([0], [60000.5], [60000.5], [60000.5], [60000.5], [3.0], timeframe="1m", symbol="X")
    assert symbol_of(Market.SPOT, "X", "USDT", dear).lot == d("0.00001")


def test_the_house_quotes_any_quantity_at_the_slipped_open() -> None:
    bids, asks = Liquidity(slippage=0.001).quotes(make_symbol("BTC"), d("100.00"), d(5))
    assert bids == [(d("99.90"), UNLIMITED)] and asks == [(d("100.10"), UNLIMITED)]


def test_a_share_of_the_volume_is_spread_over_levels() -> None:
    symbol = make_symbol("BTC", lot=d("0.1"))
    bids, asks = Liquidity(participation=0.1, levels=4).quotes(symbol, d("10.00"), d(27))
    assert sum(quantity for _, quantity in bids) == sum(quantity for _, quantity in asks) == d("2.7")
    assert [price for price, _ in asks] == [d("10.00"), d("10.01"), d("10.02"), d("10.03")]
    assert [price for price, _ in bids] == [d("10.00"), d("9.99"), d("9.98"), d("9.97")]
    assert asks[0][1] == d("0.7") and Liquidity(participation=0.1).quotes(symbol, d(10), d(0)) == ([], [])


@pytest.mark.parametrize("options", [{"slippage": -0.1}, {"participation": 0.0}, {"levels": 0}])
def test_liquidity_that_cannot_be_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ParameterError):
        Liquidity(**options)


def test_perpetuals_pay_funding_at_its_hours() -> None:
    start = parse_time("2024-01-01T06:00")
    bars = generate_bars("1h", days=2, start=start - 10 * HOUR, price=100.0)
    market = BarMarket({"BTC/USDT": bars}, start=start, funding=Funding(Decimal("0.001")))
    stand = Stand(market).fund(USDT=1000)
    stand.run(1)
    stand.order(BTC, Side.BUY, "2", market=Market.PERPETUAL)
    stand.told.clear()
    stand.run(11)
    paid = [event for event in stand.of(BalancesChanged) if event.reason == "FUNDING_FEE"]
    assert [event.time for event in paid] == [parse_time("2024-01-01T08:00"), parse_time("2024-01-01T16:00")]
    rates = stand.exchange.tapes[Market.PERPETUAL].funding_rates(BTC, since=start)
    assert [rate.time for rate in rates] == [event.time for event in paid]
    assert [event.changes["USDT"] for event in paid] == [-2 * rate.mark * rate.rate for rate in rates]
    place = bars.index_of(rates[0].time)
    assert rates[0].mark == Decimal(repr(float(bars.open[place])))
    assert stand.exchange.tapes[Market.PERPETUAL].next_funding(BTC) == (parse_time("2024-01-02"), Decimal("0.001"))
    marks = stand.of(MarkChanged)
    assert marks[0].next_funding == parse_time("2024-01-01T08:00") and marks[0].funding_rate == Decimal("0.001")


def test_fundings_within_a_long_bar_are_paid_at_its_close() -> None:
    bars = generate_bars("1d", days=5, price=100.0)
    stand = Stand(BarMarket({"BTC/USDT": bars}, start=int(bars.time[1]))).fund(USDT=10_000)
    for moment in stand.market.phases():
        stand.clock.allow(moment.time)
        if moment.hold and not moment.inside:
            stand.order(BTC, Side.BUY, "1", market=Market.PERPETUAL)
    close = Decimal(repr(float(bars.close[1])))
    paid = [event for event in stand.of(BalancesChanged) if event.reason == "FUNDING_FEE"]
    assert [event.changes["USDT"] for event in paid] == [-close * Decimal("0.0001")] * 2
    rates = stand.exchange.tapes[Market.PERPETUAL].funding_rates(BTC, since=int(bars.time[1]) + 1)
    assert [rate.mark for rate in rates] == [close, close]


@given(st.lists(st.integers(10, 1000), min_size=3, max_size=3), st.integers(4, 10**6))
def test_the_first_print_knows_nothing_of_the_bar(prices: list[int], lots: int) -> None:
    bar = (500, max(*prices, 500), min(*prices, 500), prices[0])
    assert points(0, 60, bar, lots)[0] == points(0, 60, (500, 500, 500, 500), 4)[0]
