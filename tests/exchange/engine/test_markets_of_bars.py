"""The engine of a market that is played bar by bar: quotes and prints leave resting orders to the play of the bar."""

from __future__ import annotations

import pytest

from tradefleet.exchange.engine.book import UNLIMITED
from tradefleet.exchange.engine.orders import OrderStatus, Side

from .desk import BTC, IOC, Desk, d, limit, maker, refusal, stop


@pytest.fixture
def bars() -> Desk:
    """The bar has opened at 100; the house sells at 100.1 and buys at 99.9."""
    made = Desk(by_bars=True).fund("ann", USDT="10000", BTC="50")
    made.change_symbol(maker=d("0.0002"))
    made.engine.quote(BTC, [(d("99.9"), UNLIMITED)], [(d("100.1"), UNLIMITED)])
    made.print("100")
    return made


def test_limit_that_the_open_has_passed_fills_there_as_maker(bars: Desk) -> None:
    order = bars.limit("ann", Side.BUY, "1", "105")
    fill = order.fills[0]
    assert (fill.price, fill.maker, fill.fee) == (d(100), True, d("0.0002"))
    assert bars.balance("ann", "USDT") == (9900, 0)


def test_limit_at_the_open_waits(bars: Desk) -> None:
    order = bars.limit("ann", Side.BUY, "1", "100")
    assert order.status is OrderStatus.NEW and bars.engine.resting(BTC) == [order]
    assert bars.engine.place("ann", maker(Side.SELL, "1", "100")).open
    assert refusal(lambda: bars.engine.place("ann", maker(Side.SELL, "1", "99.99")))[0] == -2010


def test_impatient_and_market_orders_take_the_house_as_takers(bars: Desk) -> None:
    assert bars.limit("ann", Side.BUY, "1", "105", time_in_force=IOC).fills[0].price == d("100.1")
    sold = bars.market("ann", Side.SELL, "1").fills[0]
    assert (sold.price, sold.maker) == (d("99.9"), False)


def test_quotes_and_prints_leave_waiting_orders_alone(bars: Desk) -> None:
    waiting = bars.limit("ann", Side.BUY, "1", "99")
    sleeping = bars.engine.place("ann", stop(Side.SELL, "1", "95"))
    bars.engine.quote(BTC, [(d("89.9"), UNLIMITED)], [(d("90.1"), UNLIMITED)])
    bars.print("90")
    assert waiting.filled == 0 and not sleeping.working
    assert bars.engine.last_price(BTC) == 90


def test_limit_that_waits_is_reserved_at_the_makers_fee(bars: Desk) -> None:
    bars.accounting.set_fee_asset("ann", "quote")
    assert bars.engine.place("ann", limit(Side.BUY, "1", "99")).reserved == d("99.0198")
