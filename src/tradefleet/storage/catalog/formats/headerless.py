"""CSV without a header: time, four prices and perhaps volume, in the usual order or in Bitfinex's."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from tradefleet.storage.catalog.formats.order import OCHL, OHLC, price_order, undecided
from tradefleet.storage.catalog.formats.raw import Format, Raw, mismatch, mostly, separator_of, split_cells, text_of
from tradefleet.storage.catalog.source import Source
from tradefleet.storage.catalog.text import Text, read_cells
from tradefleet.storage.catalog.timezones import UTC

_CHOICES = "--format plain or --format bitfinex"
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")
_TIME = re.compile(r"\d[\d .:/TZ+-]*")
_SAMPLE = 5_000


def _is_bar(line: str) -> bool:
    cells = split_cells(line)
    return (
        len(cells) in (5, 6)
        and _TIME.fullmatch(cells[0]) is not None
        and all(_NUMBER.fullmatch(cell) for cell in cells[1:])
    )


def _is_bare(source: Source) -> bool:
    return mostly(source, _is_bar)


def _separator(text: Text) -> str:
    return separator_of(next((line for _, line in text.head if _is_bar(line)), text.head[0][1]))


def _order(source: Source) -> tuple[str, ...]:
    text = text_of(source, "plain")
    for rows in (_SAMPLE, None):
        order = price_order(_prices(text, rows), source.name, _CHOICES)
        if order is not None:
            return order
    raise undecided(source.name, _CHOICES)


def _prices(text: Text, rows: int | None) -> list[NDArray[np.float64]]:
    import polars as pl  # noqa: PLC0415 - heavy, only for imports

    cells = read_cells(text, {str(i): i for i in range(1, 5)}, _separator(text), rows=rows)
    numbers = cells.frame.select(pl.all().cast(pl.Float64, strict=False).fill_null(float("nan")))
    return [column.to_numpy() for column in numbers.get_columns()]


def _read(source: Source, names: tuple[str, ...], format_name: str) -> Raw:
    text = text_of(source, format_name)
    widths = [len(split_cells(line)) for _, line in text.head if _is_bar(line)]
    if not widths:
        raise mismatch(source, format_name, "its lines are not a time, four prices and perhaps volume")
    columns = {name: index for index, name in enumerate(names[: max(widths)])}
    notes = () if "volume" in columns else ("there is no volume column: volume is 0",)
    return Raw.of_cells(read_cells(text, columns, _separator(text)), notes)


PLAIN = Format(
    "plain",
    "CSV without header: time, open, high, low, close, volume",
    lambda source: _is_bare(source) and _order(source) == OHLC,
    lambda source: _read(source, OHLC, "plain"),
    UTC,
)
BITFINEX = Format(
    "bitfinex",
    "CSV without header: time, open, close, high, low, volume",
    lambda source: _is_bare(source) and _order(source) == OCHL,
    lambda source: _read(source, OCHL, "bitfinex"),
    UTC,
)
