"""JSON lists of rows: freqtrade's `[ms, open, high, low, close, volume]`, Bitfinex's answers, Binance's klines."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from tradefleet.market.errors import DataError
from tradefleet.storage.catalog.formats.order import OCHL, OHLC, price_order, undecided
from tradefleet.storage.catalog.formats.raw import Format, Raw, mismatch
from tradefleet.storage.catalog.source import Source
from tradefleet.storage.catalog.timezones import UTC

_CHOICES = "--format json or --format bitfinex-json"


def _is_json(source: Source) -> bool:
    return source.data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{")


def _rows(source: Source, name: str) -> list[list[Any]]:
    try:
        rows = msgspec.json.decode(source.data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(
            f"the JSON is damaged: {error}", where=source.name, cure="the file is not whole: fetch it again"
        ) from None
    if not isinstance(rows, list) or not rows:
        raise mismatch(source, name, "it is not a list of rows")
    for number, row in enumerate(rows, 1):
        if not isinstance(row, list) or len(row) < 5:
            raise DataError(
                f"row {number} is {str(row)[:60]!r}",
                where=f"{source.name} row {number}",
                cure="a row must be [time, open, high, low, close, volume]",
            )
    return rows


def _order(source: Source) -> tuple[str, ...]:
    rows = _rows(source, "json")
    order = price_order([np.array([_number(row[i]) for row in rows]) for i in range(1, 5)], source.name, _CHOICES)
    if order is None:
        raise undecided(source.name, _CHOICES)
    return order


def _number(cell: object) -> float:
    try:
        return float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return float("nan")


def _read(source: Source, names: tuple[str, ...], format_name: str) -> Raw:
    import polars as pl  # noqa: PLC0415 - heavy, only for imports

    rows = _rows(source, format_name)
    columns = {name: _column([row[i] if i < len(row) else None for row in rows]) for i, name in enumerate(names)}
    return Raw.of_frame(pl.DataFrame(columns))


def _column(cells: list[Any]) -> NDArray[Any] | list[str | None]:
    kinds = {type(cell) for cell in cells}
    # An integer past 64 bits is no number of ours: as text it becomes a finding.
    if kinds == {int} and max(map(abs, cells)) < 2**63:
        return np.array(cells, dtype=np.int64)
    if kinds <= {int, float} and kinds != {int}:
        return np.array(cells, dtype=np.float64)
    return [None if cell is None else str(cell) for cell in cells]


JSON = Format(
    "json",
    "JSON rows [time, open, high, low, close, volume]: freqtrade, Binance klines",
    lambda source: _is_json(source) and _order(source) == OHLC,
    lambda source: _read(source, OHLC, "json"),
    UTC,
)
BITFINEX_JSON = Format(
    "bitfinex-json",
    "JSON rows [time, open, close, high, low, volume]: Bitfinex's REST answers",
    lambda source: _is_json(source) and _order(source) == OCHL,
    lambda source: _read(source, OCHL, "bitfinex-json"),
    UTC,
)
