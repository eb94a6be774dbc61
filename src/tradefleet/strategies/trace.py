"""Tracing: from a strategy to the nodes its signals are made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from traceback import extract_tb
from typing import Any, NamedTuple

from tradefleet.graph.bind import Binder
from tradefleet.graph.constant import CONSTANT, NEVER, constant, number, truth
from tradefleet.graph.fields import close
from tradefleet.graph.in_session import in_session
from tradefleet.graph.node import Node
from tradefleet.graph.symbolic import ConcreteRead, Number, Symbolic
from tradefleet.indicators import standard_deviation
from tradefleet.market.errors import ParameterError, StrategyError, TradefleetError, UserError
from tradefleet.strategies.signals import Signals
from tradefleet.strategies.strategy import Strategy
from tradefleet.trading.size import Size, SizeKind

# Fractions of the entry price.
_OF_THE_PRICE = ("stop_loss", "take_profit", "trailing_stop", "break_even")


class Conditions(NamedTuple):
    """When to act, each a truth node."""

    enter_long: Node
    exit_long: Node
    enter_short: Node
    exit_short: Node


class Levels(NamedTuple):
    """How to enter and follow, each a number node; `cooldown` and `pyramiding` are constant."""

    stop_loss: Node
    take_profit: Node
    trailing_stop: Node
    trailing_distance: Node
    break_even: Node
    max_bars: Node
    size: Node
    limit: Node
    expiry: Node
    priority: Node
    cooldown: Node
    pyramiding: Node


@dataclass(frozen=True, eq=False)
class Traced:
    """A strategy as nodes: its conditions, masked to its side, and the levels and size of its entries.

    `size` says how the size is meant; `scale_out` has rows of fraction and share, `aging` of bars and fraction;
    `replaced` has what its signals set in place of a parameter, as a number or as text.
    """

    conditions: Conditions
    levels: Levels
    size: Size
    scale_out: tuple[tuple[float, float], ...]
    aging: tuple[tuple[float, float], ...]
    limit_entries: bool
    tag: str
    replaced: Mapping[str, float | str]

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Conditions, then levels."""
        return (*self.conditions, *self.levels)

    def bind(self, values: Mapping[str, Number]) -> Traced:
        """The same with values in place of symbolic parameters."""
        bind = Binder(values).bind
        return replace(self, conditions=Conditions(*map(bind, self.conditions)), levels=Levels(*map(bind, self.levels)))


def trace(strategy: Strategy) -> Traced:
    """The nodes of a strategy with its parameters' values.

    Raises StrategyError or ParameterError, naming the file and line, for signals that cannot be traced.
    """
    return resolve(strategy, _signals_of(strategy))


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
            traced = resolve(attempt, _signals_of(attempt))
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


def resolve(strategy: Strategy, signals: Signals) -> Traced:
    """The nodes of signals, with the strategy's parameters for what they leave open; errors name the strategy."""
    try:
        return _resolved(strategy, signals)
    except UserError as error:
        error.where = error.where or (_source(strategy) if isinstance(error, StrategyError) else strategy.name())
        raise


def _resolved(strategy: Strategy, signals: Signals) -> Traced:
    stop = _level(strategy, signals, "stop_loss", lambda: constant(strategy.stop_loss))
    aging: tuple[tuple[float, float], ...] = ()
    if isinstance(signals.take_profit, Sequence):
        aging = _rows(signals.take_profit, "take_profit", "bars and fraction, such as [(0, 0.04), (60, 0.01)]")
        _check_unset(strategy, "take_profit")
        _check_unset(strategy, "reward_risk")
        target = constant(0.0)
    else:
        # Adding the two serves a sweep over either: at most one of them is not 0.
        target = _level(
            strategy,
            signals,
            "take_profit",
            lambda: constant(strategy.take_profit) + constant(strategy.reward_risk) * stop,
        )
    size, meant = _size(strategy, signals)
    _check_stop_is_set(strategy, stop, meant.kind)
    if not isinstance(signals.tag, str):
        raise StrategyError(f"tag is {signals.tag!r}", cure="give text")
    levels = Levels(
        stop_loss=stop,
        take_profit=target,
        trailing_stop=_level(strategy, signals, "trailing_stop", lambda: constant(strategy.trailing_stop)),
        trailing_distance=_number(signals, "trailing_distance"),
        break_even=_level(strategy, signals, "break_even", lambda: constant(strategy.break_even)),
        max_bars=_level(strategy, signals, "max_bars", lambda: constant(strategy.max_bars)),
        size=size,
        limit=_number(signals, "limit"),
        expiry=_number(signals, "expiry"),
        priority=_number(signals, "priority"),
        cooldown=constant(strategy.cooldown),
        pyramiding=constant(strategy.pyramiding),
    )
    scale_out = _rows(signals.scale_out, "scale_out", "fraction and share, such as [(0.02, 0.5), (0.04, 0.5)]")
    _check_scale_out(scale_out)
    return Traced(
        _in_session(_conditions(signals, strategy.side), strategy.session),
        levels,
        meant,
        scale_out,
        aging,
        signals.limit is not None,
        signals.tag,
        _replaced(signals, levels, aging),
    )


