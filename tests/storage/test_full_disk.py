"""A disk that fills up in the middle of a write: a user error, and the catalog as it was."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tradefleet.market.errors import CatalogError
from tradefleet.storage.catalog import Catalog, export

LIMITED = """
import resource, sys
from tradefleet.storage.catalog import Catalog, import_files
from tradefleet.market.errors import CatalogError
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    import_files(Catalog(sys.argv[1]), [sys.argv[2]], symbol="BTC/USDT", timeframe="1m")
except CatalogError as error:
    print(error.message, "|", error.cure)
"""


def tree(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if ".locks" not in path.parts}


@pytest.mark.parametrize("base", [0, 500])
def test_file_that_may_not_grow_leaves_the_catalog_as_it_was(catalog, make_bars, tmp_path, base):
    bars = make_bars(60_000)
    file = export(bars, tmp_path / "new.csv")
    catalog.root.mkdir()
    if base:
        catalog.write(bars[:base])
    before = tree(catalog.root)
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(catalog.root), str(file)], text=True, capture_output=True, check=True
    )
    assert done.stdout.startswith("the disk is full | free some space")
    assert tree(catalog.root) == before
    if base:
        assert catalog.bars("BTC/USDT", "1m") == bars[:base]
    catalog.write(bars)
    assert catalog.bars("BTC/USDT", "1m") == bars


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_full_disk_leaves_the_catalog_as_it_was(small_disk, make_bars):
    catalog = Catalog(small_disk / "catalog")
    bars = make_bars(60_000)
    catalog.write(bars[:500])
    before = tree(catalog.root)
    with pytest.raises(CatalogError, match="the disk is full"):
        catalog.write(bars)
    assert tree(catalog.root) == before
    assert catalog.bars("BTC/USDT", "1m") == bars[:500]
    with pytest.raises(CatalogError, match="the disk is full"):
        export(bars, small_disk / "out.parquet")
    assert not (small_disk / "out.parquet").exists()
    assert catalog.write(bars[:5000]).added == 4500


def test_error_while_syncing_leaves_the_catalog_as_it_was(catalog, make_bars, monkeypatch):
    bars = make_bars(60_000)
    catalog.write(bars[:500])
    before = tree(catalog.root)

    def broken(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", broken)
        with pytest.raises(CatalogError, match="Input/output error"):
            catalog.write(bars)
    assert tree(catalog.root) == before
    assert catalog.bars("BTC/USDT", "1m") == bars[:500]
