"""A sweep for machines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tradefleet.market.time import format_time, parse_time
from tradefleet.research.report.search.confirmation import rank_correlation
from tradefleet.research.search.evaluator import Span
from tradefleet.research.sweep.columns import CONFIRM
from tradefleet.research.sweep.frame import frame_of

if TYPE_CHECKING:
    from tradefleet.research.sweep.sweep import Sweep

MOST_ROWS = 100_000


def to_json(sweep: Sweep) -> dict[str, Any]:
    """Everything that can be written as JSON: a row a combination; of many the best, best first.

    NaN and infinity are None, times ISO-8601 text. `rows_left_out` says how many rows there are besides.
    """
    kept = None if sweep.trials <= MOST_ROWS else sweep.order(top=MOST_ROWS)
    table = frame_of(sweep, kept)
    return {
        "strategy": sweep.strategy,
        "data": dict(sweep.data),
        "settings": dict(sweep.settings),
        "objective": sweep.objective.name,
        "min_trades": sweep.min_trades,
        "axes": {name: list(values) for name, values in sweep.axes.items()},
        "rows": _rows(table),
        "rows_left_out": sweep.trials - len(table),
        "trials": sweep.trials,
        "best": sweep.parameters() if sweep.has_best else None,
        "deflated_sharpe": _finite(sweep.deflated_sharpe),
        "luck": sweep.luck.as_dict() if sweep.luck else None,
        "neighbourhood": _rows(sweep.neighbourhood) if sweep.has_best else [],
        "buy_and_hold": {name: _finite(value) for name, value in sweep.buy_and_hold.items()},
        "confirmation": _confirmation(sweep),
        "errors": [
            {"message": message, "count": failure.count, "first": failure.first}
            for message, failure in sweep.errors.items()
        ],
        "warnings": list(sweep.warnings),
        "seconds": sweep.seconds,
        "resumed": sweep.resumed,
        "interrupted": sweep.interrupted,
    }


def _confirmation(sweep: Sweep) -> dict[str, Any] | None:
    if sweep.parts.confirmation is None:
        return None
    name = sweep.objective.name
    correlation = rank_correlation(sweep.column(name), sweep.column(f"{CONFIRM}{name}"))
    return {
        "training": _span(sweep.parts.training),
        "confirmation": _span(sweep.parts.confirmation),
        "rank_correlation": _finite(correlation),
    }


def _span(span: Span) -> dict[str, str | None]:
    return {
        name: None if time is None else format_time(parse_time(time))
        for name, time in (("since", span.since), ("until", span.until))
    }


def _rows(table: Any) -> list[dict[str, Any]]:
    columns = []
    for series in table.get_columns():
        values = series.to_numpy() if series.dtype.is_float() else None
        if values is None or np.isfinite(values).all():
            columns.append(series.to_list())
        else:
            columns.append([value if math.isfinite(value) else None for value in values.tolist()])
    return [dict(zip(table.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
