"""Backtests below a limit of memory: chunk by chunk, with the result of all bars at once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tradefleet as tf
from tradefleet.graph import Node, close, crossed_above, crossed_below, high, low, series, symbol, timeframe
from tradefleet.indicators import adx, atr, bollinger_bands, ema, macd, rsi, sma, stochastic
from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError
from tradefleet.market.generate import generate_bars
from tradefleet.market.resample import resample
from tradefleet.market.series import Series
from tradefleet.market.time import HOUR
from tradefleet.market.timeframe import Timeframe
from tradefleet.research import Data, Result, Scope, Settings, run_backtest
from tradefleet.research.memory import bars_at_a_time, memory_of
from tradefleet.strategies import Signals, Strategy, builtin_strategies
from tradefleet.trading.account import Account

EXAMPLES = int(os.environ.get("TRADEFLEET_EXAMPLES", "10"))
RELAXED = settings(
    deadline=None, suppress_health_check=list(HealthCheck), max_examples=EXAMPLES, derandomize=EXAMPLES < 1000
)
SYMBOLS = ("BTC/USD", "ETH/USD", "SOL/USD")


def gaps(bars: Bars, seed: int) -> Bars:
    """The bars with some of them absent, and a beginning and an end of their own."""
    random = np.random.default_rng(seed)
    kept = random.random(len(bars)) > 0.03
    begin, end = random.integers(0, 40, 2)
    kept[:begin], kept[len(bars) - end :] = False, False
    columns = (getattr(bars, name)[kept] for name in ("time", "open", "high", "low", "close", "volume"))
    return Bars(*columns, timeframe=bars.timeframe, symbol=bars.instrument)


FINE = {
    name: generate_bars("5m", days=20, seed=seed, symbol=name, price=50.0 * (seed + 1))
    for seed, name in enumerate(SYMBOLS)
}
HOURS = {name: gaps(resample(bars, "1h"), seed) for seed, (name, bars) in enumerate(FINE.items())}
FEAR = Series(
    "fear", HOURS["BTC/USD"].time[::7], np.round(50 + 30 * np.sin(np.arange(len(HOURS["BTC/USD"].time[::7]))), 1)
)
RATES = Series("rates", HOURS["BTC/USD"].time[0] + np.arange(120) * 8 * HOUR, 0.0004 * np.cos(np.arange(120)))


class Finer:
    """A source of five-minute bars."""

    def bars(self, symbol: str, timeframe: Any, since: Any = None, until: Any = None) -> Bars:
        return resample(FINE[symbol], timeframe).between(since, until)


DATA = Data({}, Finer(), {"fear": FEAR, "rates": RATES})  # type: ignore[arg-type]


def both(
    strategies: Strategy | Sequence[Strategy],
    bars: Bars | Mapping[str, Bars],
    size: int,
    account: Account | None = None,
    **scope: Any,
) -> tuple[Result, Result]:
    """The result of all bars at once, and of `size` bars at a time."""
    costs = Settings(account=account or Account(), slippage=0.0003)
    whole = run_backtest(strategies, bars, costs, Scope(**scope), DATA)
    with patch("tradefleet.research.backtest.bars_at_a_time", lambda *given: size):
        chunked = run_backtest(strategies, bars, costs, Scope(**scope), DATA, memory=1)
    return whole, chunked


def assert_same(whole: Result, chunked: Result) -> None:
    """The same trades, day ends, measures, counts and warnings, to the bit."""
    for name in ("position", "side", "entry_bar", "exit_bar", "entry_time", "exit_time", "quantity", "entry_price"):
        np.testing.assert_array_equal(getattr(chunked.ledger, name), getattr(whole.ledger, name), name)
    assert chunked.trades.equals(whole.trades)
    assert chunked.equity.equals(whole.equity)
    np.testing.assert_array_equal(chunked.leg_equity, whole.leg_equity)
    assert repr(chunked.metrics) == repr(whole.metrics)
    assert chunked.counts == whole.counts
    assert chunked.warnings == whole.warnings
    assert chunked.equity_per_bar().equals(whole.equity_per_bar())


# -- the same result ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(builtin_strategies()))
@pytest.mark.parametrize("size", [2, 61])
def test_built_in_strategy_gives_the_same_in_chunks(name: str, size: int) -> None:
    whole, chunked = both(builtin_strategies()[name](), HOURS["BTC/USD"], size)
    assert_same(whole, chunked)


SIGNALS: dict[str, tuple[Node, Node]] = {
    "ema": (crossed_above(ema(close, 5), ema(close, 13)), crossed_below(ema(close, 5), ema(close, 13))),
    "rsi": (rsi(close, 9) < 40, rsi(close, 9) > 60),
    "longer": (close > timeframe("4h").close, close < ema(timeframe("1d", offset="2h").close, 3)),
    "other": (
        close / symbol("SOL/USD").close > sma(close / symbol("SOL/USD").close, 20),
        rsi(symbol("SOL/USD", "4h").close, 3) > 70,
    ),
    "series": (series("fear") < 40, series("fear", max_age="3h") > 60),
    "bands": (close < bollinger_bands(close, 20).lower, macd(close).histogram > 0),
    "often": (close > 0, stochastic(5).k > 80),
    "never": (close < 0, close < 0),
}
LEVELS: dict[str, tuple[Any, ...]] = {
    "stop_loss": (None, 0.01, 2 * atr(14) / close, atr(7, on=timeframe("4h")) / close),
    "take_profit": (None, 0.02, 3 * atr(14) / close, [(0, 0.03), (24, 0.005)]),
    "trailing_stop": (None, 0.015, atr(14) / close),
    "trailing_distance": (None, 3 * atr(14), (high - low) * 2),
    "break_even": (None, 0.01),
    "max_bars": (None, 12, 5 + adx(14) / 10),
    "limit": (None, close * 0.998, low),
    "expiry": (None, 3),
    "priority": (None, rsi(close, 14)),
    "size": (None, 0.5, "risk:0.01", "amount:2000", "volatility:0.3", "kelly:0.5", 0.2 + rsi(close, 14) / 200),
    "scale_out": (None, [(0.01, 0.5), (0.02, 0.25)]),
}
ACCOUNTS = {
    "spot": Account(),
    "perpetual": Account(market="perpetual", leverage=5, funding=0.0002),
    "published funding": Account(market="perpetual", leverage=3, funding="rates", slippage_impact=0.01),
    "spread": Account(spread=0.05, slippage_range=0.05),
    "limits": Account(max_open_positions=2, max_exposure=0.8),
    "swaps": Account(market="forex", leverage=10, swap_long=0.001, swap_short=-0.0005),
}


@st.composite
def strategies(draw: st.DrawFn) -> Strategy:
    """A strategy of random signals, levels and parameters."""
    enter, leave = SIGNALS[draw(st.sampled_from(sorted(SIGNALS)))]
    fields: dict[str, Any] = {"enter_long": enter, "exit_long": leave}
    if draw(st.booleans()):
        fields |= {"enter_short": leave, "exit_short": enter}
    chosen = draw(st.fixed_dictionaries({name: st.sampled_from(options) for name, options in LEVELS.items()}))
    fields |= {name: value for name, value in chosen.items() if value is not None}
    if isinstance(fields.get("size"), str) and fields["size"].startswith("risk"):
        fields.setdefault("stop_loss", 0.02)
    if "limit" not in fields:
        fields.pop("expiry", None)
    size = fields.pop("size", 0.3)
    given_ = {"cooldown": draw(st.sampled_from([0, 3])), "pyramiding": draw(st.sampled_from([0, 1]))}
    given_["session"] = draw(st.sampled_from(["", "08:00-17:00 Europe/London mon-fri"]))
    made: type[Strategy] = type(
        "Made",
        (Strategy,),
        {"signals": lambda self: Signals(**fields, **({} if isinstance(size, str) else {"size": size}))},
    )
    side = "both" if "enter_short" in fields else "long"
    return made(side=side, **given_, **({"size": size} if isinstance(size, str) else {}))


@given(
    strategy=strategies(),
    account=st.sampled_from(sorted(ACCOUNTS)),
    size=st.sampled_from([3, 20, 97, 400]),
    since=st.sampled_from([None, "2024-01-08"]),
    finer=st.booleans(),
)
@RELAXED
def test_any_strategy_gives_the_same_in_chunks(
    strategy: Strategy, account: str, size: int, since: str | None, finer: bool
) -> None:
    detail = Timeframe.parse("5m") if finer and account != "spread" else None
    assert_same(*both(strategy, HOURS["BTC/USD"], size, ACCOUNTS[account], since=since, detail=detail))


@given(
    chosen=st.lists(strategies(), min_size=1, max_size=2),
    account=st.sampled_from(sorted(ACCOUNTS)),
    size=st.sampled_from([5, 40, 97, 300]),
    since=st.sampled_from([None, "2024-01-08"]),
    finer=st.booleans(),
)
@RELAXED
def test_several_legs_give_the_same_in_chunks(
    chosen: list[Strategy], account: str, size: int, since: str | None, finer: bool
) -> None:
    detail = Timeframe.parse("5m") if finer and account != "spread" else None
    assert_same(*both(chosen, HOURS, size, ACCOUNTS[account], since=since, detail=detail))


def test_chunks_have_trades_to_compare() -> None:
    # The tests above would pass on runs without trades.
    whole, chunked = both([one(size="amount:200") for one in builtin_strategies().values()], HOURS, 50)
    assert len(whole.trades) > 100
    assert_same(whole, chunked)


# -- the limit ----------------------------------------------------------------------------------------------------


def test_memory_is_a_number_with_its_unit() -> None:
    assert [memory_of(text) for text in ("500MB", "2 gb", "1.5GiB", 10)] == [500_000_000, 2 * 10**9, 3 * 2**29, 10]


@pytest.mark.parametrize("text", ["500", "MB", "0MB", "-1GB", "many", 0, True, 1.5])
def test_anything_else_is_refused_with_the_cure(text: Any) -> None:
    with pytest.raises(ParameterError, match="write it as 500MB or 2GB"):
        memory_of(text)


def long_bars(count: int) -> Bars:
    """So many minutes that do not move."""
    price = np.full(count, 100.0)
    return Bars(np.arange(count) * 60 * 10**9, *[price] * 5, timeframe="1m", symbol="X")


def at_a_time(memory: str, strategy: Strategy, bars: Bars) -> int | None:
    return bars_at_a_time(memory_of(memory), [strategy], {bars.symbol: bars}, Settings(), Scope())


def many_indicators(count: int) -> Strategy:
    total = sum((sma(close, 10 + i) for i in range(count)), start=close)
    nodes = {"enter_long": total > close, "exit_long": total < close}
    made: type[Strategy] = type("Many", (Strategy,), {"signals": lambda self: Signals(**nodes)})
    return made()


def test_below_the_limit_all_bars_are_taken_at_once() -> None:
    bars = long_bars(500_000)
    assert at_a_time("500MB", many_indicators(5), bars) is None
    assert at_a_time("270MB", many_indicators(5), bars) is not None


def test_wide_plans_go_by_fewer_bars() -> None:
    bars = long_bars(500_000)
    nodes = {"enter_long": close > 0}
    for i in range(400):
        nodes["enter_long"] = nodes["enter_long"] & (sma(close, 10 + i) > sma(close, 11 + i))
    wide: type[Strategy] = type("Wide", (Strategy,), {"signals": lambda self: Signals(**nodes)})
    few, more = (at_a_time(memory, wide(), bars) for memory in ("252MB", "260MB"))
    assert few is not None and more is not None and few < more


def test_too_little_memory_for_the_bars_says_how_much_is_needed() -> None:
    with pytest.raises(ParameterError, match=r"memory is 240MB: 500,000 bars.* need 2\d\dMB; give 2\d\dMB or more"):
        at_a_time("240MB", many_indicators(5), long_bars(500_000))


def test_memory_reaches_the_run_from_outside() -> None:
    bars = HOURS["BTC/USD"]
    assert tf.backtest("ema_cross", bars, memory="2GB").trades.equals(tf.backtest("ema_cross", bars).trades)
    with pytest.raises(ParameterError, match="memory is 1MB"):
        tf.backtest("ema_cross", bars, memory="1MB")
