"""Whether bars are as far apart as their timeframe says."""

from __future__ import annotations

import numpy as np

from tradefleet.market.bars import Times
from tradefleet.market.errors import DataError
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


def _wrong(timeframe: Timeframe, likely: Timeframe, where: str) -> DataError:
    return DataError(
        f"the bars are {likely} apart, the timeframe is given as {timeframe}",
        where=where,
        cure=f"give --timeframe {likely}; `tradefleet data resample` makes longer ones",
    )
