"""Ways out of a position, each as one whole number: the bar times eight, and its rank in the order within a bar.

Of several ways out the smallest number is the one taken.
"""

from __future__ import annotations

# What the rule book does first in a bar, in this order.
AT_OPEN = 0
STOP_AT_OPEN = 1
TARGET_AT_OPEN = 2
STOP_INSIDE = 3
TARGET_INSIDE = 4


def key_of(bar: int, rank: int) -> int:
    """The number of a way out."""
    return bar * 8 + rank


def bar_of(key: int) -> int:
    """The bar of a way out."""
    # By shifting: compiled, a division asks about signs.
    return key >> 3


def rank_of(key: int) -> int:
    """Its rank within the bar."""
    return key & 7


def by_stop(rank: int) -> bool:
    """Whether it is the stop."""
    return rank in (STOP_AT_OPEN, STOP_INSIDE)


def inside(rank: int) -> bool:
    """Whether it is within the bar, not at its open."""
    return rank >= STOP_INSIDE


def wide(key: int) -> int:
    """A key out of a table, in which keys are narrow: compiled, it has to be as wide as others."""
    return key + 0
