"""Plots as plain data: axes and marks; assets/plot.js draws them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradefleet.research.report.search.axis import Axis
from tradefleet.research.report.search.formats import drawn, format_of, shown_as, title_of, value_text
from tradefleet.research.report.search.ranking import Ranking
from tradefleet.research.report.texts import words

Floats = NDArray[np.float64]
Plot = dict[str, Any]
Mark = dict[str, Any]

MOST_BINS = 50
# Dots of a scatter.
MOST_DOTS = 1_500


def scale(name: str) -> dict[str, Any]:
    """An axis that shows a measure."""
    return {"label": title_of(name), "format": format_of(name)}


def places(axis: Axis) -> dict[str, Any]:
    """An axis that shows a parameter's places, evenly."""
    return {"label": words(axis.name), "labels": list(axis.labels)}


def histogram(values: Floats, name: str, rules: Sequence[Mark]) -> Plot | None:
    """How often each range of values comes; None without a number. The outermost 200th is gathered at each side."""
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return None
    marked = [rule["x"] for rule in rules if rule["x"] is not None]
    low, high = (float(edge) for edge in np.quantile(known, (0.005, 0.995)))
    low, high = min(low, *marked, high), max(high, *marked, low)
    if high - low < 1e-12 * max(abs(low), abs(high), 1e-300):
        low, high = low - (abs(low) or 1) * 0.05, high + (abs(high) or 1) * 0.05
    counts, edges = np.histogram(np.clip(known, low, high), _bins(len(known)), (low, high))
    bars = {
        "kind": "bars",
        "edges": drawn(edges),
        "values": counts.tolist(),
        "colour": "accent",
        "unit": "combinations",
    }
    return {
        "label": f"How the {title_of(name)} of {len(known):,} combinations is distributed",
        "x": scale(name),
        "y": {"label": "combinations", "format": "count", "zero": True},
        "marks": [bars, *rules],
    }


def rule(value: float | None, name: str, text: str, colour: str) -> Mark:
    """A line across at a value of the measure, with a name and the value."""
    (place,) = drawn([value])
    return {"kind": "rule", "x": place, "name": f"{text} {shown_as(name, value)}", "colour": colour}


def effect(ranked: Ranking, axis: Axis) -> Plot:
    """The objective's quartiles and best at each place of an axis."""
    groups = _groups(ranked.values, axis)
    quartiles = [[_quantile(group, share) for group in groups] for share in (0.25, 0.5, 0.75)]
    top = max if ranked.objective.higher_is_better else min
    best = [top(group[np.isfinite(group)], default=math.nan) for group in groups]
    x = list(range(len(groups)))
    return {
        "label": f"{title_of(ranked.objective.name)} by {words(axis.name)}: median, quartiles and best",
        "x": places(axis),
        "y": scale(ranked.objective.name),
        "marks": [
            {"kind": "band", "x": x, "low": drawn(quartiles[0]), "high": drawn(quartiles[2]), "name": "middle half"},
            {"kind": "line", "x": x, "y": drawn(quartiles[1]), "colour": "accent", "name": "median", "dots": True},
            {"kind": "dots", "x": x, "y": drawn(best), "colour": "second", "name": "best"},
            {"kind": "rule", "x": int(axis.codes[0]), "name": "", "colour": "second"},
        ],
    }


def slice_plot(ranked: Ranking, axis: Axis) -> Plot:
    """The objective over a parameter, a dot a combination."""
    rows = ranked.spread(MOST_DOTS)
    values = ranked.rows[axis.name][rows]
    numeric = axis.positions is not None
    plot = scatter(
        values.cast(float).to_numpy() if numeric else axis.codes[rows].astype(np.float64), ranked.values[rows],
        (axis.name, ranked.objective.name), f"{title_of(ranked.objective.name)} over {words(axis.name)}",
        described(ranked, rows.tolist()),
    )  # fmt: skip
    plot["x"] = {"label": words(axis.name), "format": "value"} if numeric else places(axis)
    return plot


def scatter(x: Floats, y: Floats, names: tuple[str, str], label: str, titles: Sequence[str] = ()) -> Plot:
    """A dot a row; the first one, the best, stands out."""
    return {
        "label": label,
        "x": scale(names[0]),
        "y": scale(names[1]),
        "marks": [
            {"kind": "dots", "x": drawn(x[1:]), "y": drawn(y[1:]), "colour": "accent", "name": "", "faded": True,
             "titles": list(titles[1:])},
            {"kind": "dots", "x": drawn(x[:1]), "y": drawn(y[:1]), "colour": "second", "name": "best", "large": True,
             "titles": list(titles[:1])},
        ],
    }  # fmt: skip


def described(ranked: Ranking, rows: Sequence[int]) -> list[str]:
    """Combinations in words, for the pointer."""
    names = [axis.name for axis in ranked.axes]
    return [
        ", ".join(f"{words(name)} {value_text(value)}" for name, value in zip(names, values, strict=True))
        for values in ranked.rows[rows].select(names).rows()
    ]


def _bins(count: int) -> int:
    return min(MOST_BINS, max(8, math.ceil(2 * math.sqrt(count))))


def _groups(values: Floats, axis: Axis) -> list[Floats]:
    order = np.argsort(axis.codes, kind="stable")
    ends = np.cumsum(np.bincount(axis.codes, minlength=len(axis.labels)))
    return np.split(values[order], ends[:-1])


def _quantile(values: Floats, share: float) -> float:
    known = values[np.isfinite(values)]
    return float(np.quantile(known, share)) if len(known) else math.nan
