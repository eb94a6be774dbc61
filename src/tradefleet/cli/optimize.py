"""The command `optimize`."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Annotated, Literal

from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tradefleet.app.data import catalog
from tradefleet.app.optimize import optimize as run
from tradefleet.app.sources import CatalogSource
from tradefleet.cli.config import read_account
from tradefleet.cli.given import tell
from tradefleet.cli.options import Bar, Json, Since, Symbols, Until, Venue
from tradefleet.cli.output import say, write_json
from tradefleet.cli.space import Sets, Where, read_grids, read_sets
from tradefleet.market.bars import check_range
from tradefleet.market.errors import ParameterError
from tradefleet.research.optimize import Progress as Told
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
    with _bar(cls.name()) as progress:
        found = run(
            cls(**fixed), bars, trials=trials, objective=objectives or "sharpe", sampler=sampler, seed=seed,
            study=study, grid=values, ranges=bounds, constraint=list(where), prune=prune, min_trades=min_trades,
            cash=cash, fee=fee, slippage=slippage, account=account, since=since, until=until, source=source,
            progress=progress,
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


@contextmanager
def _bar(what: str) -> Iterator[Told]:
    """On a terminal: trials done, how many a second, how long it will take, and the best so far."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[best]}"),
    )
    shown = Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
    task = shown.add_task(f"optimizing {what}", total=None, rate="", best="")
    begun = monotonic()

    def told(done: int, total: int, best: float) -> None:
        if monotonic() - begun > _PATIENCE:
            shown.start()
        speed = shown.tasks[0].speed
        shown.update(
            task,
            completed=done,
            total=total,
            rate="" if speed is None else f"{speed:,.0f} a second",
            best="" if math.isnan(best) else f"best {best:.4g}",
        )

    try:
        yield told
    finally:
        shown.stop()
