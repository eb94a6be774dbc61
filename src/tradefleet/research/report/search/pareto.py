"""The Pareto front, drawn: a plot of each two objectives."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradefleet.research.report.search.contract import Objective
from tradefleet.research.report.search.formats import drawn, title_of
from tradefleet.research.report.search.plots import MOST_DOTS, scale
from tradefleet.research.search.pareto import pareto_front

if TYPE_CHECKING:
    import polars as pl


def pareto_plots(table: pl.DataFrame, objectives: Sequence[Objective]) -> dict[str, dict[str, Any]]:
    """A plot of each two objectives; what another trial dominates is faded."""
    names = [objective.name for objective in objectives]
    values = np.column_stack([table[name].cast(float).fill_null(np.nan).to_numpy() for name in names])
    front = pareto_front(values, [objective.higher_is_better for objective in objectives])
    number = table["number"].to_numpy()
    rest = np.flatnonzero(~front & ~np.isnan(values).any(axis=1))
    rest = rest[np.unique(np.linspace(0, len(rest) - 1, min(len(rest), MOST_DOTS)).astype(np.int64))]
    best = np.flatnonzero(front)[:MOST_DOTS]
    plots = {}
    for one, other in combinations(range(len(names)), 2):
        along = best[np.argsort(values[best, one], kind="stable")]
        dots = {"kind": "dots", "name": "dominated", "colour": "held", "faded": True}
        marks = [
            dots | _placed(values, rest, one, other, number),
            {"kind": "dots", "name": "Pareto front", "colour": "second", "large": True}
            | _placed(values, along, one, other, number),
        ]
        if len(names) == 2:
            marks.insert(1, {"kind": "line", "name": "", "colour": "second", "thin": True}
                         | _placed(values, along, one, other, number))  # fmt: skip
        plots[f"pareto-{one}-{other}"] = {
            "label": f"{title_of(names[other])} over {title_of(names[one])}, with the Pareto front",
            "x": scale(names[one]),
            "y": scale(names[other]),
            "marks": marks,
        }
    return plots


def _placed(
    values: NDArray[np.float64], rows: NDArray[np.int64], one: int, other: int, number: NDArray[np.int64]
) -> dict[str, Any]:  # fmt: skip
    return {
        "x": drawn(values[rows, one]),
        "y": drawn(values[rows, other]),
        "titles": [f"trial {number[row]}" for row in rows],
    }
