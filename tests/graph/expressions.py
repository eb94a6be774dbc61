"""Random expressions, as trees that can be built with numbers or with symbols."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from tradefleet.graph import (
    Node,
    bars,
    bars_since,
    constant,
    crossed_above,
    crossed_below,
    falling,
    floor_divide,
    maximum,
    minimum,
    rising,
    rolling_max,
    rolling_mean,
    rolling_min,
    rolling_sum,
    series,
    shift,
    symbol,
    timeframe,
    where,
)
from tradefleet.indicators import atr, bollinger_bands, ema, macd, rsi

Tree = tuple[Any, ...]

NUMBERS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "floor_divide": floor_divide,
    "minimum": minimum,
    "maximum": maximum,
}
UNARY = {"negative": operator.neg, "absolute": operator.abs}
COMPARISONS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "crossed_above": crossed_above,
    "crossed_below": crossed_below,
}
LOGIC = {"&": operator.and_, "|": operator.or_}
ROLLING = {
    "min": rolling_min,
    "max": rolling_max,
    "mean": rolling_mean,
    "sum": rolling_sum,
    "ema": ema,
    "rsi": rsi,
    "macd": lambda source, period: macd(source, period, period + 5, 3).histogram,
    "band": lambda source, period: bollinger_bands(source, period, 1.5).upper,
}
FIELDS = ("open", "high", "low", "close", "volume")
# Other bars and published values, for a strategy on 15 minutes.
FEEDS = {
    "hour": timeframe("1h"),
    "four hours": timeframe("4h", offset="90m"),
    "week": timeframe("1w"),
    "own": timeframe("15m"),
    "other": symbol("ETH/USDT"),
    "other hour": symbol("ETH/USDT", "1h"),
}
SERIES = {"fear": series("fear"), "young fear": series("fear", max_age="3h")}
CONSTANTS = (0.0, -0.0, 1.0, -1.5, 0.1, 100.0, 1e-300, 1e300, 3)
# Whole numbers where a period is needed, any number elsewhere.
PERIODS = {"short": (2, 12), "long": (10, 40)}
LEVELS = {"level": (-5.0, 150.0), "factor": (0.25, 4.0)}


def values() -> st.SearchStrategy[dict[str, float]]:
    """Random values for all parameters."""
    whole = {name: st.integers(*bounds) for name, bounds in PERIODS.items()}
    real = {name: st.floats(*bounds) for name, bounds in LEVELS.items()}
    return st.fixed_dictionaries({**whole, **real})


def feed_leaves() -> st.SearchStrategy[Tree]:
    """Leaves that read other bars or published values."""
    return st.one_of(
        st.tuples(st.just("feed"), st.sampled_from(sorted(FEEDS)), st.sampled_from((*FIELDS, "time"))),
        st.tuples(st.just("series"), st.sampled_from(sorted(SERIES))),
        st.tuples(st.just("atr"), periods(), st.sampled_from(sorted(FEEDS))),
    )


def numbers(depth: int = 3, more: st.SearchStrategy[Tree] | None = None) -> st.SearchStrategy[Tree]:
    """Trees of numbers, at most so deep, with `more` leaves."""
    leaves = st.one_of(
        *([] if more is None else [more] * 5),
        st.tuples(st.just("field"), st.sampled_from(FIELDS)),
        st.tuples(st.just("constant"), st.sampled_from(CONSTANTS)),
        st.tuples(st.just("parameter"), st.sampled_from(sorted(PERIODS) + sorted(LEVELS))),
        st.just(("dead",)),
        st.tuples(st.just("atr"), periods()),
    )
    if depth == 0:
        return leaves
    one = numbers(depth - 1, more)
    return st.one_of(
        leaves,
        st.tuples(st.sampled_from(sorted(NUMBERS)), one, one),
        st.tuples(st.sampled_from(sorted(UNARY)), one),
        st.tuples(st.sampled_from(sorted(ROLLING)), one, periods()),
        st.tuples(st.just("shift"), one, periods()),
        st.tuples(st.just("where"), truths(depth - 1, more), one, one),
        st.tuples(st.just("bars_since"), truths(depth - 1, more)),
    )


def periods() -> st.SearchStrategy[Tree]:
    """A number of bars: fixed, a parameter, or a parameter with something added."""
    return st.one_of(
        st.tuples(st.just("whole"), st.integers(2, 15)),
        st.tuples(st.just("parameter"), st.sampled_from(sorted(PERIODS))),
        st.tuples(st.just("longer"), st.sampled_from(sorted(PERIODS)), st.integers(1, 5)),
    )


def truths(depth: int = 3, more: st.SearchStrategy[Tree] | None = None) -> st.SearchStrategy[Tree]:
    """Trees of conditions, at most so deep, with `more` leaves."""
    lower = max(depth - 1, 0)
    compared = st.tuples(st.sampled_from(sorted(COMPARISONS)), numbers(lower, more), numbers(lower, more))
    if depth == 0:
        return compared
    one = truths(depth - 1, more)
    return st.one_of(
        compared,
        st.tuples(st.sampled_from(sorted(LOGIC)), one, one),
        st.tuples(st.just("~"), one),
        st.tuples(st.just("shift"), one, periods()),
        st.tuples(st.sampled_from(["rising", "falling"]), numbers(lower, more), st.integers(1, 3)),
        st.tuples(st.just("fixed"), one, st.booleans()),
    )


def build(tree: Tree, given: Mapping[str, Any]) -> Any:
    """The node of a tree, parameters taken from `given`: numbers or symbols."""
    head, *rest = tree
    if head in ("constant", "whole", "field", "parameter", "longer", "dead", "feed", "series"):
        return _leaf(head, rest, given)
    if head in ("rising", "falling"):
        return {"rising": rising, "falling": falling}[head](_node(rest[0], given), rest[1])
    if head == "fixed":
        return build(rest[0], given) | rest[1]
    if head == "atr":
        return atr(build(rest[0], given), **({"on": FEEDS[rest[1]]} if rest[1:] else {}))
    parts = [build(part, given) for part in rest]
    if head in ROLLING:
        return ROLLING[head](_series(parts[0]), parts[1])
    if head == "~":
        return ~parts[0]
    if head in ("shift", "where", "bars_since"):
        return {"shift": shift, "where": where, "bars_since": bars_since}[head](*parts)
    function = {**NUMBERS, **UNARY, **COMPARISONS, **LOGIC}[head]
    return function(*(_series(part) for part in parts))


def _node(tree: Tree, given: Mapping[str, Any]) -> Node:
    return _series(build(tree, given))


def _series(value: Any) -> Node:
    return value if isinstance(value, Node) else constant(value)


def _leaf(head: str, rest: list[Any], given: Mapping[str, Any]) -> Any:
    if head == "field":
        return getattr(bars, rest[0])
    if head == "feed":
        return getattr(FEEDS[rest[0]], rest[1])
    if head == "series":
        return SERIES[rest[0]]
    if head == "dead":
        return bars.close / bars.volume
    if head == "parameter":
        return given[rest[0]]
    return given[rest[0]] + rest[1] if head == "longer" else rest[0]
