"""The command `sweep`."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from tradefleet.app.data import catalog
from tradefleet.app.sources import CatalogSource
from tradefleet.app.sweep import MEMORY
from tradefleet.app.sweep import sweep as run
from tradefleet.cli.config import read_account
from tradefleet.cli.counting import Counted, counting
from tradefleet.cli.given import distinct_symbols, published_series, tell
from tradefleet.cli.interrupting import interrupts
from tradefleet.cli.options import Bar, Json, Since, Symbols, Until, Venue
from tradefleet.cli.output import STDOUT, say, write_json
from tradefleet.cli.space import Grids, Sets, Where, read_grids, read_sets
from tradefleet.market.bars import check_range
from tradefleet.market.errors import ParameterError, did_you_mean
from tradefleet.research.report.measures import printed
from tradefleet.research.report.texts import words
from tradefleet.research.search.axes import SETTINGS
from tradefleet.research.sweep import Sweep
from tradefleet.research.table import aligned
from tradefleet.strategies import Strategy, load_strategy

_COMPARED = ("total_return", "sharpe", "max_drawdown", "trades")


def sweep(
    strategies: Annotated[list[str], Parameter(name="STRATEGY")],
    /,
    *,
    symbols: Symbols,
    timeframe: Bar,
    grids: Grids = [],  # noqa: B006 - never changed
    where: Where = [],  # noqa: B006 - never changed
    sets: Sets = [],  # noqa: B006 - never changed
    random: int | None = None,
    seed: int = 0,
    objective: str = "sharpe",
    min_trades: int = 1,
    confirm: float | None = None,
    top: int = 20,
    memory: str = MEMORY,
    workers: int | None = None,
    dask: str | None = None,
    timeout: float = 300.0,
    resume: Annotated[bool, Parameter(negative=())] = False,
    venue: Venue = "local",
    since: Since = None,
    until: Until = None,
    fee: float | None = None,
    slippage: float = 0.0,
    cash: float | None = None,
    config: Path | None = None,
    series: Annotated[list[str], Parameter(negative=())] = [],  # noqa: B006 - never changed
    json: Json = None,
    out: Path | None = None,
    report: Path | None = None,
) -> None:
    """Measure every combination of parameters, and say how much of the best one is luck.

    Several strategies are swept one after another and compared; all symbols share one wallet.

    Parameters
    ----------
    strategies
        A built-in's name, package.module:Class, or path/to/file.py:Class.
    random
        Draw so many combinations of the grid instead of measuring them all.
    seed
        The same seed draws the same.
    objective
        The measure to rank by, such as sharpe, total_return or max_drawdown.
    min_trades
        What made fewer trades is not ranked.
    confirm
        Keep this share of the bars back, the last ones, and show beside what was chosen how it did there: 0.3.
    top
        How many of the best to print.
    memory
        At most about so much for results and what they are made of, such as 4GB.
    workers
        Run so many processes, for strategies that act bar by bar.
    dask
        Run on the Dask cluster at this address, such as tcp://10.0.0.5:8786.
    timeout
        Seconds after which a combination that hangs in a process is ended.
    resume
        Go on with what an earlier run of the same sweep has measured.
    fee
        Fraction of each fill: 0.001 unless the config says otherwise.
    slippage
        Fraction of the price, against us, of each market and stop fill.
    cash
        Money at the start: 10000 unless the config says otherwise.
    config
        A TOML file with the table [account]: leverage, margin, funding, spreads, limits.
    series
        Published values that strategies read, such as fear_greed=fear.csv; may be given more than once.
    out
        Write the whole table to this Parquet file.
    report
        Write one HTML file with charts.
    """
    fixed = read_sets(sets)
    grid = read_grids(grids, fixed)
    classes = _classes(strategies, [*grid, *fixed])
    account, published = read_account(config), published_series(series)
    check_range(since, until)
    source = CatalogSource(catalog(), venue, tell)
    bars = {symbol: source.bars(symbol, timeframe, until=until) for symbol in distinct_symbols(symbols)}
    found = []
    for cls in classes:
        with counting(f"sweeping {cls.name()}") as counted, interrupts() as check:
            swept = run(
                cls(**_own(cls, fixed)), bars, _own(cls, grid, SETTINGS), random=random, seed=seed,
                constraint=list(where), objective=objective, min_trades=min_trades, confirm=confirm, memory=memory,
                workers=workers, dask=dask, timeout=timeout, resume=resume, cash=cash, fee=fee, slippage=slippage,
                account=account, since=since, until=until, series=published, source=source,
                progress=_both(counted, check), told=lambda text: _told(text, json),
            )  # fmt: skip
        found.append(swept)
        say(f"\n{swept.summary(top)}", json)
        if swept.interrupted:
            break
    if len(found) > 1:
        say(f"\n{_comparison(found)}", json)
    _write(found, json, out, report)
    if found[-1].interrupted:
        tell("interrupted; the same command with --resume goes on")
        # What is done is written; the exit code says that it is not all.
        raise KeyboardInterrupt


def _classes(texts: list[str], names: Sequence[str]) -> list[type[Strategy]]:
    """The strategies; each name that is searched or set must be known to one of them."""
    if not texts:
        raise ParameterError("there is no strategy to sweep", cure="name one, such as ema_cross")
    classes = [load_strategy(text) for text in texts]
    known = {*SETTINGS, "size", *(name for cls in classes for name in cls.declared())}
    for name in names:
        if name not in known:
            every = " and ".join(cls.name() for cls in classes)
            raise ParameterError(f"{every} has no parameter '{name}'", cure=did_you_mean(name, known))
    return classes


def _own(cls: type[Strategy], values: Mapping[str, str], others: Sequence[str] = ()) -> dict[str, Any]:
    """The values that a strategy knows."""
    known = {*cls.declared(), "size", *others}
    return {name: value for name, value in values.items() if name in known}


def _both(counted: Counted, check: Callable[[], None]) -> Counted:
    """Shows how far it is, and ends it where Ctrl-C was pressed."""

    def told(done: int, of: int, best: float = math.nan, /) -> None:
        counted(done, of, best)
        check()

    return told


def _told(text: str, json: str | None) -> None:
    if json == STDOUT:
        sys.stderr.write(f"tradefleet: {text}\n")
    say(text, json)


def _write(found: list[Sweep], json: str | None, out: Path | None, report: Path | None) -> None:
    for swept in found:
        if out is not None:
            path = swept.write(_beside(out, swept, found))
            say(f"\ntable: {path}", json)
        if report is not None:
            path = swept.report(_beside(report, swept, found))
            say(f"\nreport: {path}", json)
    if json is not None:
        every = [swept.as_dict() for swept in found]
        write_json(every[0] if len(every) == 1 else {"results": every}, json)


def _beside(path: Path, swept: Sweep, found: list[Sweep]) -> Path:
    """The file itself; of several strategies one each, with its name."""
    return path if len(found) == 1 else path.with_name(f"{path.stem}-{swept.strategy}{path.suffix}")


def _comparison(found: list[Sweep]) -> str:
    """The best of each strategy, a row each."""
    rows = [["strategy", "combinations", *map(words, _COMPARED), "deflated sharpe", "parameters"]]
    for swept in found:
        best = swept.best() if swept.has_best else {}
        shown = [printed(name, best.get(name, float("nan"))) for name in _COMPARED]
        values = ", ".join(f"{name}={value}" for name, value in (swept.parameters() if best else {}).items())
        deflated = printed("sharpe", swept.deflated_sharpe)
        rows.append([swept.strategy, f"{swept.trials:,}", *shown, deflated, values])
    return aligned(rows, right=range(1, len(rows[0]) - 1))
