from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradefleet.market.bars import Bars
from tradefleet.market.errors import CatalogError
from tradefleet.market.timeframe import Timeframe
from tradefleet.storage.catalog import check, check_series
from tradefleet.storage.catalog.checking import check_columns
from tradefleet.storage.catalog.columns import Columns

MINUTE = 60 * 10**9


def damage(catalog, change) -> Path:
    """Rewrite the one month file of X with changed columns, as somebody else might."""
    path = next((catalog.root / "local" / "BTC%2FUSDT" / "1m").glob("*.parquet"))
    frame = pl.read_parquet(path)
    columns = {name: frame[name].to_numpy().copy() for name in frame.columns}
    columns["time"] = frame["time"].dt.epoch("ns").to_numpy().copy()
    change(columns)
    pl.DataFrame(columns).with_columns(pl.col("time").cast(pl.Datetime("ns", "UTC"))).write_parquet(path)
    return path


def test_gaps_are_counted_with_the_bars_that_are_absent(make_bars):
    bars = make_bars(100)
    rows = np.array([i for i in range(100) if i not in (10, 50, 51, 52, 80)])
    report = check(Bars(*Columns.of(bars).take(rows), timeframe="1m", symbol="X"))
    assert (report.bars, report.gaps, report.absent) == (95, 3, 5)
    assert (report.longest_gap, report.longest_gap_at) == (3, "2018-01-01T00:53:00Z")
    assert (report.first, report.last) == ("2018-01-01T00:00:00Z", "2018-01-01T01:39:00Z")
    assert report.ok
    assert [str(found) for found in report.warnings] == ["gap: 3"]
    assert str(report.warnings[0][1]) == "X 1m bar 49: 3 bars are absent after 2018-01-01T00:49:00Z"


def test_whole_series_has_nothing_to_report(make_bars):
    report = check(make_bars(5000))
    assert (report.gaps, report.absent, report.longest_gap, report.longest_gap_at) == (0, 0, 0, None)
    assert (report.errors, report.warnings, report.zero_volume) == ([], [], 0)


def test_week_of_daily_bars_without_weekends(make_bars):
    bars = make_bars(14, start="2018-01-01", timeframe="1d")
    weekdays = np.array([0, 1, 2, 3, 4, 7, 8, 9, 10, 11])
    report = check(Bars(*Columns.of(bars).take(weekdays), timeframe="1d", symbol="X"))
    assert (report.gaps, report.absent) == (1, 2)


def test_bad_tick_is_an_outlier_and_a_restless_market_is_not(make_bars):
    random = np.random.default_rng(5)
    step = random.standard_normal(20_000) * np.repeat([0.0005, 0.01], 10_000)
    close = 100 * np.exp(np.cumsum(step))
    opened = np.concatenate([[100.0], close[:-1]])
    high, low = np.maximum(opened, close), np.minimum(opened, close)
    low[5000] *= 0.93
    high[15_000] *= 1.9
    time = np.arange(20_000, dtype=np.int64) * MINUTE
    report = check(Bars(time, opened, high, low, close, np.ones(20_000), timeframe="1m", symbol="X"))
    (found,) = report.warnings
    assert found.kind == "outlier"
    assert [f.where for f in found] == ["X 1m bar 5000", "X 1m bar 15000"]


def test_move_over_a_long_gap_is_no_outlier(make_bars):
    bars = make_bars(2000)
    half = Bars(
        bars.time[1000:] + 10_000 * MINUTE, *(c[1000:] * 1.02 for c in Columns.of(bars)[1:5]),
        timeframe="1m", symbol="X",
    )  # fmt: skip
    whole = Bars.concat([Bars(*(c[:1000] for c in Columns.of(bars)[:5]), timeframe="1m", symbol="X"), half])
    assert [found.kind for found in check(whole).warnings] == ["gap"]


