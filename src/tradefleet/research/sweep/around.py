"""What lies around the best combination of a sweep."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tradefleet.research.report.measures import printed
from tradefleet.research.report.texts import ascii_only, number, words
from tradefleet.research.search.neighbourhood import neighbourhood, plateau
from tradefleet.research.sweep.frame import frame_of

if TYPE_CHECKING:
    import polars as pl

    from tradefleet.research.sweep.sweep import Sweep


def around(sweep: Sweep, best: int) -> pl.DataFrame:
    """The neighbours of a row, with the objective of each."""
    name = sweep.objective.name
    return neighbourhood(frame_of(sweep, columns=(name,)), sweep.axes, best, name)


def around_text(sweep: Sweep) -> str:
    """One line on the neighbours of the best; empty where none was measured."""
    name = sweep.objective.name
    known = [row for row in sweep.neighbourhood.rows(named=True) if math.isfinite(row[name])]
    if not known:
        return ""
    worst = (min if sweep.objective.higher_is_better else max)(known, key=lambda row: row[name])
    flat = plateau(sweep.neighbourhood)
    told = "" if math.isnan(flat) else f"plateau {ascii_only(number(flat))} (1 is flat), "
    neighbours = "one neighbour" if len(known) == 1 else f"{len(known)} neighbours"
    return (
        f"around the best: {told}the worst of {neighbours} one step away has {words(name)} "
        f"{printed(name, worst[name])}, at {words(worst['parameter'])} {worst['value']}"
    )
