"""Bars: open times and OHLCV as columns."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradefleet.market.errors import DataError, ParameterError
from tradefleet.market.instrument import Instrument
from tradefleet.market.time import TimeLike, format_time, parse_time
from tradefleet.market.timeframe import Timeframe

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

T = TypeVar("T")
Floats = NDArray[np.float64]
Times = NDArray[np.int64]

PRICES = ("open", "high", "low", "close")
COLUMNS = (*PRICES, "volume")


class Bars:
    """A series of bars of one symbol and timeframe, as read-only columns.

    `time` is the open time of each bar in UTC nanoseconds, int64, strictly rising. `open`, `high`, `low`,
    `close` and `volume` are contiguous float64 arrays of the same length; prices are finite and positive,
    `low` is the lowest and `high` the highest of the four, volume is finite and not negative. Bars that are
    absent stay absent. An array somebody may still write to is copied; a read-only one is taken as it is.

    Raises DataError naming the first bar that breaks a rule.

    >>> bars = Bars([0, 60 * 10**9], [1, 2], [2, 3], [1, 2], [2, 2], [5, 0], timeframe="1m", symbol="X")
    >>> len(bars), bars.close[-1]
    (2, np.float64(2.0))
    """

    def __init__(
        self,
        time: ArrayLike,
        open: ArrayLike,  # noqa: A002 - the field's own word
        high: ArrayLike,
        low: ArrayLike,
        close: ArrayLike,
        volume: ArrayLike | None = None,
        *,
        timeframe: str | Timeframe,
        symbol: str | Instrument = "bars",
    ) -> None:
        self.instrument = symbol if isinstance(symbol, Instrument) else Instrument(symbol)
        self.timeframe = Timeframe.parse(timeframe)
        self.time: Times = _column(time, np.int64, "time")
        self.open: Floats = _column(open, np.float64, "open")
        self.high: Floats = _column(high, np.float64, "high")
        self.low: Floats = _column(low, np.float64, "low")
        self.close: Floats = _column(close, np.float64, "close")
        self.volume: Floats = _column(
            frozen(np.zeros(len(self.time)))[0] if volume is None else volume, np.float64, "volume"
        )
        self._validate()

    def _validate(self) -> None:
        for name in COLUMNS:
            if len(getattr(self, name)) != len(self.time):
                raise DataError(
                    f"{name} has {len(getattr(self, name))} values, time has {len(self.time)}",
                    where=self.symbol,
                    cure="give every column one value a bar",
                )
        for rule, broken in self._broken_rules():
            if broken.any():
                index = int(np.argmax(broken))
                raise DataError(
                    rule,
                    where=f"{self.symbol} bar {index} at {format_time(int(self.time[index]))}",
                    cure="mend or drop the bar; `tradefleet data import` lists every bad row",
                )

    def _broken_rules(self) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        late = np.zeros(len(self.time), dtype=bool)
        late[1:] = self.time[1:] <= self.time[:-1]
        yield "time does not rise", late
        early = too_close(self.time, self.timeframe)
        yield f"the bar before is not {self.timeframe} long (check the timeframe; integer times are nanoseconds)", early
        # Written so that NaN breaks the rule too.
        yield "a price is not a positive number", ~((self.low > 0) & (self.high < np.inf))
        highest, lowest = np.maximum(self.open, self.close), np.minimum(self.open, self.close)
        yield "open or close lies outside low and high", ~((self.high >= highest) & (self.low <= lowest))
        yield "volume is negative or not a number", ~((self.volume >= 0) & (self.volume < np.inf))

    @property
    def symbol(self) -> str:
        """The instrument's symbol."""
        return self.instrument.symbol

    def __len__(self) -> int:
        return len(self.time)

    def __repr__(self) -> str:
        if len(self) == 0:
            return f"Bars({self.symbol} {self.timeframe}, empty)"
        return f"Bars({self.symbol} {self.timeframe}, {len(self)} bars, {self.first} to {self.last})"

    def __getitem__(self, rows: slice) -> Bars:
        """A view on some of the bars; the step must be 1."""
        if not isinstance(rows, slice) or rows.step not in (None, 1):
            raise ParameterError(f"bars[{rows!r}]", cure="take a range of bars: bars[100:200]")
        view = object.__new__(Bars)
        view.instrument, view.timeframe = self.instrument, self.timeframe
        for name in ("time", *COLUMNS):
            setattr(view, name, getattr(self, name)[rows])
        return view

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Bars):
            return NotImplemented
        return (
            self.instrument == other.instrument
            and self.timeframe == other.timeframe
            and all(np.array_equal(getattr(self, n), getattr(other, n)) for n in ("time", *COLUMNS))
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def first(self) -> str:
        """Open time of the first bar, ISO-8601."""
        return format_time(int(self.time[0]))

    @property
    def last(self) -> str:
        """Open time of the last bar, ISO-8601."""
        return format_time(int(self.time[-1]))

    def index_of(self, time: TimeLike) -> int:
        """The index of the first bar that opens at or after `time`."""
        return int(np.searchsorted(self.time, parse_time(time)))

    def between(self, since: TimeLike | None = None, until: TimeLike | None = None) -> Bars:
        """The bars with open times in [since, until).

        Raises ParameterError when since is not before until.
        """
        check_range(since, until)
        start = 0 if since is None else self.index_of(since)
        stop = len(self) if until is None else self.index_of(until)
        return self[start:stop]

    def remembered(self, name: str, make: Callable[[], T]) -> T:
        """What `make` gives, made once for these bars and kept with them under a name."""
        kept: dict[str, Any] = self.__dict__.setdefault("_remembered", {})
        if name not in kept:
            kept[name] = make()
        return kept[name]  # type: ignore[no-any-return]

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change when any time, price or volume changes."""
        digest = hashlib.blake2b(digest_size=8)
        for name in ("time", *COLUMNS):
            digest.update(np.ascontiguousarray(getattr(self, name)).data)
        return digest.hexdigest()

    def to_polars(self) -> pl.DataFrame:
        """A polars frame: time (Datetime, ns, UTC), open, high, low, close, volume."""
        import polars as pl  # noqa: PLC0415 - heavy, only at this edge

        time = pl.Series("time", self.time).cast(pl.Datetime("ns", "UTC"))
        return pl.DataFrame([time, *(pl.Series(name, getattr(self, name)) for name in COLUMNS)])

    def to_pandas(self) -> pd.DataFrame:
        """A pandas frame indexed by time (UTC): open, high, low, close, volume."""
        import pandas as pd  # noqa: PLC0415 - optional, only at this edge

        index = pd.DatetimeIndex(self.time.astype("datetime64[ns]"), tz="UTC", name="time")
        return pd.DataFrame({name: getattr(self, name) for name in COLUMNS}, index=index)

    @classmethod
    def from_frame(cls, frame: Any, *, timeframe: str | Timeframe, symbol: str | Instrument = "bars") -> Bars:
        """Bars from a polars or pandas frame with a time column (or time index) and OHLCV columns.

        Column names are read without regard to case; `time`, `date`, `datetime`, `timestamp` and `open_time`
        name the time. Times without a zone are taken as UTC; integer times must be nanoseconds. Volume may
        be absent (zero then).
        """
        if hasattr(frame, "iloc"):
            columns = _pandas_columns(frame)
        elif hasattr(frame, "get_columns"):
            columns = {series.name.lower(): _polars_values(series) for series in frame.get_columns()}
        else:
            raise DataError(
                f"bars cannot be made from {type(frame).__name__}",
                cure="give a polars or pandas frame, or arrays to tf.Bars(...)",
            )
        time_name = next((n for n in TIME_NAMES if n in columns), None)
        missing = [name for name in PRICES if name not in columns]
        if time_name is None or missing:
            lacking = ", ".join(missing if time_name else ["time", *missing])
            raise DataError(
                f"the frame has no column {lacking}",
                where=f"columns {', '.join(columns)}",
                cure="name the columns time, open, high, low, close, volume",
            )
        return cls(
            columns[time_name],
            columns["open"],
            columns["high"],
            columns["low"],
            columns["close"],
            columns.get("volume"),
            timeframe=timeframe,
            symbol=symbol,
        )

    @classmethod
    def concat(cls, parts: list[Bars]) -> Bars:
        """One series from consecutive parts of the same instrument and timeframe."""
        if not parts:
            raise ParameterError("nothing to join", cure="give at least one Bars")
        for part in parts[1:]:
            if (part.instrument, part.timeframe) != (parts[0].instrument, parts[0].timeframe):
                raise ParameterError(
                    f"{part.symbol} {part.timeframe} bars do not go on {parts[0].symbol} {parts[0].timeframe} bars",
                    cure="join parts of one instrument and timeframe",
                )
        columns = [np.concatenate([getattr(p, n) for p in parts]) for n in ("time", *COLUMNS)]
        return cls(*frozen(*columns), timeframe=parts[0].timeframe, symbol=parts[0].instrument)


TIME_NAMES = ("time", "date", "datetime", "timestamp", "open_time", "index")


def too_close(time: Times, timeframe: Timeframe) -> NDArray[np.bool_]:
    """Which of rising open times follow the one before by less than half the timeframe: no bar may.

    >>> too_close(np.array([0, 60, 75]) * 10**9, Timeframe.parse("1m"))
    array([False, False,  True])
    """
    close = np.zeros(len(time), dtype=bool)
    # Not the whole length: where clocks change, a day of local time has 23 hours.
    close[1:] = np.diff(time) < timeframe.nanoseconds // 2
    return close


def frozen(*columns: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """The arrays, marked read-only: for those just made, that nobody else holds. Bars takes them without a copy."""
    for column in columns:
        column.flags.writeable = False
    return columns


def check_range(since: TimeLike | None, until: TimeLike | None) -> None:
    """Raise ParameterError unless since is before until (None is no limit)."""
    if since is None or until is None:
        return
    if parse_time(since, "since") >= parse_time(until, "until"):
        raise ParameterError(
            f"since {since} is not before until {until}", cure="swap them; until itself is not included"
        )


def _column(values: ArrayLike, dtype: Any, name: str) -> NDArray[Any]:
    try:
        given = raw = np.asarray(values)
        if name == "time" and raw.dtype.kind == "M":
            raw = raw.astype("datetime64[ns]").astype(np.int64)
        elif name == "time" and raw.dtype.kind not in "iu" and raw.size:
            raise ValueError("times are not integers")
        column: NDArray[Any] = np.ascontiguousarray(raw, dtype=dtype)
    except (TypeError, ValueError) as error:
        raise DataError(f"column {name} cannot be read: {error}", cure="give numbers") from None
    if column.ndim != 1:
        raise DataError(f"column {name} has {column.ndim} dimensions", cure="give one value a bar")
    # What shares no memory with the caller's array was made here.
    if np.may_share_memory(column, given) and not _is_frozen(given):
        column = column.copy()
    # The view's base too: nobody can make the view writeable again, and other Bars take it without a copy.
    frozen(column)
    return frozen(column.view())[0]


def _is_frozen(array: NDArray[Any]) -> bool:
    """Whether neither the array nor any it is a view of can be written to."""
    part: Any = array
    while isinstance(part, np.ndarray):
        if part.flags.writeable:
            return False
        part = part.base
    return True


def _polars_values(series: pl.Series) -> NDArray[Any]:
    if series.dtype.is_temporal():
        return series.dt.epoch("ns").to_numpy()
    return series.rechunk().to_numpy()


def _pandas_columns(frame: pd.DataFrame) -> dict[str, Any]:
    columns = {str(name).lower(): frame[name] for name in frame.columns}
    if not any(name in columns for name in TIME_NAMES):
        columns["time"] = frame.index.to_series()
    return {name: _pandas_values(series) for name, series in columns.items()}


def _pandas_values(series: pd.Series[Any]) -> NDArray[Any]:
    if series.dtype.kind != "M":
        return np.asarray(series)
    if getattr(series.dt, "tz", None) is not None:
        series = series.dt.tz_convert("UTC").dt.tz_localize(None)
    return np.asarray(series).astype("datetime64[ns]").astype(np.int64)
