from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradefleet.market.bars import Bars
from tradefleet.market.errors import CatalogError, ParameterError
from tradefleet.storage.catalog import Catalog, export, import_files

KINDS = ["csv", "csv.gz", "parquet", "parquet.gz", "feather", "feather.gz", "CSV"]


def back(path: Path, timeframe: str = "1m") -> Bars:
    catalog = Catalog(path.parent / f"catalog-{path.name}")
    import_files(catalog, [path], symbol="BTC/USDT", timeframe=timeframe)
    return catalog.bars("BTC/USDT", timeframe)


@pytest.mark.parametrize("kind", KINDS)
def test_exported_bars_are_imported_to_the_bit(tmp_path, make_bars, kind):
    bars = make_bars(5000)
    path = export(bars, tmp_path / f"btc.{kind}")
    assert path == tmp_path / f"btc.{kind}"
    assert back(path) == bars
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == [path.name]


def test_csv_is_plain_to_read(tmp_path):
    bars = Bars([1514764800 * 10**9], [0.1], [0.3], [0.1], [0.2], [1e-8], timeframe="1m", symbol="X")
    export(bars, tmp_path / "x.csv")
    head, row, end = (tmp_path / "x.csv").read_text().split("\n")
    assert (head, end) == ("time,open,high,low,close,volume", "")
    assert row.split(",")[:5] == ["2018-01-01T00:00:00Z", "0.1", "0.3", "0.1", "0.2"]
    assert float(row.split(",")[5]) == 1e-8


def test_pandas_reads_what_is_exported(tmp_path, make_bars):
    bars = make_bars(100)
    for read, kind in ((pd.read_csv, "csv"), (pd.read_parquet, "parquet"), (pd.read_feather, "feather")):
        frame = read(export(bars, tmp_path / f"x.{kind}"))
        assert frame["close"].tolist() == bars.close.tolist()
        assert (
            pd.DatetimeIndex(pd.to_datetime(frame["time"]), tz="UTC").as_unit("ns").asi8.tolist() == bars.time.tolist()
        )


def test_file_is_replaced_and_equal_bars_make_equal_files(tmp_path, make_bars):
    path = tmp_path / "x.csv.gz"
    path.write_bytes(b"old")
    export(make_bars(100), path)
    first = path.read_bytes()
    export(make_bars(100), path)
    assert path.read_bytes() == first
    assert gzip.decompress(first).startswith(b"time,")


@pytest.mark.parametrize("name", ["x.xlsx", "x", "x.gz", "csv", ".csv.zip"])
def test_other_suffixes_are_refused(tmp_path, make_bars, name):
    with pytest.raises(ParameterError, match="file to write") as caught:
        export(make_bars(3), tmp_path / name)
    assert ".csv, .parquet or .feather" in caught.value.cure
    assert list(tmp_path.iterdir()) == []


def test_folder_that_is_not_there_is_a_user_error(tmp_path, make_bars):
    with pytest.raises(CatalogError) as caught:
        export(make_bars(3), tmp_path / "absent" / "x.csv")
    assert caught.value.where == str(tmp_path / "absent" / "x.csv")


def test_empty_bars_make_a_file_with_a_header(tmp_path, make_bars):
    path = export(make_bars(3)[:0], tmp_path / "x.csv")
    assert path.read_text() == "time,open,high,low,close,volume\n"
    assert pl.read_parquet(export(make_bars(3)[:0], tmp_path / "x.parquet")).height == 0


prices = st.floats(min_value=5e-324, max_value=1.7e308, allow_subnormal=True)
volumes = st.floats(min_value=0, max_value=1.7e308, allow_subnormal=True)


@settings(deadline=None, max_examples=60)
@given(
    steps=st.lists(st.integers(1, 3), max_size=12),
    start=st.integers(-3_000_000_000, 9_000_000_000),
    numbers=st.data(),
    kind=st.sampled_from(["csv", "parquet", "feather"]),
)
def test_any_bars_survive_export_and_import(tmp_path_factory, steps, start, numbers, kind):
    time = (start + np.cumsum([0, *steps], dtype=np.int64)) * 10**9
    rows = [sorted(numbers.draw(st.tuples(prices, prices, prices, prices))) for _ in time]
    low, opened, close, high = (np.array(column) for column in zip(*rows, strict=True))
    volume = np.array([numbers.draw(volumes) for _ in time])
    bars = Bars(time, opened, high, low, close, volume, timeframe="1s", symbol="BTC/USDT")
    folder = tmp_path_factory.mktemp("export")
    assert back(export(bars, folder / f"x.{kind}"), "1s") == bars
