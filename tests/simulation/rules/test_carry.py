"""Funding and swaps: when they fall due, and who pays."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.market.time import HOUR, format_time, parse_time
from tradefleet.simulation.rules.carry import (
    carry_payment,
    constant_funding,
    funding_of,
    merged,
    nightly_swap,
    no_carry,
)

NEW_YORK = ZoneInfo("America/New_York")
TIMES = st.integers(parse_time("1990-01-01"), parse_time("2035-01-01"))


def texts(times: np.ndarray) -> list[str]:
    return [format_time(due) for due in times.tolist()]


@pytest.mark.parametrize(
    ("side", "rate", "expected"), [(1.0, 0.001, 20.0), (-1.0, 0.001, -20.0), (1.0, -0.001, -20.0), (-1.0, -0.001, 20.0)]
)
def test_longs_pay_a_positive_rate_and_shorts_receive_it(side: float, rate: float, expected: float) -> None:
    assert carry_payment(side, 2.0, 10_000.0, rate, 0.0, 0.0) == expected


def test_swap_is_that_of_the_side_and_negative_is_paid() -> None:
    assert carry_payment(1.0, 1000.0, 1.1, 0.0, -0.5, 0.25) == 500.0
    assert carry_payment(-1.0, 1000.0, 1.1, 0.0, -0.5, 0.25) == -250.0


def test_constant_funding_falls_due_at_the_hours_of_the_exchange() -> None:
    first, last = parse_time("2024-01-01T00:00"), parse_time("2024-01-02T07:59")
    funding = constant_funding(0.0001, first, last)
    assert [text[11:16] for text in texts(funding.time)] == ["00:00", "08:00", "16:00", "00:00"]
    assert set(funding.rate.tolist()) == {0.0001}
    assert constant_funding(0.0001, first + 1, last, 4 * HOUR).time[0] == first + 4 * HOUR
    assert len(constant_funding(0.0001, first + 1, first + 2).time) == 0


def test_swap_follows_the_clock_of_new_york_through_its_summer_time() -> None:
    # Summer time began on Sunday, 2024-03-10, and ended on Sunday, 2024-11-03.
    for since, until, hours in [
        ("2024-03-08", "2024-03-12", ["22:00", "21:00"]),
        ("2024-11-01", "2024-11-05", ["21:00", "22:00"]),
    ]:
        swaps = nightly_swap(-1.0, 1.0, parse_time(since), parse_time(until))
        assert [text[11:16] for text in texts(swaps.time)] == hours


def test_week_has_five_rollovers_and_seven_nights() -> None:
    # A Monday to the next.
    swaps = nightly_swap(-2.0, 1.0, parse_time("2024-01-08"), parse_time("2024-01-15"))
    assert swaps.long.tolist() == [-2.0, -2.0, -6.0, -2.0, -2.0]
    assert swaps.short.tolist() == [1.0, 1.0, 3.0, 1.0, 1.0]
    friday = nightly_swap(-2.0, 1.0, parse_time("2024-01-08"), parse_time("2024-01-15"), triple=4)
    assert friday.long.tolist() == [-2.0, -2.0, -2.0, -2.0, -6.0]
    assert nightly_swap(-2.0, 1.0, parse_time("2024-01-08"), parse_time("2024-01-15"), triple=None).long.sum() == -10.0


@given(TIMES, st.integers(0, 60 * 24))
def test_every_rollover_is_at_five_on_a_weekday_and_none_is_missing(first: int, hours: int) -> None:
    last = first + hours * HOUR
    swaps = nightly_swap(-1.0, 1.0, first, last)
    moments = [datetime.fromtimestamp(due // 10**9, UTC).astimezone(NEW_YORK) for due in swaps.time.tolist()]
    assert all((m.hour, m.minute, m.second) == (17, 0, 0) and m.weekday() < 5 for m in moments)
    assert all(first <= due <= last for due in swaps.time.tolist())
    # An independent count: every hour of the time, asked for its wall clock.
    start = -(-first // HOUR)
    clocks = (datetime.fromtimestamp(hour * 3600, UTC).astimezone(NEW_YORK) for hour in range(start, last // HOUR + 1))
    assert len(moments) == sum(clock.hour == 17 and clock.weekday() < 5 for clock in clocks)


@pytest.mark.parametrize(("zone", "hour"), [("Pacific/Auckland", 7), ("Pacific/Honolulu", 20)])
def test_rollover_may_be_on_another_day_in_utc(zone: str, hour: int) -> None:
    # 07:00 in Auckland is the evening before in UTC, 20:00 in Honolulu the morning after.
    first = parse_time("2024-06-05")
    swaps = nightly_swap(-1.0, 1.0, first, first + 24 * HOUR - 1, at=time(hour), zone=zone)
    (moment,) = (datetime.fromtimestamp(due // 10**9, UTC).astimezone(ZoneInfo(zone)) for due in swaps.time.tolist())
    assert moment.hour == hour


def test_merged_keeps_the_order_of_time() -> None:
    funding = funding_of(np.array([0, 10, 20]), np.array([0.1, 0.2, 0.3]))
    other = funding_of(np.array([5, 10]), np.array([0.4, 0.5]))
    both = merged(funding, other)
    assert both.time.tolist() == [0, 5, 10, 10, 20]
    assert both.rate.tolist() == [0.1, 0.4, 0.2, 0.5, 0.3]
    assert merged(no_carry(), funding).rate.tolist() == funding.rate.tolist()
