"""Whether measures are equal to the bit."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from tradefleet.metrics import MEASURES


def same_measures(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Whether all measures have the same bits; one NaN is as good as another."""
    return all(_bits(one[name]) == _bits(other[name]) for name in MEASURES)


def _bits(value: float) -> bytes:
    return struct.pack("<d", float("nan") if value != value else value)
