"""The websocket API of the spot market: the endpoints by other names, and user streams on the same connection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from tradefleet.exchange.accounts import Account
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.exchange import Exchange
from tradefleet.exchange.wire.door import Door, check_permission
from tradefleet.exchange.wire.endpoint import Call, Count, Desk, Endpoint, Security
from tradefleet.exchange.wire.limits import Limiter, Refused
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.spot.endpoints import ENDPOINTS
from tradefleet.exchange.wire.user.sessions import ApiSession

_ENDPOINTS = {(endpoint.method, endpoint.path): endpoint for endpoint in ENDPOINTS}
_V3 = "/api/v3/"
# What a method's name stands for.
_METHODS: dict[str, tuple[str, str]] = {
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
_SESSION_WEIGHT = 2
_MILLISECONDS = 1_000


@dataclass(frozen=True, slots=True)
class _Request:
    """One request of a session."""

    session: ApiSession
    parameters: Parameters
    account: Account | None
    now: int


class WsApi:
    """Answers requests; every answer has the request's id, a status, and a result or an error."""

    def __init__(self, exchange: Exchange, door: Door, limiter: Limiter, desk: Desk | None = None) -> None:
        self._exchange = exchange
        self._door = door
        self._limiter = limiter
        self._desk = desk

    def handle(self, session: ApiSession, message: Mapping[str, object]) -> Mapping[str, object]:
        """The answer to a request."""
        answer: dict[str, object] = {"id": message.get("id"), "status": 200}
        parameters = Parameters()
        spender: Account | None = None
        try:
            name, given = _read(message)
            parameters = Parameters({key: _text(value) for key, value in given.items()})
            endpoint = _endpoint(name)
            self._limiter.spend(Market.SPOT, session.address, endpoint.cost(parameters))
            account = self._admit(session, endpoint, given, parameters)
            if endpoint.orders and account is not None:
                spender = account
                self._limiter.spend_orders(Market.SPOT, account.name, endpoint.orders)
            answer["result"] = self._result(name, endpoint, _Request(session, parameters, account, self._door.now))
        except Reject as reject:
            answer["status"] = reject.status
            answer["error"] = self._error(reject)
        if parameters.get("returnRateLimits") != "false":
            answer["rateLimits"] = self._counts(session, spender)
        return answer

    def _admit(
        self, session: ApiSession, endpoint: Endpoint, given: Mapping[str, object], parameters: Parameters
    ) -> Account | None:
        """The caller: of the key that is sent, else who is logged on. Raises Reject."""
        if endpoint.security is Security.NONE:
            return None
        account = session.account if "apiKey" not in parameters else None
        signed = account is None
        if account is None:
            account = self._door.holder(parameters.get("apiKey"))
        if endpoint.security is Security.SIGNED:
            self._door.check_time(parameters)
            if signed:
                self._door.check_signature(account, _payload(given), parameters)
            check_permission(account, Market.SPOT, changes=endpoint.method != "GET")
        return account

    def _result(self, name: str, endpoint: Endpoint, request: _Request) -> object:
        own = _SESSION_METHODS.get(name)
        if own is not None:
            return own.answer(request)
        return endpoint.answer(Call(self._exchange, request.account, request.parameters, request.now, self._desk))

    def _error(self, reject: Reject) -> dict[str, object]:
        error: dict[str, object] = {"code": reject.code, "msg": reject.message}
        if isinstance(reject, Refused) and reject.retry_after:
            now = self._door.now
            error["data"] = {"serverTime": now, "retryAfter": now + reject.retry_after * _MILLISECONDS}
        elif reject.data is not None:
            error["data"] = reject.data
        return error

    def _counts(self, session: ApiSession, spender: Account | None) -> list[dict[str, object]]:
        orders = [] if spender is None else self._limiter.order_counts(Market.SPOT, spender.name)
        return [_count(each) for each in (*orders, self._limiter.weight_count(Market.SPOT, session.address))]


