"""Where a quantile lies among sorted values, in one statement for every way to find it."""

from __future__ import annotations


def place_of(share: float, count: int) -> int:
    """The place, from 0, of the last sorted value at or below the quantile.

    >>> place_of(0.05, 730), place_of(0.5, 3)
    (36, 1)
    """
    return int((count - 1) * share)


def quantile_between(low: float, high: float, share: float, count: int) -> float:
    """The quantile by linear interpolation from the value at `place_of` to the next one.

    Source: Hyndman and Fan (1996), Sample Quantiles in Statistical Packages, The American Statistician 50(4), type 7.

    >>> quantile_between(1.0, 2.0, 0.5, 2)
    1.5
    """
    return low + (high - low) * ((count - 1) * share - place_of(share, count))
