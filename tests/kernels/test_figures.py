"""The figures and the row of measures, compiled, are the plain ones to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from tests.metrics.random_runs import KINDS, bits, loop_arguments, random_run, random_runs

from tradefleet.kernels.twin import twin
from tradefleet.metrics import MEASURES, Performance, figures_of, measure
from tradefleet.metrics.figures_loop import figures_by_loop
from tradefleet.metrics.row import write_growth, write_row


def measured(
    terms: Any, totals: Any, equity: Any, days: Any, profit: Any, ratio: Any, trades: Any, scratch: Any, row: Any
) -> Any:
    figures = figures_by_loop(terms, totals, equity, days, profit, ratio, trades, scratch)
    write_row(figures, row)
    return figures


@pytest.fixture(scope="module")
def compiled() -> Any:
    return twin(measured, "figures and row")  # type: ignore[arg-type]


def check(compiled: Any, run: Performance) -> None:
    row, plain_row = np.zeros((2, len(MEASURES)))
    figures = compiled(*loop_arguments(run), row)
    plain = measured(*loop_arguments(run), plain_row)
    assert bits(figures) == bits(plain) == bits(figures_of(run))
    assert bits(row) == bits(plain_row)
    rows = row[np.newaxis]
    write_growth(rows, run.initial_cash, run.years)
    assert bits(rows[0]) == bits(measure(run).values())


@settings(max_examples=80, deadline=None)
@given(random_runs)
def test_compiled_figures_and_measures_have_the_bits_of_a_single_run(compiled: Any, run: Performance) -> None:
    check(compiled, run)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_over_two_years(compiled: Any, kind: str) -> None:
    check(compiled, random_run(7, kind, 730, 1_500, 10_000.0))
