"""Analyses: what is chosen, what it is confirmed by, and what becomes of symbols that fail."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pytest

from tradefleet.app.analyze import analyze
from tradefleet.app.backtest import backtest
from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError
from tradefleet.market.generate import generate_bars
from tradefleet.market.resample import resample
from tradefleet.metrics import MEASURES
from tradefleet.research.analyze import Analysis, Best, Pair, usual_grid
from tradefleet.research.analyze.choosing import chosen
from tradefleet.research.luck import judge
from tradefleet.research.search.direction import Objective
from tradefleet.research.search.evaluator import OneByOne, Span
from tradefleet.research.search.space import Space
from tradefleet.strategies import RsiReversion, Strategy
from tradefleet.strategies.parameters import param

GRID = {"entry": [26, 32, 38], "stop_loss": [0.01, 0.02], "reward_risk": [1, 2]}
CHOICES = [{"entry": e, "stop_loss": s, "reward_risk": r} for e in (26, 32, 38) for s in (0.01, 0.02) for r in (1, 2)]


@cache
def bars(seed: int = 4, symbol: str = "AAA/USD") -> Bars:
    return generate_bars("15m", days=40, seed=seed, symbol=symbol)


@cache
def found() -> Analysis:
    both = {"AAA/USD": bars(), "BBB/USD": bars(9, "BBB/USD")}
    return analyze("rsi_reversion", both, timeframes=["15m", "1h"], grid=GRID, min_trades=4)


@pytest.mark.parametrize("objective", ["sharpe", "max_drawdown"])
def test_the_best_is_that_of_single_backtests_of_the_training_part(objective: str) -> None:
    analysis = analyze("rsi_reversion", bars(), grid=GRID, objective=objective, min_trades=4)
    split = int(bars().time[round(len(bars()) * 0.7)])
    training = [backtest(RsiReversion(**choice), bars(), until=split).metrics for choice in CHOICES]
    sign = 1 if objective == "sharpe" else -1
    qualified = [n for n, each in enumerate(training) if each["trades"] + each["open_trades"] >= 4]
    wanted = max(qualified, key=lambda n: sign * training[n][objective])
    pair = analysis.pairs[0]
    assert dict(pair.best[0].parameters) == CHOICES[wanted]
    np.testing.assert_array_equal(list(pair.best[0].training.values()), list(training[wanted].values()))
    assert pair.split == split


def test_the_confirmation_is_a_backtest_of_the_rest() -> None:
    pair = found().pairs[0]
    wanted = OneByOne(RsiReversion, {}, bars()).result(pair.best[0].parameters, Span(since=pair.split))
    np.testing.assert_array_equal(list(pair.best[0].confirmation.values()), list(wanted.metrics.values()))
    assert wanted.metrics["trades"] > 0


def test_what_comes_after_the_split_has_no_say_in_the_choice() -> None:
    first, split = found().pairs[0], found().pairs[0].split
    columns = [np.where(bars().time >= split, getattr(bars(), name) * 1.5, getattr(bars(), name))
               for name in ("open", "high", "low", "close", "volume")]  # fmt: skip
    other = Bars(bars().time, *columns, timeframe="15m", symbol=bars().instrument)
    again = analyze("rsi_reversion", other, grid=GRID, min_trades=4).pairs[0]
    assert again.best[0].parameters == first.best[0].parameters
    assert again.best[0].training == first.best[0].training
    assert again.best[0].confirmation != first.best[0].confirmation


def test_longer_bars_are_made_from_those_at_hand() -> None:
    hours = analyze("rsi_reversion", resample(bars(), "1h"), grid=GRID, min_trades=4)
    assert found().pairs[1].timeframe == "1h"
    assert found().pairs[1].best[0].training == hours.pairs[0].best[0].training


def test_there_is_a_row_for_each_symbol_and_timeframe() -> None:
    table = found().table
    assert table.select("symbol", "timeframe").rows() == [
        ("AAA/USD", "15m"), ("AAA/USD", "1h"), ("BBB/USD", "15m"), ("BBB/USD", "1h"),
    ]  # fmt: skip
    assert table["tried"].to_list() == [12] * 4
    assert table["trials"].to_list() == [24] * 4
    assert {f"{part}_{name}" for part in ("train", "confirm") for name in MEASURES} <= set(table.columns)
    assert found().trials == 48


def test_as_many_of_the_best_as_are_asked_for_are_listed() -> None:
    table = analyze("rsi_reversion", bars(), grid=GRID, min_trades=4, top=3).table
    assert table["rank"].to_list() == [1, 2, 3]
    assert table["train_sharpe"].to_list() == sorted(table["train_sharpe"].to_list(), reverse=True)
    assert table["chosen"].to_list()[1:] == [False, False]


def test_the_deflated_sharpe_ratio_is_that_of_the_full_judgement() -> None:
    pair, analysis = (each := analyze("rsi_reversion", bars(), grid=GRID, min_trades=4, luck=True)).pairs[0], each
    assert pair.luck is not None
    assert analysis.deflated_sharpe(pair) == pytest.approx(pair.luck.deflated_sharpe, rel=1e-6)
    assert 0 < pair.luck.deflated_sharpe < 1


def test_what_was_tried_on_the_other_timeframes_counts_as_trials() -> None:
    alone = analyze("rsi_reversion", bars(), grid=GRID, min_trades=4)
    assert found().pairs[0].best[0].training == alone.pairs[0].best[0].training
    assert found().trials_of("AAA/USD") == 2 * alone.trials
    # Of all that was tried, whatever timeframe it was on.
    first, second = found().by_symbol["AAA/USD"]
    sharpes = np.concatenate([first.sharpes, second.sharpes])
    assert first.luck is None and first.bars is not None
    returns = backtest(RsiReversion(**first.best[0].parameters), bars(), until=first.split).performance.returns
    wanted = judge(sharpes, returns, 365, None, np.empty(0)).deflated_sharpe
    assert found().deflated_sharpe(first) == pytest.approx(wanted, rel=1e-6)


def made(timeframe: str, training: float, gain: float, trades: float = 3.0) -> Pair:
    usual = dict.fromkeys(MEASURES, 0.0)
    best = Best({"entry": 30}, {**usual, "sharpe": training}, {**usual, "total_return": gain, "trades": trades})
    return Pair("X", timeframe, best=(best,))


@pytest.mark.parametrize(
    ("pairs", "wanted"),
    [
        ([made("5m", 2.0, -0.01), made("1h", 1.0, 0.01)], "1h"),
        ([made("5m", 1.0, 0.5), made("1h", 2.0, 0.01)], "1h"),
        ([made("5m", 1.0, 0.0), made("1h", 2.0, 0.5, trades=0.0)], "5m"),
        ([made("5m", 1.0, 0.1), made("1h", 1.0, 0.1)], "5m"),
        ([made("5m", 2.0, -0.01), Pair("X", "1h", error="no bars")], None),
    ],
)
def test_a_symbol_is_given_the_best_that_is_confirmed(pairs: list[Pair], wanted: str | None) -> None:
    pair = chosen(pairs, Objective("sharpe"))
    assert (pair and pair.timeframe) == wanted


def test_a_symbol_without_confirmation_is_given_its_best_on_demand_alone() -> None:
    pairs = [made("5m", 1.0, -0.01), made("1h", 2.0, -0.01)]
    pair = chosen(pairs, Objective("sharpe"), unconfirmed=True)
    assert chosen(pairs, Objective("sharpe")) is None
    assert pair is not None and pair.timeframe == "1h"


def test_a_lower_drawdown_is_better() -> None:
    pairs = [made("5m", 0.0, 0.1), made("1h", 0.0, 0.1)]
    pairs[0].best[0].training["max_drawdown"] = 0.3  # type: ignore[index]
    pair = chosen(pairs, Objective("max_drawdown"))
    assert pair is not None and pair.timeframe == "1h"


def test_a_symbol_that_fails_has_an_error_and_the_others_go_on() -> None:
    some = {"AAA/USD": bars(), "NEW/USD": generate_bars("15m", days=0.2, seed=1, symbol="NEW/USD")}
    analysis = analyze("rsi_reversion", some, symbols=["NEW/USD", "AAA/USD", "GONE/USD"], timeframes=["15m"], grid=GRID)
    assert list(analysis.errors) == ["NEW/USD 15m", "GONE/USD 15m"]
    assert "19 bars make 13 to choose by and 6 to confirm" in analysis.errors["NEW/USD 15m"]
    assert "there are no bars of GONE/USD" in analysis.errors["GONE/USD 15m"]
    assert analysis.succeeded and analysis.pairs[1].best
    assert analysis.table["error"].is_null().to_list() == [False, True, False]
    assert "NEW/USD 15m: 19 bars" in str(analysis)


def test_what_trades_too_seldom_is_not_chosen() -> None:
    analysis = analyze("rsi_reversion", bars(), grid=GRID, min_trades=10_000)
    assert analysis.errors == {"AAA/USD 15m": "no combination made 10000 trades in training"}
    assert not analysis.succeeded and not analysis.best


def test_combinations_that_fail_are_counted() -> None:
    grid = {"stop_loss": [0.01, 0.02], "reward_risk": [0, 2], "take_profit": [0, 0.05]}
    pair = analyze(RsiReversion(entry=38), bars(), grid=grid, min_trades=1).pairs[0]
    assert len(pair.failed) == 2 and pair.tried == 8
    assert "both reward_risk and take_profit" in next(iter(pair.failed.values()))


def test_ctrl_c_keeps_the_symbols_that_are_done() -> None:
    def progress(done: int, of: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    both = {"AAA/USD": bars(), "BBB/USD": bars(9, "BBB/USD")}
    analysis = analyze(
        "rsi_reversion", both, timeframes=["15m", "1h"], grid=GRID, min_trades=4, unconfirmed=True, progress=progress
    )
    assert analysis.interrupted and list(analysis.best) == ["AAA/USD"]
    assert analysis.errors == {"BBB/USD 1h": "interrupted"}


def test_the_usual_grid_is_nine_thresholds_six_stops_and_five_ratios() -> None:
    space = Space.of(RsiReversion, {}, usual_grid(RsiReversion, []))
    assert [len(axis.values) for axis in space.axes] == [9, 6, 5]
    assert list(usual_grid(RsiReversion, ["take_profit", "entry"])) == ["stop_loss"]


class Clashing(Strategy):
    """A parameter with the name of a column."""

    rank = param(14, 2, 500)

    def signals(self) -> Any:
        return RsiReversion(period=14, entry=35).signals()


def test_a_parameter_with_the_name_of_a_column_has_one_of_its_own() -> None:
    table = analyze(Clashing, bars(), grid={"rank": [2, 3]}, min_trades=1).table
    assert table["rank"].to_list() == [1]
    assert table["rank (parameter)"].to_list() == [2]


def test_json_has_no_nan_and_says_what_is_best() -> None:
    whole = found().as_dict()
    assert all(not (isinstance(v, float) and not math.isfinite(v)) for row in whole["rows"] for v in row.values())
    assert set(whole["best"]) == set(found().best)
    assert whole["trials"] == 48 and whole["grid"]["entry"] == [26.0, 32.0, 38.0]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"confirm": 1.0}, "confirm is 1.0"),
        ({"confirm": 0.0}, "confirm is 0.0"),
        ({"top": 0}, "top is 0"),
        ({"min_trades": -1}, "min_trades is -1"),
        ({"objective": "sharp"}, "did you mean 'sharpe'"),
        ({"grid": {}}, "there is nothing to search"),
        ({"grid": {"entri": [30]}}, "did you mean 'entry'"),
        ({"grid": {"entry": "1:90:0.01", "stop_loss": "0.001:0.2:0.001"}}, "take coarser steps"),
        ({"grid": {"entry": "1:90:0.01", "exit": "1:90:0.01", "period": "2:9:1"}}, "take coarser steps"),
        ({"timeframes": ["5x"]}, "timeframe is '5x'"),
        ({"since": "2030-01-01", "until": "2020-01-01"}, "since"),
    ],
)
def test_what_does_not_fit_is_an_error_with_a_cure(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError) as error:
        analyze("rsi_reversion", bars(), **{"grid": GRID, **wrong})
    assert words in str(error.value)
