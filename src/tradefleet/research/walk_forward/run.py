"""A whole walk forward: lay the windows, walk, stitch, warn."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tradefleet.market.bars import Bars
from tradefleet.market.time import TimeLike, merged_times
from tradefleet.research.calendar import CRYPTO_DAYS, periods_per_year
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.evaluator import Evaluator, Span
from tradefleet.research.settings import Settings
from tradefleet.research.walk_forward.choice import Goal, Search
from tradefleet.research.walk_forward.luck import overfitting_of
from tradefleet.research.walk_forward.result import WalkForward
from tradefleet.research.walk_forward.stitching import Stitched, stitched
from tradefleet.research.walk_forward.walking import Progress, Step, walk
from tradefleet.research.walk_forward.windows import Layout, Window, times_of, windows_of


@dataclass(frozen=True, eq=False)
class Walk:
    """What is walked over, and how: bars by symbol, the layout of windows on those in [since, until), the search.

    `goal` is what `search` goes by; `combinations` what it chooses among, where that is a grid.
    """

    strategy: str
    bars: Mapping[str, Bars]
    layout: Layout
    search: Search
    goal: Goal = field(default_factory=Goal)
    settings: Settings = field(default_factory=Settings)
    combinations: Combinations | None = None
    since: TimeLike | None = None
    until: TimeLike | None = None


def run_walk_forward(evaluator: Evaluator, plan: Walk, progress: Progress = lambda done, of: None) -> WalkForward:
    """Choose parameters in the training of each window, trade them in its test, and put the tests together.

    An interrupt (Ctrl-C) ends it after the last finished window. Raises ParameterError where no window fits the data,
    DataError where all are skipped.
    """
    first = next(iter(plan.bars.values()))
    times = merged_times([bars.time for bars in plan.bars.values()])
    times = times_of(times, first.timeframe, plan.since, plan.until)
    windows = windows_of(times, first.timeframe, plan.layout)
    steps = walk(evaluator, windows, plan.search, progress)
    periods = [periods_per_year(bars) for bars in plan.bars.values()]
    whole = stitched(
        steps, times, first.timeframe.nanoseconds, float(plan.settings.cash),
        CRYPTO_DAYS if CRYPTO_DAYS in periods else periods[0],
    )  # fmt: skip
    span = Span(windows[0].train_since, steps[-1].window.test_until)
    return WalkForward(
        strategy=plan.strategy,
        fixed=_fixed(steps),
        layout=plan.layout,
        objective=plan.goal.objective,
        settings=_settings(plan, steps),
        bars={name: bars.between(span.since, span.until) for name, bars in plan.bars.items()},
        grid={}
        if plan.combinations is None
        else dict(zip(plan.combinations.names, plan.combinations.values, strict=True)),
        planned=len(windows),
        steps=tuple(steps),
        stitched=whole,
        fee=plan.settings.taker,
        warnings=tuple(_warnings(windows, steps, whole)),
        overfitting=lambda: overfitting_of(evaluator, plan.combinations, span, whole),
    )


def _fixed(steps: Sequence[Step]) -> dict[str, Any]:
    """The parameters that no window chooses."""
    step = next(step for step in steps if step.result is not None)
    found = step.result.parameters if step.result is not None else {}
    return {name: value for name, value in found.items() if name not in (step.choice.parameters or {})}


def _settings(plan: Walk, steps: Sequence[Step]) -> dict[str, Any]:
    own = next(step.result.settings for step in steps if step.result is not None)
    chosen = {"objective": plan.goal.objective.name, "min_trades": plan.goal.min_trades}
    return {**own, **plan.layout.as_dict(), **chosen}


def _warnings(windows: Sequence[Window], steps: Sequence[Step], whole: Stitched) -> list[str]:
    """What to know before believing the rest."""
    found = []
    if len(steps) < len(windows):
        found.append(f"interrupted: {len(steps)} of {len(windows)} windows are done")
    skipped = [step for step in steps if step.skipped]
    if skipped:
        named = ", ".join(f"{step.window.number} ({step.skipped})" for step in skipped[:3])
        rest = f" and {len(skipped) - 3} more" if len(skipped) > 3 else ""
        found.append(f"skipped windows, {len(skipped)} of {len(steps)}: {named}{rest}; nothing was traded in them")
    if whole.cut_short:
        found.append(
            f"positions that were open where a test ended, {whole.cut_short:,}: closed at its last close, with the fee "
            "of an exit; where they are many, the tests are short for the strategy"
        )
    if bool((whole.equity <= 0).any()):
        found.append("the account was ruined: equity fell to zero or below, and later windows were not traded")
    return found + _of_tests(steps)


def _of_tests(steps: Sequence[Step]) -> list[str]:
    """The warnings of the tests' results; of those that differ in numbers alone the first, and how many."""
    found: dict[str, list[str]] = {}
    for step in steps:
        for warning in step.result.warnings if step.result is not None else ():
            found.setdefault(re.sub(r"\d[\d,.]*", "#", warning), []).append(f"window {step.window.number}: {warning}")
    return [each[0] if len(each) == 1 else f"{each[0]}; so in {len(each)} windows" for each in found.values()]
