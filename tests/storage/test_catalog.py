from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from tradefleet.market.bars import Bars
from tradefleet.market.errors import CatalogError, DataError, ParameterError
from tradefleet.market.instrument import Instrument
from tradefleet.market.time import format_time, parse_time
from tradefleet.storage.catalog import Catalog, WriteReport, check_series
from tradefleet.storage.catalog.columns import Columns, merge
from tradefleet.storage.catalog.paths import SeriesKey, decode, encode
from tradefleet.storage.catalog.writing import write_series

MINUTE = 60 * 10**9


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def series_folder(catalog: Catalog) -> Path:
    return catalog.root / "local" / "BTC%2FUSDT" / "1m"


def changed(bars: Bars, row: int, volume: float) -> Bars:
    columns = [np.array(getattr(bars, n)) for n in ("time", "open", "high", "low", "close", "volume")]
    columns[5][row] = volume
    return Bars(*columns, timeframe=bars.timeframe, symbol=bars.instrument)


def test_written_bars_are_read_back_to_the_bit(catalog, make_bars):
    bars = make_bars(100_000, start="2017-12-20T05:00")
    assert catalog.write(bars) == WriteReport(added=100_000, replaced=0, unchanged=0)
    assert catalog.bars("BTC/USDT", "1m") == bars
    assert catalog.bars("BTC/USDT", "60s") == bars


def test_each_month_is_one_file_that_other_tools_read(catalog, make_bars):
    bars = make_bars(100_000, start="2017-12-20T05:00")
    catalog.write(bars)
    names = files(series_folder(catalog))
    assert [name[:7] for name in names] == ["2017-12", "2018-01", "2018-02", "manifes"]
    frame = pl.read_parquet(series_folder(catalog) / "*.parquet")
    assert frame.schema["time"] == pl.Datetime("ns", "UTC")
    assert Bars.from_frame(frame, timeframe="1m", symbol="BTC/USDT") == bars