DAMAGES = {
    "not a number": lambda c: c["close"].__setitem__(7, np.nan),
    "price not positive": lambda c: c["low"].__setitem__(7, 0.0),
    "high below low": lambda c: c["high"].__setitem__(7, 1.0),
    "open or close outside": lambda c: c["open"].__setitem__(7, 1.0),
    "negative volume": lambda c: c["volume"].__setitem__(7, -1.0),
    "out of order": lambda c: c["time"].__setitem__(7, c["time"][3] + 1),
    "duplicate time": lambda c: c["time"].__setitem__(7, c["time"][6]),
    "too close": lambda c: c["time"].__setitem__(7, c["time"][6] + 15 * 10**9),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_every_error_in_a_tree_somebody_changed_is_found(catalog, make_bars, kind):
    catalog.write(make_bars(1000))
    path = damage(catalog, DAMAGES[kind])
    report = check_series(catalog, "BTC/USDT", "1m")
    assert not report.ok
    changed, found = report.errors
    assert (changed.kind, changed[0].where) == ("file changed", path.name)
    assert (found.kind, len(found)) == (kind, 1)
    assert found[0].where == "BTC/USDT 1m (local) bar 7"
    assert json.loads(json.dumps(report.as_dict())) == report.as_dict()


def test_series_that_nobody_can_read_for_its_spacing_is_not_without_errors(catalog, make_bars, monkeypatch):
    bars = make_bars(100)
    columns = Columns.of(bars)
    between = Bars(columns.time + 15 * 10**9, *columns[1:], timeframe="1m", symbol=bars.instrument)
    # As the catalog did before it looked at both sides together.
    monkeypatch.setattr("tradefleet.storage.catalog.writing.refuse_too_close", lambda *_, **__: None)
    catalog.write(bars)
    catalog.write(between)
    with pytest.raises(CatalogError, match="not 1m long"):
        catalog.bars("BTC/USDT", "1m")
    (found,) = check_series(catalog, "BTC/USDT", "1m").errors
    assert (found.kind, len(found)) == ("too close", 100)
    assert (found[0].where, found[0].time) == ("BTC/USDT 1m (local) bar 1", "2018-01-01T00:00:15Z")
    assert found[0].reason == "2018-01-01T00:00:15Z is less than half of 1m after the bar before"


def test_series_too_close_across_the_seam_of_two_months_is_found(catalog, make_bars, monkeypatch):
    bars = make_bars(20, start="2018-01-31T23:50")
    columns = Columns.of(bars)
    time = np.where(np.arange(20) < 10, columns.time + 45 * 10**9, columns.time)
    monkeypatch.setattr("tradefleet.storage.catalog.writing.refuse_too_close", lambda *_, **__: None)
    for rows in (slice(0, 10), slice(10, 20)):
        part = (column[rows] for column in columns[1:])
        catalog.write(Bars(time[rows], *part, timeframe="1m", symbol=bars.instrument))
    (found,) = check_series(catalog, "BTC/USDT", "1m").errors
    assert [one.time for one in found] == ["2018-02-01T00:00:00Z"]


def test_changed_values_that_break_no_rule_are_noticed(catalog, make_bars):
    catalog.write(make_bars(1000))
    damage(catalog, lambda c: c["volume"].__setitem__(7, 5e6))
    assert [found.kind for found in check_series(catalog, "BTC/USDT", "1m").errors] == ["file changed"]


def test_untouched_series_is_without_errors(catalog, make_bars):
    catalog.write(make_bars(60_000))
    report = check_series(catalog, "BTC/USDT", "1m")
    assert (report.bars, report.errors, report.warnings) == (60_000, [], [])


def test_file_that_another_tool_packed_again_is_not_changed(catalog, make_bars):
    catalog.write(make_bars(1000))
    damage(catalog, lambda c: None)
    assert check_series(catalog, "BTC/USDT", "1m").ok


def test_missing_and_truncated_files_are_named_with_the_cure(catalog, make_bars):
    catalog.write(make_bars(1000))
    path = next((catalog.root / "local" / "BTC%2FUSDT" / "1m").glob("*.parquet"))
    whole = path.read_bytes()
    path.write_bytes(whole[:500])
    for word in ("damaged", "missing"):
        with pytest.raises(CatalogError, match=word) as caught:
            check_series(catalog, "BTC/USDT", "1m")
        assert caught.value.where == str(path)
        assert "import the whole month 2018-01 again with --replace" in caught.value.cure
        path.unlink(missing_ok=True)


def test_unknown_series_is_a_catalog_error(catalog):
    with pytest.raises(CatalogError, match="no bars of X 1m"):
        check_series(catalog, "X", "1m")


def test_columns_of_nothing_but_errors():
    bad = np.full(5, np.nan)
    report = check_columns(Columns(np.arange(5, dtype=np.int64), bad, bad, bad, bad, bad), Timeframe(MINUTE), "x")
    assert (report.bars, report.first, report.gaps) == (5, None, 0)
    assert [len(found) for found in report.errors] == [5]


@settings(deadline=None)
@given(st.sets(st.integers(0, 500), min_size=1, max_size=60))
def test_gaps_and_absent_bars_are_what_counting_says(minutes):
    time = np.array(sorted(minutes), dtype=np.int64)
    one = np.ones(len(time))
    report = check(Bars(time * MINUTE, one, one, one, one, one, timeframe="1m", symbol="X"))
    absent = set(range(min(minutes), max(minutes) + 1)) - minutes
    assert report.absent == len(absent)
    assert report.gaps == sum(minute - 1 not in absent for minute in absent)
