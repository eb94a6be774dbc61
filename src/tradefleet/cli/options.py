"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

Symbol = Annotated[str, Parameter(help="What is traded, such as BTC/USDT.")]
Symbols = Annotated[
    list[str],
    Parameter(name="--symbol", negative=(), help="What is traded, such as BTC/USDT; may be repeated."),
]
Bar = Annotated[str, Parameter(help="Length of a bar: 1m, 5m, 1h, 4h, 1d, 1w.")]
Venue = Annotated[str, Parameter(help="Where the bars come from.")]
Since = Annotated[str | None, Parameter(help="First open time, such as 2018-01-01 or 2018-01-01T12:00Z.")]
Until = Annotated[str | None, Parameter(help="Open times before this one.")]
Json = Annotated[
    str | None,
    Parameter(help="Also write JSON to this file, or to standard output for -.", allow_leading_hyphen=True),
]
