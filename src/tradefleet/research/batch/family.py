"""Families: combinations that one symbolic trace of the strategy serves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradefleet.graph.bind import Becomes
from tradefleet.market.errors import StrategyError, UserError
from tradefleet.research.batch.distinct import Rows, distinct, values_at
from tradefleet.research.search.combinations import Combinations
from tradefleet.strategies.parameters import Parameter
from tradefleet.strategies.strategy import Strategy
from tradefleet.strategies.trace import Traced, trace, trace_symbolic

# So many combinations are traced with their values, and compared with what the symbols gave.
CHECKED = 16


@dataclass(frozen=True, eq=False)
class Family:
    """Some rows of combinations, what they have in common, and their trace; `symbols` are the names that differ."""

    rows: Rows
    strategy: Strategy
    traced: Traced
    symbols: frozenset[str]


@dataclass(frozen=True, eq=False)
class Families:
    """All families; `errors` are rows that have none, with the reason, `impure` says that signals do not keep to
    their parameters, so that combinations are traced one by one; `alone` are rows that are so in any case.
    `combinations` are those given, with values in their parameters' types."""

    families: tuple[Family, ...]
    errors: Mapping[int, str]
    impure: str
    alone: Rows
    combinations: Combinations


def families_of(
    strategy: type[Strategy], fixed: Mapping[str, Any], combinations: Combinations, symbol: str
) -> Families:
    """Trace a strategy for all combinations: once for all whose values its signals do not read."""
    declared = strategy.declared()
    if strategy.acts_on_bars():
        return Families((), {}, "", np.arange(len(combinations)), combinations)
    combinations, fitting = _exact(strategy, combinations)
    symbolic = [name for name in combinations.names if name in declared and declared[name].type is not str]
    concrete = [name for name in combinations.names if name not in symbolic]
    errors: dict[int, str] = {}
    found: list[Family] = []
    pending = [(np.flatnonzero(fitting), frozenset(symbolic), concrete)] if fitting.any() else []
    while pending:
        rows, left, read = pending.pop()
        some = combinations.take(rows)
        groups = distinct(some, read)
        members = np.split(np.argsort(groups.group, kind="stable"), np.cumsum(np.bincount(groups.group))[:-1])
        for first, group in zip(groups.first, members, strict=True):
            try:
                base = strategy(**{**fixed, **values_at(some, int(first), read)}).for_symbol(symbol)
                traced, kept = trace_symbolic(base, left)
            except UserError as error:
                if left:
                    # What is read has its default here: perhaps only that does not fit.
                    pending.append((rows[group], frozenset(), [*read, *sorted(left)]))
                    continue
                if isinstance(error, StrategyError) and strategy.__name__ not in error.message:
                    # As a backtest has it.
                    error.message = f"{strategy.__name__} on {symbol}: {error.message}"
                errors |= dict.fromkeys(rows[group].tolist(), str(error))
                continue
            if kept == left:
                found.append(Family(rows[group], base, traced, left))
            else:
                # What was read keeps its value: one trace for each.
                pending.append((rows[group], kept, [*read, *sorted(left - kept)]))
    impure, alone = _impure(strategy, fixed, combinations, symbol, found), np.flatnonzero(~fitting)
    return Families(tuple(found), errors, impure, alone, combinations)


def _exact(strategy: type[Strategy], combinations: Combinations) -> tuple[Combinations, NDArray[np.bool_]]:
    """The combinations with values in their parameters' types, and which of them have values that fit."""
    declared = strategy.declared()
    fitting = np.ones(len(combinations), bool)
    found = []
    for place, (name, values) in enumerate(zip(combinations.names, combinations.values, strict=True)):
        exact = [_fitted(declared[name], value) if name in declared else value for value in values]
        wrong = np.array([value is None for value in exact], bool)
        if wrong.any():
            fitting &= ~wrong[combinations.codes[:, place]]
        found.append(tuple(exact))
    return Combinations(combinations.names, tuple(found), combinations.codes), fitting


def _fitted(parameter: Parameter[Any], value: object) -> Any:
    """The value in the parameter's type; None for one that it does not take."""
    try:
        return parameter.exact(value)
    except UserError:
        return None


def instance(strategy: type[Strategy], fixed: Mapping[str, Any], combination: Mapping[str, Any]) -> Strategy:
    """The strategy with a combination's values; what is no parameter of it is left out."""
    declared = {*strategy.declared(), "size"}
    return strategy(**{**fixed, **{name: value for name, value in combination.items() if name in declared}})


def _impure(
    strategy: type[Strategy], fixed: Mapping[str, Any], combinations: Combinations, symbol: str, found: Iterable[Family]
) -> str:
    """Why the symbols do not serve, found by tracing some combinations with their values; empty where they do."""
    for family in found:
        if not family.symbols:
            continue
        chosen = Random(0).sample(range(len(family.rows)), min(CHECKED, len(family.rows)))
        for row in (int(family.rows[index]) for index in chosen):
            combination = combinations[row]
            try:
                by_value = trace(instance(strategy, fixed, combination).for_symbol(symbol))
            except UserError:
                # An error of this combination, which will show as such.
                continue
            if not _same(family.traced, by_value, combination):
                return (
                    f"{strategy.name()} gives other signals for symbols than for values, as with {combination}: "
                    "every combination is traced by itself"
                )
    return ""


def _same(symbolic: Traced, by_value: Traced, values: Mapping[str, Any]) -> bool:
    """Whether symbols with these values are what the values themselves gave."""
    becomes = Becomes(values)
    nodes = all(becomes.same(one, other) for one, other in zip(symbolic.nodes, by_value.nodes, strict=True))
    return nodes and _constants(symbolic) == _constants(by_value)


def _constants(traced: Traced) -> tuple[object, ...]:
    return traced.size, traced.scale_out, traced.aging, traced.limit_entries, traced.tag
