"""The evaluator that has workers do it."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import Any, Self

import numpy as np

from tradefleet.market.bars import Bars
from tradefleet.market.errors import StrategyError
from tradefleet.metrics import MEASURES
from tradefleet.metrics.performance import Floats, Integers
from tradefleet.research.data import Data
from tradefleet.research.parallel import Outcome, Workers
from tradefleet.research.result import Result
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.evaluator import ALL_BARS, Measured, OneByOne, Span
from tradefleet.research.settings import Settings
from tradefleet.research.sweep.pooled.slices import Slices
from tradefleet.research.sweep.pooled.work import Asked, Subject, evaluate
from tradefleet.strategies.strategy import Strategy

# Combinations in a first task, where many are done at once.
_FIRST = 64


class Pooled:
    """Measures combinations on workers, to the bit as here, whichever worker does which of them and in any order.

    A strategy that decides in `on_bar`, and one on several symbols, is backtested in a task a combination: one that
    fails, hangs for `timeout` seconds or ends its process has an error that names it, and the others go on. Of a
    strategy of signals on one symbol a worker does many combinations at once; where such a task comes to nothing, each
    of its combinations is done by itself. `memory` bounds what a worker holds at a time. `notes` says what a user
    should know.

    Each call starts workers and ends them; in a `with` block they are kept from call to call.

    >>> from tradefleet.market.generate import generate_bars
    >>> from tradefleet.research.parallel import Processes
    >>> from tradefleet.strategies import EmaCross
    >>> some = Combinations.of([{"fast": 5, "slow": 20}, {"fast": 9, "slow": 20}])
    >>> bars = generate_bars("1h", days=30)
    >>> there = Pooled(EmaCross, {}, bars, workers=Processes(1)).measure(some)
    >>> np.array_equal(there.values, OneByOne(EmaCross, {}, bars).measure(some).values, equal_nan=True)
    True
    """

    def __init__(
        self,
        strategy: type[Strategy],
        fixed: Mapping[str, Any],
        bars: Bars | Mapping[str, Bars],
        settings: Settings | None = None,
        data: Data | None = None,
        *,
        workers: Workers,
        timeout: float = 300.0,
        memory: float | None = None,
    ) -> None:
        self._single = OneByOne(strategy, fixed, bars, settings, data)
        self._subject = Subject(strategy, self._single.fixed, bars, self._single.settings, data, memory)
        self._workers, self._timeout = workers, timeout
        self._slices = Slices(strategy.name(), 1 if self._subject.at_once is None else _FIRST, timeout)
        self._run: Generator[Outcome] | None = None
        self._keeps = False
        self._lost: dict[str, str] = {}
        self.notes: dict[str, None] = {}

    def __enter__(self) -> Self:
        self._keeps = True
        return self

    def __exit__(self, *error: object) -> None:
        self._keeps = False
        self._end()

    def result(self, combination: Mapping[str, Any], span: Span = ALL_BARS) -> Result:
        """The single backtest of one combination, in this process; not of one that would hang or end it."""
        if _key(combination) in self._lost:
            raise StrategyError(self._lost[_key(combination)])
        return self._single.result(combination, span)

    def measure(self, combinations: Combinations, span: Span = ALL_BARS) -> Measured:
        """The measures of each combination, as a single backtest of it has them, to the bit."""
        values = np.full((len(combinations), len(MEASURES)), np.nan)
        errors: dict[int, str] = {}
        for rows, outcome in self._outcomes(combinations, ("measure", span)):
            if outcome.error is not None:
                (row,) = rows
                errors[row] = self._lost[_key(combinations[row])] = outcome.error
            else:
                found = self._value(outcome)
                values[rows.start : rows.stop] = found.values
                errors |= {rows[place]: text for place, text in found.errors.items()}
        return Measured(values, dict(sorted(errors.items())))

    def equity(self, combinations: Combinations, span: Span = ALL_BARS) -> tuple[Integers, Floats]:
        """UTC day ends (ns), and the equity at them: a row a combination, NaN where it failed."""
        times, curves = np.empty(0, np.int64), dict[int, Floats]()
        for rows, outcome in self._outcomes(combinations, ("equity", span)):
            if outcome.error is not None:
                continue
            found, some = self._value(outcome)
            # Where a single one failed there are no day ends.
            if len(found):
                times = found
                curves |= zip(rows, some, strict=True)
        equity = np.full((len(combinations), len(times)), np.nan)
        for row, curve in curves.items():
            equity[row] = curve
        return times, equity

    def _value(self, outcome: Outcome) -> Any:
        value: Any = outcome.value
        found, notes = value
        self.notes |= notes
        return found

    def _end(self) -> None:
        if self._run is not None:
            self._run.close()
            self._run = None

    def _outcomes(self, combinations: Combinations, asked: Asked) -> Iterator[tuple[range, Outcome]]:
        """What became of the combinations, by their rows."""
        if self._run is None:
            self._subject.warm()
            self._run = self._workers.run(evaluate, self._subject, self._slices, self._timeout)
        self._slices.begin(combinations, asked)
        try:
            while self._slices.open:
                outcome = next(self._run)
                rows = self._slices.take(outcome)
                if rows is not None:
                    yield rows, outcome
        finally:
            # Outcomes of this call must not be taken for those of the next.
            if self._slices.open or not self._keeps:
                self._end()


def _key(combination: Mapping[str, Any]) -> str:
    return repr(sorted(combination.items()))
