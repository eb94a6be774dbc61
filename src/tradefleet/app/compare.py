"""Comparisons of strategies as users call them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

from tradefleet.app.backtest import Terms, terms_of
from tradefleet.app.given import instance_of
from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError, StrategyError
from tradefleet.metrics.performance import Floats
from tradefleet.research import Result
from tradefleet.research.parallel import Outcome, Processes, Task, warm_kernels
from tradefleet.research.prepare import simulated_bars
from tradefleet.research.summary import Failed, comparison_table
from tradefleet.research.terms import limits_of
from tradefleet.strategies import Strategy

# Bars are here already, and the equity at every bar is worked out when it is asked for.
_NOT_SENT = ("legs", "per_bar")


@dataclass(frozen=True, eq=False)
class Comparison:
    """What strategies did, each by itself: a row each in the order they were given; printed it is a table."""

    rows: tuple[Result | Failed, ...]

    @property
    def results(self) -> list[Result]:
        """The results of those that have one."""
        return [row for row in self.rows if isinstance(row, Result)]

    @property
    def failures(self) -> list[Failed]:
        """The others."""
        return [row for row in self.rows if isinstance(row, Failed)]

    @property
    def errors(self) -> list[dict[str, str]]:
        """The failures for machines."""
        return [{"strategy": each.strategy, "error": each.error} for each in self.failures]

    def raise_errors(self) -> None:
        """Raise StrategyError where a strategy failed."""
        names = [each.strategy for each in self.failures]
        if names:
            raise StrategyError(
                f"{len(names)} of {len(self.rows)} strategies failed: {', '.join(names)}", cure="see their rows"
            )

    def __str__(self) -> str:
        return comparison_table(self.rows)


def compare(
    strategies: Sequence[Strategy | type[Strategy] | str],
    bars: Any,
    *,
    workers: int | None = None,
    timeout: float = 300.0,
    equity: str = "day",
    **terms: Any,
) -> Comparison:
    """Simulate strategies, each with a wallet of its own, in processes beside each other.

    One that fails, hangs for `timeout` seconds or ends its process has a row with its error; the others go on. There
    are as many `workers` as cores, or one where `memory` is given. With `equity` bar they also work out the equity at
    every bar. The other arguments are those of `backtest`.

    >>> import tradefleet as tf
    >>> found = compare(["ema_cross", "sma_cross"], tf.generate_bars("1h", days=60, seed=1), workers=1)
    >>> [result.strategy for result in found.results], found.failures
    (['ema_cross', 'sma_cross'], [])
    """
    chosen = [instance_of(one) for one in strategies]
    if not chosen:
        raise ParameterError("there is no strategy to simulate", cure="name one, such as ema_cross")
    shared = terms_of(bars, **terms)
    count = (1 if shared.memory is not None else os.cpu_count() or 1) if workers is None else workers
    tasks = [Task(number, one.name(), one) for number, one in enumerate(chosen)]
    processes = Processes(count)
    # In a worker, compiling would be part of its task's time.
    if any(not one.acts_on_bars() for one in chosen):
        warm_kernels(together=len(shared.bars) > 1 or any(limits_of(shared.settings.account)))
    with closing(processes.run(_simulated, (shared, equity == "bar"), tasks, timeout)) as outcomes:
        rows = {each.number: _row(each, chosen[each.number], shared) for each in outcomes}
    return Comparison(tuple(rows[number] for number in range(len(chosen))))


def _simulated(shared: tuple[Terms, bool], strategy: Strategy) -> tuple[dict[str, Any], list[tuple[str, str]], Any]:
    """In a worker: what a result is made of, its legs by name and symbol, and the equity at every bar if asked for."""
    terms, per_bar = shared
    result = terms.run([strategy], threads=1)
    made_of = {each.name: getattr(result, each.name) for each in fields(result) if each.name not in _NOT_SENT}
    return made_of, [(name, bars.symbol) for name, bars in result.legs], result.per_bar() if per_bar else None


def _row(outcome: Outcome, strategy: Strategy, terms: Terms) -> Result | Failed:
    if outcome.error is not None:
        return Failed(strategy.name(), outcome.error)
    value: Any = outcome.value
    made_of, names, worth = value
    legs = tuple((name, _traded(terms, symbol)) for name, symbol in names)
    again = partial(_equity_of_bars, terms, strategy)
    return Result(**made_of, legs=legs, per_bar=again if worth is None else lambda: worth)


def _traded(terms: Terms, symbol: str) -> Bars:
    return simulated_bars(terms.bars[symbol], terms.scope)[1]


def _equity_of_bars(terms: Terms, strategy: Strategy) -> Floats:
    return terms.run([strategy]).per_bar()
