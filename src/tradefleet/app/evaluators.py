"""What a search runs: the strategy, the settings, and the evaluator that suits them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

from tradefleet.clusters import DaskWorkers
from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError
from tradefleet.research import Data, Settings
from tradefleet.research.batch import Batch
from tradefleet.research.batch.evaluator import MEMORY
from tradefleet.research.parallel import Processes, Workers
from tradefleet.research.parallel.task import check_timeout
from tradefleet.research.search.evaluator import Evaluator, OneByOne
from tradefleet.research.sweep.pooled import Pooled
from tradefleet.strategies import Strategy


def evaluator_of(
    strategy: type[Strategy],
    fixed: Mapping[str, Any],
    bars: Mapping[str, Bars],
    settings: Settings,
    data: Data,
    *,
    memory: float | None = None,
    workers: int | None = None,
    dask: str | None = None,
    timeout: float = 300.0,
) -> Evaluator:
    """The evaluator of combinations: here and many at once for signals on one symbol, else on processes of its own.

    There are as many processes as `workers`, or cores; `dask` is the address of a cluster to take instead. Each task
    has `timeout` seconds. With one worker all is done here, where nothing ends a strategy that hangs. `memory` bounds,
    in bytes, what is held at a time. Raises ParameterError for workers that make no sense.
    """
    known = replace(data, bars={**data.bars, **bars})
    check_timeout(timeout)
    count = (os.cpu_count() or 1) if workers is None else workers
    pool: Workers = Processes(count)
    if dask is not None:
        if workers is not None:
            raise ParameterError("both workers and a Dask cluster are given", cure="give one of the two")
        pool, count = DaskWorkers(dask), 1
    elif at_once(strategy, bars) and workers in (None, 1):
        (only,) = bars.values()
        return Batch(strategy, fixed, only, settings, known, memory=MEMORY if memory is None else memory)
    elif workers == 1:
        return OneByOne(strategy, fixed, bars, settings, known)
    traded = next(iter(bars.values())) if len(bars) == 1 else bars
    each = None if memory is None else memory / count
    return Pooled(strategy, fixed, traded, settings, known, workers=pool, timeout=timeout, memory=each)


def kept(evaluator: Evaluator) -> AbstractContextManager[object]:
    """A context in which an evaluator keeps its workers from call to call, where it has any."""
    return evaluator if isinstance(evaluator, Pooled) else nullcontext()


def at_once(strategy: type[Strategy], bars: Mapping[str, Bars]) -> bool:
    """Whether many combinations are run at once: those of a strategy that decides by signals, on one symbol."""
    return len(bars) == 1 and not strategy.acts_on_bars()
