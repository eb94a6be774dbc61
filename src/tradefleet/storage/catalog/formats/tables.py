"""Feather (freqtrade's among them) and Parquet files with named columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tradefleet.market.errors import DataError
from tradefleet.storage.catalog.formats.header import clean_names, columns_of, volume_notes
from tradefleet.storage.catalog.formats.raw import Format, Raw, mismatch
from tradefleet.storage.catalog.source import Source
from tradefleet.storage.catalog.timezones import UTC

if TYPE_CHECKING:
    import polars as pl

_FEATHER, _OLD_FEATHER, _PARQUET = b"ARROW1", b"FEA1", b"PAR1"


def _read_feather(source: Source) -> Raw:
    import polars as pl  # noqa: PLC0415 - heavy, only for imports

    if source.data.startswith(_OLD_FEATHER):
        raise mismatch(source, "feather", "it is Feather version 1: write it again as version 2")
    return _read(source, "feather", _FEATHER, pl.read_ipc)


def _read_parquet(source: Source) -> Raw:
    import polars as pl  # noqa: PLC0415 - heavy, only for imports

    return _read(source, "parquet", _PARQUET, pl.read_parquet)


def _read(source: Source, name: str, magic: bytes, read: Callable[[bytes], pl.DataFrame]) -> Raw:
    import polars as pl  # noqa: PLC0415 - heavy, only for imports

    if not source.data.startswith(magic):
        raise mismatch(source, name, f"it does not start with {magic.decode()}")
    try:
        frame = read(source.data)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise DataError(
            f"the {name} file is damaged: {str(error).splitlines()[0]}",
            where=source.name,
            cure="the file is not whole: fetch it again",
        ) from None
    names = clean_names(frame.columns)
    columns = columns_of(names)
    if columns is None:
        raise DataError(
            f"the {name} file has columns {', '.join(frame.columns)}",
            where=source.name,
            cure="name the columns time, open, high, low, close, volume",
        )
    chosen = frame.select(frame.to_series(i).alias(n) for n, i in columns.items())
    return Raw.of_frame(chosen, tuple(volume_notes(names, columns)))


FEATHER = Format(
    "feather",
    "Feather with named columns: freqtrade, pandas, polars",
    lambda source: source.data.startswith((_FEATHER, _OLD_FEATHER)),
    _read_feather,
    UTC,
)
PARQUET = Format(
    "parquet",
    "Parquet with named columns",
    lambda source: source.data.startswith(_PARQUET),
    _read_parquet,
    UTC,
)
