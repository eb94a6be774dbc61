"""The two parts of the bars: one to choose by, one to confirm."""

from __future__ import annotations

from typing import NamedTuple

from tradefleet.market.bars import Bars
from tradefleet.market.errors import DataError, ParameterError
from tradefleet.research.search.evaluator import Span

# Fewer bars than this on a part tell nothing.
FEWEST_BARS = 10


class Parts(NamedTuple):
    """The training part, the confirmation part, and where one ends and the other begins (UTC ns)."""

    training: Span
    confirmation: Span
    split: int


def check_share(confirm: float) -> float:
    """The share of the bars that is kept back; raises ParameterError where it is not between 0 and 1."""
    if isinstance(confirm, bool) or not isinstance(confirm, int | float) or not 0.0 < confirm < 1.0:
        raise ParameterError(f"confirm is {confirm!r}", cure="give a share of the bars such as 0.3")
    return float(confirm)


def parts_of(bars: Bars, confirm: float) -> Parts:
    """The first bars to choose by, the last ones, a share `confirm` of their number, to confirm.

    Raises DataError where one of the parts has fewer than ten bars.

    >>> from tradefleet.market.generate import generate_bars
    >>> from tradefleet.market.time import format_time
    >>> format_time(parts_of(generate_bars("1h", days=10, seed=1), 0.3).split)
    '2024-01-08T00:00:00Z'
    """
    kept = round(len(bars) * confirm)
    first = len(bars) - kept
    if min(first, kept) < FEWEST_BARS:
        raise DataError(
            f"{len(bars)} bars make {first} to choose by and {kept} to confirm, and each needs {FEWEST_BARS}",
            where=f"{bars.symbol} {bars.timeframe}",
            cure="import more bars, or take a shorter timeframe",
        )
    split = int(bars.time[first])
    return Parts(Span(until=split), Span(since=split), split)
