"""Where a series lives under the catalog's root: `venue/symbol/timeframe/`, names percent-encoded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from tradefleet.market.errors import ParameterError
from tradefleet.market.timeframe import Timeframe

MANIFEST = "manifest.json"
LOCKS = ".locks"
# What file systems allow for one name, in bytes.
_LONGEST_NAME = 255


def encode(name: str, what: str) -> str:
    """A folder name for any text, reversible by `decode`; raises ParameterError when it cannot be one.

    >>> encode("BTC/USDT", "symbol")
    'BTC%2FUSDT'
    """
    # A text that is no UTF-8 (a lone surrogate) has no folder either.
    folder = quote(name, safe="", errors="ignore")
    if folder.startswith("."):
        folder = "%2E" + folder[1:]
    if unquote(folder) != name or not folder or len(folder) > _LONGEST_NAME - len(".lock"):
        raise ParameterError(f"{what} is {name!r}", cure="give a name of 1 to some 80 characters")
    return folder


def decode(folder: str) -> str:
    """The name a folder stands for.

    >>> decode("BTC%2FUSDT")
    'BTC/USDT'
    """
    return unquote(folder)


@dataclass(frozen=True, order=True)
class SeriesKey:
    """What tells one series from another: venue, symbol, timeframe.

    >>> print(SeriesKey("local", "BTC/USDT", Timeframe.parse("1m")))
    BTC/USDT 1m (local)
    """

    venue: str
    symbol: str
    timeframe: Timeframe

    def folder(self, root: Path) -> Path:
        """The folder that holds the series' files and manifest."""
        return root / encode(self.venue, "venue") / encode(self.symbol, "symbol") / str(self.timeframe)

    def lock(self, root: Path) -> Path:
        """The lock file of the series' writers, outside its folder so that the folder can go."""
        folder = self.folder(root)
        return root / LOCKS / folder.parts[-3] / folder.parts[-2] / f"{self.timeframe}.lock"

    def __str__(self) -> str:
        return f"{self.symbol} {self.timeframe} ({self.venue})"
