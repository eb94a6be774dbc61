"""One step away from the best along each axis."""

from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.market.errors import ParameterError
from tradefleet.research.search.neighbourhood import neighbourhood, plateau

AXES = {"fast": [5, 10, 15], "side": ["short", "long", "both"], "stop": [0.01, 0.02]}
TABLE = pl.DataFrame(
    [(*values, float(number)) for number, values in enumerate(product(*AXES.values()))],
    schema=[*AXES, "sharpe"],
    orient="row",
)


def test_inner_cell_has_both_neighbours_of_an_axis_and_an_outer_one_has_one() -> None:
    row = TABLE.with_row_index().filter(fast=10, side="long", stop=0.01)["index"][0]
    found = neighbourhood(TABLE, AXES, row, "sharpe")
    assert found.select("parameter", "step", "value").rows() == [
        ("fast", -1, "5"), ("fast", 1, "15"), ("side", -1, "short"), ("side", 1, "both"), ("stop", 1, "0.02"),
    ]  # fmt: skip


@given(row=st.integers(0, len(TABLE) - 1))
def test_neighbours_differ_in_one_parameter_by_one_place(row: int) -> None:
    centre = TABLE.row(row, named=True)
    for found in neighbourhood(TABLE, AXES, row, "sharpe").rows(named=True):
        other = TABLE.row(found["row"], named=True)
        moved = {name: AXES[name].index(other[name]) - AXES[name].index(centre[name]) for name in AXES}
        assert {name: steps for name, steps in moved.items() if steps} == {found["parameter"]: found["step"]}
        assert found["sharpe"] == other["sharpe"]
        assert found["change"] == other["sharpe"] - centre["sharpe"]


def test_numbers_rise_along_an_axis_however_they_are_listed() -> None:
    table = pl.DataFrame({"fast": [15, 5, 10], "sharpe": [3.0, 1.0, 2.0]})
    found = neighbourhood(table, {"fast": [15, 5, 10]}, 2, "sharpe")
    assert found.select("step", "value", "row").rows() == [(-1, "5", 1), (1, "15", 0)]


def test_what_was_not_run_and_what_failed_are_nan() -> None:
    table = pl.DataFrame({"fast": [10, 15], "sharpe": [2.0, None]})
    found = neighbourhood(table, {"fast": [5, 10, 15]}, 0, "sharpe")
    assert found["row"].to_list() == [None, 1]
    assert np.isnan(found["sharpe"].to_numpy()).all()
    assert np.isnan(plateau(found))


def test_ratio_is_unknown_where_the_best_is_not_positive() -> None:
    table = pl.DataFrame({"fast": [5, 10], "sharpe": [-2.0, -1.0]})
    found = neighbourhood(table, {"fast": [5, 10]}, 1, "sharpe")
    assert found["change"].to_list() == [-1.0]
    assert np.isnan(found["ratio"][0])


def test_plateau_is_the_mean_of_the_ratios() -> None:
    found = neighbourhood(TABLE, AXES, len(TABLE) - 1, "sharpe")
    assert plateau(found) == pytest.approx(found["sharpe"].mean() / TABLE["sharpe"][-1])


def test_a_value_beside_its_axis_has_no_neighbours() -> None:
    table = pl.DataFrame({"fast": [7], "sharpe": [1.0]})
    assert len(neighbourhood(table, {"fast": [5, 10]}, 0, "sharpe")) == 0


@pytest.mark.parametrize(
    ("row", "measure", "cure"), [(-1, "sharpe", "from 0"), (18, "sharpe", "from 0"), (0, "x", "name one")]
)
def test_what_is_not_in_the_table_is_told(row: int, measure: str, cure: str) -> None:
    with pytest.raises(ParameterError, match="not in") as caught:
        neighbourhood(TABLE, AXES, row, measure)
    assert cure in str(caught.value)
