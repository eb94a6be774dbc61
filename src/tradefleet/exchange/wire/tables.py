"""What the server serves: the tables of endpoints, streams and reports of both markets, in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.exchange import Exchange
from tradefleet.exchange.wire import ws_methods
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
from tradefleet.exchange.wire.trouble import Trouble
from tradefleet.exchange.wire.user import perpetual, spot
from tradefleet.exchange.wire.user.sessions import Reports
from tradefleet.exchange.wire.ws_api import WsApi
from tradefleet.exchange.wire.ws_methods import Interface
from tradefleet.exchange.wire.ws_trouble import TroubledApi


@dataclass(frozen=True, slots=True)
class Tables:
    """By market: endpoints, makers of market streams, reports of user streams, makers of websocket APIs."""

    endpoints: Mapping[Market, Iterable[Endpoint]]
    streams: Mapping[Market, Callable[[Callable[[str], bool]], Streams]]
    reports: Mapping[Market, Reports]
    apis: Mapping[Market, Callable[[Exchange, Door, Limiter, Desk, Trouble], Api]] = field(default_factory=dict)


def _api(interface: Interface, path: str) -> Callable[[Exchange, Door, Limiter, Desk, Trouble], Api]:
    return lambda exchange, door, limiter, desk, trouble: TroubledApi(
        WsApi(exchange, door, limiter, desk, interface), door, trouble, path
    )


def standard() -> Tables:
    """Binance's."""
    return Tables(
        endpoints={Market.SPOT: (*SPOT, *SAPI), Market.PERPETUAL: PERPETUAL},
        streams={Market.SPOT: SpotStreams, Market.PERPETUAL: PerpetualStreams},
        reports={Market.SPOT: spot.reports, Market.PERPETUAL: perpetual.reports},
        apis={
            Market.SPOT: _api(ws_methods.SPOT, "/ws-api/v3"),
            Market.PERPETUAL: _api(ws_methods.PERPETUAL, "/ws-fapi/v1"),
        },
    )
