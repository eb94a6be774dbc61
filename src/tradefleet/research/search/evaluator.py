"""Evaluating combinations of parameters on one set of bars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
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


@dataclass(frozen=True)
class Span:
    """Which bars are traded: those that open in [since, until). Earlier ones only warm the indicators up."""

    since: TimeLike | None = None
    until: TimeLike | None = None


ALL_BARS = Span()


class Evaluator(Protocol):
    """Runs combinations of parameters of one strategy on one set of bars.

    Names that are no parameters of the strategy are settings: cash, fee, slippage, or fields of the account. Indicators
    are fed from the first bar there is, whatever the span.
    """

    def measure(self, combinations: Combinations, span: Span = ALL_BARS) -> Measured:
        """The measures of each combination, as a single backtest of it has them, to the bit."""
        ...

    def equity(self, combinations: Combinations, span: Span = ALL_BARS) -> tuple[Integers, Floats]:
        """UTC day ends (ns), and the equity at them: a row a combination, NaN where it failed."""
        ...

    def result(self, combination: Mapping[str, Any], span: Span = ALL_BARS) -> Result:
        """The single backtest of one combination."""
        ...


class OneByOne:
    """Evaluates combinations as single backtests, one after another: the readable twin of the fast evaluator.

    `bars` may be those of several symbols, which then share a wallet.
    """

    def __init__(
        self,
        strategy: type[Strategy],
        fixed: Mapping[str, Any],
        bars: Bars | Mapping[str, Bars],
        settings: Settings | None = None,
        data: Data | None = None,
        *,
        threads: int | None = None,
    ) -> None:
        self.strategy = strategy
        self.fixed = dict(fixed)
        self.bars = bars
        self.settings = settings or Settings()
        self.data = data
        self.threads = threads

    def measure(self, combinations: Combinations, span: Span = ALL_BARS) -> Measured:
        """The measures of each combination."""
        values = np.full((len(combinations), len(MEASURES)), np.nan)
        errors: dict[int, str] = {}
        for row, combination in enumerate(combinations):
            try:
                values[row] = list(self.result(combination, span).metrics.values())
            except UserError as error:
                errors[row] = str(error)
        return Measured(values, errors)

    def equity(self, combinations: Combinations, span: Span = ALL_BARS) -> tuple[Integers, Floats]:
        """UTC day ends, and the equity of each combination at them."""
        times, curves = np.empty(0, np.int64), dict[int, Floats]()
        for row, combination in enumerate(combinations):
            try:
                run = self.result(combination, span).performance
            except UserError:
                continue
            times, curves[row] = run.equity_time, run.equity
        equity = np.full((len(combinations), len(times)), np.nan)
        for row, curve in curves.items():
            equity[row] = curve
        return times, equity

    def result(self, combination: Mapping[str, Any], span: Span = ALL_BARS) -> Result:
        """The single backtest of one combination."""
        given, settings = split(self.strategy, {**self.fixed, **combination}, self.settings)
        # Whatever the span, indicators are fed from the first bar on.
        anchor = None if span.since is None else 0
        scope = Scope(span.since, span.until, anchor=anchor)
        return run_backtest(self.strategy(**given), self.bars, settings, scope, self.data, threads=self.threads)


def split(strategy: type[Strategy], values: Mapping[str, Any], settings: Settings) -> tuple[dict[str, Any], Settings]:
    """The values that are the strategy's, and the settings with those that are not."""
    own = own_names(strategy, values)
    others = {name: value for name, value in values.items() if name not in own}
    return {name: values[name] for name in own}, with_values(settings, others)


def own_names(strategy: type[Strategy], names: Iterable[str]) -> list[str]:
    """Those of some names that are parameters of the strategy."""
    declared = {*strategy.declared(), "size"}
    return [name for name in names if name in declared]


def with_values(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """The settings with other values of their own, or of their account."""
    if not values:
        return settings
    own = {field.name for field in fields(settings)}
    account = replace(settings.account, **{name: value for name, value in values.items() if name not in own})
    return replace(settings, account=account, **{name: value for name, value in values.items() if name in own})
