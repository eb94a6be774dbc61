"""Each fault of requests, through a real client, beside the ledger's truth."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from tests.exchange.faults.venue import ORDER, PERPETUAL_ORDER, Venue, venue

from tradefleet.exchange.faults.rules import Rule, When

pytestmark = pytest.mark.asyncio
ONCE = When(first=1)


def orders(place: Venue, who: str = "ann") -> list[str]:
    """Client ids of the orders that really are, on the spot market."""
    return [order.client_id for order in place.exchange.spot.orders(who, "BTCUSDT")]


async def no_answer(place: Venue, seconds: float = 0.3, **more: object) -> None:
    """Order with a client that loses patience."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            await place.buy(**more)


async def test_an_order_is_executed_and_its_answer_is_lost() -> None:
    async with venue(Rule(what="answer_lost", when=ONCE)) as place:
        await no_answer(place, newClientOrderId="mine")
        assert orders(place) == ["mine"]
        status, found = await place.ask("GET", ORDER, "ann", symbol="BTCUSDT", origClientOrderId="mine")
        assert (status, found["status"]) == (200, "FILLED")


async def test_an_order_is_executed_and_the_socket_is_cut() -> None:
    async with venue(Rule(what="cut_after", when=ONCE)) as place:
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await place.buy(newClientOrderId="mine")
        assert orders(place) == ["mine"]


async def test_a_request_is_lost_before_the_engine() -> None:
    async with venue(Rule(what="lost_before", when=ONCE)) as place:
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await place.buy()
        assert orders(place) == []
        assert (await place.buy(newClientOrderId="again"))[0] == 200
        assert orders(place) == ["again"]


async def test_nothing_ever_comes_on_a_half_open_connection() -> None:
    async with venue(Rule(what="half_open", where="POST /api/v3/order", when=ONCE)) as place:
        await no_answer(place)
        assert orders(place) == []


@pytest.mark.parametrize("executes", [0, 1])
@pytest.mark.parametrize(("variant", "status"), [("-1006", 500), ("-1007", 504), ("408", 408), ("503", 503)])
async def test_an_unknown_error_may_have_been_executed(variant: str, status: int, executes: int) -> None:
    rule = Rule(what="unknown_error", when=ONCE, with_={"variant": variant, "executes": executes})
    async with venue(rule) as place:
        found, answer = await place.buy(newClientOrderId="mine")
        assert found == status
        assert "msg" in answer
        assert orders(place) == ["mine"] * executes


@pytest.mark.parametrize("variant", ["503", "-1001", "-1008"])
async def test_an_unavailable_service_executes_nothing(variant: str) -> None:
    async with venue(Rule(what="service_unavailable", when=ONCE, with_={"variant": variant})) as place:
        assert (await place.buy())[0] == 503
        assert orders(place) == []


@pytest.mark.parametrize("what", ["empty", "html", "empty_object", "cut_json"])
async def test_an_answer_of_200_that_says_nothing(what: str) -> None:
    given = {} if what == "cut_json" else {"executes": 1}
    async with venue(Rule(what=what, when=ONCE, with_=given)) as place:
        status, text, headers = await place.raw(
            "POST", ORDER, "ann", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01"
        )
        assert (status, len(orders(place))) == (200, 1)
        assert int(headers["Content-Length"]) == len(text)
        if what == "empty_object":
            assert json.loads(text) == {}
        else:
            with pytest.raises(json.JSONDecodeError):
                json.loads(text)


async def test_too_many_requests_until_retry_after() -> None:
    async with venue(Rule(what="too_many_requests", market="spot", when=ONCE, with_={"seconds": 1})) as place:
        status, text, headers = await place.raw("GET", "/api/v3/time")
        assert (status, headers["Retry-After"], json.loads(text)["code"]) == (429, "1", -1003)
        assert (await place.ask("GET", "/api/v3/time"))[0] == 429
        assert (await place.ask("GET", "/fapi/v1/time"))[0] == 200
        await asyncio.sleep(1)
        assert (await place.ask("GET", "/api/v3/time"))[0] == 200
        assert (await place.control("GET", "/ledger"))[1]["too_early"] == 1


async def test_a_ban_lasts_and_who_asks_meanwhile_is_counted() -> None:
    async with venue(Rule(what="banned", where="GET /api/v3/time", when=ONCE, with_={"seconds": 300})) as place:
        status, _, headers = await place.raw("GET", "/api/v3/time")
        assert (status, headers["Retry-After"]) == (418, "300")
        status, answer = await place.buy()
        assert (status, answer["code"], orders(place)) == (418, -1003, [])
        violations = (await place.control("GET", "/ledger"))[1]["violations"]
        assert violations["requests_while_banned"] == 1


