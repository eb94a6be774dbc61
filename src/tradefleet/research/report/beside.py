"""Measures beside those of buying and holding, with what luck might have made of them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from tradefleet.metrics.bootstrap import OF_DAYS, OF_TRADES, UNKNOWN, Interval
from tradefleet.metrics.holding import COMPARED, compared
from tradefleet.research.report.measures import label, promise, shown, tone
from tradefleet.research.report.run import Run
from tradefleet.research.report.texts import NONE, escape

NAMES = (*COMPARED, *(name for name in OF_DAYS + OF_TRADES if name not in COMPARED))


def beside_table(run: Run) -> str:
    """A row a measure: the strategy's, buy and hold's, and the strategy's 95 % interval."""
    held = compared(run.result.holding)
    rows = "".join(_row(run, name, held) for name in NAMES if name in run.result.metrics)
    if not rows:
        return '<p class="quiet">No measures.</p>'
    return (
        '<div class="wide"><table class="plain compact"><thead><tr><th scope="col">measure</th>'
        '<th scope="col">strategy</th><th scope="col">buy and hold</th><th scope="col">95% interval</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(run: Run, name: str, held: Mapping[str, float]) -> str:
    value = run.metric(name)
    beside = shown(name, held[name]) if name in held else ""
    return (
        f'<tr title="{escape(promise(name))}"><th scope="row">{escape(label(name))}</th>'
        f'<td class="{tone(name, value)}">{shown(name, value)}</td><td>{beside}</td>'
        f"<td>{_interval(name, run.result.confidence.get(name, UNKNOWN))}</td></tr>"
    )


def _interval(name: str, interval: Interval) -> str:
    if name not in OF_DAYS + OF_TRADES:
        return ""
    if math.isnan(interval.low):
        return NONE
    days = " of day ends" if name == "max_drawdown" else ""
    return f"{shown(name, interval.low)} to {shown(name, interval.high)}{days}"
