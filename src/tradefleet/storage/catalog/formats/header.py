"""Columns found by their names in a header, for every format that has one."""

from __future__ import annotations

from collections.abc import Sequence

from tradefleet.storage.catalog.formats.raw import Raw, find_column, separator_of
from tradefleet.storage.catalog.text import Text, read_cells

# The first name of each that a header has is taken.
PRICE_NAMES = {"open": ("open", "o"), "high": ("high", "h"), "low": ("low", "l"), "close": ("close", "c")}
VOLUME_NAMES = (
    "volume", "vol", "v", "base_volume", "base volume", "tick_volume", "tickvol", "tickvolume", "tick volume",
    "real_volume",
)  # fmt: skip
TIME_NAMES = (
    "open_time", "open time", "opentime", "timestamp", "unix", "datetime", "date_time", "date time", "gmt time",
    "time (utc)", "time", "date", "local time", "index", "__index_level_0__", "",
)  # fmt: skip


def clean_names(cells: Sequence[str]) -> list[str]:
    """Header cells as they are compared: lower case, without quotes, spaces and angle brackets."""
    return [cell.strip(" \"'\r").strip("<>").lower() for cell in cells]


def columns_of(names: Sequence[str]) -> dict[str, int] | None:
    """Where time, clock, prices and volume are among clean names; None without a time or a price."""
    columns: dict[str, int] = {}
    if "date" in names and "time" in names:
        columns = {"time": names.index("date"), "clock": names.index("time")}
    else:
        time = find_column(names, TIME_NAMES)
        if time is None:
            return None
        columns["time"] = time
    for price, wanted in PRICE_NAMES.items():
        index = find_column(names, wanted)
        if index is None:
            return None
        columns[price] = index
    volume = find_column(names, VOLUME_NAMES)
    if volume is None:
        # CryptoDataDownload names the currency: Volume BTC, then Volume USDT. The base one is first.
        volume = find_column(names, volumes_in(names))
    if volume is not None:
        columns["volume"] = volume
    return columns


def volumes_in(names: Sequence[str]) -> list[str]:
    """The clean names that start with `volume`."""
    return [name for name in names if name.startswith("volume")]


def volume_notes(names: Sequence[str], columns: dict[str, int]) -> list[str]:
    """Which column the volume is, when several could be meant."""
    several = volumes_in(names)
    if len(several) < 2 or "volume" not in columns:
        return []
    return [f"volume is column '{names[columns['volume']]}', of {', '.join(several)}"]


def header_line(text: Text) -> tuple[int, str] | None:
    """Number and text of the first line that names a time and the four prices."""
    for number, line in text.head:
        if columns_of(clean_names(line.split(separator_of(line)))) is not None:
            return number, line
    return None


def read_with_header(text: Text, header: tuple[int, str]) -> Raw:
    """The rows below a header line."""
    number, line = header
    separator = separator_of(line)
    names = clean_names(line.split(separator))
    columns = columns_of(names) or {}
    notes = volume_notes(names, columns)
    if "vol" in names and "tickvol" in names:
        columns["volume"], note = _metatrader_volume(text, number, separator, names)
        notes.append(note)
    elif "volume" not in columns:
        notes.append("there is no volume column: volume is 0")
    elif names[columns["volume"]].startswith("tick"):
        notes.append("volume is the number of ticks")
    return Raw.of_cells(read_cells(text, columns, separator, after=number), tuple(notes))


def _metatrader_volume(text: Text, number: int, separator: str, names: list[str]) -> tuple[int, str]:
    real = names.index("vol")
    cells = read_cells(text, {"volume": real}, separator, after=number)
    if (cells.frame["volume"].drop_nulls() != "0").any():
        return real, "volume is the traded volume"
    return names.index("tickvol"), "traded volume is 0 throughout: volume is the number of ticks"
