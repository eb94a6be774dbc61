"""The kinds of difference between our rules and backtesting.py's, each with the predicate that knows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import tradefleet as tf
from benchmarks.trades import Order

Exit = tuple[int, float]  # bar and price


@dataclass(frozen=True)
class Difference:
    """One entry that ended differently, seen at the first bar where the two part.

    Prices are the long view: for a short all are negated, so that its target too lies above the stop.
    """

    decision: int  # the bar at whose close the entry was decided
    bar: int  # the bar that decides
    open: float
    high: float
    low: float
    stop: float
    target: float
    last_close: float  # at the decision
    ours: Exit | None  # None: no such entry; an exit after the last bar: still open
    theirs: Exit | None
    refused: bool  # backtesting.py raised on the order


@dataclass(frozen=True)
class Kind:
    """A difference that is understood: the rule of ours that decides it, and how to recognise it."""

    name: str
    rule: str
    recognises: Callable[[Difference], bool]


KINDS = (
    Kind(
        "order refused: the open gaps past a level",
        "stop and target are fractions of the fill; theirs are prices named before it, refused if the last "
        "close is already beyond",
        lambda d: d.refused and d.theirs is None and not d.stop < d.last_close < d.target,
    ),
    Kind(
        "decided at the first bar",
        "every close decides; theirs asks the strategy from the second bar on",
        lambda d: d.decision == 0 and d.theirs is None,
    ),
    Kind(
        "target touched, not traded through",
        "a limit fills if the bar trades through it (high > price); theirs fills on touch",
        lambda d: d.high == d.target and d.theirs == (d.bar, d.target) and d.ours is not None and d.ours[0] > d.bar,
    ),
    Kind(
        "open beyond the target, stop touched later in the bar",
        "the stop comes first, unless the open has already passed the target; theirs takes the stop",
        lambda d: d.open > d.target and d.low <= d.stop and d.ours == (d.bar, d.open) and d.theirs == (d.bar, d.stop),
    ),
)


def difference(
    bars: tf.Bars, order: Order, entry: int, ours: Exit | None, theirs: Exit | None, refused: bool
) -> Difference:
    """The difference of the trade that entered at the open of bar `entry`."""
    fill = float(bars.open[entry])
    side = order.side
    bar = min(end[0] for end in (ours, theirs) if end is not None)
    high, low = (bars.high, bars.low) if side > 0 else (bars.low, bars.high)
    return Difference(
        decision=entry - 1,
        bar=bar,
        open=side * float(bars.open[bar]),
        high=side * float(high[bar]),
        low=side * float(low[bar]),
        stop=side * fill * (1 - side * order.stop_loss),
        target=side * fill * (1 + side * order.take_profit),
        last_close=side * float(bars.close[entry - 1]),
        ours=ours and (ours[0], side * ours[1]),
        theirs=theirs and (theirs[0], side * theirs[1]),
        refused=refused,
    )


def kind_of(found: Difference) -> Kind | None:
    """The kind that recognises it; None if it is unexplained."""
    return next((kind for kind in KINDS if kind.recognises(found)), None)
