"""Signals: what a strategy wants at each close."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tradefleet.graph.node import Node
from tradefleet.graph.symbolic import Symbolic
from tradefleet.market.errors import StrategyError, did_you_mean
from tradefleet.trading.size import Size

Truth = Node | bool
Level = Node | Symbolic | float | int | None


class _UnknownSignalError(StrategyError, TypeError):
    """A misspelt name; also the TypeError that Python raises for one."""


@dataclass(frozen=True, eq=False)
class Signals:
    """The conditions and levels of a strategy, each a node, a number or a parameter.

    Conditions are read at every close and acted on at the next open. `stop_loss`, `take_profit` and `trailing_stop`
    are fractions of the entry price, `max_bars` a number of bars, `size` a fraction of equity or `amount(...)`,
    `risk(...)`; they are read at the close of the entry's decision. One that is None is taken from the parameter of
    that name; one that is given replaces it.
    """

    enter_long: Truth = False
    exit_long: Truth = False
    enter_short: Truth = False
    exit_short: Truth = False
    stop_loss: Level = None
    take_profit: Level = None
    trailing_stop: Level = None
    max_bars: Level = None
    size: Level | Size = None
    tag: str = ""

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
