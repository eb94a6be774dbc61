"""The parts of the page, as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tradefleet.research.ambiguity import AMBIGUOUS, RESOLVED, ambiguity
from tradefleet.research.report.beside import beside_table
from tradefleet.research.report.groups import group_tables, hour_table
from tradefleet.research.report.headline import headline, subtitle
from tradefleet.research.report.histogram import histogram
from tradefleet.research.report.measures import cards, label, measure_tables, promise, shown, tone
from tradefleet.research.report.monthly import monthly_table
from tradefleet.research.report.run import Run
from tradefleet.research.report.texts import escape, number, words

# Measures of the table that compares results.
COMPARED = (
    "total_return",
    "cagr",
    "volatility",
    "sharpe",
    "sortino",
    "calmar",
    "max_drawdown",
    "win_rate",
    "profit_factor",
    "trades",
    "exposure",
    "fees",
)


def section(run: Run, index: int) -> str:
    """Everything about one result; the script fills in chart and trade list."""
    result = run.result
    return f"""<section class="run" id="run-{index}" data-run="{index}" aria-label="{escape(result.strategy)}">
<header><h1>{escape(result.strategy)}</h1><p class="subtitle">{subtitle(run)}</p></header>
<p class="headline">{headline(run)}</p>
{_ambiguity(run)}
{_warnings(result.warnings)}
{cards(result.metrics)}
<div class="panel chart-panel"><div class="chart" data-chart></div></div>
<h2>Monthly returns <small>per cent, after costs</small></h2>
<div class="panel">{monthly_table(run)}</div>
<h2>More than holding, more than luck? <small>each measure beside buy and hold, and where resampled days and
trades put it 19 times in 20</small></h2>
<div class="panel">{beside_table(run)}</div>
<h2>Trades</h2>
<div class="panel" data-trades><p class="quiet">The list needs JavaScript.</p></div>
<div class="columns two"><div><h2>Results of trades</h2><div class="panel">{histogram(run)}</div></div>
<div><h2>Where profit came from</h2><div class="panel">{group_tables(run)}</div></div></div>
<h2>Profit by hour of entry <small>colour: profit, number: trades</small></h2>
<div class="panel">{hour_table(run)}</div>
<h2>All measures <small>hover for what each one says</small></h2>
<div class="panel">{measure_tables(result.metrics)}</div>
<h2>How it was run</h2>
<div class="panel"><div class="columns">{_facts("Parameters", result.parameters)}
{_facts("Settings", result.settings)}{_facts("Data", result.data)}{_counts(result.counts)}</div></div>
</section>"""


def comparison(runs: Sequence[Run]) -> str:
    """A table with a row a result, their equity in one chart, and the tabs that lead to each."""
    names = [name for name in COMPARED if any(name in run.result.metrics for run in runs)]
    head = "".join(
        f'<th scope="col" title="{escape(promise(name))}"><button type="button">{escape(label(name))}</button></th>'
        for name in names
    )
    rows = "".join(
        f'<tr><th scope="row"><a href="#run-{i}">{escape(run.result.strategy)}</a>'
        f"<small>{escape(run.told('symbol'))} {escape(run.told('timeframe'))}</small></th>"
        + "".join(_compared(name, run.metric(name)) for name in names)
        + "</tr>"
        for i, run in enumerate(runs)
    )
    tabs = "".join(
        f'<a role="tab" href="#run-{i}" id="tab-{i}" aria-controls="run-{i}">{escape(run.result.strategy)}</a>'
        for i, run in enumerate(runs)
    )
    return f"""<section class="comparison"><header><h1>{len(runs)} results compared</h1></header>
<div class="panel wide"><table class="plain sortable"><thead><tr><th scope="col">
<button type="button">strategy</button></th>{head}</tr></thead><tbody>{rows}</tbody></table></div>
<div class="panel chart-panel"><div class="chart" data-comparison></div></div></section>
<nav class="tabs" role="tablist" aria-label="Results">{tabs}</nav>"""


def _compared(name: str, value: float) -> str:
    order = "" if value != value else repr(value)
    return f'<td class="{tone(name, value)}" data-value="{order}">{shown(name, value)}</td>'


def _ambiguity(run: Run) -> str:
    told = ambiguity(run.result.counts, detailed=bool(run.result.settings.get("detail")))
    return f'<p class="quiet">{escape(told)}</p>' if told else ""


def _warnings(warnings: Sequence[str]) -> str:
    if not warnings:
        return ""
    items = "".join(f"<li>{escape(text)}</li>" for text in warnings)
    return f'<div class="warnings" role="note"><b>Before you trust this</b><ul>{items}</ul></div>'


def _facts(title: str, facts: Mapping[str, object]) -> str:
    rows = "".join(
        f"<div><dt>{escape(words(str(name)))}</dt><dd>{escape(_fact(value))}</dd></div>"
        for name, value in facts.items()
        if value is not None
    )
    body = f"<dl>{rows}</dl>" if rows else '<p class="quiet">None.</p>'
    return f"<div><h3>{title}</h3>{body}</div>"


def _fact(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{words(str(name))} {_fact(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_fact(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, float):
        return number(value, 0) if value.is_integer() and abs(value) >= 10_000 else f"{value:g}"
    return str(value)


def _counts(counts: Mapping[str, int]) -> str:
    told = {name: count for name, count in counts.items() if count and name not in (AMBIGUOUS, RESOLVED)}
    return _facts("Not done", told) if told else ""
