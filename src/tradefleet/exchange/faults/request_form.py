"""What a fault of requests is: a set of parameters, and what comes of them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Annotated, ClassVar

import msgspec

from tradefleet.exchange.faults.kinds import RequestFault

Seconds = Annotated[float, msgspec.Meta(ge=0)]

# Where most of them strike: requests that place orders.
ORDERS = ("POST */order*", "POST */algoOrder", "POST */batchOrders")
_EVERYTHING = ("*",)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as a fault sees it. `now` is the door's time in nanoseconds."""

    method: str
    path: str
    now: int

    @property
    def perpetual(self) -> bool:
        """Whether it is for the perpetual market."""
        return "/fapi/" in self.path


class RequestForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fault of requests: its fields are its parameters, `usual` is where it strikes unless told otherwise."""

    usual: ClassVar[tuple[str, ...]] = _EVERYTHING

    def fault(self, request: Request, random: Random) -> RequestFault:
        """What happens to a request it strikes."""
        raise NotImplementedError
