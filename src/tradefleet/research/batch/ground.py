"""The bars that combinations are run on, and what is measured of them whoever trades."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tradefleet.market.bars import Bars
from tradefleet.market.time import DAY
from tradefleet.metrics.figures import Terms
from tradefleet.metrics.performance import YEAR, Integers
from tradefleet.research.calendar import periods_per_year, trading_days
from tradefleet.research.decisions import bar_columns
from tradefleet.research.settings import Settings
from tradefleet.research.simulate import read_only
from tradefleet.simulation.blocks import Blocks, blocks_of
from tradefleet.simulation.chain import Pyramid, Scene, pyramid_of


@dataclass(frozen=True, eq=False)
class Ground:
    """The simulated bars, which are bars `begin` to before `end` of those known, with what is found on them once."""

    bars: Bars
    begin: int
    end: int
    blocks: Blocks
    pyramid: Pyramid
    day_bars: Integers
    day_times: Integers
    years: float
    periods: float


def ground_of(bars: Bars, begin: int, end: int) -> Ground:
    """The ground of a stretch of bars."""
    some = bars if (begin, end) == (0, len(bars)) else bars[begin:end]
    length = some.timeframe.nanoseconds
    days = some.time // DAY
    ends = np.append(np.flatnonzero(days[1:] != days[:-1]), len(some) - 1)
    times = some.time[ends] + length
    yearly = periods_per_year(some)
    kept = trading_days(times, yearly)
    times, ends = times[kept], ends[kept]
    spacing = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    return Ground(
        some,
        begin,
        end,
        some.remembered("blocks", lambda: blocks_of(bar_columns(some))),
        some.remembered("pyramid", lambda: pyramid_of(some.close)),
        ends,
        times,
        (int(some.time[-1]) + length - int(some.time[0])) / YEAR,
        YEAR / spacing if spacing > DAY else float(yearly),
    )


def scene_of(ground: Ground, settings: Settings, side: float) -> Scene:
    """What the chain reads of the ground."""
    return Scene(
        read_only(bar_columns(ground.bars)),
        read_only(ground.blocks),
        read_only(ground.pyramid),
        read_only(ground.bars.volume),
        read_only(ground.day_bars),
        side,
        1.0,
        Terms(float(settings.cash), ground.years, ground.periods),
    )
