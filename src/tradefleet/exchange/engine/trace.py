"""One hash of everything that happened, so that two runs can be compared by a line."""

from __future__ import annotations

import hashlib

import msgspec

from tradefleet.exchange.engine.events import Event


class Trace:
    """A running SHA-256 over every event's fields; equal runs have equal digests, in any process."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        # In the order in which they are declared: decimals, texts and whole numbers, no addresses.
        self._encoder = msgspec.json.Encoder()
        self.count = 0

    def __call__(self, event: Event) -> None:
        """Fold one event in."""
        self._hash.update(type(event).__name__.encode())
        self._hash.update(self._encoder.encode(event))
        self.count += 1

    def digest(self) -> str:
        """The hash so far, in hexadecimal digits."""
        return self._hash.hexdigest()
