"""What trading cost."""

from __future__ import annotations

from tradefleet.metrics.figures import Figures


def measure(figures: Figures) -> float:
    """All fees paid: both sides of closed trades, the entry of open ones.

    Unit: money. Formula: sum(fees) + open_fees. Never NaN.
    Source: the definition; Perold (1988), The Implementation Shortfall, Journal of Portfolio Management
    14(3), for costs as a measure.

    >>> measure(Figures.from_days(100, [110], [9]))
    0.0
    """
    return figures.fees
