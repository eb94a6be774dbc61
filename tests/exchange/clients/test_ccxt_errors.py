"""What CCXT makes of refusals and failures: the classes of production, which bots decide by."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import ccxt
import ccxt.async_support
import pytest
from tests.exchange.clients.venue import client, venue

from tradefleet.exchange.faults.rules import Rule, When
from tradefleet.exchange.serving import Running
from tradefleet.exchange.wire.limits import Limits, MarketLimits, Window

pytestmark = pytest.mark.asyncio
SPOT, PERPETUAL = "BTC/USDT", "BTC/USDT:USDT"
Attempt = Callable[[Any, float], Awaitable[Any]]


async def _raised(request: Awaitable[Any]) -> type[Exception]:
    with pytest.raises(ccxt.BaseError) as caught:
        await request
    return caught.type


async def _price(made: Any, symbol: str, running: Running) -> float:
    """The last price, of a market that has begun to move."""
    await made.load_markets()
    await made.fetch_ticker(symbol)
    await running.driver.step()
    price: float = (await made.fetch_ticker(symbol))["last"]
    return price


def _raw(**changes: object) -> Attempt:
    """An order as it is written, past CCXT's own checks; None leaves a parameter out."""

    def attempt(made: Any, price: float) -> Awaitable[Any]:
        order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}
        wanted = order | {"price": f"{price * 0.9:.2f}"} | changes
        found: Awaitable[Any] = made.private_post_order({key: x for key, x in wanted.items() if x is not None})
        return found

    return attempt


SPOT_REFUSALS: dict[str, tuple[type[Exception], Attempt]] = {
    "no money": (ccxt.InsufficientFunds, lambda c, p: c.create_order(SPOT, "limit", "buy", 10, p * 0.9)),
    "nothing to sell": (ccxt.InsufficientFunds, lambda c, p: c.create_order(SPOT, "market", "sell", 1)),
    "cancel unknown": (ccxt.OrderNotFound, lambda c, p: c.cancel_order("12345", SPOT)),
    "query unknown": (ccxt.OrderNotFound, lambda c, p: c.fetch_order("12345", SPOT)),
    "cancel none": (ccxt.OrderNotFound, lambda c, p: c.cancel_all_orders(SPOT)),
    "too small": (ccxt.BadRequest, lambda c, p: c.create_order(SPOT, "limit", "buy", 0.00001, p * 0.9)),
    "lot": (ccxt.InvalidOrder, _raw(quantity="0.0000001")),
    "too large": (ccxt.InvalidOrder, _raw(quantity="99999999")),
    "tick": (ccxt.InvalidOrder, _raw(price="60000.001")),
    "far price": (ccxt.InvalidOrder, _raw(price="1.00")),
    "would take": (
        ccxt.OrderImmediatelyFillable,
        lambda c, p: c.create_order(SPOT, "limit", "buy", 0.01, p * 1.01, {"postOnly": True}),
    ),
    "would trigger": (
        ccxt.OrderImmediatelyFillable,
        _raw(type="STOP_LOSS", stopPrice="1000.00", price=None, timeInForce=None),
    ),
    "no price": (ccxt.BadRequest, _raw(price=None)),
    "no symbol": (ccxt.BadRequest, _raw(symbol=None)),
    "unknown symbol": (ccxt.BadSymbol, _raw(symbol="NOPEUSDT")),
    "unknown side": (ccxt.BadRequest, _raw(side="UP")),
    "unknown type": (ccxt.BadRequest, _raw(type="GUESS")),
    "too many digits": (ccxt.BadRequest, _raw(quantity="0.0123456789")),
    "id in use": (ccxt.InvalidOrder, _raw(newClientOrderId="taken")),
}


async def test_refusals_of_spot(running: Running) -> None:
    async with client(running) as made:
        price = await _price(made, SPOT, running)
        raised = {}
        for name, (_, attempt) in SPOT_REFUSALS.items():
            if name == "id in use":
                await made.create_order(SPOT, "limit", "buy", 0.001, price * 0.8, {"clientOrderId": "taken"})
            raised[name] = await _raised(attempt(made, price))
    assert raised == {name: expected for name, (expected, _) in SPOT_REFUSALS.items()}


