"""The result of an analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tradefleet.research.analyze.choosing import chosen
from tradefleet.research.analyze.entry import Entry, entry_of
from tradefleet.research.analyze.frame import as_dict, pair_frame
from tradefleet.research.analyze.luck import deflated
from tradefleet.research.analyze.pair import INTERRUPTED, Pair
from tradefleet.research.analyze.summary import summary
from tradefleet.research.search.direction import Objective
from tradefleet.research.walk_forward.choice import Goal

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, eq=False)
class Analysis:
    """What was best for each symbol on each timeframe, and which of them each symbol is given.

    `table` is a polars frame with a row a symbol and timeframe: the best parameters of training, each measure there
    (`train_...`) and in confirmation (`confirm_...`). `best` has the chosen pair by symbol; a symbol without one is in
    `not_confirmed`, or in `errors`. `grid` has the values that were tried, `fixed` the parameters that all had.

    >>> import tradefleet as tf
    >>> from tradefleet.app.analyze import analyze
    >>> bars = tf.generate_bars("15m", days=60, seed=4)
    >>> found = analyze("rsi_reversion", bars, timeframes=["15m", "1h"], min_trades=5)
    >>> found.table.select("timeframe", "entry", "stop_loss").columns, found.trials
    (['timeframe', 'entry', 'stop_loss'], 540)
    """

    strategy: str
    fixed: Mapping[str, Any]
    grid: Mapping[str, Sequence[Any]]
    goal: Goal
    confirm: float
    settings: Mapping[str, Any]
    pairs: tuple[Pair, ...]
    unconfirmed: bool = False
    interrupted: bool = False

    @property
    def objective(self) -> Objective:
        """The measure to choose by."""
        return self.goal.objective

    @cached_property
    def by_symbol(self) -> Mapping[str, tuple[Pair, ...]]:
        """The pairs of each symbol."""
        names = dict.fromkeys(pair.symbol for pair in self.pairs)
        return {name: tuple(pair for pair in self.pairs if pair.symbol == name) for name in names}

    @cached_property
    def best(self) -> Mapping[str, Pair]:
        """The chosen pair of each symbol that has one; a symbol that was interrupted has none."""
        found = {
            symbol: chosen(pairs, self.objective, self.unconfirmed)
            for symbol, pairs in self.by_symbol.items()
            if not any(pair.error == INTERRUPTED for pair in pairs)
        }
        return {symbol: pair for symbol, pair in found.items() if pair is not None}

    @property
    def succeeded(self) -> bool:
        """Whether there is a best combination for any symbol and timeframe."""
        return any(pair.best for pair in self.pairs)

    @cached_property
    def not_confirmed(self) -> tuple[str, ...]:
        """The symbols with a best in training, none of which was confirmed."""
        return tuple(
            symbol
            for symbol, pairs in self.by_symbol.items()
            if any(pair.best for pair in pairs) and not any(pair.best and pair.best[0].confirmed for pair in pairs)
        )

    @property
    def errors(self) -> Mapping[str, str]:
        """Why there is no best, by symbol and timeframe such as `BTC/USDT 1h`."""
        return {f"{pair.symbol} {pair.timeframe}": pair.error for pair in self.pairs if pair.error}

    @property
    def trials(self) -> int:
        """How many combinations were tried, on all symbols and timeframes together."""
        return sum(pair.tried for pair in self.pairs)

    def deflated_sharpe(self, pair: Pair) -> float:
        """That of a pair's best; what was tried on all timeframes of its symbol counts as trials."""
        return deflated(pair, self.by_symbol[pair.symbol])

    def trials_of(self, symbol: str) -> int:
        """How many combinations were tried on all timeframes of a symbol."""
        return sum(pair.tried for pair in self.by_symbol[symbol])

    @cached_property
    def table(self) -> pl.DataFrame:
        """A row a symbol, timeframe and rank: rank 1 is the best of training."""
        return pair_frame(self)

    def entries(self, version: str, made: str | None = None) -> dict[str, Entry]:
        """What to write about each chosen symbol; `made` is when, as ISO-8601 text."""
        return {symbol: entry_of(self, pair, version, made) for symbol, pair in self.best.items()}

    def as_dict(self) -> dict[str, Any]:
        """Everything for machines: times as ISO-8601 text, NaN and infinity as None."""
        return as_dict(self)

    def __str__(self) -> str:
        return summary(self)

    def __repr__(self) -> str:
        return f"Analysis({self.strategy}: {len(self.by_symbol)} symbols, {len(self.best)} chosen)"
