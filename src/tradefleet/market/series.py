"""Series: published values under a name, such as an index of fear and greed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradefleet.market.bars import Floats, Times, frozen
from tradefleet.market.errors import DataError, ParameterError
from tradefleet.market.time import format_time, parse_time


class Series:
    """Values and when each was published, as read-only columns.

    `time` is UTC nanoseconds, int64, strictly rising: the moment from which on the value is known, not the day it
    speaks of. `value` is float64 and finite. Both are copied.

    Raises DataError naming the first row that breaks a rule.

    >>> Series("fear_greed", ["2024-01-01T00:15", "2024-01-02T00:15"], [65, 71])
    Series(fear_greed, 2 values, 2024-01-01T00:15:00Z to 2024-01-02T00:15:00Z)
    """

    def __init__(self, name: str, time: ArrayLike, value: ArrayLike) -> None:
        if not isinstance(name, str) or not name.strip():
            raise ParameterError(f"a series is named {name!r}", cure="give its name as text")
        self.name = name
        self.time: Times = _times(time, name)
        self.value: Floats = _column(value, np.float64, "value", name)
        if len(self.time) != len(self.value):
            raise DataError(
                f"value has {len(self.value)} rows, time has {len(self.time)}",
                where=name,
                cure="give one value a time",
            )
        late = np.zeros(len(self.time), dtype=bool)
        late[1:] = self.time[1:] <= self.time[:-1]
        self._check(late, "time does not rise", "sort the rows and keep one a time")
        self._check(~np.isfinite(self.value), "value is not a finite number", "drop the row: the last value stands")

    def _check(self, broken: NDArray[np.bool_], rule: str, cure: str) -> None:
        if broken.any():
            row = int(np.argmax(broken))
            raise DataError(rule, where=f"{self.name} row {row} at {format_time(int(self.time[row]))}", cure=cure)

    def __len__(self) -> int:
        return len(self.time)

    def __repr__(self) -> str:
        if len(self) == 0:
            return f"Series({self.name}, empty)"
        first, last = format_time(int(self.time[0])), format_time(int(self.time[-1]))
        return f"Series({self.name}, {len(self)} values, {first} to {last})"


def _times(values: ArrayLike, name: str) -> Times:
    """Nanoseconds from integers as they are, from NumPy's dates, and from texts or datetimes (UTC unless they say)."""
    raw = np.asarray(values)
    if raw.dtype.kind in "UO" and raw.ndim == 1:
        raw = np.array([_time(value, name, row) for row, value in enumerate(raw.tolist())], dtype=np.int64)
    elif raw.dtype.kind == "M":
        absent = np.isnat(raw)
        if absent.any():
            raise DataError("time is missing", where=f"{name} row {int(np.argmax(absent))}", cure="drop the row")
        raw = raw.astype("datetime64[ns]").astype(np.int64)
    if raw.size and raw.dtype.kind not in "iu":
        raise DataError(f"time is {raw.dtype}, not UTC nanoseconds", where=name, cure=_TIMES)
    return _column(raw, np.int64, "time", name)


def _time(value: Any, name: str, row: int) -> int:
    try:
        return parse_time(value)
    except ParameterError as error:
        raise DataError(error.message, where=f"{name} row {row}", cure=_TIMES) from None


_TIMES = "give integers (nanoseconds since 1970, UTC) or dates"


def _column(values: Any, dtype: Any, column: str, name: str) -> NDArray[Any]:
    try:
        made: NDArray[Any] = np.array(values, dtype=dtype)
    except (TypeError, ValueError) as error:
        raise DataError(f"{column} cannot be read: {error}", where=name, cure="give numbers") from None
    if made.ndim != 1:
        raise DataError(f"{column} has {made.ndim} dimensions", where=name, cure="give one value a row")
    return frozen(made)[0]
