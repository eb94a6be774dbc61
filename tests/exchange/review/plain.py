"""A whole exchange on a port without TLS, played step by step."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tradefleet.exchange.replay.generated import GeneratedMarket
from tradefleet.exchange.replay.pace import Pace
from tradefleet.exchange.serving import Running, Setup, serving
from tradefleet.exchange.wire.limits import unlimited


@asynccontextmanager
async def plain_venue(**settings: Any) -> AsyncIterator[Running]:
    """Three made-up coins, a day of history; accounts `ann` and `bob`."""
    usual: dict[str, Any] = {"pace": Pace(steps=True), "names": ("ann", "bob"), "limits": unlimited()}
    async with serving(Setup(GeneratedMarket(seed=7, count=3, days=1), **(usual | settings))) as running:
        yield running
