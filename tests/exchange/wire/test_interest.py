"""A made-up market's symbols begin when somebody shows interest by a stream, a query or an order."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from tests.exchange.wire.whole import Whole, whole

from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.replay.tape import MarketTape

pytestmark = pytest.mark.asyncio
PATHS = {Market.SPOT: "/ws", Market.PERPETUAL: "/market/ws"}


@pytest_asyncio.fixture
async def place() -> AsyncIterator[Whole]:
    async with whole(count=12) as made:
        yield made


def begun(place: Whole, market: Market) -> list[str]:
    tape = place.running.exchange.tapes[market]
    assert isinstance(tape, MarketTape)
    return [track.symbol.name for track in tape.made()]


@pytest.mark.parametrize("market", list(Market))
async def test_who_listens_to_a_symbol_starts_it(place: Whole, market: Market) -> None:
    name = place.names(market)[-1]
    assert name not in begun(place, market)
    async with place.client.ws_connect(f"{place.url}{PATHS[market]}/{name.lower()}@kline_1m") as stream:
        await place.control("POST", "/step")
        assert name in begun(place, market)
        event = await stream.receive_json(timeout=5)
        assert (event["s"], event["k"]["i"]) == (name, "1m")


async def test_who_subscribes_later_starts_it(place: Whole) -> None:
    name = place.names(Market.PERPETUAL)[-1]
    async with place.client.ws_connect(f"{place.url}/market/ws") as stream:
        streams = [f"{name.lower()}_perpetual@continuousKline_1m", "!ticker@arr", "nobody@trade"]
        await stream.send_json({"method": "SUBSCRIBE", "params": streams, "id": 1})
        assert await stream.receive_json(timeout=5) == {"result": None, "id": 1}
        assert begun(place, Market.PERPETUAL) == [name]


async def test_a_candle_closes_before_anything_else_is_told(place: Whole) -> None:
    await place.control("POST", "/step")
    async with place.client.ws_connect(f"{place.url}/ws/btcusdt@kline_1m") as stream:
        await place.control("POST", "/step")
        first: Any = await stream.receive_json(timeout=5)
        # What runs is told first; what was running before this client came has ended since.
        told = [first, await stream.receive_json(timeout=5), await stream.receive_json(timeout=5)]
        assert any(each["k"]["x"] for each in told)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v3/exchangeInfo",
        "/api/v3/exchangeInfo?symbol=ETHUSDT",
        "/fapi/v1/exchangeInfo",
        "/api/v3/ticker/bookTicker",
        "/fapi/v1/ticker/bookTicker",
    ],
)
async def test_what_lists_all_symbols_starts_none(place: Whole, path: str) -> None:
    before = [begun(place, market) for market in Market]
    status, _ = await place.ask("GET", path)
    assert status == 200
    assert [begun(place, market) for market in Market] == before


@pytest.mark.parametrize(
    ("market", "path"),
    [
        (Market.SPOT, "/api/v3/depth"),
        (Market.SPOT, "/api/v3/ticker/bookTicker"),
        (Market.PERPETUAL, "/fapi/v1/depth"),
        (Market.PERPETUAL, "/fapi/v1/ticker/bookTicker"),
    ],
)
async def test_who_polls_a_book_sees_it_move(place: Whole, market: Market, path: str) -> None:
    name = place.names(market)[-1]
    seen = set()
    for _ in range(6):
        _, answer = await place.ask("GET", f"{path}?symbol={name}")
        seen.add(json.dumps([answer.get("asks"), answer.get("askPrice")]))
        await place.control("POST", "/step")
    assert len(seen) > 2


async def test_an_order_meets_the_price_that_the_tape_tells(place: Whole) -> None:
    """Of a symbol nobody has asked for: a maker's order that would take is refused, a stop on the wrong side too."""
    for _ in range(3):
        await place.control("POST", "/step")
    engine = place.running.exchange.spot
    name = place.names(Market.SPOT)[-1]
    symbol = engine.symbols[name]
    assert engine.last_price(name) is None
    given = {"symbol": name, "side": "BUY", "quantity": symbol.lot * 10_000}
    high = f"{symbol.tick * 3 * int(place.first_price(name) / symbol.tick):f}"
    _, refused = await place.signed("POST", "/api/v3/order", **given, type="LIMIT_MAKER", price=high)
    assert refused["code"] == -2010, refused
    last = engine.last_price(name)
    assert last is not None and last == place.running.exchange.tapes[Market.SPOT].last_price(name)
    low = f"{symbol.tick * int(last / symbol.tick / 2):f}"
    _, refused = await place.signed("POST", "/api/v3/order", **given, type="STOP_LOSS", stopPrice=low)
    assert refused["code"] == -2010, refused


async def test_a_stop_of_an_unasked_perpetual_is_judged_by_its_price(place: Whole) -> None:
    engine = place.running.exchange.perpetual
    name = place.names(Market.PERPETUAL)[-1]
    symbol = engine.symbols[name]
    assert engine.last_price(name) is None
    given = {"symbol": name, "side": "BUY", "type": "STOP_MARKET", "quantity": symbol.lot * 1_000}
    low = f"{symbol.tick * int(place.first_price(name, Market.PERPETUAL) / symbol.tick / 2):f}"
    _, refused = await place.signed("POST", "/fapi/v1/algoOrder", **given, algoType="CONDITIONAL", triggerPrice=low)
    assert refused["code"] == -2021, refused


async def test_interest_changes_nothing_that_others_see() -> None:
    """The prices of a symbol are the same whenever it is asked for, and whoever asks."""
    told = []
    for early in (True, False):
        async with whole(count=12) as place:
            name = place.names(Market.SPOT)[-1]
            for number in range(4):
                if number == 3 or early:
                    await place.ask("GET", f"/api/v3/depth?symbol={name}")
                await place.control("POST", "/step")
            _, candles = await place.ask("GET", f"/api/v3/klines?symbol={name}&interval=1m&limit=5")
            told.append([candle[:5] for candle in candles[:-1]])
    assert told[0] == told[1]
