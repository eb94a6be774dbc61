"""Bars: what is refused, what is promised, and the way to frames and back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.market.bars import Bars, frozen
from tradefleet.market.errors import DataError, ParameterError
from tradefleet.market.generate import generate_bars
from tradefleet.market.instrument import Instrument
from tradefleet.market.time import HOUR, MINUTE

NAMES = ("time", "open", "high", "low", "close", "volume")
START = 1_704_067_200_000_000_000


def columns(count: int = 5) -> dict[str, Any]:
    """Valid columns, each bar a little higher."""
    base = 100.0 + np.arange(count)
    return {
        "time": START + MINUTE * np.arange(count),
        "open": base,
        "high": base + 2,
        "low": base - 2,
        "close": base + 1,
        "volume": base * 10,
    }


def make(count: int = 5, **changes: Any) -> Bars:
    return Bars(**{**columns(count), **changes}, timeframe="1m", symbol="BTC/USDT")


def with_value(name: str, index: int, value: float) -> dict[str, Any]:
    column = columns()[name].copy()
    column[index] = value
    return {name: column}


# -- rules --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("index", [0, 2, 4])
@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        *(
            (name, value, "price is not a positive number")
            for name in ("low",)
            for value in (0.0, -1.0, np.nan, -np.inf)
        ),
        *((name, value, "price is not a positive number") for name in ("high",) for value in (np.nan, np.inf)),
        *(
            (name, value, "outside low and high")
            for name in ("open", "close")
            for value in (90.0, 120.0, np.nan, np.inf)
        ),
        ("high", 95.0, "outside low and high"),
        ("low", 107.0, "outside low and high"),
        *(("volume", value, "volume is negative or not a number") for value in (-1.0, np.nan, np.inf)),
    ],
)
def test_first_bad_bar_is_named(name: str, value: float, rule: str, index: int) -> None:
    with pytest.raises(DataError, match=rf"{rule}, in BTC/USDT bar {index} at 2024-01-01T00:0{index}:00Z"):
        make(**with_value(name, index, value))


def test_first_of_several_bad_bars_is_named() -> None:
    low = columns()["low"].copy()
    low[[1, 3]] = -1
    with pytest.raises(DataError, match="bar 1 at"):
        make(low=low)


@pytest.mark.parametrize("other", [0, 1])
def test_time_that_stands_still_or_goes_back_is_named(other: int) -> None:
    time = columns()["time"].copy()
    time[2] = time[other]
    with pytest.raises(DataError, match=f"time does not rise, in BTC/USDT bar 2 at 2024-01-01T00:0{other}"):
        make(time=time)


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(DataError, match="close has 4 values, time has 5"):
        make(close=np.ones(4))


@pytest.mark.parametrize("timeframe", ["5m", "1h", "1d"])
def test_timeframe_that_is_not_the_bars_own_is_named(timeframe: str) -> None:
    with pytest.raises(DataError, match=f"the bar before is not {timeframe} long .*in bars bar 1 at"):
        Bars(**columns(), timeframe=timeframe)


def test_milliseconds_taken_for_nanoseconds_are_named() -> None:
    with pytest.raises(DataError, match="integer times are nanoseconds"):
        make(time=columns()["time"] // 1_000_000)


def test_days_of_local_time_may_be_an_hour_short() -> None:
    time = np.array([0, 24, 47, 71, 96]) * HOUR
    assert len(Bars(**{**columns(), "time": time}, timeframe="1d")) == 5


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("open", ["1", "x", "3", "4", "5"], "column open cannot be read"),
        ("open", np.ones((5, 1)), "column open has 2 dimensions"),
        ("time", np.arange(5) * 1.5, "column time cannot be read: times are not integers"),
        ("time", ["a"] * 5, "column time cannot be read"),
    ],
)
def test_column_that_cannot_be_read_is_named(name: str, value: Any, text: str) -> None:
    with pytest.raises(DataError, match=text):
        make(**{name: value})


def test_flat_bar_without_volume_is_fine() -> None:
    bars = Bars([0], [5], [5], [5], [5], timeframe="1d")
    assert bars.volume.tolist() == [0.0]


def test_empty_bars_are_fine() -> None:
    empty = make()[5:]
    assert len(empty) == 0 and "empty" in repr(empty)
    assert len(Bars([], [], [], [], [], timeframe="1h")) == 0


# -- columns and views --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_columns_are_contiguous_typed_and_read_only(name: str) -> None:
    column = getattr(make(), name)
    assert column.flags.c_contiguous
    assert column.dtype == (np.int64 if name == "time" else np.float64)
    with pytest.raises(ValueError, match="read-only"):
        column[0] = 1


def test_slice_is_a_view_and_read_only() -> None:
    bars = make()
    part = bars[1:4]
    assert part.close.tolist() == bars.close[1:4].tolist()
    assert np.shares_memory(part.close, bars.close)
    assert (part.symbol, part.timeframe) == (bars.symbol, bars.timeframe)
    with pytest.raises(ValueError, match="read-only"):
        part.close[0] = 1


@pytest.mark.parametrize("rows", [3, slice(None, None, 2), slice(None, None, -1)])
def test_anything_but_a_range_is_refused(rows: Any) -> None:
    with pytest.raises(ParameterError, match="take a range of bars"):
        make()[rows]


@given(st.integers(-8, 8) | st.none(), st.integers(-8, 8) | st.none())
def test_slices_are_those_of_the_columns(start: int | None, stop: int | None) -> None:
    bars = make()
    assert bars[start:stop].time.tolist() == bars.time[start:stop].tolist()


def test_equality_looks_at_values_instrument_and_timeframe() -> None:
    assert make() == make()
    assert make() != make(close=columns()["close"] + 0.5)
    assert make() != Bars(**columns(), timeframe="1m", symbol="ETH/USDT")
    assert make() != Bars(**columns(), timeframe="30s", symbol="BTC/USDT")
    assert make() != "bars"


# -- whose arrays they are ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_what_the_caller_writes_later_does_not_reach_the_bars(name: str) -> None:
    mine = {key: np.array(value) for key, value in columns().items()}
    bars = Bars(**mine, timeframe="1m", symbol="BTC/USDT")
    mine[name][2] = -5
    assert bars == make()


@pytest.mark.parametrize("name", NAMES)
def test_read_only_view_of_an_array_that_is_not_is_copied(name: str) -> None:
    mine = np.array(columns()[name])
    view = mine[:]
    view.flags.writeable = False
    bars = make(**{name: view})
    mine[2] = -5
    assert bars == make()


def test_times_of_numpy_do_not_reach_the_bars_later() -> None:
    mine = columns()["time"].astype("datetime64[ns]")
    bars = make(time=mine)
    mine[2] = np.datetime64(0, "ns")
    assert bars == make()


@pytest.mark.parametrize("name", NAMES)
def test_read_only_array_is_taken_as_it_is(name: str) -> None:
    (mine,) = frozen(np.array(columns()[name]))
    for one in (mine, mine[:]):
        assert np.shares_memory(getattr(make(**{name: one}), name), mine)


@pytest.mark.parametrize("name", NAMES)
def test_columns_of_bars_make_bars_without_a_copy(name: str) -> None:
    bars = make()
    again = Bars(*(getattr(bars[1:], n) for n in NAMES), timeframe="1m")
    assert np.shares_memory(getattr(again, name), getattr(bars, name))


@pytest.mark.parametrize("name", NAMES)
def test_column_cannot_be_made_writeable_again(name: str) -> None:
    with pytest.raises(ValueError, match="WRITEABLE"):
        getattr(make(), name).flags.writeable = True


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_to_a_pandas_frame_later_does_not_reach_the_bars(name: str) -> None:
    frame = pd.DataFrame({key: np.array(value) for key, value in columns().items()})
    bars = Bars.from_frame(frame, timeframe="1m", symbol="BTC/USDT")
    frame.loc[2, name] = -5
    assert bars == make()


def test_arrays_below_a_pandas_frame_do_not_reach_the_bars_later() -> None:
    mine = {key: np.array(value) for key, value in columns().items()}
    frame = pd.DataFrame(mine, copy=False)
    bars = Bars.from_frame(frame, timeframe="1m", symbol="BTC/USDT")
    for column in mine.values():
        column[2] = -5
    assert bars == make()


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_to_a_polars_frame_later_does_not_reach_the_bars(name: str) -> None:
    frame = pl.DataFrame(columns())
    bars = Bars.from_frame(frame, timeframe="1m", symbol="BTC/USDT")
    series = frame[name]
    series[2] = -5
    frame[2, name] = -5
    assert bars == make()


# -- ranges -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "until", "first", "count"),
    [
        (None, None, 0, 5),
        ("2024-01-01T00:02", None, 2, 3),
        # Until is not included.
        (None, "2024-01-01T00:02", 0, 2),
        ("2024-01-01T00:01", "2024-01-01T00:03", 1, 2),
        # Between two bars: the first that opens after.
        ("2024-01-01T00:01:30", "2024-01-01T00:02:30", 2, 1),
        ("2023-01-01", "2025-01-01", 0, 5),
        ("2024-01-01T01:01+01:00", None, 1, 4),
        (datetime(2024, 1, 1, 0, 3, tzinfo=UTC), None, 3, 2),
    ],
)
def test_between_takes_bars_that_open_in_the_range(since: Any, until: Any, first: int, count: int) -> None:
    part = make().between(since, until)
    assert part.time.tolist() == columns()["time"][first : first + count].tolist()


def test_between_outside_the_bars_is_empty() -> None:
    assert len(make().between("2025-01-01")) == 0
    assert len(make().between(until="2020-01-01")) == 0


@pytest.mark.parametrize("until", ["2024-01-02", "2024-01-01"])
def test_between_with_swapped_ends_says_so(until: str) -> None:
    with pytest.raises(ParameterError, match=f"since 2024-01-02 is not before until {until}; swap them"):
        make().between("2024-01-02", until)


def test_between_names_the_end_that_is_no_date() -> None:
    with pytest.raises(ParameterError, match="until is 'tomorrow', not a date"):
        make().between("2024-01-02", "tomorrow")


# -- fingerprint --------------------------------------------------------------------------------------------------


@given(st.sampled_from(NAMES), st.integers(0, 4))
def test_fingerprint_changes_with_any_value(name: str, index: int) -> None:
    changed = columns()[name].copy()
    changed[index] = changed[index] + 1 if name == "time" else np.nextafter(changed[index], np.inf)
    assert make(**{name: changed}).fingerprint != make().fingerprint


def test_fingerprint_is_sixteen_digits_and_the_same_for_equal_bars() -> None:
    bars = make(9)
    assert bars.fingerprint == make(9).fingerprint == make(12)[:9].fingerprint
    assert len(bars.fingerprint) == 16 and int(bars.fingerprint, 16) >= 0


def test_fingerprint_changes_when_a_bar_is_left_out() -> None:
    assert len({make(6)[:5].fingerprint, make(6)[1:].fingerprint, make(6).fingerprint}) == 3


# -- frames -------------------------------------------------------------------------------------------------------


def test_way_to_polars_and_back_keeps_all() -> None:
    bars = generate_bars("5m", days=2)
    frame = bars.to_polars()
    assert frame.columns == list(NAMES)
    assert frame.schema["time"] == pl.Datetime("ns", "UTC")
    assert Bars.from_frame(frame, timeframe="5m", symbol=bars.instrument) == bars


def test_way_to_pandas_and_back_keeps_all() -> None:
    bars = generate_bars("5m", days=2)
    frame = bars.to_pandas()
    assert str(frame.index.dtype) == "datetime64[ns, UTC]"
    assert Bars.from_frame(frame, timeframe="5m", symbol=bars.instrument) == bars
    assert Bars.from_frame(frame.reset_index(), timeframe="5m", symbol=bars.instrument) == bars


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York", "Asia/Kolkata"])
@pytest.mark.parametrize("indexed", [True, False])
def test_pandas_times_of_any_unit_and_zone_are_read(unit: str, zone: str | None, indexed: bool) -> None:
    bars = generate_bars("1h", days=3)
    frame = bars.to_pandas()
    index = frame.index.tz_convert(zone).as_unit(unit)
    frame.index = index.rename(None) if indexed else index
    if not indexed:
        frame = frame.reset_index(names="Date")
    assert Bars.from_frame(frame, timeframe="1h", symbol=bars.instrument) == bars


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York"])
def test_polars_times_of_any_unit_and_zone_are_read(unit: Any, zone: str | None) -> None:
    bars = generate_bars("1h", days=3)
    time = pl.col("time").dt.convert_time_zone(zone) if zone else pl.col("time").dt.replace_time_zone(None)
    frame = bars.to_polars().with_columns(time.dt.cast_time_unit(unit)).rename({"time": "timestamp", "close": "Close"})
    assert Bars.from_frame(frame, timeframe="1h", symbol=bars.instrument) == bars


def test_integer_times_of_a_frame_are_nanoseconds() -> None:
    frame = pl.DataFrame(columns())
    assert Bars.from_frame(frame, timeframe="1m", symbol="BTC/USDT") == make()
    assert Bars.from_frame(pd.DataFrame(columns()), timeframe="1m", symbol="BTC/USDT") == make()


def test_dates_of_a_polars_frame_are_midnights() -> None:
    frame = pl.DataFrame({"date": pl.date_range(datetime(2024, 1, 1), datetime(2024, 1, 5), eager=True)})  # noqa: DTZ001
    prices = {name: columns()[name] for name in NAMES[1:]}
    bars = Bars.from_frame(frame.with_columns(**{n: pl.Series(v) for n, v in prices.items()}), timeframe="1d")
    assert bars.first == "2024-01-01T00:00:00Z" and bars.last == "2024-01-05T00:00:00Z"


def test_numpy_times_are_read() -> None:
    assert make(time=columns()["time"].astype("datetime64[ns]")) == make()
    assert make(time=columns()["time"].astype("datetime64[ns]").astype("datetime64[s]")) == make()


def test_frame_without_volume_has_none() -> None:
    frame = make().to_polars().drop("volume")
    assert Bars.from_frame(frame, timeframe="1m").volume.tolist() == [0.0] * 5


def test_frame_without_a_price_or_time_says_which() -> None:
    frame = make().to_polars()
    with pytest.raises(DataError, match=r"no column low, close, in columns time, open, high, volume; name the columns"):
        Bars.from_frame(frame.drop("low", "close"), timeframe="1m")
    with pytest.raises(DataError, match="no column time"):
        Bars.from_frame(frame.drop("time"), timeframe="1m")


def test_bad_row_of_a_frame_is_named() -> None:
    frame = make().to_pandas()
    frame.iloc[3, frame.columns.get_loc("low")] = np.nan
    with pytest.raises(DataError, match="bar 3 at 2024-01-01T00:03:00Z"):
        Bars.from_frame(frame, timeframe="1m")


def test_missing_value_of_a_polars_frame_is_named() -> None:
    frame = make().to_polars().with_columns(close=pl.Series([101.0, None, 103.0, 104.0, 105.0]))
    with pytest.raises(DataError, match="bar 1 at"):
        Bars.from_frame(frame, timeframe="1m")


@pytest.mark.parametrize("thing", [[1, 2], {"time": [1]}, "bars.csv", None])
def test_what_is_no_frame_is_refused_with_a_cure(thing: Any) -> None:
    with pytest.raises(DataError, match="give a polars or pandas frame"):
        Bars.from_frame(thing, timeframe="1m")


# -- joining ------------------------------------------------------------------------------------------------------


def test_parts_are_joined() -> None:
    bars = generate_bars("1h", days=5)
    assert Bars.concat([bars[:30], bars[30:31], bars[31:]]) == bars


def test_parts_that_overlap_are_refused() -> None:
    bars = make()
    with pytest.raises(DataError, match="time does not rise, in BTC/USDT bar 3"):
        Bars.concat([bars[:3], bars[2:]])


def test_parts_of_different_series_are_refused() -> None:
    bars = generate_bars("1h", days=2)
    other = Bars(*(getattr(bars, n)[24:] for n in NAMES), timeframe="1h", symbol=Instrument("ETH/USDT"))
    with pytest.raises(ParameterError, match="ETH/USDT"):
        Bars.concat([bars[:24], other])
    shorter = Bars(*(getattr(bars, n)[24:] for n in NAMES), timeframe="30m", symbol=bars.instrument)
    with pytest.raises(ParameterError, match="30m"):
        Bars.concat([bars[:24], shorter])


def test_nothing_to_join_is_refused() -> None:
    with pytest.raises(ParameterError, match="nothing to join"):
        Bars.concat([])


def test_length_of_a_span_is_told_by_its_ends() -> None:
    bars = generate_bars("1h", days=2)
    assert (bars.first, bars.last) == ("2024-01-01T00:00:00Z", "2024-01-02T23:00:00Z")
    assert bars.index_of(START + HOUR) == 1
