"""Whether bars are as far apart as their timeframe says."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tradefleet.market.bars import Times, too_close
from tradefleet.market.errors import DataError
from tradefleet.market.time import format_time
from tradefleet.market.timeframe import Timeframe

# A daily bar is 23 hours long when a broker's clock is put forward: a few short steps are fine.
_SHORT_SHARE = 0.05
# So many bars that all happen to stand on a coarser grid did not happen to.
_TELLING = 20


def check_spacing(time: Times, timeframe: Timeframe, *, where: str) -> None:
    """Raise DataError, naming the likely timeframe, when rising times are not those of `timeframe`.

    That is when more than a few steps are shorter, or when all steps are multiples of a longer one.
    """
    steps = np.diff(time)
    if len(steps) == 0:
        return
    sizes, counts = np.unique(steps, return_counts=True)
    usual = int(sizes[np.argmax(counts)])
    if (steps < timeframe.nanoseconds).sum() > _SHORT_SHARE * len(steps):
        likely = Timeframe(usual if usual < timeframe.nanoseconds else int(sizes[0]))
        raise _wrong(timeframe, likely, where)
    common = int(np.gcd.reduce(sizes))
    if len(steps) >= _TELLING and common > timeframe.nanoseconds and common % timeframe.nanoseconds == 0:
        raise _wrong(timeframe, Timeframe(common), where)


def refuse_too_close(time: Times, timeframe: Timeframe, *, where: str, folder: Path) -> None:
    """Raise DataError, naming both bars, when one merged into the series in `folder` is too close to another.

    Each side alone keeps the rule; together nobody could read them any more.
    """
    close = too_close(time, timeframe)
    if not close.any():
        return
    at = int(np.argmax(close))
    first, second = (format_time(int(time[i])) for i in (at - 1, at))
    raise DataError(
        f"with these bars the series would have one at {first} and one at {second}, "
        f"less than half of {timeframe} apart",
        where=where,
        cure="mend the times of the file (is --timezone right?); or, if those in the catalog are wrong, "
        f"`tradefleet data export` what you need of them, remove {folder} and import again",
    )


def _wrong(timeframe: Timeframe, likely: Timeframe, where: str) -> DataError:
    return DataError(
        f"the bars are {likely} apart, the timeframe is given as {timeframe}",
        where=where,
        cure=f"give --timeframe {likely}; `tradefleet data resample` makes longer ones",
    )
