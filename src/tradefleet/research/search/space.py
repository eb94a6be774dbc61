"""Space: the combinations that a search tries."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tradefleet.market.errors import ParameterError
from tradefleet.research.search.asked import Asked
from tradefleet.research.search.axes import SETTINGS, Axis, Names, plain
from tradefleet.research.search.combinations import Codes, Combinations
from tradefleet.research.search.points import Grid, Listed, Numbers, Points, check_rows
from tradefleet.research.search.rows import Bools, Condition, Rows, Values
from tradefleet.research.search.sample import MOST_LISTED, draw_listed, draw_rejecting
from tradefleet.research.search.spread import spread
from tradefleet.research.search.where import Where
from tradefleet.strategies.strategy import Strategy

Constraint = str | Callable[[Any], object]
# More combinations than this are not gone through one after another.
MOST_COMBINATIONS = 10**8
_BLOCK = 2**17
_LARGE = 2**62


@dataclass(frozen=True, eq=False)
class Space:
    """Axes, the values that are fixed, and constraints: the combinations to try, listed, in chunks, or at random.

    `size` is their number before constraints. Combinations that the strategy itself refuses, such as one with a
    take-profit and a reward_risk, are among them: each is the error of its own row.

    >>> from tradefleet.strategies import EmaCross
    >>> space = Space.of(EmaCross, {"stop_loss": 0.02}, {"fast": "5:15:5", "slow": [10, 20]}, "fast < slow")
    >>> space.size, list(space.combinations())[0]
    (6, {'fast': 5, 'slow': 10})
    >>> len(space.combinations()), len(space.sample(3, seed=1))
    (4, 3)
    """

    axes: tuple[Axis, ...]
    fixed: Mapping[str, Any]
    points: Points
    conditions: tuple[Condition, ...]
    values: Values
    settings: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        strategy: type[Strategy],
        fixed: Mapping[str, Any],
        grid: Mapping[str, Iterable[Any] | str],
        constraint: Constraint | Sequence[Constraint] | None = None,
        settings: Sequence[str] = SETTINGS,
    ) -> Space:
        """Every value of each axis with every value of the others, the last axis fastest.

        Axes are parameters of the strategy, `size`, and numbers of the account; `settings` says which. Values are
        any iterable, or text as in `parse_values`. Constraints are text as in `Where`, or functions as in `Asked`;
        all must hold. Raises ParameterError for names and values that do not fit, and for an empty grid.
        """
        names = Names(strategy, settings)
        known = names.fixed(fixed, grid)
        axes = tuple(names.axis(name, values) for name, values in grid.items())
        return _made(names, axes, known, Grid(tuple(len(axis.values) for axis in axes)), constraint)

    @classmethod
    def listed(
        cls,
        rows: Sequence[Mapping[str, Any]],
        strategy: type[Strategy] | None = None,
        fixed: Mapping[str, Any] | None = None,
        constraint: Constraint | Sequence[Constraint] | None = None,
        settings: Sequence[str] = SETTINGS,
    ) -> Space:
        """The combinations of a list, which all have the same names, in its order.

        Names and values are checked, and constraints know the defaults, where the strategy is given.

        >>> from tradefleet.strategies import EmaCross
        >>> rows = [{"fast": 5, "slow": 20}, {"fast": 9, "slow": 30}]
        >>> len(Space.listed(rows, EmaCross).combinations())
        2
        """
        names = Names(strategy or Strategy, settings)
        check_rows(rows)
        known = dict(fixed or {})
        if strategy is not None:
            known = names.fixed(known, rows[0])
        exact = (lambda name, value: plain(value)) if strategy is None else names.exact
        found = Combinations.of([{name: exact(name, row[name]) for name in rows[0]} for row in rows])
        if len(np.unique(found.codes, axis=0)) < len(found):
            raise ParameterError("a combination is listed twice", cure="give each once")
        axes = tuple(Axis(name, values) for name, values in zip(found.names, found.values, strict=True))
        return _made(names, axes, known, Listed(found.codes), constraint)

    @classmethod
    def default(
        cls,
        strategy: type[Strategy],
        names: Sequence[str],
        points: int,
        fixed: Mapping[str, Any] | None = None,
        constraint: Constraint | Sequence[Constraint] | None = None,
    ) -> Space:
        """Evenly spaced values between the bounds that the strategy declares, or all its choices.

        There are at most `points` a name, bounds included; whole numbers are rounded.

        >>> from tradefleet.strategies import EmaCross
        >>> Space.default(EmaCross, ["side", "stop_loss"], 5).axes
        (Axis(name='side', values=('long', 'short', 'both')),
         Axis(name='stop_loss', values=(0.0, 0.25, 0.5, 0.75, 1.0)))
        """
        known = Names(strategy)
        for name in names:
            known.check(name)
        grid = {name: spread(strategy, name, points) for name in names}
        return cls.of(strategy, fixed or {}, grid, constraint)

    @property
    def size(self) -> int:
        """How many combinations there are before constraints."""
        return self.points.size

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the axes."""
        return tuple(axis.name for axis in self.axes)

    def bounds(self, name: str) -> tuple[Any, Any]:
        """The least and the greatest value of an axis."""
        return self.values.axes[name].bounds

    def combinations(self, limit: int = MOST_COMBINATIONS) -> Combinations:
        """All that satisfy the constraints; raises ParameterError where there are none, or more than `limit`."""
        self._check_listing()
        found: list[Codes] = []
        count = 0
        for codes in self._blocks():
            found.append(codes)
            count += len(codes)
            if count > limit:
                raise _too_many(f"there are more than {limit:,} combinations")
        return self.at(np.concatenate(found))

    def chunks(self, size: int) -> Iterator[Combinations]:
        """The same, so many at a time: never more than that are held."""
        if size < 1:
            raise ParameterError(f"the size of chunks is {size}", cure="give 1 or more")
        self._check_listing()
        return self._cut(size)

    def sample(self, count: int, seed: int | np.random.Generator) -> Combinations:
        """So many different ones at random, the same for the same seed; all, shuffled, where there are no more.

        Each set of so many that satisfy the constraints is as likely as any other, and so is each order. Raises
        ParameterError where none satisfies them, or too few to be found in a space too large to list.
        """
        if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1:
            raise ParameterError(f"the number of random combinations is {count!r}", cure="give a whole number from 1")
        generator = np.random.default_rng(seed)
        if not self.conditions and self.size < _LARGE:
            return self.at(draw_listed(self.points, self.size, int(count), generator))
        if self.size <= MOST_LISTED:
            return self.at(draw_listed(self.points, self._numbers(), int(count), generator))
        return self.at(draw_rejecting(self.points, self._kept, int(count), generator))

    def at(self, codes: Codes) -> Combinations:
        """The combinations of rows of codes into the axes' values."""
        return Combinations(self.names, tuple(axis.values for axis in self.axes), codes)

    def allows(self, codes: Codes) -> Bools:
        """Whether each row of codes satisfies the constraints."""
        held = np.ones(len(codes), dtype=np.bool_)
        for condition in self.conditions:
            held[held] = condition.holds(Rows(self.values, codes[held]))
        return held

    @cached_property
    def fingerprint(self) -> str:
        """A hash of axes, fixed values and constraints that is the same in every process."""
        digest = hashlib.sha256()
        for axis in self.axes:
            digest.update(repr((axis.name, axis.values)).encode())
        digest.update(repr(sorted(self.fixed.items())).encode())
        digest.update(repr([condition.fingerprint for condition in self.conditions]).encode())
        if isinstance(self.points, Listed):
            digest.update(self.points.rows.tobytes())
        return digest.hexdigest()

    def _check_listing(self) -> None:
        if self.size > MOST_COMBINATIONS:
            raise _too_many(f"the grid has {self.size:,} combinations")

    def _kept(self, codes: Codes) -> Codes:
        return codes[self.allows(codes)] if self.conditions else codes

    def _number_blocks(self) -> Iterator[Numbers]:
        for start in range(0, self.size, _BLOCK):
            yield np.arange(start, min(start + _BLOCK, self.size))

    def _blocks(self) -> Iterator[Codes]:
        count = 0
        for numbers in self._number_blocks():
            codes = self._kept(self.points.codes(numbers))
            count += len(codes)
            yield codes
        if count == 0:
            raise self._nothing_left()

    def _cut(self, size: int) -> Iterator[Combinations]:
        waiting: list[Codes] = []
        count = 0
        for codes in self._blocks():
            waiting.append(codes)
            count += len(codes)
            if count < size:
                continue
            codes = np.concatenate(waiting)
            whole = count - count % size
            for start in range(0, whole, size):
                yield self.at(codes[start : start + size])
            waiting, count = [codes[whole:]], count - whole
        if count:
            yield self.at(np.concatenate(waiting))

    def _numbers(self) -> Numbers:
        found = [numbers[self.allows(self.points.codes(numbers))] for numbers in self._number_blocks()]
        numbers = np.concatenate(found)
        if len(numbers) == 0:
            raise self._nothing_left()
        return numbers

    def _nothing_left(self) -> ParameterError:
        return ParameterError(
            f"none of {self.size:,} combinations satisfies the constraint",
            cure="loosen the constraint, or give a grid that fits it",
        )


def _made(
    names: Names, axes: tuple[Axis, ...], fixed: Mapping[str, Any], points: Points,
    constraint: Constraint | Sequence[Constraint] | None,
) -> Space:  # fmt: skip
    if not axes:
        raise ParameterError("there is nothing to search", cure="give a grid such as fast=5:50:5")
    values = Values.of(axes, names.constants(fixed))
    conditions = tuple(_condition(one, values) for one in _constraints(constraint))
    settings = tuple(axis.name for axis in axes if names.is_setting(axis.name))
    return Space(axes, fixed, points, conditions, values, settings)


def _constraints(constraint: Constraint | Sequence[Constraint] | None) -> Sequence[Constraint]:
    if constraint is None:
        return ()
    return constraint if isinstance(constraint, list | tuple) else (constraint,)


def _condition(constraint: Constraint, values: Values) -> Condition:
    if isinstance(constraint, str):
        return Where(constraint, values)
    if callable(constraint):
        return Asked(constraint, values)
    raise ParameterError(f"the constraint is {constraint!r}", cure='write "fast < slow", or lambda p: p.fast < p.slow')


def _too_many(message: str) -> ParameterError:
    return ParameterError(message, cure="take coarser steps, or draw some at random: random=1000")
