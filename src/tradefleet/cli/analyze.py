"""The command `analyze`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tradefleet.app.analyze import analyze as run
from tradefleet.app.data import catalog
from tradefleet.app.sources import CatalogSource
from tradefleet.cli.config import read_account
from tradefleet.cli.counting import counting
from tradefleet.cli.given import tell
from tradefleet.cli.options import Json, Since, Symbols, Until, Venue
from tradefleet.cli.output import say, write_json
from tradefleet.cli.space import Grids, Sets, Where, read_grids, read_sets
from tradefleet.market.errors import DataError
from tradefleet.strategies import load_strategy


def analyze(
    strategy: Annotated[str, Parameter(name="STRATEGY")] = "rsi_reversion",
    /,
    *,
    symbols: Symbols,
    timeframes: Annotated[list[str], Parameter(name="--timeframe", negative=())],
    venue: Venue = "local",
    since: Since = None,
    until: Until = None,
    grids: Grids = [],  # noqa: B006 - never changed
    where: Where = [],  # noqa: B006 - never changed
    sets: Sets = [],  # noqa: B006 - never changed
    confirm: float = 0.3,
    objective: str = "sharpe",
    min_trades: int = 10,
    top: int = 1,
    luck: Annotated[bool, Parameter(negative=())] = False,
    unconfirmed: Annotated[bool, Parameter(name="--all", negative=())] = False,
    fee: float | None = None,
    slippage: float = 0.0,
    cash: float | None = None,
    config: Path | None = None,
    out: Path | None = None,
    json: Json = None,
) -> None:
    """Find the best parameters for each symbol: chosen on the first bars, confirmed on the last.

    Parameters
    ----------
    strategy
        A built-in's name, package.module:Class, or path/to/file.py:Class.
    timeframes
        Length of a bar: 5m, 15m, 1h; may be repeated. Made from shorter bars where the catalog has none.
    confirm
        The share of the bars, the last ones, that is kept back to confirm.
    objective
        The measure to choose by, such as sharpe, total_return or max_drawdown.
    min_trades
        What made fewer trades in training is not chosen.
    top
        List so many of the best of each symbol and timeframe.
    luck
        Put into the JSON how much is luck, by cross-validation too: a tenth of a second each.
    unconfirmed
        Give each symbol its best, though it was not confirmed.
    fee
        Fraction of each fill: 0.001 unless the config says otherwise.
    slippage
        Fraction of the price, against us, of each market and stop fill.
    cash
        Money at the start: 10000 unless the config says otherwise.
    config
        A TOML file with the table [account]: leverage, margin, funding, spreads, limits.
    out
        Put what was found for each symbol into this file of weighted_score, .toml or .json.
    """
    cls = load_strategy(strategy)
    fixed = read_sets(sets)
    # As it was typed: who reads the file can load the strategy by it.
    chosen = cls(**fixed) if fixed else strategy
    grid = read_grids(grids, fixed) or None
    account = read_account(config)
    source = CatalogSource(catalog(), venue, tell)
    with counting(f"analyzing {cls.name()}") as progress:
        found = run(
            chosen, source, symbols=symbols, timeframes=timeframes, grid=grid, constraint=list(where), confirm=confirm,
            objective=objective, min_trades=min_trades, top=top, luck=luck, unconfirmed=unconfirmed, cash=cash, fee=fee,
            slippage=slippage, account=account, since=since, until=until, out=out, now=time.time_ns(),
            progress=progress,
        )  # fmt: skip
    say(str(found), json)
    if out is not None:
        say(f"\n{out}: {_written(list(found.best))}", json)
    write_json(found.as_dict(), json)
    if found.interrupted:
        # What is done is written; the exit code says that it is not all.
        raise KeyboardInterrupt
    if not found.succeeded:
        where_, error = next(iter(found.errors.items()))
        raise DataError(f"nothing could be analyzed: {where_}: {error}")


def _written(symbols: list[str]) -> str:
    return f"written for {', '.join(symbols)}" if symbols else "not written, nothing was confirmed"
