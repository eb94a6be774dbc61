"""Tracing: from a strategy to the nodes its signals are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from traceback import extract_tb
from typing import Any, NamedTuple

from tradefleet.graph.bind import Binder
from tradefleet.graph.constant import CONSTANT, NEVER, constant, number, truth
from tradefleet.graph.node import Node
from tradefleet.graph.symbolic import ConcreteRead, Number, Symbolic
from tradefleet.market.errors import ParameterError, StrategyError, TradefleetError, UserError
from tradefleet.strategies.signals import Signals
from tradefleet.strategies.strategy import Strategy
from tradefleet.trading.size import Size, SizeKind

# Fractions of the entry price.
_OF_THE_PRICE = ("stop_loss", "take_profit", "trailing_stop")


class Conditions(NamedTuple):
    """When to act, each a truth node."""

    enter_long: Node
    exit_long: Node
    enter_short: Node
    exit_short: Node


class Levels(NamedTuple):
    """How to enter, each a number node."""

    stop_loss: Node
    take_profit: Node
    trailing_stop: Node
    max_bars: Node
    size: Node


@dataclass(frozen=True, eq=False)
class Traced:
    """A strategy as nodes: its conditions, masked to its side, and the levels and size of its entries.

    `replaced` has what its signals set in place of a parameter, as a number or as text.
    """

    conditions: Conditions
    levels: Levels
    size_kind: SizeKind
    tag: str
    replaced: Mapping[str, float | str]

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Conditions, then levels."""
        return (*self.conditions, *self.levels)

    def bind(self, values: Mapping[str, Number]) -> Traced:
        """The same with values in place of symbolic parameters."""
        bind = Binder(values).bind
        return Traced(
            Conditions(*map(bind, self.conditions)),
            Levels(*map(bind, self.levels)),
            self.size_kind,
            self.tag,
            self.replaced,
        )


def trace(strategy: Strategy) -> Traced:
    """The nodes of a strategy with its parameters' values.

    Raises StrategyError or ParameterError, naming the file and line, for signals that cannot be traced.
    """
    return _resolve(strategy, _signals_of(strategy))


def trace_symbolic(strategy: Strategy, names: frozenset[str]) -> tuple[Traced, frozenset[str]]:
    """The nodes with these parameters as symbols, and the names that could stay symbolic.

    A parameter whose value the strategy reads (to compare it, or to choose a branch) keeps its value, and so does
    one that is no number.
    """
    declared = strategy.declared()
    left = {name for name in names if declared[name].type is not str}
    while left:
        noticed: set[str] = set()
        attempt = strategy.with_symbols({name: Symbolic.parameter(name, noticed) for name in left})
        try:
            traced = _resolve(attempt, _signals_of(attempt))
        except ConcreteRead:
            pass
        except StrategyError:
            # Perhaps it is the symbols that the strategy's code could not take; values will tell.
            noticed |= left
        else:
            if not noticed:
                return traced, frozenset(left)
        left -= noticed
    return trace(strategy), frozenset()


def _signals_of(strategy: Strategy) -> Signals:
    strategy.forget_reads()
    try:
        signals = strategy.signals()
    except TradefleetError as error:
        if isinstance(error, UserError):
            error.where = error.where or _place(error) or strategy.name()
        raise
    except Exception as error:
        raise StrategyError(
            f"signals of {strategy.name()} raised {type(error).__name__}: {error}",
            where=_place(error),
            cure="mend the strategy; signals may use parameters and nodes only",
        ) from error
    if not isinstance(signals, Signals):
        raise StrategyError(
            f"signals gave {type(signals).__name__}", where=_source(strategy), cure="return Signals(...)"
        )
    return signals


