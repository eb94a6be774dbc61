"""Limits of the door, by a clock of the test's own."""

from __future__ import annotations

import pytest

from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.wire.limits import Limiter, Limits, MarketLimits, Refused, Window, unlimited

from .small import served

SECOND = 10**9
MINUTE = 60 * SECOND
START = 1_700_000_040 * SECOND


class Clock:
    now = START

    def __call__(self) -> int:
        return self.now


def made(clock: Clock, weight: int = 10, orders: int = 3, patience: int = 2) -> Limiter:
    windows = (Window("SECOND", 10, orders), Window("DAY", 1, 5))
    own = MarketLimits(Window("MINUTE", 1, weight), Window("MINUTE", 5, 1_000), windows, messages=5, streams=5)
    return Limiter(Limits(spot=own, perpetual=own, patience=patience), clock)


def refused(limiter: Limiter, weight: int = 1, address: str = "1.2.3.4", market: Market = Market.SPOT) -> Refused:
    with pytest.raises(Refused) as caught:
        limiter.spend(market, address, weight)
    return caught.value


def test_weight_is_counted_by_address_market_and_minute() -> None:
    clock = Clock()
    limiter = made(clock)
    assert limiter.spend(Market.SPOT, "1.2.3.4", 4) == 4
    assert limiter.spend(Market.SPOT, "1.2.3.4", 6) == 10
    assert limiter.spend(Market.SPOT, "5.6.7.8", 1) == 1
    assert limiter.spend(Market.PERPETUAL, "1.2.3.4", 1) == 1
    found = refused(limiter)
    assert (found.code, found.status) == (-1003, 429)
    assert found.message == (
        "Too much request weight used; current limit is 10 request weight per 1 MINUTE. "
        "Please use WebSocket Streams for live updates to avoid polling the API."
    )
    clock.now += MINUTE
    assert limiter.spend(Market.SPOT, "1.2.3.4", 1) == 1


def test_retry_after_ends_with_the_window() -> None:
    clock = Clock()
    clock.now = START + 17 * SECOND + 1
    limiter = made(clock)
    limiter.spend(Market.SPOT, "1.2.3.4", 10)
    left = refused(limiter).retry_after
    clock.now += left * SECOND
    limiter.spend(Market.SPOT, "1.2.3.4", 1)
    clock.now -= 1 * SECOND
    assert clock.now // MINUTE == (START + 17 * SECOND) // MINUTE


def test_who_goes_on_is_banned_and_each_time_for_twice_as_long() -> None:
    clock = Clock()
    limiter = made(clock, patience=2)
    for seconds in (120, 240, 480):
        limiter.spend(Market.SPOT, "1.2.3.4", 10)
        assert [refused(limiter).status for _ in range(2)] == [429, 429]
        found = refused(limiter)
        assert (found.status, found.code, found.retry_after) == (418, -1003, seconds)
        until = (clock.now + seconds * SECOND) // 10**6
        assert found.message.startswith(f"Way too much request weight used; IP banned until {until}. ")
        clock.now += seconds * SECOND - 1
        assert refused(limiter).status == 418
        limiter.spend(Market.PERPETUAL, "1.2.3.4", 1)
        limiter.spend(Market.SPOT, "5.6.7.8", 1)
        clock.now += 1
        clock.now += MINUTE - clock.now % MINUTE
    assert limiter.violations["bans"] == 3
    assert limiter.violations["weight"] == 9
    assert limiter.violations["requests_while_banned"] == 6


def test_bans_do_not_grow_beyond_three_days() -> None:
    clock = Clock()
    limiter = made(clock, patience=0)
    longest = 0
    for _ in range(15):
        limiter.spend(Market.SPOT, "1.2.3.4", 10)
        longest = refused(limiter).retry_after
        clock.now += longest * SECOND
        clock.now += MINUTE - clock.now % MINUTE
    assert longest == 3 * 86_400


