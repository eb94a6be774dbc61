"""The bar rule book on the exchange, line by line."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.exchange.engine.bar_play import PlayedBar
from tradefleet.exchange.engine.bar_rules import slipped_price
from tradefleet.exchange.engine.book import UNLIMITED
from tradefleet.exchange.engine.engine import Engine
from tradefleet.exchange.engine.events import BookChanged
from tradefleet.exchange.engine.ledger import Ledger
from tradefleet.exchange.engine.order_lists import Contingency, OrderListRequest
from tradefleet.exchange.engine.orders import (
    Execution,
    Fill,
    Order,
    OrderRequest,
    OrderStatus,
    Side,
    Trigger,
    TriggerKind,
)
from tradefleet.exchange.engine.perpetual.engine import PerpetualEngine
from tradefleet.exchange.engine.perpetual.settings import Settings
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.spot import FeeAsset, SpotAccounting
from tradefleet.exchange.engine.symbols import Market, Symbol, make_symbol

BUY, SELL = Side.BUY, Side.SELL
STOP, TAKE_PROFIT, TRAILING = TriggerKind.STOP, TriggerKind.TAKE_PROFIT, TriggerKind.TRAILING
SLIPPAGE = 0.001
NAME = "BTCUSDT"


def d(number: str | float) -> Decimal:
    return Decimal(str(number))


class Venue:
    """A market played bar by bar; ann and bob have money, on spot coins too."""

    def __init__(self, market: Market) -> None:
        self.events: list[object] = []
        self.symbol = wide(make_symbol("BTC", market=market, lot=d("0.001")))
        symbols, clock = {NAME: self.symbol}, lambda: 0
        if market is Market.SPOT:
            accounting = SpotAccounting(Ledger(), symbols, by_bars=True)
            for account in ("ann", "bob"):
                accounting.set_fee_asset(account, FeeAsset.QUOTE)
            self.engine = Engine(market, symbols, accounting, clock=clock, emit=self.events.append, by_bars=True)
        else:
            self.engine = PerpetualEngine(
                symbols, clock=clock, emit=self.events.append, settings=Settings(symbols), by_bars=True
            )
        for account in ("ann", "bob"):
            self.engine.deposit(account, "USDT", d(100_000))
            if market is Market.SPOT:
                self.engine.deposit(account, "BTC", d(100))

    def open(self, price: str | float, quantity: Decimal = UNLIMITED) -> None:
        """A bar opens."""
        bid, ask = (slipped_price(d(price), side, SLIPPAGE, self.symbol) for side in (SELL, BUY))
        if isinstance(self.engine, PerpetualEngine):
            self.engine.mark(NAME, d(price))
        self.engine.quote(NAME, [(bid, quantity)], [(ask, quantity)])
        self.engine.print_trade(NAME, d(price), d(0), False, public=False)

    def play(self, bar: PlayedBar, act: Callable[[], object] | None = None, participation: str | None = None) -> int:
        """Play it; `act` is what is done where it stops first. Gives how often it stops."""
        part = None if participation is None else d(participation)
        stops = 0
        for _ in self.engine.play(NAME, bar, slippage=SLIPPAGE, participation=part):
            stops += 1
            if act is not None and stops == 1:
                act()
        return stops

    def bar(self, *prices: str | float, volume: str = "100", **others: Any) -> int:
        """Open and play a bar of these prices: open, high, low, close."""
        self.open(prices[0])
        return self.play(PlayedBar(0, *(d(price) for price in prices), d(volume)), **others)

    def limit(self, side: Side, price: str | float, quantity: str = "1", account: str = "ann", **others: Any) -> Order:
        return self.engine.place(
            account, OrderRequest(NAME, side, "LIMIT", Execution.LIMIT, d(quantity), None, d(price), **others)
        )

    def conditional(
        self,
        kind: TriggerKind,
        side: Side,
        level: str | float | None,
        quantity: str = "1",
        account: str = "ann",
        limit: str | float | None = None,
        trail: str | None = None,
        **others: Any,
    ) -> Order:
        """A stop, take-profit or trailing order, by the way its market takes them."""
        request = OrderRequest(
            NAME,
            side,
            kind.value,
            Execution.MARKET if limit is None else Execution.LIMIT,
            d(quantity),
            limit_price=None if limit is None else d(limit),
            trigger=Trigger(kind, None if level is None else d(level), None if trail is None else d(trail)),
            **others,
        )
        if isinstance(self.engine, PerpetualEngine):
            return self.engine.algos.place(account, request).order
        return self.engine.place(account, request)

    def buy(self, quantity: str = "1", account: str = "ann", side: Side = BUY) -> None:
        """At the market."""
        self.engine.place(account, OrderRequest(NAME, side, "MARKET", Execution.MARKET, d(quantity)))

    def fills(self, account: str = "ann") -> list[tuple[str, str, str, bool]]:
        """What has filled: side, price, quantity, whether as a maker."""
        found: list[Fill] = self.engine.fills(account, NAME)
        return [(fill.side.value, _text(fill.price), _text(fill.quantity), fill.maker) for fill in found]


def _text(number: Decimal) -> str:
    return f"{number.normalize():f}"


def wide(symbol: Symbol) -> Symbol:
    return replace(symbol, multiplier_up=d(1000), multiplier_down=d("0.001"))


@pytest.fixture(params=list(Market))
def venue(request: pytest.FixtureRequest) -> Venue:
    return Venue(request.param)


@pytest.fixture
def spot() -> Venue:
    return Venue(Market.SPOT)


@pytest.fixture
def perpetual() -> Venue:
    return Venue(Market.PERPETUAL)


# -- while the bar is held --------------------------------------------------------------------------------------------


def test_market_order_fills_at_the_open_with_slippage(venue: Venue) -> None:
    venue.open(100)
    venue.buy()
    venue.buy(side=SELL)
    assert venue.fills() == [("BUY", "100.1", "1", False), ("SELL", "99.9", "1", False)]


def test_open_alone_touches_no_waiting_order(venue: Venue) -> None:
    venue.open(100)
    venue.limit(BUY, 99)
    venue.conditional(STOP, SELL, 98)
    venue.open(90)
    assert venue.fills() == []


def test_limit_beyond_the_open_fills_at_the_open_as_a_maker(venue: Venue) -> None:
    venue.open(100)
    venue.limit(BUY, "100.05")
    venue.limit(BUY, 100)
    assert venue.fills() == [("BUY", "100", "1", True)]


# -- at the open ------------------------------------------------------------------------------------------------------


def test_stop_that_the_open_has_passed_fills_at_the_open_with_slippage(venue: Venue) -> None:
    venue.open(100)
    venue.buy()
    venue.conditional(STOP, SELL, 98)
    venue.bar(95, 96, 94, 95)
    assert venue.fills()[1:] == [("SELL", "94.9", "1", False)]


def test_who_is_stopped_out_at_the_open_is_so_before_anybody_enters(venue: Venue) -> None:
    venue.open(100)
    venue.buy()
    venue.conditional(STOP, SELL, 98)
    venue.limit(BUY, 97)
    venue.bar(95, 96, 94, 95)
    assert venue.fills()[1:] == [("SELL", "94.9", "1", False), ("BUY", "95", "1", True)]


def test_limit_that_the_open_has_passed_fills_at_the_open_as_a_maker(venue: Venue) -> None:
    venue.open(100)
    venue.limit(BUY, 98)
    venue.bar(95, 96, 94, 95)
    assert venue.fills() == [("BUY", "95", "1", True)]


def test_target_that_the_open_has_passed_comes_before_a_stop_within_the_bar(spot: Venue) -> None:
    spot.open(100)
    pair(spot, 105, 95)
    spot.bar(106, 107, 90, 91)
    assert spot.fills() == [("SELL", "106", "1", True)]


# -- limit orders that open or add ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("low", "filled"), [("98.99", True), ("99", False)])
def test_bar_must_trade_through_a_limit(venue: Venue, low: str, filled: bool) -> None:
    venue.open(100)
    order = venue.limit(BUY, 99)
    assert venue.bar(100, 101, low, 100) == filled
    assert venue.fills() == ([("BUY", "99", "1", True)] if filled else [])
    assert order.open is not filled


def test_order_placed_while_the_bar_is_held_takes_part_in_it(venue: Venue) -> None:
    venue.open(100)
    venue.limit(BUY, 99)
    venue.play(PlayedBar(0, d(100), d(101), d(98), d(99), d(1)))
    assert len(venue.fills()) == 1


def test_stop_placed_on_a_limit_entry_works_in_the_same_bar(venue: Venue) -> None:
    venue.open(100)
    venue.limit(BUY, 99)
    assert venue.bar(100, 101, 97, 100, act=lambda: venue.conditional(STOP, SELL, 98)) == 1
    assert venue.fills()[1:] == [("SELL", "97.9", "1", False)]


def test_target_placed_on_a_limit_entry_works_from_the_next_bar(venue: Venue) -> None:
    venue.open(100)
    venue.limit(BUY, 99)
    venue.bar(100, 110, 98, 105, act=lambda: venue.limit(SELL, 106))
    assert len(venue.fills()) == 1
    venue.bar(105, 107, 104, 106)
    assert venue.fills()[1:] == [("SELL", "106", "1", True)]


def test_target_after_a_limit_entry_at_the_open_works_from_the_next_bar(venue: Venue) -> None:
    venue.open(100)
    venue.limit(BUY, 101)
    venue.limit(SELL, 106)
    venue.play(PlayedBar(0, d(100), d(110), d(99), d(105), d(1)))
    assert venue.fills() == [("BUY", "100", "1", True)]
    venue.bar(105, 107, 104, 106)
    assert venue.fills()[1:] == [("SELL", "106", "1", True)]


def test_limits_fill_the_nearest_to_the_open_first(venue: Venue) -> None:
    venue.open(100)
    for price in (97, 99, 98):
        venue.limit(BUY, price)
    venue.bar(100, 101, 96, 97)
    assert [price for _, price, _, _ in venue.fills()] == ["99", "98", "97"]


# -- stops and liquidations -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("low", "filled"), [("98", True), ("98.01", False)])
def test_touching_a_stop_is_enough(venue: Venue, low: str, filled: bool) -> None:
    venue.open(100)
    venue.buy()
    venue.conditional(STOP, SELL, 98)
    venue.bar(100, 101, low, 100)
    assert venue.fills()[1:] == ([("SELL", "97.9", "1", False)] if filled else [])


def test_stop_to_buy_is_slipped_upwards(perpetual: Venue) -> None:
    perpetual.open(100)
    perpetual.buy(side=SELL)
    perpetual.conditional(STOP, BUY, 102)
    perpetual.bar(100, 102, 99, 100)
    assert perpetual.fills()[1:] == [("BUY", "102.11", "1", False)]


def test_stop_comes_before_the_target(spot: Venue) -> None:
    spot.open(100)
    pair(spot, 105, 95)
    spot.bar(100, 110, 90, 109)
    assert spot.fills() == [("SELL", "94.9", "1", False)]


def test_two_stops_fill_the_nearer_first(venue: Venue) -> None:
    venue.open(100)
    venue.buy("2")
    venue.conditional(STOP, SELL, 96)
    venue.conditional(STOP, SELL, 97)
    venue.bar(100, 101, 90, 91)
    assert [price for _, price, _, _ in venue.fills()[1:]] == ["96.9", "95.9"]


@pytest.mark.parametrize(("stop", "first"), [(93, "SELL"), (85, "LIQUIDATION")])
def test_of_stop_and_liquidation_the_nearer_comes(perpetual: Venue, stop: int, first: str) -> None:
    leveraged(perpetual, 10)
    perpetual.open(100)
    perpetual.buy()
    perpetual.conditional(STOP, SELL, stop, reduce_only=True)
    perpetual.bar(100, 101, 80, 81)
    price = Decimal(perpetual.fills()[-1][1])
    assert len(perpetual.fills()) == 2
    assert price == d("92.9") if first == "SELL" else d(90) < price < d("90.6")


def test_liquidation_beyond_the_open_is_at_the_open_but_never_worse_than_bankruptcy(perpetual: Venue) -> None:
    leveraged(perpetual, 10)
    perpetual.open(100)
    perpetual.buy()
    perpetual.bar(50, 51, 49, 50)
    assert d(90) < Decimal(perpetual.fills()[-1][1]) < d("90.1")


def test_who_enters_by_a_stop_may_protect_what_he_has_within_the_bar(venue: Venue) -> None:
    venue.open(100)
    venue.conditional(STOP, BUY, 102)
    assert venue.bar(100, 103, 97, 98, act=lambda: venue.conditional(STOP, SELL, 99)) == 1
    assert venue.fills() == [("BUY", "102.11", "1", False), ("SELL", "98.9", "1", False)]


def test_bar_goes_on_as_often_as_somebody_enters(venue: Venue) -> None:
    venue.open(100)
    venue.conditional(STOP, BUY, 102)
    orders = [(BUY, 104), (SELL, 99)]
    for _ in venue.engine.play(NAME, PlayedBar(0, d(100), d(105), d(97), d(98), d(1)), slippage=SLIPPAGE):
        side, level = orders.pop(0)
        venue.conditional(STOP, side, level)
    assert [side for side, *_ in venue.fills()] == ["BUY", "BUY", "SELL"]


def test_stop_limit_waits_at_its_price_where_the_market_has_left_it_behind(venue: Venue) -> None:
    venue.open(100)
    venue.buy()
    venue.conditional(STOP, SELL, 98, limit="98.5")
    venue.bar(100, 101, 97, 98)
    assert len(venue.fills()) == 1
    assert len(venue.engine.open_orders("ann")) == 1
    venue.bar(98, 99, 97, 98)
    assert venue.fills()[1:] == [("SELL", "98.5", "1", True)]


def test_stop_limit_fills_in_its_bar_where_the_close_is_beyond_it(venue: Venue) -> None:
    venue.open(100)
    venue.buy()
    venue.conditional(STOP, SELL, 98, limit="98.5")
    venue.bar(100, 101, 97, 99)
    assert venue.fills()[1:] == [("SELL", "98.5", "1", True)]


def test_stop_limit_below_its_trigger_fills_at_the_level(venue: Venue) -> None:
    venue.open(100)
    venue.buy()
    venue.conditional(STOP, SELL, 98, limit=97)
    venue.bar(100, 101, 96, 96)
    assert venue.fills()[1:] == [("SELL", "98", "1", True)]


# -- targets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("high", "filled"), [("105.01", True), ("105", False)])
def test_bar_must_trade_through_a_target(venue: Venue, high: str, filled: bool) -> None:
    venue.open(100)
    venue.buy()
    venue.limit(SELL, 105)
    venue.bar(100, high, 99, 100)
    assert venue.fills()[1:] == ([("SELL", "105", "1", True)] if filled else [])


def test_target_works_in_the_bar_of_a_market_entry(venue: Venue) -> None:
    venue.open(100)
    venue.buy()
    venue.limit(SELL, 105)
    venue.play(PlayedBar(0, d(100), d(106), d(99), d(104), d(1)))
    assert venue.fills()[1:] == [("SELL", "105", "1", True)]


def test_take_profit_at_the_market_pays_slippage_at_its_level(venue: Venue) -> None:
    venue.open(100)
    venue.buy()
    venue.conditional(TAKE_PROFIT, SELL, 105)
    venue.bar(100, 105, 99, 100)
    assert len(venue.fills()) == 1
    venue.bar(100, 106, 99, 100)
    assert venue.fills()[1:] == [("SELL", "104.89", "1", False)]


def test_order_against_what_a_stop_has_left_does_not_open(perpetual: Venue) -> None:
    perpetual.open(100)
    perpetual.buy()
    perpetual.limit(SELL, 105)
    perpetual.conditional(STOP, SELL, 95)
    perpetual.bar(100, 110, 90, 100)
    assert [side for side, *_ in perpetual.fills()] == ["BUY", "SELL"]
    # In the next bar it opens as any order does.
    perpetual.bar(100, 110, 99, 100)
    assert perpetual.fills()[2:] == [("SELL", "105", "1", True)]


# -- the exchange's own trailing orders -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        # Up first, since the high is nearer: the best is 110, the level 104.5.
        ((100, 110, 89, 95), "104.39"),
        # Down first: 95.
        ((100, 112, 90, 95), "94.9"),
        ((100, 104, 99, 100), None),
        # The open is beyond the level of the bar before.
        ((90, 91, 89, 90), "89.91"),
    ],
)
def test_trailing_order_goes_the_way_the_bar_is_told_in(
    venue: Venue, prices: tuple[float, ...], expected: str | None
) -> None:
    venue.open(100)
    venue.buy()
    venue.conditional(TRAILING, SELL, None, trail="0.05")
    venue.bar(*prices)
    assert [price for _, price, _, _ in venue.fills()[1:]] == ([] if expected is None else [expected])


# -- finite volume ----------------------------------------------------------------------------------------------------


def test_part_of_the_volume_fills_on_each_side(spot: Venue) -> None:
    spot.open(100)
    near, far = spot.limit(BUY, 99, "3"), spot.limit(BUY, 98, "3")
    target = spot.limit(SELL, 103, "9", "bob")
    spot.bar(100, 104, 97, 100, volume="40", participation="0.1")
    assert (near.filled, far.filled, target.filled) == (3, 1, 4)
    assert (far.status, target.status) == (OrderStatus.PARTIALLY_FILLED,) * 2
    spot.bar(100, 104, 97, 100, volume="40", participation="0.1")
    assert (far.filled, target.filled) == (3, 8)


def test_stop_beyond_the_volume_leaves_the_rest_unsold(spot: Venue) -> None:
    spot.open(100)
    order = spot.conditional(STOP, SELL, 98, "5")
    spot.bar(100, 101, 97, 98, volume="20", participation="0.1")
    assert (order.filled, order.status) == (2, OrderStatus.EXPIRED)
    assert spot.engine.book(NAME).house() == ([(d("99.9"), UNLIMITED)], [(d("100.1"), UNLIMITED)])


# -- others -----------------------------------------------------------------------------------------------------------


def test_stop_trades_with_the_house_and_with_no_other_client(perpetual: Venue) -> None:
    perpetual.open(100)
    perpetual.buy()
    perpetual.buy(account="bob", side=SELL)
    perpetual.conditional(STOP, SELL, 97)
    perpetual.limit(BUY, 98, account="bob")
    perpetual.bar(100, 101, 96, 97)
    assert perpetual.fills()[1:] == [("SELL", "96.9", "1", False)]
    assert perpetual.fills("bob")[1:] == [("BUY", "98", "1", True)]


def test_book_shows_nothing_of_how_a_stop_was_filled(spot: Venue) -> None:
    spot.open(100)
    spot.conditional(STOP, SELL, 98)
    spot.limit(BUY, 90, account="bob")
    spot.events.clear()
    spot.bar(100, 101, 97, 98)
    assert [event for event in spot.events if isinstance(event, BookChanged)] == []
    assert [order.account for order in spot.engine.resting(NAME)] == ["bob"]


def test_two_clients_trade_as_if_each_were_alone(venue: Venue) -> None:
    venue.open(100)
    for account in ("ann", "bob"):
        venue.limit(BUY, 99, account=account)
    venue.bar(100, 101, 98, 99)
    assert venue.fills("ann") == venue.fills("bob") == [("BUY", "99", "1", True)]


def test_bar_without_anybody_is_told_without_a_stop(venue: Venue) -> None:
    venue.events.clear()
    assert venue.bar(100, 110, 90, 95) == 0
    assert venue.engine.last_price(NAME) == 100


PRICES = st.integers(80, 120)
ORDERS = st.lists(
    st.tuples(
        st.sampled_from(["limit", "stop", "profit", "trail", "buy", "sell"]),
        st.sampled_from([BUY, SELL]),
        PRICES,
        st.sampled_from(["ann", "bob"]),
    ),
    max_size=8,
)


@given(
    st.sampled_from(Market),
    st.lists(st.tuples(ORDERS, st.tuples(PRICES, PRICES, PRICES, PRICES)), min_size=1, max_size=6),
    st.sampled_from([None, "0.01", "0.5"]),
)
def test_every_fill_is_at_a_price_of_its_bar(market: Market, bars: Any, participation: str | None) -> None:
    venue = Venue(market)
    for orders, prices in bars:
        opened, closed = d(prices[0]), d(prices[1])
        high, low = d(max(prices)), d(min(prices))
        venue.open(prices[0], UNLIMITED)
        for order in orders:
            place(venue, *order)
        before = {account: len(venue.fills(account)) for account in ("ann", "bob")}
        bar = PlayedBar(0, opened, high, low, closed, d(7))
        venue.play(bar, participation=participation)
        bought = sold = d(0)
        for account, count in before.items():
            for side, price, quantity, maker in venue.fills(account)[count:]:
                slip = 1 if maker else d("1.0011")
                assert low / slip - d("0.01") <= d(price) <= high * slip + d("0.01")
                bought += d(quantity) if side == "BUY" else 0
                sold += d(quantity) if side == "SELL" else 0
        if participation is not None:
            assert max(bought, sold) <= bar.volume * d(participation)
        assert sum(venue.engine.accounting.ledger.balances().values()) == 0  # type: ignore[attr-defined]


def place(venue: Venue, name: str, side: Side, price: int, account: str) -> None:
    with suppress(Reject):
        if name == "limit":
            venue.limit(side, price, account=account)
        elif name in ("buy", "sell"):
            venue.buy(account=account, side=BUY if name == "buy" else SELL)
        elif name == "trail":
            venue.conditional(TRAILING, side, None, account=account, trail="0.03")
        else:
            venue.conditional(STOP if name == "stop" else TAKE_PROFIT, side, price, account=account)


def pair(venue: Venue, target: float, stop: float) -> None:
    """An OCO of ann's that sells one coin."""
    limit = OrderRequest(NAME, SELL, "LIMIT_MAKER", Execution.LIMIT, d(1), None, d(target), post_only=True)
    stops = OrderRequest(NAME, SELL, "STOP_LOSS", Execution.MARKET, d(1), trigger=Trigger(STOP, d(stop)))
    venue.engine.place_list("ann", OrderListRequest(NAME, Contingency.OCO, (limit, stops)))


def leveraged(venue: Venue, leverage: int) -> None:
    """Ann trades on isolated margin."""
    assert isinstance(venue.engine, PerpetualEngine)
    choices = venue.engine.perpetual.settings.of("ann")
    choices.leverages[NAME] = leverage
    choices.isolated.add(NAME)
