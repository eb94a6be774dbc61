"""What to know before believing a backtest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tradefleet.market.bars import Bars
from tradefleet.market.time import DAY
from tradefleet.metrics.performance import Performance
from tradefleet.research.calendar import CRYPTO_DAYS
from tradefleet.research.prepare import Prepared

_SOME = 65_536
_TEXTS = {
    "invalid_levels": "skipped entries, {}: a stop, target or size was no number, negative, or out of reach",
    "below_minimum": "skipped entries, {}: the quantity was below the lot or the minimum notional",
    "cut_to_cash": "smaller entries, {}: cut to what the cash paid",
    "not_affordable": "skipped entries, {}: the cash did not pay for the smallest order",
    "no_slot": "skipped entries, {}: all positions that the account allows were taken",
    "cut_to_exposure": "smaller entries, {}: cut to what the exposure limits left",
    "cooling_down": "skipped entries, {}: the cooldown after an exit was not over",
    "expired": "expired limit entries, {}",
    "replaced_inputs": "replaced inputs, {}: an indicator was given no finite number, the last one stood in",
}


def warnings_of(legs: Sequence[Prepared], performance: Performance, counts: Mapping[str, int]) -> list[str]:
    """The warnings of a run; with several legs those of one leg name it."""
    found = [text.format(f"{counts[name]:,}") for name, text in _TEXTS.items() if counts[name]]
    for leg in legs:
        prefix = f"{leg.strategy.name()} on {leg.part.bars.symbol}: " if len(legs) > 1 else ""
        found += [prefix + text for text in _of_leg(leg, performance)]
    traded = len(performance.profit) > 0 or performance.open_trades > 0
    if not traded and any(len(leg.part.bars) > leg.lookback for leg in legs):
        found.append("there was no trade")
    if len(performance.equity) and bool(np.min(performance.equity) <= 0):
        found.append("the account was ruined: equity fell to zero or below")
    return found


def _of_leg(leg: Prepared, performance: Performance) -> list[str]:
    bars, missing, found = leg.part.bars, leg.missing, []
    if missing is not None and missing > 0:
        found.append(f"{missing:,} bars of history were missing before the start: indicators had not settled")
    if leg.plan.cumulative and missing is not None:
        names = ", ".join(sorted({call.operation.name for call in leg.plan.cumulative}))
        found.append(f"{names}: the value depends on all bars since the first one fed")
    if len(bars) <= leg.lookback:
        found.append(f"there are {len(bars):,} bars, but the first signal needs {leg.lookback + 1:,}")
    off_tick = _off_tick(bars)
    if off_tick:
        found.append(f"{off_tick:,} closes are not on the tick of {bars.instrument.tick}, but fills are")
    absent = _absent(bars, closed_on_weekends=performance.periods_per_year != CRYPTO_DAYS)
    if absent:
        found.append(f"{absent:,} bars are absent from the data; nothing was put in their place")
    return found


def _off_tick(bars: Bars) -> int:
    """Closes that are no whole number of ticks."""
    if bars.instrument.tick is None:
        return 0
    tick, found = float(bars.instrument.tick), 0
    # Some at a time: all of them would take more memory than the bars.
    for begin in range(0, len(bars), _SOME):
        ticks = bars.close[begin : begin + _SOME] / tick
        found += int(np.count_nonzero(np.abs(ticks - np.rint(ticks)) > 1e-3))
    return found


def _absent(bars: Bars, *, closed_on_weekends: bool) -> int:
    """Bars missing between the first and the last; where the market closes, gaps of a day and more are its rest."""
    if len(bars) == 0:
        return 0
    length = bars.timeframe.nanoseconds
    if closed_on_weekends:
        steps = np.diff(bars.time)
        return int((steps[steps < DAY] // length - 1).sum())
    return max(0, int(bars.time[-1] - bars.time[0]) // length + 1 - len(bars))
