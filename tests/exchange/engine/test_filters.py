"""Filters: each with the code and text of its market, and only where it is broken."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tradefleet.exchange.engine.filters import check
from tradefleet.exchange.engine.orders import OrderRequest, Side
from tradefleet.exchange.engine.symbols import Market, Symbol, make_symbol

from .desk import BTC, Desk, d, limit, market, market_for, refusal, stop

SPOT = replace(
    make_symbol("BTC", tick=d("0.01"), lot=d("0.001"), min_notional=d(5)),
    max_price=d(1000),
    max_quantity=d(100),
    market_max_quantity=d(50),
    max_notional=d(9000),
    multiplier_up=d(2),
    multiplier_down=d("0.5"),
)
PERPETUAL = replace(
    make_symbol("BTC", market=Market.PERPETUAL, tick=d("0.1"), lot=d("0.001"), min_notional=d(100)),
    min_price=d(50),
    max_price=d(1000),
    max_quantity=d(100),
    market_max_quantity=d(50),
    market_min_quantity=d("0.002"),
)


def said(request: OrderRequest, symbol: Symbol, market_price: Decimal | None = None) -> tuple[int, str]:
    return refusal(lambda: check(request, symbol, d(100), d(100) if market_price is None else market_price))


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        (limit(Side.BUY, "1", "100.005"), "PRICE_FILTER"),
        (limit(Side.BUY, "1", "1000.01"), "PRICE_FILTER"),
        (limit(Side.BUY, "1", "0"), "PRICE_FILTER"),
        (stop(Side.SELL, "1", "90.001"), "PRICE_FILTER"),
        (limit(Side.BUY, "1", "200.01"), "PERCENT_PRICE_BY_SIDE"),
        (limit(Side.SELL, "1", "49.99"), "PERCENT_PRICE_BY_SIDE"),
        (limit(Side.BUY, "0.0015", "100"), "LOT_SIZE"),
        (limit(Side.BUY, "0", "100"), "LOT_SIZE"),
        (limit(Side.BUY, "100.001", "100"), "LOT_SIZE"),
        (market(Side.BUY, "50.001"), "MARKET_LOT_SIZE"),
        (limit(Side.BUY, "0.049", "100"), "NOTIONAL"),
        (limit(Side.BUY, "99", "100"), "NOTIONAL"),
        (market(Side.BUY, "0.049"), "NOTIONAL"),
        (market_for(Side.BUY, "4.99"), "NOTIONAL"),
        (stop(Side.SELL, "0.05", "99"), "NOTIONAL"),
    ],
)
def test_spot_filters(request_: OrderRequest, name: str) -> None:
    assert said(request_, SPOT) == (-1013, f"Filter failure: {name}")


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        (limit(Side.BUY, "0.123456789", "100"), "quantity"),
        (limit(Side.BUY, "1", "100.000000001"), "price"),
        (market_for(Side.BUY, "10.000000001"), "quoteOrderQty"),
    ],
)
def test_spot_precision(request_: OrderRequest, name: str) -> None:
    assert said(request_, SPOT) == (-1111, f"Parameter '{name}' has too much precision.")


@pytest.mark.parametrize(
    "request_",
    [
        limit(Side.BUY, "0.05", "100"),
        limit(Side.BUY, "1", "200"),
        limit(Side.SELL, "1.000", "50.00"),
        market(Side.SELL, "50"),
        market_for(Side.BUY, "5"),
    ],
)
def test_spot_edges_pass(request_: OrderRequest) -> None:
    check(request_, SPOT, d(100), d(100))


@pytest.mark.parametrize(
    ("request_", "code", "text"),
    [
        (limit(Side.BUY, "0", "100"), -4003, "Quantity less than or equal to zero."),
        (limit(Side.BUY, "1.0001", "100"), -1111, "Precision is over the maximum defined for this asset."),
        (market(Side.BUY, "0.001"), -4004, "Quantity less than min quantity."),
        (limit(Side.BUY, "101", "100"), -4005, "Quantity greater than max quantity."),
        (market(Side.BUY, "51"), -4005, "Quantity greater than max quantity."),
        (limit(Side.BUY, "2", "0"), -4001, "Price less than 0."),
        (limit(Side.BUY, "2", "1001"), -4002, "Price greater than max price."),
        (limit(Side.BUY, "2", "49"), -4013, "Price less than min price."),
        (limit(Side.BUY, "2", "100.05"), -4014, "Price not increased by tick size."),
        (limit(Side.BUY, "2", "105.1"), -4016, "Limit price can't be higher than 105.0."),
        (limit(Side.SELL, "2", "94.9"), -4024, "Limit price can't be lower than 95.0."),
        (
            limit(Side.BUY, "0.999", "100"),
            -4164,
            "Order's notional must be no smaller than 100 (unless you choose reduce only).",
        ),
    ],
)
def test_perpetual_filters(request_: OrderRequest, code: int, text: str) -> None:
    assert said(request_, PERPETUAL) == (code, text)


def test_perpetual_market_order_needs_a_book_near_the_price() -> None:
    code, text = said(market(Side.BUY, "2"), PERPETUAL, d(106))
    assert (code, text) == (-4131, "The counterparty's best price does not meet the PERCENT_PRICE filter limit.")
    check(market(Side.BUY, "2"), PERPETUAL, d(100), d(105))


def test_perpetual_reduce_only_may_be_small() -> None:
    check(market(Side.SELL, "0.002", reduce_only=True), PERPETUAL, d(100), d(100))


@pytest.mark.parametrize(
    ("symbol", "answer"), [(SPOT, (-1013, "Market is closed.")), (PERPETUAL, (-1122, "Invalid symbol status."))]
)
def test_closed_market(symbol: Symbol, answer: tuple[int, str]) -> None:
    assert said(limit(Side.BUY, "1", "100"), replace(symbol, status="BREAK")) == answer


@pytest.mark.parametrize(
    ("change", "name"), [({"max_orders": 2}, "MAX_NUM_ORDERS"), ({"max_algo_orders": 2}, "MAX_NUM_ALGO_ORDERS")]
)
def test_number_of_open_orders(desk: Desk, change: dict[str, Any], name: str) -> None:
    desk.change_symbol(**change)
    for price in ("90", "91"):
        desk.engine.place("ann", stop(Side.SELL, "1", price))
    assert refusal(lambda: desk.engine.place("ann", stop(Side.SELL, "1", "92"))) == (-2010, f"Filter failure: {name}")
    desk.engine.place("bob", stop(Side.SELL, "1", "92"))
    desk.engine.cancel("ann", BTC, order_id=1)
    desk.engine.place("ann", stop(Side.SELL, "1", "92"))


def test_filters_that_change_hold_for_new_orders_only(desk: Desk) -> None:
    old = desk.limit("ann", Side.BUY, "1.001", "90.01")
    desk.change_symbol(tick=d("0.1"), lot=d("0.01"))
    assert refusal(lambda: desk.limit("ann", Side.BUY, "1", "90.01"))[1] == "Filter failure: PRICE_FILTER"
    assert refusal(lambda: desk.limit("ann", Side.BUY, "1.001", "90"))[1] == "Filter failure: LOT_SIZE"
    desk.print("90", "5")
    assert old.filled == d("1.001")
