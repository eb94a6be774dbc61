"""A sweep as its page reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tradefleet.research.luck import Luck
from tradefleet.research.search.direction import Objective
from tradefleet.research.sweep.frame import frame_of
from tradefleet.research.sweep.notes import unranked

if TYPE_CHECKING:
    import polars as pl

    from tradefleet.research.sweep.sweep import Sweep


class Reported:
    """The same sweep, its table without the combinations that are not ranked for want of trades."""

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self.strategy: str = sweep.strategy
        self.trials: int = sweep.trials
        self.axes: Mapping[str, Sequence[Any]] = sweep.axes
        self.objective: Objective = sweep.objective
        self.data: Mapping[str, object] = sweep.data
        self.settings: Mapping[str, object] = {**sweep.settings, **_told(sweep)}
        self.luck: Luck | None = sweep.luck
        self.buy_and_hold: Mapping[str, float] = sweep.buy_and_hold
        self.warnings: Sequence[str] = sweep.warnings

    @cached_property
    def table(self) -> pl.DataFrame:
        """The rows that are ranked, and those that failed."""
        if not unranked(self._sweep):
            return self._sweep.table
        enough = ~(self._sweep.column("trades") < self._sweep.min_trades)
        return frame_of(self._sweep, np.flatnonzero(enough))


def _told(sweep: Sweep) -> dict[str, object]:
    return {"objective": sweep.objective.name, "min_trades": sweep.min_trades}
