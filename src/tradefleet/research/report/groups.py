"""Trades summed up by what they have in common."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tradefleet.market.time import DAY, HOUR
from tradefleet.research.report.monthly import heat_cell
from tradefleet.research.report.run import OPEN, Run
from tradefleet.research.report.texts import duration, escape, money, number, percent, share, words

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# Tags beyond the most frequent ones would drown the page.
MOST = 12


def group_table(run: Run, title: str, labels: Sequence[str]) -> str:
    """A row a label: how many trades, how many won, what they brought."""
    trades = run.trades
    names, codes = np.unique(np.array(labels, dtype=object).astype(str), return_inverse=True)
    count = np.bincount(codes)
    won = np.bincount(codes, trades.profit > 0)
    profit = np.bincount(codes, np.nan_to_num(trades.profit))
    ratio = np.bincount(codes, np.nan_to_num(trades.profit_ratio)) / count
    hours = np.bincount(codes, (trades.exit_time - trades.entry_time) / HOUR) / count
    largest = float(np.abs(profit).max())
    rows = "".join(
        f'<tr><th scope="row">{escape(words(names[i]) or "none")}</th>'
        f"<td>{count[i]:,}</td><td>{share(float(count[i] / len(trades)))}</td>"
        f"<td>{share(float(won[i] / count[i]))}</td><td>{percent(float(ratio[i]), signed=True)}</td>"
        f"<td>{duration(float(hours[i]), short=True)}</td>"
        + heat_cell(float(profit[i]), 2 * largest, "", money(float(profit[i])))
        + "</tr>"
        for i in np.argsort(-count, kind="stable")[:MOST]
    )
    left = len(names) - MOST
    note = f'<p class="quiet">The {MOST} most frequent of {len(names)}.</p>' if left > 0 else ""
    return (
        f'<div class="wide"><table class="plain compact"><thead><tr><th scope="col">{escape(title)}</th>'
        '<th scope="col">trades</th><th scope="col">share</th><th scope="col">won</th>'
        '<th scope="col">average</th><th scope="col">lasting</th><th scope="col">profit</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></div>{note}"
    )


def group_tables(run: Run) -> str:
    """Trades by exit reason and side, and by symbol and tag where there are several."""
    trades = run.trades
    if len(trades) == 0:
        return '<p class="quiet">No trades.</p>'
    reasons = ["still open" if reason == OPEN else reason for reason in trades.exit_reason]
    tables = [
        group_table(run, "exit reason", reasons),
        group_table(run, "side", ["long" if long else "short" for long in trades.long]),
    ]
    for title, labels in (("symbol", trades.symbol), ("tag", trades.tag)):
        if len(set(labels)) > 1:
            tables.append(group_table(run, title, labels))
    return "".join(tables)


def hour_table(run: Run) -> str:
    """Profit by weekday and hour of entry (UTC), as a coloured table."""
    trades = run.trades
    if not trades.closed.any():
        return '<p class="quiet">No closed trades.</p>'
    entry = trades.entry_time[trades.closed]
    # 1970-01-01 was a Thursday.
    slot = (entry // DAY + 3) % 7 * 24 + entry // HOUR % 24
    profit = np.bincount(slot, np.nan_to_num(trades.profit[trades.closed]), minlength=168).reshape(7, 24)
    count = np.bincount(slot, minlength=168).reshape(7, 24)
    full = float(np.quantile(np.abs(profit[count > 0]), 0.95))
    head = "".join(f'<th scope="col">{hour:02d}</th>' for hour in range(24))
    rows = "".join(
        f'<tr><th scope="row">{name}</th>'
        + "".join(_hour_cell(float(profit[day, hour]), int(count[day, hour]), full) for hour in range(24))
        + "</tr>"
        for day, name in enumerate(WEEKDAYS)
    )
    return (
        '<div class="wide"><table class="heat hours"><thead><tr><th scope="col">UTC</th>'
        f"{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _hour_cell(profit: float, count: int, full: float) -> str:
    if count == 0:
        return '<td class="none"></td>'
    heat = min(1.0, abs(profit) / full) if full > 0 else 0.0
    side = "rise" if profit >= 0 else "fall"
    title = f"{number(count, 0)} trades, {money(profit)}"
    return f'<td class="{side}" style="--heat:{heat:.2f}" title="{title}">{count}</td>'
