"""What the tests of sweeps share: bars, and evaluators that count, fail or are interrupted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError
from tradefleet.market.generate import generate_bars
from tradefleet.metrics import MEASURES
from tradefleet.metrics.performance import Floats, Integers
from tradefleet.research.result import Result
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.evaluator import ALL_BARS, Measured, Span

BARS = generate_bars("1h", days=60, seed=4, symbol="GEN/USD")


@dataclass
class Counting:
    """Measures the number of each combination, `x`, without any bars; ends as Ctrl-C does after so many calls."""

    calls_left: int = 10**9
    sizes: list[int] = field(default_factory=list)

    def measure(self, combinations: Combinations, span: Span = ALL_BARS) -> Measured:
        if len(self.sizes) == self.calls_left:
            raise KeyboardInterrupt
        self.sizes.append(len(combinations))
        numbers = np.array([each["x"] for each in combinations], dtype=np.float64)
        values = np.repeat(numbers[:, np.newaxis], len(MEASURES), axis=1)
        failing = {row: f"x is {number:g}" for row, number in enumerate(numbers) if number % 7 == 3}
        values[list(failing)] = np.nan
        return Measured(values, failing)

    def equity(self, combinations: Combinations, span: Span = ALL_BARS) -> tuple[Integers, Floats]:
        raise ParameterError("this one has no equity")

    def result(self, combination: Mapping[str, Any], span: Span = ALL_BARS) -> Result:
        raise ParameterError(f"x is {combination['x']}", cure="give another")


def numbered(count: int) -> Combinations:
    """x from 0 on."""
    return Combinations(("x",), (tuple(range(count)),), np.arange(count, dtype=np.int32)[:, np.newaxis])


def one_symbol(bars: Bars = BARS) -> dict[str, Bars]:
    return {bars.symbol: bars}
