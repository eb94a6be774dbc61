"""What to know of a sweep before believing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tradefleet.research.report.texts import words

if TYPE_CHECKING:
    from tradefleet.research.sweep.sweep import Sweep


def notes_of(sweep: Sweep) -> list[str]:
    """The warnings of a sweep and of its best combination."""
    found = []
    if sweep.interrupted:
        found.append(f"interrupted: {sweep.trials:,} of {sweep.planned:,} combinations are done")
    few = unranked(sweep)
    if few:
        trades = "no trade" if sweep.min_trades == 1 else f"fewer than {sweep.min_trades} trades"
        found.append(f"{few:,} of {sweep.trials:,} combinations made {trades}: they are not ranked")
    if sweep.failures:
        first = next(iter(sweep.errors))
        found.append(f"{len(sweep.failures):,} of {sweep.trials:,} combinations failed, the first: {first}")
    found += getattr(sweep.evaluator, "notes", {})
    if sweep.has_best:
        found += _edges(sweep)
        found += [f"the best one: {warning}" for warning in sweep.result().warnings]
    return found


def unranked(sweep: Sweep) -> int:
    """How many were measured, and made too few trades to be ranked."""
    return int(np.count_nonzero(sweep.column("trades") < sweep.min_trades))


def _edges(sweep: Sweep) -> list[str]:
    """A best value at the end of its axis may have a better one beyond."""
    best = sweep.parameters()
    changes = sweep.neighbourhood.filter(sweep.neighbourhood["change"].abs() > 0)["parameter"].to_list()
    at = [
        f"{words(name)} {best[name]:g}"
        for name, values in sweep.axes.items()
        if name in changes
        and len(values) > 2
        and not any(isinstance(value, str) for value in values)
        and best[name] in (min(values), max(values))
    ]
    return [f"the best lies at the edge of what was searched ({', '.join(at)}): look beyond it"] if at else []
