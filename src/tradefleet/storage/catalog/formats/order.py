"""Telling open-high-low-close from open-close-high-low by the numbers themselves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tradefleet.market.errors import DataError

OHLC = ("time", "open", "high", "low", "close", "volume")
OCHL = ("time", "open", "close", "high", "low", "volume")
# Among the rows that fit one order only, this share must fit the same one: the rest are bad rows.
_SHARE = 0.9


def price_order(prices: list[NDArray[np.float64]], where: str, choices: str) -> tuple[str, ...] | None:
    """OHLC or OCHL, whichever nearly all rows of four columns fit; None when no row tells them apart.

    Raises DataError when neither does.
    """
    first, second, third, fourth = prices
    with np.errstate(invalid="ignore"):
        ohlc = (second >= np.maximum(first, fourth)) & (third <= np.minimum(first, fourth)) & (second >= third)
        ochl = (third >= np.maximum(first, second)) & (fourth <= np.minimum(first, second)) & (third >= fourth)
    for_ohlc, for_ochl = int((ohlc & ~ochl).sum()), int((ochl & ~ohlc).sum())
    telling = for_ohlc + for_ochl
    neither = int((~ohlc & ~ochl).sum())
    if telling == 0 and neither == 0:
        return None
    if for_ohlc > 0 and for_ohlc >= _SHARE * telling and for_ohlc >= neither:
        return OHLC
    if for_ochl > 0 and for_ochl >= _SHARE * telling and for_ochl >= neither:
        return OCHL
    raise DataError(
        "the columns are neither open, high, low, close nor open, close, high, low",
        where=where,
        cure=f"add a header line that names them, or choose {choices}",
    )


def undecided(where: str, choices: str) -> DataError:
    """The error for a file that fits both orders."""
    return DataError(
        "the prices do not tell whether the columns are open, high, low, close or open, close, high, low",
        where=where,
        cure=f"say which with {choices}",
    )
