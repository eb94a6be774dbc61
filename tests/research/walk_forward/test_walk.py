"""Walking forward equals what single backtests would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
import polars as pl
import pytest

import tradefleet as tf
from tradefleet.app.walk_forward import walk_forward
from tradefleet.market.bars import Bars
from tradefleet.market.errors import DataError, ParameterError
from tradefleet.market.time import DAY
from tradefleet.research.walk_forward import WalkForward
from tradefleet.research.walk_forward.stitching import stitched
from tradefleet.research.walk_forward.walking import Step
from tradefleet.strategies import BuyAndHold, SmaCross

GRID: dict[str, Sequence[Any]] = {"fast": [4, 9, 15], "slow": [12, 30]}
LAYOUT: dict[str, Any] = {"train": "25d", "test": "9d"}


def walked(bars: Bars, **options: Any) -> WalkForward:
    given = {**LAYOUT, "grid": GRID, "constraint": "fast < slow", **options}
    return walk_forward(SmaCross, bars, **given)


@pytest.fixture(scope="module")
def walk(bars: Bars) -> WalkForward:
    return walked(bars)


def same(one: Any, other: Any) -> bool:
    return bool(np.array_equal(np.asarray(one), np.asarray(other), equal_nan=True))


def test_a_test_is_the_single_backtest_of_its_window(bars: Bars) -> None:
    walk = walked(bars, grid={"fast": [5], "slow": [20]}, fee=0.002, cash=5000)
    for step in walk.steps:
        span = {"since": step.window.test_since, "until": step.window.test_until}
        single = tf.backtest(SmaCross(fast=5, slow=20), bars, fee=0.002, cash=5000, **span)
        assert step.result is not None
        assert same(list(step.result.metrics.values()), list(single.metrics.values()))
        assert step.result.trades.equals(single.trades)
        assert step.result.equity.equals(single.equity)
    assert len(walk.results) == 5


def naive(bars: Bars, step: Step, objective: str, sign: int) -> tuple[dict[str, Any], dict[str, float]] | None:
    """The best of single backtests, one after another."""
    best = None
    for fast in GRID["fast"]:
        for slow in GRID["slow"]:
            if fast >= slow:
                continue
            window = step.window
            single = tf.backtest(
                SmaCross(fast=fast, slow=slow), bars, since=window.train_since, until=window.train_until
            ).metrics
            if single["trades"] + single["open_trades"] < 1 or np.isnan(single[objective]):
                continue
            if best is None or sign * single[objective] > sign * best[1][objective]:
                best = {"fast": fast, "slow": slow}, single
    return best


@pytest.mark.parametrize(("objective", "sign", "anchored", "gap"), [
    ("sharpe", 1, False, "0"), ("max_drawdown", -1, True, "2d"),
])  # fmt: skip
def test_what_is_chosen_is_the_best_of_single_backtests(
    bars: Bars, objective: str, sign: int, anchored: bool, gap: str
) -> None:
    walk = walked(bars, objective=objective, anchored=anchored, gap=gap)
    for step in walk.steps:
        found = naive(bars, step, objective, sign)
        assert found is not None
        assert step.choice.parameters == found[0]
        assert same(list(step.choice.measures.values()), list(found[1].values()))


def test_one_whole_window_is_the_backtest_itself_in_every_figure(bars: Bars) -> None:
    walk = walked(bars[: 69 * 24], train="20d", test="49d", grid={"fast": [5], "slow": [20]})
    (step,) = walk.steps
    single = tf.backtest(SmaCross(fast=5, slow=20), bars[: 69 * 24], since=step.window.test_since).performance
    for field in fields(single):
        found, expected = getattr(walk.performance, field.name), getattr(single, field.name)
        if field.name in ("max_drawdown", "exposure"):
            assert found == pytest.approx(expected, rel=1e-12)
        else:
            assert same(found, expected), field.name


def exit_fees(step: Step) -> float:
    """What closing at the end of a test costs, at the scale of its result."""
    assert step.result is not None
    still = step.result.trades.filter(pl.col("exit_reason") == "open")
    return float((still["quantity"] * still["exit_price"]).sum()) * 0.001


def compounded(steps: Sequence[Step]) -> list[float]:
    """What the account has before each window and after the last, by the windows' own results."""
    account = [10_000.0]
    for step in steps:
        growth, fee = 1.0, 0.0
        if step.result is not None:
            growth = step.result.metrics["final_equity"] / 10_000
            fee = 0.0 if step is steps[-1] else exit_fees(step) / 10_000
        account.append(account[-1] * (growth - fee))
    return account


