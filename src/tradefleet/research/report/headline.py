"""The result in words."""

from __future__ import annotations

import math

from tradefleet.market.time import HOUR
from tradefleet.research.report.run import Run
from tradefleet.research.report.texts import date, duration, escape, money, number, percent


def subtitle(run: Run) -> str:
    """What was traded: symbol, timeframe, venue, span and number of bars."""
    count = sum(len(bars) for bars in run.all_bars.values())
    span = f"{date(run.start)} to {date(run.end)}" if count else "no bars"
    venue = run.told("venue")
    place = f" on {escape(venue)}" if venue else ""
    return (
        f"<b>{escape(run.told('symbol'))}</b> {escape(run.told('timeframe'))}{place}"
        f'<span class="dot">·</span>{span}<span class="dot">·</span>{count:,} bars'
    )


def headline(run: Run) -> str:
    """Two or three sentences: the net result, beside holding, and how it came about."""
    if len(run.equity) == 0 or len(run.bars) == 0:
        return "There was nothing to trade: no day of data."
    final = float(run.equity[-1])
    change = final / run.cash - 1
    held = float(run.held[-1]) / run.cash - 1
    tone = "rise" if change > 0 else "fall" if change < 0 else ""
    sentences = [
        f'{money(run.cash)} became {money(final)}: <b class="{tone}">{percent(change, signed=True)}</b> '
        f"after all costs, in {duration((run.end - run.start) / HOUR)}.",
        f"Buying and holding made {percent(held, signed=True)}.",
        _fall(run),
        _trades(run),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _fall(run: Run) -> str:
    depth, days = run.metric("max_drawdown"), run.metric("max_drawdown_days")
    if math.isnan(depth):
        return ""
    if depth == 0:
        return "Equity never fell."
    longest = f", the longest lasted {duration(days * 24)}" if math.isfinite(days) else ""
    return f"The deepest fall was {percent(depth)}{longest}."


def _trades(run: Run) -> str:
    closed = int(run.trades.closed.sum())
    still_open = len(run.trades) - closed
    rest = f", {number(still_open, 0)} still open" if still_open else ""
    if closed == 0:
        return f"No trade was closed{rest}."
    won = float((run.trades.profit[run.trades.closed] > 0).mean())
    noun = "trade" if closed == 1 else "trades"
    return f"{closed:,} {noun} closed{rest}; {percent(won)} won."
