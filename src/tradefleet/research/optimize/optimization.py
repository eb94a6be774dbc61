"""The result of an optimization."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tradefleet.market.errors import ParameterError
from tradefleet.metrics import MEASURES
from tradefleet.research.luck import Luck
from tradefleet.research.optimize.honesty import luck_of
from tradefleet.research.optimize.importance import importance_of
from tradefleet.research.optimize.machine import to_json
from tradefleet.research.optimize.problem import Problem
from tradefleet.research.optimize.texts import optimization_table
from tradefleet.research.optimize.trial import COMPLETE, PRUNED, Trial
from tradefleet.research.report.search import study_page, write_page
from tradefleet.research.result import Result
from tradefleet.research.search.direction import Objective
from tradefleet.research.search.evaluator import Evaluator
from tradefleet.research.search.pareto import pareto_front

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, eq=False)
class Optimization:
    """The trials of a study, in the order they were asked for.

    A trial is complete, pruned (given up on an early part of the bars) or failed (its row has the error). `wanted` is
    how many were asked for; there are fewer where it was `interrupted`, or where the axes are `exhausted`.
    """

    problem: Problem
    evaluator: Evaluator
    rows: tuple[Trial, ...]
    wanted: int
    interrupted: bool = False
    exhausted: bool = False

    @property
    def strategy(self) -> str:
        """The strategy's name."""
        return self.problem.strategy

    @property
    def objectives(self) -> Sequence[Objective]:
        """The measures to improve."""
        return self.problem.objectives

    @property
    def axes(self) -> dict[str, tuple[Any, ...]]:
        """What was searched: the values of a parameter, or the two ends of a range."""
        return {axis.name: axis.ends() for axis in self.problem.axes}

    @property
    def trials(self) -> int:
        """How many combinations were tried, those pruned and failed among them."""
        return len(self.rows)

    @property
    def pruned(self) -> int:
        """How many were given up on an early part."""
        return sum(row.state == PRUNED for row in self.rows)

    @cached_property
    def errors(self) -> dict[int, str]:
        """What was wrong with the trials that failed, by their number."""
        return {row.number: row.error for row in self.rows if row.error}

    @cached_property
    def table(self) -> pl.DataFrame:
        """A row a trial: number, state, the parameters, every measure (NaN of a pruned one), error, stopped.

        `stopped` is the early part after which a pruned trial was given up, from 1; 0 for the others.
        """
        import polars as pl  # noqa: PLC0415 - heavy, only where a frame is wanted

        rows = self.rows
        columns: list[pl.Series] = [
            pl.Series("number", [row.number for row in rows], dtype=pl.Int64),
            pl.Series("state", [row.state for row in rows], dtype=pl.String),
            *(pl.Series(name, _alike([row.parameters[name] for row in rows])) for name in self.problem.names),
            *(pl.Series(name, [row.measure(name) for row in rows], dtype=pl.Float64) for name in MEASURES),
            pl.Series("error", [row.error or None for row in rows], dtype=pl.String),
            pl.Series("stopped", [row.stopped for row in rows], dtype=pl.Int64),
        ]
        return pl.DataFrame(columns)

    def ranked(self, measure: str | None = None) -> list[Trial]:
        """The complete trials, the best by a measure (the first objective unless named) in front; ties by number."""
        objective = Objective(measure) if measure else self.objectives[0]
        complete = [row for row in self.rows if row.state == COMPLETE and not math.isnan(row.measure(objective.name))]
        return sorted(complete, key=lambda row: (-objective.oriented(row.measure(objective.name)), row.number))

    def best(self, measure: str | None = None) -> dict[str, Any]:
        """The parameters of the complete trial that is best by a measure, the first objective unless named.

        Raises ParameterError where no trial is complete.
        """
        ranked = self.ranked(measure)
        if not ranked:
            why = f": {next(iter(self.errors.values()))}" if self.errors else ""
            raise ParameterError(f"no trial is complete{why}", cure="ask for more trials, or widen the bounds")
        return dict(ranked[0].parameters)

    def result(self, parameters: Mapping[str, Any] | None = None) -> Result:
        """The backtest of the best trial, or of some parameters."""
        return self._best_result if parameters is None else self.evaluator.result(parameters, self.problem.span)

    @cached_property
    def _best_result(self) -> Result:
        return self.evaluator.result(self.best(), self.problem.span)

    @cached_property
    def front(self) -> list[Trial]:
        """The complete trials that no other beats in every objective, the best by the first one in front."""
        ranked = self.ranked()
        if not ranked:
            return []
        oriented = [[each.oriented(row.measure(each.name)) for each in self.objectives] for row in ranked]
        kept = pareto_front(np.array(oriented), [True] * len(self.objectives))
        return [row for row, stays in zip(ranked, kept, strict=True) if stays]

    @cached_property
    def pareto(self) -> pl.DataFrame:
        """The rows of the table that are on the Pareto front, the best by the first objective in front."""
        return self.table[[row.number for row in self.front]]

    @cached_property
    def luck(self) -> Luck | None:
        """How much of the best trial is luck, given all that were tried; None where none is complete."""
        ranked = self.ranked()
        return luck_of(self.problem, self.evaluator, self.rows, ranked, self.result()) if ranked else None

    @property
    def deflated_sharpe(self) -> float:
        """The probability that the best trial is better than luck would make it; NaN where it is not known."""
        return self.luck.deflated_sharpe if self.luck else math.nan

    @cached_property
    def importance(self) -> Mapping[str, float]:
        """The share of each parameter in what the first objective depends on; empty where it is not known."""
        return importance_of(self.problem, self.ranked())

    @property
    def data(self) -> Mapping[str, object]:
        """What was traded."""
        return self.result().data if self.ranked() else {}

    @property
    def settings(self) -> Mapping[str, object]:
        """Cash, costs and account."""
        return self.result().settings if self.ranked() else {}

    @property
    def buy_and_hold(self) -> Mapping[str, float]:
        """The measures of the account that bought and held."""
        return self.result().buy_and_hold if self.ranked() else {}

    @cached_property
    def warnings(self) -> list[str]:
        """What to know before believing the rest."""
        found = []
        if self.interrupted:
            found.append(f"interrupted: {self.trials} of {self.wanted} trials are done")
        if self.exhausted:
            found.append(f"there is nothing more to try: {self.trials} of {self.wanted} trials were made")
        if self.errors:
            first = next(iter(self.errors.values()))
            found.append(f"{len(self.errors)} of {self.trials} trials failed, the first: {first}")
        if self.problem.sampler != "random" and self.ranked():
            # The figures take trials as drawn blindly, and measure luck by how much they differ.
            found.append(f"{self.problem.sampler} draws near what was good, so luck may give more than is said here")
        return found

    def report(self, path: str | Path) -> Path:
        """Write one self-contained HTML file; gives its path."""
        return write_page(study_page(self), path)

    def as_dict(self) -> dict[str, Any]:
        """Everything for machines; NaN and infinity as None."""
        return to_json(self)

    def __str__(self) -> str:
        return optimization_table(self)

    def __repr__(self) -> str:
        names = ", ".join(objective.name for objective in self.objectives)
        return f"Optimization({self.strategy}: {self.trials} trials by {self.problem.sampler} for {names})"


def _alike(values: list[Any]) -> list[Any]:
    """Values of one type: text where some are text, as sizes may be."""
    if any(isinstance(value, str) for value in values):
        return [str(value) for value in values]
    return [float(value) for value in values] if any(isinstance(value, float) for value in values) else values
