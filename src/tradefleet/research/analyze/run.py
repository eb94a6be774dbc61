"""Analyzing symbols and timeframes one after another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError, UserError
from tradefleet.research.analyze.analysis import Analysis
from tradefleet.research.analyze.luck import judged
from tradefleet.research.analyze.pair import INTERRUPTED, Pair, pair_of
from tradefleet.research.analyze.parts import check_share
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.evaluator import Evaluator
from tradefleet.research.search.space import MOST_COMBINATIONS, Space
from tradefleet.research.walk_forward.choice import Goal

# Each has a row of all measures, twice.
MOST = 1_000_000


@dataclass(frozen=True)
class Plan:
    """What is tried and what counts: the last `confirm` of the bars is kept back to confirm the `top` best of the rest.

    `luck` judges each pair's best by cross-validation too, which takes a tenth of a second a pair. Raises
    ParameterError where a number does not fit.
    """

    strategy: str
    fixed: Mapping[str, Any]
    space: Space
    goal: Goal
    confirm: float = 0.3
    top: int = 1
    luck: bool = False
    unconfirmed: bool = False

    def __post_init__(self) -> None:
        check_share(self.confirm)
        if self.top < 1:
            raise ParameterError(f"top is {self.top}", cure="give 1 or more")


def run_analysis(
    plan: Plan,
    wanted: Sequence[tuple[str, str]],
    bars_of: Callable[[str, str], Bars],
    evaluator_of: Callable[[Bars], Evaluator],
    settings: Mapping[str, Any],
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Analysis:
    """Analyze pairs of a symbol and a timeframe; one that fails is there with its error, and the others go on.

    Ctrl-C ends it: what is left is there with that for an error.
    """
    combinations = _all(plan.space)
    found: list[Pair] = []
    interrupted = False
    try:
        for symbol, timeframe in wanted:
            found.append(_analyzed(plan, combinations, symbol, timeframe, bars_of, evaluator_of))
            progress(len(found), len(wanted))
    except KeyboardInterrupt:
        interrupted = True
    rest = [Pair(symbol, timeframe, error=INTERRUPTED) for symbol, timeframe in wanted[len(found) :]]
    axes = {axis.name: axis.values for axis in plan.space.axes}
    return Analysis(
        plan.strategy, plan.fixed, axes, plan.goal, plan.confirm, settings, (*found, *rest), plan.unconfirmed,
        interrupted,
    )  # fmt: skip


def _analyzed(
    plan: Plan,
    combinations: Combinations,
    symbol: str,
    timeframe: str,
    bars_of: Callable[[str, str], Bars],
    evaluator_of: Callable[[Bars], Evaluator],
) -> Pair:
    try:
        bars = bars_of(symbol, timeframe)
        evaluator = evaluator_of(bars)
        pair = pair_of(bars, evaluator, combinations, plan.goal, plan.confirm, plan.top)
        if plan.luck and pair.best:
            pair = replace(pair, luck=judged(pair, evaluator, combinations))
    except UserError as error:
        return Pair(symbol, timeframe, error=str(error))
    return pair


def _all(space: Space) -> Combinations:
    found = next(space.chunks(MOST + 1)) if space.size <= MOST_COMBINATIONS else None
    if found is None or len(found) > MOST:
        raise ParameterError(f"the grid has {space.size:,} combinations", cure="take coarser steps, or fewer axes")
    return found
