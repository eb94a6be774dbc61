"""Carry: what holding a position costs or brings: funding of perpetual contracts, swaps of forex."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from tradefleet.market.time import HOUR, SECOND

_SATURDAY = 5


class Carry(NamedTuple):
    """When something falls due (UTC nanoseconds, in order), and how much.

    `rate` is the fraction of the notional that longs pay and shorts receive. `long` and `short` are money in the quote
    currency that a unit is credited; negative is paid.
    """

    time: NDArray[np.int64]
    rate: NDArray[np.float64]
    long: NDArray[np.float64]
    short: NDArray[np.float64]


def carry_payment(side: float, quantity: float, price: float, rate: float, long: float, short: float) -> float:
    """What a position pays when one row falls due, in the quote currency; negative is received.

    >>> carry_payment(-1.0, 2.0, 50_000.0, 0.0001, 0.0, 0.0)
    -10.0
    """
    return side * quantity * price * rate - quantity * (long if side > 0.0 else short)


def no_carry() -> Carry:
    """Nothing ever falls due."""
    empty = np.empty(0, np.float64)
    return Carry(np.empty(0, np.int64), empty, empty, empty)


def funding_of(times: NDArray[np.int64], rates: NDArray[np.float64]) -> Carry:
    """The funding of a history of rates."""
    zero = np.zeros(len(times), np.float64)
    return Carry(np.array(times, np.int64), np.array(rates, np.float64), zero, zero)


def constant_funding(rate: float, first: int, last: int, interval: int = 8 * HOUR) -> Carry:
    """The same rate every `interval` nanoseconds, counted from 00:00 UTC, from time `first` to time `last`.

    >>> constant_funding(0.0001, 0, 24 * HOUR).time // HOUR
    array([ 0,  8, 16, 24])
    """
    times = np.arange(-(-first // interval), last // interval + 1, dtype=np.int64) * interval
    return funding_of(times, np.full(len(times), rate, np.float64))


def nightly_swap(
    long: float,
    short: float,
    first: int,
    last: int,
    *,
    at: time = time(17),
    zone: str = "America/New_York",
    triple: int | None = 2,
) -> Carry:
    """The swap of every rollover from time `first` to time `last`, as money a unit is credited.

    A rollover is at the wall time `at` of a zone, on Mondays to Fridays; threefold on the weekday `triple` (Monday is
    0, None is no day), for the weekend.

    >>> week = nightly_swap(-0.5, 0.25, 0, 7 * 24 * HOUR)
    >>> week.long, week.time[0] // HOUR
    (array([-0.5, -0.5, -0.5, -0.5, -1.5]), np.int64(22))
    """
    clock = ZoneInfo(zone)
    day, end = _date(first) - timedelta(days=1), _date(last) + timedelta(days=1)
    times: list[int] = []
    nights: list[float] = []
    while day <= end:
        if day.weekday() < _SATURDAY:
            moment = int(datetime.combine(day, at, clock).timestamp()) * SECOND
            if first <= moment <= last:
                times.append(moment)
                nights.append(3.0 if day.weekday() == triple else 1.0)
        day += timedelta(days=1)
    factors = np.array(nights, np.float64)
    return Carry(np.array(times, np.int64), np.zeros(len(times), np.float64), factors * long, factors * short)


def merged(first: Carry, second: Carry) -> Carry:
    """Both, in the order they fall due."""
    order = np.argsort(np.concatenate((first.time, second.time)), kind="stable")
    time, rate, long, short = (np.concatenate(pair)[order] for pair in zip(first, second, strict=True))
    return Carry(time, rate, long, short)


def _date(time: int) -> date:
    return datetime.fromtimestamp(time // SECOND, UTC).date()
