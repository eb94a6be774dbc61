"""What a search runs: the strategy, the settings, and the evaluator that suits them."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from hashlib import blake2b
from typing import Any

from tradefleet.clusters import DaskWorkers
from tradefleet.market.bars import Bars
from tradefleet.market.errors import ParameterError, StrategyError
from tradefleet.research import Data, Settings
from tradefleet.research.batch import Batch
from tradefleet.research.batch.evaluator import MEMORY
from tradefleet.research.parallel import Processes, Workers
from tradefleet.research.parallel.task import check_timeout
from tradefleet.research.search.evaluator import Evaluator, OneByOne
from tradefleet.research.sweep.pooled import Pooled
from tradefleet.strategies import Strategy, load_strategy
from tradefleet.trading.account import Account


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


def searched(strategy: Any) -> tuple[type[Strategy], dict[str, Any]]:
    """The class of a strategy that is a name, a class or an instance, and the values that the instance was given."""
    if isinstance(strategy, str):
        strategy = load_strategy(strategy)
    if isinstance(strategy, type) and issubclass(strategy, Strategy):
        return strategy, {}
    if not isinstance(strategy, Strategy):
        raise StrategyError(f"{strategy!r} is not a strategy", cure="give a class such as EmaCross")
    # A copy has read none of its parameters.
    fresh = strategy.for_symbol("")
    names = [name for name in (*fresh.declared(), "size") if fresh.given_and_unread(name)]
    return type(strategy), {name: strategy.parameters[name] for name in names}


def settings_of(cash: float | None, fee: float | None, slippage: float, account: Account | None) -> Settings:
    """The settings of a search; what is not given is the account's, else 10,000 of cash and a fee of 0.001."""
    given = account or Account()
    own_cash = 10_000.0 if given.cash is None else given.cash
    own_fee = 0.001 if given.fee is None else given.fee
    return Settings(own_cash if cash is None else cash, own_fee if fee is None else fee, slippage, given)


def code_of(strategy: type[Strategy]) -> str:
    """A hash of the strategy's source: of its whole module where it can be read, else of its name."""
    try:
        text = inspect.getsource(inspect.getmodule(strategy) or strategy)
    except (OSError, TypeError):
        text = f"{strategy.__module__}.{strategy.__qualname__}"
    return blake2b(text.encode(), digest_size=8).hexdigest()
