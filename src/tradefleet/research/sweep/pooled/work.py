"""What a worker does with combinations, and what it is sent once for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Literal

from tradefleet.market.bars import Bars
from tradefleet.market.generate import generate_bars
from tradefleet.research.batch import Batch
from tradefleet.research.batch.evaluator import MEMORY
from tradefleet.research.data import Data
from tradefleet.research.parallel import warm_kernels
from tradefleet.research.search.combinations import Combinations
from tradefleet.research.search.evaluator import OneByOne, Span
from tradefleet.research.settings import Settings
from tradefleet.strategies.builtin import EmaCross
from tradefleet.strategies.strategy import Strategy

# What is asked of combinations, and on which bars.
Asked = tuple[Literal["measure", "equity"], Span]


@dataclass(frozen=True, eq=False)
class Subject:
    """What is evaluated: a strategy with what all combinations share of its values, on some bars."""

    strategy: type[Strategy]
    fixed: Mapping[str, Any]
    bars: Bars | Mapping[str, Bars]
    settings: Settings
    data: Data | None
    memory: float | None

    @property
    def at_once(self) -> Bars | None:
        """The bars, where many combinations can be done at once."""
        return self.bars if isinstance(self.bars, Bars) and not self.strategy.acts_on_bars() else None

    @cached_property
    def evaluator(self) -> OneByOne | Batch:
        """Kept from task to task, with what it has computed; of one thread, since the workers are the parallel part."""
        if self.at_once is None:
            return OneByOne(self.strategy, self.fixed, self.bars, self.settings, self.data, threads=1)
        return Batch(
            self.strategy,
            self.fixed,
            self.at_once,
            self.settings,
            self.data,
            threads=1,
            memory=MEMORY if self.memory is None else self.memory,
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        # In a worker: loading kernels is part of its start, not of the first task's time.
        self.__dict__.update(state)
        self.warm()

    def warm(self) -> None:
        """Have the kernels compiled that workers need: there, compiling would be part of a task's time."""
        if self.strategy.acts_on_bars():
            return
        warm_kernels(together=not isinstance(self.bars, Bars))
        if self.at_once is not None:
            _warm_batch()


def evaluate(subject: Subject, task: tuple[Combinations, Asked]) -> tuple[Any, dict[str, None]]:
    """What is asked of some combinations, and notes."""
    some, (what, span) = task
    evaluator = subject.evaluator
    found = evaluator.measure(some, span) if what == "measure" else evaluator.equity(some, span)
    return found, evaluator.notes if isinstance(evaluator, Batch) else {}


@cache
def _warm_batch() -> None:
    some = Combinations.of([{"stop_loss": 0.01, "take_profit": 0.01}, {"stop_loss": 0.02, "take_profit": 0.02}])
    Batch(EmaCross, {}, generate_bars("1h", days=20), threads=1).measure(some)
