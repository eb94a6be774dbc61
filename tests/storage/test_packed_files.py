from __future__ import annotations

import gzip
import lzma
import zipfile
from pathlib import Path

import pytest

from tradefleet.market.errors import DataError
from tradefleet.storage.catalog import Catalog, import_files

LINES = [f"{1514764800 + 60 * i},10,12,9,11,5" for i in range(2000)]
TEXT = ("time,open,high,low,close,volume\n" + "\n".join(LINES) + "\n").encode()


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def pack(folder: Path, how: str, text: bytes = TEXT) -> Path:
    path = folder / f"bars.csv.{how}"
    if how == "zip":
        return zipped(path, {"bars.csv": text})
    path.write_bytes({"gz": gzip.compress, "xz": lzma.compress}[how](text))
    return path


def bring(catalog: Catalog, *paths: Path, **options: object):
    return import_files(catalog, list(paths), symbol="X", timeframe="1m", **options)


@pytest.mark.parametrize("how", ["gz", "xz", "zip"])
def test_packed_file_is_read_whatever_its_name(catalog, tmp_path, how):
    path = pack(tmp_path, how).rename(tmp_path / "odd.name")
    assert bring(catalog, path).bars == 2000


@pytest.mark.parametrize("how", ["gz", "xz", "zip"])
def test_line_numbers_are_those_of_the_unpacked_text(catalog, tmp_path, how):
    path = pack(tmp_path, how, TEXT.replace(LINES[1500].encode(), b"x"))
    with pytest.raises(DataError) as caught:
        bring(catalog, path)
    assert caught.value.where == (f"{path}/bars.csv:1502" if how == "zip" else f"{path}:1502")


@pytest.mark.parametrize("how", ["gz", "xz", "zip"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
def test_packed_file_cut_short_is_a_user_error(catalog, tmp_path, how, part):
    path = pack(tmp_path, how)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(DataError, match="damaged") as caught:
        bring(catalog, path)
    assert caught.value.where == str(path)
    assert "fetch it again" in caught.value.cure
    assert catalog.series() == []


@pytest.mark.parametrize("how", ["gz", "xz", "zip"])
def test_packed_file_with_a_flipped_byte_is_a_user_error(catalog, tmp_path, how):
    path = pack(tmp_path, how)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    path.write_bytes(data)
    with pytest.raises(DataError, match="damaged"):
        bring(catalog, path)


def test_zip_of_several_csv_brings_them_all(catalog, tmp_path):
    head = b"time,open,high,low,close,volume\n"
    members = {f"{i}.csv": head + "\n".join(LINES[i * 500 : i * 500 + 500]).encode() for i in range(4)}
    path = zipped(tmp_path / "all.zip", {**members, "README.txt": b"hello", "__MACOSX/._0.csv": b"\0"})
    report = bring(catalog, path)
    assert report.bars == 2000
    assert [file.file for file in report.files] == [f"{path}/{i}.csv" for i in range(4)]


def test_zip_that_leaves_a_choice_names_its_members(catalog, tmp_path):
    path = zipped(tmp_path / "all.zip", {"a.json": b"[]", "b.json": b"[]"})
    with pytest.raises(DataError, match=r"a\.json, b\.json"):
        bring(catalog, path)


def test_zip_of_nothing(catalog, tmp_path):
    with pytest.raises(DataError, match="empty"):
        bring(catalog, zipped(tmp_path / "all.zip", {}))


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"\n\n  \n", "empty"),
        (gzip.compress(b"", mtime=0), "empty"),
        (b"PK\x03\x04junk", "zip is damaged"),
        (b"\x1f\x8bjunk", "damaged"),
    ],
)
def test_file_without_content(catalog, tmp_path, data, word):
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    with pytest.raises(DataError, match=word) as caught:
        bring(catalog, path)
    assert caught.value.where == str(path)


def test_missing_file_and_folder(catalog, tmp_path):
    with pytest.raises(DataError, match="no such file"):
        bring(catalog, tmp_path / "absent.csv")
    with pytest.raises(DataError, match="folder") as caught:
        bring(catalog, tmp_path)
    assert caught.value.cure == f"name its files: {tmp_path}/*.csv"
