"""Whose clock a file's times are: an IANA zone, shifted by whole minutes for broker time."""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass

from tradefleet.market.errors import ParameterError, did_you_mean
from tradefleet.market.time import HOUR, MINUTE

_SHIFTED = re.compile(r"(.+?)([+-])(\d{1,2})(?::(\d\d))?h?")


@dataclass(frozen=True)
class Zone:
    """A clock that shows the wall time of `name` plus `shift` nanoseconds."""

    name: str
    shift: int = 0

    @property
    def is_utc(self) -> bool:
        """Whether the clock shows UTC."""
        return self.name in ("UTC", "Etc/UTC", "Z") and self.shift == 0

    def __str__(self) -> str:
        if self.shift == 0:
            return self.name
        minutes = abs(self.shift) // MINUTE
        rest = f":{minutes % 60:02d}" if minutes % 60 else ""
        return f"{self.name}{'-' if self.shift < 0 else '+'}{minutes // 60}{rest}h"


UTC = Zone("UTC")


def parse_zone(text: str) -> Zone:
    """Read `Europe/Athens`, or a zone whose clock is shifted: `America/New_York+7h`, `UTC-5h`, `UTC+5:30h`.

    Raises ParameterError for a zone nobody knows.

    >>> print(parse_zone("America/New_York+7h"))
    America/New_York+7h
    """
    text = text.strip()
    name, shift = text, 0
    found = _SHIFTED.fullmatch(text)
    # Etc/GMT+5 is a zone's own name.
    if found is not None and not _known(text):
        name = found[1]
        shift = (int(found[3]) * HOUR + int(found[4] or 0) * MINUTE) * (-1 if found[2] == "-" else 1)
    if not _known(name):
        known = {"UTC", *zoneinfo.available_timezones()}
        cure = did_you_mean(name, known) if name and len(known) > 1 else ""
        if not cure.startswith("did"):
            cure = "give an IANA zone such as Europe/Athens, or America/New_York+7h for broker time"
        raise ParameterError(f"timezone is {text!r}", cure=cure)
    return Zone(name, shift)


def _known(name: str) -> bool:
    # Asked of polars, which has the zones built in and will do the work: the system may have none.
    import polars as pl  # noqa: PLC0415 - heavy, only for imports

    try:
        pl.Series([0], dtype=pl.Int64).cast(pl.Datetime("ns")).dt.replace_time_zone(name)
    except pl.exceptions.ComputeError:
        return False
    return True
