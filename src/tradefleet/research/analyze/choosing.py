"""Which timeframe and parameters a symbol is given."""

from __future__ import annotations

from collections.abc import Sequence

from tradefleet.research.analyze.pair import Pair
from tradefleet.research.search.direction import Objective


def chosen(pairs: Sequence[Pair], objective: Objective, unconfirmed: bool = False) -> Pair | None:
    """Of a symbol's timeframes the one whose best has the best objective in training, among those that are confirmed.

    Confirmed is what traded in the confirmation part and lost nothing there. Where none is, the answer is None; with
    `unconfirmed` the best in training is taken then. Of equals the first is.
    """
    found = [pair for pair in pairs if pair.best]
    kept = [pair for pair in found if pair.best[0].confirmed]
    if not kept and unconfirmed:
        kept = found
    return max(kept, key=lambda pair: objective.oriented(pair.best[0].training[objective.name]), default=None)
