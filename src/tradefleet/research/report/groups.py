"""Trades summed up by what they have in common."""

from __future__ import annotations

from typing import Any

import numpy as np

from tradefleet.metrics.groups import WEEKDAYS, hour_of, weekday_of
from tradefleet.research.report.monthly import heat_cell
from tradefleet.research.report.run import Run
from tradefleet.research.report.texts import duration, escape, money, number, percent, share, words

# Open from the start, and on demand: those in order of time are long.
NAMED, TIMED = ("exit_reason", "side", "symbol", "tag"), ("weekday", "hour", "month")
# Tags beyond the most frequent ones, and months beyond the last two years, would drown the page.
MOST_NAMES, MOST_TIMES = 12, 24


def group_tables(run: Run) -> str:
    """Closed trades by exit reason and side, by symbol and tag where there are several, and by time on demand."""
    tables = {what: _columns(run, what) for what in (*NAMED, *TIMED)}
    if not tables["side"]["trades"]:
        return '<p class="quiet">No closed trades.</p>'
    shown = [what for what in NAMED if what in ("exit_reason", "side") or len(tables[what]["trades"]) > 1]
    return "".join(_named(what, tables[what]) for what in shown) + "".join(
        f"<details><summary>by {what}</summary>{_timed(what, tables[what])}</details>" for what in TIMED
    )


def _columns(run: Run, what: str) -> dict[str, list[Any]]:
    return run.result.by(what).to_dict(as_series=False)


def _named(what: str, columns: dict[str, list[Any]]) -> str:
    trades = columns["trades"]
    rows = sorted(range(len(trades)), key=lambda row: -trades[row])[:MOST_NAMES]
    left = len(trades) - MOST_NAMES
    note = f'<p class="quiet">The {MOST_NAMES} most frequent of {len(trades)}.</p>' if left > 0 else ""
    return _table(what, columns, rows) + note


def _timed(what: str, columns: dict[str, list[Any]]) -> str:
    rows = list(range(len(columns["trades"])))
    left = len(rows) - MOST_TIMES
    note = f'<p class="quiet">The last {MOST_TIMES} of {len(rows)}.</p>' if left > 0 else ""
    return _table(what, columns, rows[-MOST_TIMES:]) + note


def _table(what: str, columns: dict[str, list[Any]], rows: list[int]) -> str:
    full = 2 * max((abs(value) for value in columns["profit"] if np.isfinite(value)), default=0.0)
    body = "".join(_row(what, {name: values[row] for name, values in columns.items()}, full) for row in rows)
    return (
        f'<div class="wide"><table class="plain compact"><thead><tr><th scope="col">{words(what)}</th>'
        '<th scope="col">trades</th><th scope="col">won</th><th scope="col">average</th><th scope="col">factor</th>'
        '<th scope="col">lasting</th><th scope="col">profit</th><th scope="col">of all</th>'
        f"</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(what: str, group: dict[str, Any], full: float) -> str:
    name = f"{group[what]:02d}:00" if what == "hour" else words(group[what]) or "none"
    return (
        f'<tr><th scope="row">{escape(name)}</th><td>{group["trades"]:,}</td><td>{share(group["win_rate"])}</td>'
        f"<td>{percent(group['average'], signed=True)}</td><td>{number(group['profit_factor'])}</td>"
        f"<td>{duration(group['average_duration_hours'], short=True)}</td>"
        + heat_cell(group["profit"], full, "", money(group["profit"]))
        + f"<td>{share(group['share'])}</td></tr>"
    )


def hour_table(run: Run) -> str:
    """Profit by weekday and hour of entry (UTC), as a coloured table."""
    trades = run.trades
    if not trades.closed.any():
        return '<p class="quiet">No closed trades.</p>'
    entry = trades.entry_time[trades.closed]
    slot = weekday_of(entry) * 24 + hour_of(entry)
    profit = np.bincount(slot, np.nan_to_num(trades.profit[trades.closed]), minlength=168).reshape(7, 24)
    count = np.bincount(slot, minlength=168).reshape(7, 24)
    full = float(np.quantile(np.abs(profit[count > 0]), 0.95))
    head = "".join(f'<th scope="col">{hour:02d}</th>' for hour in range(24))
    rows = "".join(
        f'<tr><th scope="row">{name[:3]}</th>'
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
