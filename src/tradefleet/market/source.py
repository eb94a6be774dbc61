"""The port through which everything above reads bars."""

from __future__ import annotations

from typing import Protocol

from tradefleet.market.bars import Bars
from tradefleet.market.time import TimeLike
from tradefleet.market.timeframe import Timeframe


class BarSource(Protocol):
    """Whatever can hand out bars: the catalog on disk, a venue, a generator."""

    def bars(
        self,
        symbol: str,
        timeframe: str | Timeframe,
        since: TimeLike | None = None,
        until: TimeLike | None = None,
    ) -> Bars:
        """Bars with open times in [since, until); raises UserError when there are none."""
        ...
