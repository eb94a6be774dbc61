"""The methods of the websocket APIs, by market: which endpoint of HTTP each stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.wire.endpoint import Endpoint
from tradefleet.exchange.wire.perpetual.endpoints import ENDPOINTS as PERPETUAL_ENDPOINTS
from tradefleet.exchange.wire.spot.endpoints import ENDPOINTS as SPOT_ENDPOINTS
from tradefleet.exchange.wire.ws_session import LOGON_METHODS, STREAM_METHODS, SessionMethod

_SPOT = {
    "ping": ("GET", "ping"),
    "time": ("GET", "time"),
    "exchangeInfo": ("GET", "exchangeInfo"),
    "depth": ("GET", "depth"),
    "trades.recent": ("GET", "trades"),
    "trades.historical": ("GET", "historicalTrades"),
    "trades.aggregate": ("GET", "aggTrades"),
    "klines": ("GET", "klines"),
    "uiKlines": ("GET", "uiKlines"),
    "avgPrice": ("GET", "avgPrice"),
    "ticker.24hr": ("GET", "ticker/24hr"),
    "ticker.tradingDay": ("GET", "ticker/tradingDay"),
    "ticker": ("GET", "ticker"),
    "ticker.price": ("GET", "ticker/price"),
    "ticker.book": ("GET", "ticker/bookTicker"),
    "order.place": ("POST", "order"),
    "order.test": ("POST", "order/test"),
    "order.status": ("GET", "order"),
    "order.cancel": ("DELETE", "order"),
    "order.cancelReplace": ("POST", "order/cancelReplace"),
    "openOrders.status": ("GET", "openOrders"),
    "openOrders.cancelAll": ("DELETE", "openOrders"),
    "allOrders": ("GET", "allOrders"),
    "orderList.place": ("POST", "order/oco"),
    "orderList.place.oco": ("POST", "orderList/oco"),
    "orderList.place.oto": ("POST", "orderList/oto"),
    "orderList.place.otoco": ("POST", "orderList/otoco"),
    "orderList.status": ("GET", "orderList"),
    "orderList.cancel": ("DELETE", "orderList"),
    "openOrderLists.status": ("GET", "openOrderList"),
    "allOrderLists": ("GET", "allOrderList"),
    "account.status": ("GET", "account"),
    "account.commission": ("GET", "account/commission"),
    "account.rateLimits.orders": ("GET", "rateLimit/order"),
    "myTrades": ("GET", "myTrades"),
    "myPreventedMatches": ("GET", "myPreventedMatches"),
}
_PERPETUAL = {
    "depth": ("GET", "v1/depth"),
    "ticker.price": ("GET", "v1/ticker/price"),
    "v2/ticker.price": ("GET", "v2/ticker/price"),
    "ticker.book": ("GET", "v1/ticker/bookTicker"),
    "order.place": ("POST", "v1/order"),
    "order.modify": ("PUT", "v1/order"),
    "order.cancel": ("DELETE", "v1/order"),
    "order.status": ("GET", "v1/order"),
    "algoOrder.place": ("POST", "v1/algoOrder"),
    "algoOrder.cancel": ("DELETE", "v1/algoOrder"),
    "account.balance": ("GET", "v2/balance"),
    "v2/account.balance": ("GET", "v3/balance"),
    "account.status": ("GET", "v2/account"),
    "v2/account.status": ("GET", "v3/account"),
    "account.position": ("GET", "v2/positionRisk"),
    "v2/account.position": ("GET", "v3/positionRisk"),
    "userDataStream.start": ("POST", "v1/listenKey"),
    "userDataStream.ping": ("PUT", "v1/listenKey"),
    "userDataStream.stop": ("DELETE", "v1/listenKey"),
}


@dataclass(frozen=True, slots=True)
class Interface:
    """One market's websocket API: methods that stand for endpoints, methods of the connection itself.

    A method's name may be sent with `version` before it.
    """

    market: Market
    version: str
    endpoints: Mapping[str, Endpoint]
    session: Mapping[str, SessionMethod]

    def name_of(self, sent: str) -> str:
        """A method's name as the tables have it. Raises Reject for a method that there is not."""
        for name in (sent, sent.removeprefix(self.version)):
            if name in self.endpoints or name in self.session:
                return name
        raise Reject(-1020, "This operation is not supported.")

    def endpoint(self, name: str) -> Endpoint:
        """What a method stands for; one of the connection itself stands for no path."""
        found = self.session.get(name)
        return self.endpoints[name] if found is None else found.endpoint


def _stood_for(
    methods: Mapping[str, tuple[str, str]], prefix: str, endpoints: Iterable[Endpoint]
) -> dict[str, Endpoint]:
    there = {(endpoint.method, endpoint.path): endpoint for endpoint in endpoints}
    return {name: there[method, prefix + path] for name, (method, path) in methods.items()}


SPOT = Interface(Market.SPOT, "v3/", _stood_for(_SPOT, "/api/v3/", SPOT_ENDPOINTS), {**LOGON_METHODS, **STREAM_METHODS})
PERPETUAL = Interface(Market.PERPETUAL, "v1/", _stood_for(_PERPETUAL, "/fapi/", PERPETUAL_ENDPOINTS), LOGON_METHODS)
