"""How many bars a recursive indicator needs before its first bar no longer matters.

A TA-Lib average that feeds on itself starts from the mean of its first bars and forgets that start by a constant
share a bar. The rules here give the bars until at most FORGOTTEN of it is left; chains of averages add up. An
operation whose name has a function here settles by it; all others settle at their lookback, or never (cumulative).
tests/indicators/test_settling.py measures every rule: same bars, later start, values within 1e-4.
"""

from __future__ import annotations

import math
from functools import cache

# What may be left of the start of an average: it lies within a few percent of the value already.
FORGOTTEN = 1e-5
# And of one whose value is small beside its start: a difference of averages, a ratio, an average of ranges or volumes.
FORGOTTEN_WHERE_SMALL = 1e-6
# Bars after which TA-Lib's Hilbert functions no longer differ: 254 at most in 40 starts on 6 series.
HILBERT_BARS = 400
# TA-Lib's parabolic stops forget their start at a reversal: 144 bars at most for 0.02, 366 for 0.005, likewise.
SAR_BARS_BY_ACCELERATION = 8.0
SAR_MOST_BARS = 10_000
# SuperTrend too: 53 bars at most for a multiplier of 1, 120 for 3, 752 for 8, likewise.
SUPERTREND_BARS = 40
SUPERTREND_MOST_WIDTH = 50.0
KAMA_SLOWEST_WEIGHT = (2 / 31) ** 2
MACD_FIXED_WEIGHT = 0.075


@cache
def _decay(weight: float, times: int = 1, left: float = FORGOTTEN) -> int:
    """Bars until an average of that weight, applied `times` times over, has forgotten its start.

    After k bars what is left is the chance of fewer than `times` successes in k trials, each of chance `weight`.
    """
    if weight >= 1.0:
        return times
    bars = math.ceil(math.log(left) / math.log(1 - weight))
    while _left(weight, times, bars) > left:
        bars += 1 + bars // 50
    return bars


def _left(weight: float, times: int, bars: int) -> float:
    return math.fsum(math.comb(bars, k) * weight**k * (1 - weight) ** (bars - k) for k in range(times))


def _ema(period: int, times: int = 1, left: float = FORGOTTEN_WHERE_SMALL) -> int:
    return times * (period - 1) + _decay(2 / (period + 1), times, left)


def _wilder(period: int, times: int = 1, left: float = FORGOTTEN_WHERE_SMALL) -> int:
    return times * period + _decay(1 / period, times, left)


def _average(kind: str, period: int) -> int:
    """Bars for one of TA-Lib's kinds of average, whose differences may be small."""
    if kind in ("ema", "dema", "tema", "t3"):
        return _ema(period, {"ema": 1, "dema": 2, "tema": 3, "t3": 6}[kind])
    if kind == "zlema":
        return _ema(period) + period // 2
    if kind == "rma":
        return _wilder(period)
    if kind == "kama":
        return kama(period)
    # TA-Lib gives MAMA its default limits here.
    return mama(0.5, 0.05) if kind == "mama" else 2 * period


def ema(period: int) -> int:
    return _ema(period, 1, FORGOTTEN)


def dema(period: int) -> int:
    return _ema(period, 2, FORGOTTEN)


def tema(period: int) -> int:
    return _ema(period, 3, FORGOTTEN)


def t3(period: int, volume_factor: float = 0.7) -> int:
    return _ema(period, 6, FORGOTTEN)


def trix(period: int) -> int:
    return _ema(period, 3)


def zlema(period: int) -> int:
    return _ema(period, 1, FORGOTTEN) + period // 2


def rma(period: int) -> int:
    return _wilder(period, 1, FORGOTTEN)


def kama(period: int) -> int:
    return period + _decay(KAMA_SLOWEST_WEIGHT)


def mama(fast_limit: float, slow_limit: float) -> int:
    return HILBERT_BARS + _decay(slow_limit) + _decay(slow_limit / 2)


def moving_average(period: int, average: str) -> int:
    return _average(average, period)


def variable_moving_average(shortest: int, longest: int, average: str) -> int:
    return _average(average, longest)


def bollinger_bands(period: int, width: float, lower_width: float, average: str) -> int:
    return _average(average, period)


def absolute_price_oscillator(fast: int, slow: int, average: str) -> int:
    return max(_average(average, fast), _average(average, slow))


def percentage_price_oscillator(fast: int, slow: int, average: str) -> int:
    return absolute_price_oscillator(fast, slow, average)


