"""Faults of what a request is answered: errors, refusals, and answers that say nothing."""

from __future__ import annotations

from random import Random
from typing import Annotated, ClassVar, Literal

import msgspec

from tradefleet.exchange.faults.kinds import HTML, Canned, RequestFault
from tradefleet.exchange.faults.request_form import ORDERS, Request, RequestForm
from tradefleet.market.time import SECOND

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Status = Annotated[int, msgspec.Meta(ge=100, le=599)]
_MILLISECOND = SECOND // 1000


def error(status: int, code: int, message: str, headers: dict[str, str] | None = None) -> Canned:
    """An answer in the form of Binance's errors."""
    return Canned(status, msgspec.json.encode({"code": code, "msg": message}), headers or {})


class _Ambiguous(RequestForm, frozen=True):
    """An answer that leaves open what has happened; the engine has done its work in this share of the cases."""

    executes: Share = 0.5

    def given(self, canned: Canned, random: Random) -> RequestFault:
        """The answer, after or instead of the engine."""
        return RequestFault(replace=canned) if random.random() < self.executes else RequestFault(answer=canned)


_UNEXPECTED = "An unexpected response was received from the message bus. Execution status unknown."
_TIMEOUT = "Timeout waiting for response from backend server. Send status unknown; execution status unknown."
_UNKNOWN = "Unknown error, please check your request or try again later."


class UnknownError(_Ambiguous, frozen=True):
    """A failure after which nobody knows whether the request was executed; `variant` is one of four, or any of them."""

    usual: ClassVar[tuple[str, ...]] = ORDERS
    variant: Literal["any", "-1006", "-1007", "408", "503"] = "any"

    def fault(self, request: Request, random: Random) -> RequestFault:
        variant = random.choice(("-1006", "-1007", "408", "503")) if self.variant == "any" else self.variant
        answers = {
            "-1006": error(500, -1006, _UNEXPECTED),
            "-1007": error(504, -1007, _TIMEOUT),
            "408": error(408, -1007, _TIMEOUT),
            "503": _gateway(request, _UNKNOWN),
        }
        return self.given(answers[variant], random)


class ServiceUnavailable(RequestForm, frozen=True):
    """A failure before the engine: nothing was executed; `variant` is one of three, or any of them."""

    usual: ClassVar[tuple[str, ...]] = ORDERS
    variant: Literal["any", "503", "-1001", "-1008"] = "any"

    def fault(self, request: Request, random: Random) -> RequestFault:
        variant = random.choice(("503", "-1001", "-1008")) if self.variant == "any" else self.variant
        busy = "Server is currently overloaded with other requests. Please try again in a few minutes."
        throttled = (
            "Request throttled by system-level protection. "
            "Reduce-only/close-position orders are exempt. Please try again."
        )
        answers = {
            "503": _gateway(request, "Service Unavailable."),
            "-1001": error(503, -1001, "Internal error; unable to process your request. Please try again."),
            "-1008": error(503, -1008, throttled if request.perpetual else busy),
        }
        return RequestFault(answer=answers[variant])