def _source(strategy: Strategy) -> str:
    """File and line of the strategy's signals."""
    code = getattr(type(strategy).signals, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else strategy.name()


def _place(error: BaseException) -> str:
    """File and line of the last frame outside tradefleet, empty when there is none."""
    package = str(Path(__file__).parents[1])
    frames = [f for f in extract_tb(error.__traceback__) if not f.filename.startswith(package)]
    named = [f for f in frames if f.name == "signals"] or frames
    return f"{named[-1].filename}:{named[-1].lineno}" if named else ""


def _resolve(strategy: Strategy, signals: Signals) -> Traced:
    try:
        return _resolved(strategy, signals)
    except UserError as error:
        error.where = error.where or (_source(strategy) if isinstance(error, StrategyError) else strategy.name())
        raise


def _resolved(strategy: Strategy, signals: Signals) -> Traced:
    stop = _level(strategy, signals, "stop_loss", lambda: constant(strategy.stop_loss))
    # Adding the two serves a sweep over either: at most one of them is not 0.
    target = _level(
        strategy,
        signals,
        "take_profit",
        lambda: constant(strategy.take_profit) + constant(strategy.reward_risk) * stop,
    )
    trail = _level(strategy, signals, "trailing_stop", lambda: constant(strategy.trailing_stop))
    max_bars = _level(strategy, signals, "max_bars", lambda: constant(strategy.max_bars))
    size, kind = _size(strategy, signals)
    _check_stop_is_set(strategy, stop, kind)
    if not isinstance(signals.tag, str):
        raise StrategyError(f"tag is {signals.tag!r}", cure="give text")
    levels = Levels(stop, target, trail, max_bars, size)
    return Traced(_conditions(signals, strategy.side), levels, kind, signals.tag, _replaced(signals, levels))


def _replaced(signals: Signals, levels: Levels) -> dict[str, float | str]:
    """What signals set in place of parameters: a number where it is one, else the expression."""
    shown: dict[str, float | str] = {}
    for name, node in levels._asdict().items():
        value = getattr(signals, name)
        if value is None:
            continue
        is_number = node.call.operation is CONSTANT and not node.call.symbolic
        shown[name] = node.call.parameters[0] if is_number else repr(node)
        if isinstance(value, Size) and value.kind != "fraction":
            shown[name] = str(value)
    if "take_profit" in shown:
        shown["reward_risk"] = 0.0
    return shown


def _conditions(signals: Signals, side: str) -> Conditions:
    """The four conditions; those of a side the strategy does not trade never hold."""
    nodes = Conditions(*(truth(getattr(signals, name), name) for name in Conditions._fields))
    own, other = (nodes.enter_short, nodes.enter_long) if side == "short" else (nodes.enter_long, nodes.enter_short)
    if side != "both" and own is NEVER and other is not NEVER:
        entered = "long" if side == "short" else "short"
        raise ParameterError(
            f"side is '{side}', but all entries are {entered}", cure=f"set side={entered}, or side=both"
        )
    if side == "long":
        return nodes._replace(enter_short=NEVER, exit_short=NEVER)
    if side == "short":
        return nodes._replace(enter_long=NEVER, exit_long=NEVER)
    return nodes


def _level(strategy: Strategy, signals: Signals, name: str, otherwise: Callable[[], Node]) -> Node:
    value = getattr(signals, name)
    if value is None:
        return otherwise()
    _check_unset(strategy, name)
    if name == "take_profit":
        _check_unset(strategy, "reward_risk")
    node = number(value, name)
    if name in _OF_THE_PRICE and node.call.operation is CONSTANT:
        _check_fraction(name, node.call.parameters[0])
    return node


def _check_fraction(name: str, value: Any) -> None:
    if isinstance(value, Symbolic):
        return
    if value < 0:
        raise ParameterError(f"{name} is {value:g}", cure="give a fraction such as 0.02, or 0 for none")
    if value >= 1 and name != "take_profit":
        raise ParameterError(
            f"{name} is {value:g}, the whole price or more", cure="give a fraction: 0.02 is 2 % of the price"
        )


def _check_unset(strategy: Strategy, name: str) -> None:
    if strategy.given_and_unread(name):
        field = "take_profit" if name == "reward_risk" else name
        raise ParameterError(
            f"{field} is set by the strategy's signals, so the parameter {name} has no effect", cure="leave it out"
        )


def _size(strategy: Strategy, signals: Signals) -> tuple[Node, SizeKind]:
    if signals.size is not None:
        _check_unset(strategy, "size")
    value: Any = strategy.size if signals.size is None else signals.size
    if isinstance(value, Size):
        return constant(value.value), value.kind
    return number(value, "size"), "fraction"


def _check_stop_is_set(strategy: Strategy, stop: Node, kind: SizeKind) -> None:
    if stop is not constant(0.0):
        return
    if kind == "risk":
        raise ParameterError("size is risk(...), but there is no stop_loss", cure="set stop_loss, such as 0.02")
    ratio = strategy.reward_risk
    if not isinstance(ratio, Symbolic) and ratio != 0:
        raise ParameterError(f"reward_risk is {ratio:g}, but there is no stop_loss", cure="set stop_loss, such as 0.02")
