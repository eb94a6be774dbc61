"""Sessions in local time, against Python's own calendar bar by bar, summer time and all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graph.markets import Market, assert_both_ways_agree

from tradefleet.graph import BASE, Plan, close, in_session, rising, timeframe
from tradefleet.market.bars import Bars
from tradefleet.market.errors import InternalError, ParameterError
from tradefleet.market.generate import generate_bars
from tradefleet.market.time import MINUTE, parse_time
from tradefleet.market.timeframe import Timeframe

RELAXED = settings(max_examples=150, deadline=None, derandomize=True)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# One far ahead, one far behind, one with half an hour of summer time, one whose day of change has its own hour.
ZONES = ("UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata")


def expected(bars: Bars, start: int, end: int, zone: str, days: set[int]) -> list[bool]:
    """Whether each bar closes in the session, hours in minutes of the day."""
    found = []
    for opened in bars.time.tolist():
        moment = datetime.fromtimestamp((opened + bars.timeframe.nanoseconds) / 1e9, UTC).astimezone(ZoneInfo(zone))
        minute = moment.hour * 60 + moment.minute
        if start < end:
            inside, begun = start <= minute < end, moment
        else:
            inside = minute >= start or minute < end
            begun = moment if minute >= start else moment - timedelta(days=1)
        found.append(inside and begun.weekday() in days)
    return found


def shown(node: Any, bars: Bars) -> list[bool]:
    column = Plan([node]).over(bars).columns[0]
    assert column.dtype == bool
    return list(column.tolist())


@given(
    start=st.integers(0, 95),
    end=st.integers(1, 96),
    zone=st.sampled_from(ZONES),
    days=st.sets(st.integers(0, 6), min_size=1),
    begin=st.sampled_from(["2011-12-25", "2023-03-10", "2023-03-24", "2023-10-27", "2024-11-01", "1969-12-28"]),
    length=st.sampled_from(["15m", "1h", "4h"]),
)
@RELAXED
def test_it_is_what_the_calendar_says(start: int, end: int, zone: str, days: set[int], begin: str, length: str) -> None:
    if start == end:
        return
    bars = generate_bars(length, days=14, start=begin)
    hours = "-".join(f"{quarter // 4:02}:{quarter % 4 * 15:02}" for quarter in (start, end))
    node = in_session(hours, zone=zone, days=",".join(DAYS[day] for day in days))
    assert shown(node, bars) == expected(bars, start * 15, end * 15, zone, days)


@given(data=st.data(), zone=st.sampled_from(ZONES))
@settings(RELAXED, max_examples=40)
def test_both_ways_agree_and_the_negation_is_the_opposite(data: st.DataObject, zone: str) -> None:
    bars = generate_bars("1h", days=30, start="2023-03-10")
    kept = np.flatnonzero(np.array(data.draw(st.lists(st.booleans(), min_size=len(bars), max_size=len(bars)))))
    columns = (getattr(bars, n)[kept] for n in ("time", "open", "high", "low", "close", "volume"))
    given_ = Market(Bars(*columns, timeframe="1h"), {})
    session = in_session("22:00-05:00", zone=zone, days="sun-thu")
    nodes = [session, ~session, session & rising(close), timeframe("4h").close > close]
    assert_both_ways_agree(nodes, given_)
    inside, outside = Plan([session, ~session]).over(given_.bars).columns
    np.testing.assert_array_equal(inside, ~outside)
    assert ~~session is session


def test_the_moment_is_the_close_of_the_bar() -> None:
    hours = generate_bars("1h", days=1, start="2024-01-03")
    # The bar from 07:00 decides at 08:00; the one from 16:00 at 17:00, which is outside.
    assert np.flatnonzero(shown(in_session("08:00-17:00"), hours)).tolist() == list(range(7, 16))


def test_london_opens_an_hour_earlier_by_utc_in_summer() -> None:
    for begin, first in (("2024-01-10", 7), ("2024-07-10", 6)):
        hours = generate_bars("1h", days=1, start=begin)
        assert shown(in_session("08:00-17:00", zone="Europe/London"), hours).index(True) == first


def test_a_session_after_midnight_belongs_to_the_day_it_began() -> None:
    hours = generate_bars("1h", days=7, start="2024-01-01")
    friday_night = shown(in_session("22:00-05:00", days="fri"), hours)
    # From Friday 22:00 on: the bar that opens at 21:00; to Saturday 04:00, the bar that opens at 03:00.
    assert np.flatnonzero(friday_night).tolist() == list(range(4 * 24 + 21, 5 * 24 + 4))


def test_days_may_go_over_the_weekend_and_be_listed() -> None:
    assert in_session("08:00-17:00", days="fri-mon") is in_session("8:00-17:00", days="mon,fri,sat,sun")
    assert in_session("00:00-24:00") is in_session("00:00 - 24:00", days="Mon-Sun")
    assert all(shown(in_session("00:00-24:00"), generate_bars("1h", days=9)))
    assert in_session("08:00-17:00").call.clock == BASE


def test_a_million_minutes_need_no_loop() -> None:
    time = parse_time("2023-01-01") + np.arange(1_000_000) * MINUTE
    price = np.ones(1_000_000)
    bars = Bars(time, price, price, price, price, timeframe="1m")
    column = Plan([in_session("09:30-16:00", zone="America/New_York", days="mon-fri")]).over(bars).columns[0]
    some = np.random.default_rng(1).choice(1_000_000, 2000, replace=False)
    few = Bars(*(getattr(bars, n)[np.sort(some)] for n in ("time", "open", "high", "low", "close")), timeframe="1m")
    assert column[np.sort(some)].tolist() == expected(few, 570, 960, "America/New_York", {0, 1, 2, 3, 4})


def test_the_stream_needs_to_know_the_length_of_a_bar() -> None:
    with pytest.raises(InternalError, match="without a timeframe"):
        Plan([in_session("08:00-17:00")]).stream()
    stream = Plan([in_session("08:00-17:00")]).stream(Timeframe.parse("1h"))
    assert stream.update({"time": 7 * 3600.0}) == (True,)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda: in_session("8-17"), "08:00-17:00"),
        (lambda: in_session("08:00-25:00"), "24:00"),
        (lambda: in_session("24:00-08:00"), "24:00"),
        (lambda: in_session("08:60-17:00"), "24:00"),
        (lambda: in_session("08:00-08:00"), "00:00-24:00"),
        (lambda: in_session(8), "08:00-17:00"),  # type: ignore[arg-type]
        (lambda: in_session("08:00-17:00", zone="Europe/Lodnon"), "did you mean 'Europe/London'?"),
        (lambda: in_session("08:00-17:00", zone="nowhere at all"), "America/New_York"),
        (lambda: in_session("08:00-17:00", zone=""), "America/New_York"),
        (lambda: in_session("08:00-17:00", zone="../etc/passwd"), "America/New_York"),
        (lambda: in_session("08:00-17:00", zone=None), "America/New_York"),  # type: ignore[arg-type]
        (lambda: in_session("08:00-17:00", zone=["x"]), "America/New_York"),  # type: ignore[arg-type]
        (lambda: in_session("08:00-17:00", days="weekdays"), "mon-fri"),
        (lambda: in_session("08:00-17:00", days="mon-"), "mon-fri"),
        (lambda: in_session("08:00-17:00", days=""), "mon-fri"),
        (lambda: in_session("08:00-17:00", days=None), "mon-fri"),  # type: ignore[arg-type]
    ],
)
def test_a_mistake_names_the_cure(wrong: Any, told: str) -> None:
    with pytest.raises(ParameterError) as raised:
        wrong()
    assert told in str(raised.value)
