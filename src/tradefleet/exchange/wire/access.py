"""Who may use the control interface, which gives out keys and moves prices."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from tradefleet.exchange.wire.responses import Answer, encoded
from tradefleet.market.errors import ParameterError

HEADER = "X-Control-Token"
_CONTROL = "the control interface"


@dataclass(frozen=True, slots=True)
class Access:
    """Lets in who sends `token`; without a token, everybody on this machine but web pages.

    A page that a browser shows can send requests to this machine: it is known by its Origin, or, where it has made its
    own name stand for this machine's address, by the name in Host.
    """

    token: str | None = None

    def refusal(self, headers: Mapping[str, str]) -> Answer | None:
        """What a caller is told who may not come in."""
        if "Origin" in headers:
            return _refused(403, "web pages may not use it", "ask without an Origin header")
        if self.token is not None:
            sent = headers.get(HEADER, "")
            if hmac.compare_digest(sent.encode("utf-8", "surrogateescape"), self.token.encode()):
                return None
            return _refused(401, f"{HEADER} is missing or wrong", "send the token that was told at the start")
        host = headers.get("Host", "")
        if not _is_address(host):
            return _refused(403, f"it is not known as {host!r}", "ask by address, such as 127.0.0.1")
        return None

    def check_host(self, host: str) -> None:
        """Raise ParameterError where listening there would open it to everybody."""
        if self.token is None and not is_loopback(host):
            raise ParameterError(
                f"anybody who reaches {host!r} could use {_CONTROL}", where="host", cure="give it a token"
            )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("")
    (True, True, False, False)
    """
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _is_address(host: str) -> bool:
    """Whether a Host header names an address, or localhost, and no other name."""
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    try:
        return name == "localhost" or bool(ip_address(name))
    except ValueError:
        return False


def _refused(status: int, what: str, cure: str) -> Answer:
    return Answer(encoded({"error": ParameterError(what, where=_CONTROL, cure=cure).as_dict()}), status)
