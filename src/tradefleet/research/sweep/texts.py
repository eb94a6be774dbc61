"""A sweep as a table for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tradefleet.research.report.measures import printed
from tradefleet.research.report.search.confirmation import rank_correlation
from tradefleet.research.report.texts import ascii_only, number, words
from tradefleet.research.sweep.around import around_text
from tradefleet.research.sweep.columns import CONFIRM
from tradefleet.research.table import aligned

if TYPE_CHECKING:
    from tradefleet.research.sweep.sweep import Sweep

TOP = 20
_SHOWN = ("total_return", "sharpe", "max_drawdown", "trades")
# Fewer combinations than this are done before a rate means anything.
_FEWEST = 100


def sweep_table(sweep: Sweep, top: int = TOP) -> str:
    """The best combinations in rows, and what to know of them."""
    lines = [*_head(sweep), ""]
    rows = sweep.order(top=max(0, top)) if top > 0 else np.empty(0, np.int64)
    if len(rows):
        lines += [_rows(sweep, rows), ""]
    if sweep.luck is not None:
        lines.append(sweep.luck.verdict)
    if sweep.has_best:
        lines += [line for line in (around_text(sweep), confirmation_text(sweep)) if line]
    lines += [f"warning: {warning}" for warning in sweep.warnings]
    return "\n".join(lines).rstrip()


def confirmation_text(sweep: Sweep) -> str:
    """One line on the part that was kept back; empty where there was none."""
    if sweep.parts.confirmation is None:
        return ""
    name = sweep.objective.name
    order = sweep.order()
    training, confirmed = sweep.column(name)[order], sweep.column(f"{CONFIRM}{name}")[order]
    correlation = rank_correlation(training, confirmed)
    return (
        f"confirmation: the best of training has {words(name)} {printed(name, float(confirmed[0]))} in the part kept "
        f"back; rank correlation of the two parts {ascii_only(number(correlation))}"
    )


def _head(sweep: Sweep) -> list[str]:
    data = sweep.data
    what = f"{sweep.strategy} on {data['symbol']} {data['timeframe']}" if data else sweep.strategy
    lines = [what]
    if data:
        kept = "; the rest is kept back" if sweep.parts.confirmation else ""
        lines.append(f"{data['bars']:,} bars, {data['first']} to {data['last']}{kept}")
    return [*lines, f"{sweep.trials:,} combinations by {words(sweep.objective.name)}{_rate(sweep)}"]


def _rate(sweep: Sweep) -> str:
    done = sweep.trials - sweep.resumed
    earlier = f", {sweep.resumed:,} of them by an earlier run" if sweep.resumed else ""
    if done < _FEWEST or sweep.seconds <= 0:
        return earlier
    return f"{earlier}: {sweep.seconds:.3g} s, {done / sweep.seconds:,.0f} a second"


def _rows(sweep: Sweep, rows: np.typing.NDArray[np.int64]) -> str:
    own = sweep.objective.name
    measures = [own, *([f"{CONFIRM}{own}"] if sweep.parts.confirmation else [])]
    measures += [name for name in _SHOWN if name not in measures]
    table = [["", *map(words, sweep.combinations.names), *map(words, measures)]]
    for place, row in enumerate(rows.tolist(), 1):
        found = sweep.row(row)
        values = [_value(value) for value in sweep.combinations[row].values()]
        shown = [printed(name.removeprefix(CONFIRM), found[name]) for name in measures]
        table.append([str(place), *values, *shown])
    return aligned(table, right=range(len(table[0])))


def _value(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
