"""Columns as short texts that the page's script unpacks (assets/unpack.js is the other half).

A column becomes a small dict that fits into JSON. Whole numbers are zigzag-coded (0, -1, 1, -2 ... as 0, 1,
2, 3), split into planes of one byte each, so that the rarely used high bytes lie together, deflated, and
written as base64.
"""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = dict[str, Any]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

# A double counts exactly to here.
EXACT = 2**53
MAX_DECIMALS = 12


def pack_integers(values: Integers, *, delta: bool = False, divisor: float = 1.0) -> Column:
    """Whole numbers below 2**52 in size; `delta` stores differences, `divisor` divides on reading."""
    steps = np.diff(values, prepend=values[:1] * 0) if delta else values
    zigzag = ((steps << 1) ^ (steps >> 63)).astype("<u8")
    highest = int(zigzag.max()) if len(zigzag) else 0
    planes = max(1, (highest.bit_length() + 7) // 8)
    octets = zigzag.view(np.uint8).reshape(-1, 8)[:, :planes]
    return {
        "kind": "integers",
        "length": len(values),
        "planes": planes,
        "delta": delta,
        "divisor": divisor,
        "data": _deflated(np.ascontiguousarray(octets.T).tobytes()),
    }


def pack_floats(values: Floats) -> Column:
    """Numbers at single precision, NaN included."""
    octets = np.clip(values, -3e38, 3e38).astype("<f4").view(np.uint8).reshape(-1, 4)
    return {
        "kind": "floats",
        "length": len(values),
        "data": _deflated(np.ascontiguousarray(octets.T).tobytes()),
    }


def pack_decimals(values: Floats) -> Column:
    """Numbers exactly when they have few decimals, as prices do; else at single precision."""
    decimals = decimal_places(values)
    if decimals is None:
        return pack_floats(values)
    return pack_integers(np.rint(values * 10.0**decimals).astype(np.int64), divisor=10.0**decimals)


def pack_times(nanoseconds: Integers) -> Column:
    """Times to the millisecond; reads as milliseconds since 1970."""
    return pack_integers(nanoseconds // 1_000_000, delta=True)


def pack_texts(values: list[str]) -> Column:
    """Texts of which many are equal: the distinct ones in order of appearance, and a number a row."""
    codes: dict[str, int] = {}
    rows = [codes.setdefault(value, len(codes)) for value in values]
    return {"kind": "texts", "names": list(codes), "codes": pack_integers(np.array(rows, dtype=np.int64))}


def decimal_places(values: Floats) -> int | None:
    """Decimals needed to write every value exactly; None when that takes more than doubles hold.

    >>> decimal_places(np.array([1.25, 3.0])), decimal_places(np.array([1 / 3]))
    (2, None)
    """
    if not np.isfinite(values).all():
        return None
    largest = float(np.abs(values).max()) if len(values) else 0.0
    for decimals in range(MAX_DECIMALS + 1):
        scale = 10.0**decimals
        if largest * scale >= EXACT / 4:
            return None
        scaled = values[:1000] * scale
        if _whole(scaled) and _whole(values * scale):
            return decimals
    return None


def _whole(values: Floats) -> bool:
    # A decimal fraction times a power of ten misses the whole number by some rounding steps at most.
    return bool((np.abs(values - np.rint(values)) <= 4e-16 * np.maximum(np.abs(values), 1.0)).all())


def _deflated(raw: bytes) -> str:
    return base64.b64encode(zlib.compress(raw, 6)).decode("ascii")
