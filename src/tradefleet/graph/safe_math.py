"""Total functions for steps: division, logarithm, exponential, power and root that never fail and never give infinity.

The ones in Python's `math` raise where compiled code gives NaN or infinity, and their last bits depend on the system's
library. These are made of + - * / and comparisons, which round alike everywhere, so plain and compiled agree to the
bit. They are held to the true value in tests/graph/test_safe_math.py: safe_div and safe_sqrt are rounded correctly,
the others are at most 0.8 units in the last place off. The series are those of the exponential function and of the
inverse hyperbolic tangent; sums and products carried in two numbers follow T. J. Dekker, "A floating-point technique
for extending the available precision", Numerische Mathematik 18 (1971).
"""

from __future__ import annotations

import math

LARGEST = 1.7976931348623157e308
SQRT_HALF = 0.7071067811865476
# log(2): its first 36 bits, so that a whole number up to 2^17 times it is exact, and the 53 bits after them.
LN2_HIGH = 0.6931471805582987
LN2_LOW = 1.6465949582897082e-12
LN2_INVERSE = 1.4426950408889634
# The exponential of more than the first overflows, of less than the second is nearer to 0 than to the smallest number.
EXP_MOST = 709.782712893384
EXP_LEAST = -745.1332191019412
# Powers of two, 2^(2^i).
POWERS = (2.0, 4.0, 16.0, 256.0, 65536.0, 4294967296.0, 18446744073709551616.0, 2.0**128, 2.0**256, 2.0**512)
EXPONENTS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0)
# 2/3 in two numbers, then 2/5, 2/7 ... of the series of log((1 + s) / (1 - s)).
TWO_THIRDS = 0.6666666666666666
TWO_THIRDS_LOW = 3.700743415417188e-17
ATANH = (2 / 27, 2 / 25, 2 / 23, 2 / 21, 2 / 19, 2 / 17, 2 / 15, 2 / 13, 2 / 11, 2 / 9, 2 / 7, 2 / 5)
# 1/14!, 1/13! ... 1/2!
EXPONENTIAL = (
    1 / 87178291200,
    1 / 6227020800,
    1 / 479001600,
    1 / 39916800,
    1 / 3628800,
    1 / 362880,
    1 / 40320,
    1 / 5040,
    1 / 720,
    1 / 120,
    1 / 24,
    1 / 6,
    1 / 2,
)
# Splits 53 bits into two halves: 2^27 + 1.
SPLITTER = 134217729.0
# From here on every number is whole and even.
ALL_EVEN = 9007199254740992.0


def safe_div(a: float, b: float, otherwise: float = 0.0) -> float:
    """a / b, or `otherwise` where b is 0 and where the quotient is too large or not a number.

    >>> safe_div(1.0, 4.0), safe_div(1.0, 0.0), safe_div(1e300, 1e-300, -1.0)
    (0.25, 0.0, -1.0)
    """
    if b == 0.0:
        return otherwise
    quotient = a / b
    return quotient if quotient - quotient == 0.0 else otherwise


def safe_sqrt(x: float) -> float:
    """The square root; NaN where x is negative or not finite.

    >>> safe_sqrt(2.25), safe_sqrt(-1.0)
    (1.5, nan)
    """
    return math.sqrt(x) if 0.0 <= x <= LARGEST else math.nan


def safe_log(x: float, otherwise: float = math.nan) -> float:
    """The natural logarithm, or `otherwise` where x is 0, negative or not finite.

    >>> safe_log(1.0), safe_log(0.0), safe_log(0.0, -100.0)
    (0.0, nan, -100.0)
    """
    if not 0.0 < x <= LARGEST:
        return otherwise
    high, low = _log(x)
    return high + low


def safe_exp(x: float) -> float:
    """e to the power x; the largest number, 1.8e308, where that is too large, and NaN for NaN.

    >>> safe_exp(0.0), safe_exp(-1000.0), safe_exp(1000.0)
    (1.0, 0.0, 1.7976931348623157e+308)
    """
    return _exp(x, 0.0)


def safe_pow(x: float, y: float) -> float:
    """x to the power y; the largest number with its sign, +-1.8e308, where that is too large.

    NaN where there is no such number: x or y is not finite, x is negative and y not whole, x is 0 and y negative.
    Results that are whole, as of 10 and 3, are exact.

    >>> safe_pow(10.0, 3.0), safe_pow(4.0, -0.5), safe_pow(-2.0, 3.0), safe_pow(-8.0, 0.5)
    (1000.0, 0.5, -8.0, nan)
    """
    if not (x - x == 0.0 and y - y == 0.0):
        return math.nan
    if y == 0.0 or x == 1.0:
        return 1.0
    if x == 0.0:
        return math.nan if y < 0.0 else 0.0
    if x > 0.0:
        return _power(x, y)
    if not _is_whole(y):
        return math.nan
    power = _power(-x, y)
    return power if _is_whole(y / 2.0) else -power


