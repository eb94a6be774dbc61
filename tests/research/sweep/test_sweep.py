"""Sweeps of real strategies: rows are backtests, the best is chosen as asked, luck and confirmation."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest
from tests.research.sweep.cases import BARS

import tradefleet as tf
from tradefleet.market.errors import ParameterError, UserError
from tradefleet.metrics import MEASURES
from tradefleet.research.report.search.confirmation import rank_correlation
from tradefleet.research.search.neighbourhood import neighbourhood
from tradefleet.research.sweep import Sweep
from tradefleet.research.sweep.machine import MOST_ROWS
from tradefleet.strategies import EmaCross, RsiReversion

HEADING = "entry stop loss reward risk sharpe total return max drawdown trades"
GRID: dict[str, Any] = {"entry": "20:44:4", "stop_loss": [0.01, 0.02], "reward_risk": [0, 1.5]}


@pytest.fixture(scope="module")
def found() -> Sweep:
    return tf.sweep(RsiReversion, BARS, GRID)


def test_rows_are_single_backtests_to_the_bit(found: Sweep) -> None:
    for row in (0, 5, 13, 27):
        single = tf.backtest(RsiReversion(**found.combinations[row]), BARS)
        assert np.array_equal(list(single.metrics.values()), found.values[:, row], equal_nan=True)


def test_the_table_has_parameters_measures_and_errors(found: Sweep) -> None:
    assert found.table.columns == ["entry", "stop_loss", "reward_risk", *MEASURES, "error"]
    assert found.table.height == found.trials == 28
    assert found.table["entry"].to_list()[:5] == [20.0, 20.0, 20.0, 20.0, 24.0]
    assert found.table["error"].null_count() == 28
    assert found.table["error"].dtype == pl.String


def test_the_best_is_the_first_of_the_ranking(found: Sweep) -> None:
    ranked = found.table.with_row_index().filter(pl.col("trades") >= 1, pl.col("sharpe").is_not_nan())
    first = ranked.sort("sharpe", descending=True, maintain_order=True).row(0, named=True)
    assert found.best()["entry"] == first["entry"]
    assert found.best()["sharpe"] == first["sharpe"] == found.ranked(top=3)["sharpe"][0]
    least = ranked.sort("max_drawdown", maintain_order=True).row(0, named=True)
    assert found.best("max_drawdown")["max_drawdown"] == least["max_drawdown"]
    assert found.parameters() == {name: first[name] for name in GRID}
    with pytest.raises(ParameterError, match="did you mean 'sharpe'"):
        found.best("sharp")


def test_what_traded_too_little_is_not_chosen() -> None:
    least = tf.sweep(RsiReversion, BARS, {"entry": "4:40:4"}, objective="max_drawdown")
    assert least.best()["trades"] >= 1
    assert (least.column("trades") == 0).any()
    assert any("made no trade: they are not ranked" in text for text in least.warnings)
    most = int(least.column("trades").max())
    assert tf.sweep(RsiReversion, BARS, {"entry": "4:40:4"}, min_trades=most).best()["trades"] == most
    nothing = tf.sweep(RsiReversion, BARS, {"entry": "4:40:4"}, min_trades=10**6)
    assert not nothing.has_best
    assert math.isnan(nothing.deflated_sharpe)


def test_luck_is_that_of_all_trials(found: Sweep) -> None:
    assert found.luck is not None
    assert found.luck.trials == 28
    assert found.luck.best_sharpe == pytest.approx(found.best()["sharpe"])
    assert found.luck.overfitting.trials == 28
    assert 0 <= found.deflated_sharpe <= 1


def test_luck_of_many_goes_by_a_sample_with_the_best() -> None:
    many = tf.sweep(RsiReversion, BARS, {"entry": "20:44:1", "stop_loss": "0.01:0.05:0.001"})
    assert many.trials == 25 * 41
    assert many.luck is not None
    assert (many.luck.trials, many.luck.overfitting.trials) == (1025, 1000)


def test_the_neighbourhood_is_that_of_the_best(found: Sweep) -> None:
    row = int(found.order(top=1)[0])
    expected = neighbourhood(found.table, found.axes, row, "sharpe")
    assert found.neighbourhood.equals(expected)
    assert re.search(r"around the best: .*the worst of \d neighbours one step away has sharpe", str(found))


def test_a_constraint_leaves_out_and_a_fixed_parameter_stays() -> None:
    grid = {"fast": range(5, 30, 5), "slow": [10, 20, 40]}
    by_function = tf.sweep(EmaCross(stop_loss=0.02), BARS, grid, constraint=lambda p: p.fast < p.slow)
    by_text = tf.sweep(EmaCross(stop_loss=0.02), BARS, grid, constraint="fast < slow")
    assert by_function.table.equals(by_text.table)
    assert by_text.table.filter(pl.col("fast") >= pl.col("slow")).is_empty()
    assert by_text.result().parameters["stop_loss"] == 0.02


def test_random_ones_are_the_same_for_the_same_seed() -> None:
    grid = {"fast": "5:50:1", "slow": "60:200:1"}
    one, same, other = (tf.sweep("ema_cross", BARS, grid, random=20, seed=seed) for seed in (1, 1, 2))
    assert one.trials == 20
    assert one.table.equals(same.table)
    assert not one.table.equals(other.table)
    assert len(set(map(tuple, one.combinations.codes.tolist()))) == 20


def test_listed_ones_keep_their_order() -> None:
    rows = [{"fast": 9, "size": "risk:0.01", "stop_loss": 0.02}, {"fast": 5, "size": 0.5, "stop_loss": 0.03}]
    found = tf.sweep("ema_cross", BARS, combinations=rows)
    assert found.table["fast"].to_list() == [9, 5]
    assert found.table["size"].to_list() == ["risk:0.01", "0.5"]
    single = tf.backtest(EmaCross(**rows[0]), BARS)  # type: ignore[arg-type]
    assert found.row(0) == pytest.approx(single.metrics, nan_ok=True, rel=0, abs=0)


def test_settings_are_swept_beside_parameters() -> None:
    found = tf.sweep("ema_cross", BARS, {"fee": [0.0, 0.001], "cash": [100, 10_000]})
    assert found.best()["fee"] == 0.0
    single = tf.backtest("ema_cross", BARS, cash=100, fee=0.001)
    assert found.row(2) == pytest.approx(single.metrics, nan_ok=True, rel=0, abs=0)
    assert found.luck is not None


def test_the_last_bars_are_kept_back_to_confirm() -> None:
    found = tf.sweep(RsiReversion, BARS, GRID, confirm=0.25)
    cut = BARS.time[-len(BARS) // 4]
    single = tf.backtest(RsiReversion(**found.combinations[9]), BARS, until=int(cut))
    assert np.array_equal(list(single.metrics.values()), found.values[: len(MEASURES), 9], equal_nan=True)
    later = tf.backtest(RsiReversion(**found.combinations[9]), BARS, since=int(cut))
    assert found.row(9)["confirm_sharpe"] == later.metrics["sharpe"]
    assert found.row(9)["confirm_trades"] == later.metrics["trades"]
    correlation = rank_correlation(found.column("sharpe"), found.column("confirm_sharpe"))
    told = found.as_dict()["confirmation"]
    assert told["rank_correlation"] == correlation
    assert told["training"]["until"] == told["confirmation"]["since"]
    assert f"rank correlation of the two parts {correlation:.2f}" in str(found)
    assert found.result().data["last"] < told["training"]["until"]


def test_a_failed_combination_is_a_row_with_its_error() -> None:
    found = tf.sweep(RsiReversion, BARS, {"take_profit": [0, 0.02], "reward_risk": [0, 2], "stop_loss": [0.01]})
    assert found.table["error"].is_null().to_list() == [True, True, True, False]
    (message,) = found.errors
    assert "both reward_risk and take_profit are set" in message
    assert (found.errors[message].count, found.errors[message].first["reward_risk"]) == (1, 2.0)
    assert np.isnan(found.values[:, 3]).all()
    assert found.as_dict()["errors"][0]["count"] == 1
    assert "warning: 1 of 4 combinations failed" in str(found)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"grid": {}}, "there is nothing to search"),
        ({"grid": {"fsat": [1]}}, "did you mean 'fast'?"),
        ({"grid": {"fast": []}}, "empty"),
        ({"grid": {"fast": range(2, 500), "slow": range(2, 500), "stop_loss": "0.001:0.9:0.0001"}}, "coarser steps"),
        ({"grid": {"fast": [5]}, "confirm": 0}, "confirm is 0"),
        ({"grid": {"fast": [5]}, "confirm": 0.0001}, "cannot be kept back"),
        ({"grid": {"fast": [5]}, "objective": "sharp"}, "did you mean 'sharpe'"),
        ({"grid": {"fast": [5]}, "min_trades": 1.5}, "min_trades is 1.5"),
        ({"grid": {"fast": [5]}, "random": 0}, "the number of random combinations is 0"),
        ({"grid": {"fast": [5]}, "random": 1, "seed": -1}, "seed is -1"),
        ({"grid": {"fast": [5]}, "combinations": [{"fast": 5}]}, "give one of the two"),
        ({"grid": {"leverage": [2, 3]}}, 'set market = "perpetual"'),
        ({"grid": {"fast": [5]}, "memory": "much"}, "memory is 'much'"),
        ({"grid": {"fast": range(2, 500), "slow": range(2, 500)}, "memory": "1MB"}, "--memory 99MB"),
        (
            {"grid": {"fast": range(2, 500), "slow": range(2, 500)}, "memory": "1MB", "constraint": "fast < slow"},
            "at most 3,787 combinations",
        ),
        ({"grid": {"fast": range(2, 500), "slow": range(2, 500)}, "memory": "1MB", "random": 9000}, "9,000 comb"),
    ],
)
def test_what_cannot_be_swept_is_one_line(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as error:
        tf.sweep("ema_cross", BARS, **options)
    assert message in str(error.value)
    assert error.value.cure
    assert "\n" not in str(error.value)


def test_strategies_that_act_bar_by_bar_and_several_symbols_are_backtested_one_by_one() -> None:
    class Dip(tf.Strategy):
        depth = tf.param(0.01, 0.001, 0.1)

        def on_bar(self, bar: Any, account: Any) -> None:
            if bar.close < (1 - self.depth) * bar.open and not account.position:
                account.enter("long", stop_loss=0.02, max_bars=5)

    few = BARS[:300]
    found = tf.sweep(Dip, few, {"depth": [0.002, 0.004]}, workers=1)
    assert found.row(1) == pytest.approx(tf.backtest(Dip(depth=0.004), few).metrics, nan_ok=True, rel=0, abs=0)
    other = tf.generate_bars("1h", days=12, seed=8, symbol="OTH/USD")
    both = {"GEN/USD": few, "OTH/USD": other}
    shared = tf.sweep("ema_cross", both, {"fast": [5, 9], "slow": [20]}, workers=1)
    single = tf.backtest(EmaCross(fast=9, slow=20), both)
    assert shared.row(1) == pytest.approx(single.metrics, nan_ok=True, rel=0, abs=0)


def test_machines_get_every_row_and_no_nan(found: Sweep) -> None:
    told = json.loads(msgspec.json.encode(found.as_dict()))
    assert set(told) >= {"rows", "trials", "deflated_sharpe", "errors", "axes", "luck", "best", "rows_left_out"}
    assert (told["trials"], len(told["rows"]), told["rows_left_out"]) == (28, 28, 0)
    assert set(told["rows"][0]) == {"entry", "stop_loss", "reward_risk", *MEASURES, "error"}
    for row, column in ((3, "sharpe"), (11, "profit_factor")):
        value = found.table[column][row]
        assert told["rows"][row][column] == (value if math.isfinite(value) else None)


def test_of_very_many_rows_machines_get_the_best(monkeypatch: pytest.MonkeyPatch, found: Sweep) -> None:
    assert MOST_ROWS == 100_000
    monkeypatch.setattr("tradefleet.research.sweep.machine.MOST_ROWS", 10)
    told = found.as_dict()
    assert (len(told["rows"]), told["rows_left_out"], told["trials"]) == (10, 18, 28)
    assert told["rows"][0]["sharpe"] == found.best()["sharpe"]


def test_the_whole_table_is_written_and_read_back(found: Sweep, tmp_path: Path) -> None:
    assert pl.read_parquet(found.write(tmp_path / "all.parquet")).equals(found.table)
    with pytest.raises(UserError, match="cannot be written"):
        found.write(tmp_path / "none" / "all.parquet")


def test_a_report_is_written(tmp_path: Path) -> None:
    swept = tf.sweep(RsiReversion, BARS, {"entry": "4:40:4", "stop_loss": [0.01, 0.02]}, confirm=0.3)
    text = swept.report(tmp_path / "sweep.html").read_text()
    assert "rsi_reversion" in text
    assert "made no trade: they are not ranked" in text
    assert "Training and confirmation" in text


def test_the_text_has_the_top_and_no_more(found: Sweep) -> None:
    lines = found.summary(3).splitlines()
    assert lines[0] == "rsi_reversion on GEN/USD 1h"
    assert lines[2].startswith("28 combinations by sharpe")
    assert lines[4].split() == [
        "entry",
        "stop",
        "loss",
        "reward",
        "risk",
        "sharpe",
        "total",
        "return",
        "max",
        "drawdown",
        "trades",
    ]
    assert [line.split()[0] for line in lines[5:8]] == ["1", "2", "3"]
    assert lines[8] == ""
    assert lines[9] == (found.luck.verdict if found.luck else "")
    assert str(found).count("\n") > found.summary(0).count("\n")


def test_the_memory_it_takes_is_told() -> None:
    told: list[str] = []
    tf.sweep(RsiReversion, BARS, GRID, told=told.append)
    assert re.fullmatch(r"28 combinations: about \d+ MB", told[0])
