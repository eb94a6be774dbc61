"""How many trials similar ones are worth."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tradefleet.research.luck import average_correlation, effective_trials


def related(rho: float, days: int, trials: int) -> np.ndarray:
    random = np.random.default_rng(11)
    common = random.normal(0, 0.01, (days, 1))
    return math.sqrt(rho) * common + math.sqrt(1 - rho) * random.normal(0, 0.01, (days, trials))


def test_average_correlation_is_that_of_all_pairs() -> None:
    returns = related(0.4, 100, 300)
    table = np.corrcoef(returns.T)
    assert average_correlation(returns) == pytest.approx(table[np.triu_indices(300, 1)].mean(), abs=1e-12)


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.9])
def test_effective_trials_follow_the_correlation(rho: float) -> None:
    assert effective_trials(related(rho, 5000, 50)) == pytest.approx(rho + (1 - rho) * 50, rel=0.05)


def test_a_sample_speaks_for_all_trials() -> None:
    assert effective_trials(related(0.5, 5000, 50), trials=1_000_000) == pytest.approx(500_000, rel=0.05)


def test_opposite_trials_are_not_more_than_there_are() -> None:
    returns = related(0.0, 100, 1)
    assert effective_trials(np.column_stack((returns, -returns))) == 2.0


def test_trials_that_never_trade_say_nothing() -> None:
    returns = related(0.5, 100, 20)
    idle = np.zeros((100, 20))
    constant = np.full((100, 1), 0.1)
    found = average_correlation(np.column_stack((idle, returns, constant)))
    assert found == pytest.approx(average_correlation(returns), abs=1e-12)


def test_a_missing_return_counts_as_nothing_earned() -> None:
    returns = related(0.5, 100, 20)
    returns[60:, 3] = math.nan
    assert effective_trials(returns) == effective_trials(np.nan_to_num(returns))


def test_unknown_unless_two_trials_vary() -> None:
    assert math.isnan(effective_trials(np.zeros((100, 5))))
    assert math.isnan(effective_trials(np.zeros((0, 5))))
    assert effective_trials(np.zeros((100, 1))) == 1.0
