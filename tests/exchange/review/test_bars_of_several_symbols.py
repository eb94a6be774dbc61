"""Symbols whose bars do not begin together, or have gaps."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from tests.exchange.replay.stand import Stand

from tradefleet.exchange.engine.events import BalancesChanged
from tradefleet.exchange.engine.orders import Side
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.replay.bars import BarMarket
from tradefleet.exchange.replay.funding import Funding
from tradefleet.market.bars import Bars
from tradefleet.market.time import MINUTE

BTC, ETH = "BTCUSDT", "ETHUSDT"


def flat(minutes: list[int], price: float) -> Bars:
    column = [price] * len(minutes)
    return Bars(np.array(minutes) * MINUTE, column, column, column, column, column, timeframe="1m")


def test_a_symbol_without_a_bar_at_a_funding_pays_at_its_next_bar() -> None:
    eight = 8 * 60
    series = {
        "BTC/USDT:USDT": flat(list(range(eight - 3, eight + 6)), 10.0),
        "ETH/USDT:USDT": flat([eight - 3, eight - 2, eight + 2, eight + 3], 20.0),
    }
    market = BarMarket(series, start=(eight - 3) * MINUTE, funding=Funding(Decimal("0.01")))
    stand = Stand(market).fund(USDT=10_000)
    stand.run(1)
    for name in (BTC, ETH):
        stand.order(name, Side.BUY, "10", market=Market.PERPETUAL)
    stand.run()
    paid = [event for event in stand.of(BalancesChanged) if event.reason == "FUNDING_FEE"]
    assert [event.changes["USDT"] for event in paid] == [-1, -2]


def test_nobody_sees_the_first_price_of_a_symbol_before_its_first_bar() -> None:
    series = {"BTC/USDT": flat(list(range(10, 20)), 10.0), "ETH/USDT": flat(list(range(15, 20)), 25.0)}
    stand = Stand(BarMarket(series, start=10 * MINUTE))
    assert stand.spot.book(BTC).best_bid() is not None
    for _ in range(5):
        assert stand.spot.book(ETH).best_bid() is None and stand.spot.book(ETH).best_ask() is None
        stand.run(1)
    assert stand.spot.book(ETH).best_bid() is None
    stand.run(1)
    assert stand.spot.book(ETH).best_ask() is not None
