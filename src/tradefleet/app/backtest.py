"""Backtests as users call them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError, StrategyError
from tradefleet.market.time import TimeLike
from tradefleet.research import Result, Settings, run_backtest
from tradefleet.strategies import Strategy, load_strategy


def backtest(
    strategy: Strategy | type[Strategy] | str,
    bars: Bars | Mapping[str, Bars],
    *,
    cash: float = 10_000.0,
    fee: float = 0.001,
    slippage: float = 0.0,
    since: TimeLike | None = None,
    until: TimeLike | None = None,
) -> Result:
    """Simulate a strategy on bars, by the rule book that also trades live.

    `strategy` is an instance, a class or a name; `fee` and `slippage` are fractions, a side. Bars that open before
    `since` only warm the indicators up.

    >>> import tradefleet as tf
    >>> result = tf.backtest("ema_cross", tf.generate_bars("1h", days=60, seed=1))
    >>> len(result.trades) > 0
    True
    """
    return run_backtest(_instance(strategy), _one(bars), Settings(cash, fee, slippage), since=since, until=until)


def _instance(strategy: Any) -> Strategy:
    if isinstance(strategy, str):
        strategy = load_strategy(strategy)
    if isinstance(strategy, type) and issubclass(strategy, Strategy):
        return strategy()
    if not isinstance(strategy, Strategy):
        raise StrategyError(f"{strategy!r} is not a strategy", cure="give an instance such as EmaCross(fast=12)")
    return strategy


def _one(bars: Any) -> Bars:
    if isinstance(bars, Bars):
        return bars
    if isinstance(bars, Mapping) and len(bars) == 1:
        return _one(next(iter(bars.values())))
    if isinstance(bars, Mapping):
        raise ParameterError(f"bars of {len(bars)} symbols", cure="give the bars of one symbol at a time")
    raise ParameterError(
        f"bars is a {type(bars).__name__}", cure='give Bars: tf.read_bars(...), tf.catalog().bars("BTC/USDT", "1m")'
    )
