"""Bars from files and from the catalog."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tradefleet.market.bars import Bars
from tradefleet.market.home import home
from tradefleet.market.instrument import Instrument, Step
from tradefleet.market.series import Series
from tradefleet.market.timeframe import Timeframe
from tradefleet.storage.catalog import Catalog, read_file
from tradefleet.storage.series_file import read_series as read


def catalog(root: str | Path | None = None) -> Catalog:
    """The catalog of bars on this machine, in TRADEFLEET_HOME unless another folder is named.

    >>> import tempfile
    >>> import tradefleet as tf
    >>> found = tf.catalog(tempfile.mkdtemp())
    >>> found.write(tf.generate_bars("1h", days=2, symbol="GEN/USD"))
    WriteReport(added=48, replaced=0, unchanged=0...)
    >>> len(found.bars("GEN/USD", "1h", since="2024-01-02"))
    24
    """
    return Catalog(home() / "catalog" if root is None else Path(root))


def read_bars(
    source: Any,
    *,
    timeframe: str | Timeframe,
    symbol: str | Instrument | None = None,
    format: str = "auto",  # noqa: A002 - the command's own word
    timezone: str | None = None,
    scale: Step = None,
) -> Bars:
    """Bars from a file in any format the importer knows, or from a polars or pandas frame.

    Raises DataError naming the file, the line and the cure for rows that cannot be used.

    >>> import tradefleet as tf
    >>> frame = tf.generate_bars("1h", days=2).to_polars()
    >>> tf.read_bars(frame, timeframe="1h", symbol="GEN/USD")
    Bars(GEN/USD 1h, 48 bars, 2024-01-01T00:00:00Z to 2024-01-02T23:00:00Z)
    """
    if not isinstance(source, str | Path):
        return Bars.from_frame(source, timeframe=timeframe, symbol=symbol or "bars")
    path = Path(source)
    named = symbol or path.name.split(".")[0]
    return read_file(path, symbol=named, timeframe=timeframe, format=format, timezone=timezone, scale=scale)


def read_series(path: str | Path, name: str | None = None) -> Series:
    """A series of published values from a CSV or JSON file, such as funding rates or an index of fear and greed."""
    return read(path, name)
