"""Measures of a run: one a file, all with the verb `measure`.

A new measure is a new file with `measure(figures) -> float`, its name in the list below and its line in `row.py`; the
contract suite in tests/metrics finds it by itself.
"""

from __future__ import annotations

from collections.abc import Callable

from tradefleet.metrics import (
    average_duration_hours,
    average_trade,
    best_day,
    best_trade,
    cagr,
    calmar,
    expectancy,
    expected_shortfall,
    exposure,
    fees,
    final_equity,
    kurtosis,
    losing_streak,
    max_drawdown,
    max_drawdown_days,
    open_trades,
    payoff_ratio,
    profit_factor,
    recovery_factor,
    sharpe,
    skew,
    sortino,
    sqn,
    tail_ratio,
    total_return,
    trades,
    ulcer_index,
    value_at_risk,
    volatility,
    win_rate,
    worst_day,
    worst_trade,
)
from tradefleet.metrics.figures import Figures, figures_of
from tradefleet.metrics.performance import Performance

Measure = Callable[[Figures], float]

# In the order they are shown.
_MODULES = (
    final_equity,
    total_return,
    cagr,
    volatility,
    sharpe,
    sortino,
    calmar,
    max_drawdown,
    max_drawdown_days,
    recovery_factor,
    ulcer_index,
    value_at_risk,
    expected_shortfall,
    tail_ratio,
    skew,
    kurtosis,
    best_day,
    worst_day,
    trades,
    open_trades,
    win_rate,
    profit_factor,
    payoff_ratio,
    expectancy,
    average_trade,
    best_trade,
    worst_trade,
    losing_streak,
    average_duration_hours,
    sqn,
    exposure,
    fees,
)

MEASURES: dict[str, Measure] = {module.__name__.rpartition(".")[2]: module.measure for module in _MODULES}


def measure(performance: Performance) -> dict[str, float]:
    """Every measure of a run by name, in the order of MEASURES; undefined ones are NaN.

    >>> round(measure(Performance.from_days(100, [110, 99, 120]))["total_return"], 6)
    0.2
    """
    figures = figures_of(performance)
    return {name: one(figures) for name, one in MEASURES.items()}


__all__ = ["MEASURES", "Figures", "Measure", "Performance", "figures_of", "measure"]
