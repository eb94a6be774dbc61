"""Returns by calendar month and year."""

from __future__ import annotations

import numpy as np

from tradefleet.research.report.run import Run
from tradefleet.research.report.texts import NONE, number, percent, year_month

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# However calm the account, a return of this size does not get the full colour.
LEAST_HEAT = 0.02


def monthly_returns(run: Run) -> dict[int, dict[int, float]]:
    """Return of each UTC month, by year and month; a year's own return is its month 0.

    A month's equity is its last day end; the first month starts from the initial cash. After ruin
    (equity <= 0) there is nothing to earn on, and months are left out.
    """
    table: dict[int, dict[int, float]] = {}
    if len(run.equity) == 0:
        return table
    # A day ends at the first instant of the next: a nanosecond before belongs to it.
    months = [year_month(int(time) - 1) for time in run.equity_time]
    last = [i for i in range(len(months)) if i + 1 == len(months) or months[i + 1] != months[i]]
    before = run.cash
    opening: dict[int, float] = {}
    for i in last:
        if before <= 0:
            break
        year, month = months[i]
        opening.setdefault(year, before)
        row = table.setdefault(year, {})
        after = float(run.equity[i])
        row[month] = after / before - 1
        row[0] = after / opening[year] - 1
        before = after
    return table


def monthly_table(run: Run) -> str:
    """The returns as a table, years as rows, coloured by size."""
    table = monthly_returns(run)
    if not table:
        return '<p class="quiet">No day has ended.</p>'
    months = [abs(value) for row in table.values() for month, value in row.items() if month]
    years = [abs(row[0]) for row in table.values()]
    full, full_year = (max(LEAST_HEAT, float(np.quantile(sizes, 0.95))) for sizes in (months, years))
    head = "".join(f'<th scope="col">{name}</th>' for name in (*MONTHS, "Year"))
    rows = "".join(
        f'<tr><th scope="row">{year}</th>'
        + "".join(heat_cell(row.get(month), full) for month in range(1, 13))
        + heat_cell(row.get(0), full_year, "total")
        + "</tr>"
        for year, row in sorted(table.items())
    )
    return (
        '<div class="wide"><table class="heat"><thead><tr><th scope="col">UTC</th>'
        f"{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def heat_cell(value: float | None, full: float, kind: str = "", text: str | None = None) -> str:
    """A table cell coloured by sign and size; `full` has the full colour. Empty for no value."""
    if value is None or np.isnan(value):
        return f'<td class="{kind} none">{NONE}</td>'
    heat = min(1.0, abs(value) / full) if full > 0 else 0.0
    side = "rise" if value >= 0 else "fall"
    shown = number(value * 100, 1 if abs(value) < 10 else 0) if text is None else text
    title = percent(value, signed=True) if text is None else text
    return f'<td class="{kind} {side}" style="--heat:{heat:.2f}" title="{title}">{shown}</td>'
