"""The combinations of a search in the order of their objective."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradefleet.research.report.search.axis import MOST_RANGES, MOST_VALUES, Axis, axis_of
from tradefleet.research.report.search.contract import Objective
from tradefleet.research.report.search.formats import CONFIRM

if TYPE_CHECKING:
    import polars as pl

ROW = "__row"
# Measures that can be looked at beside the objective.
OFFERED = ("total_return", "cagr", "sharpe", "sortino", "calmar", "max_drawdown", "profit_factor", "win_rate", "trades")
# What combinations are compared by in tables.
COMPARED = (*OFFERED, "exposure")
# Cells a row, of all axes: beyond that it was no grid, even a constrained one, that was searched.
SPARSE = 20
FEWEST_RANGES = 10


@dataclass(frozen=True, eq=False)
class Ranking:
    """The rows whose objective is a number, best first; ties keep the table's order.

    `table` has every combination, `rows` the ranked ones with the columns that pages show, and ROW, their place in the
    table.
    """

    table: pl.DataFrame
    rows: pl.DataFrame
    axes: tuple[Axis, ...]
    objective: Objective

    @property
    def failed(self) -> int:
        """How many combinations have an error."""
        return len(self.table) - self.table["error"].null_count() if "error" in self.table.columns else 0

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """The objective, best first."""
        return self.column(self.objective.name)

    def column(self, name: str) -> NDArray[np.float64]:
        """A measure in the order of the ranking, NaN where there is none."""
        return self.rows[name].cast(float).fill_null(np.nan).to_numpy()

    @cached_property
    def offered(self) -> tuple[str, ...]:
        """The measures that the page lets a reader choose, the objective first."""
        confirm = f"{CONFIRM}{self.objective.name}"
        names = dict.fromkeys((self.objective.name, confirm, *OFFERED))
        return tuple(name for name in names if name in self.rows.columns)

    def best(self) -> dict[str, Any]:
        """The best combination's row; empty where every one failed."""
        return self.rows.row(0, named=True) if len(self.rows) else {}

    def median(self, name: str) -> float:
        """The middle of a measure over all combinations; NaN without any."""
        column = self.column(name)
        known = column[~np.isnan(column)]
        return float(np.median(known)) if len(known) else np.nan

    def spread(self, most: int) -> NDArray[np.int64]:
        """Some places of the ranking: its first quarter of `most`, then evenly down to the last."""
        count = len(self.rows)
        if count <= most:
            return np.arange(count)
        top = most // 4
        return np.concatenate([np.arange(top), np.linspace(top, count - 1, most - top).astype(np.int64)])


def ranking(table: pl.DataFrame, axes: Mapping[str, Sequence[Any]], objective: Objective) -> Ranking:
    """The ranking of a table of combinations."""
    import polars as pl  # noqa: PLC0415 - heavy, only where frames are made

    value = pl.col(objective.name).cast(pl.Float64)
    measures = dict.fromkeys((objective.name, *COMPARED))
    shown = dict.fromkeys((*axes, *measures, *(f"{CONFIRM}{name}" for name in measures)))
    rows = (
        table.select(name for name in shown if name in table.columns)
        .with_row_index(ROW)
        .filter(value.is_not_nan())
        .sort(value, descending=objective.higher_is_better, maintain_order=True)
    )
    names = [name for name in axes if name in rows.columns]
    most = _most_places(len(rows), [rows[name].n_unique() for name in names])
    coded = [axis_of(name, axes[name], rows[name], most) for name in names]
    return Ranking(table, rows, tuple(axis for axis in coded if len(axis.labels) > 1), objective)


def _most_places(rows: int, sizes: Sequence[int]) -> int:
    """How many places an axis may have: fewer where the rows are no grid, that cells may hold more than nothing."""
    if math.prod(sizes) <= SPARSE * rows:
        return MOST_VALUES
    return max(FEWEST_RANGES, min(MOST_RANGES, math.isqrt(rows)))
