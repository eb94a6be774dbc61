"""Evaluating calls over arrays, in order; those that release the interpreter run ahead on other threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack

import numpy as np

from tradefleet.graph.clock import BASE, Clock
from tradefleet.graph.node import Call, Column, Run

Columns = tuple[Column, ...]
Runs = Mapping[Clock | None, Run]

# Below this many bars handing work to a thread costs more than it saves.
_LONG = 50_000
# How far to look ahead for work that can begin: far enough to keep threads busy, short enough to bound memory.
_WINDOW = 16


def evaluate(
    calls: Sequence[Call], last_use: Mapping[int, Sequence[Call]], runs: Runs, threads: int
) -> dict[Call, Columns]:
    """The columns of every call that is still wanted at the end; the others are dropped after their last use.

    Every call is evaluated by the run of its clock.
    """
    known: dict[Call, Columns] = {}
    ahead: dict[Call, Future[Columns]] = {}
    with ExitStack() as stack:
        pool = None
        if threads > 1 and runs[BASE].length >= _LONG:
            pool = stack.enter_context(ThreadPoolExecutor(threads - 1))
        for position, call in enumerate(calls):
            if pool is not None and call.operation.releases_interpreter and call not in ahead:
                _send_ahead(calls[position + 1 : position + _WINDOW], known, ahead, runs, pool)
            known[call] = ahead.pop(call).result() if call in ahead else _compute(call, _inputs(call, known), runs)
            for finished in last_use.get(position, ()):
                del known[finished]
    return known


def _send_ahead(
    calls: Sequence[Call],
    known: Mapping[Call, Columns],
    ahead: dict[Call, Future[Columns]],
    runs: Runs,
    pool: ThreadPoolExecutor,
) -> None:
    """Begin the calls among these that release the interpreter and have their inputs."""
    for call in calls:
        ready = call not in ahead and all(node.call in known for node in call.inputs)
        if ready and call.operation.releases_interpreter:
            ahead[call] = pool.submit(_compute, call, _inputs(call, known), runs)


def _inputs(call: Call, known: Mapping[Call, Columns]) -> list[Column]:
    return [known[node.call][node.index] for node in call.inputs]


def _compute(call: Call, inputs: list[Column], runs: Runs) -> Columns:
    with np.errstate(all="ignore"):
        return call.operation.batch(inputs, call.parameters, runs[call.clock])
