"""Combinations as lines through their parameters: what the parallel coordinates draw."""

from __future__ import annotations

from typing import Any

import numpy as np

from tradefleet.research.report.packing import pack_floats, pack_integers
from tradefleet.research.report.search.axis import Axis
from tradefleet.research.report.search.formats import format_of, title_of
from tradefleet.research.report.search.ranking import Ranking
from tradefleet.research.report.texts import words

MOST_LINES = 2_000
# Measures that end the lines, after the objective.
ENDS = ("total_return", "max_drawdown", "trades")


def lines_payload(ranked: Ranking) -> dict[str, Any] | None:
    """Bounded many lines, best first; None where there is nothing to compare.

    Columns: a parameter's are places between 0 and 1, a measure's its values.
    """
    if len(ranked.rows) < 2 or not ranked.axes:
        return None
    rows = ranked.spread(MOST_LINES)
    measures = [name for name in dict.fromkeys((*ENDS[1:], ENDS[0])) if name in ranked.rows.columns]
    shown = [*(name for name in measures if name != ranked.objective.name), ranked.objective.name][-3:]
    return {
        "count": len(ranked.rows),
        "lines": len(rows),
        "rank": pack_integers(rows.astype(np.int64)),
        "axes": [
            {"label": words(axis.name), "ticks": _ticks(axis), "column": pack_floats(axis.unit(axis.numbers[rows]))}
            for axis in ranked.axes
        ],
        "measures": [
            {"label": title_of(name), "format": format_of(name), "column": pack_floats(ranked.column(name)[rows])}
            for name in shown
        ],
    }


def _ticks(axis: Axis) -> list[list[Any]]:
    """Places between 0 and 1 with their labels."""
    places = axis.unit(np.arange(len(axis.labels)) if axis.positions is None else np.array(axis.positions))
    return [[round(float(place), 5), text] for place, text in zip(places, axis.labels, strict=True)]
