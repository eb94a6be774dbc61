"""What is to be optimized, and how."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tradefleet.market.errors import ParameterError, did_you_mean
from tradefleet.research.optimize.axis import Axis
from tradefleet.research.search.direction import Objective
from tradefleet.research.search.evaluator import Span

SAMPLERS = ("tpe", "nsga2", "random")


@dataclass(frozen=True)
class Problem:
    """Axes to search, measures to improve, and how candidates are drawn and judged.

    Candidates that any of `allowed` refuses are never evaluated. Where there are `early` spans, each a part of `span`
    from its start on, they are evaluated first, and a candidate below the median there is given up. One with fewer
    than `min_trades` trades is a failure. `told` is what else makes two studies different: data, costs.
    """

    strategy: str
    axes: Sequence[Axis]
    objectives: tuple[Objective, ...] = (Objective("sharpe"),)
    sampler: str = "tpe"
    seed: int = 0
    allowed: Sequence[Callable[[Mapping[str, Any]], bool]] = ()
    span: Span = field(default_factory=Span)
    early: tuple[Span, ...] = ()
    min_trades: int = 0
    told: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.sampler not in SAMPLERS:
            raise ParameterError(f"there is no sampler '{self.sampler}'", cure=did_you_mean(self.sampler, SAMPLERS))
        if not self.objectives:
            raise ParameterError("there is no objective", cure="name a measure, such as sharpe")
        for objective in self.objectives:
            if self.objectives.count(objective) > 1:
                raise ParameterError(f"the objective {objective.name} is given twice", cure="give it once")
        if self.early and len(self.objectives) > 1:
            raise ParameterError(
                "pruning needs one objective, and there are several", cure="leave out pruning, or all but one objective"
            )
        if not 0 <= self.seed < 2**32:
            raise ParameterError(f"seed is {self.seed}", cure="give a whole number from 0 to 4294967295")
        if self.min_trades < 0:
            raise ParameterError(f"min_trades is {self.min_trades}", cure="give 0 or more")
        if not self.axes:
            raise ParameterError(
                "there is no parameter to search", cure="name one with its bounds, such as stop_loss=0.005:0.03"
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters searched."""
        return tuple(axis.name for axis in self.axes)

    @property
    def count(self) -> float:
        """How many combinations the axes have; infinity where one is continuous."""
        return math.prod(axis.count for axis in self.axes)

    @property
    def identity(self) -> dict[str, str]:
        """What two runs of one study must have in common, by name."""
        return {
            "strategy": self.strategy,
            "objective": ", ".join(objective.name for objective in self.objectives),
            "sampler": self.sampler,
            "seed": str(self.seed),
            "space": "; ".join(map(str, self.axes)),
            "pruning": ", ".join(str(span.until) for span in self.early) or "none",
            "least number of trades": str(self.min_trades),
            **self.told,
        }
