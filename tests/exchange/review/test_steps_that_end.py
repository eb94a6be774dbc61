"""A step that is under way when the market is told to go on by itself."""

from __future__ import annotations

import asyncio

import pytest
from tests.exchange.review.plain import plain_venue

from tradefleet.exchange.replay.pace import Pace


@pytest.mark.asyncio
async def test_many_steps_come_back_when_the_market_goes_by_time_instead() -> None:
    async with plain_venue() as running:
        driver = running.driver
        stepping = asyncio.create_task(driver.step(1_000_000))
        await asyncio.sleep(0.02)
        driver.pace = Pace(speed=1.0)
        await asyncio.wait_for(stepping, 2)
        driver.pace = Pace(steps=True)
        before = driver.now
        await asyncio.wait_for(driver.step(), 2)
        assert driver.now > before