def percentage_volume_oscillator(fast: int, slow: int, average: str) -> int:
    return absolute_price_oscillator(fast, slow, average)


def macd(fast: int, slow: int, signal: int) -> int:
    return _ema(max(fast, slow)) + _ema(signal)


def macd_extended(fast: int, fast_average: str, slow: int, slow_average: str, signal: int, signal_average: str) -> int:
    return max(_average(fast_average, fast), _average(slow_average, slow)) + _average(signal_average, signal)


def macd_fixed(signal: int) -> int:
    return 26 + _decay(MACD_FIXED_WEIGHT) + _ema(signal)


def chaikin_oscillator(fast: int, slow: int) -> int:
    return _ema(max(fast, slow))


def chaikin_volatility(period: int, change_period: int) -> int:
    return _ema(period) + change_period


def force_index(period: int) -> int:
    return 1 + _ema(period)


def elder_ray(period: int) -> int:
    return _ema(period)


def mass_index(fast: int, slow: int) -> int:
    return _ema(fast, 2) + slow


def tsi(first: int, second: int) -> int:
    return 1 + _ema(first) + _ema(second)


def stochastic_momentum(period: int, fast: int, slow: int, signal: int) -> int:
    return period + _ema(fast) + _ema(slow) + _ema(signal)


def keltner_channels(period: int, atr_period: int, width: float) -> int:
    return max(_ema(period), atr(atr_period))


def heikin_ashi() -> int:
    return 1 + _decay(0.5)


def atr(period: int) -> int:
    return 1 + _wilder(period)


def natr(period: int) -> int:
    return atr(period)


def plus_dm(period: int) -> int:
    return _wilder(period)


def minus_dm(period: int) -> int:
    return _wilder(period)


def plus_di(period: int) -> int:
    return 1 + _wilder(period)


def minus_di(period: int) -> int:
    return 1 + _wilder(period)


def dx(period: int) -> int:
    return 1 + _wilder(period)


def adx(period: int) -> int:
    return 1 + _wilder(period, 2)


def adxr(period: int) -> int:
    return adx(period) + period


def rsi(period: int) -> int:
    return 1 + _wilder(period)


def cmo(period: int) -> int:
    return 1 + _wilder(period)


def relative_volatility(period: int, deviation_period: int) -> int:
    return deviation_period + _wilder(period)


def stochastic(fast_k: int, slow_k: int, slow_k_average: str, slow_d: int, slow_d_average: str) -> int:
    return fast_k + _average(slow_k_average, slow_k) + _average(slow_d_average, slow_d)


def kdj(fast_k: int, slow_k: int, slow_k_average: str, slow_d: int, slow_d_average: str) -> int:
    return stochastic(fast_k, slow_k, slow_k_average, slow_d, slow_d_average)


def stochastic_fast(fast_k: int, fast_d: int, fast_d_average: str) -> int:
    return fast_k + _average(fast_d_average, fast_d)


def stochastic_rsi(period: int, fast_k: int, fast_d: int, fast_d_average: str) -> int:
    return rsi(period) + stochastic_fast(fast_k, fast_d, fast_d_average)


def supertrend(period: int, multiplier: float) -> int:
    width = min(max(multiplier, 1.0), SUPERTREND_MOST_WIDTH)
    return 1 + _wilder(period) + math.ceil(SUPERTREND_BARS * width**2)


def sar(acceleration: float, maximum: float) -> int:
    slowest = max(min(acceleration, maximum), SAR_BARS_BY_ACCELERATION / SAR_MOST_BARS)
    return math.ceil(SAR_BARS_BY_ACCELERATION / slowest)


def sar_extended(
    start: float,
    reversal_offset: float,
    long_start: float,
    long_step: float,
    long_maximum: float,
    short_start: float,
    short_step: float,
    short_maximum: float,
) -> int:
    return max(
        sar(min(long_start, long_step), long_maximum),
        sar(min(short_start, short_step), short_maximum),
    )


def hilbert_cycle_period() -> int:
    return HILBERT_BARS


def hilbert_cycle_phase() -> int:
    return HILBERT_BARS


def hilbert_phasor() -> int:
    return HILBERT_BARS


def hilbert_sine() -> int:
    return HILBERT_BARS


def hilbert_trendline() -> int:
    return HILBERT_BARS


def hilbert_trend_mode() -> int:
    return HILBERT_BARS
