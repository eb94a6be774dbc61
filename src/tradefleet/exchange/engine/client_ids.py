"""Client order ids for those who give none: 22 letters and digits, the same for the same order in every run."""

from __future__ import annotations

import hashlib
from binascii import b2a_base64

from tradefleet.exchange.engine.symbols import Market

_LENGTH = 22
# Of the 64 characters two are neither letters nor digits.
_LETTERS = bytes.maketrans(b"+/", b"Aa")


def client_id(market: Market, order_id: int) -> str:
    """The id the exchange gives.

    >>> client_id(Market.SPOT, 1)
    'aTnpgaIjetHrXZqC4yQqL4'
    """
    return made_up_id(market, order_id)


def made_up_id(*parts: object) -> str:
    """An id of this form for anything else: the same parts give the same one.

    >>> made_up_id("spot", 1)
    'aTnpgaIjetHrXZqC4yQqL4'
    """
    digest = hashlib.blake2b(":".join(map(str, parts)).encode(), digest_size=18).digest()
    return b2a_base64(digest).translate(_LETTERS)[:_LENGTH].decode()
