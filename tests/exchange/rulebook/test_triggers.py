"""Conditional orders: when they wake, in what order, and when they are refused."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.exchange.engine.orders import Execution, Order, OrderRequest, PriceSource, Side, Trigger, TriggerKind
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.engine.triggers import Triggers, check, reached, wake_price

IDS = count(1)
LAST, MARK = PriceSource.LAST, PriceSource.MARK
STOP, TAKE_PROFIT, TRAILING = TriggerKind.STOP, TriggerKind.TAKE_PROFIT, TriggerKind.TRAILING


def asked(
    kind: TriggerKind,
    side: Side,
    price: str | int | None,
    trail: str | None = None,
    source: PriceSource = LAST,
    name: str = "",
) -> OrderRequest:
    level = None if price is None else Decimal(price)
    trigger = Trigger(kind, level, None if trail is None else Decimal(trail), source)
    return OrderRequest("BTCUSDT", side, name or kind.value, Execution.MARKET, Decimal(1), trigger=trigger)


def sleeper(request: OrderRequest) -> Order:
    return Order(next(IDS), "", "ann", request, Decimal(1), 0, 0, working=False)


def walked(order: Order, prices: Sequence[str | int], first: str | None = None) -> str | int | None:
    """The price that wakes an order, None where none does."""
    triggers = Triggers()
    triggers.add(order, None if first is None else Decimal(first))
    for price in prices:
        if triggers.woken(Decimal(price), LAST):
            assert not len(triggers)
            return price
    return None


@pytest.mark.parametrize(
    ("kind", "side", "sleeps", "wakes"),
    [
        (STOP, Side.SELL, "100.01", "100"),
        (STOP, Side.BUY, "99.99", "100"),
        (TAKE_PROFIT, Side.SELL, "99.99", "100"),
        (TAKE_PROFIT, Side.BUY, "100.01", "100"),
    ],
)
def test_order_wakes_at_its_price(kind: TriggerKind, side: Side, sleeps: str, wakes: str) -> None:
    assert walked(sleeper(asked(kind, side, 100)), [sleeps, wakes]) == wakes


@pytest.mark.parametrize("market", list(Market))
@pytest.mark.parametrize("kind", [STOP, TAKE_PROFIT])
@pytest.mark.parametrize("side", list(Side))
def test_order_that_would_wake_at_once_is_refused(market: Market, kind: TriggerKind, side: Side) -> None:
    up = (kind is STOP) is (side is Side.BUY)
    check(asked(kind, side, 101 if up else 99), Decimal(100), market)
    for price in (100, 99 if up else 101):
        with pytest.raises(Reject) as refused:
            check(asked(kind, side, price), Decimal(100), market)
        assert (refused.value.code, refused.value.message) == {
            Market.SPOT: (-2010, "Stop price would trigger immediately."),
            Market.PERPETUAL: (-2021, "Order would immediately trigger."),
        }[market]


def test_nothing_is_refused_before_there_is_a_price() -> None:
    check(asked(STOP, Side.SELL, 100), None)
    check(asked(STOP, Side.SELL, None, "0.01"), Decimal(100))


def test_mark_and_last_price_are_watched_apart() -> None:
    triggers = Triggers()
    by_last, by_mark = sleeper(asked(STOP, Side.SELL, 100)), sleeper(asked(STOP, Side.SELL, 100, source=MARK))
    triggers.add(by_last)
    triggers.add(by_mark)
    assert triggers.woken(Decimal(90), MARK) == [by_mark]
    assert triggers.woken(Decimal(90), LAST) == [by_last]


def test_the_level_that_the_price_comes_to_first_wakes_first() -> None:
    triggers = Triggers()
    orders = {price: sleeper(asked(STOP, Side.SELL, price)) for price in (97, 99, 98)}
    late = sleeper(asked(STOP, Side.SELL, 99))
    for order in (*orders.values(), late):
        triggers.add(order)
    assert triggers.woken(Decimal(95), LAST) == [orders[99], late, orders[98], orders[97]]


def test_a_discarded_order_sleeps_for_ever() -> None:
    triggers = Triggers()
    fixed, trailing = sleeper(asked(STOP, Side.SELL, 100)), sleeper(asked(TRAILING, Side.SELL, None, "0.01"))
    for order in (fixed, trailing):
        triggers.add(order, Decimal(110))
        triggers.discard(order)
        triggers.discard(order)
    assert triggers.woken(Decimal(1), LAST) == triggers.orders() == []


# The worked examples of the exchange's documentation.
@pytest.mark.parametrize(
    ("name", "side", "start", "trail", "prices", "wakes"),
    [
        ("STOP_LOSS_LIMIT", Side.BUY, 44_000, "0.05", [37_000, 44_000, 46_000, 42_000, 44_099, 44_100], 44_100),
        ("STOP_LOSS_LIMIT", Side.SELL, 39_000, "0.1", [41_500, 39_000, 37_000, 41_000, 36_901, 36_900], 36_900),
        ("TAKE_PROFIT_LIMIT", Side.BUY, 38_000, "0.085", [42_000, 38_000, 37_000, 39_000, 38_000, 40_145], 40_145),
        ("TAKE_PROFIT_LIMIT", Side.SELL, 42_000, "0.075", [39_000, 42_000, 44_000, 46_500, "43012.5"], "43012.5"),
        ("STOP_LOSS_LIMIT", Side.SELL, None, "0.07", [42_000, 39_500, 45_500, 42_316, 42_315], 42_315),
        ("TRAILING_STOP_MARKET", Side.SELL, 42_000, "0.01", [41_000, 40_000, 42_000, 41_581, 41_580], 41_580),
        ("TRAILING_STOP_MARKET", Side.BUY, 38_000, "0.01", [39_000, 40_000, 38_000, 38_379, 38_380], 38_380),
    ],
)  # fmt: skip
def test_trailing_order_starts_follows_and_turns(
    name: str, side: Side, start: int | None, trail: str, prices: list[str | int], wakes: str | int
) -> None:
    assert walked(sleeper(asked(TRAILING, side, start, trail, name=name)), prices, "40000") == wakes


@given(
    st.sampled_from(Side),
    st.integers(1, 500),
    st.lists(st.integers(5_000, 20_000), min_size=1, max_size=50),
)
def test_trailing_order_wakes_where_the_price_has_turned_back_from_its_best(
    side: Side, bips: int, prices: list[int]
) -> None:
    best, expected = prices[0], None
    for price in prices:
        best = max(best, price) if side is Side.SELL else min(best, price)
        if (price - best) * side.sign * 10_000 >= bips * best:
            expected = price
            break
    order = sleeper(asked(TRAILING, side, None, str(Decimal(bips) / 10_000)))
    assert walked(order, prices, str(prices[0])) == expected


@given(
    st.lists(st.tuples(st.sampled_from([STOP, TAKE_PROFIT]), st.sampled_from(Side), st.integers(1, 50)), max_size=30),
    st.lists(st.integers(1, 50), max_size=30),
)
def test_every_order_wakes_at_the_first_price_that_reaches_it(
    wanted: list[tuple[TriggerKind, Side, int]], prices: list[int]
) -> None:
    triggers = Triggers()
    orders = [sleeper(asked(kind, side, price)) for kind, side, price in wanted]
    for order in orders:
        triggers.add(order)
    for order in orders[::4]:
        triggers.discard(order)
    sleeping = [order for number, order in enumerate(orders) if number % 4]
    for price in prices:
        woken = triggers.woken(Decimal(price), LAST)
        assert sorted(order.id for order in woken) == [
            order.id for order in sleeping if reached(order.request, Decimal(price))
        ]
        sleeping = [order for order in sleeping if order not in woken]
        assert triggers.orders() == sleeping
        assert len(triggers) == len(sleeping)


def test_wake_price_follows_the_best() -> None:
    order = sleeper(asked(TRAILING, Side.SELL, None, "0.1"))
    triggers = Triggers()
    triggers.add(order)
    assert wake_price(order) is None
    triggers.woken(Decimal(200), LAST)
    assert wake_price(order) == 180
