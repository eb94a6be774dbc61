"""Backtests as users call them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tradefleet.app.data import read_series
from tradefleet.app.given import by_symbol, from_source, instance_of, settings_of
from tradefleet.market.bars import Bars
from tradefleet.market.errors import DataError
from tradefleet.market.series import Series
from tradefleet.market.source import BarSource
from tradefleet.market.time import TimeLike
from tradefleet.market.timeframe import Timeframe
from tradefleet.research import Data, Result, Scope, Settings, run_backtest
from tradefleet.research.memory import memory_of
from tradefleet.strategies import Strategy
from tradefleet.trading.account import Account


def backtest(
    strategy: Strategy | type[Strategy] | str | Sequence[Strategy | type[Strategy] | str],
    bars: Bars | Mapping[str, Bars] | BarSource,
    *,
    cash: float | None = None,
    fee: float | None = None,
    slippage: float = 0.0,
    account: Account | None = None,
    symbols: Sequence[str] = (),
    timeframe: str | Timeframe | None = None,
    since: TimeLike | None = None,
    until: TimeLike | None = None,
    anchor: TimeLike | None = None,
    detail: str | Timeframe | Bars | None = None,
    series: Mapping[str, Series] | None = None,
    source: BarSource | None = None,
    memory: str | int | None = None,
) -> Result:
    """Simulate a strategy on bars, by the rule book that also trades live.

    `strategy` is an instance, a class or a name; several share one wallet. `bars` are those of one symbol, a mapping of
    several, or a source of those of `symbols` and `timeframe`. `fee` and `slippage` are fractions, a side; what the
    account names itself comes before them. Bars that open before `since` only warm the indicators up:
    as many as they need to settle, or those from `anchor` on, as searches feed all there are. `detail` is a
    shorter timeframe, or its bars, that tells the order inside a bar. `series` are published values by name; other
    symbols and finer bars come from `bars` and `source`. Where a run would need more `memory` than this (`500MB`), it
    goes by some bars at a time: slower, with the same result.

    >>> import tradefleet as tf
    >>> result = tf.backtest("ema_cross", tf.generate_bars("1h", days=60, seed=1))
    >>> len(result.trades) > 0
    True
    """
    terms = terms_of(
        bars, cash=cash, fee=fee, slippage=slippage, account=account, symbols=symbols, timeframe=timeframe,
        since=since, until=until, anchor=anchor, detail=detail, series=series, source=source, memory=memory,
    )  # fmt: skip
    several = isinstance(strategy, Sequence) and not isinstance(strategy, str)
    return terms.run([instance_of(one) for one in (strategy if several else (strategy,))])  # type: ignore[union-attr]


@dataclass(frozen=True, eq=False)
class Terms:
    """All that a backtest is given but its strategies."""

    bars: Mapping[str, Bars]
    settings: Settings
    scope: Scope
    data: Data
    memory: int | None

    def run(self, strategies: Sequence[Strategy], threads: int | None = None) -> Result:
        """The strategies simulated on one wallet."""
        return run_backtest(
            strategies, self.bars, self.settings, self.scope, self.data, threads=threads, memory=self.memory
        )


def terms_of(
    bars: Bars | Mapping[str, Bars] | BarSource,
    *,
    cash: float | None = None,
    fee: float | None = None,
    slippage: float = 0.0,
    account: Account | None = None,
    symbols: Sequence[str] = (),
    timeframe: str | Timeframe | None = None,
    since: TimeLike | None = None,
    until: TimeLike | None = None,
    anchor: TimeLike | None = None,
    detail: str | Timeframe | Bars | None = None,
    series: Mapping[str, Series] | None = None,
    source: BarSource | None = None,
    memory: str | int | None = None,
) -> Terms:
    """The terms that the arguments of `backtest` make."""
    settings = settings_of(cash, fee, slippage, account)
    if not isinstance(bars, Bars | Mapping) and hasattr(bars, "bars"):
        source = source or bars
        bars = from_source(bars, symbols, timeframe, until)
    traded = by_symbol(bars)
    finer, detail = (detail, detail.timeframe) if isinstance(detail, Bars) else (None, detail)
    scope = Scope(since, until, None if detail is None else Timeframe.parse(detail), anchor)
    data = Data({}, _Finer(finer, source) if finer is not None else source, series or {}, read_series)
    return Terms(traded, settings, scope, data, None if memory is None else memory_of(memory))


class _Finer:
    """A source that has some bars at hand, and asks another for the rest."""

    def __init__(self, own: Bars, other: BarSource | None) -> None:
        self._own = own
        self._other = other

    def bars(
        self,
        symbol: str,
        timeframe: str | Timeframe,
        since: TimeLike | None = None,
        until: TimeLike | None = None,
    ) -> Bars:
        """The bars at hand where they are what is asked for."""
        if (symbol, Timeframe.parse(timeframe)) == (self._own.symbol, self._own.timeframe):
            return self._own.between(since, until)
        if self._other is None:
            raise DataError(
                f"there are no {timeframe} bars of {symbol}", cure="give a source of them: source=tf.catalog()"
            )
        return self._other.bars(symbol, timeframe, since, until)
