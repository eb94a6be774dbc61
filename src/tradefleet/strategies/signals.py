"""Signals: what a strategy wants at each close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tradefleet.graph.node import Node
from tradefleet.graph.symbolic import Symbolic
from tradefleet.market.errors import StrategyError, did_you_mean
from tradefleet.trading.size import Size

Truth = Node | bool
Level = Node | Symbolic | float | int | None
# Rows of two numbers: bars and fraction, or fraction and share.
Rows = Sequence[tuple[float, float]]


class _UnknownSignalError(StrategyError, TypeError):
    """A misspelt name; also the TypeError that Python raises for one."""


@dataclass(frozen=True, eq=False)
class Signals:
    """The conditions and levels of a strategy, each a node, a number or a parameter.

    Conditions are read at every close and acted on at the next open. `stop_loss`, `take_profit`, `trailing_stop` and
    `break_even` are fractions of the entry price, `max_bars` a number of bars, `size` a fraction of equity or
    `amount(...)`, `risk(...)`, `volatility(...)`, `kelly(...)`; they are read at the close of the entry's decision. One
    that is None is taken from the parameter of that name; one that is given replaces it.

    `take_profit=[(0, 0.04), (60, 0.01)]` is a target by age, in bars; `scale_out=[(0.02, 0.5)]` takes half at 2 %.
    `trailing_distance` trails the stop by a price, read at every close, such as 3 * atr(14). With a `limit` price
    entries rest there for `expiry` bars (0: until cancelled). Of entries at one time the higher `priority` comes first.
    """

    enter_long: Truth = False
    exit_long: Truth = False
    enter_short: Truth = False
    exit_short: Truth = False
    stop_loss: Level = None
    take_profit: Level | Rows = None
    trailing_stop: Level = None
    max_bars: Level = None
    size: Level | Size = None
    tag: str = ""
    break_even: Level = None
    trailing_distance: Level = None
    scale_out: Rows = ()
    limit: Level = None
    expiry: Level = None
    priority: Level = None

    # Hidden from type checkers, which read the names off the fields.
    if not TYPE_CHECKING:

        def __new__(cls, *values: object, **named: object) -> Signals:
            """Refuse a misspelt name before the generated __init__ does, without a cure."""
            for name in named:
                if name not in cls.__dataclass_fields__:
                    raise _UnknownSignalError(
                        f"Signals has no '{name}'", cure=did_you_mean(name, cls.__dataclass_fields__)
                    )
            return super().__new__(cls)