def _is_whole(y: float) -> bool:
    return abs(y) >= ALL_EVEN or float(int(y)) == y


def _power(x: float, y: float) -> float:
    """x to the power y for x above 0."""
    high, low = _log(x)
    rough = y * high
    # Also keeps the products below from overflowing.
    if not EXP_LEAST - 1.0 < rough < EXP_MOST + 1.0:
        return LARGEST if rough > 0.0 else 0.0
    product, rest = _product(y, high)
    return _exp(product, rest + y * low)


def _log(x: float) -> tuple[float, float]:
    """The logarithm of x above 0, as the sum of two numbers: 2^k m has k log(2) + log(m)."""
    m, k = _halved(x)
    # log(m) is the series of s = (m - 1) / (m + 1) in two numbers: 2 s + 2/3 s^3 + 2/5 s^5 ...
    above = m - 1.0
    below, below_low = _sum(m, 1.0)
    s = above / below
    back, back_low = _product(s, below)
    s_low = (above - back - back_low - s * below_low) / below
    square, square_low = _product(s, s)
    square_low += 2.0 * s * s_low
    series = 0.0
    for i in range(len(ATANH)):
        series = series * square + ATANH[i]
    # 2/3 + (2/5 s^2 + ...), then times s^2, then times s.
    factor, factor_low = _sum(TWO_THIRDS, series * square)
    factor_low += TWO_THIRDS_LOW
    cube, cube_low = _product(factor, square)
    cube_low += factor * square_low + factor_low * square
    curve, curve_low = _product(cube, s)
    curve_low += cube * s_low + cube_low * s
    # From the largest to the smallest: k log(2), 2 s, the curve.
    first, first_low = _sum(k * LN2_HIGH, 2.0 * s)
    second, second_low = _sum(first, curve)
    return _sum(second, first_low + second_low + (2.0 * s_low + curve_low + k * LN2_LOW))


def _halved(x: float) -> tuple[float, float]:
    """x above 0 as m and k with x = 2^k m exactly, m from sqrt(1/2) to sqrt(2)."""
    k = 0.0
    for j in range(len(POWERS)):
        i = len(POWERS) - 1 - j
        if x >= POWERS[i]:
            x = x / POWERS[i]
            k += EXPONENTS[i]
        # Twice for the smallest numbers, which lie below 2^-1022.
        while x * POWERS[i] <= 1.0:
            x = x * POWERS[i]
            k -= EXPONENTS[i]
    if x > 2.0 * SQRT_HALF:
        return x / 2.0, k + 1.0
    return (x * 2.0, k - 1.0) if x < SQRT_HALF else (x, k)


def _exp(x: float, rest: float) -> float:
    """The exponential of x + rest, where rest is small: 2^k e^r with r at most log(2) / 2."""
    if x != x:
        return x
    if x > EXP_MOST:
        return LARGEST
    if x < EXP_LEAST:
        return 0.0
    k = float(int(x * LN2_INVERSE + (0.5 if x > 0.0 else -0.5)))
    r, r_low = _sum(x - k * LN2_HIGH, rest - k * LN2_LOW)
    series = 0.0
    for i in range(len(EXPONENTIAL)):
        series = series * r + EXPONENTIAL[i]
    value, value_low = _sum(1.0, r)
    return _doubled(value + (value_low + (r_low + r_low * r + r * r * series)), k)


def _doubled(value: float, k: float) -> float:
    """2^k value, at most the largest number; small factors first, so that only the last one can round."""
    left = abs(k)
    last = len(POWERS) - 1
    for i in range(last):
        half = float(int(left / 2.0))
        if left > 2.0 * half:
            value = value * POWERS[i] if k > 0.0 else value / POWERS[i]
        left = half
    while left > 0.0:
        value = value * POWERS[last] if k > 0.0 else value / POWERS[last]
        left -= 1.0
    return value if value <= LARGEST else LARGEST


def _sum(a: float, b: float) -> tuple[float, float]:
    """a + b exactly, as the rounded sum and what is missing from it."""
    total = a + b
    of_b = total - a
    return total, (a - (total - of_b)) + (b - of_b)


def _product(a: float, b: float) -> tuple[float, float]:
    """a * b exactly, as the rounded product and what is missing from it."""
    product = a * b
    a_high = a * SPLITTER - (a * SPLITTER - a)
    b_high = b * SPLITTER - (b * SPLITTER - b)
    a_low, b_low = a - a_high, b - b_high
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