def test_tests_compound_after_closing_what_is_open(walk: WalkForward) -> None:
    account = compounded(walk.steps)
    assert walk.stitched.scales == pytest.approx([each / 10_000 for each in account[:-1]])
    assert walk.metrics["final_equity"] == pytest.approx(account[-1], rel=1e-12)
    assert any(exit_fees(step) > 0 for step in walk.steps[:-1])


def test_each_test_begins_flat_with_what_was_left(walk: WalkForward) -> None:
    frame = walk.equity_per_bar()
    for step, scale in zip(walk.steps, walk.stitched.scales, strict=True):
        assert step.result is not None
        own = step.result.equity_per_bar()
        part = frame.filter(pl.col("time").is_in(own["time"].implode()))
        assert part["equity"].to_numpy() == pytest.approx(own["equity"].to_numpy() * scale)


def test_profits_of_trades_add_up_to_what_the_account_earned(walk: WalkForward) -> None:
    last = walk.results[-1].trades.filter(pl.col("exit_reason") == "open")
    unrealised = float(last["profit"].sum()) * walk.stitched.scales[-1]
    earned = walk.metrics["final_equity"] - 10_000
    assert walk.performance.profit.sum() + unrealised == pytest.approx(earned)
    assert walk.metrics["trades"] + walk.metrics["open_trades"] == sum(len(each.trades) for each in walk.results)
    assert walk.metrics["open_trades"] == len(last)
    assert walk.performance.profit_ratio[0] == walk.results[0].performance.profit_ratio[0]


def test_fees_are_those_of_the_account_as_it_was(walk: WalkForward) -> None:
    pairs = list(zip(walk.steps, walk.stitched.scales, strict=True))
    paid = sum(float(step.result.trades["fees"].sum()) * scale for step, scale in pairs if step.result)
    closing = sum(exit_fees(step) * scale for step, scale in pairs[:-1])
    assert walk.metrics["fees"] == pytest.approx(paid + closing)


def test_between_tests_apart_the_account_stays(bars: Bars) -> None:
    walk = walked(bars, step="15d")
    first, second = walk.steps[:2]
    begin, end = np.searchsorted(walk.stitched.close_time, (first.window.test_until + 1, second.window.test_since + 1))
    (left,) = set(walk.stitched.equity[begin:end].tolist())
    assert end - begin == 6 * 24
    assert left == pytest.approx(compounded(walk.steps)[1])


def test_after_ruin_nothing_is_traded(walk: WalkForward, bars: Bars) -> None:
    ruined = list(walk.steps)
    result = ruined[1].result
    assert result is not None
    down = np.linspace(10_000, -50, ruined[1].window.test_bars)
    ruined[1] = replace(ruined[1], result=replace(result, per_bar=lambda: down))
    whole = stitched(ruined, bars.time, bars.timeframe.nanoseconds, 10_000.0, 365)
    after = np.searchsorted(whole.close_time, ruined[2].window.test_since + 1)
    assert whole.scales[2:] == (0.0, 0.0, 0.0)
    assert len(set(whole.equity[after:].tolist())) == 1
    assert whole.equity[-1] < 0


def test_equity_has_a_value_a_utc_day_however_windows_lie(walk: WalkForward) -> None:
    # The bars begin at 07:00, so that every window begins in the middle of a day.
    times = walk.equity["time"].dt.epoch("ns").to_numpy()
    assert (times[:-1] % DAY == 0).all()
    assert (np.diff(times) == DAY).all()
    assert walk.windows["test_since"].dt.hour().unique().to_list() == [7]


def test_drawdown_and_exposure_are_those_of_all_bars(walk: WalkForward) -> None:
    equity = np.concatenate(([10_000], walk.equity_per_bar()["equity"].to_numpy()))
    deepest = max(1 - equity[i] / equity[: i + 1].max() for i in range(len(equity)))
    assert walk.metrics["max_drawdown"] == pytest.approx(deepest, rel=1e-12)
    held = sum(step.result.metrics["exposure"] * step.window.test_bars for step in walk.steps if step.result)
    assert walk.metrics["exposure"] == pytest.approx(held / sum(step.window.test_bars for step in walk.steps))


