"""Runs both sides on the same signals until only equal trades remain, naming every difference on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

import tradefleet as tf
from benchmarks.kinds import Difference, Exit, difference, kind_of
from benchmarks.trades import Ints, Order, Trades

Run = Callable[[Ints], tuple[Trades, Trades, list[int]]]  # entry signals -> ours, theirs, refused decisions
MOST_PASSES = 10
UNEXPLAINED = "unexplained"


@dataclass
class Comparison:
    """Equal trades of the last pass, and all differences found, by kind."""

    equal: int = 0
    passes: int = 0
    differences: dict[str, list[Difference]] = field(default_factory=dict)

    @property
    def unexplained(self) -> int:
        """How many differences no kind recognises."""
        return len(self.differences.get(UNEXPLAINED, []))


def compare(bars: tf.Bars, enter: Ints, order: Order, run: Run) -> Comparison:
    """Compare, take out the entries that differ, and compare again.

    A trade that ends differently changes which later signals find the strategy flat. So the entries that
    differ, each classified, are withheld from both sides in the next pass, until a pass has none.
    """
    outcome = Comparison()
    while outcome.passes < MOST_PASSES:
        ours, theirs, refused = run(enter)
        outcome.passes += 1
        for trades in (ours, theirs):
            if not np.array_equal(trades.entry_price, bars.open[trades.entry]):
                raise RuntimeError(f"{order.name}: an entry is not filled at the open of its bar")
        found = _differences(bars, order, ours, theirs, set(refused))
        if not found:
            outcome.equal = len(ours)
            return outcome
        for each in found:
            kind = kind_of(each)
            outcome.differences.setdefault(kind.name if kind else UNEXPLAINED, []).append(each)
        enter = np.setdiff1d(enter, [each.decision for each in found])
    raise RuntimeError(f"{order.name}: still different after {MOST_PASSES} passes")


def _differences(bars: tf.Bars, order: Order, ours: Trades, theirs: Trades, refused: set[int]) -> list[Difference]:
    mine, other = _by_entry(ours), _by_entry(theirs)
    found = [
        difference(bars, order, entry, mine.get(entry), other.get(entry), entry - 1 in refused)
        for entry in sorted(mine.keys() | other.keys())
        if mine.get(entry) != other.get(entry)
    ]
    # An entry that one side alone has is a consequence when an earlier difference left the other side in
    # a position; it is judged in the next pass, unless nothing else could explain it.
    own = [each for each in found if (each.ours and each.theirs) or each.refused or each.decision == 0]
    return own or found


def _by_entry(trades: Trades) -> dict[int, Exit]:
    return {entry: (leave, price) for entry, leave, _, price in map(trades.row, range(len(trades)))}
