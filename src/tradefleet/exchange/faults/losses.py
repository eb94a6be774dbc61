"""Faults of a request's way there and back: what is lost, late, cut, or not to be seen yet."""

from __future__ import annotations

from random import Random
from typing import ClassVar

from tradefleet.exchange.faults.kinds import RequestFault
from tradefleet.exchange.faults.request_form import ORDERS, Request, RequestForm, Seconds

# Longer than any client waits.
_FOR_EVER = 3600.0
_READS = ("GET */order*", "GET */openOrder*", "GET */allOrders", "GET */*lgoOrder*")
_CANCELS = ("DELETE *",)


class AnswerLost(RequestForm, frozen=True):
    """The request is executed; the answer comes after the client has given up."""

    usual: ClassVar[tuple[str, ...]] = ORDERS
    seconds: Seconds = 60.0

    def fault(self, request: Request, random: Random) -> RequestFault:
        return RequestFault(delay_after=self.seconds)


class CutAfter(RequestForm, frozen=True):
    """The request is executed; the socket is cut instead of an answer."""

    usual: ClassVar[tuple[str, ...]] = ORDERS

    def fault(self, request: Request, random: Random) -> RequestFault:
        return RequestFault(cut="after")


class LostBefore(RequestForm, frozen=True):
    """The request never reaches the engine: the socket is cut, `seconds` after it came."""

    usual: ClassVar[tuple[str, ...]] = ORDERS
    seconds: Seconds = 0.0

    def fault(self, request: Request, random: Random) -> RequestFault:
        return RequestFault(delay_before=self.seconds, cut="before")


class HalfOpen(RequestForm, frozen=True):
    """The connection stays open and nothing ever comes; the engine never sees the request."""

    def fault(self, request: Request, random: Random) -> RequestFault:
        return RequestFault(delay_before=_FOR_EVER, cut="before")


class Latency(RequestForm, frozen=True):
    """`seconds` more or less `jitter`, evenly spread; half of it on the way in, half on the way out."""

    seconds: Seconds = 0.5
    jitter: Seconds = 0.0

    def fault(self, request: Request, random: Random) -> RequestFault:
        half = max(0.0, self.seconds + random.uniform(-self.jitter, self.jitter)) / 2
        return RequestFault(delay_before=half, delay_after=half)


class ReportFirst(RequestForm, frozen=True):
    """The events of an order are out `seconds` before its answer."""

    usual: ClassVar[tuple[str, ...]] = ORDERS
    seconds: Seconds = 0.25

    def fault(self, request: Request, random: Random) -> RequestFault:
        return RequestFault(delay_after=self.seconds)


class NotFoundYet(RequestForm, frozen=True):
    """Orders younger than so many seconds are not there to reads."""

    usual: ClassVar[tuple[str, ...]] = _READS
    seconds: Seconds = 1.0

    def fault(self, request: Request, random: Random) -> RequestFault:
        return RequestFault(hide_for=self.seconds)


class FillsBeforeCancel(RequestForm, frozen=True):
    """An order that is about to be cancelled fills first."""

    usual: ClassVar[tuple[str, ...]] = _CANCELS

    def fault(self, request: Request, random: Random) -> RequestFault:
        return RequestFault(fill_first=True)
