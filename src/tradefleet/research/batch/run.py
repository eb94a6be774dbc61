"""One family on one ground: which of its combinations the chain runs, and in what rounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradefleet.graph.node import Node
from tradefleet.market.errors import UserError
from tradefleet.metrics.performance import Floats
from tradefleet.research.batch.chaining import Chosen, Terrain, events_of, run_cells
from tradefleet.research.batch.columns import Columns
from tradefleet.research.batch.conditions import written
from tradefleet.research.batch.crew import Crew
from tradefleet.research.batch.distinct import Rows, distinct, values_at
from tradefleet.research.batch.family import Family
from tradefleet.research.batch.fitness import fits, side_of
from tradefleet.research.batch.ground import Ground, scene_of
from tradefleet.research.batch.levels import Level, constant_level, level_of
from tradefleet.research.batch.market import Place
from tradefleet.research.batch.rounds import rounds
from tradefleet.research.batch.symbols import Symbols, exist, is_constant
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.terms import policy_of
from tradefleet.simulation.state import Policy, first_leg
from tradefleet.simulation.table import table_of

# Of the memory there is: what events may take (four bytes a bar and group), and columns.
_EVENTS, _COLUMNS = 0.4, 0.5
# Of so many combinations at most one must have values that fit.
_TRIED = 64


@dataclass(frozen=True, eq=False)
class Tools:
    """What runs of families share: columns, threads, and how many bytes they may take."""

    columns: Columns
    crew: Crew
    memory: float


class FamilyRun:
    """A family on a ground; `places` are the rows of the results that its combinations are given."""

    def __init__(
        self, family: Family, combinations: Combinations, places: Rows, place: Place, ground: Ground, tools: Tools
    ) -> None:
        self._family = family
        self._all = combinations
        self._places = places
        self._place = place
        self._ground = ground
        self._tools = tools
        self._symbols = Symbols()
        self._levels = family.traced.levels

    def fill(self, values: Floats, curves: Floats) -> Rows:
        """Measure what the chain can; gives the places of the combinations that are left."""
        policy = self._policy() if fits(self._family.traced) else None
        if policy is None:
            return self._places
        plain = self._plain()
        left = [self._places[~plain]]
        rows = np.flatnonzero(plain)
        if len(rows):
            left += self._run(rows, self._terrain(policy), values, curves)
        return np.sort(np.concatenate(left))

    def _policy(self) -> Policy | None:
        """What is constant for the whole family; None where its account refuses it, which shows one by one."""
        # Some have values that do not fit: any that do will serve.
        for row in range(min(_TRIED, len(self._all))):
            try:
                bound = self._family.traced.bind(values_at(self._all, row, self._family.symbols))
                return policy_of(bound, self._place.settings.account)
            except (UserError, ArithmeticError):
                continue
        return None

    def _terrain(self, policy: Policy) -> Terrain:
        side, enter, leave = side_of(self._family.traced)
        market = self._place.market
        table = table_of([first_leg(1.0)], [market], [policy])
        return Terrain(scene_of(self._ground, self._place.settings, side), market, table, enter, leave)

    def _run(self, rows: Rows, terrain: Terrain, values: Floats, curves: Floats) -> list[Rows]:
        """Run these combinations in rounds; gives the places of those that have an operand that cannot be had."""
        some, crew, ground = self._all.take(rows), self._tools.crew, self._ground
        program = written(self._family.traced.conditions)
        varying = self._varying()
        names = frozenset[str]().union(*(self._symbols.of(node) for node in (*program.operands, *varying)))
        groups = distinct(some, names)
        by_group = np.argsort(groups.group, kind="stable")
        ends = np.cumsum(np.bincount(groups.group, minlength=len(groups)))
        at_a_time = max(1, int(self._tools.memory * _EVENTS / (4 * len(ground.bars))))
        left: list[Rows] = []
        for part in rounds(
            program, varying, some.take(groups.first), self._symbols, self._tools.columns, at_a_time,
            self._tools.memory * _COLUMNS,
        ):  # fmt: skip
            cells = by_group[(ends[part.first - 1] if part.first else 0) : ends[part.last - 1]]
            refused = part.refused[groups.group[cells] - part.first]
            left.append(self._places[rows[cells[refused]]])
            cells = cells[~refused]
            if len(cells):
                events = events_of(program, part.operands, ground.begin, ground.end, crew)
                group, places = groups.group[cells] - part.first, self._places[rows[cells]]
                run_cells(events, group, self._chosen(some.take(cells)), places, terrain, crew, values, curves)
        return left

    def _varying(self) -> list[Node]:
        """The levels that differ by bar; of those that the chain does not read, how far they look back counts."""
        found = self._levels
        levels = (found.stop_loss, found.take_profit, found.size, found.expiry, found.priority)
        return [node for node in levels if not is_constant(node)]

    def _chosen(self, some: Combinations) -> Chosen:
        def level(node: Node) -> Level:
            ground = self._ground
            return level_of(node, some, self._symbols, self._tools.columns, ground.begin, ground.end)

        levels = self._levels
        return Chosen(
            level(levels.stop_loss), level(levels.take_profit), level(levels.size), level(levels.trailing_stop),
            level(levels.max_bars), level(levels.cooldown),
        )  # fmt: skip

    def _plain(self) -> NDArray[np.bool_]:
        """Which combinations the chain knows all rules of, and the strategy itself has nothing against."""
        levels = self._levels
        plain = exist(self._family.traced.nodes, self._all)
        for node in (levels.break_even, levels.pyramiding, levels.trailing_distance):
            plain &= self._each(node) == 0.0
        if is_constant(levels.size) and self._family.traced.size.kind == "fraction":
            plain &= self._each(levels.size) <= self._place.settings.account.leverage
        target, ratio = (self._value(name) for name in ("take_profit", "reward_risk"))
        plain &= (target == 0.0) | (ratio == 0.0)
        if is_constant(levels.stop_loss):
            stop = self._each(levels.stop_loss)
            risks = self._family.traced.size.kind == "risk"
            plain &= (stop > 0.0) | ((ratio == 0.0) & (stop == 0.0) & (not risks))
        return plain & self._fractions()

    def _fractions(self) -> NDArray[np.bool_]:
        """Which combinations have constant levels that are fractions; what is none is refused when it is traced."""
        levels = self._levels
        found = np.ones(len(self._all), bool)
        for node, most in ((levels.stop_loss, 1.0), (levels.trailing_stop, 1.0), (levels.take_profit, np.inf)):
            if is_constant(node):
                value = self._each(node)
                found &= (value >= 0.0) & (value < most)
        return found

    def _each(self, node: Node) -> Floats:
        return constant_level(node, self._all, self._symbols).each

    def _value(self, name: str) -> Floats:
        """The value of a parameter in each combination."""
        if name not in self._family.symbols:
            return np.full(len(self._all), float(self._family.strategy.parameters[name]))
        place = self._all.names.index(name)
        values = np.array(self._all.values[place], np.float64)
        found: Floats = values[self._all.codes[:, place]]
        return found
