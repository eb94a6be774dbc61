"""Methods of the websocket API that concern the connection itself: who is logged on, which user streams are open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tradefleet.exchange.accounts import Account
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.wire.endpoint import Endpoint, Security
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.user.sessions import ApiSession

_WEIGHT = 2


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a session."""

    session: ApiSession
    parameters: Parameters
    account: Account | None
    now: int


def _logon(_: Request) -> object:
    """Only keys of another kind than this exchange gives may log on."""
    raise Reject(-4056, "HMAC_SHA256 API key is not supported.")


def _status(request: Request) -> dict[str, object]:
    account = request.session.account
    return {
        "apiKey": None if account is None else account.api_key,
        "authorizedSince": None if account is None else request.now,
        "connectedSince": request.now,
        "returnRateLimits": True,
        "serverTime": request.now,
        "userDataStream": bool(request.session.subscriptions),
    }


def _logout(request: Request) -> dict[str, object]:
    request.session.account = None
    return _status(request)


def _subscribe(request: Request) -> dict[str, object]:
    account = request.account or request.session.account
    if account is None:
        raise Reject(-1002, "You are not authorized to execute this request.", 401)
    if request.session.subscribed(account):
        raise Reject(-2035, "User Data Stream subscription already active.")
    return {"subscriptionId": request.session.subscribe(account)}


def _unsubscribe(request: Request) -> dict[str, object]:
    if not request.session.unsubscribe(request.parameters.optional_whole("subscriptionId")):
        raise Reject(-2036, "User Data Stream subscription not active.")
    return {}


def _subscriptions(request: Request) -> list[dict[str, object]]:
    return [{"subscriptionId": number} for number in request.session.subscriptions]


@dataclass(frozen=True, slots=True)
class SessionMethod:
    """A method that concerns the connection itself."""

    answer: Callable[[Request], object]
    security: Security = Security.NONE

    @property
    def endpoint(self) -> Endpoint:
        """What it costs and what a caller must bring; there is no such path."""
        return Endpoint("GET", "", lambda _: None, _WEIGHT, self.security)


LOGON_METHODS: dict[str, SessionMethod] = {
    "session.logon": SessionMethod(_logon, Security.SIGNED),
    "session.status": SessionMethod(_status),
    "session.logout": SessionMethod(_logout),
}
# User streams of spot come by the API itself.
STREAM_METHODS: dict[str, SessionMethod] = {
    "session.subscriptions": SessionMethod(_subscriptions),
    "userDataStream.subscribe": SessionMethod(_subscribe),
    "userDataStream.subscribe.signature": SessionMethod(_subscribe, Security.SIGNED),
    "userDataStream.unsubscribe": SessionMethod(_unsubscribe),
}
