"""The result of a walk forward: frames, figures, texts."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tradefleet as tf
from tradefleet.app.walk_forward import walk_forward
from tradefleet.market.bars import Bars
from tradefleet.metrics import MEASURES
from tradefleet.metrics.performance import YEAR
from tradefleet.research.luck import deflated_sharpe, moments, probabilistic_sharpe, probability_of_overfitting
from tradefleet.research.walk_forward import WalkForward
from tradefleet.research.walk_forward.efficiency import ratio_of_returns
from tradefleet.strategies import SmaCross


@pytest.fixture(scope="module")
def walk(bars: Bars) -> WalkForward:
    grid = {"fast": [4, 9, 15], "slow": [20, 30]}
    return walk_forward(SmaCross(stop_loss=0.05), bars, train="25d", test="9d", grid=grid)


def test_windows_have_parameters_and_measures_of_both_sides(walk: WalkForward) -> None:
    frame = walk.windows
    assert set(walk.parameters) == {"fast", "slow"} <= set(frame.columns)
    assert {f"{part}_{name}" for part in ("train", "test") for name in MEASURES} <= set(frame.columns)
    for row, step in zip(frame.iter_rows(named=True), walk.steps, strict=True):
        assert {name: row[name] for name in walk.parameters} == step.choice.parameters
        assert step.result is not None
        assert row["test_total_return"] == step.result.metrics["total_return"]
        assert row["train_sharpe"] == step.choice.measures["sharpe"]


def test_fixed_parameters_are_not_among_the_chosen(walk: WalkForward) -> None:
    assert walk.fixed["stop_loss"] == 0.05
    assert not set(walk.parameters) & set(walk.fixed)


def test_efficiency_is_the_ratio_of_yearly_returns(walk: WalkForward) -> None:
    test_years = sum(step.window.test_until - step.window.test_since for step in walk.steps) / YEAR
    train_years = sum(step.window.train_until - step.window.train_since for step in walk.steps) / YEAR
    test = sum(result.metrics["total_return"] for result in walk.results) / test_years
    train = sum(step.choice.measures["total_return"] for step in walk.steps) / train_years
    assert walk.efficiency == pytest.approx(test / train)
    for row in walk.windows.iter_rows(named=True):
        expected = row["test_total_return"] / row["train_total_return"] * 600 / row["test_bars"]
        found = row["efficiency"]
        assert math.isnan(found) if row["train_total_return"] <= 0 else found == pytest.approx(expected)


def test_two_losses_are_no_success() -> None:
    assert math.isnan(ratio_of_returns(-0.2, -0.1))
    assert math.isnan(ratio_of_returns(0.2, 0.0))


def test_profitable_is_the_share_of_windows_that_earned(walk: WalkForward) -> None:
    returns = walk.windows["test_total_return"].to_numpy()
    assert walk.profitable == pytest.approx((returns > 0).mean())


def test_holding_covers_the_same_days(walk: WalkForward, bars: Bars) -> None:
    run = walk.performance
    assert walk.equity.columns == ["time", "equity", "buy_and_hold"]
    first = bars.between(run.first_time)
    held = 10_000 / (first.open[0] * 1.001) * first.close[-1]
    assert walk.equity["buy_and_hold"][-1] == pytest.approx(held)
    assert walk.buy_and_hold["final_equity"] == pytest.approx(held)


def test_trades_name_their_window(walk: WalkForward) -> None:
    frame = walk.trades
    assert frame.columns[0] == "window"
    for step in walk.steps:
        part = frame.filter(frame["window"] == step.window.number)
        times = part["entry_time"].dt.epoch("ns").to_numpy()
        assert ((times >= step.window.test_since) & (times < step.window.test_until)).all()


def test_luck_counts_every_trial_and_judges_the_stitched_account(walk: WalkForward) -> None:
    luck = walk.luck
    assert luck.trials == walk.trials == 6 * 5
    sharpes = np.concatenate([step.choice.sharpes for step in walk.steps])
    found = moments(walk.performance.returns)
    # Trainings of 25 days; the account has what is left of 69 days and 17 hours.
    variance = np.nanvar(sharpes, ddof=1) / 365 * 25 / (69 + 17 / 24 - 25)
    shape = (found.returns, found.skew, found.kurtosis)
    assert luck.sharpe == pytest.approx(walk.metrics["sharpe"])
    assert luck.probabilistic_sharpe == probabilistic_sharpe(found.sharpe, 0.0, *shape)
    assert walk.deflated_sharpe == pytest.approx(deflated_sharpe(found.sharpe, 30, variance, *shape))
    assert walk.deflated_sharpe <= luck.probabilistic_sharpe
    assert 0 <= luck.probability_of_overfitting <= 1
    assert "Out of sample, where nothing was chosen" in luck.verdict


def test_overfitting_is_that_of_all_combinations_on_all_bars(walk: WalkForward, bars: Bars) -> None:
    returns = [
        tf.backtest(SmaCross(fast=fast, slow=slow, stop_loss=0.05), bars).performance.returns
        for fast in (4, 9, 15)
        for slow in (20, 30)
    ]
    expected = probability_of_overfitting(np.array(returns).T, periods_per_year=365)
    assert walk.luck.overfitting.as_dict() == pytest.approx(expected.as_dict())


def test_a_sampler_leaves_overfitting_unknown_and_says_why(bars: Bars) -> None:
    walk = walk_forward(
        SmaCross, bars, train="25d", test="20d", grid={"fast": [4, 9], "slow": [20, 30]}, trials=2, sampler="random"
    )
    assert math.isnan(walk.luck.probability_of_overfitting)
    assert any("overfitting needs a grid" in note for note in walk.luck.notes)
    assert math.isfinite(walk.deflated_sharpe)


def test_json_holds_no_nan_and_reads_back(walk: WalkForward) -> None:
    found = walk.as_dict()
    text = json.dumps(found, allow_nan=False)
    read = json.loads(text)
    assert read["trials"] == 30
    assert [window["parameters"] for window in read["windows"]] == [step.choice.parameters for step in walk.steps]
    assert read["windows"][0]["test_since"] == "2024-01-26T07:00:00Z"
    assert set(read["windows"][0]["train"]) == set(MEASURES)
    assert {"strategy", "data", "settings", "metrics", "equity", "efficiency", "drift", "luck", "warnings"} <= set(read)
    assert len(walk.as_dict("bar")["equity"]) == len(walk.stitched.equity)


def test_the_table_has_a_line_a_window(walk: WalkForward) -> None:
    text = str(walk)
    assert text.isascii()
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("window"))
    for step, line in zip(walk.steps, lines[start + 1 :], strict=False):
        assert line.split()[0] == str(step.window.number)
    assert "efficiency" in text


def test_the_report_is_one_page(walk: WalkForward, tmp_path: Path) -> None:
    path = walk.report(tmp_path / "walk.html")
    page = path.read_text(encoding="utf-8")
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert "sma_cross" in page


def test_a_parameter_named_as_a_column_is_told_apart(bars: Bars) -> None:
    class Odd(SmaCross):
        efficiency: Any = tf.param(3, 1, 9)

    walk = walk_forward(Odd, bars, train="25d", test="20d", grid={"efficiency": [3, 4]})
    assert walk.parameters == ("efficiency (parameter)",)
    assert walk.windows["efficiency (parameter)"].to_list() == [3, 3, 3]
