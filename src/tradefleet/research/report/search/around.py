"""The neighbourhood of the best combination: how quickly it gets worse around it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tradefleet.research.report.search.formats import shown_as, title_of, value_text
from tradefleet.research.report.search.ranking import ROW, Ranking
from tradefleet.research.report.search.tables import measure_cell, value_cell
from tradefleet.research.report.texts import NONE, escape, number, words
from tradefleet.research.search.neighbourhood import neighbourhood, plateau

# Combinations shown where there is no grid.
NEAREST = 8

Cells = dict[tuple[str, int], dict[str, Any]]


def around_section(ranked: Ranking, axes: Mapping[str, Sequence[Any]]) -> str:
    """A table with a row an axis: the value below, the best's, the value above, each with the objective."""
    if not len(ranked.rows):
        return '<p class="quiet">There is no best combination.</p>'
    best, name = ranked.best(), ranked.objective.name
    names = [axis.name for axis in ranked.axes]
    near = neighbourhood(ranked.table, {each: axes[each] for each in names}, int(best[ROW]), name)
    cells: Cells = {(row["parameter"], row["step"]): row for row in near.rows(named=True)}
    if all(row["row"] is None for row in cells.values()):
        return _nearest(ranked, names)
    known = [row[name] for row in cells.values() if math.isfinite(row[name])]
    worst = (min if ranked.objective.higher_is_better else max)(known, default=math.nan)
    rows = "".join(
        f'<tr><th scope="row">{escape(words(each))}</th>{_cell(cells.get((each, -1)), name, best[name], worst)}'
        f'<td class="best"><b>{escape(value_text(best[each]))}</b> {shown_as(name, best[name])}</td>'
        f"{_cell(cells.get((each, 1)), name, best[name], worst)}</tr>"
        for each in names
    )
    return (
        f"<p>{_told(name, plateau(near), len(known), worst)}</p>"
        '<div class="wide" tabindex="0"><table class="plain around"><thead><tr><th scope="col">parameter</th>'
        '<th scope="col">one step down</th><th scope="col">best</th><th scope="col">one step up</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _nearest(ranked: Ranking, names: Sequence[str]) -> str:
    """Where no grid was searched: the combinations nearest to the best, an axis from end to end being 1."""
    units = np.array([axis.unit(axis.numbers) for axis in ranked.axes]).reshape(len(names), len(ranked.rows))
    distance = np.sqrt(((units - units[:, :1]) ** 2).sum(axis=0))
    near = [int(row) for row in np.argsort(distance, kind="stable")[: NEAREST + 1] if row != 0][:NEAREST]
    if not near:
        return '<p class="quiet">No other combination was measured.</p>'
    name, values = ranked.objective.name, ranked.values
    head = "".join(f'<th scope="col">{escape(words(each))}</th>' for each in names)
    rows = "".join(
        f"<tr>{''.join(value_cell(row[each]) for each in names)}{measure_cell(name, row[name])}"
        f"<td>{number(float(distance[place]))}</td></tr>"
        for place, row in zip([0, *near], ranked.rows[[0, *near]].rows(named=True), strict=True)
    )
    ratio = float(np.mean(values[near]) / values[0]) if 0 < values[0] < math.inf else math.nan
    flat = f" <b>Plateau {number(ratio)}</b>: their mean over the best, 1 being flat." if math.isfinite(ratio) else ""
    return (
        f"<p>No grid was searched: the best, and the {len(near)} combinations nearest to it.{flat}</p>"
        f'<div class="wide" tabindex="0"><table class="plain compact nearest"><thead><tr>{head}<th scope="col">'
        f'{escape(title_of(name))}</th><th scope="col" title="an axis from end to end is 1">distance</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _told(name: str, flatness: float, count: int, worst: float) -> str:
    neighbours = "one neighbour" if count == 1 else f"{count} neighbours"
    lowest = f"the worst of them has {title_of(name)} {shown_as(name, worst)}"
    if not math.isfinite(flatness):
        return f"{neighbours.capitalize()} one step away; {lowest}."
    flat = f"<b>Plateau {number(flatness)}</b>: the mean of {neighbours} one step away over the best, 1 being flat"
    return f"{flat}; {lowest}."


def _cell(row: Mapping[str, Any] | None, name: str, best: float, worst: float) -> str:
    if row is None:
        return f'<td class="none" title="the axis ends here">{NONE}</td>'
    if math.isnan(row[name]):
        return (
            f'<td class="none"><b>{escape(row["value"])}</b> {"failed" if row["row"] is not None else "not run"}</td>'
        )
    reach = abs(worst - best)
    fall = min(1.0, abs(row[name] - best) / reach) if 0 < reach < math.inf else 0.0
    return f'<td class="fall" style="--heat:{fall:.3f}"><b>{escape(row["value"])}</b> {shown_as(name, row[name])}</td>'
