"""What the storage tests share: a catalog in a temporary folder, made-up bars, the real data when it is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tradefleet.market.bars import Bars
from tradefleet.market.time import parse_time
from tradefleet.market.timeframe import Timeframe
from tradefleet.storage.catalog import Catalog

SHARED = Path(__file__).parents[2].parent / "shared" / "data"

MakeBars = Callable[..., Bars]


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "catalog", lock_wait=20)


@pytest.fixture
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"the real data is not at {SHARED}")
    return SHARED


@pytest.fixture
def make_bars() -> MakeBars:
    return build_bars


def build_bars(
    count: int, start: str = "2018-01-01", timeframe: str = "1m", symbol: str = "BTC/USDT", seed: int = 1
) -> Bars:
    """Consecutive bars of a random walk on a grid of cents, volume above zero."""
    random = np.random.default_rng(seed)
    length = Timeframe.parse(timeframe)
    time = parse_time(start) + np.arange(count, dtype=np.int64) * length.nanoseconds
    close = 1_000_000 + random.integers(-200, 201, count).cumsum()
    opened = np.concatenate([[1_000_000], close[:-1]])[:count]
    high = np.maximum(opened, close) + random.integers(1, 100, count)
    low = np.minimum(opened, close) - random.integers(1, 100, count)
    volume = random.integers(1, 10_000, count) / 1000
    columns = (opened / 100, high / 100, low / 100, close / 100, volume)
    return Bars(time, *columns, timeframe=length, symbol=symbol)


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., Path]:
    """Write lines below a header and give the path."""

    def write(*lines: str, name: str = "bars.csv", header: str = "time,open,high,low,close,volume") -> Path:
        path = tmp_path / name
        path.write_text("\n".join([header, *lines] if header else lines) + "\n")
        return path

    return write