async def test_the_firewall_answers_with_a_page() -> None:
    async with venue(Rule(what="firewall", when=ONCE)) as place:
        status, text, headers = await place.raw("GET", "/api/v3/time")
        assert (status, headers["Content-Type"]) == (403, "text/html")
        assert "403 Forbidden" in text


async def test_a_young_order_is_not_there_to_reads() -> None:
    async with venue(Rule(what="not_found_yet", with_={"seconds": 0.3})) as place:
        await place.bid(newClientOrderId="mine")
        asked = {"symbol": "BTCUSDT", "origClientOrderId": "mine"}
        assert (await place.ask("GET", ORDER, "ann", **asked))[1]["code"] == -2013
        assert (await place.ask("GET", "/api/v3/openOrders", "ann", symbol="BTCUSDT"))[1] == []
        assert orders(place) == ["mine"]
        await asyncio.sleep(0.35)
        assert (await place.ask("GET", ORDER, "ann", **asked))[1]["status"] == "NEW"


@pytest.mark.parametrize(
    ("what", "path", "status", "code"),
    [
        ("insufficient_balance", ORDER, 400, -2010),
        ("insufficient_margin", PERPETUAL_ORDER, 400, -2019),
        ("reduce_only_rejected", PERPETUAL_ORDER, 400, -2022),
        ("would_trigger", PERPETUAL_ORDER, 400, -2021),
        ("key_revoked", ORDER, 401, -2015),
        ("refused", ORDER, 400, -1000),
    ],
)
async def test_refusals(what: str, path: str, status: int, code: int) -> None:
    async with venue(Rule(what=what, when=ONCE)) as place:
        given = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}
        found, answer = await place.ask("POST", path, "ann", **given)
        assert (found, answer["code"]) == (status, code)
        assert (await place.ask("POST", path, "ann", **given))[0] == 200


async def test_an_order_fills_before_it_is_cancelled() -> None:
    async with venue(Rule(what="fills_before_cancel")) as place:
        order = (await place.bid())[1]["orderId"]
        status, answer = await place.ask("DELETE", ORDER, "ann", symbol="BTCUSDT", orderId=order)
        assert (status, answer["code"], answer["msg"]) == (400, -2011, "Unknown order sent.")
        (fill,) = place.exchange.spot.fills("ann")
        assert (fill.order_id, str(fill.price)) == (order, place.price("0.9"))


async def test_latency_delays_the_answer() -> None:
    async with venue(Rule(what="latency", with_={"seconds": 0.2})) as place:
        loop = asyncio.get_running_loop()
        started = loop.time()
        assert (await place.ask("GET", "/api/v3/time"))[0] == 200
        assert 0.2 <= loop.time() - started < 2


async def test_slow_requests_do_not_hold_up_others() -> None:
    async with venue(Rule(what="latency", where="GET /api/v3/ping", with_={"seconds": 1})) as place:
        slow = asyncio.create_task(place.ask("GET", "/api/v3/ping"))
        await asyncio.sleep(0.05)
        async with asyncio.timeout(0.5):
            assert (await place.ask("GET", "/api/v3/time"))[0] == 200
        assert (await slow)[0] == 200


async def test_the_report_comes_before_the_answer() -> None:
    async with venue(Rule(what="report_first", with_={"seconds": 0.3})) as place:
        stream = await place.follow()
        answering = asyncio.create_task(place.buy(newClientOrderId="mine"))
        report: Any = (await stream.receive_json(timeout=0.25))["event"]
        assert (report["e"], report["c"]) == ("executionReport", "mine")
        assert not answering.done()
        assert (await answering)[1]["clientOrderId"] == "mine"
        await stream.close()


async def test_a_fault_of_one_account_leaves_the_other_alone() -> None:
    async with venue(Rule(what="key_revoked", account="bob")) as place:
        assert (await place.buy("ann"))[0] == 200
        assert (await place.buy("bob"))[0] == 401


async def test_the_same_seed_gives_the_same_faults_over_the_wire() -> None:
    async def run() -> list[int]:
        async with venue(Rule(what="unknown_error", when=When(probability=0.5)), seed=7) as place:
            return [(await place.buy())[0] for _ in range(20)]

    first = await run()
    assert len(set(first)) > 2
    assert first == await run()
