"""How uncertain a Sharpe ratio is."""

from __future__ import annotations

import math


def sharpe_variance(sharpe: float, returns: int, skew: float = 0.0, kurtosis: float = 0.0) -> float:
    """Variance of the estimate of a Sharpe ratio from `returns` independent returns that need not be normal.

    `sharpe` is that of one period, not annualised; `kurtosis` is the excess over a normal law's, which has 0 (the
    papers have 3 there). Formula: (1 - skew * sharpe + (kurtosis + 2) / 4 * sharpe ** 2) / (returns - 1). NaN below
    two returns, for NaN, and for moments that no distribution has (a negative variance).
    Source: Bailey and Lopez de Prado (2012), The Sharpe Ratio Efficient Frontier, Journal of Risk 15(2), after Mertens.

    >>> round(sharpe_variance(0.1, 101), 6)
    0.01005
    """
    spread = sharpe_spread(sharpe, skew, kurtosis)
    return spread / (returns - 1) if returns >= 2 and spread >= 0 else math.nan


def sharpe_spread(sharpe: float, skew: float = 0.0, kurtosis: float = 0.0) -> float:
    """The variance of a Sharpe ratio times the number of returns less one; arguments as in sharpe_variance.

    >>> sharpe_spread(0.0)
    1.0
    """
    return 1.0 - skew * sharpe + (kurtosis + 2.0) / 4.0 * sharpe * sharpe
