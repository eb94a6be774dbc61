"""Exposure and slots: what an account's limits leave for one more entry."""

from __future__ import annotations

import math


def room_left(equity: float, exposure: float, of_all: float, symbol_exposure: float, of_symbol: float) -> float:
    """The notional left below the limits, multiples of the equity of which 0 is none; infinite without limits.

    `of_all` and `of_symbol` are the notionals of all positions and of those of its symbol.

    >>> room_left(1000.0, 2.0, 1500.0, 1.0, 800.0), room_left(1000.0, 0.0, 1500.0, 0.0, 800.0)
    (200.0, inf)
    """
    room = math.inf
    if exposure > 0.0:
        room = exposure * equity - of_all
    if symbol_exposure > 0.0:
        room = min(room, symbol_exposure * equity - of_symbol)
    return max(room, 0.0)


def no_slot(taken: int, positions: int) -> bool:
    """Whether all positions that the account allows are taken; 0 is no limit.

    >>> no_slot(2, 2), no_slot(2, 0)
    (True, False)
    """
    return positions > 0 and taken >= positions
