"""The figures by NumPy and by a loop are the same bits, and so are the measures made of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.metrics.random_runs import KINDS, bits, loop_arguments, plain_sum, random_run, random_runs

from tradefleet.metrics import MEASURES, Performance, figures_of, measure
from tradefleet.metrics.cagr import yearly
from tradefleet.metrics.figures import Figures, deviation_of, squares_around_mean
from tradefleet.metrics.figures_loop import figures_by_loop
from tradefleet.metrics.quantile import place_of, quantile_between
from tradefleet.metrics.row import write_growth, write_row
from tradefleet.metrics.selection import rank, sort

values = arrays(np.float64, st.integers(1, 120), elements=st.floats(-10, 10) | st.sampled_from([0.0, 1.0, 2.0]))


@settings(max_examples=150, deadline=None)
@given(random_runs)
def test_loop_gives_the_bits_of_numpy(run: Performance) -> None:
    assert bits(figures_by_loop(*loop_arguments(run))) == bits(figures_of(run))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("days", [1, 2, 3, 20, 21, 22, 39, 40, 41, 42, 730])
def test_loop_gives_the_bits_of_numpy_for_every_kind_and_length(kind: str, days: int) -> None:
    run = random_run(days, kind, days, 30, 10_000.0)
    assert bits(figures_by_loop(*loop_arguments(run))) == bits(figures_of(run))


def test_figures_are_plain_floats() -> None:
    assert {type(value) for value in figures_of(random_run(1, "any", 50, 20, 100.0))} == {float}
    assert {type(value) for value in Figures.from_days(100, [])} == {float}


def test_sums_run_from_first_to_last(big_run: Performance) -> None:
    figures = figures_of(big_run)
    assert figures.mean_return == plain_sum(big_run.returns) / len(big_run.returns)
    assert figures.mean_profit == plain_sum(big_run.profit) / len(big_run.profit)
    assert figures.gross_loss == plain_sum(np.maximum(-big_run.profit, 0.0))
    assert figures.fees == plain_sum(big_run.fees) + big_run.open_fees
    # Otherwise this test would not tell one order from another.
    assert figures.mean_profit != float(big_run.profit.mean())


def test_durations_beyond_64_bits_are_averaged_exactly(make: Any) -> None:
    profit = np.ones(10)
    long = np.full(10, 2**62, dtype=np.int64)
    assert figures_of(make([100.0], profit, entry_time=long - long, exit_time=long)).mean_duration == 2.0**62


def test_deviation_is_of_the_spread_however_far_from_zero_the_first_value() -> None:
    profit = [1e6, *np.random.default_rng(0).normal(3.0, 0.5, 10_000).tolist()]
    assert Figures.from_days(100, [110], profit).profit_deviation == pytest.approx(np.std(profit, ddof=1), rel=1e-11)
    assert Figures.from_days(100, [110], [7.1] * 1_000).profit_deviation == 0.0
    assert deviation_of(squares_around_mean(0.0, 1.0, 1.0 + 1e-9, 5), 5, 1.0) == 0.0


@given(values, st.data(), st.floats(-11, 11) | st.sampled_from([np.nan, np.inf, 0.0, 1.0]))
def test_rank_puts_the_place_in_order(numbers: Any, data: st.DataObject, guess: float) -> None:
    place, ranked, given_ones = data.draw(st.integers(0, len(numbers) - 1)), np.sort(numbers), numbers.copy()
    rank(numbers, 0, len(numbers), place, guess)
    assert numbers[place] == ranked[place]
    assert (numbers[:place] <= ranked[place]).all() and (numbers[place:] >= ranked[place]).all()
    assert np.sort(numbers).tolist() == np.sort(given_ones).tolist()


@given(values, st.data())
def test_sort_sorts_its_part_alone(numbers: Any, data: st.DataObject) -> None:
    begin, end = sorted(data.draw(st.tuples(*[st.integers(0, len(numbers))] * 2)))
    expected = [*numbers[:begin], *sorted(numbers[begin:end]), *numbers[end:]]
    sort(numbers, begin, end)
    assert numbers.tolist() == expected


@given(values, st.sampled_from([0.0, 0.05, 0.5, 0.95, 1.0]))
def test_quantile_is_numpys(numbers: Any, share: float) -> None:
    ranked, place = np.sort(numbers), place_of(share, len(numbers))
    following = min(place + 1, len(ranked) - 1)
    found = quantile_between(ranked[place], ranked[following], share, len(ranked))
    assert found == pytest.approx(np.quantile(numbers, share), rel=1e-12, abs=1e-12)


def rows_of(runs: list[Performance]) -> Any:
    rows = np.zeros((len(runs), len(MEASURES)))
    for row, run in zip(rows, runs, strict=True):
        write_row(figures_of(run), row)
    return rows


def test_row_is_in_the_order_of_the_table(big_run: Performance) -> None:
    row = rows_of([big_run])[0]
    expected = measure(big_run)
    assert len(set(expected.values())) == len(MEASURES)
    unwritten = {name for name, value in zip(MEASURES, row.tolist(), strict=True) if np.isnan(value)}
    assert unwritten == {"cagr", "calmar"}
    found = dict(zip(MEASURES, row.tolist(), strict=True))
    assert {**found, "cagr": expected["cagr"], "calmar": expected["calmar"]} == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from(KINDS)), max_size=5), st.integers(0, 50))
def test_rows_with_growth_have_the_bits_of_the_measures(drawn: list[tuple[int, str]], days: int) -> None:
    runs = [random_run(seed, kind, days, seed % 4, 100.0) for seed, kind in drawn]
    rows = rows_of(runs)
    write_growth(rows, 100.0, runs[0].years if runs else 0.0)
    for row, run in zip(rows, runs, strict=True):
        assert bits(row) == bits(measure(run).values())


def test_yearly_growth_is_known_up_to_the_highest_float() -> None:
    assert yearly(math.e, 1.0 / 709.782712893384) > 1.79e308
    assert math.isnan(yearly(math.e, 1.0 / 709.7827128933841))


def test_growth_beyond_what_a_float_holds_and_without_a_drawdown_is_undefined() -> None:
    rows = rows_of([Performance.from_days(1, [each]) for each in (1e9, 2.0, 0.5)])
    rows[:, list(MEASURES).index("max_drawdown")] = [0.5, 0.0, 1e-320]
    write_growth(rows, 1.0, 1 / 365)
    cagr, calmar = (rows[:, list(MEASURES).index(name)] for name in ("cagr", "calmar"))
    assert np.isnan(cagr).tolist() == [True, False, False]
    assert np.isnan(calmar).tolist() == [True, True, True]


def test_row_that_failed_stays_undefined() -> None:
    rows = np.full((1, len(MEASURES)), np.nan)
    write_growth(rows, 100.0, 1.0)
    assert np.isnan(rows).all()