def test_reading_bars_does_not_load_polars(catalog, make_bars):
    catalog.write(make_bars(50_000))
    code = (
        "import sys; from tradefleet.storage.catalog import Catalog;"
        f"assert len(Catalog({str(catalog.root)!r}).bars('BTC/USDT', '1m')) == 50_000;"
        "assert 'polars' not in sys.modules and 'pandas' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("compression", ["zstd", "lz4", "uncompressed"])
def test_month_file_rewritten_by_another_tool_is_read(catalog, make_bars, compression):
    bars = make_bars(1000)
    catalog.write(bars)
    path = next(series_folder(catalog).glob("*.parquet"))
    pl.read_parquet(path).write_parquet(path, compression=compression, row_group_size=100)
    assert catalog.bars("BTC/USDT", "1m") == bars


def test_range_takes_since_and_leaves_until(catalog, make_bars):
    bars = make_bars(100_000, start="2017-12-20")
    catalog.write(bars)
    part = catalog.bars("BTC/USDT", "1m", since="2017-12-31T23:58", until="2018-01-01T00:01")
    assert (part.first, part.last, len(part)) == ("2017-12-31T23:58:00Z", "2018-01-01T00:00:00Z", 3)
    assert part == bars.between("2017-12-31T23:58", "2018-01-01T00:01")


def test_only_months_in_the_range_are_read(catalog, make_bars):
    catalog.write(make_bars(100_000, start="2017-12-20"))
    next(series_folder(catalog).glob("2018-02*")).unlink()
    assert catalog.bars("BTC/USDT", "1m", until="2018-02-01").last == "2018-01-31T23:59:00Z"
    with pytest.raises(CatalogError, match="missing"):
        catalog.bars("BTC/USDT", "1m")


def test_since_after_until_is_a_parameter_error(catalog, make_bars):
    catalog.write(make_bars(10))
    with pytest.raises(ParameterError, match="not before"):
        catalog.bars("BTC/USDT", "1m", since="2018-02-01", until="2018-01-01")


@pytest.mark.parametrize("span", [{"since": "2019-01-01"}, {"until": "2017-01-01"}])
def test_empty_range_names_what_is_there(catalog, make_bars, span):
    catalog.write(make_bars(10))
    with pytest.raises(DataError) as caught:
        catalog.bars("BTC/USDT", "1m", **span)
    assert "2018-01-01T00:00:00Z to 2018-01-01T00:09:00Z" in caught.value.cure


def test_range_in_a_gap_within_a_month_is_empty(catalog, make_bars):
    catalog.write(make_bars(10))
    catalog.write(make_bars(10, start="2018-01-20"))
    with pytest.raises(DataError, match="no bars"):
        catalog.bars("BTC/USDT", "1m", since="2018-01-05", until="2018-01-06")


def test_unknown_symbol_gets_the_nearest_and_the_import_command(catalog, make_bars):
    catalog.write(make_bars(10))
    with pytest.raises(CatalogError) as caught:
        catalog.bars("BTC/USD", "1m")
    assert "'BTC/USDT'" in caught.value.cure
    assert "tradefleet data import FILE --symbol BTC/USD --timeframe 1m" in caught.value.cure


def test_absent_timeframe_that_can_be_resampled_says_so(catalog, make_bars):
    catalog.write(make_bars(10))
    catalog.write(make_bars(10, timeframe="5m"))
    with pytest.raises(CatalogError) as caught:
        catalog.bars("BTC/USDT", "1h")
    assert caught.value.cure == "make it from 5m with `tradefleet data resample`"
    with pytest.raises(CatalogError) as caught:
        catalog.bars("BTC/USDT", "90s")
    assert "there are 1m, 5m" in caught.value.cure


def test_symbol_of_another_venue_names_the_venue(catalog, make_bars):
    catalog.write(make_bars(10), venue="binance")
    with pytest.raises(CatalogError) as caught:
        catalog.bars("BTC/USDT", "1m")
    assert "--venue binance" in caught.value.cure


def test_empty_catalog_has_no_series_and_names_the_cure(catalog):
    assert catalog.series() == []
    with pytest.raises(CatalogError, match="no bars of X 1m"):
        catalog.bars("X", "1m")


def test_series_lists_each_with_its_instrument(catalog, make_bars):
    catalog.write(make_bars(10, symbol="ETH/USDT", timeframe="1h"), venue="binance")
    instrument = Instrument("BTC/USDT", tick="0.01", lot="0.00001", min_notional="5")
    bars = make_bars(5)
    catalog.write(Bars(*Columns.of(bars), timeframe="1m", symbol=instrument))
    one, two = catalog.series()
    assert (one.venue, one.symbol, str(one.timeframe), one.bars) == ("binance", "ETH/USDT", "1h", 10)
    assert two.instrument == instrument
    assert two.as_dict() == {
        "venue": "local",
        "symbol": "BTC/USDT",
        "timeframe": "1m",
        "bars": 5,
        "first": "2018-01-01T00:00:00Z",
        "last": "2018-01-01T00:04:00Z",
        "tick": "0.01",
        "lot": "0.00001",
        "min_notional": "5",
    }
    assert catalog.bars("BTC/USDT", "1m").instrument == instrument


def test_a_step_not_given_again_is_kept(catalog, make_bars):
    bars = make_bars(5)
    for steps in ({"tick": "0.01"}, {"lot": "0.001"}, {"tick": "0.1"}):
        catalog.write(Bars(*Columns.of(bars), timeframe="1m", symbol=Instrument("BTC/USDT", **steps)))
    assert catalog.bars("BTC/USDT", "1m").instrument == Instrument("BTC/USDT", tick="0.1", lot="0.001")


def test_writing_the_same_again_changes_nothing(catalog, make_bars):
    bars = make_bars(60_000)
    catalog.write(bars)
    before = {path: path.stat().st_mtime_ns for path in series_folder(catalog).iterdir()}
    assert catalog.write(bars) == WriteReport(added=0, replaced=0, unchanged=60_000)
    assert {path: path.stat().st_mtime_ns for path in series_folder(catalog).iterdir()} == before


def test_equal_overlap_adds_only_what_is_new(catalog, make_bars):
    bars = make_bars(60_000)
    catalog.write(bars[10_000:50_000])
    assert catalog.write(bars) == WriteReport(added=20_000, replaced=0, unchanged=40_000)
    assert catalog.bars("BTC/USDT", "1m") == bars


def test_other_values_are_refused_with_the_first_bar_named(catalog, make_bars):
    bars = make_bars(60_000)
    catalog.write(bars)
    with pytest.raises(DataError) as caught:
        catalog.write(changed(bars, 50_000, volume=123.5))
    assert "2018-02-04T17:20:00Z" in caught.value.message
    assert f"another volume: {float(bars.volume[50_000])!r}, now 123.5" in caught.value.message
    assert "--replace" in caught.value.cure
    assert catalog.bars("BTC/USDT", "1m") == bars


def test_nothing_of_a_refused_write_is_kept(catalog, make_bars):
    bars = make_bars(60_000)
    catalog.write(bars[50_000:])
    before = files(series_folder(catalog))
    with pytest.raises(DataError):
        catalog.write(changed(bars, 55_000, volume=123.5))
    assert files(series_folder(catalog)) == before
    assert catalog.bars("BTC/USDT", "1m") == bars[50_000:]


def test_replace_lets_the_new_values_win(catalog, make_bars):
    bars = make_bars(60_000)
    catalog.write(bars)
    new = changed(bars, 50_000, volume=123.5)
    assert catalog.write(new[49_999:50_002], replace=True) == WriteReport(added=0, replaced=1, unchanged=2)
    assert catalog.bars("BTC/USDT", "1m") == new
    assert len(files(series_folder(catalog))) == 3


def rows_of(bars: Bars, rows: np.ndarray) -> Bars:
    return Bars(*Columns.of(bars).take(rows), timeframe=bars.timeframe, symbol=bars.instrument)


def test_replace_leaves_exactly_the_new_bars_in_their_range(catalog, make_bars):
    old = make_bars(24 * 120, start="2018-01-01", timeframe="1h")
    catalog.write(old)
    # The new ones: all but every third, none in March, from mid January to mid April.
    row = np.arange(len(old))
    inside = (row >= 300) & (row < 2500)
    march = (old.time >= parse_time("2018-03-01")) & (old.time < parse_time("2018-04-01"))
    fresh = rows_of(changed(old, 301, volume=123.5), inside & ~march & (row % 3 != 2))
    report = catalog.write(fresh, replace=True)
    first, last = fresh.time[[0, -1]]
    within = (old.time >= first) & (old.time <= last)
    assert report == WriteReport(0, 1, len(fresh) - 1, int(within.sum()) - len(fresh))
    assert report.as_dict()["removed"] == report.removed > 24 * 31
    expected = Bars.concat([rows_of(old, old.time < first), fresh, rows_of(old, old.time > last)])
    folder = catalog.root / "local" / "BTC%2FUSDT" / "1h"
    assert catalog.bars("BTC/USDT", "1h") == expected
    assert [name[:7] for name in files(folder)] == ["2018-01", "2018-02", "2018-04", "manifes"]
    assert catalog.write(fresh, replace=True) == WriteReport(0, 0, len(fresh), 0)


def test_without_replace_no_bar_between_is_removed(catalog, make_bars):
    bars = make_bars(24 * 90, timeframe="1h")
    catalog.write(bars)
    ends = rows_of(bars, np.array([0, len(bars) - 1]))
    assert catalog.write(ends) == WriteReport(0, 0, 2, 0)
    assert catalog.bars("BTC/USDT", "1h") == bars
    assert catalog.write(ends, replace=True) == WriteReport(0, 0, 2, len(bars) - 2)
    assert catalog.bars("BTC/USDT", "1h") == ends


def test_removed_series_is_gone_and_the_others_stay(catalog, make_bars):
    bars = make_bars(60_000)
    catalog.write(bars)
    catalog.write(make_bars(10, timeframe="5m"))
    catalog.remove("BTC/USDT", "1m")
    assert [str(info.timeframe) for info in catalog.series()] == ["5m"]
    assert not series_folder(catalog).exists()
    assert catalog.write(bars[:5]) == WriteReport(5, 0, 0)


def test_series_with_a_damaged_manifest_can_be_removed(catalog, make_bars):
    catalog.write(make_bars(10))
    (series_folder(catalog) / "manifest.json").write_text("{")
    catalog.remove("BTC/USDT", "1m")
    assert catalog.series() == []


def test_removing_what_is_not_there_names_the_nearest(catalog, make_bars):
    with pytest.raises(CatalogError, match="no bars of BTC/USDT 1m"):
        catalog.remove("BTC/USDT", "1m")
    assert not catalog.root.exists()
    catalog.write(make_bars(10))
    with pytest.raises(CatalogError) as caught:
        catalog.remove("BTC/USD", "1m")
    assert caught.value.cure == "did you mean 'BTC/USDT 1m (local)'?"
    assert len(catalog.bars("BTC/USDT", "1m")) == 10


def test_remove_waits_for_the_writer(tmp_path, make_bars):
    catalog = Catalog(tmp_path, lock_wait=0.05)
    catalog.write(make_bars(10))
    with (
        FileLock(tmp_path / ".locks" / "local" / "BTC%2FUSDT" / "1m.lock"),
        pytest.raises(CatalogError, match="writing"),
    ):
        catalog.remove("BTC/USDT", "1m")
    assert len(catalog.bars("BTC/USDT", "1m")) == 10


def test_remove_that_dies_after_the_manifest_leaves_no_series(catalog, make_bars, monkeypatch):
    bars = make_bars(60_000)
    catalog.write(bars)
    monkeypatch.setattr("tradefleet.storage.catalog.writing._remove_orphans", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        catalog.remove("BTC/USDT", "1m")
    monkeypatch.undo()
    assert catalog.series() == []
    catalog.write(bars[:5])
    assert len(files(series_folder(catalog))) == 2


def later(bars: Bars, seconds: int) -> Bars:
    columns = Columns.of(bars)
    return Bars(columns.time + seconds * 10**9, *columns[1:], timeframe=bars.timeframe, symbol=bars.instrument)


@pytest.mark.parametrize(
    ("seconds", "replace", "first", "second"),
    [
        (15, False, "00:00:00", "00:00:15"),
        (15, True, "00:00:00", "00:00:15"),
        (-15, False, "00:00:45", "00:01:00"),
        # Those between the new ones go; the last one there stays, beyond the last new one.
        (-15, True, "01:38:45", "01:39:00"),
    ],
)
def test_bars_too_close_to_those_there_are_refused(catalog, make_bars, seconds, first, second, replace):
    bars = make_bars(100)
    catalog.write(bars)
    before = files(series_folder(catalog))
    with pytest.raises(DataError) as caught:
        catalog.write(later(bars, seconds)[1 if seconds < 0 else 0 :], replace=replace)
    for time in (first, second):
        assert f"2018-01-01T{time}Z" in caught.value.message
    assert caught.value.where == "BTC/USDT 1m (local)"
    assert "data export" in caught.value.cure and str(series_folder(catalog)) in caught.value.cure
    assert files(series_folder(catalog)) == before
    assert catalog.bars("BTC/USDT", "1m") == bars


@pytest.mark.parametrize("written_first", ["before", "after"])
def test_bars_too_close_across_the_seam_of_two_months_are_refused(catalog, make_bars, written_first):
    january = later(make_bars(10, start="2018-01-31T23:50"), 45)
    february = make_bars(10, start="2018-02-01")
    one, other = (january, february) if written_first == "before" else (february, january)
    catalog.write(one)
    before = files(series_folder(catalog))
    with pytest.raises(DataError, match=r"2018-01-31T23:59:45Z and one at 2018-02-01T00:00:00Z"):
        catalog.write(other)
    assert files(series_folder(catalog)) == before
    assert catalog.bars("BTC/USDT", "1m") == one


def test_bars_half_a_timeframe_apart_are_let_in(catalog, make_bars):
    bars = make_bars(10)
    catalog.write(bars)
    catalog.write(later(bars[-1:], 90))
    catalog.write(later(bars[-1:], 30))
    assert len(catalog.bars("BTC/USDT", "1m")) == 12


def test_bars_are_loaded_without_a_copy(catalog, make_bars):
    catalog.write(make_bars(100_000))
    tracemalloc.start()
    try:
        bars = catalog.bars("BTC/USDT", "1m")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Six columns of eight bytes and the checks' own room; twelve columns would be 96.
    assert peak < 80 * len(bars)


def test_files_no_manifest_names_go_with_the_next_write(catalog, make_bars):
    bars = make_bars(100)
    catalog.write(bars)
    (series_folder(catalog) / "2018-01.0123456789abcdef.parquet").write_bytes(b"left by a crash")
    (series_folder(catalog) / ".manifest.json.77.tmp").write_bytes(b"{")
    (series_folder(catalog) / "notes.txt").write_text("mine")
    catalog.write(bars)
    assert [name.rpartition(".")[2] for name in files(series_folder(catalog))] == ["parquet", "json", "txt"]


def test_manifest_of_a_newer_version_is_refused(catalog, make_bars):
    catalog.write(make_bars(10))
    path = series_folder(catalog) / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": 2, "shape": "new"}))
    for call in (catalog.series, lambda: catalog.bars("BTC/USDT", "1m"), lambda: catalog.write(make_bars(10))):
        with pytest.raises(CatalogError, match="version 2") as caught:
            call()
        assert str(path) == caught.value.where
        assert caught.value.cure


def test_damaged_manifest_is_named(catalog, make_bars):
    catalog.write(make_bars(10))
    path = series_folder(catalog) / "manifest.json"
    path.write_text(path.read_text()[:50])
    with pytest.raises(CatalogError, match="damaged") as caught:
        catalog.series()
    assert caught.value.where == str(path)


@pytest.mark.parametrize("keep", [0, 3, 11, 1000, -9, -1])
def test_truncated_month_file_is_named_with_the_cure(catalog, make_bars, keep):
    catalog.write(make_bars(1000))
    path = next(series_folder(catalog).glob("*.parquet"))
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(CatalogError, match="damaged") as caught:
        catalog.bars("BTC/USDT", "1m")
    assert caught.value.where == str(path)
    assert "2018-01 again with --replace" in caught.value.cure


def test_damaged_month_is_healed_by_the_cure_its_error_names(catalog, make_bars):
    bars = make_bars(60_000)
    catalog.write(bars)
    path = next(series_folder(catalog).glob("2018-01*"))
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(CatalogError, match="damaged"):
        catalog.write(bars)
    with pytest.raises(CatalogError, match="damaged"):
        catalog.write(bars[5:], replace=True)
    catalog.write(bars, replace=True)
    assert catalog.bars("BTC/USDT", "1m") == bars


def test_file_with_other_rows_than_the_manifest_counts_is_damaged(catalog, make_bars):
    catalog.write(make_bars(1000))
    path = next(series_folder(catalog).glob("*.parquet"))
    pl.read_parquet(path)[:999].write_parquet(path)
    with pytest.raises(CatalogError, match="999 bars where the manifest counts 1000"):
        catalog.bars("BTC/USDT", "1m")


def test_absent_values_and_foreign_columns_are_damage(catalog, make_bars):
    catalog.write(make_bars(1000))
    path = next(series_folder(catalog).glob("*.parquet"))
    frame = pl.read_parquet(path)
    frame.with_columns(open=pl.when(pl.int_range(1000) == 7).then(None).otherwise(pl.col("open"))).write_parquet(
        path, compression="uncompressed", statistics=False
    )
    with pytest.raises(CatalogError, match="absent"):
        catalog.bars("BTC/USDT", "1m")
    frame.drop("close").write_parquet(path)
    with pytest.raises(CatalogError, match="damaged"):
        catalog.bars("BTC/USDT", "1m")


def test_milliseconds_written_by_another_tool_are_not_taken_for_nanoseconds(catalog, make_bars):
    bars = make_bars(1000)
    catalog.write(bars)
    path = next(series_folder(catalog).glob("*.parquet"))
    frame = pl.read_parquet(path).with_columns(pl.col("time").dt.cast_time_unit("ms"))
    frame.write_parquet(path, compression="uncompressed", statistics=False)
    assert catalog.bars("BTC/USDT", "1m") == bars


def test_values_that_are_no_bars_were_put_there_by_somebody_else(catalog, make_bars):
    catalog.write(make_bars(1000))
    path = next(series_folder(catalog).glob("*.parquet"))
    pl.read_parquet(path).with_columns(high=0.5).write_parquet(path)
    with pytest.raises(CatalogError, match="were changed") as caught:
        catalog.bars("BTC/USDT", "1m")
    assert "data check" in caught.value.cure


@settings(deadline=None, max_examples=100)
@given(place=st.floats(0, 0.999), value=st.integers(0, 255), count=st.sampled_from([1, 4, 50]))
def test_any_changed_byte_is_an_error_or_found_by_check(tmp_path_factory, place, value, count):
    catalog = Catalog(tmp_path_factory.mktemp("catalog"))
    time = np.arange(100, dtype=np.int64) * MINUTE
    price = 100.0 + np.arange(100)
    bars = Bars(time, price, price, price, price, price, timeframe="1m", symbol="BTC/USDT")
    catalog.write(bars)
    path = next(series_folder(catalog).glob("*.parquet"))
    data = bytearray(path.read_bytes())
    at = int(place * len(data))
    data[at : at + count] = bytes([value]) * len(data[at : at + count])
    path.write_bytes(data)
    try:
        same = catalog.bars("BTC/USDT", "1m") == bars
    except CatalogError:
        return
    # The file's name is the digest of its values; what is not values (a name of the writer) may change.
    assert same == check_series(catalog, "BTC/USDT", "1m").ok


def test_reader_that_loses_the_race_with_a_writer_reads_the_new_series(catalog, make_bars, monkeypatch):
    bars = make_bars(1000)
    catalog.write(bars[:500])
    read, raced = Path.open, []

    def open_late(self, *args, **kwargs):
        if self.suffix == ".parquet" and not raced:
            raced.append(self)
            catalog.write(bars)
        return read(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", open_late)
    assert catalog.bars("BTC/USDT", "1m") == bars
    assert raced


def test_locked_series_is_an_error_that_names_the_lock(tmp_path, make_bars):
    catalog = Catalog(tmp_path, lock_wait=0.05)
    catalog.write(make_bars(10))
    lock = tmp_path / ".locks" / "local" / "BTC%2FUSDT" / "1m.lock"
    with FileLock(lock), pytest.raises(CatalogError, match="another process") as caught:
        catalog.write(make_bars(10))
    assert caught.value.where == str(lock)
    assert catalog.write(make_bars(10)).unchanged == 10


def test_lock_of_one_series_does_not_stop_another(tmp_path, make_bars):
    catalog = Catalog(tmp_path, lock_wait=0.05)
    catalog.write(make_bars(10))
    with FileLock(tmp_path / ".locks" / "local" / "BTC%2FUSDT" / "1m.lock"):
        assert catalog.write(make_bars(10, symbol="ETH/USDT")).added == 10


def test_failed_first_write_leaves_no_folder(catalog, make_bars, monkeypatch):
    def full(*_args: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.write", full)
    bars = make_bars(10)
    key = SeriesKey("local", bars.symbol, bars.timeframe)
    with pytest.raises(CatalogError, match="disk is full"):
        write_series(catalog.root, key.folder(catalog.root), key, bars, replace=False)
    assert files(catalog.root) == []


def test_folder_that_cannot_be_written_is_a_catalog_error(tmp_path, make_bars):
    (tmp_path / "file").write_text("")
    with pytest.raises(CatalogError):
        Catalog(tmp_path / "file" / "below").write(make_bars(10))


@settings(deadline=None)
@given(st.text(min_size=1, max_size=20))
def test_any_name_becomes_one_folder_and_comes_back(name):
    try:
        folder = encode(name, "symbol")
    except ParameterError:
        assert any("\ud800" <= character <= "\udfff" for character in name)
        return
    assert decode(folder) == name
    assert "/" not in folder and folder not in (".", "..") and not folder.startswith(".")


@pytest.mark.parametrize("symbol", ["..", ".hidden", "BTC/USDT:USDT", "Ünïcode €", "a b"])
def test_odd_symbols_are_kept_apart(catalog, make_bars, symbol):
    bars = make_bars(10, symbol=symbol)
    catalog.write(bars)
    assert catalog.bars(symbol, "1m") == bars
    assert [info.symbol for info in catalog.series()] == [symbol]


def test_name_too_long_for_a_folder_is_a_parameter_error(catalog, make_bars):
    with pytest.raises(ParameterError, match="symbol"):
        catalog.write(make_bars(3, symbol="€" * 100))


def columns_of(values: dict[int, int]) -> Columns:
    time = np.array(sorted(values), dtype=np.int64)
    price = np.array([float(values[t]) for t in sorted(values)])
    return Columns(time, price, price, price, price, price)


series = st.dictionaries(st.integers(0, 30), st.integers(1, 3), max_size=20)


@settings(deadline=None)
@given(series, series)
def test_merge_with_replace_is_what_a_dictionary_does(old, new):
    merged = merge(columns_of(old), columns_of(new), replace=True, where="x")
    both = old | new
    assert merged.columns.time.tolist() == sorted(both)
    assert merged.columns.open.tolist() == [both[t] for t in sorted(both)]
    assert merged.added == len(new.keys() - old.keys())
    assert merged.replaced == sum(old[t] != new[t] for t in old.keys() & new.keys())
    assert merged.added + merged.replaced + merged.unchanged == len(new)


@settings(deadline=None)
@given(series, series)
def test_merge_without_replace_refuses_exactly_what_differs(old, new):
    differs = sorted(t for t in old.keys() & new.keys() if old[t] != new[t])
    if differs:
        with pytest.raises(DataError, match="there with another") as caught:
            merge(columns_of(old), columns_of(new), replace=False, where="x")
        assert format_time(differs[0]) in caught.value.message
    else:
        assert merge(columns_of(old), columns_of(new), replace=False, where="x").replaced == 0


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200_000), st.integers(1, 60_000)), min_size=1, max_size=4))
def test_parts_written_in_any_order_make_the_whole(tmp_path_factory, spans):
    catalog = Catalog(tmp_path_factory.mktemp("catalog"))
    row = np.arange(260_000, dtype=np.int64)
    time, price = row * MINUTE, 1.0 + row % 977
    whole = Bars(time, price, price, price, price, price, timeframe="1m", symbol="X")
    there = np.zeros(len(whole), dtype=bool)
    for start, count in spans:
        report = catalog.write(whole[start : start + count])
        assert report.added == (~there[start : start + count]).sum()
        there[start : start + count] = True
    expected = Columns.of(whole).take(there)
    assert catalog.bars("X", "1m") == Bars(*expected, timeframe="1m", symbol="X")
