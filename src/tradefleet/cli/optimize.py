"""The command `optimize`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from tradefleet.app.data import catalog
from tradefleet.app.optimize import optimize as run
from tradefleet.app.sources import CatalogSource
from tradefleet.cli.config import read_account
from tradefleet.cli.counting import counting
from tradefleet.cli.given import tell
from tradefleet.cli.options import Bar, Json, Since, Symbols, Until, Venue
from tradefleet.cli.output import say, write_json
from tradefleet.cli.space import Sets, Where, read_grids, read_sets
from tradefleet.market.bars import check_range
from tradefleet.market.errors import ParameterError
from tradefleet.research.search.grid import split_grid
from tradefleet.strategies import load_strategy

# Seconds before it is worth showing how far it is.
_PATIENCE = 2.0


def optimize(
    strategy: Annotated[str, Parameter(name="STRATEGY")],
    /,
    *,
    symbols: Symbols,
    timeframe: Bar,
    venue: Venue = "local",
    since: Since = None,
    until: Until = None,
    trials: int = 100,
    objectives: Annotated[list[str], Parameter(name="--objective", negative=())] = [],  # noqa: B006 - never changed
    sampler: Literal["tpe", "nsga2", "random"] = "tpe",
    seed: int = 0,
    study: str | None = None,
    ranges: Annotated[list[str], Parameter(name="--range", negative=())] = [],  # noqa: B006 - never changed
    grids: Annotated[list[str], Parameter(name="--grid", negative=())] = [],  # noqa: B006 - never changed
    where: Where = [],  # noqa: B006 - never changed
    sets: Sets = [],  # noqa: B006 - never changed
    prune: Annotated[bool, Parameter(negative=())] = False,
    min_trades: int = 0,
    fee: float | None = None,
    slippage: float = 0.0,
    cash: float | None = None,
    config: Path | None = None,
    workers: int | None = None,
    dask: str | None = None,
    timeout: float = 300.0,
    json: Json = None,
    report: Path | None = None,
) -> None:
    """Search for the parameters with the best objective, by a sampler that learns from the trials before.

    Parameters
    ----------
    strategy
        A built-in's name, package.module:Class, or path/to/file.py:Class.
    trials
        How many combinations to try in all, those of an earlier run of the study among them.
    objectives
        A measure to improve, sharpe unless named; may be repeated: several give a Pareto front.
    sampler
        How combinations are drawn: tpe learns from the trials, nsga2 breeds them, random does not learn.
    seed
        The same seed gives the same trials.
    study
        Keep the trials under this name; the same command goes on where the last one stopped.
    ranges
        Bounds of a parameter, such as stop_loss=0.005:0.03, or fast=5:500:log by magnitude; may be repeated. The
        strategy's own parameters have bounds already; cash, fee, leverage and the like can be searched too.
    grids
        Values of a parameter, such as fast=5:50:5 or slow=20,25,30; may be repeated.
    prune
        Give up what is below the median on the first quarter or half of the bars.
    min_trades
        What has fewer trades is no candidate.
    fee
        Fraction of each fill: 0.001 unless the config says otherwise.
    slippage
        Fraction of the price, against us, of each market and stop fill.
    cash
        Money at the start: 10000 unless the config says otherwise.
    config
        A TOML file with the table [account]: leverage, margin, funding, spreads, limits.
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
    bounds = _ranges(ranges)
    values = read_grids(grids, fixed)
    account = read_account(config)
    check_range(since, until)
    source = CatalogSource(catalog(), venue, tell)
    bars = {symbol: source.bars(symbol, timeframe, until=until) for symbol in dict.fromkeys(symbols)}
    with counting(f"optimizing {cls.name()}") as progress:
        found = run(
            cls(**fixed), bars, trials=trials, objective=objectives or "sharpe", sampler=sampler, seed=seed,
            study=study, grid=values, ranges=bounds, constraint=list(where), prune=prune, min_trades=min_trades,
            cash=cash, fee=fee, slippage=slippage, account=account, since=since, until=until, source=source,
            workers=workers, dask=dask, timeout=timeout, progress=progress,
        )  # fmt: skip
    say(str(found), json)
    if report is not None:
        found.report(report)
        say(f"\nreport: {report}", json)
    if json is not None:
        write_json(found.as_dict(), json)
    if found.interrupted:
        # What is done is written; the exit code says that it is not all.
        raise KeyboardInterrupt


def _ranges(texts: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, bounds in map(split_grid, texts):
        if name in found:
            raise ParameterError(f"--range gives {name} twice: {found[name]} and {bounds}", cure="give it once")
        found[name] = bounds
    return found
