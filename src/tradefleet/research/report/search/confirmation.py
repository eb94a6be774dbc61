"""The training part beside the part that was kept back to confirm."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradefleet.research.report.search.formats import CONFIRM, shown_as, title_of
from tradefleet.research.report.search.plots import MOST_DOTS, described, scatter
from tradefleet.research.report.search.ranking import Ranking
from tradefleet.research.report.texts import number

Floats = NDArray[np.float64]


def has_confirmation(ranked: Ranking) -> bool:
    """Whether the objective was also measured on a part that was kept back."""
    return f"{CONFIRM}{ranked.objective.name}" in ranked.rows.columns and len(ranked.rows) > 0


def confirmation_plot(ranked: Ranking) -> dict[str, Any]:
    """The objective in both parts, a dot a combination."""
    name = ranked.objective.name
    rows = ranked.spread(MOST_DOTS)
    title = title_of(name)
    plot = scatter(
        ranked.values[rows], ranked.column(f"{CONFIRM}{name}")[rows], (name, f"{CONFIRM}{name}"),
        f"{title} in training and in confirmation", described(ranked, rows.tolist()),
    )  # fmt: skip
    plot["x"]["label"] = f"{title} in training"
    return plot


def confirmation_text(ranked: Ranking) -> str:
    """Whether the order of training held: the rank correlation, and what became of the best."""
    name = ranked.objective.name
    confirmed = ranked.column(f"{CONFIRM}{name}")
    correlation = rank_correlation(ranked.values, confirmed)
    known = confirmed[~np.isnan(confirmed)]
    sentences = []
    if math.isfinite(correlation):
        sentences.append(f"Rank correlation of training and confirmation: <b>{number(correlation)}</b>.")
    if len(known) and not np.isnan(confirmed[0]):
        worse = known < confirmed[0] if ranked.objective.higher_is_better else known > confirmed[0]
        sentences.append(
            f"The best of training has {title_of(name)} {shown_as(name, confirmed[0])} in confirmation, better than "
            f"{worse.mean() * 100:.0f}% of all combinations there."
        )
    return " ".join(sentences) or "The confirmation part has no values to compare."


def rank_correlation(one: Floats, other: Floats) -> float:
    """Spearman's rank correlation of the pairs without NaN; NaN below three pairs, or where one side is constant.

    >>> round(rank_correlation(np.array([1.0, 2.0, 3.0, 9.0]), np.array([1.0, 4.0, 3.0, 8.0])), 6)
    0.8
    """
    known = ~(np.isnan(one) | np.isnan(other))
    if known.sum() < 3:
        return math.nan
    ranks = [_ranks(side[known]) for side in (one, other)]
    if any(side.min() == side.max() for side in ranks):
        return math.nan
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _ranks(values: Floats) -> Floats:
    # Equal values share the mean of their ranks.
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    mean: Floats = (last - (counts - 1) / 2)[place]
    return mean
