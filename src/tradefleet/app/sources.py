"""Where bars come from, as backtests read them."""

from __future__ import annotations

from collections.abc import Callable

from tradefleet.market.bars import Bars
from tradefleet.market.errors import CatalogError
from tradefleet.market.resample import resample
from tradefleet.market.time import TimeLike
from tradefleet.market.timeframe import Timeframe
from tradefleet.storage.catalog import Catalog


class CatalogSource:
    """The bars of one venue in a catalog; those of a timeframe that is not kept are made from shorter ones.

    `told` is handed a sentence when that was done.
    """

    def __init__(self, catalog: Catalog, venue: str, told: Callable[[str], None] = lambda text: None) -> None:
        self._catalog = catalog
        self._venue = venue
        self._told = told

    def bars(
        self,
        symbol: str,
        timeframe: str | Timeframe,
        since: TimeLike | None = None,
        until: TimeLike | None = None,
    ) -> Bars:
        """Bars with open times in [since, until)."""
        wanted = Timeframe.parse(timeframe)
        try:
            return self._catalog.bars(symbol, wanted, since, until, self._venue)
        except CatalogError:
            shorter = self._longest_below(symbol, wanted)
            if shorter is None:
                raise
        found = resample(self._catalog.bars(symbol, shorter, since, until, self._venue), wanted, drop_partial=True)
        self._told(f"{wanted} bars of {symbol} made from the {shorter} ones of the catalog")
        return found

    def _longest_below(self, symbol: str, wanted: Timeframe) -> Timeframe | None:
        """The longest kept timeframe that the wanted one is a whole multiple of."""
        every = self._catalog.keys()
        kept = {key.timeframe for key in every if (key.venue, key.symbol) == (self._venue, symbol)}
        fitting = [length for length in kept if length < wanted and wanted.nanoseconds % length.nanoseconds == 0]
        return max(fitting, default=None)
