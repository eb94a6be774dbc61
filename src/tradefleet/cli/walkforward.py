"""The command `walkforward`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from tradefleet.app.data import catalog
from tradefleet.app.sources import CatalogSource
from tradefleet.app.walk_forward import walk_forward
from tradefleet.cli.config import read_account
from tradefleet.cli.counting import counting
from tradefleet.cli.given import tell
from tradefleet.cli.options import Bar, Json, Since, Symbols, Until, Venue
from tradefleet.cli.output import say, write_json
from tradefleet.cli.space import Grids, Sets, Where, read_grids, read_sets
from tradefleet.market.bars import check_range
from tradefleet.strategies import load_strategy


def walkforward(
    strategy: Annotated[str, Parameter(name="STRATEGY")],
    /,
    *,
    symbols: Symbols,
    timeframe: Bar,
    train: str,
    test: str,
    anchored: Annotated[bool, Parameter(negative=())] = False,
    gap: str = "0",
    step: str | None = None,
    venue: Venue = "local",
    since: Since = None,
    until: Until = None,
    grids: Grids = [],  # noqa: B006 - never changed
    where: Where = [],  # noqa: B006 - never changed
    sets: Sets = [],  # noqa: B006 - never changed
    objective: str = "sharpe",
    min_trades: int = 1,
    trials: int | None = None,
    sampler: Literal["tpe", "nsga2", "random"] = "tpe",
    seed: int = 0,
    fee: float | None = None,
    slippage: float = 0.0,
    cash: float | None = None,
    config: Path | None = None,
    workers: int | None = None,
    dask: str | None = None,
    timeout: float = 300.0,
    json: Json = None,
    equity: Literal["day", "bar"] = "day",
    report: Path | None = None,
) -> None:
    """Choose parameters in one window, trade them in the next, and so on: figures out of sample throughout.

    Parameters
    ----------
    strategy
        A built-in's name, package.module:Class, or path/to/file.py:Class.
    train
        How long each window trains: a time such as 252d, 6w or 36h, or bars such as "2000 bars".
    test
        How long it is traded with what was best in training.
    anchored
        Train on all bars up to the test, not on the last ones alone.
    gap
        Left out between training and test.
    step
        From one test to the next: the length of the test unless it is given.
    objective
        The measure to choose by, such as sharpe, total_return or max_drawdown.
    min_trades
        What made fewer trades in training is not chosen.
    trials
        Draw so many combinations in each window instead of trying them all.
    sampler
        How they are drawn: tpe learns from those before, nsga2 breeds them, random does not learn.
    seed
        The same seed draws the same.
    fee
        Fraction of each fill: 0.001 unless the config says otherwise.
    slippage
        Fraction of the price, against us, of each market and stop fill.
    cash
        Money at the start: 10000 unless the config says otherwise.
    config
        A TOML file with the table [account]: leverage, margin, funding, spreads, limits.
    equity
        Equity in the JSON at day ends, or at every bar.
    workers
        Processes for strategies that act bar by bar and for several symbols: as many as cores unless given.
    dask
        Address of a Dask cluster to run on instead, such as tcp://10.0.0.5:8786.
    timeout
        Seconds a backtest may take on them; one that takes longer is ended, and named.
    report
        Write one HTML file with charts.
    """
    cls = load_strategy(strategy)
    fixed = read_sets(sets)
    grid = read_grids(grids, fixed)
    account = read_account(config)
    check_range(since, until)
    source = CatalogSource(catalog(), venue, tell)
    bars = {symbol: source.bars(symbol, timeframe, until=until) for symbol in dict.fromkeys(symbols)}
    with counting(f"windows of {cls.name()}") as progress:
        found = walk_forward(
            cls(**fixed), bars, train=train, test=test, grid=grid, objective=objective, constraint=list(where),
            anchored=anchored, gap=gap, step=step, min_trades=min_trades, trials=trials, sampler=sampler, seed=seed,
            cash=cash, fee=fee, slippage=slippage, account=account, since=since, until=until, source=source,
            workers=workers, dask=dask, timeout=timeout, progress=progress,
        )  # fmt: skip
    say(str(found), json)
    if report is not None:
        found.report(report)
        say(f"\nreport: {report}", json)
    if json is not None:
        write_json(found.as_dict(equity), json)
    if found.interrupted:
        # What is done is written; the exit code says that it is not all.
        raise KeyboardInterrupt
