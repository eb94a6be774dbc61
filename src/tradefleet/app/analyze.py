"""Analyses as users call them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tradefleet import __version__
from tradefleet.app.data import read_series
from tradefleet.app.given import by_symbol, searched
from tradefleet.app.sources import CatalogSource
from tradefleet.market.bars import Bars, check_range
from tradefleet.market.errors import DataError, ParameterError
from tradefleet.market.resample import resample
from tradefleet.market.series import Series
from tradefleet.market.source import BarSource
from tradefleet.market.time import TimeLike, format_time, parse_time
from tradefleet.market.timeframe import Timeframe
from tradefleet.research import Data, Settings
from tradefleet.research.analyze import Analysis, Plan, run_analysis, usual_grid
from tradefleet.research.batch import Batch
from tradefleet.research.search.direction import Objective
from tradefleet.research.search.evaluator import Evaluator
from tradefleet.research.search.space import Constraint, Space
from tradefleet.research.walk_forward.choice import Goal
from tradefleet.storage.catalog import Catalog
from tradefleet.storage.score_files import check_scores, write_scores
from tradefleet.strategies import Strategy
from tradefleet.trading.account import Account


def analyze(
    strategy: Strategy | type[Strategy] | str,
    bars: Bars | Mapping[str, Bars] | BarSource | Catalog,
    *,
    timeframes: Sequence[str | Timeframe] = (),
    symbols: Sequence[str] = (),
    grid: Mapping[str, Iterable[Any] | str] | None = None,
    constraint: Constraint | Sequence[Constraint] | None = None,
    confirm: float = 0.3,
    objective: str = "sharpe",
    min_trades: int = 10,
    top: int = 1,
    luck: bool = False,
    unconfirmed: bool = False,
    cash: float | None = None,
    fee: float | None = None,
    slippage: float = 0.0,
    account: Account | None = None,
    since: TimeLike | None = None,
    until: TimeLike | None = None,
    series: Mapping[str, Series] | None = None,
    source: BarSource | None = None,
    out: str | Path | None = None,
    now: TimeLike | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Analysis:
    """Find the best parameters of a strategy for each symbol, over several timeframes.

    On the first bars of every symbol and timeframe all combinations of `grid` that satisfy `constraint` are measured;
    the one with the best `objective`, of those with `min_trades` trades, is measured on the last bars, a share
    `confirm` of them. Each symbol is given the best in training of its timeframes that traded in confirmation and lost
    nothing there; with `unconfirmed`, where there is none, the best in training. Without a grid it is the usual one
    of the strategy. Bars of a timeframe that is not at hand are made from shorter ones; only those that open in
    [since, until) count. A symbol without bars, or with too few, has an error of its own.

    `out` is a file of `WeightedScore`, into which what was found for symbols is put, all at once; `now` is the time
    to note in it. The other arguments are those of `backtest`.

    >>> import tradefleet as tf
    >>> found = analyze("rsi_reversion", tf.generate_bars("15m", days=60, seed=4), timeframes=["15m", "1h"])
    >>> len(found.table), found.trials
    (2, 540)
    """
    check_range(since, until)
    path = None if out is None else Path(out)
    if path is not None:
        check_scores(path)
    cls, fixed = searched(strategy)
    space = Space.of(cls, fixed, usual_grid(cls, fixed) if grid is None else grid, constraint)
    named = strategy if isinstance(strategy, str) else cls.name()
    plan = Plan(named, space.fixed, space, Goal(Objective(objective), min_trades), confirm, top, luck, unconfirmed)
    settings = _settings(cash, fee, slippage, account)
    given = CatalogSource(bars, "local") if isinstance(bars, Catalog) else bars
    at_hand: dict[str, Bars] = {}
    if isinstance(given, Bars | Mapping) or not hasattr(given, "bars"):
        at_hand = by_symbol(given)
    else:
        source = source or given

    def bars_of(symbol: str, timeframe: str) -> Bars:
        known = at_hand.get(symbol)
        if known is not None:
            found = resample(known, timeframe, drop_partial=True)
        elif source is not None:
            found = source.bars(symbol, timeframe, until=until)
        else:
            raise DataError(f"there are no bars of {symbol}", cure=f"give bars={{'{symbol}': ...}}")
        return found.between(since, until)

    def evaluator_of(some: Bars) -> Evaluator:
        data = Data({some.symbol: some}, source, series or {}, read_series)
        return Batch(cls, space.fixed, some, settings, data)

    told = {"cash": settings.cash, "fee": settings.fee, "slippage": settings.slippage}
    wanted = _pairs(at_hand, symbols, timeframes)
    analysis = run_analysis(plan, wanted, bars_of, evaluator_of, told, progress)
    if path is not None:
        made = None if now is None else format_time(parse_time(now))
        write_scores(path, analysis.entries(__version__, made))
    return analysis


def _settings(cash: float | None, fee: float | None, slippage: float, account: Account | None) -> Settings:
    given = account or Account()
    own_cash = 10_000.0 if given.cash is None else given.cash
    own_fee = 0.001 if given.fee is None else given.fee
    return Settings(own_cash if cash is None else cash, own_fee if fee is None else fee, slippage, given)


def _pairs(
    at_hand: Mapping[str, Bars], symbols: Sequence[str], timeframes: Sequence[str | Timeframe]
) -> list[tuple[str, str]]:
    """Each symbol with each timeframe, once; that of the bars at hand where none is named."""
    lengths = [str(Timeframe.parse(each)) for each in timeframes]
    names = list(dict.fromkeys(symbols or at_hand))
    if not names or not (lengths or at_hand):
        raise ParameterError(
            "bars is a source, but symbols or timeframes are not given",
            cure='add symbols=["BTC/USDT"], timeframes=["5m", "1h"]',
        )
    usual = {name: [str(bars.timeframe)] for name, bars in at_hand.items()}
    return [(name, each) for name in names for each in dict.fromkeys(lengths or usual.get(name, []))]
