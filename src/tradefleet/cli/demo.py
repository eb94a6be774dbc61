"""The command `demo`: the main job, from a file of prices to a report, on a generated market."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tradefleet.app.backtest import backtest
from tradefleet.app.data import catalog
from tradefleet.cli.data_import import import_text
from tradefleet.cli.options import Json
from tradefleet.cli.output import say, write_json
from tradefleet.cli.progress import progress
from tradefleet.market.errors import CatalogError, ParameterError
from tradefleet.market.generate import generate_bars
from tradefleet.market.home import home
from tradefleet.market.resample import resample
from tradefleet.research import comparison_table
from tradefleet.research.report import write_report
from tradefleet.storage.catalog import export, import_files
from tradefleet.strategies import builtin_strategies

SYMBOL, VENUE = "DEMO/USD", "demo"
GENERATED, TRADED = "5m", "1h"
# Days of five-minute bars that import, backtest and report in a second.
_DAYS_A_SECOND = 60
_LONGEST = 730


def demo(
    *,
    seconds: float = 20.0,
    seed: Annotated[int, Parameter(help="Of the generated market.")] = 1,
    json: Json = None,
) -> None:
    """Generate a market, import it, backtest the built-in strategies side by side, write the report.

    Parameters
    ----------
    seconds
        About how long it may take; less time is a shorter market.
    """
    if not 1 <= seconds <= 3600:
        raise ParameterError(f"seconds is {seconds:g}", cure="choose 1 to 3600")
    if seed < 0:
        raise ParameterError(f"seed is {seed}", cure="choose a whole number from 0 on")
    folder = _folder()
    days = min(_LONGEST, int(seconds * _DAYS_A_SECOND))
    say(f"1. a generated market of {days} days, seed {seed} (volatility clusters, jumps, daily rhythm)", json)
    prices = export(generate_bars(GENERATED, days=days, seed=seed, symbol=SYMBOL), folder / "market.csv")
    say(f"   {prices}\n\n2. tradefleet data import", json)
    _forget_market()
    imported = import_files(
        catalog(), [prices], symbol=SYMBOL, timeframe=GENERATED, venue=VENUE, replace=True, tick="0.01"
    )
    say(_indented(import_text(imported)), json)
    hourly = resample(catalog().bars(SYMBOL, GENERATED, venue=VENUE), TRADED)
    catalog().write(hourly, venue=VENUE, replace=True)
    say(f"\n3. tradefleet data resample: {len(hourly):,} bars of {TRADED}", json)
    say("\n4. tradefleet backtest: the built-in strategies side by side, fee 0.1 % a side", json)
    bars = catalog().bars(SYMBOL, TRADED, venue=VENUE)
    with progress("simulating"):
        results = [backtest(strategy, bars) for strategy in builtin_strategies().values()]
    say(_indented(comparison_table(results)), json)
    report = write_report(results, folder / "report.html")
    say(f"\n5. the report: {report}\n\n{_NEXT}", json)
    write_json({"bars": len(bars), "report": str(report), "results": {r.strategy: r.metrics for r in results}}, json)


def _folder() -> Path:
    folder = home() / "demo"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CatalogError(
            f"this folder cannot be made: {error.strerror or error}",
            where=str(folder),
            cure="set TRADEFLEET_HOME to a folder that is yours to write",
        ) from error
    return folder


def _forget_market() -> None:
    """Remove the market of an earlier demo, whatever was made of it: two markets in one series are none."""
    known = catalog()
    for key in known.keys():  # noqa: SIM118 - a method of the catalog, which is no dictionary
        if (key.venue, key.symbol) == (VENUE, SYMBOL):
            known.remove(key.symbol, key.timeframe, venue=key.venue)


def _indented(text: str) -> str:
    return "\n".join(f"   {line}" for line in text.splitlines())


_NEXT = f"""Try next:
  tradefleet backtest ema_cross --symbol {SYMBOL} --timeframe {TRADED} --venue {VENUE} --set stop_loss=0.02
  tradefleet new strategy my_cross
  tradefleet data import your.csv --symbol BTC/USD --timeframe 1m"""
