"""The command `check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tradefleet.app.check import check as run
from tradefleet.app.data import catalog
from tradefleet.app.sources import CatalogSource
from tradefleet.cli.backtest import prepared
from tradefleet.cli.config import read_account
from tradefleet.cli.given import distinct_symbols, published_series, tell
from tradefleet.cli.options import Bar, Json, Since, Symbols, Until, Venue
from tradefleet.cli.output import say, write_json
from tradefleet.cli.progress import progress
from tradefleet.market.bars import check_range
from tradefleet.research.check.run import MOST_BARS


def check(
    strategies: Annotated[list[str], Parameter(name="STRATEGY")],
    /,
    *,
    symbols: Symbols,
    timeframe: Bar,
    venue: Venue = "local",
    since: Since = None,
    until: Until = None,
    settings: Annotated[list[str], Parameter(name="--set", negative=())] = [],  # noqa: B006 - never changed
    series: Annotated[list[str], Parameter(negative=())] = [],  # noqa: B006 - never changed
    config: Path | None = None,
    bars: int = MOST_BARS,
    json: Json = None,
) -> None:
    """Look for look-ahead in strategies, and for what cannot be trusted at their start.

    Says which column knows what comes later, by how many bars and since when; then it ends with exit code 2.

    Parameters
    ----------
    strategies
        A built-in's name, package.module:Class, or path/to/file.py:Class.
    settings
        A parameter's value, such as fast=12; may be given more than once.
    series
        Published values that strategies read, such as fear_greed=fear.csv; may be given more than once.
    config
        A TOML file with the table [account], for strategies that act bar by bar.
    bars
        At most so many bars from the start on are used, and as many more as it takes to settle.
    """
    chosen = prepared(strategies, settings, None)
    account, published = read_account(config), published_series(series)
    check_range(since, until)
    source = CatalogSource(catalog(), venue, tell)
    found = {symbol: source.bars(symbol, timeframe, since, until) for symbol in distinct_symbols(symbols)}
    with progress(f"checking {', '.join(strategies)}"):
        result = run(chosen, found, series=published, source=source, account=account, most_bars=bars)
    say(str(result), json)
    write_json(result.as_dict(), json)
    result.raise_errors()
