"""The probability that a Sharpe ratio is truly above a benchmark, and how long it takes to know."""

from __future__ import annotations

import math
from statistics import NormalDist

from tradefleet.market.errors import ParameterError
from tradefleet.research.luck.sharpe_variance import sharpe_spread, sharpe_variance

_NORMAL = NormalDist()


def probabilistic_sharpe(
    sharpe: float, benchmark: float, returns: int, skew: float = 0.0, kurtosis: float = 0.0
) -> float:
    """Probability that the true Sharpe ratio exceeds `benchmark`, given `sharpe` measured over `returns` returns.

    Both ratios are those of one period, not annualised; `kurtosis` is the excess over a normal law's (0 for it).
    Formula: Phi((sharpe - benchmark) / sqrt(sharpe_variance)). NaN where the variance is not known or not above zero.
    Source: Bailey and Lopez de Prado (2012), The Sharpe Ratio Efficient Frontier, Journal of Risk 15(2).

    Two years of months with a Sharpe ratio of 0.458, as in the paper, normal and as they were:

    >>> round(probabilistic_sharpe(0.458, 0.0, 24), 3)
    0.982
    >>> round(probabilistic_sharpe(0.458, 0.0, 24, skew=-2.448, kurtosis=7.164), 3)
    0.913
    """
    variance = sharpe_variance(sharpe, returns, skew, kurtosis)
    if not variance > 0 or math.isnan(benchmark):
        return math.nan
    return _NORMAL.cdf((sharpe - benchmark) / math.sqrt(variance))


def minimum_track_record(
    sharpe: float, benchmark: float, skew: float = 0.0, kurtosis: float = 0.0, *, level: float = 0.95
) -> float:
    """Returns needed until the true Sharpe ratio exceeds `benchmark` with the probability `level`.

    As long as they go on as before; ratios are those of one period, not annualised, and `kurtosis` is the excess.
    Formula: 1 + (1 - skew * sharpe + (kurtosis + 2) / 4 * sharpe ** 2) * (z / (sharpe - benchmark)) ** 2, z the
    normal quantile of `level`. Infinite when `sharpe` is not above `benchmark`; NaN for NaN and impossible moments.
    Source: Bailey and Lopez de Prado (2012), as above.

    Raises ParameterError for a level outside (0.5, 1).

    A yearly Sharpe ratio of 2 to be told from 1 by its days, in years, as in the paper:

    >>> round(minimum_track_record(2 / 252**0.5, 1 / 252**0.5) / 252, 2)
    2.73
    """
    if not 0.5 < level < 1.0:
        raise ParameterError(f"level is {level}", cure="give a probability above 0.5 and below 1, such as 0.95")
    spread = sharpe_spread(sharpe, skew, kurtosis)
    if math.isnan(benchmark) or not spread >= 0:
        return math.nan
    if sharpe <= benchmark:
        return math.inf
    return 1.0 + spread * (_NORMAL.inv_cdf(level) / (sharpe - benchmark)) ** 2
