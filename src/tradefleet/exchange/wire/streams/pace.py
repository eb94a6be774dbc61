"""What is told once a second at most: who may speak now, and who has something left to say."""

from __future__ import annotations

from tradefleet.market.time import SECOND


class Pace:
    """Symbols that are told at once when they have been quiet for a second of the market, and else kept until later.

    >>> pace = Pace()
    >>> pace.ready("BTCUSDT", 0), pace.ready("BTCUSDT", 1), pace.late(2)
    (True, False, [])
    >>> pace.late(SECOND)
    ['BTCUSDT']
    """

    def __init__(self) -> None:
        self._told: dict[str, int] = {}
        # With the second they were kept in; ordered, so that the same run tells in the same order.
        self._kept: dict[str, int] = {}

    @property
    def kept(self) -> bool:
        """Whether anybody waits."""
        return bool(self._kept)

    def ready(self, symbol: str, time: int) -> bool:
        """Whether a symbol that has news may tell it now; else it is kept."""
        if self._told.get(symbol) != time // SECOND:
            self._taken(symbol, time)
            return True
        self.keep(symbol, time)
        return False

    def keep(self, symbol: str, time: int) -> None:
        """Let a symbol wait in any case."""
        self._kept.setdefault(symbol, time // SECOND)

    def late(self, time: int) -> list[str]:
        """Symbols that have waited since an earlier second than this one; they wait no longer."""
        return self._take([symbol for symbol, second in self._kept.items() if second != time // SECOND], time)

    def all(self, time: int) -> list[str]:
        """All who wait; they wait no longer."""
        return self._take(list(self._kept), time)

    def _take(self, symbols: list[str], time: int) -> list[str]:
        for symbol in symbols:
            self._taken(symbol, time)
        return symbols

    def _taken(self, symbol: str, time: int) -> None:
        self._kept.pop(symbol, None)
        self._told[symbol] = time // SECOND
