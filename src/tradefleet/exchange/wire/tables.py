"""What the server serves: the tables of endpoints, streams and reports of both markets, in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.exchange import Exchange
from tradefleet.exchange.wire.door import Door
from tradefleet.exchange.wire.endpoint import Desk, Endpoint
from tradefleet.exchange.wire.limits import Limiter
from tradefleet.exchange.wire.perpetual.endpoints import ENDPOINTS as PERPETUAL
from tradefleet.exchange.wire.sapi import ENDPOINTS as SAPI
from tradefleet.exchange.wire.sockets import Api
from tradefleet.exchange.wire.spot.endpoints import ENDPOINTS as SPOT
from tradefleet.exchange.wire.streams.feed import Streams
from tradefleet.exchange.wire.streams.perpetual import PerpetualStreams
from tradefleet.exchange.wire.streams.spot import SpotStreams
from tradefleet.exchange.wire.user import perpetual, spot
from tradefleet.exchange.wire.user.sessions import Reports
from tradefleet.exchange.wire.ws_api import WsApi


@dataclass(frozen=True, slots=True)
class Tables:
    """By market: endpoints, makers of market streams, reports of user streams; and the maker of the websocket API."""

    endpoints: Mapping[Market, Iterable[Endpoint]]
    streams: Mapping[Market, Callable[[Callable[[str], bool]], Streams]]
    reports: Mapping[Market, Reports]
    api: Callable[[Exchange, Door, Limiter, Desk], Api] | None = None


def standard() -> Tables:
    """Binance's."""
    return Tables(
        endpoints={Market.SPOT: (*SPOT, *SAPI), Market.PERPETUAL: PERPETUAL},
        streams={Market.SPOT: SpotStreams, Market.PERPETUAL: PerpetualStreams},
        reports={Market.SPOT: spot.reports, Market.PERPETUAL: perpetual.reports},
        api=WsApi,
    )
