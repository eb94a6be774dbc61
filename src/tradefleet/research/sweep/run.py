"""A whole sweep: measure a chunk, keep it, go on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from tradefleet.market.errors import ParameterError
from tradefleet.metrics.performance import Floats
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.direction import Objective
from tradefleet.research.search.evaluator import ALL_BARS, Evaluator
from tradefleet.research.sweep.chunks import Chunks
from tradefleet.research.sweep.columns import PLACES, columns_of, confirmed
from tradefleet.research.sweep.keeping import Keeper, Nowhere, Part
from tradefleet.research.sweep.order import ordered
from tradefleet.research.sweep.parts import Parts
from tradefleet.research.sweep.sweep import Sweep

# Told of combinations done, of how many, and the best value of the objective so far (NaN before there is one).
Progress = Callable[[int, int, float], None]


@dataclass(frozen=True, eq=False)
class Plan:
    """What is swept, by which measure, and on which parts of the bars.

    What made fewer than `min_trades` trades is measured, and not ranked.
    """

    strategy: str
    combinations: Combinations
    objective: Objective = field(default_factory=lambda: Objective("sharpe"))
    parts: Parts = field(default_factory=lambda: Parts(ALL_BARS))
    min_trades: int = 1

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of what is measured."""
        return columns_of(self.objective.name, self.parts.confirmation is not None)


def run_sweep(
    evaluator: Evaluator,
    plan: Plan,
    *,
    clock: Callable[[], float],
    keeper: Keeper | None = None,
    progress: Progress = lambda done, of, best: None,
    chunks: Chunks | None = None,
) -> Sweep:
    """Measure all combinations, a chunk at a time; each goes to the keeper before the next is begun.

    What the keeper has already is not measured again. Interrupted from the keyboard it gives what is done, if
    anything. `clock` has seconds. Raises the error of a combination where all of them fail with the same.
    """
    keeper = keeper or Nowhere()
    begun = clock()
    found = _Found(plan, len(plan.combinations))
    for part in keeper.parts():
        found.put(part)
    known, interrupted = int(found.done.sum()), False
    chunks = chunks or Chunks()
    try:
        if known:
            progress(known, len(plan.combinations), found.best)
        for first, last in found.gaps():
            while first < last:
                end, started = chunks.end(first, last), clock()
                part = _measured(evaluator, plan, first, end)
                found.put(part)
                keeper.keep(part)
                chunks = chunks.after(len(part), clock() - started)
                progress(int(found.done.sum()), len(plan.combinations), found.best)
                first = end
    except KeyboardInterrupt:
        if not found.done.any():
            raise
        interrupted = True
    _check(evaluator, plan, found)
    return found.sweep(evaluator, interrupted, known, clock() - begun)


def _measured(evaluator: Evaluator, plan: Plan, begin: int, end: int) -> Part:
    whole = begin == 0 and end == len(plan.combinations)
    some = plan.combinations if whole else plan.combinations.take(slice(begin, end))
    training = evaluator.measure(some, plan.parts.training)
    errors = dict(training.errors)
    if plan.parts.confirmation is None:
        return Part(begin, end, np.ascontiguousarray(training.values.T), errors)
    other = evaluator.measure(some, plan.parts.confirmation)
    for row, text in other.errors.items():
        errors.setdefault(row, text)
    kept = other.values[:, [PLACES[name] for name in confirmed(plan.objective.name)]]
    return Part(begin, end, np.ascontiguousarray(np.hstack((training.values, kept)).T), errors)


class _Found:
    """What is measured so far."""

    def __init__(self, plan: Plan, count: int) -> None:
        self.plan = plan
        self.values: Floats = np.empty((len(plan.columns), 0))
        self.errors: dict[int, str] = {}
        self.done = np.zeros(count, dtype=bool)
        self.best = float("nan")

    def put(self, part: Part) -> None:
        """Take in a part."""
        if len(part) == len(self.done):
            self.values = part.values
        else:
            if not self.done.any():
                # What is not measured is left out at the end.
                self.values = np.empty((len(self.plan.columns), len(self.done)))
            self.values[:, part.begin : part.end] = part.values
        self.errors.update({part.begin + row: text for row, text in part.errors.items()})
        self.done[part.begin : part.end] = True
        self.best = self._better(part)

    def gaps(self) -> list[tuple[int, int]]:
        """The stretches of combinations that are not measured yet."""
        edges = np.flatnonzero(np.diff(np.concatenate(([1], self.done.astype(np.int8), [1]))))
        return [(int(first), int(last)) for first, last in zip(edges[::2], edges[1::2], strict=True)]

    def sweep(self, evaluator: Evaluator, interrupted: bool, known: int, seconds: float) -> Sweep:
        """All that is done, as a sweep."""
        plan, values, errors, combinations = self.plan, self.values, self.errors, self.plan.combinations
        if not self.done.all():
            rows = np.flatnonzero(self.done)
            places = dict(zip(rows.tolist(), range(len(rows)), strict=True))
            errors = {places[row]: text for row, text in errors.items()}
            values, combinations = values[:, rows], combinations.take(rows)
        return Sweep(
            strategy=plan.strategy,
            evaluator=evaluator,
            combinations=combinations,
            columns=plan.columns,
            values=values,
            failures=errors,
            objective=plan.objective,
            parts=plan.parts,
            min_trades=plan.min_trades,
            planned=len(self.done),
            resumed=known,
            seconds=seconds,
            interrupted=interrupted,
        )

    def _better(self, part: Part) -> float:
        objective = self.plan.objective
        column = part.values[PLACES[objective.name]]
        first = ordered(column, part.values[PLACES["trades"]], objective, self.plan.min_trades, 1)
        if not len(first):
            return self.best
        value = float(column[first[0]])
        return value if np.isnan(self.best) or objective.oriented(value) > objective.oriented(self.best) else self.best


def _check(evaluator: Evaluator, plan: Plan, found: _Found) -> None:
    """Raise the error that all combinations have in common, numbers aside: it is in what they share."""
    if len(found.errors) < int(found.done.sum()):
        return
    if len({re.sub(r"[\d.]+", "#", text) for text in found.errors.values()}) != 1:
        return
    # A single backtest has the error itself; the message alone knows neither its kind nor its cure.
    row, text = next(iter(found.errors.items()))
    for span in (plan.parts.training, plan.parts.confirmation):
        if span is not None:
            evaluator.result(plan.combinations[row], span)
    raise ParameterError(f"all {len(found.errors):,} combinations fail: {text}")
