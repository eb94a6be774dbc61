"""One symbol on one timeframe: what was best in training, and what became of it in confirmation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tradefleet.market.bars import Bars
from tradefleet.metrics import MEASURES
from tradefleet.metrics.performance import Floats
from tradefleet.research.analyze.parts import parts_of
from tradefleet.research.analyze.ranking import COLUMN, best_rows
from tradefleet.research.analyze.shape import shape_of
from tradefleet.research.luck import Luck
from tradefleet.research.luck.moments import Moments
from tradefleet.research.report.search.confirmation import rank_correlation
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.evaluator import Evaluator
from tradefleet.research.walk_forward.choice import Goal

INTERRUPTED = "interrupted"
_NONE = np.empty(0)


@dataclass(frozen=True, eq=False)
class Best:
    """A combination with all its measures in training and in confirmation."""

    parameters: Mapping[str, Any]
    training: Mapping[str, float]
    confirmation: Mapping[str, float]

    @property
    def confirmed(self) -> bool:
        """Whether it traded in the confirmation part and lost nothing there."""
        trades = self.confirmation["trades"] + self.confirmation["open_trades"]
        return trades >= 1 and self.confirmation["total_return"] >= 0


@dataclass(frozen=True, eq=False)
class Pair:
    """A symbol on a timeframe; `error` says why there is no `best`, which has the best combination first.

    `sharpes` are the annualised Sharpe ratios in training of all that was tried, `failed` the messages of combinations
    that failed by number, `shape` what the daily returns of the best are like and `periods` how many make a year.
    `rank_correlation` is between the objective of all combinations in training and in confirmation.
    """

    symbol: str
    timeframe: str
    bars: Bars | None = None
    split: int = 0
    sharpes: Floats = field(default_factory=lambda: _NONE)
    failed: Mapping[int, str] = field(default_factory=dict)
    best: tuple[Best, ...] = ()
    rank_correlation: float = math.nan
    shape: Moments | None = None
    periods: float = math.nan
    luck: Luck | None = None
    error: str = ""

    @property
    def tried(self) -> int:
        """How many combinations were tried, failed ones included."""
        return len(self.sharpes)


def pair_of(
    bars: Bars,
    evaluator: Evaluator,
    combinations: Combinations,
    goal: Goal,
    confirm: float,
    top: int = 1,
) -> Pair:
    """Measure all combinations on both parts, and take the `top` best of training.

    Raises DataError where there are too few bars.
    """
    parts = parts_of(bars, confirm)
    training = evaluator.measure(combinations, parts.training)
    confirmation = evaluator.measure(combinations, parts.confirmation)
    rows = best_rows(goal, training.values, top)
    objective = COLUMN[goal.objective.name]
    best = tuple(
        Best(combinations[row], _measures(training.values[row]), _measures(confirmation.values[row]))
        for row in rows.tolist()
    )
    shape, periods = shape_of(best[0].training, bars.between(until=parts.split)) if best else (None, math.nan)
    return Pair(
        bars.symbol,
        str(bars.timeframe),
        bars,
        parts.split,
        training.values[:, COLUMN["sharpe"]].copy(),
        {**confirmation.errors, **training.errors},
        best,
        rank_correlation(training.values[:, objective], confirmation.values[:, objective]),
        shape,
        periods,
        error="" if best else goal.why_none(training),
    )


def _measures(row: Floats) -> dict[str, float]:
    return dict(zip(MEASURES, row.tolist(), strict=True))