def shaken(bars: Bars, moment: int, seed: int) -> Bars:
    """The same bars up to a moment, and others from there on."""
    cut = bars.index_of(moment)
    factor = np.ones(len(bars))
    factor[cut:] = np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.02, len(bars) - cut)))
    columns = [getattr(bars, name) * factor for name in ("open", "high", "low", "close")]
    return Bars(bars.time, *columns, bars.volume, timeframe=bars.timeframe, symbol=bars.symbol)


@pytest.mark.parametrize("seed", range(3))
def test_what_comes_after_a_training_does_not_change_its_choice(bars: Bars, walk: WalkForward, seed: int) -> None:
    number = seed + 1
    window = walk.steps[number].window
    other = walked(shaken(bars, window.train_until, seed))
    assert not np.array_equal(other.stitched.equity, walk.stitched.equity)
    for before, after in zip(walk.steps[: number + 1], other.steps, strict=False):
        assert before.choice.parameters == after.choice.parameters
        assert same(list(before.choice.measures.values()), list(after.choice.measures.values()))
        assert same(before.choice.sharpes, after.choice.sharpes)


def test_a_gap_keeps_its_bars_out_of_the_training(bars: Bars) -> None:
    walk = walked(bars, gap="3d")
    window = walk.steps[2].window
    assert window.test_since - window.train_until == 3 * DAY
    other = walked(shaken(bars, window.train_until, 5), gap="3d")
    assert walk.steps[2].choice.parameters == other.steps[2].choice.parameters
    assert same(walk.steps[2].choice.sharpes, other.steps[2].choice.sharpes)


def test_indicators_look_back_beyond_the_window(bars: Bars) -> None:
    # Averages of 200 hours within tests of 60: without earlier bars there would be no signal.
    walk = walked(bars, test="60h", grid={"fast": [100], "slow": [200]})
    assert walk.metrics["trades"] + walk.metrics["open_trades"] > 0


def test_windows_without_enough_bars_are_skipped_named_and_flat(bars: Bars) -> None:
    moment = bars.time[0]
    kept = (bars.time < moment + 30 * DAY) | (bars.time >= moment + 43 * DAY)
    columns = [getattr(bars, name)[kept] for name in ("time", "open", "high", "low", "close", "volume")]
    holed = Bars(*columns, timeframe="1h", symbol="GEN/USD")
    walk = walked(holed)
    assert walk.skipped == {2: "the test has 0 bars, fewer than 10"}
    assert walk.windows["skipped"].to_list() == [None, "the test has 0 bars, fewer than 10", None, None, None]
    assert walk.windows["fast"][1] is None
    assert any("skipped windows, 1 of 5: 2 (the test has 0 bars" in text for text in walk.warnings)
    account = compounded(walk.steps)
    assert account[1] == account[2]
    assert walk.metrics["final_equity"] == pytest.approx(account[-1], rel=1e-12)


def test_a_last_window_too_short_is_skipped_and_named(bars: Bars) -> None:
    walk = walked(bars[: (25 + 9) * 24 + 9])
    assert walk.skipped == {2: "the test has 9 bars, fewer than 10"}
    walk = walked(bars[: (25 + 9) * 24 + 10])
    assert walk.skipped == {}
    assert walk.windows["test_bars"].to_list() == [216, 10]


def test_where_none_qualifies_the_window_is_skipped_and_the_account_stays(bars: Bars) -> None:
    grid = {"fast": [9], "slow": [30]}
    most = int(max(step.choice.measures["trades"] for step in walked(bars, grid=grid).steps))
    walk = walked(bars, grid=grid, min_trades=most)
    assert 0 < len(walk.skipped) < len(walk.steps)
    assert set(walk.skipped.values()) == {f"no combination made {most} trades in training"}
    for step in walk.steps:
        since, until = np.searchsorted(
            walk.stitched.close_time, (step.window.test_since + 1, step.window.test_until + 1)
        )
        assert until - since == step.window.test_bars
        assert (len(set(walk.stitched.equity[since:until].tolist())) == 1) == bool(step.skipped)


def test_all_windows_skipped_is_an_error_with_a_cure(bars: Bars) -> None:
    with pytest.raises(
        DataError, match=r"all 5 windows are skipped.*no combination made 999 trades.*combinations that"
    ):
        walked(bars, min_trades=999)


