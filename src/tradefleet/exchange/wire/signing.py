"""Signatures of requests: HMAC-SHA256 over what was sent."""

from __future__ import annotations

import hmac
from functools import lru_cache

_NAME = "signature="
# Clients put it last.
_LAST = "&signature="


def signature(secret: str, payload: str) -> str:
    """The signature of a payload, in lower-case hexadecimal digits.

    >>> signature("secret", "symbol=BTCUSDT&timestamp=1")[:16]
    'ef9d3d77a34d9a13'
    """
    keyed = _keyed(secret).copy()
    keyed.update(payload.encode())
    return keyed.hexdigest()


@lru_cache(maxsize=1_000)
def _keyed(secret: str) -> hmac.HMAC:
    # Setting up for a key costs more than all the rest of a signature.
    return hmac.new(secret.encode(), digestmod="sha256")


def signed_right(secret: str, payload: str, given: str) -> bool:
    """Whether a signature fits; upper and lower case are one, and the time it takes tells nothing."""
    return hmac.compare_digest(signature(secret, payload).encode(), given.lower().encode())


def signed_part(sent: str) -> str:
    """A query string or body as it was signed: as it was sent, without the signature.

    >>> signed_part("symbol=BTCUSDT&signature=00&timestamp=1")
    'symbol=BTCUSDT&timestamp=1'
    """
    if _NAME not in sent:
        return sent
    head, separator, tail = sent.rpartition(_LAST)
    if separator and "&" not in tail:
        return head
    return "&".join(piece for piece in sent.split("&") if not piece.startswith(_NAME))
