"""Orders that fill, or wake, at the very moment they are to be cancelled."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tradefleet.exchange.engine.orders import Execution, OrderRequest, OrderStatus, Side, Trigger, TriggerKind
from tradefleet.exchange.replay.generated import GeneratedMarket
from tradefleet.exchange.replay.pace import Pace
from tradefleet.exchange.serving import Running, Setup, serving
from tradefleet.exchange.wire.trouble import fill_first

pytestmark = pytest.mark.asyncio
SYMBOL = "BTCUSDT"


def setup() -> Setup:
    return Setup(GeneratedMarket(seed=7, count=1, days=1), pace=Pace(steps=True), names=("ann",))


async def price(running: Running) -> Decimal:
    await running.driver.step(1)
    last = running.exchange.spot.last_price(SYMBOL)
    if last is None:
        raise AssertionError("a step makes a price")
    return last


async def test_a_resting_order_fills_at_its_own_price() -> None:
    async with serving(setup()) as running:
        bid = (await price(running) * Decimal("0.9")).quantize(Decimal(1))
        engine = running.exchange.spot
        order = engine.place(
            "ann",
            OrderRequest(
                SYMBOL, Side.BUY, "LIMIT", Execution.LIMIT, Decimal("0.01"), limit_price=bid, client_id="mine"
            ),
        )
        fill_first(engine, "ann", {"symbol": SYMBOL, "origClientOrderId": "mine"})
        assert order.status is OrderStatus.FILLED
        assert [fill.price for fill in engine.fills("ann")] == [bid]
        # What is not there any more, and what never was, stays so.
        fill_first(engine, "ann", {"symbol": SYMBOL, "orderId": str(order.id)})
        fill_first(engine, "ann", {"symbol": SYMBOL, "orderId": "99"})
        assert len(engine.fills("ann")) == 1


async def test_a_conditional_order_of_the_perpetual_market_wakes() -> None:
    async with serving(setup()) as running:
        level = (await price(running) * Decimal("1.1")).quantize(Decimal(1))
        engine = running.exchange.perpetual
        request = OrderRequest(
            SYMBOL,
            Side.BUY,
            "STOP_MARKET",
            Execution.MARKET,
            Decimal("0.01"),
            trigger=Trigger(TriggerKind.STOP, level),
            client_id="stop",
        )
        algo = engine.algos.place("ann", request)  # type: ignore[attr-defined]
        fill_first(engine, "ann", {"clientAlgoId": "stop"})
        assert not algo.waiting
        assert sum(fill.quantity for fill in engine.fills("ann")) == Decimal("0.01")


async def test_one_that_has_become_an_ordinary_order_is_left_alone() -> None:
    async with serving(setup()) as running:
        last = await price(running)
        engine = running.exchange.perpetual
        request = OrderRequest(
            SYMBOL,
            Side.BUY,
            "STOP",
            Execution.LIMIT,
            Decimal("0.01"),
            limit_price=(last * Decimal("0.9")).quantize(Decimal(1)),
            trigger=Trigger(TriggerKind.STOP, (last * Decimal("1.1")).quantize(Decimal(1))),
            client_id="stop",
        )
        algo = engine.algos.place("ann", request)  # type: ignore[attr-defined]
        engine.wake(algo.order)
        became = algo.triggered
        fill_first(engine, "ann", {"clientAlgoId": "stop"})
        assert became.open
        assert engine.fills("ann") == []
        engine.fill_at(became, became.request.limit_price, became.left, maker=True)
        assert became.status is OrderStatus.FILLED
