"""What a report needs to know of a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from tradefleet.market.bars import Bars
from tradefleet.metrics.bootstrap import Interval
from tradefleet.metrics.performance import Performance

if TYPE_CHECKING:
    import polars as pl


class Reportable(Protocol):
    """A backtest's outcome, as far as a report shows it.

    `data` says what was traded (symbol, timeframe, venue, bars, first, last, anchor, fingerprint) and
    `settings` how (cash, fee, slippage, ...); entries that are absent are not shown. `trades` has a row a
    leg with the columns position, symbol, side, entry_time, exit_time, quantity, entry_price, exit_price,
    fees, profit, profit_ratio, exit_reason and tag; `equity` has time and equity at day ends. `by` gives trades
    summed up, with the names in the first column. `holding` is the account that bought and held, at the same
    day ends. `counts` holds what was not done (entries skipped or cut), by a text that says so.

    A result of several symbols also has `all_bars`, each symbol's Bars by its name, `bars` being the first; and may
    have `equity_by_symbol()`, a frame of time and what each symbol had brought by then, a column a symbol.
    """

    @property
    def strategy(self) -> str: ...

    @property
    def parameters(self) -> Mapping[str, object]: ...

    @property
    def data(self) -> Mapping[str, object]: ...

    @property
    def settings(self) -> Mapping[str, object]: ...

    @property
    def bars(self) -> Bars: ...

    @property
    def trades(self) -> pl.DataFrame: ...

    @property
    def equity(self) -> pl.DataFrame: ...

    @property
    def metrics(self) -> Mapping[str, float]: ...

    @property
    def holding(self) -> Performance: ...

    @property
    def confidence(self) -> Mapping[str, Interval]: ...

    def by(self, what: str) -> pl.DataFrame: ...

    @property
    def warnings(self) -> Sequence[str]: ...

    @property
    def counts(self) -> Mapping[str, int]: ...
