"""A whole search judged: noise, skill, one trial, a million, and none."""

from __future__ import annotations

import json
import math
import time

import numpy as np
import pytest

from tradefleet.market.errors import ParameterError
from tradefleet.research.luck import Luck, expected_maximum_sharpe, judge, probabilistic_sharpe
from tradefleet.research.luck.verdict import verdict

TRADES = np.array([0.02, -0.01, 0.03, -0.02, 0.01])


def search(seed: int, days: int, trials: int, skill: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    returns = np.random.default_rng(seed).normal(0.0, 0.01, (days, trials))
    returns[:, 0] += skill
    return returns, returns.mean(axis=0) / returns.std(axis=0, ddof=1) * math.sqrt(365)


def judged(seed: int, days: int, trials: int, skill: float = 0.0) -> Luck:
    returns, sharpes = search(seed, days, trials, skill)
    return judge(sharpes, returns[:, sharpes.argmax()], 365, returns, TRADES)


def test_the_best_of_noise_is_rarely_taken_for_skill() -> None:
    found = [judged(seed, 200, 30) for seed in range(40)]
    # Taken alone, the best would have passed in most of them.
    assert np.mean([luck.probabilistic_sharpe > 0.95 for luck in found]) > 0.7
    assert np.mean([luck.deflated_sharpe > 0.95 for luck in found]) <= 0.05
    assert np.mean([luck.deflated_sharpe for luck in found]) == pytest.approx(0.5, abs=0.1)
    assert np.mean([luck.best_sharpe - luck.expected_best for luck in found]) == pytest.approx(0.0, abs=0.15)


def test_skill_is_told_from_luck() -> None:
    luck = judged(1, 1000, 100, skill=0.002)
    assert luck.deflated_sharpe > 0.95
    assert luck.probability_of_overfitting < 0.05
    assert luck.days_needed < luck.days == 1000
    assert "hardly luck alone" in luck.verdict
    assert luck.notes == ()


def test_numbers_come_from_the_statistics_they_name() -> None:
    returns, sharpes = search(3, 300, 20)
    best = returns[:, sharpes.argmax()]
    luck = judge(sharpes, best, 365, returns, TRADES)
    assert luck.best_sharpe == pytest.approx(sharpes.max())
    expected = expected_maximum_sharpe(20, float(sharpes.var(ddof=1)))
    assert luck.expected_best == pytest.approx(expected)
    scores = (best - best.mean()) / best.std()
    skew, kurtosis = float((scores**3).mean()), float((scores**4).mean()) - 3
    daily = math.sqrt(365)
    wanted = probabilistic_sharpe(sharpes.max() / daily, expected / daily, 300, skew, kurtosis)
    assert luck.deflated_sharpe == pytest.approx(wanted)
    assert (luck.trials, luck.days) == (20, 300)


def test_similar_trials_count_as_fewer_and_deflate_less() -> None:
    returns, _ = search(5, 400, 60)
    returns += np.random.default_rng(50).normal(0.001, 0.01, (400, 1))
    sharpes = returns.mean(axis=0) / returns.std(axis=0, ddof=1) * math.sqrt(365)
    luck = judge(sharpes, returns[:, sharpes.argmax()], 365, returns, TRADES)
    assert 20 < luck.effective_trials < 40
    assert luck.deflated_sharpe < luck.deflated_sharpe_effective < luck.probabilistic_sharpe


def test_one_trial_is_not_deflated() -> None:
    returns, sharpes = search(2, 250, 1, skill=0.001)
    luck = judge(sharpes, returns[:, 0], 365, returns, TRADES)
    assert (luck.trials, luck.effective_trials, luck.expected_best) == (1, 1.0, 0.0)
    assert luck.deflated_sharpe == luck.deflated_sharpe_effective == luck.probabilistic_sharpe
    assert luck.notes == ("overfitting needs two trials or more to choose from",)
    assert "nothing was selected" in luck.verdict


def test_a_million_trials_are_judged_at_once() -> None:
    returns, some = search(4, 730, 200)
    sharpes = np.random.default_rng(4).normal(0.0, 0.7, 1_000_000)
    sharpes[:200] = some
    started = time.perf_counter()
    luck = judge(sharpes, returns[:, some.argmax()], 365, returns, TRADES)
    assert time.perf_counter() - started < 5
    assert luck.expected_best == pytest.approx(0.7 * 4.86, rel=0.02)
    assert luck.effective_trials > 900_000
    assert "overfitting goes by a sample of 200 of the 1,000,000 trials" in luck.notes
    assert "The best of 1,000,000 trials" in luck.verdict


def test_trials_without_a_ratio_count_and_are_named() -> None:
    returns, sharpes = search(6, 250, 20)
    with_idle = np.concatenate((sharpes, np.full(20, math.nan)))
    luck = judge(with_idle, returns[:, sharpes.argmax()], 365, returns, TRADES)
    assert luck.trials == 40
    assert luck.expected_best > judge(sharpes, returns[:, sharpes.argmax()], 365, returns, TRADES).expected_best
    assert luck.notes[0] == "20 of 40 trials have no Sharpe ratio; they count as trials"


def test_nothing_but_idle_trials() -> None:
    luck = judge(np.full(9, math.nan), np.zeros(100), 365, np.zeros((100, 9)), np.empty(0))
    assert math.isnan(luck.best_sharpe)
    assert math.isnan(luck.deflated_sharpe)
    assert luck.verdict == "None of the 9 trials has a Sharpe ratio, so skill cannot be told from luck."
    assert len(luck.notes) == 5


def test_no_trials_at_all() -> None:
    luck = judge(np.empty(0), np.empty(0), 365, None, np.empty(0))
    assert luck.verdict == "There are no trials, so there is nothing to judge."
    json.dumps(luck.as_dict(), allow_nan=False)


@pytest.mark.parametrize("days", [0, 1, 2])
def test_a_best_of_a_few_days_is_not_judged(days: int) -> None:
    luck = judge(np.array([1.0, 2.0, 0.5]), np.full(days, 0.01), 365, None, TRADES)
    assert luck.best_sharpe == 2.0
    assert math.isnan(luck.deflated_sharpe)
    assert f"a deflated Sharpe ratio needs 3 days or more, and there are {days}" in luck.notes
    assert "cannot be told" in luck.verdict


def test_many_trades_are_put_into_fewer_orders() -> None:
    trades = np.random.default_rng(1).normal(0.0001, 0.001, 40_000)
    luck = judge(np.array([1.0, 2.0]), np.array([0.1, 0.0, 0.2]), 365, None, trades)
    assert luck.trade_order.orders == 500
    assert luck.notes[-1] == "40,000 trades were put into 500 orders, not 1,000"


def test_machines_get_no_nan_and_no_infinity() -> None:
    for luck in (judged(1, 100, 10), judge(np.array([math.nan, -1.0]), np.zeros(2), 365, None, TRADES)):
        text = json.dumps(luck.as_dict(), allow_nan=False)
        assert json.loads(text)["verdict"] == luck.verdict


def test_the_seed_decides_everything() -> None:
    returns, sharpes = search(1, 100, 10)
    trades = np.random.default_rng(1).normal(0, 0.01, 50)
    one, same, other = (judge(sharpes, returns[:, 0], 365, returns, trades, seed) for seed in (1, 1, 2))
    assert one.as_dict() == same.as_dict() != other.as_dict()


def test_verdicts_say_how_it_stands() -> None:
    assert "no more than luck gives" in verdict(10, 1.0, 1.5, 0.3, math.nan)
    assert "0.94, which may well be luck" in verdict(10, 2.0, 1.5, 0.9496, math.nan)
    assert verdict(10, 2.0, 1.5, 0.97, 0.123).endswith("no better than the median on the others in 12% of splits.")
    assert verdict(1, math.nan, 0.0, math.nan, math.nan).startswith("The one trial does not have a Sharpe ratio")


@pytest.mark.parametrize(
    ("sharpes", "best", "periods", "matrix", "message"),
    [
        (np.zeros((2, 2)), np.zeros(5), 365, None, "sharpes have 2 dimensions"),
        (np.zeros(2), np.zeros((5, 1)), 365, None, "best_returns have 2 dimensions"),
        (np.zeros(2), np.zeros(5), 365, np.zeros(5), "returns_matrix has 1 dimensions"),
        (np.zeros(2), np.zeros(5), 0, None, "periods_per_year is 0"),
        (np.zeros(2), np.zeros(5), math.nan, None, "periods_per_year is nan"),
    ],
)
def test_arrays_of_the_wrong_shape_are_refused(
    sharpes: np.ndarray, best: np.ndarray, periods: float, matrix: np.ndarray | None, message: str
) -> None:
    with pytest.raises(ParameterError, match=message):
        judge(sharpes, best, periods, matrix, TRADES)
