"""Whether the fast evaluator gives what single backtests give, to the bit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np

from tradefleet.market.errors import UserError
from tradefleet.metrics import MEASURES
from tradefleet.research.batch import Batch
from tradefleet.research.batch.evaluator import Batch as Evaluator
from tradefleet.research.result import Result
from tradefleet.research.search.evaluator import ALL_BARS, OneByOne, Span

from .cases import Case


def differences(one: Any, other: Any) -> Any:
    """Where two arrays are not the same bits; any NaN is the same NaN."""
    one, other = np.ascontiguousarray(one, np.float64), np.ascontiguousarray(other, np.float64)
    assert one.shape == other.shape
    return np.argwhere((one.view(np.int64) != other.view(np.int64)) & ~(np.isnan(one) & np.isnan(other)))


@contextmanager
def sharing(cells: float) -> Iterator[None]:
    """Ways out are looked up from all entries where so many cells go by each."""
    with patch("tradefleet.research.batch.chaining._SHARING", cells):
        yield


@contextmanager
def counting() -> Iterator[list[int]]:
    """The rows that were backtested by themselves."""
    alone: list[int] = []
    single = Evaluator._one

    def counted(self: Any, row: int, *rest: Any) -> None:
        alone.append(row)
        single(self, row, *rest)

    with patch.object(Evaluator, "_one", counted):
        yield alone


def batch_of(case: Case) -> Batch:
    return Batch(
        case.strategy, case.fixed, case.bars, case.settings, case.data, threads=case.threads, memory=case.memory
    )


class Remembering(OneByOne):
    """Runs each combination once, for measures and for equity."""

    def result(self, combination: Mapping[str, Any], span: Span = ALL_BARS) -> Result:
        key = (repr(sorted(combination.items())), span)
        self._known: dict[Any, Result | UserError] = getattr(self, "_known", {})
        if key not in self._known:
            try:
                self._known[key] = super().result(combination, span)
            except UserError as error:
                self._known[key] = error
        found = self._known[key]
        if isinstance(found, UserError):
            raise found
        return found


def single_of(case: Case) -> OneByOne:
    return Remembering(case.strategy, case.fixed, case.bars, case.settings, case.data)


def assert_agrees(case: Case) -> tuple[int, int]:
    """Measures, errors and equity are those of single backtests; gives how many the chain ran, and their trades."""
    combinations = case.combinations
    single = single_of(case)
    wanted = single.measure(combinations, case.span)
    batch, alone = batch_of(case), list[int]()
    for cells in (0, np.inf):
        with sharing(cells), counting() as counted:
            measured = batch.measure(combinations, case.span)
        alone = counted
        assert dict(measured.errors) == dict(wanted.errors)
        for row, column in differences(measured.values, wanted.values):
            name = list(MEASURES)[column]
            found, right = measured.values[row, column], wanted.values[row, column]
            raise AssertionError(
                f"{name} of {combinations[row]} is {found!r}, not {right!r}; sharing {cells}; alone {row in alone}"
            )
    check_equity(case, single, batch)
    rows = [row for row in range(len(combinations)) if row not in alone and row not in wanted.errors]
    trades = list(MEASURES).index("trades")
    return len(rows), int(wanted.values[rows, trades].sum())


def check_equity(case: Case, single: OneByOne, batch: Batch) -> None:
    times, curves = single.equity(case.combinations, case.span)
    found_times, found = batch.equity(case.combinations, case.span)
    if curves.shape[1] == 0:
        assert np.isnan(found).all()
        return
    np.testing.assert_array_equal(found_times, times)
    assert differences(found, curves).size == 0
