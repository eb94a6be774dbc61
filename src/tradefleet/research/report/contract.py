"""What a report needs to know of a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from tradefleet.market.bars import Bars

if TYPE_CHECKING:
    import polars as pl


class Reportable(Protocol):
    """A backtest's outcome, as far as a report shows it.

    `data` says what was traded (symbol, timeframe, venue, bars, first, last, anchor, fingerprint) and
    `settings` how (cash, fee, slippage, ...); entries that are absent are not shown. `trades` has a row a
    leg with the columns position, symbol, side, entry_time, exit_time, quantity, entry_price, exit_price,
    fees, profit, profit_ratio, exit_reason and tag; `equity` has time and equity at day ends. `counts` holds
    what was not done (entries skipped or cut), by a text that says so.
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
    def warnings(self) -> Sequence[str]: ...

    @property
    def counts(self) -> Mapping[str, int]: ...
