"""Every format, on files made up here: what is written in it is read back to the bit."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tradefleet.market.bars import Bars
from tradefleet.market.errors import DataError, ParameterError, UserError
from tradefleet.storage.catalog import Catalog, check_series, import_files
from tradefleet.storage.catalog.formats import FORMATS, detect
from tradefleet.storage.catalog.source import Source

MS, HOUR = 10**6, 3600 * 10**9


def rows(bars: Bars, unit: int = MS, order: str = "ohlc") -> list[list[float]]:
    columns = {"o": bars.open, "h": bars.high, "l": bars.low, "c": bars.close}
    table = [(bars.time // unit).tolist(), *(columns[c].tolist() for c in order), bars.volume.tolist()]
    return [list(row) for row in zip(*table, strict=True)]


def lines(table: list[list[float]], separator: str = ",") -> str:
    return "".join(separator.join(map(str, row)) + "\n" for row in table)


def wall(bars: Bars, form: str, shift: int = 0) -> list[str]:
    return pl.Series((bars.time + shift) // 1000).cast(pl.Datetime("us")).dt.strftime(form).to_list()


def csv(bars: Bars) -> bytes:
    return b"time,open,high,low,close,volume\n" + lines(rows(bars)).encode()


def metatrader(bars: Bars) -> bytes:
    head = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\r\n"
    times = wall(bars, "%Y.%m.%d\t%H:%M:%S")
    body = [[t, *row[1:5], 7, row[5], 2] for t, row in zip(times, rows(bars), strict=True)]
    return (head + lines(body, "\t").replace("\n", "\r\n")).encode()


def histdata(bars: Bars) -> bytes:
    times = wall(bars, "%Y%m%d %H%M%S", shift=-5 * HOUR)
    return lines([[t, *row[1:]] for t, row in zip(times, rows(bars), strict=True)], ";").encode()


def binance(bars: Bars, unit: int = MS) -> bytes:
    step = bars.timeframe.nanoseconds // unit
    return lines([[*row, row[0] + step - 1, 9.5, 12, 4.5, 4.5, 0] for row in rows(bars, unit)]).encode()


def feather(bars: Bars) -> bytes:
    file = io.BytesIO()
    bars.to_polars().rename({"time": "date"}).write_ipc(file, compression="lz4")
    return file.getvalue()


def parquet(bars: Bars) -> bytes:
    file = io.BytesIO()
    bars.to_polars().write_parquet(file)
    return file.getvalue()


WRITERS: dict[str, Callable[[Bars], bytes]] = {
    "csv": csv,
    "plain": lambda bars: lines(rows(bars)).encode(),
    "bitfinex": lambda bars: lines(rows(bars, order="ochl")).encode(),
    "binance": binance,
    "metatrader": metatrader,
    "histdata": histdata,
    "json": lambda bars: json.dumps(rows(bars)).encode(),
    "bitfinex-json": lambda bars: json.dumps(rows(bars, order="ochl")).encode(),
    "feather": feather,
    "parquet": parquet,
}
ZONES = {"metatrader": "UTC"}


def load(catalog: Catalog, data: bytes, timeframe: str = "1m", **options: object) -> Bars:
    path = catalog.root.parent / "data.file"
    path.write_bytes(data)
    import_files(catalog, [path], symbol="BTC/USDT", timeframe=timeframe, **options)
    return catalog.bars("BTC/USDT", timeframe)


def test_every_format_is_tested_here():
    assert sorted(WRITERS) == sorted(known.name for known in FORMATS)


@pytest.mark.parametrize("name", WRITERS)
def test_format_is_told_by_content_and_read_to_the_bit(catalog, make_bars, name):
    bars = make_bars(300)
    data = WRITERS[name](bars)
    assert detect(Source("x", data)).name == name
    assert load(catalog, data, timezone=ZONES.get(name)) == bars


@pytest.mark.parametrize("name", WRITERS)
def test_format_can_be_named(catalog, make_bars, name):
    bars = make_bars(300)
    assert load(catalog, WRITERS[name](bars), format=name, timezone=ZONES.get(name)) == bars


@pytest.mark.parametrize("name", WRITERS)
def test_single_bar_is_read(catalog, make_bars, name):
    bars = make_bars(1)
    assert load(catalog, WRITERS[name](bars), timezone=ZONES.get(name)) == bars


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("named", WRITERS)
def test_wrong_format_name_is_a_user_error_or_reads_bars(catalog, make_bars, name, named):
    """The two orders without header cannot be told apart by their shape: their bars break the rules then."""
    bars = make_bars(50)
    try:
        read = load(catalog, WRITERS[name](bars), format=named, timezone="UTC")
    except (DataError, ParameterError) as error:
        assert error.where and error.cure
        assert catalog.series() == []
    else:
        assert read.open.tolist() == bars.open.tolist()


@pytest.mark.parametrize("name", ["csv", "plain", "bitfinex", "binance", "metatrader", "histdata"])
@pytest.mark.parametrize("dress", ["bom", "utf-16", "crlf", "blank lines"])
def test_text_formats_in_any_dress(catalog, make_bars, name, dress):
    bars = make_bars(100)
    data = WRITERS[name](bars).replace(b"\r\n", b"\n")
    dressed = {
        "bom": b"\xef\xbb\xbf" + data,
        "utf-16": data.decode().encode("utf-16"),
        "crlf": data.replace(b"\n", b"\r\n"),
        "blank lines": b"\n" + data.replace(b"\n", b"\n\n") + b"\n  \n",
    }[dress]
    assert load(catalog, dressed, timezone=ZONES.get(name)) == bars


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    "header",
    [
        "time open high low close volume",
        "DATE Open HIGH Low Close Vol",
        '"timestamp" "open" "high" "low" "close" "volume"',
        "Open_Time O H L C V",
    ],
)
def test_header_names_and_separators(catalog, make_bars, separator, header):
    bars = make_bars(50)
    text = header.replace(" ", separator) + "\n" + lines(rows(bars), separator)
    assert load(catalog, text.encode()) == bars


def test_columns_in_any_order_among_others(catalog, make_bars):
    bars = make_bars(50)
    table = [[row[4], "spot", row[5], *row[2:4], row[0], row[1]] for row in rows(bars)]
    text = "close,market,volume,high,low,date,open\n" + lines(table)
    assert load(catalog, text.encode()) == bars


def test_quoted_cells(catalog, make_bars):
    bars = make_bars(50)
    table = [[f'"{cell}"' for cell in row] for row in rows(bars)]
    assert load(catalog, b"time,open,high,low,close,volume\n" + lines(table).encode()) == bars


def test_line_before_the_header_is_skipped(catalog, make_bars):
    bars = make_bars(50)
    assert load(catalog, b"https://www.CryptoDataDownload.com\n" + csv(bars)) == bars


@pytest.mark.parametrize("unit", [10**9, 10**6, 10**3, 1])
def test_epoch_unit_is_told_by_size(catalog, make_bars, unit):
    bars = make_bars(50)
    assert load(catalog, b"time,open,high,low,close,volume\n" + lines(rows(bars, unit)).encode()) == bars


@pytest.mark.parametrize(
    "form",
    [
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M:%SZ",
        "%Y-%m-%dT%H:%M:%S.000+00:00",
        "%Y-%m-%d %H:%M:%S+00",
        "%Y/%m/%d %H:%M",
        "%Y.%m.%d %H:%M",
        "%Y%m%d%H%M%S",
        "%Y%m%d%H%M",
        "%d.%m.%Y %H:%M:%S.000",
        "%Y-%m-%d %H:%M:%S UTC",
    ],
)
def test_written_times(catalog, make_bars, form):
    bars = make_bars(50)
    table = [[t, *row[1:]] for t, row in zip(wall(bars, form), rows(bars), strict=True)]
    assert load(catalog, b"time,open,high,low,close,volume\n" + lines(table).encode()) == bars


def test_offsets_in_the_times_are_obeyed(catalog, make_bars):
    bars = make_bars(50)
    times = wall(bars, "%Y-%m-%dT%H:%M:%S+05:30", shift=11 * HOUR // 2)
    table = [[t, *row[1:]] for t, row in zip(times, rows(bars), strict=True)]
    assert load(catalog, b"time,open,high,low,close,volume\n" + lines(table).encode()) == bars


def test_dates_alone_are_midnights(catalog, make_bars):
    bars = make_bars(50, timeframe="1d")
    table = [[t, *row[1:]] for t, row in zip(wall(bars, "%Y-%m-%d"), rows(bars), strict=True)]
    assert load(catalog, b"Date,open,high,low,close,volume\n" + lines(table).encode(), "1d") == bars


def test_date_and_time_in_two_columns(catalog, make_bars):
    bars = make_bars(50)
    table = [[t, *row[1:]] for t, row in zip(wall(bars, "%Y%m%d,%H:%M:%S"), rows(bars), strict=True)]
    assert load(catalog, b"date,time,open,high,low,close,volume\n" + lines(table).encode()) == bars


@pytest.mark.parametrize(
    ("header", "taken", "notes"),
    [
        ("Volume BTC,Volume USDT", 0, ["volume is column 'volume btc', of volume btc, volume usdt"]),
        ("Volume BTC,Other", 0, []),
        ("Volume USDT,Volume", 1, ["volume is column 'volume', of volume usdt, volume"]),
        ("Other,Volume", 1, []),
    ],
)
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_volume_columns_that_name_a_currency(catalog, make_bars, tmp_path, header, taken, notes, ending):
    bars = make_bars(50)
    table = [[*row[:5], *([row[5], 7.0] if taken == 0 else [7.0, row[5]])] for row in rows(bars)]
    path = tmp_path / "x.csv"
    path.write_text("https://www.CryptoDataDownload.com\nUnix,Open,High,Low,Close," + header + "\n" + lines(table))
    if ending == "parquet":
        frame = pl.read_csv(path, skip_rows=1)
        path = tmp_path / "x.parquet"
        frame.write_parquet(path)
    report = import_files(catalog, [path], symbol="X", timeframe="1m")
    assert (catalog.bars("X", "1m").volume == bars.volume).all()
    assert report.files[0].notes == notes


def test_without_volume_column_volume_is_zero_and_it_is_said(catalog, make_bars, tmp_path):
    bars = make_bars(50)
    path = tmp_path / "x.csv"
    path.write_text("time,open,high,low,close\n" + lines([row[:5] for row in rows(bars)]))
    report = import_files(catalog, [path], symbol="X", timeframe="1m")
    assert catalog.bars("X", "1m").volume.sum() == 0
    assert report.files[0].notes == ["there is no volume column: volume is 0"]
    assert report.warnings == 0


@pytest.mark.parametrize("unit", [10**6, 10**3])
def test_binance_dump_in_milliseconds_and_microseconds(catalog, make_bars, unit):
    bars = make_bars(50)
    assert load(catalog, binance(bars, unit)) == bars


def test_binance_dump_with_header(catalog, make_bars):
    bars = make_bars(50)
    head = (
        b"open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
        b"taker_buy_quote_volume,ignore\n"
    )
    assert detect(Source("x", head + binance(bars))).name == "binance"
    assert load(catalog, head + binance(bars)) == bars


def test_binance_rest_klines_with_prices_as_text(catalog, make_bars):
    bars = make_bars(50)
    table = [[row[0], *map(str, row[1:]), row[0] + 59_999, "1", 2, "3", "4", "0"] for row in rows(bars)]
    assert load(catalog, json.dumps(table).encode()) == bars


def test_newest_first_is_read_backwards_with_the_right_lines(catalog, make_bars, tmp_path):
    bars = make_bars(50)
    path = tmp_path / "x.json"
    path.write_text(json.dumps(rows(bars, order="ochl")[::-1]))
    report = import_files(catalog, [path], symbol="BTC/USDT", timeframe="1m")
    assert catalog.bars("BTC/USDT", "1m") == bars
    assert report.files[0].notes == ["the newest bar is first: read backwards"]


@pytest.mark.parametrize("dump", [lambda t: lines(t).encode(), lambda t: json.dumps(t).encode()])
def test_order_is_told_by_late_rows_when_early_ones_are_flat(catalog, make_bars, dump):
    bars = make_bars(10_000)
    table = rows(bars, order="ochl")
    for row in table[:9000]:
        row[1:5] = [100.0] * 4
    read = load(catalog, dump(table))
    assert (read.high[9000:] == bars.high[9000:]).all()


@pytest.mark.parametrize("dump", [lambda t: lines(t).encode(), lambda t: json.dumps(t).encode()])
def test_prices_that_fit_both_orders_ask_for_the_format(catalog, dump):
    table = [[1514764800000 + 60_000 * i, 100.0, 100.0, 100.0, 100.0, 1.0] for i in range(10)]
    with pytest.raises(DataError, match="do not tell") as caught:
        load(catalog, dump(table))
    assert "--format bitfinex" in caught.value.cure
    assert len(load(catalog, dump(table), format="bitfinex" if dump(table)[:1] != b"[" else "json")) == 10


def test_columns_in_an_unknown_order_are_refused(catalog, make_bars):
    table = [[row[0], row[3], row[2], row[1], *row[4:]] for row in rows(make_bars(100))]
    with pytest.raises(DataError, match="neither"):
        load(catalog, lines(table).encode())


def test_one_bad_row_does_not_hide_the_order(catalog, make_bars):
    table = rows(make_bars(100), order="ochl")
    table[0][1] = 10**9
    assert detect(Source("x", lines(table).encode())).name == "bitfinex"
    table[0][0] = "rubbish"
    assert detect(Source("x", lines(table).encode())).name == "bitfinex"


def test_metatrader_needs_a_timezone(catalog, make_bars):
    with pytest.raises(ParameterError) as caught:
        load(catalog, metatrader(make_bars(5)))
    assert "--timezone America/New_York+7h" in caught.value.cure
    assert catalog.series() == []


def test_metatrader_broker_time_becomes_utc_across_daylight_saving(catalog, make_bars):
    bars = make_bars(24 * 400, start="2019-12-30", timeframe="1h")
    summer = pd.DatetimeIndex(bars.time, tz="UTC").tz_convert("America/New_York")
    # The broker's clock shows 00:00 when New York closes at 17:00. No bar falls into the weekend's change.
    weekday = np.array(summer.day_of_week < 5) | np.array((summer.day_of_week == 6) & (summer.hour >= 17))
    broker = (summer.tz_localize(None) + pd.Timedelta(hours=7)).strftime("%Y.%m.%d\t%H:%M:%S")
    head = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n"
    table = [[t, *row[1:], 0, 1] for t, row, w in zip(broker, rows(bars), weekday, strict=True) if w]
    read = load(catalog, (head + lines(table, "\t")).encode(), "1h", timezone="America/New_York+7h")
    assert read.time.tolist() == bars.time[weekday].tolist()


def test_metatrader_daily_has_no_time_column(catalog, make_bars):
    bars = make_bars(40, timeframe="1d")
    table = [[t, *row[1:5], 9, 0, 1] for t, row in zip(wall(bars, "%Y.%m.%d"), rows(bars), strict=True)]
    text = "<DATE>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n" + lines(table, "\t")
    read = load(catalog, text.encode(), "1d", timezone="UTC+2h")
    assert (read.time + 2 * HOUR).tolist() == bars.time.tolist()
    assert set(read.volume) == {9.0}


def test_metatrader_4_lines_without_header(catalog, make_bars):
    bars = make_bars(40)
    table = [[t, *row[1:]] for t, row in zip(wall(bars, "%Y.%m.%d,%H:%M"), rows(bars), strict=True)]
    with pytest.raises(ParameterError, match="metatrader"):
        load(catalog, lines(table).encode())
    assert load(catalog, lines(table).encode(), timezone="UTC") == bars


def test_histdata_clock_has_no_daylight_saving(catalog):
    text = "20170612 020000;1.1;1.2;1.0;1.1;0\n20170612 020100;1.1;1.2;1.0;1.1;0\n"
    assert load(catalog, text.encode()).first == "2017-06-12T07:00:00Z"


def test_pandas_parquet_and_feather_with_naive_times(catalog, make_bars, tmp_path):
    bars = make_bars(50)
    frame = bars.to_pandas().tz_localize(None)
    frame.to_parquet(tmp_path / "a.parquet")
    import_files(catalog, [tmp_path / "a.parquet"], symbol="BTC/USDT", timeframe="1m", timezone="UTC-5h")
    assert (catalog.bars("BTC/USDT", "1m").time - 5 * HOUR).tolist() == bars.time.tolist()


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x01\x02\x03" * 100,
        b"hello world\n",
        b"<html><body>404</body></html>",
        b'{"code": -1121}',
        b"[]",
        b"[1, 2, 3]",
        b"[[1514764800000, 1, 2",
        b"PAR1 and no more",
        b"ARROW1\0\0 and no more",
        b"FEA1....",
        b"time,open,high,low\n1,2,3,4\n",
        b"time,open,high,low,close,volume\n",
        b"time,open,high,low,close,volume\n\xff\xfe\xfd,1,1,1,1,1\n",
        b"1514764800000,1,2\n",
    ],
)
def test_what_is_no_bar_file_is_a_user_error(catalog, data):
    with pytest.raises(DataError) as caught:
        load(catalog, data)
    assert caught.value.where.startswith(str(catalog.root.parent))
    assert caught.value.cure
    assert "\n" not in str(caught.value)
    assert catalog.series() == []


def test_unknown_format_name_gets_the_nearest(catalog):
    with pytest.raises(ParameterError) as caught:
        import_files(catalog, [Path("x")], symbol="X", timeframe="1m", format="binanse")
    assert caught.value.cure == "did you mean 'binance'?"


def test_table_without_prices_names_its_columns(catalog):
    file = io.BytesIO()
    pl.DataFrame({"time": [1], "bid": [2.0]}).write_parquet(file)
    with pytest.raises(DataError, match="columns time, bid"):
        load(catalog, file.getvalue())


SPOILERS = [b"\n", b",", b'"', b"\0", b"-", b"nan", b"1e400", b"\r", b"\xff", b"9" * 21, b"  ", b"[", b"null", b""]


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from([name for name in WRITERS if name not in ("feather", "parquet")]),
    spoils=st.lists(
        st.tuples(st.integers(0, 10**6), st.integers(0, 3), st.sampled_from(SPOILERS)), min_size=1, max_size=5
    ),
    on_bad=st.sampled_from(["error", "drop", "keep-last"]),
)
@example(name="json", spoils=[(1, 0, b'"'), (1, 0, b'"'), (2, 0, b"\xff")], on_bad="error")
def test_spoilt_file_is_imported_whole_or_refused_with_a_cure(tmp_path_factory, make_bars, name, spoils, on_bad):
    data = WRITERS[name](make_bars(40))
    for place, length, spoiler in spoils:
        at = place % (len(data) + 1)
        data = data[:at] + spoiler + data[at + length :]
    folder = tmp_path_factory.mktemp("spoilt")
    catalog = Catalog(folder / "catalog")
    (folder / "x").write_bytes(data)
    try:
        report = import_files(catalog, [folder / "x"], symbol="X", timeframe="1m", timezone="UTC", on_bad=on_bad)
    except UserError as error:
        assert error.message and error.cure and "\n" not in str(error)
        assert catalog.series() == []
    else:
        assert len(catalog.bars("X", "1m")) == report.bars
        assert check_series(catalog, "X", "1m").ok
        json.dumps(report.as_dict())
