"""The generated market: the same for a seed, without end, quick to start, flat in memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import tracemalloc
from decimal import Decimal
from pathlib import Path

import pytest

from tradefleet.exchange.engine.events import Printed
from tradefleet.exchange.engine.orders import Side
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.replay.coins import coins
from tradefleet.exchange.replay.generated import GeneratedMarket, Series
from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError
from tradefleet.market.time import DAY, MINUTE, parse_time
from tradefleet.market.timeframe import Timeframe

from .stand import Stand

START = parse_time("2024-03-01")
_RUN = """
from tests.exchange.replay.stand import Stand
from tradefleet.exchange.replay.generated import GeneratedMarket
stand = Stand(GeneratedMarket(seed=7, count=18, days=1), told=False)
for symbol in ("BTCUSDT", "XAABUSDT", "SHIBUSDT"):
    stand.exchange.tapes["spot"].last_price(symbol)
stand.run(30)
print(stand.events.trace.digest(), stand.events.trace.count)
"""


def test_the_same_seed_gives_the_same_trace_in_any_process() -> None:
    root = Path(__file__).parents[3]
    runs = []
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": f"{root}:{root / 'src'}"}
        run = subprocess.run(
            [sys.executable, "-c", _RUN], capture_output=True, text=True, check=True, cwd=root, env=environment
        )
        runs.append(run.stdout)
    assert runs[0] == runs[1] and len(runs[0]) > 64


def test_bars_do_not_depend_on_when_a_symbol_is_asked_for() -> None:
    def candles(steps_before: int) -> list[object]:
        stand = Stand(GeneratedMarket(seed=3, count=2, days=0.1), told=False)
        tape = stand.exchange.tapes[Market.SPOT]
        tape.last_price("ETHUSDT")
        stand.run(steps_before)
        tape.last_price("BTCUSDT")
        stand.run(20 - steps_before)
        return [
            (c.open_time, c.open, c.high, c.low, c.close, c.volume, c.trades) for c in tape.candles("BTCUSDT", "1m")
        ]

    early, late = candles(0), candles(7)
    # Played bars are not closed before the next step; those that went by without being played are the same.
    assert early[:-1] == late[:-1] and len(early) == len(late)


def test_chunks_go_on_where_the_last_one_ended() -> None:
    coin = coins(15)[14]
    series = Series(coin, 5, START, 2, Timeframe.parse("1m"))
    history, *chunks = (series.more() for _ in range(4))
    assert history.time[-1] == START - MINUTE and len(history) == 2880
    assert abs(history.close[-1] - float(coin.price)) < float(coin.tick)
    joined = Bars.concat([history, *chunks])
    assert len(joined) == 2880 + 3 * 1440 and (joined.time[1:] - joined.time[:-1] == MINUTE).all()
    assert (joined.open[1:] == joined.close[:-1]).all()
    other = Series(coin, 6, START, 2, Timeframe.parse("1m")).more()
    assert (other.close != history.close).any()


def test_five_hundred_symbols_start_within_a_second() -> None:
    began = time.process_time()
    stand = Stand(GeneratedMarket(count=500, start=START), told=False)
    assert time.process_time() - began < 1
    assert len(stand.market.symbols) == 1000
    assert len({symbol.name for symbol in stand.market.symbols}) == 500


def test_an_order_wakes_a_symbol_that_nobody_has_asked_for() -> None:
    stand = Stand(GeneratedMarket(count=30, start=START)).fund(USDT=10**6)
    tape = stand.exchange.tapes[Market.SPOT]
    tape.last_price("BTCUSDT")
    stand.run(2)
    coin = coins(30)[20]
    order = stand.order(f"{coin.base}USDT", Side.BUY, str(coin.symbol(Market.SPOT).lot * 10_000))
    # It comes in where the others are, and is quoted at its last price.
    assert order.fills[0].price == tape.last_price(order.symbol) == stand.spot.last_price(order.symbol)
    assert order.fills[0].price != coin.price
    stand.run(3)
    prints = [event for event in stand.of(Printed) if event.symbol == f"{coin.base}USDT"]
    assert {event.market for event in prints} == {Market.SPOT}
    assert prints[0].time == START + 2 * MINUTE
    assert stand.spot.last_price(f"{coin.base}USDT") == prints[-1].price


def test_every_coin_can_be_priced_and_traded() -> None:
    for coin in coins(120):
        for market in Market:
            symbol = coin.symbol(market)
            assert coin.price % symbol.tick == 0 and coin.price >= 100 * symbol.tick
            assert symbol.min_price <= coin.price <= symbol.max_price
            # Binance's prices times quantities have no more than eight digits.
            assert symbol.tick * symbol.lot >= Decimal("1e-8")
            assert symbol.lot * coin.price <= 100


def test_a_market_that_cannot_be_is_refused() -> None:
    for options in ({"count": 0}, {"days": 0}, {"timeframe": "7m"}):
        with pytest.raises(ParameterError):
            GeneratedMarket(**options)  # type: ignore[arg-type]


@pytest.mark.slow
def test_memory_stays_flat_over_a_hundred_thousand_bars() -> None:
    market = GeneratedMarket(count=1, days=1, start=START)
    stand = Stand(market, told=False)
    track = market.tapes[Market.SPOT].track("BTCUSDT")
    assert track is not None
    market.tapes[Market.SPOT].candles("BTCUSDT", "5m")
    line = next(iter(market._all()))
    # The exchange aside: its work per bar is the same for every bar.
    for _ in range(90_000):
        line.past.upcoming()
        line.past.take()
        line.close()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(20_000):
        line.past.upcoming()
        line.past.take()
        line.close()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert line.past.count - line.past.first < 5000
    assert line.next_time() == START + 110_000 * MINUTE
    # 4,000 candles of five minutes, of which the tape keeps 50,000.
    assert grown < 4_000_000
    stand.clock.allow(START + 110_000 * MINUTE)
    day = market.tapes[Market.SPOT].day("BTCUSDT")
    assert day is not None and day.count > 5000 and day.close_time - day.open_time == DAY