def test_the_perpetual_market_says_it_in_its_own_words() -> None:
    clock = Clock()
    limiter = made(clock, patience=1)
    limiter.spend(Market.PERPETUAL, "1.2.3.4", 10)
    assert refused(limiter, market=Market.PERPETUAL).message == (
        "Too many requests; current limit of IP(1.2.3.4) is 10 requests per minute. "
        "Please use the websocket for live updates to avoid polling the API."
    )
    assert refused(limiter, market=Market.PERPETUAL).message.startswith(
        "Way too many requests; IP(1.2.3.4) banned until"
    )


def test_orders_are_counted_by_account_in_every_window() -> None:
    clock = Clock()
    limiter = made(clock, orders=3)
    limiter.spend_orders(Market.SPOT, "ann", 3)
    with pytest.raises(Refused, match="Too many new orders; current limit is 3 orders per 10 SECOND") as caught:
        limiter.spend_orders(Market.SPOT, "ann", 1)
    assert (caught.value.code, caught.value.status, caught.value.retry_after) == (-1015, 429, 0)
    limiter.spend_orders(Market.SPOT, "bob", 1)
    clock.now += 10 * SECOND
    limiter.spend_orders(Market.SPOT, "ann", 2)
    clock.now += 10 * SECOND
    with pytest.raises(Refused, match="5 orders per 1 DAY"):
        limiter.spend_orders(Market.SPOT, "ann", 1)
    counts = limiter.order_counts(Market.SPOT, "ann")
    assert [count[1:] for count in counts] == [("SECOND", 10, 3, 0), ("DAY", 1, 5, 5)]


def test_a_ban_can_be_asked_for() -> None:
    clock = Clock()
    limiter = made(clock)
    limiter.ban(Market.SPOT, "1.2.3.4", 7)
    assert (refused(limiter).status, refused(limiter).retry_after) == (418, 7)
    clock.now += 7 * SECOND
    limiter.spend(Market.SPOT, "1.2.3.4", 1)


@pytest.mark.asyncio
async def test_headers_tell_what_is_used() -> None:
    async with served() as scene:
        scene.clock[0] = START
        _, _, headers = await scene.get("/api/v3/heavy?limit=40")
        assert headers["X-MBX-USED-WEIGHT-1M"] == "40"
        for number in (1, 2):
            path = f"/api/v3/order?{scene.signed(symbol='BTCUSDT')}"
            _, _, headers = await scene.ask("POST", path, headers=scene.headers)
            assert headers["X-MBX-ORDER-COUNT-10S"] == headers["X-MBX-ORDER-COUNT-1D"] == str(number)
        assert headers["X-MBX-USED-WEIGHT"] == "42"
        _, found, _ = await scene.get(f"/api/v3/rateLimit/order?{scene.signed()}", headers=scene.headers)
        assert [each[-1] for each in found] == [2, 2]


@pytest.mark.asyncio
@pytest.mark.parametrize(("path", "limit"), [("/api/v3/heavy", 6000), ("/fapi/v1/heavy", 2400)])
async def test_a_caller_is_told_when_to_come_back_and_then_banned(path: str, limit: int) -> None:
    async with served() as scene:
        scene.clock[0] = START
        assert (await scene.get(f"{path}?limit={limit}"))[0] == 200
        status, found, headers = await scene.get(f"{path}?limit=1")
        assert (status, found["code"], headers["Retry-After"]) == (429, -1003, "60")
        assert headers["X-MBX-USED-WEIGHT-1M"] == str(limit + 1)
        for _ in range(20):
            status, found, headers = await scene.get(f"{path}?limit=1")
        assert (status, found["code"], headers["Retry-After"]) == (418, -1003, "120")


@pytest.mark.asyncio
async def test_limits_can_be_out_of_reach() -> None:
    async with served(limits=unlimited()) as scene:
        for _ in range(3):
            assert (await scene.get("/api/v3/heavy?limit=100000"))[0] == 200
