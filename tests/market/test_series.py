"""A Series that exists is valid, and nobody can change it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tradefleet.market.errors import DataError, ParameterError
from tradefleet.market.series import Series

HOUR = 3_600 * 10**9


def test_columns_are_exact_and_read_only() -> None:
    series = Series("fear", [HOUR, 2 * HOUR], [1, 2.5])
    assert (series.name, len(series)) == ("fear", 2)
    assert (series.time.dtype, series.value.dtype) == (np.int64, np.float64)
    assert series.value.tolist() == [1.0, 2.5]
    for column in (series.time, series.value):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 3


def test_what_the_caller_changes_later_does_not_show() -> None:
    time, value = np.array([1, 2]), np.array([1.0, 2.0])
    series = Series("fear", time, value)
    time[0], value[0] = 2, np.nan
    assert series.time.tolist() == [1, 2]
    assert series.value.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    "time",
    [
        ["2024-01-01T01:00", "2024-01-02"],
        [np.datetime64("2024-01-01T01:00"), np.datetime64("2024-01-02")],
        ["2024-01-01T02:00+01:00", "2024-01-02T00:00Z"],
        [datetime(2024, 1, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC)],
        pl.Series(["2024-01-01T01:00", "2024-01-02T00:00"]).str.to_datetime("%FT%R", time_unit="ms"),
    ],
)
def test_dates_are_utc(time: Any) -> None:
    expected = [int(datetime(2024, 1, day, hour, tzinfo=UTC).timestamp()) * 10**9 for day, hour in ((1, 1), (2, 0))]
    assert Series("fear", time, [1, 2]).time.tolist() == expected


@pytest.mark.parametrize(
    ("time", "value", "told"),
    [
        ([1, 1], [1, 2], "time does not rise, in fear row 1 at 1970-01-01"),
        ([3 * HOUR, 4 * HOUR, 2 * HOUR], [1, 2, 3], "row 2 at 1970-01-01T02:00:00Z"),
        ([1, 2], [1, float("nan")], "value is not a finite number, in fear row 1"),
        ([1, 2], [float("inf"), 2], "row 0"),
        ([1, 2], [1], "value has 1 rows, time has 2"),
        ([1.5, 2.5], [1, 2], "nanoseconds"),
        (["2024-01-01", "never"], [1, 2], "'never', not a date, in fear row 1"),
        (np.array(["2024-01-01", "NaT"], "datetime64[s]"), [1, 2], "time is missing, in fear row 1"),
        ([1, 2], ["a", "b"], "value cannot be read"),
        ([[1, 2]], [1, 2], "2 dimensions"),
        ([1, 2], [[1, 2]], "2 dimensions"),
    ],
)
def test_a_row_that_breaks_a_rule_is_named(time: Any, value: Any, told: str) -> None:
    with pytest.raises(DataError) as raised:
        Series("fear", time, value)
    assert told in str(raised.value)
    assert raised.value.cure


@given(arrays.arrays(np.int64, st.integers(0, 20), elements=st.integers(-5, 5)))
def test_the_first_bad_row_is_named(time: np.ndarray[Any, Any]) -> None:
    bad = [row for row in range(1, len(time)) if time[row] <= time[row - 1]]
    if not bad:
        assert len(Series("fear", time, np.zeros(len(time)))) == len(time)
        return
    with pytest.raises(DataError, match=f"row {bad[0]} at"):
        Series("fear", time, np.zeros(len(time)))


@pytest.mark.parametrize("name", ["", " ", None, 5])
def test_a_series_has_a_name(name: Any) -> None:
    with pytest.raises(ParameterError, match="give its name"):
        Series(name, [1], [1])


def test_text() -> None:
    assert repr(Series("fear", [], [])) == "Series(fear, empty)"
    assert repr(Series("fear", [0], [1])) == "Series(fear, 1 values, 1970-01-01T00:00:00Z to 1970-01-01T00:00:00Z)"
