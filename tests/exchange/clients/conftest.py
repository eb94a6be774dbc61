from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from tests.exchange.clients.venue import venue

from tradefleet.exchange.serving import Running


@pytest_asyncio.fixture
async def running() -> AsyncIterator[Running]:
    async with venue() as running:
        yield running
