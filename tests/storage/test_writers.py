"""Several processes at one series."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tradefleet.storage.catalog import export

WRITER = """
import sys
from tradefleet.storage.catalog import Catalog, import_files
root, *files = sys.argv[1:]
for file in files:
    import_files(Catalog(root), [file], symbol="BTC/USDT", timeframe="1h")
"""
READER = """
import sys
from pathlib import Path
from tradefleet.storage.catalog import Catalog
catalog, seen = Catalog(sys.argv[1]), 0
while not Path(sys.argv[2]).exists():
    bars = catalog.bars("BTC/USDT", "1h")
    assert len(bars) >= seen and len(bars) % 500 == 0, len(bars)
    seen = len(bars)
print(seen)
"""


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], text=True, stdout=subprocess.PIPE)


def test_two_writers_and_a_reader_lose_nothing(catalog, make_bars, tmp_path):
    bars = make_bars(12_000, timeframe="1h")
    parts = [bars[row : row + 500] for row in range(0, 12_000, 500)]
    files: list[Path] = [export(part, tmp_path / f"{i:02d}.csv") for i, part in enumerate(parts)]
    catalog.write(parts[0])
    done = tmp_path / "done"
    reader = start(READER, catalog.root, done)
    # Both write every odd-numbered part: one of them finds it there already.
    writers = [start(WRITER, catalog.root, *files[::2], *files[1::2]), start(WRITER, catalog.root, *files[::-1])]
    for writer in writers:
        writer.communicate(timeout=60)
    assert [writer.returncode for writer in writers] == [0, 0]
    done.touch()
    out, _ = reader.communicate(timeout=60)
    assert reader.returncode == 0 and int(out) > 0
    assert catalog.bars("BTC/USDT", "1h") == bars
    folder = catalog.root / "local" / "BTC%2FUSDT" / "1h"
    assert len(list(folder.glob("*.parquet"))) == len({str(t)[:7] for t in bars.time.astype("M8[ns]")})
