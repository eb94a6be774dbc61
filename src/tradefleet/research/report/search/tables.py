"""Tables of the pages, as HTML."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tradefleet.research.report.measures import promise, tone
from tradefleet.research.report.search.formats import CONFIRM, shown_as, title_of, value_text
from tradefleet.research.report.search.ranking import COMPARED, ROW, Ranking
from tradefleet.research.report.texts import NONE, escape, words

TOP = 20
MOST_ERRORS = 20


def top_table(ranked: Ranking) -> str:
    """The best combinations, a row each; a click on a heading sorts."""
    names = [axis for axis in ranked.rows.columns if axis in {each.name for each in ranked.axes}]
    measures = _present(ranked, (ranked.objective.name, f"{CONFIRM}{ranked.objective.name}", *COMPARED))
    rows = ranked.rows.head(TOP).rows(named=True)
    if not rows:
        return '<p class="quiet">No combination has a value of the objective.</p>'
    head = [heading("#", "place in the ranking"), *(heading(words(name), "parameter") for name in names)]
    head += [heading(title_of(name), promise(name.removeprefix(CONFIRM))) for name in measures]
    body = "".join(
        f'<tr><th scope="row" data-value="{place}">{place}</th>'
        + "".join(value_cell(row[name]) for name in names)
        + "".join(measure_cell(name, row[name]) for name in measures)
        + "</tr>"
        for place, row in enumerate(rows, start=1)
    )
    return sortable("".join(head), body)


def sortable(head: str, body: str) -> str:
    """A wide table whose headings sort it."""
    return (
        f'<div class="wide" tabindex="0"><table class="plain compact sortable"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def summary_table(columns: Mapping[str, Mapping[str, float | None]], measures: Sequence[str]) -> str:
    """A row a measure, a column each of some named accounts; a measure that one lacks is left empty there."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    rows = "".join(
        f'<tr title="{escape(promise(name))}"><th scope="row">{escape(title_of(name))}</th>'
        + "".join(measure_cell(name, one[name]) if name in one else "<td></td>" for one in columns.values())
        + "</tr>"
        for name in measures
        if any(name in one for one in columns.values())
    )
    return (
        '<div class="wide" tabindex="0"><table class="plain compact summary"><thead><tr><th scope="col">measure</th>'
        f"{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def errors_table(ranked: Ranking) -> str:
    """The errors by message, the most frequent first, with one combination that each came from."""
    import polars as pl  # noqa: PLC0415 - heavy, only where frames are made

    if not ranked.failed:
        return '<p class="quiet">None.</p>'
    names = [axis.name for axis in ranked.axes] or [name for name in ranked.table.columns[:1] if name != "error"]
    groups = (
        ranked.table.filter(pl.col("error").is_not_null())
        .group_by("error", maintain_order=True)
        .agg(pl.len().alias(ROW), pl.col(names).first())
        .sort(ROW, descending=True, maintain_order=True)
    )
    rows = "".join(
        f'<tr><td>{row[ROW]:,}</td><td class="text">{escape(row["error"])}</td>'
        f'<td class="text">{escape(combination(row, names))}</td></tr>'
        for row in groups.head(MOST_ERRORS).rows(named=True)
    )
    more = len(groups) - MOST_ERRORS
    rest = f'<p class="quiet">and {more:,} other messages</p>' if more > 0 else ""
    return (
        '<div class="wide" tabindex="0"><table class="plain compact errors"><thead><tr><th scope="col">how many</th>'
        '<th scope="col" class="text">error</th><th scope="col" class="text">the first</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{rest}"
    )


def combination(row: Mapping[str, Any], names: Sequence[str]) -> str:
    """A combination of parameters in words."""
    return ", ".join(f"{words(name)} {value_text(row[name])}" for name in names)


def measure_cell(name: str, value: float | None) -> str:
    """A table's cell with a measure, sortable by it."""
    order = "" if value is None or math.isnan(value) else repr(float(value))
    colour = "" if value is None else tone(name.removeprefix(CONFIRM), value)
    return f'<td class="{colour}" data-value="{_sortable(order)}">{shown_as(name, value)}</td>'


def heading(text: str, hint: str = "") -> str:
    """A heading that sorts."""
    return f'<th scope="col" title="{escape(hint)}"><button type="button">{escape(text)}</button></th>'


def value_cell(value: object) -> str:
    """A table's cell with a parameter's value, sortable by it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f'<td data-value="{_sortable(repr(value))}">{escape(value_text(value))}</td>'
    return f"<td>{NONE if value is None else escape(value_text(value))}</td>"


def _sortable(order: str) -> str:
    # As the script reads it.
    return order.replace("inf", "Infinity").replace("nan", "")


def _present(ranked: Ranking, names: Sequence[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name in ranked.rows.columns]
