"""One series from the rows of several files, each bar knowing where it came from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradefleet.market.bars import COLUMNS
from tradefleet.market.errors import DataError
from tradefleet.market.time import format_time
from tradefleet.storage.catalog.cleaning import OnBad
from tradefleet.storage.catalog.columns import Columns, join
from tradefleet.storage.catalog.quality import DUPLICATE, Rows
from tradefleet.storage.catalog.rows import Table


class Joined(NamedTuple):
    """Rising columns; for each bar the number of its table and its row there."""

    columns: Columns
    table: NDArray[np.intp]
    row: Rows


def join_tables(tables: list[Table], kept: list[Rows], policy: OnBad, *, replace: bool) -> Joined:
    """The kept rows of all tables in order of time; equal bars of two files are one.

    Raises DataError naming both places where two files give one time other values, unless `replace` or
    "keep-last" (the later file's stays) or "drop" (the earlier's stays; the other is marked).
    """
    columns = join([table.columns.take(rows) for table, rows in zip(tables, kept, strict=True)])
    number = np.repeat(np.arange(len(tables)), [len(rows) for rows in kept])
    row = np.concatenate(kept)
    if (np.diff(columns.time) > 0).all():
        return Joined(columns, number, row)
    order = np.argsort(columns.time, kind="stable")
    columns, number, row = columns.take(order), number[order], row[order]
    again = np.flatnonzero(np.diff(columns.time) == 0) + 1
    differs = np.any([column[again] != column[again - 1] for column in columns[1:]], axis=0)
    last_stays = replace or policy is OnBad.KEEP_LAST
    stays = np.ones(columns.rows, dtype=bool)
    stays[again - 1 if last_stays else again] = False
    if differs.any() and not last_stays:
        if policy is OnBad.ERROR:
            raise _conflict(tables, columns, number, row, int(again[np.argmax(differs)]))
        for at in again[differs]:
            tables[number[at]].faults[row[at]] = DUPLICATE
    return Joined(columns.take(stays), number[stays], row[stays])


def _conflict(tables: list[Table], columns: Columns, number: NDArray[np.intp], row: Rows, at: int) -> DataError:
    places = [tables[number[i]].where(int(row[i])) for i in (at - 1, at)]
    name = next(n for n in COLUMNS if getattr(columns, n)[at - 1] != getattr(columns, n)[at])
    values = [float(getattr(columns, name)[i]) for i in (at - 1, at)]
    return DataError(
        f"two files differ at {format_time(int(columns.time[at]))}: {name} is {values[0]!r} in {places[0]} "
        f"and {values[1]!r} here",
        where=places[1],
        cure="find out which is right; --replace lets the later file win",
    )
