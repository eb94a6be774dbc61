"""What is checked: one strategy on one symbol's bars, with every column it computes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from traceback import extract_tb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradefleet.graph.align import Align
from tradefleet.graph.fields import FIELD
from tradefleet.graph.node import Call, Column, Node, Operation
from tradefleet.graph.plan import Evaluation, Plan
from tradefleet.graph.step import Step
from tradefleet.graph.tracks import Feeds
from tradefleet.kernels import compiled_loop
from tradefleet.market.bars import Bars
from tradefleet.market.errors import DataError, StrategyError, TradefleetError
from tradefleet.research.check.result import shortened
from tradefleet.research.data import Data
from tradefleet.research.prepare import planned
from tradefleet.strategies.strategy import Strategy
from tradefleet.strategies.trace import Conditions

_PACKAGE = str(Path(__file__).parents[2])
_OWN = "tradefleet."
# Fewer bars after the first signal show nothing.
_LEAST = 20
# As a share of the value.
_ROUNDING = 1e-9
# To let the indicators settle at most so many times the bars that are asked for.
_MOST_SETTLING = 5


@dataclass(frozen=True, eq=False)
class Subject:
    """A strategy and the bars it is checked on; `nodes` are all columns that it computes, inputs before their users.

    `names` has what the user calls some of them: conditions, levels, indicators. `available` is how many bars there
    were before those that are too many were left out.
    """

    strategy: Strategy
    bars: Bars
    feeds: Feeds
    nodes: tuple[Node, ...]
    names: Mapping[Node, tuple[str, ...]]
    conditions: Conditions
    lookback: int
    settling: int
    available: int

    @cached_property
    def full(self) -> Mapping[Node, Column]:
        """Every column over all bars."""
        return dict(zip(self.nodes, self.over(self.bars).columns, strict=True))

    def over(self, bars: Bars, feeds: Feeds | None = None, nodes: Sequence[Node] | None = None) -> Evaluation:
        """The columns over some bars; raises StrategyError for what the strategy's own code raises."""
        plan = Plan(self.nodes if nodes is None else nodes)
        with blamed(f"the expressions of {type(self.strategy).__name__}"):
            return plan.over(bars, compiled_loop, feeds=self.feeds if feeds is None else feeds)

    def label(self, node: Node) -> str:
        """What to call a column: the user's names, else its expression."""
        return ", ".join(self.names[node]) if node in self.names else shortened(repr(node))

    def affected(self, node: Node) -> tuple[str, ...]:
        """The names of the columns that are computed from this one, itself and those that never change aside."""
        users = descendants(self.nodes, [node])
        named = [
            other for other in self.nodes if other in users and other in self.names and other.call is not node.call
        ]
        return tuple(dict.fromkeys(name for other in named if _varies(self.full[other]) for name in self.names[other]))

    def where(self, node: Node) -> str:
        """File and line: of the operation where it is the user's own, else of the strategy's rule."""
        own = place_of(node.call.operation)
        if own:
            return own
        return place_of_rule(self)

    @property
    def foreign(self) -> tuple[Node, ...]:
        """The columns of operations that are not tradefleet's own."""
        return tuple(node for node in self.nodes if is_foreign(node.call.operation))


def subject_of(strategy: Strategy, bars: Bars, data: Data, most: int) -> Subject:
    """Trace a strategy and take the first `most` bars, and as many more as it needs to settle, within bounds.

    Raises DataError where there are too few for a signal.
    """
    own = strategy.for_symbol(bars.symbol)
    traced, indicators, plan = planned(own)
    settling = plan.settling(bars.timeframe)
    known = bars[: most + min(settling, _MOST_SETTLING * most)]
    nodes = computed(plan.calls)
    names: dict[Node, tuple[str, ...]] = {}
    named = {**traced.conditions._asdict(), **traced.levels._asdict(), **indicators}
    for name, node in named.items():
        names[node] = (*names.get(node, ()), name)
    feeds = data.feeds_of(plan, bars, None)
    draft = Subject(own, known, feeds, nodes, names, traced.conditions, 0, settling, len(bars))
    lookback = draft.over(known, nodes=plan.nodes).lookback if len(known) else 0
    if len(known) < lookback + _LEAST:
        raise DataError(
            f"there are {len(known):,} bars, but {own.name()} needs {lookback + _LEAST:,} to be checked",
            where=f"{bars.symbol} {bars.timeframe}",
            cure="widen the range, or import more" if len(known) == len(bars) else "let more bars be used: --bars",
        )
    return Subject(own, known, feeds, nodes, names, traced.conditions, lookback, settling, len(bars))


