"""The Sharpe ratio of the best of many trials, against the best that many trials without skill would give."""

from __future__ import annotations

import math
from statistics import NormalDist

from tradefleet.research.luck.probabilistic_sharpe import probabilistic_sharpe

_NORMAL = NormalDist()
EULER_MASCHERONI = 0.5772156649015329


def expected_maximum_sharpe(trials: float, variance: float) -> float:
    """Sharpe ratio to be expected of the best of `trials` independent trials that have no skill at all.

    `variance` is that of the trials' Sharpe ratios; the result has their unit (annualised or not). `trials` may be
    a fraction, as effective_trials gives it. Formula: sqrt(variance) * ((1 - g) * z(1 - 1 / trials)
    + g * z(1 - 1 / (e * trials))), z the normal quantile and g the Euler-Mascheroni constant; never below 0, which is
    what a single trial gives. NaN below one trial and for a variance that is NaN or negative, unless there is but one
    trial.
    Source: Bailey and Lopez de Prado (2014), The Deflated Sharpe Ratio, Journal of Portfolio Management 40(5).

    The paper's example: 100 trials whose annualised Sharpe ratios vary by 1/2, a day of 250:

    >>> round(expected_maximum_sharpe(100, 0.5 / 250), 4)
    0.1132
    """
    if trials == 1:
        return 0.0
    if not trials > 1 or not variance >= 0:
        return math.nan
    # The quantiles from the lower tail: 1 - 1 / trials is 1 for very many trials.
    upper = -_NORMAL.inv_cdf(1.0 / trials)
    outer = -_NORMAL.inv_cdf(1.0 / (math.e * trials))
    return math.sqrt(variance) * max(0.0, (1.0 - EULER_MASCHERONI) * upper + EULER_MASCHERONI * outer)


def deflated_sharpe(
    sharpe: float, trials: float, variance: float, returns: int, skew: float = 0.0, kurtosis: float = 0.0
) -> float:
    """Probability that the best of `trials` trials, with `sharpe` over `returns` returns, is better than luck.

    The probabilistic Sharpe ratio with the expected maximum as its benchmark. `sharpe` and the `variance` of the
    trials' Sharpe ratios are those of one period, not annualised; `kurtosis` is the excess over a normal law's. NaN
    where one of the two is not known.
    Source: as above.

    The paper's example: an annualised 2.5 over five years of days, which misses the customary 0.95:

    >>> round(deflated_sharpe(2.5 / 250**0.5, 100, 0.5 / 250, 1250, skew=-3, kurtosis=7), 4)
    0.9004
    """
    benchmark = expected_maximum_sharpe(trials, variance)
    return probabilistic_sharpe(sharpe, benchmark, returns, skew, kurtosis)
