"""What lies around a combination: a good one stands on a plateau, a lucky one on a peak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tradefleet.market.errors import ParameterError

_ROW = "__row"

if TYPE_CHECKING:
    import polars as pl


def neighbourhood(
    table: pl.DataFrame, axes: Mapping[str, Sequence[Any]], best_row: int, measure: str
) -> pl.DataFrame:  # fmt: skip
    """The combinations one step away from a row, along one axis at a time, with a measure of each.

    `axes` has each parameter's values; steps go along them, numbers in rising order, others as they are listed. The
    frame has a row a neighbour: `parameter`, `step` (-1 or 1), `value` as text, `row` in the table, `measure`, its
    `change` from the best row's, and `ratio` to it. A neighbour at the end of an axis is absent; one that
    is not in the table has null for row and NaN for the numbers, as has one that failed. The ratio is NaN
    where the best row's measure is not positive and finite.

    Raises ParameterError for a row or a measure that is not in the table.

    >>> import polars as pl
    >>> table = pl.DataFrame({"fast": [5, 10, 15], "sharpe": [0.5, 2.0, 1.5]})
    >>> neighbourhood(table, {"fast": [5, 10, 15]}, 1, "sharpe").select("step", "value", "sharpe", "ratio").rows()
    [(-1, '5', 0.5, 0.25), (1, '15', 1.5, 0.75)]
    """
    import polars as pl  # noqa: PLC0415 - heavy, only where frames are made

    if not 0 <= best_row < len(table):
        raise ParameterError(f"row {best_row} is not in a table of {len(table)}", cure="give one from 0 on")
    if measure not in table.columns:
        raise ParameterError(f"{measure!r} is not in the table", cure=f"name one of {', '.join(table.columns)}")
    names = [name for name in axes if name in table.columns]
    centre = table.row(best_row, named=True)
    best = _number(centre[measure])
    numbered = table.with_row_index(_ROW)
    found = []
    for name in names:
        others = [pl.col(other).eq_missing(pl.lit(centre[other])) for other in names if other != name]
        line = numbered.filter(others) if others else numbered
        rows = dict(zip(line[name].to_list(), zip(line[_ROW], line[measure], strict=True), strict=True))
        for step, value in _beside(axes[name], centre[name]):
            row, reached = rows.get(value, (None, np.nan))
            amount = _number(reached)
            ratio = amount / best if 0 < best < np.inf else np.nan
            found.append((name, step, _text(value), row, amount, amount - best, ratio))
    schema = {
        "parameter": pl.String, "step": pl.Int64, "value": pl.String, "row": pl.Int64, measure: pl.Float64,
        "change": pl.Float64, "ratio": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(found, schema=schema, orient="row")


def plateau(neighbours: pl.DataFrame) -> float:
    """How flat it is around the best: the mean of its neighbours' ratios, those that are numbers.

    1 is a plateau, near 0 or below it a peak; for a measure of which less is better, above 1 is a fall from the best.
    NaN without a neighbour that was measured.

    >>> import polars as pl
    >>> plateau(pl.DataFrame({"ratio": [0.25, 0.75, float("nan")]}))
    0.5
    """
    ratios = neighbours["ratio"].to_numpy()
    known = ratios[np.isfinite(ratios)]
    return float(known.mean()) if len(known) else float("nan")


def _beside(values: Sequence[Any], value: Any) -> list[tuple[int, Any]]:
    """The values one step before and after a value; none for one that the axis does not list."""
    distinct = list(dict.fromkeys(values))
    if all(isinstance(each, int | float) for each in distinct):
        distinct.sort()
    if value not in distinct:
        return []
    place = distinct.index(value)
    return [(step, distinct[place + step]) for step in (-1, 1) if 0 <= place + step < len(distinct)]


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _text(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