def _gateway(request: Request, message: str) -> Canned:
    """An answer of the gateway before the exchange, which has no code."""
    body = {"timestamp": request.now // _MILLISECOND, "path": request.path, "msg": message}
    return Canned(503, msgspec.json.encode(body))


class Empty(_Ambiguous, frozen=True):
    """200 with nothing in it."""

    usual: ClassVar[tuple[str, ...]] = ORDERS

    def fault(self, request: Request, random: Random) -> RequestFault:
        return self.given(Canned(200, b""), random)


class Html(_Ambiguous, frozen=True):
    """200 with a page of HTML."""

    usual: ClassVar[tuple[str, ...]] = ORDERS

    def fault(self, request: Request, random: Random) -> RequestFault:
        page = b"<html><head><title>Binance</title></head><body>Please wait a moment.</body></html>"
        return self.given(Canned(200, page, content_type=HTML), random)


class EmptyObject(_Ambiguous, frozen=True):
    """200 with {}."""

    usual: ClassVar[tuple[str, ...]] = ORDERS

    def fault(self, request: Request, random: Random) -> RequestFault:
        return self.given(Canned(200, b"{}"), random)


class CutJson(RequestForm, frozen=True):
    """The request is executed; half of the answer comes."""

    usual: ClassVar[tuple[str, ...]] = ORDERS

    def fault(self, request: Request, random: Random) -> RequestFault:
        return RequestFault(truncate=True)


_TOO_MANY_SPOT = (
    "Too much request weight used; current limit is 6000 request weight per 1 MINUTE. "
    "Please use WebSocket Streams for live updates to avoid polling the API."
)
_TOO_MANY_PERPETUAL = (
    "Too many requests; current limit is 2400 requests per minute. "
    "Please use the websocket for live updates to avoid polling the API."
)
_BANNED_SPOT = (
    "Way too much request weight used; IP banned until {}. Please use WebSocket Streams for live updates to avoid bans."
)
_BANNED_PERPETUAL = (
    "Way too many requests; IP banned until {}. Please use the websocket for live updates to avoid bans."
)


class TooManyRequests(RequestForm, frozen=True):
    """429 with Retry-After, until so many seconds have passed."""

    seconds: Annotated[int, msgspec.Meta(ge=1)] = 7

    def fault(self, request: Request, random: Random) -> RequestFault:
        return RequestFault(answer=self.refusal(request, self.seconds))

    def refusal(self, request: Request, left: int) -> Canned:
        """The answer while so many seconds are left."""
        message = _TOO_MANY_PERPETUAL if request.perpetual else _TOO_MANY_SPOT
        return error(429, -1003, message, {"Retry-After": str(left)})


class Banned(RequestForm, frozen=True):
    """418: the caller's address is shut out for so many seconds."""

    seconds: Annotated[int, msgspec.Meta(ge=1, le=259_200)] = 120

    def fault(self, request: Request, random: Random) -> RequestFault:
        until = request.now // _MILLISECOND + self.seconds * 1000
        message = (_BANNED_PERPETUAL if request.perpetual else _BANNED_SPOT).format(until)
        answer = error(418, -1003, message, {"Retry-After": str(self.seconds)})
        return RequestFault(answer=answer, ban=float(self.seconds))


class Firewall(RequestForm, frozen=True):
    """403 with the firewall's page."""

    def fault(self, request: Request, random: Random) -> RequestFault:
        page = (
            b"<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n"
            b"<center><h1>403 Forbidden</h1></center>\r\n</body>\r\n</html>\r\n"
        )
        return RequestFault(answer=Canned(403, page, content_type=HTML))


class Refusal(RequestForm, frozen=True):
    """A refusal of your own; the engine is not asked."""

    usual: ClassVar[tuple[str, ...]] = ORDERS
    code: int = -1000
    message: str = "An unknown error occurred while processing the request."
    status: Status = 400

    def fault(self, request: Request, random: Random) -> RequestFault:
        return RequestFault(answer=error(self.status, self.code, self.message))


class InsufficientBalance(Refusal, frozen=True):
    """Spot's refusal for want of money."""

    code: int = -2010
    message: str = "Account has insufficient balance for requested action."


class InsufficientMargin(Refusal, frozen=True):
    """The perpetual's refusal for want of margin."""

    code: int = -2019
    message: str = "Margin is insufficient."


class ReduceOnlyRejected(Refusal, frozen=True):
    """The perpetual's refusal of an order that reduces nothing."""

    code: int = -2022
    message: str = "ReduceOnly Order is rejected."


class WouldTrigger(Refusal, frozen=True):
    """The perpetual's refusal of a stop whose price has been passed."""

    code: int = -2021
    message: str = "Order would immediately trigger."


class KeyRevoked(Refusal, frozen=True):
    """The key is no longer good."""

    code: int = -2015
    message: str = "Invalid API-key, IP, or permissions for action."
    status: Status = 401
