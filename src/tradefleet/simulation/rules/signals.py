"""Signals: what a set of them means for the position at the close."""

from __future__ import annotations

from typing import NamedTuple

ENTER_LONG = 1
EXIT_LONG = 2
ENTER_SHORT = 4
EXIT_SHORT = 8


class Decision(NamedTuple):
    """Leave the position, and enter a side (0.0 for none), both at the next open."""

    leave: bool
    enter: float


def decide(side: float, signals: int) -> Decision:
    """The decision at a close: `signals` is the sum of ENTER_LONG, EXIT_LONG, ENTER_SHORT, EXIT_SHORT that hold.

    Both entries at once cancel out; an entry beside the exit of its own side is void; an entry in the direction held
    is ignored; an entry against it reverses. A strategy limited to one side has its other signals masked before.

    >>> decide(1.0, ENTER_SHORT)
    Decision(leave=True, enter=-1.0)
    """
    both = signals & ENTER_LONG != 0 and signals & ENTER_SHORT != 0
    long = signals & ENTER_LONG != 0 and signals & EXIT_LONG == 0 and not both
    short = signals & ENTER_SHORT != 0 and signals & EXIT_SHORT == 0 and not both
    if side > 0.0:
        return Decision(short or signals & EXIT_LONG != 0, -1.0 if short else 0.0)
    if side < 0.0:
        return Decision(long or signals & EXIT_SHORT != 0, 1.0 if long else 0.0)
    if long:
        return Decision(False, 1.0)
    return Decision(False, -1.0 if short else 0.0)
