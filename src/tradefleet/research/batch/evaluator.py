"""The fast evaluator: all combinations that share a trace at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tradefleet.graph.plan import Evaluation, Plan
from tradefleet.kernels import compiled_loop
from tradefleet.market.bars import Bars
from tradefleet.market.errors import UserError
from tradefleet.metrics import MEASURES
from tradefleet.metrics.performance import Floats, Integers
from tradefleet.metrics.row import write_growth
from tradefleet.research.batch.columns import Columns
from tradefleet.research.batch.crew import Crew
from tradefleet.research.batch.distinct import Rows, distinct, values_at
from tradefleet.research.batch.family import Families, families_of
from tradefleet.research.batch.ground import Ground, ground_of
from tradefleet.research.batch.market import place_of
from tradefleet.research.batch.run import FamilyRun, Tools
from tradefleet.research.data import Data
from tradefleet.research.prepare import Scope, simulated_bars
from tradefleet.research.result import Result
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.evaluator import ALL_BARS, Measured, OneByOne, Span, own_names, split, with_values
from tradefleet.research.settings import Settings
from tradefleet.strategies.strategy import Strategy

# What is held at a time takes about as many bytes as this, unless told otherwise.
MEMORY = 1e9


class Batch:
    """Measures combinations of a strategy's parameters on the bars of one symbol, many at once.

    What does not depend on a searched parameter is computed once; what does, once for each of its values. Combinations
    that ask for rules the chain does not know are backtested one by one. `memory` bounds what is held at a time.
    `notes` says what a user should know.
    """

    def __init__(
        self,
        strategy: type[Strategy],
        fixed: Mapping[str, Any],
        bars: Bars,
        settings: Settings | None = None,
        data: Data | None = None,
        *,
        threads: int | None = None,
        memory: float = MEMORY,
    ) -> None:
        self._single = OneByOne(strategy, fixed, bars, settings, data, threads=threads)
        self._bars = bars
        self._data = data or Data({bars.symbol: bars})
        count = threads or os.cpu_count() or 1
        self._tools = Tools(Columns(len(bars), _evaluating(bars, self._data, count)), Crew(count), memory)
        self._grounds: dict[Span, Ground] = {}
        self._traced: tuple[Combinations | None, dict[int, Families]] = (None, {})
        self.notes: dict[str, None] = {}

    def result(self, combination: Mapping[str, Any], span: Span = ALL_BARS) -> Result:
        """The single backtest of one combination."""
        return self._single.result(combination, span)

    def measure(self, combinations: Combinations, span: Span = ALL_BARS) -> Measured:
        """The measures of each combination, as a single backtest of it has them, to the bit."""
        values = np.full((len(combinations), len(MEASURES)), np.nan)
        return Measured(values, self._run(combinations, span, values, np.empty((0, 0))))

    def equity(self, combinations: Combinations, span: Span = ALL_BARS) -> tuple[Integers, Floats]:
        """UTC day ends (ns), and the equity at them: a row a combination, NaN where it failed."""
        try:
            ground = self._ground(span)
        except UserError:
            return np.empty(0, np.int64), np.full((len(combinations), 0), np.nan)
        curves = np.full((len(combinations), len(ground.day_bars)), np.nan)
        self._run(combinations, span, np.full((len(combinations), len(MEASURES)), np.nan), curves)
        return ground.day_times, curves

    def _run(self, combinations: Combinations, span: Span, values: Floats, curves: Floats) -> dict[int, str]:
        """Fill in what is known of each combination; gives the errors."""
        errors: dict[int, str] = {}
        strategy = self._single.strategy
        own = own_names(strategy, combinations.names)
        others = [name for name in combinations.names if name not in own]
        try:
            ground = self._ground(span)
            fixed, settings = split(strategy, self._single.fixed, self._single.settings)
        except UserError:
            # Each has an error, though perhaps another one first.
            for row, combination in enumerate(combinations):
                self._one(row, combination, span, values, curves, errors)
            return errors
        accounts = distinct(combinations, others)
        if combinations is not self._traced[0]:
            # Walking forward asks for the same ones in every window.
            self._traced = (combinations, {})
        for number, first in enumerate(accounts.first):
            rows = np.flatnonzero(accounts.group == number) if len(accounts) > 1 else np.arange(len(combinations))
            try:
                account = with_values(settings, values_at(combinations, int(first), others))
            except UserError as error:
                errors |= dict.fromkeys(rows.tolist(), str(error))
                continue
            some = combinations.take(rows).only(own)
            if number not in self._traced[1]:
                self._traced[1][number] = families_of(strategy, fixed, some, self._bars.symbol)
            found = self._traced[1][number]
            errors |= {int(rows[row]): text for row, text in found.errors.items()}
            if found.impure:
                self.notes[found.impure] = None
            alone = [rows[found.alone]]
            try:
                place = place_of(ground, account, self._data, span.until)
            except UserError as error:
                for family in found.families:
                    errors |= dict.fromkeys(rows[family.rows].tolist(), str(error))
            else:
                for family in found.families:
                    places, members = rows[family.rows], found.combinations.take(family.rows)
                    if place is not None and not found.impure:
                        run = FamilyRun(family, members, places, place, ground, self._tools)
                        alone.append(run.fill(values, curves))
                    else:
                        alone.append(places)
            self._grow(values, rows, float(account.cash), ground)
            for row in np.concatenate(alone).tolist():
                self._one(row, combinations[row], span, values, curves, errors)
        return errors

    def _grow(self, values: Floats, rows: Rows, cash: float, ground: Ground) -> None:
        """Write the measures that the chain leaves out."""
        if len(rows) == len(values):
            write_growth(values, cash, ground.years)
            return
        some = values[rows]
        write_growth(some, cash, ground.years)
        values[rows] = some

    def _one(
        self,
        row: int,
        combination: Mapping[str, Any],
        span: Span,
        values: Floats,
        curves: Floats,
        errors: dict[int, str],
    ) -> None:
        """Backtest one combination by itself."""
        try:
            result = self.result(combination, span)
        except UserError as error:
            errors[row] = str(error)
            values[row] = np.nan
            return
        values[row] = list(result.metrics.values())
        if len(curves):
            curves[row] = result.performance.equity

    def _ground(self, span: Span) -> Ground:
        if span not in self._grounds:
            _, simulated, start = simulated_bars(self._bars, Scope(span.since, span.until))
            if len(self._grounds) >= 8:
                self._grounds.clear()
            self._grounds[span] = ground_of(self._bars, start, start + len(simulated))
        return self._grounds[span]


def _evaluating(bars: Bars, data: Data, threads: int) -> Callable[[Plan], Evaluation]:
    """Evaluates plans over all bars; it does not know the evaluator, which would keep both alive in a circle."""

    def evaluate(plan: Plan) -> Evaluation:
        return plan.over(bars, compiled_loop, threads=threads, feeds=data.feeds_of(plan, bars, None))

    return evaluate
