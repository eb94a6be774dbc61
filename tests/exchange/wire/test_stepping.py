"""A client that goes bar by bar with the market, over HTTP and websockets alone."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import aiohttp
import pytest
from tests.exchange.wire.whole import Whole, whole

from tradefleet.exchange.engine.spot import FeeAsset
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.replay.bars import BarMarket
from tradefleet.exchange.replay.pace import Pace
from tradefleet.market.bars import Bars
from tradefleet.market.time import MINUTE, format_time, parse_time

pytestmark = pytest.mark.asyncio
START = parse_time("2024-03-01")
MILLISECONDS = 1_000_000
# Open, high, low, close.
ROWS = (
    (100.01, 101.0, 99.0, 100.0),
    (100.0, 101.0, 99.5, 100.5),
    (100.25, 102.0, 95.0, 101.0),
    (101.5, 103.0, 101.0, 102.0),
    (102.75, 103.0, 102.0, 102.5),
)
PATHS = {Market.SPOT: "/api/v3/order", Market.PERPETUAL: "/fapi/v1/order"}
STREAMS = {Market.SPOT: "/ws", Market.PERPETUAL: "/market/ws"}


def bars() -> BarMarket:
    times = [START + number * MINUTE for number in range(len(ROWS))]
    series = Bars(times, *zip(*ROWS, strict=True), [1000.0] * len(ROWS), timeframe="1m", symbol="BTC/USDT")  # type: ignore[arg-type]
    return BarMarket({"BTC/USDT": series}, start=START + MINUTE)


def at(number: int) -> int:
    """When a bar opens, in milliseconds."""
    return (START + number * MINUTE) // MILLISECONDS


async def closed(stream: aiohttp.ClientWebSocketResponse) -> Any:
    """The next candle that is told to be closed."""
    while True:
        event = await stream.receive_json(timeout=5)
        if event["k"]["x"]:
            return event["k"]


async def order(place: Whole, market: Market, side: str, **more: object) -> Any:
    path = PATHS[market] if "triggerPrice" not in more else "/fapi/v1/algoOrder"
    status, told = await place.signed("POST", path, symbol="BTCUSDT", side=side, quantity="1", **more)
    assert status == 200, told
    return told


async def status_of(place: Whole, market: Market, placed: Any) -> Any:
    _, told = await place.signed("GET", PATHS[market], symbol="BTCUSDT", orderId=placed["orderId"])
    return told


async def step(place: Whole, **how: object) -> Any:
    status, told = await place.control("POST", "/step", how)
    assert status == 200, told
    return told


@pytest.mark.parametrize("market", list(Market))
async def test_a_closed_candle_then_an_order_at_the_next_open_then_its_stop(market: Market) -> None:
    async with (
        whole(market=bars(), fees_in=FeeAsset.QUOTE) as place,
        place.client.ws_connect(f"{place.url}{STREAMS[market]}/btcusdt@kline_1m") as stream,
    ):
        held = await step(place)
        assert held == {"time": format_time(START + 2 * MINUTE), "inside": False, "ended": False}
        candle = await closed(stream)
        assert (candle["t"], Decimal(candle["c"])) == (at(1), Decimal("100.5"))
        bought = await order(place, market, "BUY", type="MARKET", newOrderRespType="RESULT")
        seen = await status_of(place, market, bought)
        # At the open of the bar that begins where the candle ended, stamped with that time.
        assert (bought["status"], seen["updateTime"]) == ("FILLED", at(2))
        price = Decimal(seen["avgPrice"]) if market is Market.PERPETUAL else Decimal(seen["cummulativeQuoteQty"])
        assert price == Decimal("100.25")
        stop = {"type": "STOP_LOSS", "stopPrice": "96"}
        if market is Market.PERPETUAL:
            stop = {"type": "STOP_MARKET", "triggerPrice": "96", "algoType": "CONDITIONAL", "reduceOnly": "true"}
        await order(place, market, "SELL", **stop)
        assert (await step(place))["time"] == format_time(START + 3 * MINUTE)
        assert (await closed(stream))["t"] == at(2)
        fills = place.running.exchange.engines[market].fills("ann", "BTCUSDT")
        assert [fill.price for fill in fills] == [Decimal("100.25"), Decimal(96)]
        assert fills[1].time // MILLISECONDS == at(2) + 30_000


@pytest.mark.parametrize("market", list(Market))
async def test_an_entry_within_the_bar_is_held_for_its_stop(market: Market) -> None:
    async with whole(market=bars(), fees_in=FeeAsset.QUOTE) as place:
        await step(place)
        entry = await order(place, market, "BUY", type="LIMIT", timeInForce="GTC", price="98")
        assert entry["status"] == "NEW"
        held = await step(place, inside=True)
        assert held == {"time": format_time(START + 2 * MINUTE + MINUTE // 2), "inside": True, "ended": False}
        assert (await status_of(place, market, entry))["status"] == "FILLED"
        stop: dict[str, object] = {"type": "STOP_LOSS", "stopPrice": "96"}
        if market is Market.PERPETUAL:
            stop = {"type": "STOP_MARKET", "triggerPrice": "96", "algoType": "CONDITIONAL", "reduceOnly": "true"}
        await order(place, market, "SELL", **stop)
        # The same bar goes on, and takes the stop.
        held = await step(place, inside=True)
        assert (held["time"], held["inside"]) == (format_time(START + 3 * MINUTE), False)
        fills = place.running.exchange.engines[market].fills("ann", "BTCUSDT")
        assert [(fill.price, fill.maker) for fill in fills] == [(Decimal(98), True), (Decimal(96), False)]


async def test_a_bar_may_be_held_more_than_once() -> None:
    async with whole(market=bars()) as place:
        await step(place)
        await order(place, Market.SPOT, "BUY", type="LIMIT", timeInForce="GTC", price="98")
        first = await step(place, inside=True)
        # Another entry, on the way up: it fills in the rest of the bar, which is held once more.
        given = {"symbol": "BTCUSDT", "side": "BUY", "quantity": "1", "type": "STOP_LOSS", "stopPrice": "101.5"}
        _, stop = await place.signed("POST", PATHS[Market.SPOT], "bob", **given)
        second = await step(place, inside=True)
        assert first["inside"] and second == first
        assert [fill.price for fill in place.running.exchange.spot.fills("bob")] == [Decimal("101.5")]
        third = await step(place, inside=True)
        assert (third["time"], third["inside"]) == (format_time(START + 3 * MINUTE), False)
        assert stop["orderId"] == 2


async def test_who_does_not_ask_is_not_held_within_a_bar() -> None:
    async with whole(market=bars()) as place:
        await step(place)
        await order(place, Market.SPOT, "BUY", type="LIMIT", timeInForce="GTC", price="98")
        held = await step(place)
        assert (held["time"], held["inside"]) == (format_time(START + 3 * MINUTE), False)
        held = await step(place, steps=10)
        assert held["ended"]
        assert (await step(place))["ended"]


async def test_a_market_that_holds_lets_clients_act_at_each_open() -> None:
    """Nobody steps: the market stands for a while after each bar, and what is ordered then fills at the open."""
    async with (
        whole(market=bars(), pace=Pace.parse("step", 0)) as place,
        place.client.ws_connect(f"{place.url}/ws/btcusdt@kline_1m") as stream,
    ):
        await place.control("POST", "/clock", {"speed": "max", "hold": 250})
        filled = []
        for number in (2, 3):
            candle = await closed(stream)
            assert candle["t"] == at(number - 1)
            bought = await order(place, Market.SPOT, "BUY", type="MARKET")
            filled.append((bought["transactTime"], Decimal(bought["fills"][0]["price"])))
        assert filled == [(at(2), Decimal("100.25")), (at(3), Decimal("101.5"))]
        _, clock = await place.control("GET", "/clock")
        assert (clock["speed"], clock["hold"]) == ("max", 250)


async def test_steps_of_two_clients_do_not_run_into_each_other() -> None:
    async with whole(market=bars()) as place:
        held = await asyncio.gather(*(step(place) for _ in range(3)))
        assert sorted(each["time"] for each in held)[:2] == [format_time(START + n * MINUTE) for n in (2, 3)]
        assert len({each["time"] for each in held}) == 3


async def test_the_interface_describes_itself() -> None:
    async with whole(market=bars()) as place:
        _, told = await place.control("GET", "")
        does = {f"{each['method']} {each['path']}": each["does"] for each in told["paths"]}
        assert "inside" in does["POST /control/step"] and "create" in does["POST /control/accounts"]
        for call in does:
            method, path = call.split()
            status, _ = await place.ask(method, path, json={}) if method != "GET" else await place.ask(method, path)
            assert status in (200, 400), call


async def test_an_order_good_till_a_date_ends_by_the_markets_clock() -> None:
    """The market is years behind the door's clock."""
    async with whole() as place:
        await step(place)
        given = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTD", "quantity": "0.01"}
        now = place.running.exchange.clock() // MILLISECONDS
        price = place.price("0.95", Market.PERPETUAL)
        path = PATHS[Market.PERPETUAL]
        _, refused = await place.signed("POST", path, **given, price=price, goodTillDate=now + 600_000)
        assert refused["code"] == -5040
        _, placed = await place.signed("POST", path, **given, price=price, goodTillDate=now + 660_000)
        assert placed["status"] == "NEW", placed
        await step(place, steps=10)
        assert (await status_of(place, Market.PERPETUAL, placed))["status"] == "NEW"
        await step(place, steps=2)
        assert (await status_of(place, Market.PERPETUAL, placed))["status"] == "EXPIRED"
