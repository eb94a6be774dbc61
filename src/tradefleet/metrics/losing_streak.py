"""Losses in a row."""

from __future__ import annotations

import numpy as np

from tradefleet.metrics.performance import Performance


def measure(performance: Performance) -> float:
    """Longest run of closed trades with a loss, in order of exit.

    Unit: count. Formula: longest run of profit < 0; break-even ends a run. Never NaN; 0 without a loss.
    Source: the definition; Pardo (2008), The Evaluation and Optimization of Trading Strategies.

    >>> measure(Performance.from_days(100, [110], [9, -3, -1, 2, -1]))
    2.0
    """
    lost = performance.profit_by_exit < 0
    # The trades that did not lose, with a fence at both ends, cut the losses into runs.
    fences = np.concatenate(([-1], np.flatnonzero(~lost), [len(lost)]))
    return float(np.diff(fences).max() - 1)
