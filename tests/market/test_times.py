"""Times, timeframes and instruments."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.market.errors import ParameterError
from tradefleet.market.instrument import Instrument
from tradefleet.market.time import DAY, HOUR, MINUTE, SECOND, format_time, parse_time
from tradefleet.market.timeframe import Timeframe

NEW_YEAR = 1_514_764_800 * SECOND


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2018-01-01", NEW_YEAR),
        ("2018-01-01T00:00:00Z", NEW_YEAR),
        (" 2018-01-01 00:00 ", NEW_YEAR),
        ("2018-01-01T05:30+05:30", NEW_YEAR),
        ("2017-12-31T19:00-05:00", NEW_YEAR),
        ("2018-01-01T00:00:00.000001", NEW_YEAR + 1_000),
        ("1969-12-31T23:59:59Z", -SECOND),
        (date(2018, 1, 1), NEW_YEAR),
        (datetime(2018, 1, 1), NEW_YEAR),  # noqa: DTZ001 - a datetime without a zone is UTC
        (datetime(2018, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))), NEW_YEAR),
        (NEW_YEAR, NEW_YEAR),
        (0, 0),
        (np.int64(NEW_YEAR), NEW_YEAR),
        (np.datetime64("2018-01-01"), NEW_YEAR),
        (np.datetime64("2018-01-01T00:00:00.000001"), NEW_YEAR + 1_000),
    ],
)
def test_time_is_read_from_text_date_or_nanoseconds(value: Any, expected: int) -> None:
    assert parse_time(value) == expected


@pytest.mark.parametrize(
    "value",
    ["", "yesterday", "2018-13-01", "2018-02-30", "31.12.2018", True, None, 1.5, [2018], np.float64(1), np.bool_(True)],
)
def test_nonsense_is_refused_by_name_with_an_example(value: Any) -> None:
    with pytest.raises(ParameterError, match=r"since is .*(write it as|give a date such as) 2018-01-31"):
        parse_time(value, "since")


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_time_as_text_reads_back(moment: datetime) -> None:
    nanoseconds = parse_time(moment)
    assert parse_time(format_time(nanoseconds)) == nanoseconds


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (NEW_YEAR, "2018-01-01T00:00:00Z"),
        (NEW_YEAR + 500_000_000, "2018-01-01T00:00:00.5Z"),
        (NEW_YEAR + 1, "2018-01-01T00:00:00.000000001Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (np.int64(NEW_YEAR), "2018-01-01T00:00:00Z"),
    ],
)
def test_time_is_written_as_short_as_it_can_be(nanoseconds: int, text: str) -> None:
    assert format_time(nanoseconds) == text


@pytest.mark.parametrize(
    ("text", "nanoseconds", "shown"),
    [
        ("1m", MINUTE, "1m"),
        (" 5m ", 5 * MINUTE, "5m"),
        ("60m", HOUR, "1h"),
        ("90m", 90 * MINUTE, "90m"),
        ("24h", DAY, "1d"),
        ("7d", 7 * DAY, "1w"),
        ("30s", 30 * SECOND, "30s"),
        ("1w", 7 * DAY, "1w"),
    ],
)
def test_timeframe_is_read_and_shown_in_its_largest_unit(text: str, nanoseconds: int, shown: str) -> None:
    timeframe = Timeframe.parse(text)
    assert (timeframe.nanoseconds, str(timeframe)) == (nanoseconds, shown)
    assert Timeframe.parse(shown) == timeframe


@pytest.mark.parametrize("text", ["", "m", "0m", "-1m", "1", "1.5h", "1M", "1y", "1 h", "1h30m", "9999999m", None, 60])
def test_timeframe_that_makes_no_sense_is_refused(text: Any) -> None:
    with pytest.raises(ParameterError, match=r"timeframe is .*; write it as 1m, 5m"):
        Timeframe.parse(text)


@pytest.mark.parametrize(
    ("timeframe", "time", "start"),
    [
        ("1m", "2024-05-15T10:17:42", "2024-05-15T10:17"),
        ("4h", "2024-05-15T10:17:42", "2024-05-15T08:00"),
        ("1d", "2024-05-15T10:17:42", "2024-05-15"),
        # 2024-05-15 is a Wednesday, the 13th the Monday before.
        ("1w", "2024-05-15T10:17:42", "2024-05-13"),
        ("1w", "2024-05-13", "2024-05-13"),
        ("1w", "2024-05-12T23:59:59", "2024-05-06"),
        ("1w", "1969-12-31", "1969-12-29"),
        ("1h", "1969-12-31T23:30", "1969-12-31T23:00"),
    ],
)
def test_period_starts_at_midnight_utc_and_weeks_on_monday(timeframe: str, time: str, start: str) -> None:
    assert Timeframe.parse(timeframe).start(parse_time(time)) == parse_time(start)


@given(st.integers(-(10**18), 10**18), st.sampled_from(["1m", "7m", "1h", "1d", "1w", "2w"]))
def test_period_holds_the_time_and_starts_with_itself(time: int, text: str) -> None:
    timeframe = Timeframe.parse(text)
    start = timeframe.start(time)
    assert start <= time < start + timeframe.nanoseconds
    assert timeframe.start(start) == start


def test_timeframes_are_ordered_by_length() -> None:
    assert Timeframe.parse("5m") < Timeframe.parse("1h") < Timeframe.parse("1w")


@pytest.mark.parametrize("value", [0.01, "0.01", Decimal("0.0100"), "1e-2"])
def test_step_of_an_instrument_is_exact(value: Any) -> None:
    assert Instrument("X", tick=value).tick == Decimal("0.01")
    assert Instrument("X", tick=value) == Instrument("X", tick="0.01")  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [0, -1, "x", float("nan"), float("inf"), "", True])
@pytest.mark.parametrize("name", ["tick", "lot", "min_notional"])
def test_step_that_is_no_positive_number_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(ParameterError, match=f"{name} is .*; give a positive number"):
        Instrument("X", **{name: value})


@pytest.mark.parametrize("symbol", ["", " ", "BTC/USDT ", "\tX"])
def test_symbol_must_be_a_name(symbol: str) -> None:
    with pytest.raises(ParameterError, match=r"symbol is .*; name it as BTC/USDT"):
        Instrument(symbol)
