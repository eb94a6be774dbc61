"""Size of a win beside a loss."""

from __future__ import annotations

from tradefleet.metrics.performance import Performance, ratio


def measure(performance: Performance) -> float:
    """Average profit of the winning trades over average loss of the losing ones.

    Unit: none. Formula: mean(profit > 0) / -mean(profit < 0). NaN without a win or without a loss.
    Source: Tharp (2007), Trade Your Way to Financial Freedom.

    >>> measure(Performance.from_days(100, [110], [9, -3, -3]))
    3.0
    """
    average_win = ratio(performance.gross_profit, performance.wins)
    average_loss = ratio(performance.gross_loss, performance.losses)
    return ratio(average_win, average_loss)