def computed(calls: Sequence[Call]) -> tuple[Node, ...]:
    """The columns that are computed: neither constants nor what the bars themselves bring."""
    return tuple(
        node
        for call in calls
        if call.clock is not None and call.operation is not FIELD and not isinstance(call.operation, Align)
        for node in call.nodes
    )


def sources(call: Call) -> Iterator[Call]:
    """The calls that a call is computed from, alignments seen through."""
    for node in call.inputs:
        if isinstance(node.call.operation, Align):
            yield from sources(node.call)
        else:
            yield node.call


def descendants(nodes: Sequence[Node], given: Iterable[Node]) -> set[Node]:
    """Some columns and all that are computed from them."""
    calls = {node.call for node in given}
    for node in nodes:
        if any(source in calls for source in sources(node.call)):
            calls.add(node.call)
    return {node for node in nodes if node.call in calls}


def origins(nodes: Sequence[Node], faulty: Mapping[Node, Any]) -> list[Node]:
    """The faulty columns whose inputs are not: where the fault is made, a column each call."""
    calls = {node.call for node in faulty}
    found = [node for node in nodes if node in faulty and not any(source in calls for source in sources(node.call))]
    return list({node.call: node for node in reversed(found)}.values())[::-1]


def is_foreign(operation: Operation) -> bool:
    """Whether an operation's code is not tradefleet's own."""
    owner = operation.function if isinstance(operation, Step) else type(operation)
    return not owner.__module__.startswith(_OWN)


def place_of(operation: Operation) -> str:
    """File and line of an operation that is not tradefleet's own, else empty."""
    if not is_foreign(operation):
        return ""
    return _line(operation.function if isinstance(operation, Step) else type(operation).batch)


def place_of_rule(subject: Subject) -> str:
    """File and line of what decides: `on_bar` or `signals`."""
    cls = type(subject.strategy)
    return _line(cls.on_bar if cls.acts_on_bars() else cls.signals)


def _line(function: object) -> str:
    code = getattr(function, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else ""


@contextmanager
def blamed(what: str) -> Iterator[None]:
    """Raise StrategyError, with file and line, for what the strategy's own code raises."""
    try:
        yield
    except TradefleetError:
        raise
    except Exception as error:
        frames = [frame for frame in extract_tb(error.__traceback__) if not frame.filename.startswith(_PACKAGE)]
        # What NumPy or another library raised is owed to the line that called it.
        own = [frame for frame in frames if "site-packages" not in frame.filename] or frames
        where = f"{own[-1].filename}:{own[-1].lineno}" if own else ""
        raise StrategyError(
            f"{what} raised {type(error).__name__}: {error}", where=where, cure="mend the strategy at that line"
        ) from error


def _varies(column: Column) -> bool:
    known = column if column.dtype == np.bool_ else column[~np.isnan(column)]
    return bool((known != known[:1]).any())


def differ(one: Column, other: Column) -> NDArray[np.bool_]:
    """Where two columns do not have the same value; NaN is the same as NaN."""
    unequal: NDArray[np.bool_] = one != other
    if one.dtype == np.bool_:
        return unequal
    return unequal & ~(np.isnan(one) & np.isnan(other))


def only_rounding(one: Column, other: Column) -> NDArray[np.bool_]:
    """Where two columns, which differ, do so by rounding alone."""
    if one.dtype == np.bool_:
        return np.zeros(len(one), dtype=bool)
    # Code of the user's may give infinities.
    with np.errstate(invalid="ignore"):
        close: NDArray[np.bool_] = np.abs(one - other) <= _ROUNDING * np.maximum(np.abs(one), np.abs(other))
    return close


def at(column: Column, bar: int) -> float | bool:
    """A column's value at a bar, as Python has it."""
    value: float | bool = column[bar].item()
    return value
