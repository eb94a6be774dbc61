"""Checks of strategies as users call them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tradefleet.app.data import read_series
from tradefleet.app.given import by_symbol, from_source, instance_of
from tradefleet.market.bars import Bars, check_range
from tradefleet.market.errors import ParameterError
from tradefleet.market.series import Series
from tradefleet.market.source import BarSource
from tradefleet.market.time import TimeLike
from tradefleet.market.timeframe import Timeframe
from tradefleet.research import Data, Settings
from tradefleet.research.check import CheckResult, run_check
from tradefleet.research.check.run import MOST_BARS
from tradefleet.strategies import Strategy
from tradefleet.trading.account import Account


def check(
    strategy: Strategy | type[Strategy] | str | Sequence[Strategy | type[Strategy] | str],
    bars: Bars | Mapping[str, Bars] | BarSource,
    *,
    symbols: Sequence[str] = (),
    timeframe: str | Timeframe | None = None,
    since: TimeLike | None = None,
    until: TimeLike | None = None,
    series: Mapping[str, Series] | None = None,
    source: BarSource | None = None,
    account: Account | None = None,
    most_bars: int = MOST_BARS,
    seed: int = 1,
) -> CheckResult:
    """Look for look-ahead in a strategy, and for what cannot be trusted at its start.

    Strategies and bars are given as to `backtest`; of those that open in [since, until) the first `most_bars` are used,
    and as many more as the indicators need to settle. `account` is that of strategies that act bar by bar. The result
    has findings, each with the column, by how many bars it looks ahead, since when, and the cure; `result.clean` is
    false where one is an error. `seed` chooses where the bars are cut.

    >>> import tradefleet as tf
    >>> result = check("ema_cross", tf.generate_bars("1h", days=60, seed=1))
    >>> result.clean, len(result.findings)
    (True, 0)
    """
    if isinstance(most_bars, bool) or not isinstance(most_bars, int) or most_bars < 1:
        raise ParameterError(f"the most bars to use are {most_bars!r}", cure="give a whole number such as 20000")
    check_range(since, until)
    several = isinstance(strategy, Sequence) and not isinstance(strategy, str)
    strategies = [instance_of(one) for one in (strategy if several else (strategy,))]  # type: ignore[union-attr]
    if not isinstance(bars, Bars | Mapping) and hasattr(bars, "bars"):
        source = source or bars
        bars = from_source(bars, symbols, timeframe, until)
    chosen = {name: each.between(since, until) for name, each in by_symbol(bars).items()}
    data = Data({}, source, series or {}, read_series)
    settings = Settings(account=account or Account())
    return run_check(strategies, chosen, settings, data, most=most_bars, seed=seed)
