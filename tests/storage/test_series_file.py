"""Series read from the files that exchanges and sites give."""

from __future__ import annotations

import gzip
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradefleet.market.errors import DataError
from tradefleet.market.series import Series
from tradefleet.market.time import parse_time
from tradefleet.storage.series_file import read_series

FIRST, SECOND = parse_time("2024-01-01"), parse_time("2024-01-01T08:00")


def write(folder: Path, text: str, name: str = "funding.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def pairs(series: Series) -> list[tuple[int, float]]:
    return list(zip(series.time.tolist(), series.value.tolist(), strict=True))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain.csv", "time,value\n2024-01-01,0.0001\n2024-01-01T08:00Z,-0.0002\n"),
        ("backwards.csv", "time,value\n2024-01-01T08:00Z,-0.0002\n2024-01-01,0.0001\n"),
        ("api.csv", "symbol,fundingTime,fundingRate\nBTCUSDT,1704067200000,0.0001\nBTCUSDT,1704096000000,-0.0002\n"),
        (
            "dump.csv",
            "calc_time,funding_interval_hours,last_funding_rate\n1704067200000,8,0.0001\n1704096000000,8,-0.0002\n",
        ),
        ("seconds.csv", "timestamp;rate\r\n1704067200;0.0001\r\n1704096000;-0.0002\r\n"),
        ("nanoseconds.csv", "time,value\n1704067200000000000,0.0001\n1704096000000000000,-0.0002\n"),
        ("other.csv", "date,vix\n2024-01-01 00:00,0.0001\n2024-01-01 08:00,-0.0002\n"),
        ("twice.csv", "time,value\n2024-01-01,0.0001\n2024-01-01,0.0001\n2024-01-01T08:00Z,-0.0002\n"),
        ("quoted.csv", '"time","value"\n"2024-01-01","0.0001"\n"2024-01-01T08:00","-0.0002"\n'),
        ("api.json", '[{"fundingTime": 1704067200000, "fundingRate": "0.0001"},'
                     ' {"fundingTime": 1704096000000, "fundingRate": "-0.0002"}]'),
        ("pairs.json", "[[1704067200, 0.0001], [1704096000, -0.0002]]"),
        ("index.json", '{"name": "Fear and Greed Index", "data": [{"value": "-0.0002", "timestamp": "1704096000"},'
                       ' {"value": "0.0001", "value_classification": "Fear", "timestamp": "1704067200"}]}'),
    ],
)  # fmt: skip
def test_file_is_read_whatever_its_form(tmp_path: Path, name: str, text: str) -> None:
    found = read_series(write(tmp_path, text, name))
    assert pairs(found) == [(FIRST, 0.0001), (SECOND, -0.0002)]
    assert found.name == name.split(".")[0]


def test_series_may_be_named_and_packed(tmp_path: Path) -> None:
    path = tmp_path / "f.csv.gz"
    path.write_bytes(gzip.compress(b"time,value\n2024-01-01,1\n"))
    assert read_series(path).name == "f"
    assert read_series(str(path), "fear_greed").name == "fear_greed"


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30))
def test_values_are_read_to_the_bit(values: list[float]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = "".join(f"{1_704_067_200 + 60 * row},{value!r}\n" for row, value in enumerate(values))
        found = read_series(write(Path(folder), "time,value\n" + rows))
    assert found.value.tolist() == values


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("f.csv", "time,value\n2024-01-01,1\nyesterday,2\n", r"time is 'yesterday', in .*f.csv:3; write it as"),
        ("f.csv", "time,value\n2024-01-01,1\n\n2024-01-02,many\n", r"value is 'many', in .*f.csv:4; give a number"),
        ("f.csv", "time,value\n2024-01-01,\n", r"value is None, in .*f.csv:2"),
        ("f.csv", "time,value\n2024-01-01,inf\n", r"value is 'inf', in .*f.csv:2"),
        (
            "f.csv",
            "time,value\n2024-01-01,1\n2024-01-01,2\n",
            r"has another value on .*f.csv:2, in .*f.csv:3; keep one",
        ),
        ("f.csv", "open,high\n1,2\n", r"the header is 'open,high', in .*f.csv:1; name its columns: time,value"),
        ("f.csv", "", r"the file is empty, in .*f.csv"),
        ("f.json", "[{", r"the JSON is damaged.*f.json"),
        ("f.json", '{"data": 5}', r"the JSON is not a list, in .*f.json"),
        ("f.json", "[[1, 2], [3]]", r"the row is \[3\], in .*f.json row 2; a row must be"),
        ("f.json", '[{"time": 1704067200, "value": "x"}]', r"value is 'x', in .*f.json row 1"),
    ],
)
def test_what_cannot_be_read_is_named_with_file_and_line(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_series(write(tmp_path, text, name))


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such file, in " + re.escape(str(tmp_path / "no.csv"))):
        read_series(tmp_path / "no.csv")
