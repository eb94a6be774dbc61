"""How much of the best is luck, in words and numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tradefleet.research.report.search.contract import Luck
from tradefleet.research.report.search.formats import drawn
from tradefleet.research.report.texts import escape, number, percent, share

BINS = 30

Written = Callable[[float], str]
# Names in Luck.as_dict, inner ones behind a dot; what a reader is told; how; and what it means.
Facts = tuple[tuple[str, str, Written, str], ...]


def _count(value: float) -> str:
    return number(value, 0)


def _probability(value: float) -> str:
    # Rounded down: 0.9496 does not look like 0.95.
    return number(math.floor(value * 1000 + 1e-9) / 1000, 3)


CHOICE: Facts = (
    ("best_sharpe", "Sharpe ratio of the best", number, "annualised, of daily returns"),
    ("sharpe", "Sharpe ratio out of sample", number, "annualised, of daily returns"),
    ("expected_best", "what luck alone would give", number, "the best of so many trials without skill"),
    (
        "deflated_sharpe", "deflated Sharpe ratio", _probability,
        "probability that the best is better than luck alone (Bailey and Lopez de Prado, 2014)",
    ),
    (
        "deflated_sharpe_effective", "the same by independent trials", _probability,
        "by the number of independent trials that similar ones amount to",
    ),
    (
        "probabilistic_sharpe", "Sharpe ratio above zero", _probability,
        "probability, had it been the only trial (Bailey and Lopez de Prado, 2012)",
    ),
    ("trials", "trials", _count, "combinations that were tried"),
    ("effective_trials", "independent trials", _count, "what similar trials amount to"),
    ("days", "days", _count, "returns of the best"),
    ("days_needed", "days needed", _count, "for a deflated Sharpe ratio of 0.95, were they as these are"),
)  # fmt: skip
CROSS_VALIDATION: Facts = (
    (
        "probability_of_overfitting", "probability of overfitting", share,
        "how often the best on half of the days is no better than the median on the others "
        "(Bailey, Borwein, Lopez de Prado and Zhu, 2017)",
    ),
    ("overfitting.probability_of_loss", "the best of one half loses on the other", share, "share of splits"),
    ("overfitting.splits", "splits", _count, "ways to set one half of the days against the other"),
)  # fmt: skip
ORDER: Facts = (
    ("trade_order.max_drawdown", "drawdown as traded", percent, "largest fall at trade ends"),
    ("trade_order.drawdowns.0.5", "drawdown in another order, median", percent, "the same trades shuffled"),
    ("trade_order.drawdowns.0.95", "drawdown in one order of 20", percent, "or deeper: the same trades shuffled"),
    ("trade_order.returns.0.05", "return in one draw of 20", percent, "or less: as many trades drawn again"),
    ("trade_order.share_losing", "draws that lose", share, "as many trades drawn again"),
)


def luck_section(luck: Luck | None) -> str:
    """The verdict, its numbers, and room for the histogram of logits."""
    if luck is None:
        return '<p class="quiet">Not judged.</p>'
    told = luck.as_dict()
    notes = told.get("notes")
    texts = notes if isinstance(notes, list | tuple) else ()
    more = "".join(f'<p class="quiet">{escape(note)}</p>' for note in texts)
    drawing = '<figure class="plot" data-plot="logits" data-height="220"></figure>' if _logits(luck).size else ""
    return (
        f'<p class="verdict">{escape(luck.verdict)}</p>{more}<div class="columns luck">'
        f"{_list('The choice', CHOICE, told)}{_list('The same trades in another order', ORDER, told)}"
        f"<div>{_list('Half of the days against the other half', CROSS_VALIDATION, told)}{drawing}</div></div>"
    )


def logits_plot(luck: Luck | None) -> dict[str, Any] | None:
    """The logits of the cross-validation as a histogram: up to zero, the best of one half disappointed in the other."""
    known = np.empty(0) if luck is None else _logits(luck)
    if len(known) == 0:
        return None
    reach = max(1.0, float(np.abs(known).max()))
    edges = np.linspace(-reach, reach, BINS + 1)
    # Mirrored, so that a logit of zero counts with those below, as it does in the probability.
    counts = np.histogram(-known, edges)[0][::-1]
    return {
        "label": f"Logits of {len(known):,} splits of the cross-validation",
        "x": {"label": "logit of the rank on the other half", "format": "number"},
        "y": {"label": "splits", "format": "count", "zero": True},
        "marks": [
            {"kind": "bars", "edges": drawn(edges), "values": counts.tolist(), "colour": "accent", "below": "fall",
             "unit": "splits"},
            {"kind": "rule", "x": 0, "name": "median of all", "colour": "held"},
        ],
    }  # fmt: skip


def _logits(luck: Luck) -> np.ndarray:
    logits = np.asarray(luck.overfitting.logits, dtype=np.float64)
    return logits[np.isfinite(logits)]


def _list(title: str, facts: Facts, told: Mapping[str, object]) -> str:
    rows = [(_found(name, told), text, written, hint) for name, text, written, hint in facts]
    shown = "".join(
        f'<div title="{escape(hint)}"><dt>{escape(text)}</dt><dd>{written(float(value))}</dd></div>'
        for value, text, written, hint in rows
        if isinstance(value, int | float)
    )
    return f"<div><h3>{title}</h3><dl>{shown}</dl></div>" if shown else ""


def _found(name: str, told: Mapping[str, object]) -> object:
    """The value behind a name with dots; None without one."""
    if name in told:
        return told[name]
    outer, _, inner = name.partition(".")
    within = told.get(outer)
    return _found(inner, within) if isinstance(within, Mapping) else None
