"""Backtests of strategies that act bar by bar: the same trades as signals give, run by run, leg by leg."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tradefleet.graph import close, high, low, timeframe, volume
from tradefleet.indicators import atr, ema, macd, sma
from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError, StrategyError
from tradefleet.market.generate import generate_bars
from tradefleet.market.resample import resample
from tradefleet.market.source import BarSource
from tradefleet.market.time import format_time
from tradefleet.market.timeframe import Timeframe
from tradefleet.research import Data, Result, Scope, Settings, run_backtest
from tradefleet.strategies import (
    BollingerReversion,
    DonchianBreakout,
    EmaCross,
    RsiReversion,
    Signals,
    SmaCross,
    Strategy,
    param,
)
from tradefleet.strategies.on_bar import Bar, TradingAccount
from tradefleet.trading.account import Account

HOURS = generate_bars("1h", days=150, seed=4)
OTHER = generate_bars("1h", days=120, seed=5, symbol="ETH/USD")
MINUTES = generate_bars("5m", days=150, seed=4)
CONDITIONS = ("enter_long", "exit_long", "enter_short", "exit_short")


def mirror(cls: type[Strategy]) -> type[Strategy]:
    """The same strategy, told bar by bar: its conditions are indicators that `on_bar` obeys."""

    def indicators(self: Strategy) -> Any:
        signals = cls.signals(self)
        return {name: getattr(signals, name) for name in CONDITIONS if getattr(signals, name) is not False}

    def on_bar(self: Strategy, bar: Bar, account: TradingAccount) -> None:
        said = {name: name in bar.names and bar[name] for name in CONDITIONS}
        if (account.position > 0 and said["exit_long"]) or (account.position < 0 and said["exit_short"]):
            account.exit()
        if said["enter_long"] and not said["exit_long"]:
            account.enter("long")
        if said["enter_short"] and not said["exit_short"]:
            account.enter("short")

    return type(cls.__name__, (cls,), {"indicators": indicators, "on_bar": on_bar})


def run(
    strategy: Any, bars: Any = HOURS, account: Account | None = None, data: Data | None = None, **scope: Any
) -> Any:
    settings = Settings(fee=0.0007, slippage=0.0003, account=account or Account())
    return run_backtest(strategy, bars, settings, Scope(**scope), data)


def assert_same(ours: Result, theirs: Result) -> None:
    assert len(theirs.trades) > 10
    drop = [name for name in ("tag", "strategy") if name in theirs.trades.columns]
    assert ours.trades.drop(drop).equals(theirs.trades.drop(drop))
    assert dict(ours.metrics) == dict(theirs.metrics)
    assert ours.counts == theirs.counts
    assert np.array_equal(ours.per_bar(), theirs.per_bar())


# -- the same as signals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", [EmaCross, SmaCross, RsiReversion, BollingerReversion, DonchianBreakout])
@pytest.mark.parametrize("side", ["long", "short", "both"])
def test_it_trades_as_the_same_signals_do(cls: type[Strategy], side: str) -> None:
    assert_same(run(mirror(cls)(side=side), MINUTES[:9000]), run(cls(side=side), MINUTES[:9000]))


@pytest.mark.parametrize(
    "parameters",
    [
        {"stop_loss": 0.01, "take_profit": 0.02},
        {"stop_loss": 0.01, "reward_risk": 1.5, "cooldown": 4},
        {"trailing_stop": 0.015, "max_bars": 30},
        {"stop_loss": 0.02, "break_even": 0.005, "trailing_stop": 0.03},
        {"pyramiding": 2, "stop_loss": 0.02, "size": 0.3},
        {"session": "08:00-17:00 Europe/London mon-fri", "stop_loss": 0.01},
        {"size": "risk:0.01", "stop_loss": 0.02},
        {"size": "volatility:0.2,bars=50"},
        {"size": "kelly:0.5,trades=5"},
    ],
    ids=str,
)
def test_it_follows_every_parameter_as_signals_do(parameters: dict[str, Any]) -> None:
    chosen = {"fast": 5, "slow": 13, "side": "both", **parameters}
    assert_same(run(mirror(EmaCross)(**chosen)), run(EmaCross(**chosen)))


@pytest.mark.parametrize(
    "terms",
    [
        {"market": "perpetual", "leverage": 5, "funding": 0.0003},
        {"market": "perpetual", "leverage": 20, "maker": -0.0001, "taker": 0.0004, "liquidation_fee": 0.01},
        {"market": "forex", "leverage": 10, "swap_long": -0.5, "swap_short": 0.25, "spread": 0.8, "commission": 0.05},
        {"slippage_impact": 0.01, "slippage_range": 0.05, "lot": "0.01", "tick": "0.5", "min_notional": 10},
        {"max_exposure": 0.5},
        {"currency": "BTC", "cash": 5.0},
    ],
    ids=str,
)
def test_it_keeps_to_the_account_as_signals_do(terms: dict[str, Any]) -> None:
    bars = generate_bars("1h", days=150, seed=4, symbol="BTC/USD")
    chosen = {"fast": 5, "slow": 13, "side": "both", "stop_loss": 0.02, "take_profit": 0.03, "trailing_stop": 0.025}
    account = Account(**terms)
    assert_same(run(mirror(EmaCross)(**chosen), bars, account), run(EmaCross(**chosen), bars, account))


class Finer(BarSource):
    """Has the five-minute bars of an hour."""

    def bars(self, symbol: str, timeframe: Any, since: Any = None, until: Any = None) -> Bars:
        return MINUTES.between(since, until)


def test_finer_bars_tell_the_order_within_a_bar_as_for_signals() -> None:
    hours = resample(MINUTES, "1h")
    chosen = {"fast": 3, "slow": 8, "side": "both", "stop_loss": 0.004, "take_profit": 0.004}
    data = Data({hours.symbol: hours}, source=Finer())
    scope = {"detail": Timeframe.parse("5m")}
    ours = run(mirror(EmaCross)(**chosen), hours, data=data, **scope)
    theirs = run(EmaCross(**chosen), hours, data=data, **scope)
    assert theirs.counts["resolved_exits"] > 0
    assert_same(ours, theirs)


def test_from_a_later_start_it_trades_as_signals_do() -> None:
    chosen = {"fast": 5, "slow": 40, "stop_loss": 0.01}
    scope = {"since": "2024-02-10", "until": "2024-05-01"}
    ours, theirs = run(mirror(EmaCross)(**chosen), **scope), run(EmaCross(**chosen), **scope)
    assert ours.anchor == theirs.anchor
    assert_same(ours, theirs)


def test_two_symbols_on_one_wallet_trade_as_signals_do() -> None:
    bars = {each.symbol: each for each in (HOURS, OTHER)}
    chosen = {"fast": 5, "slow": 13, "side": "both", "stop_loss": 0.02, "trailing_stop": 0.03, "size": 0.8}
    for terms in ({}, {"max_open_positions": 1}, {"max_exposure": 1.0, "market": "perpetual", "leverage": 3}):
        account = Account(**terms)
        ours, theirs = run(mirror(EmaCross)(**chosen), bars, account), run(EmaCross(**chosen), bars, account)
        assert_same(ours, theirs)
        assert np.array_equal(ours.leg_equity, theirs.leg_equity)


class Resting(Strategy):
    """Buys below the market, by a limit order."""

    size = 0.5

    def signals(self) -> Signals:
        fast, slow = ema(close, 5), ema(close, 13)
        return Signals(
            enter_long=fast > slow,
            exit_long=fast < slow,
            limit=0.998 * close,
            expiry=3,
            stop_loss=atr(14) / close,
            take_profit=0.01,
            priority=atr(14) / close,
        )


def test_strategies_with_and_without_signals_share_one_wallet() -> None:
    bars = {each.symbol: each for each in (HOURS, OTHER)}
    chosen = {"fast": 5, "slow": 13, "stop_loss": 0.02, "size": 0.4}
    for terms in ({}, {"max_open_positions": 2}):
        ours = run([mirror(EmaCross)(**chosen), Resting()], bars, Account(**terms))
        theirs = run([EmaCross(**chosen), Resting()], bars, Account(**terms))
        assert_same(ours, theirs)


class RestingBarByBar(Resting):
    """The same told bar by bar: a new signal replaces the order, an exit cancels it."""

    def indicators(self) -> Any:
        return {"fast": ema(close, 5), "slow": ema(close, 13), "range": atr(14)}

    def on_bar(self, bar: Bar, account: TradingAccount) -> None:
        if bar.fast < bar.slow:
            account.cancel()
            account.exit()
        elif bar.fast > bar.slow and not account.position:
            account.cancel()
            stop = bar.range / bar.close
            account.limit("buy", 0.998 * bar.close, expiry=3, stop_loss=stop, take_profit=0.01)


def test_limit_orders_fill_as_those_of_signals_do() -> None:
    assert_same(run(RestingBarByBar()), run(Resting()))


def test_reward_to_risk_goes_by_the_stop_that_is_given() -> None:
    class Given(Strategy):
        def on_bar(self, bar: Bar, account: TradingAccount) -> None:
            if not account.position:
                account.enter("long", stop_loss=0.01)

    trades = run(Given(reward_risk=2.0, stop_loss=0.05)).trades
    won = [t["exit_price"] / t["entry_price"] for t in trades.to_dicts() if t["exit_reason"] == "take_profit"]
    assert len(won) > 5
    assert min(won) == pytest.approx(1.02, abs=1e-3)


# -- what on_bar is given ---------------------------------------------------------------------------------------------


def watching(indicators: Any, seen: list[Bar]) -> Strategy:
    cls = type(
        "Watching",
        (Strategy,),
        {"indicators": lambda self: indicators, "on_bar": lambda self, bar, account: seen.append(bar)},
    )
    return cls()


def test_indicators_are_those_of_the_bar_and_there_from_the_first_one() -> None:
    seen: list[Bar] = []
    day = timeframe("4h")
    found = run(watching({"mean": sma(close, 20), "day": day.close, "wide": high - low, "up": close > 0}, seen))
    assert format_time(seen[0].time) == format_time(int(HOURS.time[19]))
    assert len(seen) == len(HOURS) - 19
    for bar in seen[:50]:
        row = int(np.searchsorted(HOURS.time, bar.time))
        assert bar.mean == pytest.approx(HOURS.close[row - 19 : row + 1].mean())
        assert bar.wide == HOURS.high[row] - HOURS.low[row]
        assert bar.day == HOURS.close[(row + 1) // 4 * 4 - 1]
        assert bar.up is True
        assert bar.volume == HOURS.volume[row]
    assert "there was no trade" in found.warnings


def test_only_simulated_bars_are_told_of() -> None:
    seen: list[Bar] = []
    run(watching({"mean": sma(close, 20)}, seen), since="2024-02-01", until="2024-02-03")
    assert [format_time(bar.time)[:13] for bar in (seen[0], seen[-1])] == ["2024-02-01T00", "2024-02-02T23"]


class Counting(Strategy):
    """Keeps something on itself."""

    every = param(50, 1, 1000)

    def start(self) -> None:
        self.bars = 0

    def on_bar(self, bar: Bar, account: TradingAccount) -> None:
        self.bars += 1
        if self.bars % self.every == 0:
            account.enter("long", max_bars=7, tag="even" if self.bars % (2 * self.every) == 0 else "odd")


def test_two_runs_are_equal_to_the_bit_and_leave_the_strategy_as_it_was() -> None:
    strategy = Counting(stop_loss=0.01)
    first, second = run(strategy), run(strategy)
    assert len(first.trades) > 20
    assert first.trades.equals(second.trades)
    assert dict(first.metrics) == dict(second.metrics)
    assert first.per_bar()[-1] == first.metrics["final_equity"]
    assert not hasattr(strategy, "bars")


def test_each_symbol_has_a_strategy_of_its_own() -> None:
    both = run(Counting(), {each.symbol: each for each in (HOURS, OTHER)})
    alone = run(Counting(), OTHER)
    entries = [t["entry_time"] for t in both.trades.to_dicts() if t["symbol"] == "ETH/USD"]
    assert entries == alone.trades["entry_time"].to_list()


# -- errors -----------------------------------------------------------------------------------------------------------


def failing(body: str, folder: Path, name: str = "Failing", **parameters: Any) -> Strategy:
    """A strategy from a file whose on_bar has this body in line 5."""
    file = folder / "failing.py"
    head = f"from tradefleet import Strategy\n\nclass {name}(Strategy):\n    def on_bar(self, bar, account):\n"
    file.write_text(f"{head}        {body}\n")
    space: dict[str, Any] = {}
    exec(compile(file.read_text(), str(file), "exec"), space)
    made: Strategy = space[name](**parameters)
    return made


@pytest.mark.parametrize(
    ("body", "message", "cure"),
    [
        ("1 / 0", "on_bar of Failing raised ZeroDivisionError: division by zero", "mend the strategy at that line"),
        ("bar.clsoe", "on_bar of Failing: the bar has no 'clsoe'", "did you mean 'close'?"),
        ("bar['clsoe']", "on_bar of Failing: the bar has no 'clsoe'", "did you mean 'close'?"),
        ("account.enter('lng')", "enter was given the side 'lng'", "did you mean 'long'?"),
        ("account.enter('buy')", "enter was given the side 'buy'", 'write "long"'),
        ("account.limit('sell', '101')", "price is '101'", "give a number"),
        ("account.limit('sell', 101, expiry=-1)", "expiry is -1", "give a number of bars"),
        ("account.enter('long', -1)", "size is -1", "give a positive number"),
        ("account.enter('long', 5.0)", "size is 5, more than 1 times the equity", "give a fraction such as 0.99"),
        ("account.enter('long', 'risk:0.01')", "there is no stop_loss", "give stop_loss, such as 0.02"),
        ("account.enter('long', 'volatility:0.2')", "size is volatility:0.2", 'size = "volatility:0.2"'),
        ("account.enter('long'); account.enter('long')", "was called twice at one close", "call it once"),
        ("account.enter('long', stop_loss='1%')", "stop_loss is '1%'", "give a number"),
        ("account.enter('long', tag=3)", "tag is 3", "give text"),
        ("account.cancel(7)", "cancel was given 7", "give one of account.orders"),
        ("account.enter('long', stoploss=0.02)", "unexpected keyword argument 'stoploss'", "mend the strategy"),
    ],
)
def test_an_error_names_class_line_symbol_and_bar(body: str, message: str, cure: str, tmp_path: Path) -> None:
    strategy = failing(body, tmp_path)
    with pytest.raises((StrategyError, ParameterError)) as caught:
        run(strategy, OTHER)
    error = caught.value
    assert message in error.message
    assert "Failing" in error.message
    assert error.where == f"{tmp_path / 'failing.py'}:5 (ETH/USD, the bar of {format_time(int(OTHER.time[0]))})"
    assert cure in error.cure


def test_a_failing_start_is_named_too() -> None:
    cls = type("Bad", (Counting,), {"start": lambda self: [][0]})
    with pytest.raises(StrategyError, match="start of Bad raised IndexError"):
        run(cls())


@pytest.mark.parametrize(
    ("given", "message", "cure"),
    [
        ([1], "indicators gave list", "return a mapping"),
        ({"fast": "x"}, "the indicator 'fast' is 'x'", "give an expression"),
        ({"all": macd(close)}, "the indicator 'all' is", r"choose one output of it: \.macd"),
        ({"close": close}, "an indicator cannot be called 'close'", "choose another name"),
        ({"a b": close}, "an indicator is called 'a b'", "choose a plain name"),
    ],
)
def test_wrong_indicators_are_refused(given: Any, message: str, cure: str) -> None:
    with pytest.raises(StrategyError, match=message) as caught:
        run(watching(given, []))
    assert caught.match(cure)
    assert "test_on_bar.py" in caught.value.where


def test_a_strategy_that_acts_bar_by_bar_has_no_signals() -> None:
    with pytest.raises(StrategyError, match="decides in on_bar"):
        Counting().signals()


def test_nan_is_passed_on() -> None:
    seen: list[Bar] = []
    bars = Bars(HOURS.time, *[getattr(HOURS, n) for n in ("open", "high", "low", "close")], np.zeros(len(HOURS)),
                timeframe="1h", symbol="X")  # fmt: skip
    run(watching({"odd": close / volume}, seen), bars)
    assert all(math.isnan(bar.odd) for bar in seen)
