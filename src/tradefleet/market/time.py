"""Times: UTC nanoseconds inside, ISO-8601 with a Z at the edges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradefleet.market.errors import ParameterError

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

TimeLike = int | str | date | datetime


def parse_time(value: TimeLike, name: str = "time") -> int:
    """UTC nanoseconds of a date, an ISO-8601 text, a datetime, or nanoseconds as they are.

    A text or datetime without an offset is taken as UTC.

    >>> parse_time("2018-01-01")
    1514764800000000000
    >>> parse_time("2018-01-01T01:00+01:00") == parse_time("2018-01-01")
    True
    """
    if hasattr(value, "dtype"):
        value = _plain(value)
    if isinstance(value, bool) or not isinstance(value, int | str | date):
        raise ParameterError(f"{name} is {value!r}", cure="give a date such as 2018-01-31 or 2018-01-31T12:00Z")
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError:
            raise ParameterError(
                f"{name} is {value!r}, not a date", cure="write it as 2018-01-31 or 2018-01-31T12:00Z"
            ) from None
    elif isinstance(value, datetime):
        moment = value
    else:
        moment = datetime(value.year, value.month, value.day, tzinfo=UTC)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    since_epoch = moment - datetime(1970, 1, 1, tzinfo=UTC)
    whole = since_epoch.days * 86_400 + since_epoch.seconds
    return whole * SECOND + since_epoch.microseconds * 1_000


def _plain(value: Any) -> Any:
    """A NumPy integer or datetime64 as a plain integer; NumPy itself is not needed for it."""
    if value.dtype.kind == "M" and value.ndim == 0:
        value = value.astype("datetime64[ns]").astype("int64")
    return value.item() if value.dtype.kind in "iu" and value.ndim == 0 else value


def format_time(nanoseconds: int) -> str:
    """ISO-8601 in UTC, as short as the value allows.

    >>> format_time(1514764800000000000)
    '2018-01-01T00:00:00Z'
    """
    whole, rest = divmod(int(nanoseconds), SECOND)
    text = datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{rest:09d}".rstrip("0") if rest else ""
    return f"{text}{fraction}Z"


def merged_times(columns: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """The times of several rising columns, each once, rising.

    >>> merged_times([np.array([1, 3]), np.array([2, 3])])
    array([1, 2, 3])
    """
    first = columns[0]
    if all(np.array_equal(first, other) for other in columns[1:]):
        return first
    # A stable sort merges what is sorted already; np.unique hashes, which takes ten times as long.
    times = np.sort(np.concatenate(columns), kind="stable")
    kept = np.ones(len(times), dtype=bool)
    np.not_equal(times[1:], times[:-1], out=kept[1:])
    return times[kept]
