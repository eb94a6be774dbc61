"""Size of a win beside a loss."""

from __future__ import annotations

from tradefleet.metrics.figures import Figures
from tradefleet.metrics.performance import ratio


def measure(figures: Figures) -> float:
    """Average profit of the winning trades over average loss of the losing ones.

    Unit: none. Formula: mean(profit > 0) / -mean(profit < 0). NaN without a win or without a loss.
    Source: Tharp (2007), Trade Your Way to Financial Freedom.

    >>> measure(Figures.from_days(100, [110], [9, -3, -3]))
    3.0
    """
    average_win = ratio(figures.gross_profit, figures.wins)
    average_loss = ratio(figures.gross_loss, figures.losses)
    return ratio(average_win, average_loss)
