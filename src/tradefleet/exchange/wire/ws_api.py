"""The websocket APIs of both markets: the endpoints by other names, and spot's user streams on the same connection."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tradefleet.exchange.accounts import Account
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.exchange import Exchange
from tradefleet.exchange.wire.door import Door, check_permission
from tradefleet.exchange.wire.endpoint import Call, Count, Desk, Endpoint, Security
from tradefleet.exchange.wire.limits import Limiter, Refused
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.responses import FAILED, LOGGER
from tradefleet.exchange.wire.trouble import fill_first
from tradefleet.exchange.wire.user.sessions import ApiSession
from tradefleet.exchange.wire.ws_methods import SPOT, Interface
from tradefleet.exchange.wire.ws_session import Request

_MILLISECONDS = 1_000


class WsApi:
    """Answers requests; every answer has the request's id, a status, and a result or an error."""

    def __init__(
        self,
        exchange: Exchange,
        door: Door,
        limiter: Limiter,
        desk: Desk | None = None,
        interface: Interface = SPOT,
    ) -> None:
        self.interface = interface
        self._market = interface.market
        self._exchange = exchange
        self._door = door
        self._limiter = limiter
        self._desk = desk

    def handle(self, session: ApiSession, message: Mapping[str, object], *, filled: bool = False) -> dict[str, object]:
        """The answer to a request; `filled`: an order that it would cancel fills first."""
        answer: dict[str, object] = {"id": message.get("id"), "status": 200}
        parameters = Parameters()
        spender: Account | None = None
        try:
            sent, given = read(message)
            parameters = parameters_of(given)
            name = self.interface.name_of(sent)
            endpoint = self.interface.endpoint(name)
            self._limiter.spend(self._market, session.address, endpoint.cost(parameters))
            account = self._admit(session, endpoint, given, parameters)
            if endpoint.orders and account is not None:
                spender = account
                self._limiter.spend_orders(self._market, account.name, endpoint.orders)
            if filled and account is not None and endpoint.method == "DELETE":
                fill_first(self._exchange.engines[self._market], account.name, parameters)
            answer["result"] = self._result(name, endpoint, Request(session, parameters, account, self._door.now))
        except Reject as reject:
            answer["status"] = reject.status
            answer["error"] = self._error(reject)
        except Exception:  # noqa: BLE001 - whatever is wrong with a method, its client is answered and goes on
            LOGGER.exception("the method %r of the websocket API has failed", message.get("method"))
            answer["status"] = FAILED.status
            answer["error"] = self._error(FAILED)
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
            check_permission(account, self._market, changes=endpoint.method != "GET")
        return account

    def _result(self, name: str, endpoint: Endpoint, request: Request) -> object:
        own = self.interface.session.get(name)
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
        orders = [] if spender is None else self._limiter.order_counts(self._market, spender.name)
        weight = self._limiter.weight_count(self._market, session.address)
        counts = (*orders, weight) if self._market is Market.SPOT else (weight, *orders)
        return [_count(each) for each in counts]


def _count(count: Count) -> dict[str, object]:
    return {
        "rateLimitType": count.kind,
        "interval": count.interval,
        "intervalNum": count.number,
        "limit": count.limit,
        "count": count.used,
    }


def parameters_of(given: Mapping[str, object]) -> Parameters:
    """The parameters of a message as a request over HTTP would bring them."""
    return Parameters({key: _text(value) for key, value in given.items()})


def read(message: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """Method and parameters of a message. Raises Reject."""
    name, given = message.get("method"), message.get("params", {})
    if not isinstance(message.get("id"), int | str | None):
        raise Reject(-1135, "Invalid 'id' in JSON request; expected an integer, a string or null.")
    if not isinstance(name, str):
        raise Reject(-1135, "Invalid 'method' in JSON request; expected a string.")
    if not isinstance(given, dict):
        raise Reject(-1135, "Invalid 'params' in JSON request; expected an object.")
    return name, given


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
