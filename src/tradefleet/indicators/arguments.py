"""What indicators take: a series, the columns of some bars, a period, a number."""

from __future__ import annotations

from typing import Literal, Protocol

from tradefleet.graph import Node, Symbolic, bars
from tradefleet.market.errors import StrategyError

Source = Node | None
Whole = int | Symbolic
Real = float | int | Symbolic
Average = Literal["sma", "ema", "wma", "dema", "tema", "trima", "kama", "mama", "t3", "hma", "zlema", "rma"]


class Prices(Protocol):
    """What `on=` takes: columns of bars as nodes.

    A Feed has them all; so do objects with only some, such as heikin_ashi's result. An indicator that needs a column
    the object does not have says so.
    """

    @property
    def close(self) -> Node: ...


def series(source: object, on: Prices, function: str, *, alone: bool = True) -> Node:
    """The series an indicator is computed on: the source given, else the close of `on`.

    `alone` says that the source is all the indicator reads, so that a source and an `on` contradict each other.
    """
    if source is None:
        return column(on, "close", function)
    if alone and on is not bars:
        raise StrategyError(
            f"{function} is given both a source and on=",
            cure=f"take the source from those bars, {function}(x.close), or give on=x alone",
        )
    return one_series(source, function)


def one_series(source: object, function: str) -> Node:
    """A node of numbers; raises StrategyError with the cure for anything else."""
    if isinstance(source, Node):
        if source.kind == "number":
            return source
        raise StrategyError(
            f"{function} of the condition {source!r}", cure="turn it into a number: where(condition, 1, 0)"
        )
    if isinstance(source, tuple) and hasattr(source, "_fields"):
        raise StrategyError(
            f"{function} takes one series, not all of {', '.join(source._fields)}",
            cure=f"choose one, such as .{source._fields[0]}",
        )
    given = source.describe() if isinstance(source, Symbolic) else repr(source)
    cure = "give an expression such as close"
    if isinstance(source, int | float | Symbolic):
        cure = f"the series comes first, as in {function}(close, {given})"
    raise StrategyError(f"{function} takes a series where {given} stands", cure=cure)


def column(on: object, name: str, function: str) -> Node:
    """One column of `on`; raises StrategyError naming the column when it has none."""
    node = getattr(on, name, None)
    if isinstance(node, Node):
        return node
    given = f"{type(on).__name__.lower()} {on!r}" if isinstance(on, str | int | float | Node) else type(on).__name__
    raise StrategyError(
        f"{function} needs {name}, which on= ({given}) does not have",
        cure="give on= bars that have it, or leave it out for the strategy's own",
    )


def columns(on: object, function: str, *names: str) -> tuple[Node, ...]:
    """Some columns of `on`, in order."""
    return tuple(column(on, name, function) for name in names)