def _number(signals: Signals, name: str) -> Node:
    """A level that is no parameter; 0 where it is not given."""
    value = getattr(signals, name)
    return constant(0.0) if value is None else number(value, name)


def _rows(given: Any, name: str, wanted: str) -> tuple[tuple[float, float], ...]:
    """Rows of two numbers whose first ones rise; values of parameters are read."""
    cure = f"give rows of {wanted}"
    try:
        rows = tuple((float(first), float(second)) for first, second in given)
    except (TypeError, ValueError):
        raise StrategyError(f"{name} is {given!r}", cure=cure) from None
    for row in rows:
        if not all(0.0 <= value < math.inf for value in row):
            raise ParameterError(f"{name} has the row {row}", cure=cure)
    for before, row in pairwise(rows):
        if row[0] <= before[0]:
            raise ParameterError(f"{name} has the row {row} after {before}", cure="let the first numbers rise")
    return rows


def _check_scale_out(rows: tuple[tuple[float, float], ...]) -> None:
    for fraction, share in rows:
        if fraction == 0.0 or share == 0.0:
            raise ParameterError(f"scale_out has the row {(fraction, share)}", cure="give positive numbers")
    shares = sum(share for _, share in rows)
    if shares > 1.0 + 1e-9:
        raise ParameterError(f"the shares of scale_out add up to {shares:g}", cure="let them add up to 1 at most")


def _in_session(conditions: Conditions, session: str) -> Conditions:
    """Entries are decided in the session only."""
    if not session.strip():
        return conditions
    hours, *rest = session.split()
    zones = [text for text in rest if "/" in text or text.upper() == "UTC"]
    days = [text for text in rest if text not in zones]
    if len(zones) > 1 or len(days) > 1:
        raise ParameterError(
            f"session is {session!r}", cure='write "08:00-17:00", with a zone and days: "Europe/London mon-fri"'
        )
    named = {"zone": zones[0]} if zones else {}
    if days:
        named["days"] = days[0]
    within = in_session(hours, **named)
    return conditions._replace(
        **{
            name: node & within
            for name, node in conditions._asdict().items()
            if name.startswith("enter") and node is not NEVER
        }
    )


def _replaced(signals: Signals, levels: Levels, aging: Sequence[tuple[float, float]]) -> dict[str, float | str]:
    """What signals set in place of parameters: a number where it is one, else the expression."""
    shown: dict[str, float | str] = {"take_profit": str(list(aging))} if aging else {}
    for name, node in levels._asdict().items():
        value = getattr(signals, name, None)
        if value is None or name in shown:
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


def _size(strategy: Strategy, signals: Signals) -> tuple[Node, Size]:
    if signals.size is not None:
        _check_unset(strategy, "size")
    value: Any = strategy.size if signals.size is None else signals.size
    if not isinstance(value, Size):
        return number(value, "size"), Size("fraction", 1.0)
    if value.kind == "volatility":
        return standard_deviation(close / close.shift(1) - 1, int(value.option("bars"))), value
    return constant(value.value), value


def _check_stop_is_set(strategy: Strategy, stop: Node, kind: SizeKind) -> None:
    if stop is not constant(0.0):
        return
    if kind == "risk":
        raise ParameterError("size is risk(...), but there is no stop_loss", cure="set stop_loss, such as 0.02")
    ratio = strategy.reward_risk
    if not isinstance(ratio, Symbolic) and ratio != 0:
        raise ParameterError(f"reward_risk is {ratio:g}, but there is no stop_loss", cure="set stop_loss, such as 0.02")
