"""One hash of everything that happened, so that two runs can be compared by a line."""

from __future__ import annotations

import hashlib

from tradefleet.exchange.engine.events import Event


class Trace:
    """A running SHA-256 over the canonical text of every event; equal runs have equal digests, in any process."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.count = 0

    def __call__(self, event: Event) -> None:
        """Fold one event in."""
        # Dataclasses print their fields in order: decimals, texts and whole numbers, no addresses.
        self._hash.update(repr(event).encode())
        self.count += 1

    def digest(self) -> str:
        """The hash so far, in hexadecimal digits."""
        return self._hash.hexdigest()
