"""How long a window is: a time, or a number of bars."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tradefleet.market.errors import ParameterError
from tradefleet.market.timeframe import Timeframe


@dataclass(frozen=True)
class Length:
    """A time in nanoseconds, or a number of bars; one of the two is 0.

    >>> Length.parse("252d") == Length.parse("36w"), Length.parse("2000 bars"), str(Length.parse("48h"))
    (True, Length(nanoseconds=0, bars=2000), '2d')
    """

    nanoseconds: int = 0
    bars: int = 0

    @classmethod
    def parse(cls, text: str | int | Length, name: str = "length") -> Length:
        """Read `252d`, `6w`, `36h` or `2000 bars` (`2000b`); a whole number counts bars.

        Raises ParameterError for anything else; a month has no length, so that `3M` is refused.
        """
        if isinstance(text, Length):
            return text
        found = re.fullmatch(r"(\d{1,9})\s*(bars?|b|[smhdw])?", str(text).strip())
        # A text without a unit may be meant in days; only zero needs none.
        if found is None or (found[2] is None and isinstance(text, str) and int(found[1]) > 0):
            raise ParameterError(f"{name} is {text!r}", cure="write it as 252d, 6w, 36h or 2000 bars; a quarter as 90d")
        count, unit = int(found[1]), found[2]
        if unit is None or unit.startswith("b"):
            return cls(bars=count)
        return cls(nanoseconds=count * _unit(unit))

    def __bool__(self) -> bool:
        return self.nanoseconds > 0 or self.bars > 0

    def __str__(self) -> str:
        if self.bars:
            return f"{self.bars} bars"
        # In days rather than weeks: 252d is not to come back as 36w.
        unit = next((unit for unit in "dhm" if self.nanoseconds % _unit(unit) == 0), "s")
        return f"{self.nanoseconds // _unit(unit)}{unit}" if self.nanoseconds else "0"


def _unit(unit: str) -> int:
    return Timeframe.parse(f"1{unit}").nanoseconds
