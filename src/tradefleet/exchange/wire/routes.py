"""Which path is whose: the one place that knows all tables of endpoints, and where websockets are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.wire.endpoint import Endpoint
from tradefleet.exchange.wire.responses import Answer, encoded, gone, page

# On a port without official host names, these tell the markets apart where a path does not.
_PREFIXES = {"/spot/": Market.SPOT, "/perpetual/": Market.PERPETUAL}
_PERPETUAL_HOSTS = ("fstream", "fapi", "ws-fapi", "demo-fapi", "testnet.binancefuture")
# Perpetual streams come by kind of traffic, too.
_CATEGORIES = ("market", "public", "private", "pm")
# Spot's listen keys have ended; user streams come by the websocket API.
_GONE = ("/api/v3/userDataStream",)
_API_PATHS = {"ws-api/v3": Market.SPOT, "ws-fapi/v1": Market.PERPETUAL}


def without_prefix(path: str) -> tuple[str, Market | None]:
    """A path without the prefix that names a market, and that market.

    >>> without_prefix("/perpetual/ws"), without_prefix("/api/v3/time")
    (('/ws', <Market.PERPETUAL: 'perpetual'>), ('/api/v3/time', None))
    """
    for prefix, market in _PREFIXES.items():
        if path.startswith(prefix):
            return path[len(prefix) - 1 :], market
    return path, None


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint and the market it belongs to."""

    market: Market
    endpoint: Endpoint


class Routes:
    """The endpoints of all markets by method and path."""

    def __init__(self, tables: Mapping[Market, Iterable[Endpoint]]) -> None:
        self._routes = {
            (endpoint.method, endpoint.path): Route(market, endpoint)
            for market, endpoints in tables.items()
            for endpoint in endpoints
        }
        self._paths = {path for _, path in self._routes}

    def find(self, method: str, path: str) -> Route | None:
        """The endpoint, if there is one."""
        return self._routes.get((method, path))

    def nowhere(self, method: str, path: str) -> Answer:
        """The answer where there is none."""
        if path in _GONE:
            return gone()
        if path.startswith("/fapi/"):
            return Answer(encoded({"code": -5000, "msg": f"Path {path}, Method {method} is invalid"}), 404)
        return page(405, "Method Not Allowed") if path in self._paths else page(404, "Not found")


@dataclass(frozen=True, slots=True)
class Socket:
    """Where a websocket is opened: a market's streams, or its API."""

    market: Market
    api: bool = False
    combined: bool = False
    streams: tuple[str, ...] = ()


def find_socket(path: str, query: str, host: str) -> Socket | None:
    """The websocket of a path, None where there is none.

    Spot and perpetual streams have paths in common; there the prefix of the path decides, and else the host.

    >>> find_socket("/stream", "streams=btcusdt@trade/ethusdt@trade", "stream.binance.com").streams
    ('btcusdt@trade', 'ethusdt@trade')
    >>> find_socket("/private/ws", "listenKey=abc", "127.0.0.1").market
    <Market.PERPETUAL: 'perpetual'>
    """
    path, market = without_prefix(path)
    head, _, rest = path.strip("/").partition("/")
    api = _API_PATHS.get(path.strip("/"))
    if api is not None:
        return Socket(api, api=True)
    if head in _CATEGORIES:
        market = Market.PERPETUAL
        head, _, rest = rest.partition("/")
    elif head == "stream" and (rest == "ws" or rest.startswith("ws/")):
        market = Market.SPOT if market is None else market
        head, _, rest = rest.partition("/")
    if head not in ("ws", "stream"):
        return None
    if market is None:
        market = Market.PERPETUAL if host.lower().startswith(_PERPETUAL_HOSTS) else Market.SPOT
    names = [name for name in unquote(rest).split("/") if name]
    return Socket(market, combined=head == "stream", streams=(*names, *_asked(query)))


def _asked(query: str) -> tuple[str, ...]:
    """The streams and listen keys of a query string."""
    found: list[str] = []
    for piece in query.split("&"):
        name, _, value = piece.partition("=")
        if name in ("streams", "listenKey"):
            found += [each for each in unquote(value).split("/") if each]
    return tuple(found)
