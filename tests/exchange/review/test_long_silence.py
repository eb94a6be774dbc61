"""A connection that plays dead for longer than a pong may take."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from tests.exchange.wire.small import served

from tradefleet.exchange.faults.kinds import MessageFault

_PING, _PATIENCE, _SILENCE = 0.05, 0.15, 0.6


class _Once:
    """Freezes the connection of the first message."""

    def __init__(self) -> None:
        self._faults = [MessageFault(freeze=_SILENCE)]
        self.idle = False

    def on_request(self, *_: object) -> None:
        return None

    def on_message(self, *_: object) -> MessageFault | None:
        return self._faults.pop() if self._faults else None


@pytest.mark.asyncio
async def test_a_frozen_connection_stays_open_however_long() -> None:
    async with served(faults=_Once(), ping_seconds=_PING, pong_timeout=_PATIENCE) as scene:
        socket = await scene.client.ws_connect(f"{scene.url}/ws/btcusdt@trade")
        scene.print_trade()
        with pytest.raises(asyncio.TimeoutError):
            await socket.receive(timeout=_SILENCE - 0.1)
        await asyncio.sleep(0.2)
        scene.print_trade()
        assert (await socket.receive(timeout=2)).type is aiohttp.WSMsgType.TEXT
        await socket.close()
