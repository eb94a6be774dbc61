"""How many independent trials a search of similar ones amounts to."""

from __future__ import annotations

import math

import numpy as np

from tradefleet.research.luck.moments import Floats

# Columns a chunk holds: what is worked on stays small beside the matrix itself.
_CHUNK = 256
# The sum of squares of a column that does not vary is rounding noise of its size.
_NOISE = 1e-24


def effective_trials(returns: Floats, trials: int | None = None) -> float:
    """Number of independent trials that `trials` trials amount to, going by `returns`, a trial a column.

    Formula: rho + (1 - rho) * trials, rho the mean correlation of the columns' pairs, not taken below 0. `trials` is
    the number of columns unless they are a sample of more. A missing return counts as 0; columns that do not vary
    have no correlation and say nothing. NaN when fewer than two columns vary, except that one trial is one.
    Source: Bailey and Lopez de Prado (2014), The Deflated Sharpe Ratio, Journal of Portfolio Management 40(5),
    appendix 3.

    >>> week = np.array([0.01, -0.02, 0.03, 0.0, 0.01])
    >>> round(effective_trials(np.column_stack((week, week, 2 * week)), trials=100), 6)
    1.0
    """
    count = returns.shape[1] if trials is None else trials
    if count == 1:
        return 1.0
    rho = average_correlation(returns)
    return math.nan if math.isnan(rho) else max(rho, 0.0) + (1.0 - max(rho, 0.0)) * count


def average_correlation(returns: Floats) -> float:
    """Mean correlation of all pairs of columns that vary, from -1 to 1; NaN when fewer than two do.

    The columns are brought to length one and added up: the squared length of the sum holds every pair twice.

    >>> average_correlation(np.array([[1.0, -1.0], [-1.0, 1.0], [2.0, -2.0]])).__round__(6)
    -1.0
    """
    total = np.zeros(returns.shape[0])
    varying = 0
    for start in range(0, returns.shape[1], _CHUNK):
        part = returns[:, start : start + _CHUNK]
        away = np.where(np.isfinite(part), part, 0.0)
        largest = np.abs(away).max(axis=0, initial=0.0)
        away -= away.mean(axis=0) if len(away) else 0.0
        squares = np.einsum("ij,ij->j", away, away)
        varies = squares > _NOISE * len(away) * largest * largest
        total += (away[:, varies] / np.sqrt(squares[varies])).sum(axis=1)
        varying += int(np.count_nonzero(varies))
    if varying < 2:
        return math.nan
    return (float(total @ total) - varying) / (varying * (varying - 1))
