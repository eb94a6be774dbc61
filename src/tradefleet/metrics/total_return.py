"""Return over the whole run."""

from __future__ import annotations

from tradefleet.metrics.figures import Figures


def measure(figures: Figures) -> float:
    """Growth of the account over the whole run, net of all costs.

    Unit: fraction (0.25 is 25 %). Formula: final equity / initial cash - 1. Never NaN; -1 or less for a
    ruined account.
    Source: Bacon (2008), Practical Portfolio Performance Measurement (simple return).

    >>> measure(Figures.from_days(100, [110, 125]))
    0.25
    """
    return figures.final_equity / figures.initial_cash - 1.0