PERPETUAL_REFUSALS: dict[str, tuple[type[Exception], Attempt]] = {
    "no margin": (ccxt.InsufficientFunds, lambda c, p: c.create_order(PERPETUAL, "market", "buy", 400)),
    "nothing to reduce": (
        ccxt.InvalidOrder,
        lambda c, p: c.create_order(PERPETUAL, "market", "sell", 0.1, None, {"reduceOnly": True}),
    ),
    "would take": (
        ccxt.OrderNotFillable,
        lambda c, p: c.create_order(PERPETUAL, "limit", "buy", 0.1, p * 1.03, {"postOnly": True}),
    ),
    "would trigger": (
        ccxt.OrderImmediatelyFillable,
        lambda c, p: c.create_order(PERPETUAL, "market", "sell", 0.1, None, {"stopLossPrice": p * 1.04}),
    ),
    "too small": (ccxt.InvalidOrder, lambda c, p: c.create_order("ETH/USDT:USDT", "limit", "buy", 0.001, 1_000)),
    "cancel unknown": (ccxt.OrderNotFound, lambda c, p: c.cancel_order("12345", PERPETUAL)),
    "query unknown": (ccxt.OrderNotFound, lambda c, p: c.fetch_order("12345", PERPETUAL)),
    "cancel unknown stop": (
        ccxt.OrderNotFound,
        lambda c, p: c.cancel_order("12345", PERPETUAL, {"trigger": True}),
    ),
    "too much leverage": (
        ccxt.BadRequest,
        lambda c, p: c.fapiprivate_post_leverage({"symbol": "BTCUSDT", "leverage": 126}),
    ),
    "wrong mode": (
        ccxt.OperationRejected,
        lambda c, p: c.create_order(PERPETUAL, "market", "buy", 0.1, None, {"hedged": True}),
    ),
}


async def test_refusals_of_perpetuals(running: Running) -> None:
    async with client(running, ccxt.async_support.binanceusdm) as made:
        price = await _price(made, PERPETUAL, running)
        raised = {name: await _raised(attempt(made, price)) for name, (_, attempt) in PERPETUAL_REFUSALS.items()}
    assert raised == {name: expected for name, (expected, _) in PERPETUAL_REFUSALS.items()}


async def test_a_market_that_is_closed(running: Running) -> None:
    async with client(running) as made:
        price = await _price(made, SPOT, running)
        spot = running.exchange.spot
        spot.replace_symbol(replace(spot.symbols["BTCUSDT"], status="BREAK"))
        assert await _raised(made.create_order(SPOT, "limit", "buy", 0.01, price * 0.9)) is ccxt.MarketClosed


async def test_filters_that_change_while_a_client_trades(running: Running) -> None:
    async with client(running) as made:
        price = await _price(made, SPOT, running)
        spot = running.exchange.spot
        spot.replace_symbol(replace(spot.symbols["BTCUSDT"], lot=Decimal("0.001"), min_quantity=Decimal("0.001")))
        assert await _raised(made.create_order(SPOT, "limit", "buy", 0.0015, price * 0.9)) is ccxt.InvalidOrder
        await made.load_markets(True)
        placed = await made.create_order(SPOT, "limit", "buy", 0.0015, price * 0.9)
        assert placed["amount"] == 0.001


async def test_clocks_that_differ(running: Running) -> None:
    for difference in (-60_000, 60_000):
        async with client(running, options={"timeDifference": difference}) as made:
            assert await _raised(made.fetch_balance()) is ccxt.InvalidNonce
    async with client(running, options={"timeDifference": 60_000}) as made:
        await made.load_time_difference()
        assert (await made.fetch_balance())["USDT"]["free"] == 100_000


async def test_wrong_keys(running: Running) -> None:
    async with client(running, secret="wrong") as stranger:
        assert await _raised(stranger.fetch_balance()) is ccxt.AuthenticationError
    async with client(running, apiKey="x" * 64) as stranger:
        assert await _raised(stranger.fetch_balance()) is ccxt.AuthenticationError
    async with client(running, apiKey="no key") as stranger:
        assert await _raised(stranger.fetch_balance()) is ccxt.AuthenticationError


async def test_a_key_revoked_after_it_worked_is_taken_for_a_ban(running: Running) -> None:
    # CCXT's own reading of -2015, which hides from bots that their key is gone.
    async with client(running) as made:
        await made.fetch_balance()
        running.exchange.accounts["ann"].revoked = True
        assert await _raised(made.fetch_balance()) is ccxt.DDoSProtection


