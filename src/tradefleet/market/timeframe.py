"""Timeframes: the fixed length of a bar."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tradefleet.market.errors import ParameterError
from tradefleet.market.time import DAY, HOUR, MINUTE, SECOND

_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
# 1970-01-05 is the first Monday after the epoch: weeks count from there.
_MONDAY = 4 * DAY


@dataclass(frozen=True, order=True)
class Timeframe:
    """The length of a bar, such as one minute or four hours.

    Periods count from 00:00 UTC, weeks from Monday.

    >>> Timeframe.parse("4h")
    Timeframe('4h')
    >>> Timeframe.parse("60m") == Timeframe.parse("1h")
    True
    """

    nanoseconds: int

    @classmethod
    def parse(cls, text: str | Timeframe) -> Timeframe:
        """Read `1m`, `5m`, `1h`, `4h`, `1d`, `1w`; raises ParameterError for anything else."""
        if isinstance(text, Timeframe):
            return text
        found = re.fullmatch(r"([1-9]\d{0,5})([smhdw])", str(text).strip())
        if found is None:
            raise ParameterError(f"timeframe is {text!r}", cure="write it as 1m, 5m, 1h, 4h, 1d or 1w")
        return cls(int(found[1]) * _UNITS[found[2]])

    def start(self, time: int) -> int:
        """The open time of the period that holds `time`."""
        offset = _MONDAY if self.nanoseconds % (7 * DAY) == 0 else 0
        return (time - offset) // self.nanoseconds * self.nanoseconds + offset

    def __str__(self) -> str:
        for unit in ("w", "d", "h", "m", "s"):
            if self.nanoseconds % _UNITS[unit] == 0:
                return f"{self.nanoseconds // _UNITS[unit]}{unit}"
        return f"{self.nanoseconds}ns"

    def __repr__(self) -> str:
        return f"Timeframe({str(self)!r})"
