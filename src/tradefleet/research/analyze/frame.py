"""An analysis as a frame, and for machines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tradefleet.market.time import format_time
from tradefleet.metrics import MEASURES
from tradefleet.research.analyze.pair import Best, Pair
from tradefleet.research.luck.plain import plain

if TYPE_CHECKING:
    import polars as pl

    from tradefleet.research.analyze.analysis import Analysis

_TRAIN, _CONFIRM = "train_", "confirm_"
_TAKEN = {
    *("symbol", "timeframe", "rank", "chosen", "confirmed", "bars", "split", "tried", "failed", "trials"),
    *("deflated_sharpe", "rank_correlation", "error"),
    *(f"{part}{name}" for part in (_TRAIN, _CONFIRM) for name in MEASURES),
}


def column_of(name: str) -> str:
    """A parameter's column; one with the name of another column is told apart.

    >>> column_of("entry"), column_of("rank")
    ('entry', 'rank (parameter)')
    """
    return f"{name} (parameter)" if name in _TAKEN else name


def pair_frame(analysis: Analysis) -> pl.DataFrame:
    """A row a symbol, timeframe and rank; one without a best has nulls for it, and an error."""
    import polars as pl  # noqa: PLC0415 - heavy, only where frames are made

    rows = [row for pair in analysis.pairs for row in _rows(analysis, pair)]
    numbers = {f"{part}{name}": pl.Float64 for part in (_TRAIN, _CONFIRM) for name in MEASURES}
    fixed = {"symbol": pl.String, "timeframe": pl.String, "rank": pl.Int64, "chosen": pl.Boolean}
    last = {
        "bars": pl.Int64, "split": pl.Datetime("ns", "UTC"), "tried": pl.Int64, "failed": pl.Int64,
        "trials": pl.Int64, "deflated_sharpe": pl.Float64, "rank_correlation": pl.Float64, "error": pl.String,
    }  # fmt: skip
    of_axes = {column_of(name): _type_of(values, pl) for name, values in analysis.grid.items()}
    schema = fixed | {"confirmed": pl.Boolean} | of_axes | numbers | last
    return pl.DataFrame([[row.get(name) for name in schema] for row in rows], schema=schema, orient="row")


def _type_of(values: Any, pl: Any) -> Any:
    if all(isinstance(value, int) for value in values):
        return pl.Int64
    return pl.Float64 if all(isinstance(value, int | float) for value in values) else pl.String


def _rows(analysis: Analysis, pair: Pair) -> list[dict[str, Any]]:
    about = {
        "symbol": pair.symbol,
        "timeframe": pair.timeframe,
        "bars": None if pair.bars is None else len(pair.bars),
        "split": pair.split or None,
        "tried": pair.tried,
        "failed": len(pair.failed),
        "trials": analysis.trials_of(pair.symbol),
        "rank_correlation": pair.rank_correlation,
        "error": pair.error or None,
    }
    is_best = analysis.best.get(pair.symbol) is pair
    found = []
    for number, best in enumerate(pair.best, start=1):
        luck = analysis.deflated_sharpe(pair) if number == 1 else math.nan
        chosen = {"rank": number, "chosen": is_best and number == 1, "confirmed": best.confirmed}
        found.append(about | chosen | _texts(analysis, best) | _measures(best) | {"deflated_sharpe": luck})
    return found or [about | {"chosen": False, "deflated_sharpe": math.nan}]


def _texts(analysis: Analysis, best: Best) -> dict[str, Any]:
    """The parameters; where an axis has text among its values, all of them as text."""
    mixed = {name for name, values in analysis.grid.items() if any(isinstance(value, str) for value in values)}
    return {column_of(name): str(value) if name in mixed else value for name, value in best.parameters.items()}


def _measures(best: Best) -> dict[str, float]:
    training = {f"{_TRAIN}{name}": value for name, value in best.training.items()}
    return training | {f"{_CONFIRM}{name}": value for name, value in best.confirmation.items()}


def as_dict(analysis: Analysis) -> dict[str, Any]:
    """Everything for machines."""
    return {
        "strategy": analysis.strategy,
        "fixed": dict(analysis.fixed),
        "grid": {name: list(values) for name, values in analysis.grid.items()},
        "settings": dict(analysis.settings),
        "objective": analysis.objective.name,
        "min_trades": analysis.goal.min_trades,
        "confirm": analysis.confirm,
        "rows": [_plain_row(row) for pair in analysis.pairs for row in _rows(analysis, pair)],
        "best": {
            symbol: {"timeframe": pair.timeframe, "parameters": {**analysis.fixed, **pair.best[0].parameters}}
            for symbol, pair in analysis.best.items()
        },
        "not_confirmed": list(analysis.not_confirmed),
        "trials": analysis.trials,
        "luck": {
            f"{pair.symbol} {pair.timeframe}": pair.luck.as_dict() for pair in analysis.pairs if pair.luck is not None
        },
        "interrupted": analysis.interrupted,
        "errors": dict(analysis.errors),
    }


def _plain_row(row: dict[str, Any]) -> dict[str, Any]:
    found = {name: plain(value) if isinstance(value, float) else value for name, value in row.items()}
    return found | {"split": None if row["split"] is None else format_time(row["split"])}
