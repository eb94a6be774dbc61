"""Real files from many sources, each with its trap; skipped where they are not at hand."""

from __future__ import annotations

import json
import tarfile

import pytest

from tradefleet.market.errors import DataError, ParameterError
from tradefleet.storage.catalog import check_series, import_files

# file, timeframe, options -> format, bars, first, last (UTC), first open and last close
FILES = [
    ("btgym-histdata-eurusd-m1/DAT_ASCII_EURUSD_M1_201701.csv.xz", "1m", {},
     "histdata", 31500, "2017-01-02T07:00:00Z", "2017-02-01T04:58:00Z", 1.05155, 1.07905),
    ("btgym-histdata-eurusd-m1/DAT_ASCII_EURUSD_M1_201704.csv.xz", "1m", {},
     "histdata", 29161, "2017-04-02T22:00:00Z", "2017-05-01T04:58:00Z", 1.06611, None),
    ("mt5-exports/EURUSD_M30_2020-2021_angle-header.csv.xz", "30m", {"timezone": "America/New_York+7h"},
     "metatrader", 21513, "2020-01-02T04:00:00Z", "2021-09-23T21:00:00Z", 1.12132, 1.17378),
    ("mt5-exports/EURUSD_M30_2020-2021_angle-header.csv.xz", "30m", {"timezone": "UTC"},
     "metatrader", 21513, "2020-01-02T06:00:00Z", "2021-09-24T00:00:00Z", 1.12132, 1.17378),
    ("ejtrader-mt5-h1/GBPUSDh1.csv.xz", "1h", {"timezone": "America/New_York+7h", "scale": "0.00001"},
     "csv", 57600, "2012-11-16T03:00:00Z", "2022-03-04T21:00:00Z", 1.58611, 1.32331),
    ("ejtrader-mt5-h1/USDJPYh1.csv.xz", "1h", {"timezone": "America/New_York+7h", "scale": "0.001"},
     "csv", 57600, "2012-11-16T10:00:00Z", "2022-03-04T21:00:00Z", 81.121, None),
    ("nautilus-fxcm-m1-bidask/gbpusd-m1-bid-2012.csv.xz", "1m", {},
     "csv", 30117, "2012-02-01T00:00:00Z", "2012-03-01T00:00:00Z", 1.57597, 1.59208),
    ("nfi-binance-5m/BTC_USDT-5m.json.xz", "5m", {},
     "json", 65741, "2020-12-01T00:00:00Z", "2021-07-17T21:05:00Z", 19695.87, None),
    ("nfi-binance-5m/BTC_USDT-1h.json.xz", "1h", {},
     "json", 5482, "2020-12-01T00:00:00Z", "2021-07-17T20:00:00Z", 19695.87, 31723.09),
    ("nic-binance-1h/BTC_USDT-1h.feather", "1h", {},
     "feather", 58419, "2017-08-17T04:00:00Z", "2024-04-21T14:00:00Z", 4261.48, None),
    ("typhonun-binance-um-1m/BTC_USDT_USDT-1m-futures.feather", "1m", {},
     "feather", 43199, "2025-05-04T15:33:00Z", "2025-06-03T15:31:00Z", 95505.4, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "timeframe", "options", "format_name", "count", "first", "last", "opened", "closed"), FILES
)
def test_real_file(catalog, shared, name, timeframe, options, format_name, count, first, last, opened, closed):
    report = import_files(catalog, [shared / name], symbol="X", timeframe=timeframe, **options)
    assert (report.files[0].format, report.files[0].rows, report.dropped) == (format_name, count, 0)
    bars = catalog.bars("X", timeframe)
    assert (len(bars), bars.first, bars.last) == (count, first, last)
    assert bars.open[0] == opened
    if closed is not None:
        assert bars.close[-1] == closed


def test_real_metatrader_file_asks_for_the_clock(catalog, shared):
    files = sorted((shared / "mt5-exports").glob("*.xz"))
    with pytest.raises(ParameterError, match="metatrader"):
        import_files(catalog, files, symbol="X", timeframe="30m")


