"""Made-up bars, one rule each: where backtesting.py agrees, and each kind of difference.

Every case decides at bar 2, fills at the open of bar 3 at 100; stop 1 %, target 2 %: 99 and 102.
For a short the same bars are mirrored at 100 and the levels lie at 101 and 98.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import tradefleet as tf

Bar = tuple[float, float, float, float]  # open, high, low, close
FLAT: Bar = (100.0, 100.0, 100.0, 100.0)
MINUTE = 60 * 10**9
STOP_LOSS, TAKE_PROFIT = 0.01, 0.02


@dataclass(frozen=True)
class Case:
    """Bars after the decision, and the kind of difference expected; None: both sides agree."""

    name: str
    bars: tuple[Bar, ...]
    kind: str | None = None
    leave: int | None = None
    decision: int = 2

    def columns(self, side: int) -> tf.Bars:
        """The bars, mirrored for a short."""
        rows = np.array([*[FLAT] * (self.decision + 1), *self.bars, FLAT, FLAT])
        opening, high, low, close = rows.T if side > 0 else 200.0 - rows.T[[0, 2, 1, 3]]
        times = np.arange(len(rows)) * MINUTE
        return tf.Bars(times, opening, high, low, close, timeframe="1m", symbol="CASE/USD")


TOUCHED = "target touched, not traded through"
PASSED = "open beyond the target, stop touched later in the bar"
REFUSED = "order refused: the open gaps past a level"
FIRST = "decided at the first bar"

CASES = (
    Case("target traded through", (FLAT, (100, 102.5, 100, 101))),
    Case("target touched exactly", (FLAT, (100, 102, 100, 101)), TOUCHED),
    Case("open exactly at the target, nothing above", (FLAT, (102, 102, 101, 101)), TOUCHED),
    Case("open exactly at the target, then above", (FLAT, (102, 103, 101, 101))),
    Case("open beyond the target", (FLAT, (103, 104, 102, 103))),
    Case("open beyond the target, then the stop", (FLAT, (103, 104, 98, 100)), PASSED),
    Case("stop touched exactly", (FLAT, (100, 100, 99, 99.5))),
    Case("open beyond the stop", (FLAT, (98, 100, 97, 99))),
    Case("stop and target in one bar", (FLAT, (100, 103, 98, 100))),
    Case("stop on the entry bar", ((100, 101, 98, 99),)),
    Case("target on the entry bar", ((100, 103, 100, 101),)),
    Case("target touched exactly on the entry bar", ((100, 102, 100, 101),), TOUCHED),
    Case("stop and target on the entry bar", ((100, 103, 98, 100),)),
    Case("signal exit, stop in the bar it fills", (FLAT, (100, 100, 98, 99)), leave=3),
    Case("signal exit, target in the bar it fills", (FLAT, (100, 103, 100, 101)), leave=3),
    Case("signal exit, open beyond the stop", (FLAT, (98, 99, 97, 98)), leave=3),
    Case("signal exit decided in the bar of the stop", (FLAT, (100, 100, 98, 99), (98, 99, 97, 98)), leave=4),
    Case("entry gaps up past the target of the close", ((103, 103, 103, 103),), REFUSED),
    Case("decided at the first bar", (FLAT, (100, 100, 98, 99)), FIRST, decision=0),
    Case("still open at the end", (FLAT, FLAT)),
)