def _count(count: Count) -> dict[str, object]:
    return {
        "rateLimitType": count.kind,
        "interval": count.interval,
        "intervalNum": count.number,
        "limit": count.limit,
        "count": count.used,
    }


def _read(message: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """Method and parameters of a message."""
    name, given = message.get("method"), message.get("params", {})
    if not isinstance(message.get("id"), int | str | None):
        raise Reject(-1135, "Invalid 'id' in JSON request; expected an integer, a string or null.")
    if not isinstance(name, str):
        raise Reject(-1135, "Invalid 'method' in JSON request; expected a string.")
    if not isinstance(given, dict):
        raise Reject(-1135, "Invalid 'params' in JSON request; expected an object.")
    return name.removeprefix("v3/"), given


def _endpoint(name: str) -> Endpoint:
    if name in _SESSION_METHODS:
        return _SESSION_METHODS[name].endpoint
    if name not in _METHODS:
        raise Reject(-1020, "This operation is not supported.")
    method, path = _METHODS[name]
    return _ENDPOINTS[method, _V3 + path]


def _text(value: object) -> str:
    """A value of JSON as a request over HTTP would send it."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return f"{value:.20f}".rstrip("0").rstrip(".")
        case _:
            return msgspec.json.encode(value).decode()


def _payload(given: Mapping[str, object]) -> str:
    """What is signed: the parameters by their names, without the signature."""
    return "&".join(f"{name}={_signed_text(given[name])}" for name in sorted(given) if name != "signature")


def _signed_text(value: object) -> str:
    # A client signs the digits it has written.
    return repr(value) if isinstance(value, float) else _text(value)


def _logon(_: _Request) -> object:
    """Only keys of another kind than this exchange gives may log on."""
    raise Reject(-4056, "HMAC_SHA256 API key is not supported.")


def _status(request: _Request) -> dict[str, object]:
    account = request.session.account
    return {
        "apiKey": None if account is None else account.api_key,
        "authorizedSince": None if account is None else request.now,
        "connectedSince": request.now,
        "returnRateLimits": True,
        "serverTime": request.now,
        "userDataStream": bool(request.session.subscriptions),
    }


def _logout(request: _Request) -> dict[str, object]:
    request.session.account = None
    return _status(request)


def _subscribe(request: _Request) -> dict[str, object]:
    account = request.account or request.session.account
    if account is None:
        raise Reject(-1002, "You are not authorized to execute this request.", 401)
    if request.session.subscribed(account):
        raise Reject(-2035, "User Data Stream subscription already active.")
    return {"subscriptionId": request.session.subscribe(account)}


def _unsubscribe(request: _Request) -> dict[str, object]:
    if not request.session.unsubscribe(request.parameters.optional_whole("subscriptionId")):
        raise Reject(-2036, "User Data Stream subscription not active.")
    return {}


def _subscriptions(request: _Request) -> list[dict[str, object]]:
    return [{"subscriptionId": number} for number in request.session.subscriptions]


@dataclass(frozen=True, slots=True)
class _SessionMethod:
    """A method that concerns the connection itself."""

    answer: Callable[[_Request], object]
    security: Security = Security.NONE

    @property
    def endpoint(self) -> Endpoint:
        """What it costs and what a caller must bring; there is no such path."""
        return Endpoint("GET", "", lambda _: None, _SESSION_WEIGHT, self.security)


_SESSION_METHODS: dict[str, _SessionMethod] = {
    "session.logon": _SessionMethod(_logon, Security.SIGNED),
    "session.status": _SessionMethod(_status),
    "session.logout": _SessionMethod(_logout),
    "session.subscriptions": _SessionMethod(_subscriptions),
    "userDataStream.subscribe": _SessionMethod(_subscribe),
    "userDataStream.subscribe.signature": _SessionMethod(_subscribe, Security.SIGNED),
    "userDataStream.unsubscribe": _SessionMethod(_unsubscribe),
}
