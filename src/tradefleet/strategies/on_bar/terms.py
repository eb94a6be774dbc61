"""What a strategy that acts bar by bar has computed over arrays: its indicators, and the terms of its entries."""

from __future__ import annotations

from collections.abc import Mapping

from tradefleet.graph.constant import as_node
from tradefleet.graph.node import Node
from tradefleet.market.errors import StrategyError
from tradefleet.strategies.on_bar.bar import bar_type
from tradefleet.strategies.on_bar.blame import strategy_failed
from tradefleet.strategies.signals import Signals
from tradefleet.strategies.strategy import Strategy
from tradefleet.strategies.trace import Traced, resolve


def trace_terms(strategy: Strategy) -> Traced:
    """The levels and size that its parameters give entries; the conditions are what its side and session allow."""
    return resolve(strategy, Signals(enter_long=True, exit_long=True, enter_short=True, exit_short=True))


def indicators_of(strategy: Strategy) -> dict[str, Node]:
    """The nodes of a strategy's indicators by name; raises StrategyError for what is none."""
    try:
        given = strategy.indicators()
        return _checked(given)
    except Exception as error:
        raise strategy_failed(strategy, "indicators", error) from error


def _checked(given: object) -> dict[str, Node]:
    if not isinstance(given, Mapping):
        raise StrategyError(
            f"indicators gave {type(given).__name__}", cure='return a mapping, such as {"fast": ema(close, 12)}'
        )
    nodes = {}
    for name, value in given.items():
        node = as_node(value)
        if node is None:
            raise StrategyError(f"the indicator {name!r} is {value!r}", cure=_cure(value))
        nodes[str(name)] = node
    bar_type(tuple(nodes))
    return nodes


def _cure(value: object) -> str:
    outputs = getattr(value, "_fields", ())
    return f"choose one output of it: .{outputs[0]}" if outputs else "give an expression such as ema(close, 12)"
