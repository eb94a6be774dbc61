"""Sharpe ratios against a benchmark and against luck: the numbers the papers print, and what must hold anywhere."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.market.errors import ParameterError
from tradefleet.research.luck import (
    deflated_sharpe,
    expected_maximum_sharpe,
    minimum_track_record,
    moments,
    probabilistic_sharpe,
    sharpe_variance,
)

# Papers give the kurtosis of a normal law as 3, the functions have the excess.
NORMAL = 3.0


def test_probabilistic_sharpe_is_that_of_the_papers_two_years_of_months() -> None:
    assert probabilistic_sharpe(0.458, 0.0, 24) == pytest.approx(0.982, abs=5e-4)
    assert probabilistic_sharpe(0.458, 0.0, 24, -2.448, 10.164 - NORMAL) == pytest.approx(0.913, abs=5e-4)


@pytest.mark.parametrize(
    ("periods", "skew", "kurtosis", "years"),
    [(252, 0.0, 3.0, 2.73), (52, 0.0, 3.0, 2.83), (12, 0.0, 3.0, 3.24), (12, -0.72, 5.78, 4.99)],
)
def test_minimum_track_record_is_that_of_the_paper(periods: int, skew: float, kurtosis: float, years: float) -> None:
    annual = math.sqrt(periods)
    found = minimum_track_record(2 / annual, 1 / annual, skew, kurtosis - NORMAL)
    assert found / periods == pytest.approx(years, abs=5e-3)


@pytest.mark.parametrize(
    ("trials", "skew", "kurtosis", "probability"),
    [(100, -3.0, 10.0, 0.9004), (46, -3.0, 10.0, 0.9505), (88, 0.0, 3.0, 0.9505)],
)
def test_deflated_sharpe_is_that_of_the_papers_example(
    trials: int, skew: float, kurtosis: float, probability: float
) -> None:
    found = deflated_sharpe(2.5 / math.sqrt(250), trials, 0.5 / 250, 1250, skew, kurtosis - NORMAL)
    assert found == pytest.approx(probability, abs=5e-5)


def test_expected_maximum_is_that_of_the_papers_example() -> None:
    assert expected_maximum_sharpe(100, 0.5 / 250) == pytest.approx(0.1132, abs=5e-5)


@pytest.mark.parametrize("trials", [10, 100, 1000])
def test_expected_maximum_is_what_normal_draws_give(trials: int) -> None:
    drawn = np.random.default_rng(trials).normal(0.0, 0.5, (4000, trials)).max(axis=1).mean()
    assert expected_maximum_sharpe(trials, 0.25) == pytest.approx(drawn, rel=0.03)


def test_expected_maximum_of_one_trial_is_nothing() -> None:
    assert expected_maximum_sharpe(1, math.nan) == 0.0
    assert expected_maximum_sharpe(1.01, 4.0) == 0.0


def test_expected_maximum_grows_with_trials_beyond_what_a_quantile_near_one_can_tell() -> None:
    found = [expected_maximum_sharpe(10.0**power, 1.0) for power in range(1, 30)]
    assert all(math.isfinite(value) for value in found)
    assert found == sorted(found)


@pytest.mark.parametrize(("trials", "variance"), [(0, 1.0), (math.nan, 1.0), (10, math.nan), (10, -1.0)])
def test_expected_maximum_is_unknown_without_trials_or_variance(trials: float, variance: float) -> None:
    assert math.isnan(expected_maximum_sharpe(trials, variance))


def test_deflated_sharpe_of_a_single_trial_is_the_probabilistic_one() -> None:
    assert deflated_sharpe(0.1, 1, math.nan, 500, -1.0, 4.0) == probabilistic_sharpe(0.1, 0.0, 500, -1.0, 4.0)


@given(
    sharpe=st.floats(-0.5, 0.5),
    benchmark=st.floats(-0.5, 0.5),
    returns=st.integers(2, 5000),
    skew=st.floats(-3, 3),
    extra=st.floats(0, 20),
)
def test_track_record_is_long_enough_when_the_probability_says_so(
    sharpe: float, benchmark: float, returns: int, skew: float, extra: float
) -> None:
    # No distribution has a kurtosis below its squared skewness plus one.
    kurtosis = skew * skew + 1.0 - NORMAL + extra
    probability = probabilistic_sharpe(sharpe, benchmark, returns, skew, kurtosis)
    needed = minimum_track_record(sharpe, benchmark, skew, kurtosis)
    if math.isnan(probability):
        assert sharpe_variance(sharpe, returns, skew, kurtosis) == pytest.approx(0.0, abs=1e-9)
    elif abs(probability - 0.95) > 1e-9:
        assert (probability > 0.95) == (returns > needed)


def test_probability_covers_what_skewed_days_do() -> None:
    # Losses are rare and large; of tracks with a true ratio of 0, 5 % exceed the bar of 95 %.
    random = np.random.default_rng(5)
    tracks = 1.0 - random.exponential(1.0, (4000, 250))
    passed = 0
    for track in tracks:
        found = moments(track)
        passed += probabilistic_sharpe(found.sharpe, 0.0, found.returns, found.skew, found.kurtosis) > 0.95
    assert 0.035 < passed / len(tracks) < 0.065


@pytest.mark.parametrize(
    ("returns", "skew", "kurtosis"), [(1, 0.0, 0.0), (0, 0.0, 0.0), (100, math.nan, 0.0), (100, 9.0, -2.0)]
)
def test_variance_is_unknown_for_too_few_returns_and_impossible_moments(
    returns: int, skew: float, kurtosis: float
) -> None:
    assert math.isnan(sharpe_variance(0.5, returns, skew, kurtosis))
    assert math.isnan(probabilistic_sharpe(0.5, 0.0, returns, skew, kurtosis))


def test_no_track_is_long_enough_for_a_ratio_below_the_benchmark() -> None:
    assert minimum_track_record(0.1, 0.1) == math.inf
    assert math.isnan(minimum_track_record(math.nan, 0.1))


@pytest.mark.parametrize("level", [0.5, 1.0, math.nan])
def test_track_record_refuses_a_level_that_is_none(level: float) -> None:
    with pytest.raises(ParameterError, match="such as"):
        minimum_track_record(0.1, 0.0, level=level)


def test_moments_are_those_of_the_definitions() -> None:
    returns = np.random.default_rng(8).standard_t(5, 300) * 0.01
    scores = (returns - returns.mean()) / returns.std()
    found = moments(np.append(returns, math.nan))
    assert found.returns == 300
    assert found.sharpe == returns.mean() / returns.std(ddof=1)
    assert found.skew == pytest.approx((scores**3).mean(), rel=1e-12)
    assert found.kurtosis == pytest.approx((scores**4).mean() - NORMAL, rel=1e-12)


@pytest.mark.parametrize("returns", [[], [0.1], [0.1, 0.2], [0.1] * 9, [0.0, math.nan, 1.0]])
def test_moments_are_unknown_for_few_days_and_days_that_do_not_vary(returns: list[float]) -> None:
    assert all(math.isnan(value) for value in moments(np.array(returns))[1:])
