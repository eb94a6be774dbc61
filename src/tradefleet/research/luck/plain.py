"""Numbers as JSON has them."""

from __future__ import annotations

import math


def plain(value: float) -> float | None:
    """The number, or None when it is not finite: JSON has neither NaN nor infinity.

    >>> plain(0.5), plain(math.inf)
    (0.5, None)
    """
    return value if math.isfinite(value) else None
