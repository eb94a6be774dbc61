"""The driver: steps, speeds, holds and pauses, on a wall clock made of numbers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest

from tradefleet.exchange.engine.events import CandleChanged, OrderReport, Printed
from tradefleet.exchange.engine.orders import Side
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.replay.bars import BarMarket
from tradefleet.exchange.replay.driver import Driver, Held
from tradefleet.exchange.replay.pace import Pace
from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError
from tradefleet.market.generate import generate_bars
from tradefleet.market.instrument import Instrument
from tradefleet.market.time import MINUTE, SECOND

from .stand import Stand

BTC = "BTCUSDT"
HALF = MINUTE // 2


class Wall:
    """Real time that passes only when somebody sleeps: whoever wakes first moves it."""

    def __init__(self) -> None:
        self.now = 77
        self.slept = 0.0

    def __call__(self) -> int:
        return self.now

    async def sleep(self, seconds: float) -> None:
        until = self.now + round(seconds * SECOND)
        await asyncio.sleep(0)
        self.slept += seconds
        self.now = max(self.now, until)


class Hand(Wall):
    """Real time that a test moves by hand."""

    async def sleep(self, seconds: float) -> None:
        until = self.now + round(seconds * SECOND)
        while self.now < until:
            await asyncio.sleep(0)

    async def move(self, nanoseconds: int) -> None:
        self.now += nanoseconds
        for _ in range(30):
            await asyncio.sleep(0)


def market(count: int = 40, **options: float) -> BarMarket:
    made = generate_bars("1m", days=count / 1440, seed=5, price=100.0)
    columns = (getattr(made, name) for name in ("time", "open", "high", "low", "close", "volume"))
    bars = Bars(*columns, timeframe="1m", symbol=Instrument("BTC/USDT", tick="0.01", lot="0.001"))  # type: ignore[arg-type]
    return BarMarket({"BTC/USDT": bars}, **options)


@asynccontextmanager
async def driven(pace: Pace, count: int = 40) -> AsyncIterator[tuple[Stand, Driver, Wall]]:
    wall = Wall()
    stand = Stand(market(count), wall=wall)
    for tape in stand.market.tapes.values():
        tape.wanted = lambda symbol, interval: interval in ("1m", "5m")
    driver = Driver(stand.market, stand.clock, pace, wall.sleep)
    task = asyncio.create_task(driver.run())
    try:
        yield stand, driver, wall
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def closed(stand: Stand, interval: str = "1m") -> list[int]:
    told = (event for event in stand.of(CandleChanged) if event.market is Market.SPOT)
    return [event.open_time for event in told if event.closed and event.interval == interval]


@pytest.mark.asyncio
async def test_a_step_plays_the_bar_and_tells_the_next_bars_close() -> None:
    async with driven(Pace.parse("step")) as (stand, driver, _):
        start = stand.market.start_time
        held = await driver.step(0)
        assert held == Held(start) and stand.clock.now() == start
        # The bar before the start is history: nothing of it is told.
        assert closed(stand) == []
        for number in range(1, 4):
            assert await driver.step() == Held(start + number * MINUTE)
            assert driver.now == start + number * MINUTE
            assert closed(stand)[-1] == start + (number - 1) * MINUTE and len(closed(stand)) == number
        assert (await driver.step(10)).time == start + 13 * MINUTE


@pytest.mark.asyncio
async def test_nothing_happens_until_a_step() -> None:
    async with driven(Pace.parse("step")) as (stand, driver, _):
        await driver.step()
        before = stand.events.trace.digest()
        for _ in range(50):
            await asyncio.sleep(0)
        assert stand.events.trace.digest() == before


@pytest.mark.asyncio
async def test_a_market_order_sent_while_held_fills_at_the_open_at_that_time() -> None:
    async with driven(Pace.parse("step")) as (stand, driver, _):
        stand.fund(USDT=10_000)
        held = await driver.step(3)
        order = stand.order(BTC, Side.BUY, "1")
        opening = stand.exchange.tapes[Market.SPOT].candles(BTC, "1m", limit=1)[0]
        assert order.fills[0].price == opening.open and order.fills[0].time == held.time == opening.open_time
        await driver.step()
        bar = stand.exchange.tapes[Market.SPOT].candles(BTC, "1m", limit=2)[0]
        assert bar.open == order.fills[0].price


@pytest.mark.asyncio
async def test_a_step_comes_back_inside_the_bar_once_an_order_has_entered() -> None:
    async with driven(Pace.parse("step"), count=100) as (stand, driver, _):
        stand.fund(USDT=1_000_000)
        held = await driver.step(0)
        last = stand.exchange.tapes[Market.SPOT].last_price(BTC)
        assert last is not None
        order = stand.order(BTC, Side.BUY, "1", str(last - Decimal("0.05")))
        while order.open:
            held = await driver.step()
        assert held.inside
        reports = [event for event in stand.of(OrderReport) if event.fill is not None]
        assert reports[-1].time == held.time == driver.now
        start = held.time // MINUTE * MINUTE
        assert held.time == start + HALF
        # Not over: the bar's candle has not been closed.
        assert start not in closed(stand)
        assert await driver.step() == Held(start + MINUTE)
        assert closed(stand)[-1] == start


@pytest.mark.asyncio
async def test_holds_inside_bars_are_passed_where_they_are_not_wanted() -> None:
    async with driven(Pace.parse("step"), count=100) as (stand, driver, _):
        stand.fund(USDT=1_000_000)
        start = stand.market.start_time
        await driver.step(0)
        last = stand.exchange.tapes[Market.SPOT].last_price(BTC)
        assert last is not None
        order = stand.order(BTC, Side.BUY, "1", str(last - Decimal("0.05")))
        assert await driver.step(80, inside=False) == Held(start + 80 * MINUTE)
        assert not order.open


@pytest.mark.asyncio
async def test_the_data_ends_and_the_driver_says_so() -> None:
    async with driven(Pace.parse("step")) as (stand, driver, _):
        held = await driver.step(1000)
        assert held.ended and driver.done.is_set()
        assert closed(stand)[-1] == held.time - MINUTE
        assert stand.market.next_time() is None and not stand.market.step()
        assert (await driver.step()).ended
        await asyncio.wait_for(driver.wait_until(2**62), 1)


@pytest.mark.asyncio
async def test_the_fastest_pace_waits_for_nothing() -> None:
    async with driven(Pace.parse("max")) as (stand, driver, wall):
        await driver.done.wait()
        assert wall.slept == 0 and len(closed(stand)) == 36


@pytest.mark.asyncio
@pytest.mark.parametrize("speed", [1.0, 7.0, 600.0])
async def test_time_flows_so_many_times_as_fast(speed: float) -> None:
    async with driven(Pace(speed)) as (stand, driver, wall):
        began = wall.now
        times: list[tuple[int, int]] = []
        stand.events.subscribe(
            lambda event: times.append((event.time, wall.now)) if isinstance(event, Printed) else None
        )
        await driver.done.wait()
        spans = {market_time - stand.market.start_time for market_time, _ in times}
        assert {0, HALF, MINUTE - 1_000_000} <= spans
        for market_time, real in times:
            assert abs((market_time - stand.market.start_time) - (real - began) * speed) < 0.001 * SECOND * speed


@pytest.mark.asyncio
async def test_between_prints_the_time_flows_but_never_past_what_was_not_played() -> None:
    hand = Hand()
    stand = Stand(market(), wall=hand)
    driver = Driver(stand.market, stand.clock, Pace(2.0), hand.sleep)
    task = asyncio.create_task(driver.run())
    start = stand.market.start_time
    await hand.move(0)
    await hand.move(3 * SECOND)
    assert driver.now == start + 6 * SECOND
    hand.now += 10 * MINUTE
    assert driver.now == start + HALF
    await hand.move(0)
    # It catches up with what it has slept through.
    assert driver.now == start + 20 * MINUTE + 6 * SECOND
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.asyncio
async def test_a_hold_is_slept_through_at_every_step() -> None:
    async with driven(Pace(0.0, hold=20.0)) as (_, driver, wall):
        await driver.done.wait()
        assert wall.slept == pytest.approx(36 * 0.020)


@pytest.mark.asyncio
async def test_a_paused_market_stands_until_it_goes_on() -> None:
    async with driven(Pace(1.0)) as (stand, driver, wall):
        await driver.wait_until(stand.market.start_time + 3 * MINUTE)
        driver.pause()
        stood = driver.now
        for _ in range(50):
            await asyncio.sleep(0)
            wall.now += MINUTE
        assert driver.paused and driver.now == stood
        driver.resume()
        await driver.wait_until(stand.market.start_time + 5 * MINUTE)
        assert driver.now >= stand.market.start_time + 5 * MINUTE


@pytest.mark.asyncio
async def test_the_pace_can_be_changed_while_it_runs() -> None:
    async with driven(Pace.parse("step")) as (_, driver, __):
        await driver.step(2)
        driver.pace = Pace.parse("max")
        await asyncio.wait_for(driver.done.wait(), 5)
        with pytest.raises(ParameterError, match="steps"):
            await driver.step()


@pytest.mark.asyncio
async def test_a_market_in_flow_can_be_stopped_at_steps() -> None:
    async with driven(Pace(1.0)) as (stand, driver, _):
        await driver.wait_until(stand.market.start_time + 2 * MINUTE)
        driver.pace = Pace.parse("step")
        held = await driver.step(0)
        assert (await driver.step()).time == held.time + MINUTE


@pytest.mark.parametrize("text", ["", "0", "-1", "nan", "inf", "fast"])
def test_a_pace_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ParameterError, match="speed"):
        Pace.parse(text)
