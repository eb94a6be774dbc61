"""Real bars from the folder beside the checkout; tests that want them are skipped where it is absent."""

from __future__ import annotations

import io
import lzma
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from tradefleet.market.bars import Bars
from tradefleet.market.instrument import Instrument

FOLDER = Path(__file__).parents[1].parent / "shared" / "data"
BITCOIN = Instrument("BTC/USD", tick="0.01")  # type: ignore[arg-type]


def shared(name: str) -> Path:
    """A file of the shared folder; skips the test where there is none."""
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"no real bars at {path}")
    return path


def bitcoin_minutes(rows: int = 44_000, skip: int = 0) -> Bars:
    """Bitcoin minutes of 2018 (the first 44,000 are January); minutes without trades are absent."""
    return _minutes(shared("bitfinex-1m/BTCUSD-1m-2018.csv.xz"), rows, skip)


@cache
def _minutes(path: Path, rows: int, skip: int) -> Bars:
    with lzma.open(path, "rt") as file:
        lines = [line for _, line in zip(range(skip + rows), file, strict=False)][skip:]
    names = ["ms", "open", "close", "high", "low", "volume"]
    frame = pl.read_csv(io.StringIO("".join(lines)), has_header=False, new_columns=names)
    columns = [frame[name].cast(pl.Float64).to_numpy() for name in ("open", "high", "low", "close", "volume")]
    return Bars(frame["ms"].to_numpy() * 1_000_000, *columns, timeframe="1m", symbol=BITCOIN)


def bitcoin_hours() -> Bars:
    """Bitcoin hours from 2017-08 to 2024-04, some absent."""
    return _hours(shared("nic-binance-1h/BTC_USDT-1h.feather"))


@cache
def _hours(path: Path) -> Bars:
    frame = pl.read_ipc(path)
    columns = [frame[name].to_numpy() for name in ("open", "high", "low", "close", "volume")]
    return Bars(frame["date"].dt.epoch("ns").to_numpy(), *columns, timeframe="1h", symbol=BITCOIN)
