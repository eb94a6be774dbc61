"""How much of what was earned in training was earned again in the tests."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tradefleet.metrics.performance import YEAR
from tradefleet.research.walk_forward.walking import Step


def yearly(total_return: float, since: int, until: int) -> float:
    """A return as one a year, without compounding: a good month compounded for a year tells nothing.

    >>> yearly(0.05, 0, YEAR // 10)
    0.5
    """
    return total_return * YEAR / (until - since)


def ratio_of_returns(test: float, train: float) -> float:
    """What the test earned a year for each unit the training did; NaN where the training earned nothing.

    >>> ratio_of_returns(0.1, 0.4), ratio_of_returns(-0.1, -0.4)
    (0.25, nan)
    """
    return test / train if train > 0 else math.nan


def efficiency(steps: Sequence[Step]) -> float:
    """The walk-forward efficiency: yearly return in the tests / yearly return in training.

    Unit: fraction; 0.5 and more is what Pardo calls sound. Each side is the sum of its windows' total returns over the
    sum of their lengths in years of 365 days; windows that were skipped count on neither side. NaN where the
    training earned nothing, as the ratio of two losses would look like a success.
    Source: Pardo (2008), The Evaluation and Optimization of Trading Strategies, chapter 11 (walk-forward efficiency).
    """
    earned, trained, test_time, train_time = 0.0, 0.0, 0, 0
    for step in steps:
        if step.result is not None:
            earned += step.result.metrics["total_return"]
            trained += step.choice.measures["total_return"]
            test_time += step.window.test_until - step.window.test_since
            train_time += step.window.train_until - step.window.train_since
    if train_time == 0:
        return math.nan
    return ratio_of_returns(yearly(earned, 0, test_time), yearly(trained, 0, train_time))


def efficiency_of(step: Step) -> float:
    """The efficiency of one window; NaN where it was skipped, or where its training earned nothing."""
    return efficiency([step])


def profitable(steps: Sequence[Step]) -> float:
    """The share of windows that earned something in their test, of those that were not skipped; NaN without any."""
    returns = [step.result.metrics["total_return"] for step in steps if step.result is not None]
    return sum(each > 0 for each in returns) / len(returns) if returns else math.nan