def test_two_years_of_bitfinex_minutes(catalog, shared):
    files = sorted((shared / "bitfinex-1m").glob("BTCUSD-1m-201[78].csv.xz"))
    report = import_files(catalog, files[::-1], symbol="BTC/USD", timeframe="1m")
    assert [file.format for file in report.files] == ["bitfinex", "bitfinex"]
    assert (report.bars, report.written.added, report.dropped) == (1_025_708, 1_025_708, 0)
    assert (report.first, report.last) == ("2017-01-01T00:00:00Z", "2018-12-31T23:59:00Z")

    bars = catalog.bars("BTC/USD", "1m", since="2018-01-01")
    assert (bars.open[0], bars.high[0], bars.low[0], bars.close[0]) == (13763, 13788, 13752.18233851, 13753)
    assert len(catalog.bars("BTC/USD", "1m")) == 1_025_708

    again = import_files(catalog, files, symbol="BTC/USD", timeframe="1m")
    assert (again.written.added, again.written.unchanged) == (0, 1_025_708)


def test_gaps_of_bitfinex_2018(catalog, shared):
    file = shared / "bitfinex-1m" / "BTCUSD-1m-2018.csv.xz"
    report = import_files(catalog, [file], symbol="BTC/USD", timeframe="1m")
    gaps = next(found for found in report.files[0].warnings if found.kind == "gap")
    assert (len(gaps), gaps[0].where) == (3992, f"{file}:16147")
    checked = check_series(catalog, "BTC/USD", "1m")
    assert (checked.bars, checked.gaps, checked.absent, checked.longest_gap) == (520_499, 3992, 5101, 67)
    assert (checked.first, checked.last) == ("2018-01-01T00:00:00Z", "2018-12-31T23:59:00Z")
    assert checked.ok
    outliers = next(found for found in checked.warnings if found.kind == "outlier")
    assert len(outliers) < 200


def test_raw_bitfinex_answers_make_the_month_of_the_merged_file(catalog, shared, tmp_path):
    with tarfile.open(shared / "bitfinex-1m" / "BTCUSD-raw-responses-2018-01.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    answers = [p for p in sorted(tmp_path.rglob("*.json")) if json.loads(p.read_text())]
    report = import_files(catalog, answers, symbol="RAW", timeframe="1m")
    assert {file.format for file in report.files} == {"bitfinex-json"}
    import_files(catalog, [shared / "bitfinex-1m" / "BTCUSD-1m-2018.csv.xz"], symbol="MERGED", timeframe="1m")
    raw, merged = catalog.bars("RAW", "1m"), catalog.bars("MERGED", "1m", until="2018-02-01")
    raw = raw.between("2018-01-01", "2018-02-01")
    assert raw.time.tolist() == merged.time.tolist()
    assert raw.close.tolist() == merged.close.tolist()


def test_bid_and_ask_are_not_one_series(catalog, shared):
    folder = shared / "nautilus-fxcm-m1-bidask"
    with pytest.raises(DataError, match="two files differ at 2012-02-01T00:00:00Z"):
        import_files(catalog, sorted(folder.glob("gbpusd*")), symbol="GBP/USD", timeframe="1m")


@pytest.mark.parametrize(
    "name",
    [
        "lean-forex/oanda-hour-eurusd.zip",
        "lasota-binance-streams/binance_trade_stream_spot_trxusdt_04-03-2025.csv.xz",
        "hftbacktest-binance-ws/spot-btcusdt_20240808.gz",
        "payloads/gocryptotrader-binance-http.json.xz",
        "payloads/cryptofeed/BINANCE.ws.1.0.xz",
        "payloads/binance-net-request-response-fixtures.tar.xz",
        "INDEX.md",
    ],
)
def test_real_file_that_holds_no_bars_is_a_user_error(catalog, shared, name):
    with pytest.raises(DataError) as caught:
        import_files(catalog, [shared / name], symbol="X", timeframe="1m")
    assert caught.value.cure
    assert catalog.series() == []
