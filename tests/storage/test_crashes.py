"""Kill -9 at every touch of the disk: the catalog is exactly the old one or exactly the new one."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tradefleet.market.bars import Bars
from tradefleet.market.errors import CatalogError
from tradefleet.storage.catalog import Catalog, export, import_files

SCRIPT = Path(__file__).with_name("crashing.py")
KILLED = 137


def read(root: Path) -> Bars | None:
    try:
        return Catalog(root).bars("BTC/USDT", "1h")
    except CatalogError:
        return None


def bring(root: Path, file: Path) -> None:
    import_files(Catalog(root), [file], symbol="BTC/USDT", timeframe="1h", replace=True)


def loose_files(root: Path) -> set[str]:
    """Files in the series' folder that its manifest does not name."""
    folder = root / "local" / "BTC%2FUSDT" / "1h"
    manifest = (folder / "manifest.json").read_text()
    return {path.name for path in folder.iterdir() if path.name != "manifest.json" and path.name not in manifest}


@pytest.mark.parametrize("base", ["nothing", "two months"])
def test_killed_import_leaves_old_or_new_at_every_point(tmp_path, make_bars, base):
    file = export(make_bars(24 * 80, start="2018-01-10", timeframe="1h"), tmp_path / "new.csv")
    before, killed = tmp_path / "before", tmp_path / "killed"
    before.mkdir()
    killed.mkdir()
    if base == "two months":
        Catalog(before).write(make_bars(24 * 40, start="2018-01-05", timeframe="1h", seed=2))
    campaign = subprocess.run(
        [sys.executable, str(SCRIPT), str(before), str(file), str(killed)],
        env={**os.environ, "POLARS_MAX_THREADS": "1"},
        text=True,
        capture_output=True,
        check=True,
    )
    code, *exits = campaign.stdout.splitlines()
    assert code == inspect.getfile(Catalog)
    codes = [int(exit_code) for exit_code in exits]
    assert codes[-1] == 0 and set(codes[:-1]) == {KILLED}, campaign.stderr

    old, new = read(before), read(killed / str(len(codes)))
    assert new is not None and new != old
    committed = []
    for point in range(1, len(codes)):
        root = killed / str(point)
        found = read(root)
        assert found in (old, new), f"point {point}: neither old nor new"
        committed.append(found == new)
        bring(root, file)
        assert read(root) == new
        assert loose_files(root) == set()
    # Old up to the commit, new from there on; both were seen, at the points there must be.
    assert committed == sorted(committed)
    assert committed.count(False) > 12
    assert committed.count(True) >= 1