async def test_keys_without_withdrawals_cannot_withdraw(running: Running) -> None:
    async with client(running) as made:
        await made.load_markets()
        assert await _raised(made.withdraw("USDT", 10, "somewhere")) in (ccxt.AuthenticationError, ccxt.DDoSProtection)


def _few(weight: int, orders: int) -> MarketLimits:
    windows = Window("SECOND", 10, orders), Window("DAY", 1, 1_000)
    return MarketLimits(Window("MINUTE", 1, weight), Window("MINUTE", 5, 61_000), windows, messages=5, streams=1_024)


async def test_too_much_weight_is_429_then_a_ban() -> None:
    async with venue(limits=Limits(spot=_few(weight=100, orders=100), patience=2)) as running, client(running) as made:
        statuses = []
        for _ in range(60):
            try:
                await made.public_get_depth({"symbol": "BTCUSDT", "limit": 100})
            except ccxt.DDoSProtection as error:
                statuses.append(str(error).split()[1])
                assert 0 < int(made.last_response_headers["Retry-After"]) <= 120
        assert statuses[0] == "429"
        assert statuses[-1] == "418"


async def test_too_many_orders_are_refused() -> None:
    async with venue(limits=Limits(spot=_few(weight=6_000, orders=3))) as running, client(running) as made:
        price = await _price(made, SPOT, running)
        with pytest.raises(ccxt.DDoSProtection, match="-1015"):
            for _ in range(9):
                await made.create_order(SPOT, "limit", "buy", 0.001, price * 0.8)
        assert len(await made.fetch_open_orders(SPOT)) in (3, 6)


FAILURES: dict[str, tuple[type[Exception], str, dict[str, object]]] = {
    "-1000": (ccxt.OperationFailed, "refused", {"code": -1000}),
    "-1001": (ccxt.OperationFailed, "service_unavailable", {"variant": "-1001"}),
    "-1003": (ccxt.RateLimitExceeded, "refused", {"code": -1003, "message": "Too many requests.", "status": 503}),
    "-1006": (ccxt.OperationFailed, "unknown_error", {"variant": "-1006"}),
    "-1007": (ccxt.RequestTimeout, "unknown_error", {"variant": "-1007"}),
    "-1008": (ccxt.OperationFailed, "service_unavailable", {"variant": "-1008"}),
    "-1015": (ccxt.RateLimitExceeded, "refused", {"code": -1015, "message": "Too many new orders."}),
    "408": (ccxt.RequestTimeout, "unknown_error", {"variant": "408"}),
    "503 unknown": (ccxt.ExchangeNotAvailable, "unknown_error", {"variant": "503"}),
    "503 failed": (ccxt.ExchangeNotAvailable, "service_unavailable", {"variant": "503"}),
    "429": (ccxt.DDoSProtection, "too_many_requests", {}),
    "firewall": (ccxt.ExchangeNotAvailable, "firewall", {}),
    "cut": (ccxt.ExchangeNotAvailable, "cut_after", {}),
    "no money": (ccxt.InsufficientFunds, "insufficient_balance", {}),
    # The last one: the address is shut out.
    "418": (ccxt.DDoSProtection, "banned", {}),
}


@pytest.mark.parametrize(
    ("symbol", "kind"), [(SPOT, ccxt.async_support.binance), (PERPETUAL, ccxt.async_support.binanceusdm)]
)
async def test_failures_of_the_exchange(running: Running, symbol: str, kind: Any) -> None:
    raised = {}
    async with client(running, kind) as made:
        price = await _price(made, symbol, running)
        where = ["POST /api/v3/order", "POST /fapi/v1/order"]
        for name, (_, what, parameters) in FAILURES.items():
            rule = running.faults.add(Rule(what=what, with_=parameters, where=where, when=When(times=1)))
            raised[name] = await _raised(made.create_order(symbol, "limit", "buy", 0.01, price * 0.98))
            running.faults.remove(rule)
    assert raised == {name: expected for name, (expected, _, _) in FAILURES.items()}


async def test_an_answer_that_is_lost_times_out(running: Running) -> None:
    async with client(running, timeout=300) as made:
        price = await _price(made, SPOT, running)
        running.faults.add(Rule(what="answer_lost", with_={"seconds": 1}, when=When(times=1)))
        order = made.create_order(SPOT, "limit", "buy", 0.01, price * 0.9, {"clientOrderId": "lost"})
        assert await _raised(order) is ccxt.RequestTimeout
        assert [found["clientOrderId"] for found in await made.fetch_open_orders(SPOT)] == ["lost"]
