"""Return over the whole run."""

from __future__ import annotations

from tradefleet.metrics.performance import Performance


def measure(performance: Performance) -> float:
    """Growth of the account over the whole run, net of all costs.

    Unit: fraction (0.25 is 25 %). Formula: final equity / initial cash - 1. Never NaN; -1 or less for a
    ruined account.
    Source: Bacon (2008), Practical Portfolio Performance Measurement (simple return).

    >>> measure(Performance.from_days(100, [110, 125]))
    0.25
    """
    return performance.final_equity / performance.initial_cash - 1.0
