"""The result of a sweep."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradefleet.market.errors import ParameterError
from tradefleet.market.files import write_file
from tradefleet.metrics.performance import Floats
from tradefleet.research.luck import Luck
from tradefleet.research.report.search import sweep_page, write_page
from tradefleet.research.result import Result
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.direction import Objective
from tradefleet.research.search.evaluator import Evaluator
from tradefleet.research.sweep.around import around
from tradefleet.research.sweep.frame import frame_of, parquet_of
from tradefleet.research.sweep.luck import luck_of
from tradefleet.research.sweep.machine import to_json
from tradefleet.research.sweep.notes import notes_of
from tradefleet.research.sweep.order import Rows, ordered
from tradefleet.research.sweep.parts import Parts
from tradefleet.research.sweep.reported import Reported
from tradefleet.research.sweep.texts import TOP, sweep_table

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Failure:
    """How many combinations failed with a message, and the first of them."""

    count: int
    first: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Sweep:
    """What all combinations of a space did: every measure of each, ranked by the objective.

    `values` has a row a column of `columns` (the measures, and with `confirm_` in front those of the part that was
    kept back) and a column a combination; a combination that failed has NaN throughout, and its message in
    `failures`. Those with fewer than `min_trades` trades are not ranked. `planned` is how many were to be measured:
    there are fewer where it was `interrupted`. `resumed` had been measured by an earlier run; the others took
    `seconds`.
    """

    strategy: str
    evaluator: Evaluator = field(repr=False)
    combinations: Combinations = field(repr=False)
    columns: tuple[str, ...] = field(repr=False)
    values: Floats = field(repr=False)
    failures: Mapping[int, str] = field(repr=False)
    objective: Objective
    parts: Parts
    min_trades: int
    planned: int
    resumed: int
    seconds: float
    interrupted: bool = False

    @property
    def axes(self) -> dict[str, tuple[Any, ...]]:
        """What was searched: the values of each name."""
        return dict(zip(self.combinations.names, self.combinations.values, strict=True))

    @property
    def trials(self) -> int:
        """How many combinations were measured, failed ones included."""
        return len(self.combinations)

    def column(self, name: str) -> Floats:
        """A column, a number a combination; raises ParameterError for a name that is none."""
        if name not in self.columns:
            raise ParameterError(f"there is no column '{name}'", cure=f"choose one of: {', '.join(self.columns)}")
        found: Floats = self.values[self.columns.index(name)]
        return found

    @cached_property
    def table(self) -> pl.DataFrame:
        """A row a combination in the order they were tried: its parameters, the columns, and its error or null."""
        return frame_of(self)

    def order(self, measure: str | None = None, top: int | None = None) -> Rows:
        """The rows of the table by a measure (the objective unless named), best first; ties keep their order.

        Without those that have no value, or too few trades. Raises ParameterError for a name that is no measure.
        """
        objective = self.objective if measure is None else Objective(measure)
        return ordered(self.column(objective.name), self.column("trades"), objective, self.min_trades, top)

    def ranked(self, measure: str | None = None, top: int | None = None) -> pl.DataFrame:
        """The rows of the table in that order, the first `top` of them."""
        return frame_of(self, self.order(measure, top))

    def best(self, measure: str | None = None) -> dict[str, Any]:
        """The parameters and measures of the best combination by a measure, the objective unless named.

        Raises ParameterError where no combination is ranked.
        """
        row = self._best_row(measure)
        return {**self.combinations[row], **self.row(row)}

    def row(self, row: int) -> dict[str, float]:
        """The columns of one combination."""
        return dict(zip(self.columns, self.values[:, row].tolist(), strict=True))

    def parameters(self, measure: str | None = None) -> dict[str, Any]:
        """The parameters of the best combination alone."""
        return self.combinations[self._best_row(measure)]

    def result(self, parameters: Mapping[str, Any] | None = None) -> Result:
        """The backtest of the best combination, or of some parameters, on the bars it was chosen by."""
        if parameters is None:
            return self._best_result
        return self.evaluator.result(parameters, self.parts.training)

    @cached_property
    def _best_result(self) -> Result:
        return self.evaluator.result(self.parameters(), self.parts.training)

    def _best_row(self, measure: str | None = None) -> int:
        found = self.order(measure, 1)
        if not len(found):
            why = next(iter(self.failures.values()), f"each made fewer than {self.min_trades} trades, or has no value")
            raise ParameterError(f"no combination is ranked: {why}", cure="widen the grid, or lower min_trades")
        return int(found[0])

    @property
    def has_best(self) -> bool:
        """Whether any combination is ranked."""
        return len(self.order(None, 1)) > 0

    @cached_property
    def errors(self) -> dict[str, Failure]:
        """The messages of combinations that failed: how many did, and the first of them."""
        found: dict[str, Failure] = {}
        for row, text in sorted(self.failures.items()):
            known = found.get(text)
            found[text] = Failure(1, self.combinations[row]) if known is None else replace(known, count=known.count + 1)
        return found

    @cached_property
    def luck(self) -> Luck | None:
        """How much of the best combination is luck, given all that were tried; None where none is ranked."""
        return luck_of(self, self._best_row(), self.result().performance) if self.has_best else None

    @property
    def deflated_sharpe(self) -> float:
        """The probability that the best is better than luck would make it; NaN where it is not known."""
        return self.luck.deflated_sharpe if self.luck else math.nan

    @cached_property
    def neighbourhood(self) -> pl.DataFrame:
        """The combinations one step away from the best along one axis, with the objective of each."""
        return around(self, self._best_row())

    @property
    def data(self) -> Mapping[str, object]:
        """What was traded."""
        return self.result().data if self.has_best else {}

    @property
    def settings(self) -> Mapping[str, object]:
        """Cash, costs and account."""
        return self.result().settings if self.has_best else {}

    @property
    def buy_and_hold(self) -> Mapping[str, float]:
        """The measures of the account that bought and held."""
        return self.result().buy_and_hold if self.has_best else {}

    @cached_property
    def warnings(self) -> Sequence[str]:
        """What to know before believing the rest."""
        return notes_of(self)

    def write(self, path: str | Path) -> Path:
        """Write the whole table to a Parquet file; gives its path."""
        write_file(Path(path), parquet_of(self.table))
        return Path(path)

    def report(self, path: str | Path) -> Path:
        """Write one self-contained HTML file; gives its path."""
        return write_page(sweep_page(Reported(self)), path)

    def as_dict(self) -> dict[str, Any]:
        """Everything for machines, NaN and infinity as None; of many combinations the best 100,000."""
        return to_json(self)

    def summary(self, top: int = TOP) -> str:
        """The best combinations in rows, and what to know of them."""
        return sweep_table(self, top)

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        return f"Sweep({self.strategy}: {self.trials:,} combinations by {self.objective.name})"
