"""Cross-validation of the choice: by hand, on noise, on skill, and where trials are equal or idle."""

from __future__ import annotations

import itertools
import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradefleet.market.errors import ParameterError
from tradefleet.research.luck import probability_of_overfitting
from tradefleet.research.luck.splits import halves, split_count


def noise(seed: int, days: int, trials: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, 0.01, (days, trials))


def plainly(returns: np.ndarray, blocks: int) -> list[tuple[float, float, float]]:
    """(logit, chosen, confirmed) of every split, by the paper's steps and nothing clever."""
    length = len(returns) // blocks
    kept = returns[len(returns) - length * blocks :]
    found = []
    for half in itertools.combinations(range(blocks), blocks // 2):
        inside = [row for place, row in enumerate(kept.tolist()) if place // length in half]
        outside = [row for place, row in enumerate(kept.tolist()) if place // length not in half]
        one, other = [[sharpe(column) for column in zip(*rows, strict=True)] for rows in (inside, outside)]
        best = one.index(max(one))
        ahead = sum(value < other[best] for value in other)
        level = sum(value == other[best] for value in other)
        rank = ahead + (level + 1) / 2
        share = rank / (len(other) + 1)
        found.append((math.log(share / (1 - share)), one[best], other[best]))
    return sorted(found)


def sharpe(values: tuple[float, ...]) -> float:
    spread = statistics.stdev(values)
    return statistics.fmean(values) / spread if spread > 1e-12 else 0.0


@pytest.mark.parametrize(
    ("days", "trials", "blocks", "used"), [(20, 3, 4, 4), (43, 7, 4, 4), (61, 5, 6, 6), (47, 4, 16, 8)]
)
def test_every_split_is_the_papers(days: int, trials: int, blocks: int, used: int) -> None:
    returns = noise(days, days, trials)
    found = probability_of_overfitting(returns, blocks=blocks)
    plain = plainly(returns, used)
    assert (found.blocks, found.splits) == (used, math.comb(used, used // 2))
    rows = sorted(zip(found.logits.tolist(), found.chosen.tolist(), found.confirmed.tolist(), strict=True))
    np.testing.assert_allclose(rows, plain, rtol=0, atol=1e-12)
    assert found.probability == statistics.fmean(row[0] <= 0 for row in plain)
    assert found.probability_of_loss == statistics.fmean(row[2] < 0 for row in plain)
    line = statistics.linear_regression([row[1] for row in plain], [row[2] for row in plain])
    assert (found.slope, found.intercept) == pytest.approx((line.slope, line.intercept), abs=1e-12)


def test_four_blocks_by_hand() -> None:
    # The first trial is good in the first half of the days, the second in the second, the third is in between,
    # and all swing alike around their levels.
    swing = np.tile([1.0, -1.0, 1.0, -1.0, 0.0], 4)
    levels = np.repeat([[3.0, 1.0, 2.0], [1.0, 3.0, 2.0]], 10, axis=0)
    found = probability_of_overfitting(levels + swing[:, np.newaxis], blocks=4)
    # {1, 2} and {3, 4} choose the best there, which is the worst elsewhere: rank 1 of 3, logit ln(1 / 3). The other
    # four halves have one block of each kind, where the steady third trial has the best ratio on both sides: ln 3.
    assert sorted(found.logits.tolist()) == pytest.approx([-math.log(3)] * 2 + [math.log(3)] * 4)
    assert found.probability == pytest.approx(1 / 3)


def test_halves_come_once_on_either_side() -> None:
    returns = noise(2, 48, 2)
    pairs = list(halves(returns, 8))
    inside = np.concatenate([one for one, _ in pairs])
    outside = np.concatenate([other for _, other in pairs])
    assert len(inside) == split_count(8) == 70
    assert len(np.unique(inside, axis=0)) == 70
    np.testing.assert_array_equal(np.unique(inside, axis=0), np.unique(outside, axis=0))


def test_noise_is_overfitted_in_half_of_the_splits() -> None:
    # A single search of noise may have any probability, for its splits share their days; the mean over searches is 0.5
    # to within 0.06, three standard errors of 60 searches.
    found = [probability_of_overfitting(noise(seed, 160, 20), blocks=10).probability for seed in range(60)]
    assert statistics.fmean(found) == pytest.approx(0.5, abs=0.06)


def test_one_trial_with_skill_is_found_again() -> None:
    returns = noise(1, 500, 50)
    returns[:, 17] += 0.004
    found = probability_of_overfitting(returns, periods_per_year=365)
    assert found.probability < 0.01
    assert found.probability_of_loss < 0.01
    assert np.median(found.confirmed) == pytest.approx(0.4 * math.sqrt(365), rel=0.25)


def test_choosing_what_was_good_once_is_overfitting() -> None:
    # Every trial is good in one block alone: chosen for it, there is nothing like it on the other half.
    returns = noise(4, 160, 16)
    for block in range(16):
        returns[block * 10 : block * 10 + 10, block] += 0.05
    assert probability_of_overfitting(returns).probability > 0.9


def test_more_periods_a_year_scale_the_ratios_and_nothing_else() -> None:
    once, yearly = (probability_of_overfitting(noise(3, 100, 8), periods_per_year=n) for n in (1.0, 4.0))
    np.testing.assert_allclose(yearly.chosen, 2 * once.chosen)
    assert yearly.intercept == pytest.approx(2 * once.intercept)
    assert (yearly.slope, yearly.probability) == (once.slope, once.probability)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), copies=st.integers(2, 40))
def test_copies_of_a_trial_are_equal_in_every_split(seed: int, copies: int) -> None:
    # To the bit, whatever their place: otherwise equal trials would be ranked by rounding.
    returns = np.repeat(noise(seed, 40, 2), copies, axis=1)
    for one, other in halves(returns, 8):
        for ratios in (one, other):
            assert (ratios[:, :copies] == ratios[:, :1]).all()
            assert (ratios[:, copies:] == ratios[:, -1:]).all()


def test_equal_trials_share_the_mean_of_their_ranks() -> None:
    single = probability_of_overfitting(noise(6, 100, 2), blocks=4)
    copied = probability_of_overfitting(np.repeat(noise(6, 100, 2), 3, axis=1), blocks=4)
    # Of 2 trials the ranks are 1 and 2, of two times three equal ones 2 and 5.
    np.testing.assert_allclose(single.logits, np.where(single.logits > 0, math.log(2), -math.log(2)))
    np.testing.assert_allclose(copied.logits, np.where(single.logits > 0, math.log(5 / 2), -math.log(5 / 2)))


@pytest.mark.parametrize("constant", [0.0, 0.1, -0.003])
def test_a_trial_that_does_not_vary_has_a_ratio_of_zero(constant: float) -> None:
    returns = noise(9, 80, 3)
    returns[:, 1] = constant
    for one, other in halves(returns, 8):
        assert (one[:, 1] == 0).all()
        assert (other[:, 1] == 0).all()
    # Next to losers alone, standing aside is chosen and stays best.
    losers = noise(9, 80, 3) - 0.02
    losers[:, 1] = constant
    assert probability_of_overfitting(losers).probability == 0.0


def test_a_missing_return_counts_as_nothing_earned() -> None:
    returns = noise(12, 80, 4)
    returns[50:, 2] = math.nan
    found = probability_of_overfitting(returns)
    np.testing.assert_array_equal(found.logits, probability_of_overfitting(np.nan_to_num(returns)).logits)
    assert math.isnan(returns[60, 2])


@pytest.mark.parametrize(
    ("days", "trials", "reason"),
    [(100, 1, "two trials"), (100, 0, "two trials"), (19, 5, "20 days or more, and there are 19"), (0, 5, "20 days")],
)
def test_too_little_to_choose_from_gives_a_reason(days: int, trials: int, reason: str) -> None:
    found = probability_of_overfitting(noise(0, days, trials))
    assert reason in found.reason
    assert math.isnan(found.probability)
    assert found.as_dict()["probability"] is None
    assert len(found.logits) == found.splits == 0


def test_trials_that_are_all_equal_give_a_reason() -> None:
    assert "differ" in probability_of_overfitting(np.repeat(noise(0, 100, 1), 5, axis=1)).reason
    assert "differ" in probability_of_overfitting(np.zeros((100, 5))).reason


@pytest.mark.parametrize("blocks", [0, 2, 7, 22, -4])
def test_blocks_that_cannot_be_halved_are_refused(blocks: int) -> None:
    with pytest.raises(ParameterError, match="even number from 4 to 20"):
        probability_of_overfitting(noise(0, 100, 5), blocks=blocks)


def test_returns_that_are_no_matrix_are_refused() -> None:
    with pytest.raises(ParameterError, match="a trial a column"):
        probability_of_overfitting(np.zeros(100))
