"""The door: what was sent becomes parameters, keys become accounts; signatures, times and permissions are checked."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

import msgspec

from tradefleet.exchange.accounts import Account
from tradefleet.exchange.engine.rejects import Reject
from tradefleet.exchange.engine.symbols import Market
from tradefleet.exchange.exchange import Exchange
from tradefleet.exchange.wire.endpoint import Endpoint, Security
from tradefleet.exchange.wire.numbers import milliseconds
from tradefleet.exchange.wire.parameters import Parameters
from tradefleet.exchange.wire.signing import signed_part, signed_right

_MOST_PARAMETERS = 500
_NAME = re.compile(r"[A-Za-z0-9_.\[\]-]+")
_HALF_QUOTED = re.compile(r"%(?![0-9A-Fa-f]{2})")
_KEY = re.compile(r"[A-Za-z0-9_-]{1,128}")
# No control characters and nothing beyond ASCII.
_TEXT = re.compile(r"[ -~]*")
_DEFAULT_WINDOW, _LONGEST_WINDOW = 5_000, 60_000
_AHEAD = 1_000
# A time this large is in microseconds.
_MICROSECONDS = 10**15

NO_PERMISSION = Reject(-2015, "Invalid API-key, IP, or permissions for action.", 401)


class Sent(msgspec.Struct, frozen=True, gc=False):
    """A request as it came: query string and body as texts, the key of its header, the address it came from."""

    method: str
    path: str
    query: str
    body: str
    api_key: str | None
    address: str

    @property
    def payload(self) -> str:
        """What was signed: query string and body without anything between them, less the signature."""
        return signed_part(self.query) + signed_part(self.body)


def read_parameters(sent: Sent) -> Parameters:
    """The parameters of query string and body; one that is in both counts as in the query. Raises Reject.

    >>> read_parameters(Sent("GET", "/", "symbol=BTCUSDT&symbols=%5B%22A%22%5D", "", None, ""))
    {'symbol': 'BTCUSDT', 'symbols': '["A"]'}
    """
    found = Parameters()
    if sent.query:
        _read(sent.query, found)
    if sent.body:
        in_query = Parameters(found)
        found.clear()
        _read(sent.body, found)
        found.update(in_query)
    return found


def _read(text: str, found: Parameters) -> None:
    pieces = text.split("&", _MOST_PARAMETERS)
    if len(pieces) > _MOST_PARAMETERS:
        raise Reject(-1101, "Too many parameters sent for this endpoint.")
    quoted = "%" in text or "+" in text
    if _TEXT.fullmatch(text) is None:
        raise _illegal()
    for piece in pieces:
        if not piece:
            continue
        name, _, value = piece.partition("=")
        if quoted:
            name, value = _unquoted(name), _unquoted(value)
        # Most names are letters and digits alone, which is known sooner.
        if not (name.isalnum() and name.isascii()) and _NAME.fullmatch(name) is None:
            raise _illegal()
        if name in found:
            raise Reject(-1101, "Duplicate values for a parameter detected.")
        found[name] = value


def _unquoted(text: str) -> str:
    if _HALF_QUOTED.search(text) is not None:
        raise _illegal()
    found = unquote_to_bytes(text.replace("+", " ")).decode("latin-1")
    if _TEXT.fullmatch(found) is None:
        raise _illegal()
    return found


def _illegal() -> Reject:
    return Reject(-1100, "Illegal characters found in a parameter.")


class Door:
    """Lets callers in to endpoints."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def known(self, api_key: str | None) -> Account | None:
        """The account of a key, whatever its state."""
        return None if api_key is None else self._exchange.accounts.by_key(api_key)

    def admit(self, endpoint: Endpoint, market: Market, sent: Sent, parameters: Parameters) -> Account | None:
        """The caller, who may call this endpoint, or None where everybody may. Raises Reject."""
        if endpoint.security is Security.NONE:
            return None
        account = self.holder(sent.api_key)
        if endpoint.security is Security.SIGNED:
            self.check_time(parameters)
            self.check_signature(account, sent.payload, parameters)
            check_permission(account, market, changes=endpoint.method != "GET")
        return account

    def holder(self, api_key: str | None) -> Account:
        """The account of a key that is in force. Raises Reject."""
        if api_key is None or _KEY.fullmatch(api_key) is None:
            raise Reject(-2014, "API-key format invalid.", 401)
        account = self._exchange.accounts.by_key(api_key)
        if account is None or account.revoked:
            raise NO_PERMISSION
        return account

    def check_time(self, parameters: Parameters) -> None:
        """Refuse a request of another time than now."""
        sent_at = parameters.whole("timestamp")
        if sent_at >= _MICROSECONDS:
            sent_at //= 1_000
        window = parameters.optional_decimal("recvWindow")
        if window is not None and window > _LONGEST_WINDOW:
            raise Reject(-1131, "'recvWindow' must be less than 60000.")
        now = self.now
        if sent_at >= now + _AHEAD:
            raise Reject(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
        if now - sent_at > (_DEFAULT_WINDOW if window is None else window):
            raise Reject(-1021, "Timestamp for this request is outside of the recvWindow.")

    @staticmethod
    def check_signature(account: Account, payload: str, parameters: Parameters) -> None:
        """Refuse what the account's secret did not sign."""
        if not signed_right(account.secret, payload, parameters.text("signature")):
            raise Reject(-1022, "Signature for this request is not valid.")

    @property
    def now(self) -> int:
        """The door's time in milliseconds."""
        return milliseconds(self._exchange.wire_clock())


def check_permission(account: Account, market: Market, *, changes: bool) -> None:
    """Refuse a key that may not do this: read, or change something in a market. Raises Reject.

    A key without the perpetual market's permission may not even read there.
    """
    may = account.permissions
    if market is Market.PERPETUAL and not may.perpetual:
        raise NO_PERMISSION
    if not (may.spot if changes and market is Market.SPOT else may.reading or changes):
        raise NO_PERMISSION
