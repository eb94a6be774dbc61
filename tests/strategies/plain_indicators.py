"""Textbook loops, seeded as TA-Lib seeds them; None until there is a value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

Series = list[float | None]


def sma(values: Sequence[float], period: int) -> Series:
    """By a running sum: where prices repeat, its rounding decides whether two averages meet or cross."""
    found: Series = []
    total = 0.0
    for i, value in enumerate(values):
        total += value
        found.append(total / period if i >= period - 1 else None)
        if i >= period - 1:
            total -= values[i - period + 1]
    return found


def ema(values: Sequence[float], period: int, start: int | None = None) -> Series:
    """Seeded with the mean of the `period` values up to `start` (by default the first ones)."""
    start = period - 1 if start is None else start
    found: Series = [None] * len(values)
    if start >= len(values):
        return found
    value = math.fsum(values[start - period + 1 : start + 1]) / period
    found[start] = value
    for i in range(start + 1, len(values)):
        value += (values[i] - value) * 2 / (period + 1)
        found[i] = value
    return found


def rsi(values: Sequence[float], period: int) -> Series:
    """Wilder's: the first averages are means of the first `period` changes."""
    found: Series = [None] * len(values)
    changes = [b - a for a, b in pairwise(values)]
    if len(changes) < period:
        return found
    gain = math.fsum(max(c, 0.0) for c in changes[:period]) / period
    loss = math.fsum(max(-c, 0.0) for c in changes[:period]) / period
    for i in range(period, len(values)):
        if i > period:
            gain = (gain * (period - 1) + max(changes[i - 1], 0.0)) / period
            loss = (loss * (period - 1) + max(-changes[i - 1], 0.0)) / period
        found[i] = 100 * gain / (gain + loss) if gain + loss > 0 else 0.0
    return found


def macd_histogram(values: Sequence[float], fast: int, slow: int, signal: int) -> Series:
    """Both averages start where the slow one does."""
    quick, late = ema(values, fast, slow - 1), ema(values, slow, slow - 1)
    line = [a - b for a, b in zip(quick, late, strict=True) if a is not None and b is not None]
    smooth = ema(line, signal)
    tail = [None if s is None else m - s for m, s in zip(line, smooth, strict=True)]
    return [*[None] * (len(values) - len(line)), *tail]


def bands(values: Sequence[float], period: int, width: float) -> tuple[Series, Series, Series]:
    """Upper, middle, lower; the deviation is the population's."""
    middle = sma(values, period)
    squares = sma([value * value for value in values], period)
    upper: Series = [None] * len(values)
    lower: Series = [None] * len(values)
    for i, (mean, square) in enumerate(zip(middle, squares, strict=True)):
        if mean is not None and square is not None:
            deviation = math.sqrt(max(square - mean * mean, 0.0))
            upper[i], lower[i] = mean + width * deviation, mean - width * deviation
    return upper, middle, lower


def above(a: Sequence[float | None], b: Sequence[float | None], i: int) -> bool:
    """Whether a crosses above b at bar i."""
    if i == 0 or None in (a[i - 1], b[i - 1], a[i], b[i]):
        return False
    return a[i - 1] <= b[i - 1] and a[i] > b[i]  # type: ignore[operator]


def below(a: Sequence[float | None], b: Sequence[float | None], i: int) -> bool:
    """Whether a crosses below b at bar i."""
    return above(b, a, i)


def true_range(high: Sequence[float], low: Sequence[float], close: Sequence[float]) -> list[float]:
    """From the second bar on; the first one has no close before it, and 0 here."""
    ranges = [0.0]
    for i in range(1, len(close)):
        ranges.append(max(high[i], close[i - 1]) - min(low[i], close[i - 1]))
    return ranges


def atr(high: Sequence[float], low: Sequence[float], close: Sequence[float], period: int) -> Series:
    """Wilder's: the first value is the mean of the first `period` true ranges."""
    ranges = true_range(high, low, close)
    found: Series = [None] * len(close)
    value = 0.0
    for i in range(period, len(close)):
        if i == period:
            value = math.fsum(ranges[1 : period + 1]) / period
        else:
            value = (value * (period - 1) + ranges[i]) / period
        found[i] = value
    return found


def supertrend(
    high: Sequence[float], low: Sequence[float], close: Sequence[float], period: int, multiplier: float
) -> list[int | None]:
    """1 while it is up, -1 while it is down; it begins up."""
    ranges = atr(high, low, close, period)
    found: list[int | None] = [None] * len(close)
    upper = lower = 0.0
    trend = 0
    for i, width in enumerate(ranges):
        if width is None:
            continue
        middle = (high[i] + low[i]) / 2
        top, bottom = middle + multiplier * width, middle - multiplier * width
        if trend == 0:
            upper, lower, trend = top, bottom, 1
        else:
            upper = top if top < upper or close[i - 1] > upper else upper
            lower = bottom if bottom > lower or close[i - 1] < lower else lower
            if trend == 1 and close[i] < lower:
                trend = -1
            elif trend == -1 and close[i] > upper:
                trend = 1
        found[i] = trend
    return found


def adx(high: Sequence[float], low: Sequence[float], close: Sequence[float], period: int) -> Series:
    """Wilder's sums of one bar fewer at the start; a bar without any movement leaves the average as it is."""
    ranges = true_range(high, low, close)
    found: Series = [None] * len(close)
    plus = minus = total = value = 0.0
    seen: list[float] = []
    for i in range(1, len(close)):
        up, down = high[i] - high[i - 1], low[i - 1] - low[i]
        keep = 1.0 if i < period else 1.0 - 1.0 / period
        plus = plus * keep + (up if up > down and up > 0 else 0.0)
        minus = minus * keep + (down if down > up and down > 0 else 0.0)
        total = total * keep + ranges[i]
        if i < period:
            continue
        strength = 100 * abs(plus - minus) / (plus + minus) if total > 0 and plus + minus > 0 else None
        if i < 2 * period:
            seen.append(0.0 if strength is None else strength)
            value = math.fsum(seen) / period
        elif strength is not None:
            value = (value * (period - 1) + strength) / period
        if i >= 2 * period - 1:
            found[i] = value
    return found
