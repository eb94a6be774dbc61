"""What becomes of bad rows, overlaps, options; a bad row is named with file and line, nothing is half-imported."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tradefleet.market.errors import CatalogError, DataError, ParameterError
from tradefleet.market.time import format_time, parse_time
from tradefleet.storage.catalog import BadRowsError, Catalog, import_files

MINUTE = 60 * 10**9
T0 = "2018-01-01T00:00:00Z"


def line(minute: int, prices: str = "10,12,9,11", volume: object = 5) -> str:
    return f"{format_time(parse_time(T0) + minute * MINUTE)},{prices},{volume}"


GOOD = [line(i) for i in range(10)]
BAD = {
    "abc,10,12,9,11,5": "time is 'abc', not a time",
    ",10,12,9,11,5": "the time is absent",
    "2018-02-30T00:00:00Z,10,12,9,11,5": "time is '2018-02-30T00:00:00Z', not a time",
    line(5, "ten,12,9,11"): "open is 'ten', not a number",
    line(5, "10,12,,11"): "low is absent",
    line(5, "10,nan,9,11"): "high is 'nan', not a number",
    line(5, "10,inf,9,11"): "high is inf, not a number",
    line(5, "10,12,9"): "volume is absent",
    line(5, "10,12,9,11", ""): "volume is absent",
    line(5, "10,12,9,11,7,7"): "the line has 8 cells, the others have fewer",
    line(5, "10,12,0,11"): "low is 0.0, a price must be above 0",
    line(5, "-10,12,-10,11"): "open is -10.0, a price must be above 0",
    line(5, "10,9,12,11"): "high 9.0 is below low 12.0",
    line(5, "13,12,9,11"): "open 13.0 is outside low 9.0 and high 12.0",
    line(5, "10,12,9,8"): "close 8.0 is outside low 9.0 and high 12.0",
    line(5, volume=-1): "volume is -1.0, it must not be negative",
    line(3): "2018-01-01T00:03:00Z is there twice",
    line(-3): "2017-12-31T23:57:00Z is out of order",
}


def bring(catalog: Catalog, *paths: Path, **options: object):
    return import_files(catalog, list(paths), symbol="X", timeframe="1m", **options)


@pytest.mark.parametrize(("bad", "reason"), BAD.items())
def test_bad_row_is_named_with_file_and_line(catalog, csv_file, bad, reason):
    path = csv_file(*GOOD[:5], bad, *GOOD[6:])
    with pytest.raises(DataError) as caught:
        bring(catalog, path)
    assert caught.value.message == reason
    assert caught.value.where == f"{path}:7"
    assert "--on-bad drop" in caught.value.cure
    assert catalog.series() == []


@pytest.mark.parametrize(("bad", "reason"), BAD.items())
def test_drop_leaves_the_bad_row_out_and_lists_it(catalog, csv_file, bad, reason):
    path = csv_file(*GOOD[:5], bad, *GOOD[6:])
    report = bring(catalog, path, on_bad="drop")
    ((found,),) = report.files[0].dropped
    assert (found.where, found.reason) == (f"{path}:7", reason)
    assert (report.dropped, report.files[0].rows, report.bars) == (1, 10, 9)
    assert [t // MINUTE % 60 for t in catalog.bars("X", "1m").time.tolist()] == [0, 1, 2, 3, 4, 6, 7, 8, 9]


@pytest.mark.parametrize(("bad", "reason"), BAD.items())
def test_keep_last_forgives_duplicates_only(catalog, csv_file, bad, reason):
    path = csv_file(*GOOD[:5], bad, *GOOD[6:])
    if "twice" in reason:
        assert bring(catalog, path, on_bad="keep-last").dropped == 1
    else:
        with pytest.raises(DataError) as caught:
            bring(catalog, path, on_bad="keep-last")
        assert caught.value.message == reason


@pytest.mark.parametrize("bad", BAD)
def test_lines_are_right_in_a_file_with_bom_crlf_and_blank_lines(catalog, tmp_path, bad):
    path = tmp_path / "x.csv"
    head = "time,open,high,low,close,volume"
    text = "\r\n".join([head, "", GOOD[0], "", *GOOD[1:5], bad, *GOOD[6:], "", "", ""])
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    with pytest.raises(DataError) as caught:
        bring(catalog, path)
    assert caught.value.where == f"{path}:9"


@pytest.mark.parametrize("position", [0, 9])
def test_bad_first_and_last_lines_are_named(catalog, csv_file, position):
    lines = list(GOOD)
    lines[position] = line(position, "10,12,x,11")
    path = csv_file(*lines)
    with pytest.raises(DataError) as caught:
        bring(catalog, path)
    assert caught.value.where == f"{path}:{position + 2}"


def test_text_cut_short_is_a_bad_last_line(catalog, csv_file):
    path = csv_file(*GOOD)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DataError) as caught:
        bring(catalog, path)
    assert caught.value.where == f"{path}:11"


def test_first_bad_row_is_named_and_the_others_counted(catalog, csv_file):
    lines = [line(i, "10,9,12,11" if i in (3, 7, 8) else "10,12,9,11") for i in range(10)]
    lines[5] = line(5, volume="x")
    path = csv_file(*lines)
    with pytest.raises(BadRowsError) as caught:
        bring(catalog, path)
    assert caught.value.message == "high 9.0 is below low 12.0 (and 3 more bad rows)"
    assert caught.value.where == f"{path}:5"
    assert {found.kind: [f.where for f in found] for found in caught.value.findings} == {
        "not a number": [f"{path}:7"],
        "high below low": [f"{path}:5", f"{path}:9", f"{path}:10"],
    }


def test_bad_rows_of_all_files_are_counted(catalog, csv_file):
    good, bad = csv_file(*GOOD, name="a.csv"), csv_file(line(20, "0,0,0,0"), name="b.csv")
    worse = csv_file(line(30), line(30), line(30), name="c.csv")
    with pytest.raises(DataError) as caught:
        bring(catalog, good, bad, worse)
    assert caught.value.where == f"{bad}:2"
    assert "and 2 more" in caught.value.message
    assert catalog.series() == []


def test_row_of_json_is_named(catalog, tmp_path):
    path = tmp_path / "x.json"
    table = [[1514764800000 + 60_000 * i, 10, 12, 9, 11, 5] for i in range(10)]
    table[4][2] = None
    path.write_text(json.dumps(table))
    with pytest.raises(DataError, match="high is absent") as caught:
        bring(catalog, path)
    assert caught.value.where == f"{path} row 5"
    path.write_text(json.dumps([*table[:4], [1, 2], *table[5:]]))
    with pytest.raises(DataError) as caught:
        bring(catalog, path)
    assert caught.value.where == f"{path} row 5"


def test_keep_last_takes_the_values_of_the_last(catalog, csv_file):
    path = csv_file(line(0), line(1, volume=1), line(2), line(1, volume=2), line(3), line(1, volume=3))
    report = bring(catalog, path, on_bad="keep-last")
    assert catalog.bars("X", "1m").volume.tolist() == [5, 3, 5, 5]
    assert [found.where for found in report.files[0].dropped[0]] == [f"{path}:3", f"{path}:5"]


def test_drop_takes_the_values_of_the_first(catalog, csv_file):
    bring(catalog, csv_file(line(0), line(1, volume=1), line(1, volume=2), line(2)), on_bad="drop")
    assert catalog.bars("X", "1m").volume.tolist() == [5, 1, 5]


def test_one_time_from_the_far_future_does_not_drop_the_rest(catalog, csv_file):
    path = csv_file(*GOOD[:3], line(10**7), *GOOD[4:])
    report = bring(catalog, path, on_bad="drop")
    assert [str(found) for found in report.files[0].dropped[0]] == [
        f"{path}:5: {format_time(parse_time(T0) + 10**7 * MINUTE)} is out of order"
    ]
    assert report.bars == 9


def test_of_two_swapped_bars_the_second_is_out_of_order(catalog, csv_file):
    path = csv_file(*GOOD[:3], GOOD[4], GOOD[3], *GOOD[5:])
    with pytest.raises(DataError) as caught:
        bring(catalog, path)
    assert caught.value.where == f"{path}:6"


def test_file_of_bad_rows_alone_imports_nothing(catalog, csv_file):
    with pytest.raises(DataError, match="no row is a bar"):
        bring(catalog, csv_file(line(0, "0,0,0,0"), line(1, "0,0,0,0")), on_bad="drop")
    assert catalog.series() == []


def test_ambiguous_and_skipped_local_times_are_findings(catalog, csv_file):
    times = ["2018-03-11 01:59", "2018-03-11 02:30", "2018-03-11 03:00", "2018-11-04 01:30", "2018-11-04 03:00"]
    path = csv_file(*(f"{time},10,12,9,11,5" for time in times))
    with pytest.raises(DataError) as caught:
        bring(catalog, path, timezone="America/New_York")
    assert caught.value.where == f"{path}:3"
    assert "'2018-03-11 02:30', which the clock of America/New_York shows twice or never" in caught.value.message
    report = bring(catalog, path, timezone="America/New_York", on_bad="drop")
    assert [found.where for found in report.files[0].dropped[0]] == [f"{path}:3", f"{path}:5"]
    assert catalog.bars("X", "1m").first == "2018-03-11T06:59:00Z"


def test_timezone_for_times_that_need_none_is_refused(catalog, csv_file):
    for time in (T0, "1514764800000", "2018-01-01 00:00:00+02:00"):
        path = csv_file(f"{time},10,12,9,11,5", name=f"{len(time)}.csv")
        with pytest.raises(DataError) as caught:
            bring(catalog, path, timezone="Europe/Athens")
        assert caught.value.cure == "leave --timezone out"
    bring(catalog, csv_file(*GOOD), timezone="UTC")


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"timezone": "Europe/Athen"}, "Europe/Athens"),
        ({"timezone": "Mars+99h"}, "America/New_York+7h"),
        ({"on_bad": "dropp"}, "'drop'"),
        ({"format": "xlsx"}, "choose one of"),
        ({"scale": "0"}, "positive"),
        ({"tick": "-1"}, "positive"),
        ({"lot": "a"}, "positive"),
        ({"min_notional": "nan"}, "positive"),
    ],
)
def test_option_that_does_not_fit_is_a_parameter_error(catalog, csv_file, options, word):
    with pytest.raises(ParameterError) as caught:
        bring(catalog, csv_file(*GOOD), **options)
    assert word in caught.value.cure


def test_no_file_at_all_is_a_parameter_error(catalog):
    with pytest.raises(ParameterError):
        bring(catalog)


def test_points_become_the_nearest_double_of_the_price(catalog, csv_file):
    points = [158611, 132487, 99999, 100001, 123457, 81121]
    path = csv_file(*(line(i, ",".join([f"{p}.0"] * 4)) for i, p in enumerate(points)))
    bring(catalog, path, scale="0.00001")
    assert catalog.bars("X", "1m").close.tolist() == [float(Decimal(p).scaleb(-5)) for p in points]


@pytest.mark.parametrize("scale", [0.01, "0.01", Decimal("0.01")])
def test_scale_is_read_by_its_text(catalog, csv_file, scale):
    bring(catalog, csv_file(line(0, "1001,1203,907,1109")), scale=scale)
    bar = catalog.bars("X", "1m")
    assert (bar.open[0], bar.high[0], bar.low[0], bar.close[0], bar.volume[0]) == (10.01, 12.03, 9.07, 11.09, 5)


def test_steps_of_the_instrument_are_kept(catalog, csv_file):
    bring(catalog, csv_file(*GOOD), tick="0.01", lot="0.0001", min_notional="5")
    steps = catalog.bars("X", "1m").instrument
    assert (steps.tick, steps.lot, steps.min_notional) == (Decimal("0.01"), Decimal("0.0001"), Decimal(5))


def test_files_in_any_order_that_overlap_with_equal_bars_are_one_series(catalog, csv_file):
    lines = [line(i, volume=i + 1) for i in range(30)]
    parts = [lines[20:], lines[:12], lines[8:22]]
    paths = [csv_file(*part, name=f"{i}.csv") for i, part in enumerate(parts)]
    report = bring(catalog, *paths)
    assert catalog.bars("X", "1m").volume.tolist() == [i + 1 for i in range(30)]
    assert [file.bars for file in report.files] == [10, 12, 8]
    assert (report.written.added, report.warnings, report.dropped) == (30, 0, 0)
    again = bring(catalog, *reversed(paths))
    assert (again.written.added, again.written.unchanged) == (0, 30)


def test_files_that_differ_are_refused_with_both_places(catalog, csv_file):
    one, two = csv_file(*GOOD, name="1.csv"), csv_file(line(4), line(5, volume=6), name="2.csv")
    with pytest.raises(DataError) as caught:
        bring(catalog, one, two)
    assert caught.value.where == f"{two}:3"
    assert f"volume is 5.0 in {one}:7 and 6.0 here" in caught.value.message
    assert catalog.series() == []


@pytest.mark.parametrize(
    ("options", "volume"), [({"replace": True}, 6), ({"on_bad": "keep-last"}, 6), ({"on_bad": "drop"}, 5)]
)
def test_files_that_differ_by_policy(catalog, csv_file, options, volume):
    one, two = csv_file(*GOOD, name="1.csv"), csv_file(line(4), line(5, volume=6), name="2.csv")
    bring(catalog, one, two, **options)
    assert catalog.bars("X", "1m").volume[5] == volume


def test_bars_that_differ_from_the_catalog_need_replace(catalog, csv_file):
    bring(catalog, csv_file(*GOOD))
    new = csv_file(line(4), line(5, volume=6), line(10), name="2.csv")
    with pytest.raises(DataError, match=r"2018-01-01T00:05:00Z is there with another volume: 5\.0, now 6\.0"):
        bring(catalog, new)
    assert len(catalog.bars("X", "1m")) == 10
    written = bring(catalog, new, replace=True).written
    assert (written.added, written.replaced, written.unchanged) == (1, 1, 1)


def test_one_bad_file_keeps_all_out(catalog, csv_file):
    good = [csv_file(*[line(j + 40_000 * i) for j in range(10)], name=f"{i}.csv") for i in range(4)]
    bad = csv_file(line(200_000, "x,1,1,1"), name="bad.csv")
    with pytest.raises(DataError):
        bring(catalog, *good, bad)
    assert catalog.series() == []
    assert not (catalog.root / "local").exists()


def test_gap_outlier_and_zero_volume_are_warned_about_and_imported(catalog, csv_file):
    lines = [line(i, "10,12,9,11", 0 if i == 7 else 5) for i in range(50) if i not in (20, 21, 40)]
    lines[10] = line(10, "10,1200,9,11")
    path = csv_file(*lines)
    report = bring(catalog, path)
    found = {w.kind: [(f.where, f.reason) for f in w] for w in report.files[0].warnings}
    assert found == {
        "gap": [
            (f"{path}:22", "2 bars are absent after 2018-01-01T00:19:00Z"),
            (f"{path}:40", "1 bar is absent after 2018-01-01T00:39:00Z"),
        ],
        "outlier": [(f"{path}:12", "high 1200.0 is 10809.1% from the close before, 11.0")],
        "zero volume": [(f"{path}:9", "volume is 0")],
    }
    assert report.bars == 47
    assert report.as_dict()["files"][0]["warnings"][0]["count"] == 2


def test_bars_off_the_grid_are_imported_with_a_warning(catalog, csv_file):
    path = csv_file(*(f"2018-01-{day:02d} 22:00,10,12,9,11,5" for day in range(1, 29)))
    report = import_files(catalog, [path], symbol="X", timeframe="1d")
    assert [(w.kind, len(w)) for w in report.files[0].warnings] == [("off grid", 28)]
    assert report.files[0].warnings[0][0].reason == "opens at 2018-01-01T22:00:00Z, not on a 1d period"


def test_broker_days_of_23_and_25_hours_are_days(catalog, csv_file):
    days = ["2018-03-08", "2018-03-09", "2018-03-12", "2018-03-13", "2018-11-02", "2018-11-05"]
    path = csv_file(*(f"{day} 00:00,10,12,9,11,5" for day in days))
    report = import_files(catalog, [path], symbol="X", timeframe="1d", timezone="America/New_York+7h")
    assert report.bars == 6


@pytest.mark.parametrize(
    ("step", "given_as", "likely"), [(1, "5m", "1m"), (5, "1m", "5m"), (60, "1m", "1h"), (60, "1d", "1h")]
)
def test_wrong_timeframe_is_refused_with_the_likely_one(catalog, csv_file, step, given_as, likely):
    path = csv_file(*(line(step * i) for i in range(40)))
    with pytest.raises(DataError) as caught:
        import_files(catalog, [path], symbol="X", timeframe=given_as)
    assert f"--timeframe {likely}" in caught.value.cure
    assert catalog.series() == []


def test_report_is_plain_data(catalog, csv_file):
    path = csv_file(*GOOD[:5], "rubbish", *GOOD[6:])
    report = bring(catalog, path, on_bad="drop").as_dict()
    assert json.loads(json.dumps(report)) == report
    file = report.pop("files")[0]
    assert report == {
        "venue": "local",
        "symbol": "X",
        "timeframe": "1m",
        "bars": 9,
        "first": T0,
        "last": "2018-01-01T00:09:00Z",
        "added": 9,
        "replaced": 0,
        "unchanged": 0,
        "removed": 0,
        "dropped": 1,
        "warnings": 1,
    }
    assert (file["format"], file["rows"], file["bars"]) == ("csv", 10, 9)
    assert file["dropped"] == [
        {
            "kind": "unreadable",
            "count": 1,
            "findings": [{"where": f"{path}:7", "time": None, "reason": "time is 'rubbish', not a time"}],
        }
    ]


rubbish = st.sampled_from(list(BAD)[:16])


@settings(deadline=None, max_examples=60)
@given(
    kept=st.lists(st.booleans(), min_size=3, max_size=60),
    bad=st.lists(st.tuples(st.integers(0, 60), rubbish), max_size=8),
    seed=st.integers(0, 99),
)
@example(kept=[False] * 3, bad=[(1, "2018-01-01T00:05:00Z,10,12,9,11,7,7,5")] * 2, seed=0)
@example(kept=[False] * 3, bad=[(1, "2018-01-01T00:05:00Z,10,12,9,11,7,7,5")] * 8, seed=0)
def test_drop_keeps_exactly_the_good_rows_and_error_names_the_first_bad(tmp_path_factory, kept, bad, seed):
    folder = tmp_path_factory.mktemp("import")
    chance = random.Random(seed)
    lines = [(line(i, volume=chance.randint(1, 9)), True) for i, keep in enumerate(kept) if keep or i in (0, 1)]
    good = [text for text, _ in lines]
    for position, text in bad:
        lines.insert(position % (len(lines) + 1), (text, False))
    path = folder / "x.csv"
    path.write_text("time,open,high,low,close,volume\n" + "".join(text + "\n" for text, _ in lines))
    catalog = Catalog(folder / "catalog")
    if bad:
        with pytest.raises(BadRowsError) as caught:
            bring(catalog, path)
        first = next(i for i, (_, is_good) in enumerate(lines) if not is_good)
        assert caught.value.where == f"{path}:{first + 2}"
        with pytest.raises(CatalogError):
            catalog.bars("X", "1m")
    report = bring(catalog, path, on_bad="drop")
    assert report.dropped == len(bad)
    bars = catalog.bars("X", "1m")
    assert bars.volume.tolist() == [float(text.rpartition(",")[2]) for text in good]
    assert bars.time.tolist() == [parse_time(text.partition(",")[0]) for text in good]


@settings(deadline=None, max_examples=60)
@given(order=st.permutations(range(12)), twice=st.lists(st.integers(0, 11), max_size=4))
def test_shuffled_rows_with_drop_are_a_rising_part_and_nothing_is_lost_uncounted(tmp_path_factory, order, twice):
    folder = tmp_path_factory.mktemp("import")
    minutes = [*order, *twice]
    path = folder / "x.csv"
    path.write_text("time,open,high,low,close,volume\n" + "".join(line(m) + "\n" for m in minutes))
    catalog = Catalog(folder / "catalog")
    report = bring(catalog, path, on_bad="drop")
    assert report.bars + report.dropped == len(minutes)
    twins = sum(len(found) for found in report.files[0].dropped if found.kind == "duplicate time")
    assert twins == len(twice)
    assert len(catalog.bars("X", "1m")) == report.bars


def test_file_of_mostly_bad_rows_is_not_what_it_was_taken_for(catalog, csv_file):
    lines = [line(i, "10,9,12,11" if i % 3 else "10,10,10,10") for i in range(60)]
    with pytest.raises(DataError, match="40 of 60 rows are no bars"):
        bring(catalog, csv_file(*lines), on_bad="drop")
    assert catalog.series() == []


def test_file_of_another_timeframe_among_others_is_named(catalog, csv_file):
    good = csv_file(*GOOD, name="1.csv")
    other = csv_file(*(line(1000 + 5 * i) for i in range(30)), name="2.csv")
    with pytest.raises(DataError, match="5m apart") as caught:
        bring(catalog, good, other)
    assert caught.value.where == str(other)


def test_second_import_between_the_bars_of_the_first_is_refused(catalog, csv_file):
    bring(catalog, csv_file(*GOOD, name="1.csv"))
    before = catalog.bars("X", "1m")
    late = csv_file(*(text.replace(":00Z", ":15Z") for text in GOOD), name="2.csv")
    with pytest.raises(DataError, match="one at 2018-01-01T00:00:00Z and one at 2018-01-01T00:00:15Z") as caught:
        bring(catalog, late)
    assert "import again" in caught.value.cure
    assert catalog.bars("X", "1m") == before


def test_bar_between_those_of_another_file_is_named_with_both_places(catalog, csv_file):
    many = csv_file(*(line(i) for i in range(40)), name="1.csv")
    one = csv_file(line(7).replace(":00Z", ":15Z"), name="2.csv")
    with pytest.raises(DataError, match=f"00:07:15Z follows that at 2018-01-01T00:07:00Z .*{many}:9") as caught:
        bring(catalog, many, one)
    assert caught.value.where == f"{one}:2"
    assert catalog.series() == []


def test_single_path_is_a_list_of_one(catalog, csv_file):
    assert import_files(catalog, str(csv_file(*GOOD)), symbol="X", timeframe="1m").bars == 10


def test_first_line_with_too_many_cells_is_named(catalog, csv_file):
    path = csv_file(GOOD[0] + ",1,2,3", *GOOD[1:])
    with pytest.raises(DataError, match="9 cells") as caught:
        bring(catalog, path)
    assert caught.value.where == f"{path}:2"
