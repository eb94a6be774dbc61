"""What users hand over, in the forms that the rest works with: strategies, bars, settings."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError, StrategyError
from tradefleet.market.source import BarSource
from tradefleet.market.time import TimeLike
from tradefleet.market.timeframe import Timeframe
from tradefleet.research import Settings
from tradefleet.strategies import Strategy, load_strategy
from tradefleet.trading.account import Account


def instance_of(strategy: Any) -> Strategy:
    """A strategy from a name, a class or an instance."""
    if isinstance(strategy, str):
        strategy = load_strategy(strategy)
    if isinstance(strategy, type) and issubclass(strategy, Strategy):
        return strategy()
    if not isinstance(strategy, Strategy):
        raise StrategyError(f"{strategy!r} is not a strategy", cure="give an instance such as EmaCross(fast=12)")
    return strategy


def searched(strategy: Any) -> tuple[type[Strategy], dict[str, Any]]:
    """The class of a strategy that is a name, a class or an instance, and the values that the instance was given."""
    if isinstance(strategy, str):
        strategy = load_strategy(strategy)
    if isinstance(strategy, type) and issubclass(strategy, Strategy):
        return strategy, {}
    if not isinstance(strategy, Strategy):
        raise StrategyError(f"{strategy!r} is not a strategy", cure="give a class such as EmaCross")
    # A copy has read none of its parameters.
    fresh = strategy.for_symbol("")
    names = [name for name in (*fresh.declared(), "size") if fresh.given_and_unread(name)]
    return type(strategy), {name: strategy.parameters[name] for name in names}


def code_of(strategy: type[Strategy]) -> str:
    """A hash of the strategy's source: of its whole module where it can be read, else of its name."""
    try:
        text = inspect.getsource(inspect.getmodule(strategy) or strategy)
    except (OSError, TypeError):
        text = f"{strategy.__module__}.{strategy.__qualname__}"
    return blake2b(text.encode(), digest_size=8).hexdigest()


def by_symbol(bars: Any) -> dict[str, Bars]:
    """Bars by their symbol, from those of one or a mapping of several."""
    if isinstance(bars, Bars):
        return {bars.symbol: bars}
    if isinstance(bars, Mapping) and all(isinstance(each, Bars) for each in bars.values()):
        return dict(bars)
    raise ParameterError(
        f"bars is a {type(bars).__name__}", cure='give Bars: tf.read_bars(...), tf.catalog().bars("BTC/USDT", "1m")'
    )


def from_source(
    source: BarSource, symbols: Sequence[str], timeframe: str | Timeframe | None, until: TimeLike | None
) -> dict[str, Bars]:
    """The bars of some symbols from a source of them."""
    if not symbols or timeframe is None:
        raise ParameterError(
            "bars is a source, but symbols or timeframe are not given", cure='add symbols=["BTC/USDT"], timeframe="1h"'
        )
    return {symbol: source.bars(symbol, timeframe, until=until) for symbol in symbols}


def settings_of(cash: float | None, fee: float | None, slippage: float, account: Account | None) -> Settings:
    """The settings of a search; what is not given is the account's, else 10,000 of cash and a fee of 0.001."""
    given = account or Account()
    own_cash = 10_000.0 if given.cash is None else given.cash
    own_fee = 0.001 if given.fee is None else given.fee
    return Settings(own_cash if cash is None else cash, own_fee if fee is None else fee, slippage, given)
