"""Each fault of messages, through a real client."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from tests.exchange.faults.venue import Venue, venue

from tradefleet.exchange.faults.rules import Rule, When

pytestmark = pytest.mark.asyncio
TRADES = "btcusdt@trade"
ONCE = When(first=1)
# Reports of a market order: taken, filled, and the balances after it.
REPORTS = ["NEW", "TRADE", "outboundAccountPosition"]


async def reports(stream: aiohttp.ClientWebSocketResponse, count: int, seconds: float = 5) -> list[str]:
    """What the next reports are about, in the order they come."""
    found = []
    for _ in range(count):
        event = (await stream.receive_json(timeout=seconds))["event"]
        found.append(event.get("x", event["e"]))
    return found


async def silent(stream: aiohttp.ClientWebSocketResponse, seconds: float = 0.2) -> bool:
    """Whether nothing comes for a while."""
    try:
        await stream.receive(timeout=seconds)
    except TimeoutError:
        return True
    return False


async def after_an_order(place: Venue) -> aiohttp.ClientWebSocketResponse:
    stream = await place.follow()
    await place.buy()
    return stream


@pytest.mark.parametrize("code", [1000, 1001, 1008])
async def test_a_connection_is_closed_with_a_code(code: int) -> None:
    async with venue(Rule(what="close", where="market", when=ONCE, with_={"code": code})) as place:
        stream = await place.watch(TRADES)
        await place.driver.step()
        found = [await stream.receive(timeout=5) for _ in range(2)]
        assert found[-1].type is aiohttp.WSMsgType.CLOSE
        assert stream.close_code == code


async def test_a_connection_is_cut_without_a_word() -> None:
    async with venue(Rule(what="close", where="market", when=ONCE, with_={"code": 1006})) as place:
        stream = await place.watch(TRADES)
        await place.driver.step()
        while not stream.closed:
            await stream.receive(timeout=5)
        assert stream.close_code == 1006


async def test_a_server_says_that_it_is_about_to_go() -> None:
    rule = Rule(what="close", where="market", when=ONCE, with_={"code": 1001, "announce": True})
    async with venue(rule) as place:
        stream = await place.watch(TRADES)
        await place.driver.step()
        said: Any = await stream.receive_json(timeout=5)
        assert (set(said), said["e"]) == ({"e", "E"}, "serverShutdown")
        assert (await stream.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE


async def test_a_connection_falls_silent_and_answers_no_ping() -> None:
    async with venue(Rule(what="silent", where="market", when=ONCE, with_={"seconds": 60})) as place:
        stream = await place.client.ws_connect(f"{place.url}/ws/{TRADES}", autoping=False)
        await place.driver.step()
        assert await silent(stream)
        await place.driver.step()
        await stream.ping(b"anybody?")
        assert await silent(stream)
        assert not stream.closed


@pytest.mark.parametrize("variant", ["bad_json", "unknown_event", "null_field"])
async def test_malformed_messages_come_in_the_place_of_good_ones(variant: str) -> None:
    async with venue(Rule(what="malformed", where="market", when=ONCE, with_={"variant": variant})) as place:
        stream = await place.watch(TRADES)
        await place.driver.step()
        bad = (await stream.receive(timeout=5)).data
        good: Any = await stream.receive_json(timeout=5)
        if variant == "bad_json":
            with pytest.raises(json.JSONDecodeError):
                json.loads(bad)
        else:
            event, price = json.loads(bad)["e"], json.loads(bad).get("p")
            assert (event, price) == ("trade" if variant == "null_field" else "somethingNew", None)
        assert (good["e"], float(good["p"]) > 0) == ("trade", True)


async def test_a_users_events_end_and_the_connection_stays() -> None:
    async with venue(Rule(what="terminated", when=ONCE)) as place:
        stream = await after_an_order(place)
        assert await reports(stream, 2) == ["NEW", "eventStreamTerminated"]
        await place.buy()
        assert await silent(stream)
        assert not stream.closed
        await stream.close()


async def test_a_listen_key_expires() -> None:
    async with venue(Rule(what="terminated", when=ONCE)) as place:
        key = (await place.ask("POST", "/fapi/v1/listenKey", "ann"))[1]["listenKey"]
        stream = await place.client.ws_connect(f"{place.url}/private/ws?listenKey={key}")
        given = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}
        assert (await place.ask("POST", "/fapi/v1/order", "ann", **given))[0] == 200
        found: list[Any] = [await stream.receive_json(timeout=5) for _ in range(2)]
        assert [each["e"] for each in found] == ["ORDER_TRADE_UPDATE", "listenKeyExpired"]
        assert found[1]["listenKey"] == key
        assert await silent(stream)
        await stream.close()


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        (Rule(what="duplicate", where="user", when=ONCE, with_={"times": 2}), ["NEW", "NEW", *REPORTS]),
        (Rule(what="dropped", where="user", when=When(after=1, first=1)), ["NEW", "outboundAccountPosition"]),
        (Rule(what="reordered", where="user", when=ONCE), ["TRADE", "NEW", "outboundAccountPosition"]),
        (Rule(what="reordered", where="user", when=ONCE, with_={"by": 2}), ["TRADE", "outboundAccountPosition", "NEW"]),
        (Rule(what="late", where="user", when=ONCE, with_={"seconds": 0.1}),
         ["TRADE", "outboundAccountPosition", "NEW"]),
        (Rule(what="dropped", where="user outboundAccountPosition"), ["NEW", "TRADE"]),
        (Rule(what="burst", where="user", when=ONCE, with_={"messages": 3}), REPORTS),
    ],
)  # fmt: skip
async def test_reports_on_their_way(rule: Rule, found: list[str]) -> None:
    async with venue(rule) as place:
        stream = await after_an_order(place)
        assert await reports(stream, len(found)) == found
        assert await silent(stream)
        # The ledger knows better.
        assert len(place.exchange.spot.fills("ann")) == 1
        await stream.close()


async def test_a_burst_waits_until_it_is_whole() -> None:
    async with venue(Rule(what="burst", where="user", when=ONCE, with_={"messages": 6})) as place:
        stream = await after_an_order(place)
        assert await silent(stream)
        await place.buy()
        assert await reports(stream, 6) == REPORTS * 2
        await stream.close()


async def test_what_is_held_back_keeps_its_place_when_its_rule_has_gone() -> None:
    async with venue(Rule(what="reordered", where="user", when=ONCE, with_={"by": 4})) as place:
        stream = await after_an_order(place)
        place.faults.clear()
        await place.buy()
        assert await reports(stream, 6) == ["TRADE", "outboundAccountPosition", "NEW", "TRADE", "NEW", REPORTS[-1]]
        await stream.close()


async def test_one_in_three_is_lost_and_nothing_else() -> None:
    rule = Rule(what="dropped", where="market btcusdt@trade", when=When(after=2, every=3))
    async with venue(rule) as place:
        stream = await place.watch(TRADES)
        await place.driver.step(3)
        await asyncio.sleep(0.1)
        found = []
        while not await _empty(stream, found):
            continue
        (listed,) = place.faults.listed()
        assert (len(found) + int(str(listed["struck"])), listed["struck"]) == (listed["seen"], len(found) // 2)


async def _empty(stream: aiohttp.ClientWebSocketResponse, found: list[Any]) -> bool:
    try:
        found.append(await stream.receive_json(timeout=0.2))
    except TimeoutError:
        return True
    return False
