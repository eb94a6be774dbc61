"""The command `backtest`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from tradefleet.app.backtest import backtest as run
from tradefleet.app.data import catalog
from tradefleet.app.sources import CatalogSource
from tradefleet.cli.config import read_account
from tradefleet.cli.given import distinct_symbols, published_series, tell
from tradefleet.cli.options import Bar, Json, Since, Symbols, Until, Venue
from tradefleet.cli.output import STDOUT, say, write_json, write_output
from tradefleet.cli.progress import progress
from tradefleet.market.bars import check_range
from tradefleet.market.errors import ParameterError, did_you_mean
from tradefleet.research import Result
from tradefleet.research.report import write_report
from tradefleet.strategies import Strategy, load_strategy

if TYPE_CHECKING:
    from tradefleet.app.compare import Comparison


def backtest(
    strategies: Annotated[list[str], Parameter(name="STRATEGY")],
    /,
    *,
    symbols: Symbols,
    timeframe: Bar,
    venue: Venue = "local",
    since: Since = None,
    until: Until = None,
    settings: Annotated[list[str], Parameter(name="--set", negative=())] = [],  # noqa: B006 - never changed
    fee: float | None = None,
    slippage: float = 0.0,
    cash: float | None = None,
    size: str | None = None,
    config: Path | None = None,
    detail: str | None = None,
    series: Annotated[list[str], Parameter(negative=())] = [],  # noqa: B006 - never changed
    together: Annotated[bool, Parameter(negative=())] = False,
    memory: str | None = None,
    json: Json = None,
    equity: Literal["day", "bar"] = "day",
    report: Path | None = None,
    trades: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    workers: int | None = None,
    timeout: float = 300.0,
) -> None:
    """Simulate one strategy, or several side by side, on bars of the catalog; all symbols share one wallet.

    Parameters
    ----------
    strategies
        A built-in's name, package.module:Class, or path/to/file.py:Class.
    settings
        A parameter's value, such as fast=12; may be given more than once.
    fee
        Fraction of each fill: 0.001 unless the config says otherwise.
    slippage
        Fraction of the price, against us, of each market and stop fill.
    cash
        Money at the start: 10000 unless the config says otherwise.
    size
        Of an entry: a fraction of equity (0.99), amount:1000, risk:0.01, volatility:0.2 or kelly:0.5.
    config
        A TOML file with the table [account]: leverage, margin, funding, spreads, limits.
    detail
        Length of finer bars, such as 1m, that tell the order inside a bar.
    series
        Published values that strategies read, such as fear_greed=fear.csv; may be given more than once.
    together
        Let several strategies share one wallet, as one result.
    memory
        At most so much, such as 500MB: where a run needs more it goes by some bars at a time, with the same result.
    equity
        Equity in the JSON at day ends, or at every bar.
    report
        Write one HTML file with charts.
    trades
        Write the trades as CSV to this file, or to standard output for -.
    workers
        Processes that several strategies are simulated in: as many as cores, unless --memory is given.
    timeout
        Seconds that each of several strategies may take; one that takes longer is ended and named.
    """
    if json == trades == STDOUT:
        raise ParameterError("--json and --trades both go to standard output", cure="give one of them a file")
    chosen = prepared(strategies, settings, size)
    account, published = read_account(config), published_series(series)
    check_range(since, until)
    source = CatalogSource(catalog(), venue, tell)
    bars = {symbol: source.bars(symbol, timeframe, until=until) for symbol in distinct_symbols(symbols)}
    count = sum(map(len, bars.values()))
    terms: dict[str, Any] = {
        "cash": cash, "fee": fee, "slippage": slippage, "account": account, "since": since, "until": until,
        "detail": detail, "series": published, "source": source, "memory": memory,
    }  # fmt: skip
    comparison: Comparison | None = None
    with progress(f"simulating {', '.join(strategies)} on {count:,} bars"):
        if len(chosen) == 1 or together:
            results = [run(chosen, bars, **terms)]
        else:
            from tradefleet.app.compare import compare  # noqa: PLC0415 - processes, only where there are several

            comparison = compare(chosen, bars, workers=workers, timeout=timeout, equity=equity, **terms)
            results = comparison.results
    quiet = STDOUT if trades == STDOUT else json
    say(str(results[0] if comparison is None else comparison), quiet)
    if report is not None and results:
        write_report(results, report)
        say(f"\nreport: {report}", quiet)
    if trades is not None and results:
        write_trades(results, trades)
        say(f"trades: {trades}", quiet)
    if json is not None:
        found = [result.as_dict(equity) for result in results]
        write_json(found[0] if comparison is None else {"results": found, "errors": comparison.errors}, json)
    if comparison is not None:
        comparison.raise_errors()


def prepared(strategies: list[str], settings: list[str], size: str | None) -> list[Strategy]:
    """The strategies with the values of `--set`; each value goes to every strategy that has the parameter."""
    if not strategies:
        raise ParameterError("there is no strategy to simulate", cure="name one, such as ema_cross")
    classes = [load_strategy(text) for text in strategies]
    values = _settings(settings)
    if size is not None:
        if "size" in values:
            raise ParameterError("size is given by --size and by --set", cure="give it once")
        values["size"] = size
    known = {name for cls in classes for name in (*cls.declared(), "size")}
    for name in values:
        if name not in known:
            names = " and ".join(cls.name() for cls in classes)
            raise ParameterError(f"{names} has no parameter '{name}'", cure=did_you_mean(name, known))
    chosen = []
    for cls in classes:
        own = {name: value for name, value in values.items() if name in cls.declared() and name != "size"}
        chosen.append(cls(size=values.get("size"), **own))
    return chosen


def _settings(texts: list[str]) -> dict[str, str]:
    """The values by name; which of two was meant nobody can know."""
    values: dict[str, str] = {}
    for name, value in map(_setting, texts):
        if name in values:
            raise ParameterError(f"--set gives {name} twice: {values[name]} and {value}", cure="give it once")
        values[name] = value
    return values


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise ParameterError(f"--set {text}", cure="write it as --set fast=12")
    return name.strip(), value.strip()


def write_trades(results: list[Result], target: str) -> None:
    """The trades of all results as one CSV, the strategy in front."""
    parts = [
        f"strategy,{line}" if number == 0 and row == 0 else f"{result.strategy},{line}"
        for number, result in enumerate(results)
        for row, line in enumerate(result.trades_csv().splitlines())
        if number == 0 or row > 0
    ]
    write_output(target, ("\n".join(parts) + "\n").encode())
