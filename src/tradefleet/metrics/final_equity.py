"""What the account is worth at the end."""

from __future__ import annotations

from tradefleet.metrics.figures import Figures


def measure(figures: Figures) -> float:
    """Equity at the end of the run, open positions marked to market.

    Unit: money. Formula: equity[-1]. Never NaN: the initial cash when there was no bar; zero or less
    for a ruined account.
    Source: the definition; Bacon (2008), Practical Portfolio Performance Measurement.

    >>> measure(Figures.from_days(100, [110, 121]))
    121.0
    """
    return figures.final_equity
