"""The bars all benchmarks run on: two years of real BTC minutes when they are at hand, else generated."""

from __future__ import annotations

import lzma
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

import tradefleet as tf

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "bitfinex-1m"
YEARS = (2017, 2018)
DAYS = 712  # of generated minutes: as many bars as the real years have
COLUMNS = ("time", "open", "close", "high", "low", "volume")
SYMBOL = "BTC/USD"


@dataclass(frozen=True)
class Data:
    """Bars and where they come from."""

    bars: tf.Bars
    origin: str
    generated: bool = False

    def save(self, file: Path) -> Path:
        """Write the columns as an .npz that workers of any environment can read."""
        names = ("time", "open", "high", "low", "close", "volume")
        np.savez(file, **{name: getattr(self.bars, name) for name in names})
        return file


@cache
def benchmark_data() -> Data:
    """The real bars (1,025,708 of them), or a million generated ones."""
    files = [_packed(year) for year in YEARS]
    if not all(file.exists() for file in files):
        bars = tf.generate_bars("1m", days=DAYS, seed=1, symbol=SYMBOL)
        return Data(bars, "generated (the real bars are not at hand)", generated=True)
    frame = pl.concat([_read(file) for file in files])
    bars = tf.Bars.from_frame(frame.with_columns(pl.col("time") * 1_000_000), timeframe="1m", symbol=SYMBOL)
    return Data(bars, f"Bitfinex BTC/USD minutes of {YEARS[0]} and {YEARS[-1]}")


def packed_files() -> list[Path]:
    """The real bars as they are at hand, compressed; none if they are not."""
    return [] if benchmark_data().generated else [_packed(year) for year in YEARS]


def csv_files(folder: Path) -> list[Path]:
    """The bars as the CSV files a user would have, written to `folder`."""
    data = benchmark_data()
    if data.generated:
        file = folder / "generated.csv"
        data.bars.to_polars().with_columns(pl.col("time").dt.epoch("ms")).write_csv(file)
        return [file]
    return [_unpacked(_packed(year), folder) for year in YEARS]


def _packed(year: int) -> Path:
    return REAL / f"BTCUSD-1m-{year}.csv.xz"


def _unpacked(packed: Path, folder: Path) -> Path:
    file = folder / packed.stem
    with lzma.open(packed) as source, file.open("wb") as target:
        shutil.copyfileobj(source, target)
    return file


def _read(file: Path) -> pl.DataFrame:
    types = [pl.Int64, *[pl.Float64] * 5]
    text = lzma.decompress(file.read_bytes())
    return pl.read_csv(text, has_header=False, new_columns=COLUMNS, schema_overrides=types)
