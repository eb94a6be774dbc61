"""The conditions of the weighted score: each for a long entry, with its mirror image for a short one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from tradefleet.graph import Node, close, high, low, volume
from tradefleet.indicators import adx, bollinger_bands, ema, highest, lowest, macd, rsi, sma, supertrend


class Sides(NamedTuple):
    """A condition that speaks for going long, and the one that speaks for going short."""

    long: Node
    short: Node


def above_sma_200() -> Sides:
    """The close is above its mean of 200 bars (below)."""
    return _above(close, sma(close, 200))


def above_sma_50() -> Sides:
    """The close is above its mean of 50 bars (below)."""
    return _above(close, sma(close, 50))


def ema_9_above_21() -> Sides:
    """The EMA of 9 bars is above the one of 21 (below)."""
    return _above(ema(close, 9), ema(close, 21))


def supertrend_up() -> Sides:
    """The SuperTrend (10, 3) is up (down)."""
    return _above(supertrend(10, 3.0).trend, 0)


def rsi_above_50() -> Sides:
    """The RSI of 14 bars is above 50 (below)."""
    return _above(rsi(close, 14), 50)


def rsi_recovers() -> Sides:
    """The RSI of 14 bars is above 30 and was below it within the last 5 bars (below 70, was above)."""
    strength = rsi(close, 14)
    return Sides(
        (strength > 30) & (lowest(strength, 5) < 30),
        (strength < 70) & (highest(strength, 5) > 70),
    )


def macd_rising() -> Sides:
    """The MACD (12, 26) is above its signal line of 9 bars (below)."""
    return _above(macd(close, 12, 26, 9).histogram, 0)


def strong_trend() -> Sides:
    """The ADX of 14 bars is above 25; the same for both sides."""
    return _either(adx(14) > 25)


def volume_above_average() -> Sides:
    """The volume is above its mean of 20 bars; the same for both sides."""
    return _either(volume > sma(volume, 20))


def donchian_breakout() -> Sides:
    """The close is above the highest high of the 20 bars before (below the lowest low)."""
    return Sides(close > highest(high, 20).shift(1), close < lowest(low, 20).shift(1))


def above_bollinger_middle() -> Sides:
    """The close is above the middle of the Bollinger bands (20, 2), their mean (below)."""
    return _above(close, bollinger_bands(close, 20, 2.0, 2.0).middle)


def beyond_bollinger() -> Sides:
    """The close is below the lower of the Bollinger bands (20, 2), so that it may come back (above the upper)."""
    bands = bollinger_bands(close, 20, 2.0, 2.0)
    return Sides(close < bands.lower, close > bands.upper)


def _above(one: Node, other: Node | float) -> Sides:
    return Sides(one > other, one < other)


def _either(condition: Node) -> Sides:
    return Sides(condition, condition)


CONDITIONS: Mapping[str, Callable[[], Sides]] = {
    condition.__name__: condition
    for condition in (
        above_sma_200,
        above_sma_50,
        ema_9_above_21,
        supertrend_up,
        rsi_above_50,
        rsi_recovers,
        macd_rising,
        strong_trend,
        volume_above_average,
        donchian_breakout,
        above_bollinger_middle,
        beyond_bollinger,
    )
}
