"""An analysis for a person."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tradefleet.research.analyze.pair import Best, Pair
from tradefleet.research.report.texts import words
from tradefleet.research.table import aligned

if TYPE_CHECKING:
    from tradefleet.research.analyze.analysis import Analysis


def summary(analysis: Analysis) -> str:
    """A line a symbol and timeframe, the chosen ones marked, and what was not chosen."""
    names = tuple(analysis.grid)
    name = words(analysis.objective.name)
    heads = ["", "symbol", "bars", *names, name, "confirmed", "return", "trades", "luck"]
    rows = [heads]
    for pair in analysis.pairs:
        rows += [_row(analysis, pair, best, number) for number, best in enumerate(pair.best)]
    tried = f"{analysis.strategy}: {analysis.trials:,} trials on {len(analysis.by_symbol)} symbols"
    lines = [f"{tried}, best {name} of the first {1 - analysis.confirm:.0%} of the bars, confirmed on the rest", ""]
    if len(rows) > 1:
        lines += [aligned(rows, right=range(3, len(heads))), "", _legend()]
    lines += [f"no confirmation: {', '.join(analysis.not_confirmed)}"] if analysis.not_confirmed else []
    return "\n".join([*lines, *(f"{where}: {error}" for where, error in analysis.errors.items())])


def _row(analysis: Analysis, pair: Pair, best: Best, number: int) -> list[str]:
    name = analysis.objective.name
    mark = "*" if number == 0 and analysis.best.get(pair.symbol) is pair else ""
    luck = analysis.deflated_sharpe(pair) if number == 0 else math.nan
    trades = (int(each["trades"] + each["open_trades"]) for each in (best.training, best.confirmation))
    return [
        mark, pair.symbol, pair.timeframe, *(_short(best.parameters[each]) for each in analysis.grid),
        _number(best.training[name]), _number(best.confirmation[name]), f"{best.confirmation['total_return']:+.2%}",
        "+".join(map(str, trades)), _number(luck),
    ]  # fmt: skip


def _legend() -> str:
    return (
        "* chosen. confirmed, return: in the confirmation part. trades: in training + in confirmation.\n"
        "luck: deflated Sharpe ratio, the probability that the best beats the best of as many trials without skill."
    )


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.2f}"
