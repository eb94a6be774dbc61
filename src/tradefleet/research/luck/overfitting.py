"""How often the best trial of some of the days is among the worse half on the others."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tradefleet.market.errors import ParameterError
from tradefleet.research.luck.moments import Floats
from tradefleet.research.luck.plain import plain
from tradefleet.research.luck.splits import halves, split_count

# Fewer blocks can be split in too few ways to speak of a probability.
_FEWEST_BLOCKS = 4
# More make more than 184,756 splits.
_MOST_BLOCKS = 20
_SHORTEST_BLOCK = 5


@dataclass(frozen=True, eq=False)
class Overfitting:
    """What combinatorially symmetric cross-validation finds; all NaN and empty when `reason` says why not.

    `probability` is the share of `logits` not above zero: of splits in which the trial with the best Sharpe ratio on
    one half of the days is not above the median of all on the other half. `chosen` and `confirmed` are its annualised
    Sharpe ratios on the two halves, one a split; confirmed = intercept + slope * chosen is the line through them, and
    `probability_of_loss` the share of splits where it is below zero on the other half.
    """

    probability: float
    slope: float
    intercept: float
    probability_of_loss: float
    logits: Floats
    chosen: Floats
    confirmed: Floats
    splits: int
    blocks: int
    trials: int
    reason: str = ""

    @classmethod
    def unknown(cls, trials: int, reason: str) -> Overfitting:
        """Nothing found, and why."""
        nothing = np.empty(0)
        return cls(math.nan, math.nan, math.nan, math.nan, nothing, nothing, nothing, 0, 0, trials, reason)

    def as_dict(self) -> dict[str, float | int | str | None]:
        """For machines: all but the three arrays; NaN is None."""
        return {
            "probability": plain(self.probability),
            "slope": plain(self.slope),
            "intercept": plain(self.intercept),
            "probability_of_loss": plain(self.probability_of_loss),
            "splits": self.splits,
            "blocks": self.blocks,
            "trials": self.trials,
            "reason": self.reason,
        }


def probability_of_overfitting(returns: Floats, *, blocks: int = 16, periods_per_year: float = 1.0) -> Overfitting:
    """Cross-validates the choice of the trial with the best Sharpe ratio.

    `returns` has a period a row and a trial a column. The periods are cut into `blocks` blocks of one length (fewer
    when a block would have less than five periods; the first periods are left out when they do not fill one more
    each), and every half of the blocks is set against the other. A trial that does not vary on a half has a Sharpe
    ratio of 0 there. A missing return counts as 0. Of equal trials the first is chosen, and equal trials share the
    mean of their ranks. `periods_per_year` annualises the Sharpe ratios.

    Without a result, and with the reason: fewer than two trials, fewer than 20 periods, trials that are all equal.

    Source: Bailey, Borwein, Lopez de Prado and Zhu (2017), The Probability of Backtest Overfitting, Journal of
    Computational Finance 20(4). Logit = ln(w / (1 - w)), w = rank / (trials + 1), rank 1 the worst.

    Raises ParameterError when `returns` is no matrix or `blocks` is not an even number from 4 to 20.

    >>> noise = np.random.default_rng(1).normal(0, 0.01, (240, 10))
    >>> noise[:, 3] += 0.01
    >>> probability_of_overfitting(noise).probability
    0.0
    """
    _check(returns, blocks)
    if not np.isfinite(returns).all():
        returns = np.where(np.isfinite(returns), returns, 0.0)
    periods, trials = returns.shape
    blocks = min(blocks, periods // _SHORTEST_BLOCK // 2 * 2)
    reason = _reason_against(returns, blocks)
    if reason:
        return Overfitting.unknown(trials, reason)
    chosen, confirmed, ranks = _choices(returns, blocks)
    odds = ranks / (trials + 1 - ranks)
    logits = np.log(odds)
    annual = math.sqrt(periods_per_year)
    slope, intercept = _line(chosen, confirmed)
    return Overfitting(
        probability=float(np.mean(logits <= 0)),
        slope=slope,
        intercept=intercept * annual,
        probability_of_loss=float(np.mean(confirmed < 0)),
        logits=logits,
        chosen=chosen * annual,
        confirmed=confirmed * annual,
        splits=len(logits),
        blocks=blocks,
        trials=trials,
    )


def _choices(returns: Floats, blocks: int) -> tuple[Floats, Floats, Floats]:
    # Of the chosen trial in every split: its ratio where it was chosen, its ratio and its rank on the other half.
    chosen, confirmed, ranks = np.empty((3, split_count(blocks)))
    end = 0
    for inside, outside in halves(returns, blocks):
        part = slice(end, end + len(inside))
        best = np.argmax(inside, axis=1)[:, np.newaxis]
        chosen[part] = np.take_along_axis(inside, best, axis=1)[:, 0]
        its_own = np.take_along_axis(outside, best, axis=1)
        confirmed[part] = its_own[:, 0]
        below = np.count_nonzero(outside < its_own, axis=1)
        up_to = np.count_nonzero(outside <= its_own, axis=1)
        ranks[part] = (below + up_to + 1) / 2
        end = part.stop
    return chosen, confirmed, ranks


def _line(x: Floats, y: Floats) -> tuple[float, float]:
    # Least squares; without a slope when x does not vary.
    away = x - x.mean()
    squares = float(away @ away)
    if squares <= 1e-24 * float(x @ x):
        return math.nan, math.nan
    slope = float(away @ (y - y.mean())) / squares
    return slope, float(y.mean()) - slope * float(x.mean())


def _reason_against(returns: Floats, blocks: int) -> str:
    periods, trials = returns.shape
    if trials < 2:
        return "overfitting needs two trials or more to choose from"
    if blocks < _FEWEST_BLOCKS:
        return f"overfitting needs {_FEWEST_BLOCKS * _SHORTEST_BLOCK} days or more, and there are {periods}"
    if bool((returns == returns[:, :1]).all()):
        return "overfitting needs trials that differ, and all have the same returns"
    return ""


def _check(returns: Floats, blocks: int) -> None:
    if returns.ndim != 2:
        raise ParameterError(f"returns have {returns.ndim} dimensions", cure="give a matrix, a trial a column")
    if blocks % 2 or not _FEWEST_BLOCKS <= blocks <= _MOST_BLOCKS:
        raise ParameterError(
            f"blocks is {blocks}", cure=f"give an even number from {_FEWEST_BLOCKS} to {_MOST_BLOCKS}, such as 16"
        )
