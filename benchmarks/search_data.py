"""The bars that searches run on: real ones where they are at hand, else generated."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

import tradefleet as tf
from benchmarks.data import Data, benchmark_data
from benchmarks.portfolio import COINS
from benchmarks.portfolio import _save as save_coins

HOURS = Path(__file__).resolve().parents[2] / "shared" / "data" / "nic-binance-1h" / "BTC_USDT-1h.feather"
SINCE, UNTIL = "2019-01-01", "2024-01-01"
HOURLY_DAYS = 1826  # of generated bars: as many as the real ones have


@dataclass(frozen=True)
class Saved:
    """A file of columns, and where they come from."""

    file: Path
    origin: str
    bars: int


def saved(name: str, folder: Path) -> Saved:
    """The bars of a name, written to `folder`: `minutes`, the first of them (`minutes 50000`), `hours`, `coins`."""
    file = folder / f"{name}.npz"
    if name == "coins":
        origin, length = save_coins(file)
        return Saved(file, f"{origin}, {len(COINS)} x {length:,} bars", length * len(COINS))
    kind, _, count = name.partition(" ")
    data = _hours() if kind == "hours" else benchmark_data()
    bars = data.bars[: int(count)] if count else data.bars
    return Saved(Data(bars, data.origin).save(file), f"{data.origin}, {len(bars):,} bars", len(bars))


def _hours() -> Data:
    """Five years of hours."""
    if not HOURS.exists():
        bars = tf.generate_bars("1h", days=HOURLY_DAYS, seed=1, symbol="BTC/USDT", start=SINCE)
        return Data(bars, "generated (the real bars are not at hand)", generated=True)
    frame = pl.read_ipc(HOURS).rename({"date": "time"})
    bars = tf.Bars.from_frame(frame, timeframe="1h", symbol="BTC/USDT")
    return Data(bars.between(SINCE, UNTIL), f"Binance BTC/USDT hours of {SINCE} to {UNTIL}")
