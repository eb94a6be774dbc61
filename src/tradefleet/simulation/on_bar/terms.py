"""From what `on_bar` asks for to the columns that an order is made of."""

from __future__ import annotations

from typing import Any

from tradefleet.simulation.columns import DecisionColumns, at
from tradefleet.strategies.on_bar import Terms
from tradefleet.strategies.strategy import Strategy


def entry_columns(
    strategy: Strategy, terms: Terms, usual: DecisionColumns, row: int, limit: float = 0.0, expiry: float = 0.0
) -> DecisionColumns:
    """One row of decisions: the given terms, and where they are None what the strategy's parameters say at `row`."""
    stop = _either(terms.stop_loss, usual.stop_loss, row)
    target = _either(terms.take_profit, usual.take_profit, row)
    if terms.take_profit is None and terms.stop_loss is not None and strategy.reward_risk > 0.0:
        target = strategy.reward_risk * stop
    values: list[Any] = [
        stop,
        target,
        _either(terms.trailing_stop, usual.trailing_stop, row),
        0.0,
        _either(terms.break_even, usual.break_even, row),
        _either(terms.max_bars, usual.max_bars, row),
        # A volatility target is no size in itself: what an order is made of is the volatility at this bar.
        at(usual.size, row) if terms.size is None or terms.size.kind == "volatility" else terms.size.value,
        limit,
        expiry,
        0.0,
    ]
    return DecisionColumns([], *([value] for value in values))  # type: ignore[arg-type]


def _either(given: float | None, usual: Any, row: int) -> float:
    return at(usual, row) if given is None else given
