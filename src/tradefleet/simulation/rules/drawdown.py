"""Drawdown of equity, exact at bar closes."""

from __future__ import annotations

from typing import NamedTuple


class Drawdown(NamedTuple):
    """The peak so far and its time, the deepest fall from a peak and the longest time below one.

    `deepest` is a fraction of the peak, `longest` nanoseconds; `floor` is the equity below which the fall becomes the
    deepest; `under` says whether the last close was below the peak.
    """

    peak: float
    peak_time: int
    floor: float
    deepest: float
    longest: int
    under: bool


def update_drawdown(drawdown: Drawdown, equity: float, time: int) -> Drawdown:
    """The drawdown after one more close."""
    peak, peak_time, floor, deepest, longest, under = drawdown
    if equity >= peak:
        if under:
            longest = max(longest, time - peak_time)
        return Drawdown(equity, time, equity * (1.0 - deepest), deepest, longest, False)
    if equity < floor:
        return Drawdown(peak, peak_time, equity, max(deepest, 1.0 - equity / peak), longest, True)
    return Drawdown(peak, peak_time, floor, deepest, longest, True)
