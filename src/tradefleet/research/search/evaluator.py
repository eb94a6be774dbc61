"""Evaluating combinations of parameters on one set of bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from tradefleet.market.bars import Bars
from tradefleet.market.errors import UserError
from tradefleet.market.time import TimeLike
from tradefleet.metrics import MEASURES
from tradefleet.metrics.performance import Floats, Integers
from tradefleet.research.backtest import run_backtest
from tradefleet.research.data import Data
from tradefleet.research.prepare import Scope
from tradefleet.research.result import Result
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.settings import Settings
from tradefleet.strategies.strategy import Strategy


@dataclass(frozen=True, eq=False)
class Measured:
    """The measures of combinations: a row each, a column each of MEASURES; NaN throughout where there is an error.

    `errors` has the message of each row that failed, by its number.
    """

    values: Floats
    errors: Mapping[int, str]


@dataclass(frozen=True, eq=False)
class Span:
    """Which bars are traded: those that open in [since, until). Earlier ones only warm the indicators up."""

    since: TimeLike | None = None
    until: TimeLike | None = None


class Evaluator(Protocol):
    """Runs combinations of parameters of one strategy on one set of bars."""

    def measure(self, combinations: Combinations, span: Span = Span()) -> Measured:  # noqa: B008 - frozen
        """The measures of each combination, as a single backtest of it has them, to the bit."""
        ...

    def equity(self, combinations: Combinations, span: Span = Span()) -> tuple[Integers, Floats]:  # noqa: B008
        """UTC day ends (ns), and the equity at them: a row a combination, NaN where it failed."""
        ...

    def result(self, combination: Mapping[str, Any], span: Span = Span()) -> Result:  # noqa: B008
        """The single backtest of one combination."""
        ...


class OneByOne:
    """Evaluates combinations as single backtests, one after another: the readable twin of the fast evaluator."""

    def __init__(
        self, strategy: type[Strategy], fixed: Mapping[str, Any], bars: Bars | Mapping[str, Bars],
        settings: Settings | None = None, data: Data | None = None,
    ) -> None:  # fmt: skip
        self._strategy = strategy
        self._fixed = dict(fixed)
        self._bars = bars
        self._settings = settings or Settings()
        self._data = data

    def measure(self, combinations: Combinations, span: Span = Span()) -> Measured:  # noqa: B008
        values = np.full((len(combinations), len(MEASURES)), np.nan)
        errors: dict[int, str] = {}
        for row, combination in enumerate(combinations):
            try:
                values[row] = list(self.result(combination, span).metrics.values())
            except UserError as error:
                errors[row] = str(error)
        return Measured(values, errors)

    def equity(self, combinations: Combinations, span: Span = Span()) -> tuple[Integers, Floats]:  # noqa: B008
        found = [self.result(combination, span).performance for combination in combinations]
        return found[0].equity_time, np.array([each.equity for each in found])

    def result(self, combination: Mapping[str, Any], span: Span = Span()) -> Result:  # noqa: B008
        strategy = self._strategy(**{**self._fixed, **combination})
        scope = Scope(span.since, span.until)
        return run_backtest(strategy, self._bars, self._settings, scope, self._data)
