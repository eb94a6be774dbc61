"""The table of a sweep as a polars frame."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tradefleet.research.search.combinations import Codes
from tradefleet.research.sweep.order import Rows

if TYPE_CHECKING:
    import polars as pl

    from tradefleet.research.sweep.sweep import Sweep


def frame_of(sweep: Sweep, rows: Rows | None = None, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """A row a combination: its parameters, the columns (all unless named), and its error or null."""
    import polars as pl  # noqa: PLC0415 - heavy, only where a frame is wanted

    names = sweep.columns if columns is None else columns
    some = sweep.combinations if rows is None else sweep.combinations.take(rows)
    series = [
        pl.Series(name, _values(values, some.codes[:, place]), strict=False)
        for place, (name, values) in enumerate(zip(some.names, some.values, strict=True))
    ]
    for name in names:
        column = sweep.column(name)
        series.append(pl.Series(name, column if rows is None else column[rows]))
    if columns is None:
        series.append(_errors(sweep, rows))
    return pl.DataFrame(series)


def parquet_of(frame: pl.DataFrame) -> bytes:
    """A frame as the bytes of a Parquet file."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def _values(values: Sequence[Any], codes: Codes) -> Any:
    """A column of values of one type: text where some are text, as sizes may be."""
    if any(isinstance(value, str) for value in values):
        return np.array([str(value) for value in values], dtype=object)[codes].tolist()
    return np.array(values)[codes]


def _errors(sweep: Sweep, rows: Rows | None) -> pl.Series:
    import polars as pl  # noqa: PLC0415 - heavy, only where a frame is wanted

    if not sweep.failures:
        count = sweep.trials if rows is None else len(rows)
        return pl.repeat(None, count, dtype=pl.String, eager=True).alias("error")
    texts = np.full(sweep.trials, None, dtype=object)
    for row, text in sweep.failures.items():
        texts[row] = text
    return pl.Series("error", (texts if rows is None else texts[rows]).tolist(), dtype=pl.String)
