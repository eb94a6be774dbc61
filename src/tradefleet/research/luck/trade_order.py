"""What the same trades would have done in another order, and other draws of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tradefleet.market.errors import ParameterError
from tradefleet.research.luck.moments import FEWEST, Floats
from tradefleet.research.luck.plain import plain

# Quantiles that are given.
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
# Values a chunk of orders holds: half a megabyte.
_CHUNK = 65_536
# A drawdown deeper by less than this is the same drawdown, rounded another way.
_NOISE = 1e-9
# The logarithm of the largest float.
_LARGEST = 709.0


@dataclass(frozen=True)
class TradeOrder:
    """Drawdowns of shuffled trades and returns of redrawn ones; NaN when `reason` says why not.

    Fractions. `max_drawdown` and `total_return` are those of the trades as they came; `drawdowns` the LEVELS quantiles
    of the maximum drawdown over `orders` shuffled orders, `share_worse` the share of orders with a deeper drawdown than
    the real one. `returns` are the LEVELS quantiles of the total return when as many trades are drawn with replacement,
    `share_losing` the share of such draws that end below the start.
    """

    trades: int
    orders: int
    max_drawdown: float
    drawdowns: tuple[float, ...]
    share_worse: float
    total_return: float
    returns: tuple[float, ...]
    share_losing: float
    reason: str = ""

    def as_dict(self) -> dict[str, object]:
        """For machines: quantiles are keyed by their level; NaN is None."""
        return {
            "trades": self.trades,
            "orders": self.orders,
            "max_drawdown": plain(self.max_drawdown),
            "drawdowns": _by_level(self.drawdowns),
            "share_worse": plain(self.share_worse),
            "total_return": plain(self.total_return),
            "returns": _by_level(self.returns),
            "share_losing": plain(self.share_losing),
            "reason": self.reason,
        }


def trade_order(trade_returns: Floats, *, orders: int = 1_000, seed: int = 0) -> TradeOrder:
    """Shuffles the trades and redraws them with replacement, `orders` times each; a trade takes all that is there.

    `trade_returns` are the trades' profits as fractions of the equity before them, in order of exit; they compound, and
    what is lost is lost: below -1 counts as -1. Drawdowns are those at the trades' ends, with the start as first peak.
    Values that are not finite (an open trade) are left out. Without a result, and with the reason, below three trades.
    It takes the trades to be independent of each other: trades that win and lose in spells have deeper drawdowns.
    Source: Jaekle and Tomasini (2019), Trading Systems, 2nd edition, chapter 4 (shuffled orders); Davey (2014),
    Building Winning Algorithmic Trading Systems; Efron and Tibshirani (1993), An Introduction to the Bootstrap
    (redrawn trades).

    Raises ParameterError when `orders` is less than one.

    >>> found = trade_order(np.array([0.1, -0.05, 0.1, -0.05, 0.1, -0.05]))
    >>> round(found.max_drawdown, 4), round(found.drawdowns[-1], 4)
    (0.05, 0.1426)
    """
    if orders < 1:
        raise ParameterError(f"orders is {orders}", cure="give 1 or more, such as 1000")
    known = trade_returns[np.isfinite(trade_returns)]
    if len(known) < FEWEST:
        return _unknown(len(known))
    # Logarithms: many trades multiply to more than a float holds. Nothing left is minus infinity, and stays it.
    with np.errstate(divide="ignore"):
        growth = np.log(np.maximum(known + 1.0, 0.0))
    actual = float(_deepest(growth[np.newaxis])[0])
    shuffled = _shuffled_drawdowns(growth, orders, _random(seed, 0))
    redrawn = _redrawn_growth(growth, orders, _random(seed, 1))
    return TradeOrder(
        trades=len(known),
        orders=orders,
        max_drawdown=actual,
        drawdowns=_quantiles(shuffled),
        share_worse=float(np.mean(shuffled > actual + _NOISE)),
        total_return=_earned(float(growth.sum())),
        returns=tuple(_earned(value) for value in _quantiles(redrawn)),
        share_losing=float(np.mean(redrawn < -_NOISE)),
    )


def _shuffled_drawdowns(growth: Floats, orders: int, random: np.random.Generator) -> Floats:
    deepest = np.empty(orders)
    for part in _chunks(orders, len(growth)):
        rows = np.tile(growth, (part.stop - part.start, 1))
        random.permuted(rows, axis=1, out=rows)
        deepest[part] = _deepest(rows)
    return deepest


def _redrawn_growth(growth: Floats, orders: int, random: np.random.Generator) -> Floats:
    totals = np.empty(orders)
    for part in _chunks(orders, len(growth)):
        drawn = random.integers(0, len(growth), (part.stop - part.start, len(growth)))
        totals[part] = growth[drawn].sum(axis=1)
    return totals


def _deepest(rows: Floats) -> Floats:
    worth = np.add.accumulate(rows, axis=1)
    peaks = np.maximum(np.maximum.accumulate(worth, axis=1), 0.0)
    worth -= peaks
    depths: Floats = -np.expm1(np.minimum(worth.min(axis=1), 0.0))
    return depths


def _earned(growth: float) -> float:
    return math.expm1(growth) if growth < _LARGEST else math.inf


def _chunks(rows: int, width: int) -> list[slice]:
    step = max(1, _CHUNK // width)
    return [slice(start, min(start + step, rows)) for start in range(0, rows, step)]


def _random(seed: int, family: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([seed, family]))


def _quantiles(values: Floats) -> tuple[float, ...]:
    # Values that occurred: between one and minus infinity there is nothing.
    return tuple(np.quantile(values, LEVELS, method="inverted_cdf").tolist())


def _by_level(values: tuple[float, ...]) -> dict[str, float | None]:
    return {str(level): plain(value) for level, value in zip(LEVELS, values, strict=True)}


def _unknown(trades: int) -> TradeOrder:
    reason = f"the order of trades needs {FEWEST} trades or more, and there are {trades}"
    nothing = (math.nan,) * len(LEVELS)
    return TradeOrder(trades, 0, math.nan, nothing, math.nan, math.nan, nothing, math.nan, reason)
