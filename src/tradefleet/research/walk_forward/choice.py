"""What a window trades: the best combination of its training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from tradefleet.market.errors import ParameterError
from tradefleet.metrics import MEASURES
from tradefleet.metrics.performance import Floats
from tradefleet.research.report.texts import words
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.direction import Objective
from tradefleet.research.search.evaluator import Evaluator, Measured, Span

_COLUMNS = {name: number for number, name in enumerate(MEASURES)}


@dataclass(frozen=True, eq=False)
class Choice:
    """The combination that was best in training, with its measures there; None, and the reason, where none qualified.

    `sharpes` has the annualised Sharpe ratio in training of everything that was tried, NaN where it is undefined.
    """

    parameters: Mapping[str, Any] | None
    measures: Mapping[str, float]
    sharpes: Floats
    reason: str = ""

    @property
    def tried(self) -> int:
        """How many combinations were tried."""
        return len(self.sharpes)


class Search(Protocol):
    """Finds the combination to trade in a window."""

    def __call__(self, evaluator: Evaluator, span: Span, number: int) -> Choice:
        """The best combination on the bars of a span, by them alone; `number` is the window's, for a seed."""
        ...


@dataclass(frozen=True)
class Goal:
    """What makes a combination the best: a measure, and how many trades it needs at least, open ones included.

    Whether more is better depends on the measure. An undefined measure never wins; of equals the first does. Raises
    ParameterError for a negative number of trades.
    """

    objective: Objective = field(default_factory=lambda: Objective("sharpe"))
    min_trades: int = 1

    def __post_init__(self) -> None:
        if self.min_trades < 0:
            raise ParameterError(f"min_trades is {self.min_trades}", cure="give 0 or more")

    def best(self, values: Floats) -> int | None:
        """The row of the best combination, of a row a combination and a column each of MEASURES; None for none.

        >>> rows = np.full((3, len(MEASURES)), np.nan)
        >>> rows[:, list(MEASURES).index("open_trades")] = 1
        >>> rows[:, list(MEASURES).index("sharpe")] = 0.5, np.nan, 0.7
        >>> Goal().best(rows), Goal(min_trades=2).best(rows)
        (2, None)
        """
        score = values[:, _COLUMNS[self.objective.name]]
        score = score if self.objective.higher_is_better else -score
        qualified = ~np.isnan(score) & (_trades(values) >= self.min_trades)
        return int(np.argmax(np.where(qualified, score, -np.inf))) if qualified.any() else None

    def why_none(self, measured: Measured) -> str:
        """Why none of the combinations qualified."""
        if len(measured.errors) == len(measured.values):
            return next(iter(measured.errors.values()), "no combination was tried")
        if not bool((_trades(measured.values) >= self.min_trades).any()):
            return f"no combination made {self.min_trades} {'trade' if self.min_trades == 1 else 'trades'} in training"
        return f"no combination with enough trades has a {words(self.objective.name)} in training"


def _trades(values: Floats) -> Floats:
    """How many trades each combination made; a failed one none."""
    trades: Floats = np.nan_to_num(values[:, _COLUMNS["trades"]]) + np.nan_to_num(values[:, _COLUMNS["open_trades"]])
    return trades


@dataclass(frozen=True, eq=False)
class GridSearch:
    """Tries every combination in every window."""

    combinations: Combinations
    goal: Goal = field(default_factory=Goal)

    def __call__(self, evaluator: Evaluator, span: Span, number: int) -> Choice:
        """The best of all combinations."""
        return chosen(self.goal, evaluator.measure(self.combinations, span), self.combinations.__getitem__)


def chosen(goal: Goal, measured: Measured, parameters: Callable[[int], Mapping[str, Any]]) -> Choice:
    """The choice among what was measured; `parameters` gives those of a row."""
    sharpes = measured.values[:, _COLUMNS["sharpe"]].copy()
    row = goal.best(measured.values)
    if row is None:
        return Choice(None, {}, sharpes, goal.why_none(measured))
    measures = dict(zip(MEASURES, measured.values[row].tolist(), strict=True))
    return Choice(dict(parameters(row)), measures, sharpes)