def test_a_range_limits_the_windows_and_not_the_history(bars: Bars) -> None:
    since = int(bars.time[0]) + 10 * DAY
    walk = walked(bars, since=since, until=since + 45 * DAY)
    assert [walk.steps[0].window.train_since, walk.steps[-1].window.test_until] == [since, since + 45 * DAY]
    single = tf.backtest(SmaCross(**walk.steps[0].choice.parameters or {}), bars, since=since, until=since + 25 * DAY)
    assert same(list(walk.steps[0].choice.measures.values()), list(single.metrics.values()))


@pytest.mark.slow
def test_several_symbols_share_one_wallet() -> None:
    both = {
        name: tf.generate_bars("1h", days=50, seed=seed, symbol=name) for seed, name in enumerate(("A/USD", "B/USD"))
    }
    walk = walk_forward(SmaCross, both, train="20d", test="10d", grid={"fast": [5, 10], "slow": [30]})
    step = walk.steps[1]
    single = tf.backtest(
        SmaCross(**step.choice.parameters or {}), both, since=step.window.test_since, until=step.window.test_until
    )
    assert step.result is not None
    assert same(list(step.result.metrics.values()), list(single.metrics.values()))
    assert set(walk.trades["symbol"]) == {"A/USD", "B/USD"}


def test_positions_that_a_test_cuts_short_are_told(bars: Bars) -> None:
    walk = walk_forward(BuyAndHold, bars, grid={"stop_loss": [0.5]}, **LAYOUT)
    assert (walk.metrics["trades"], walk.metrics["open_trades"]) == (4, 1)
    assert any("positions that were open where a test ended, 4" in text for text in walk.warnings)


def test_ctrl_c_keeps_the_windows_that_are_done(bars: Bars) -> None:
    def stop(done: int, of: int) -> None:
        assert of == 5
        if done == 2:
            raise KeyboardInterrupt

    walk = walked(bars, progress=stop)
    assert (walk.interrupted, len(walk.windows)) == (True, 2)
    assert "interrupted: 2 of 5 windows are done" in walk.warnings
    whole = walked(bars)
    assert walk.stitched.equity.tolist() == whole.stitched.equity[: len(walk.stitched.equity)].tolist()


def test_ctrl_c_before_the_first_window_is_done_is_an_interrupt(bars: Bars, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tradefleet.research.walk_forward.choice.Goal.best", stop)
    with pytest.raises(KeyboardInterrupt):
        walked(bars)


def test_a_sampler_chooses_among_what_it_drew_alike_each_time(bars: Bars) -> None:
    options: dict[str, Any] = {"trials": 4, "sampler": "random", "seed": 3, "test": "20d"}
    one, two = walked(bars, **options), walked(bars, **options)
    assert one.trials == 4 * len(one.windows)
    assert [step.choice.parameters for step in one.steps] == [step.choice.parameters for step in two.steps]
    everything = walked(bars, test="20d")
    for step, best in zip(one.steps, everything.steps, strict=True):
        assert (step.choice.parameters or {})["fast"] < (step.choice.parameters or {})["slow"]
        assert step.choice.measures["sharpe"] <= best.choice.measures["sharpe"]
        assert set(step.choice.sharpes) <= set(best.choice.sharpes)


@pytest.mark.parametrize(("options", "message"), [
    ({"objective": "sharp"}, "there is no measure 'sharp'; did you mean 'sharpe'"),
    ({"grid": {"fats": [1]}}, "sma_cross has no parameter 'fats'; did you mean 'fast'"),
    ({"train": "90d"}, "train 90d [+] test 9d is longer than the data.*give shorter windows, or more bars"),
    ({"train": "3M"}, "train is '3M'; write it as 252d"),
    ({"grid": {}}, "grid"),
    ({"grid": {"fast": "2:500:1", "slow": "2:500:1"}}, "the grid has 249,001 combinations.*trials=200"),
    ({"trials": 0}, "trials is 0; give 1 or more"),
])  # fmt: skip
def test_what_a_user_gets_wrong_is_one_line_with_the_cure(bars: Bars, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message) as found:
        walked(bars, **options)
    assert "\n" not in str(found.value)
    assert found.value.cure
