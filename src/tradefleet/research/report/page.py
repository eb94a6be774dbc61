"""The whole report: one HTML file that asks nothing of the network."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from string import Template

from tradefleet.market.errors import ParameterError
from tradefleet.market.files import write_file
from tradefleet.research.report.contract import Reportable
from tradefleet.research.report.payload import candle_sets, embedded, run_payload
from tradefleet.research.report.run import Run
from tradefleet.research.report.sections import comparison, section
from tradefleet.research.report.texts import escape

# One scope: together they are the page's script, in this order.
SCRIPTS = (
    "unpack.js",
    "format.js",
    "ticks.js",
    "candles.js",
    "view.js",
    "panes.js",
    "trade_marks.js",
    "toolbar.js",
    "navigator.js",
    "crosshair.js",
    "gestures.js",
    "chart.js",
    "trade_columns.js",
    "trade_list.js",
    "page.js",
)


def html_report(results: Sequence[Reportable]) -> str:
    """One self-contained HTML page for one result, or for several side by side.

    The text holds styles, scripts and data; it loads nothing. Bars that would make the page too large are
    merged to a longer timeframe, which the chart says.

    Raises ParameterError without a result.
    """
    if not results:
        raise ParameterError("there is no result to report", cure="give at least one")
    runs = [Run(result) for result in results]
    sections = "".join(section(run, index) for index, run in enumerate(runs))
    title = ", ".join(run.result.strategy for run in runs)
    return Template(_asset("report.html")).substitute(
        title=escape(f"{title} · tradefleet"),
        style=_asset("report.css"),
        body=(comparison(runs) if len(runs) > 1 else "") + sections,
        data=embedded({"candles": candle_sets(runs), "runs": [run_payload(run) for run in runs]}),
        script="\n".join(_asset(name) for name in SCRIPTS),
    )


def write_report(result: Reportable | Sequence[Reportable], path: str | Path) -> Path:
    """Write the report of one result or several to a file, and return its path.

    Raises ParameterError when the file cannot be written.
    """
    results = list(result) if isinstance(result, Sequence) else [result]
    target = Path(path)
    write_file(target, html_report(results).encode())
    return target


def _asset(name: str) -> str:
    return (files("tradefleet.research.report") / "assets" / name).read_text(encoding="utf-8")
